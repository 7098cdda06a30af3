/* RSP0 is on the program's own stack page, onto which SMAP lets no interrupt push. */
#define TSS_RSP0 USER_STACK_TOP, 0
#include "long.inc"

	culprit = tss_rsp0
