/* The 64-bit kernel without a mistake. */
#include "long.inc"
