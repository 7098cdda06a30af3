/* Port instructions: who may use which port, and what they ask the machine for. */
#ifndef ARCH_PORT_H
#define ARCH_PORT_H

#include "arch/builder.h"

/* Performs IN, OUT, INS or OUTS into a started builder. False when it faulted. A completed one names its
 * port access in the transition: an output with its value; an input whose destination was written as if the
 * port held zero, which port_input_finish corrects.
 *
 * With REP one element is moved per transition; RIP stays until the last. */
bool port_perform(struct builder *b, const struct rs_instruction *instruction);

#endif
