/* The remaining system instructions: descriptor-table registers, cache and TLB control, counters, CPUID,
 * FS and GS bases, and those that the profiles do not offer. */
#ifndef ARCH_SYSTEM_H
#define ARCH_SYSTEM_H

#include "arch/builder.h"

/* Performs LGDT, LIDT, SGDT, SIDT, INVLPG, INVPCID, INVD, WBINVD, CLAC, STAC, CPUID, RDTSC, RDTSCP, RDPMC,
 * RDPID, RDRAND, RDSEED, XGETBV, XSETBV, MONITOR, MWAIT, RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE, RSM or UD
 * into a started builder. False when it faulted. */
bool system_perform(struct builder *b, const struct rs_instruction *instruction);

#endif
