/* RSP0 was never set: an interrupt of the program pushes at the end of the address space. */
#define TSS_RSP0 0, 0
#include "long.inc"

	culprit = tss_rsp0
