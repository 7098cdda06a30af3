/* Delivery of interrupts and exceptions, into a started builder. */
#ifndef ARCH_INTERRUPT_H
#define ARCH_INTERRUPT_H

#include "arch/builder.h"

/* False when the delivery faulted or ended in shutdown; the builder's transition says which. */
bool interrupt_enter(struct builder *b, const struct rs_interrupt_request *request);

/* The same in real-address mode; interrupt_enter calls it. */
bool interrupt_enter_real_mode(struct builder *b, const struct rs_interrupt_request *request);

/* The register writes of every delivery, in any mode, beside the entry into the handler: CR2, DR6, DR7.GD
 * [SDM3 "Debug Control Register (DR7)"], the blocking of NMIs, the end of HLT. */
void interrupt_write_side_effects(struct builder *b, const struct rs_interrupt_request *request);

#endif
