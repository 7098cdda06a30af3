/* EFER.SCE is never set: SYSCALL is an undefined instruction. */
#define EFER_VALUE (EFER_LME | EFER_NXE)
#include "long.inc"
