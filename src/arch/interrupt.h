/* Delivery of interrupts and exceptions, into a started builder. */
#ifndef ARCH_INTERRUPT_H
#define ARCH_INTERRUPT_H

#include "arch/builder.h"

/* False when the delivery faulted or ended in shutdown; the builder's transition says which. */
bool interrupt_enter(struct builder *b, const struct rs_interrupt_request *request);

#endif
