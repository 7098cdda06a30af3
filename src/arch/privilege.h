/* Instructions that CPL and IOPL govern: the interrupt flag, the flags register, and HLT. */
#ifndef ARCH_PRIVILEGE_H
#define ARCH_PRIVILEGE_H

#include "arch/builder.h"

/* Performs CLI, STI, PUSHF, POPF or HLT into a started builder. False when it faulted. The profiles do not
 * offer CR4.VME and CR4.PVI, so VIF and VIP are nobody's business here. */
bool privilege_perform(struct builder *b, const struct rs_instruction *instruction);

#endif
