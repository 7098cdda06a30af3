/* The 32-bit kernel without a mistake. */
#include "protected.inc"
