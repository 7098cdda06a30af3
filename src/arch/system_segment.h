/* The segments of the system: LDT and TSS, loaded and stored. */
#ifndef ARCH_SYSTEM_SEGMENT_H
#define ARCH_SYSTEM_SEGMENT_H

#include "arch/descriptor.h"

/* Performs LLDT, LTR, SLDT or STR into a started builder. False when it faulted. */
bool system_segment_perform(struct builder *b, const struct rs_instruction *instruction);

/* LLDT and its kin, LAR and its kin exist only here: elsewhere #UD. */
bool instruction_needs_protected_mode(struct builder *b);

#endif
