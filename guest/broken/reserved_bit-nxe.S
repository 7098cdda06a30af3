/* The page tables use no-execute, and EFER.NXE is not set: the bit is reserved. */
#define EFER_VALUE (EFER_SCE | EFER_LME)
#include "long.inc"
