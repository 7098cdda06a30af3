/* The rules by which a selector becomes the content of a segment register, and the instructions that load
 * one.
 */
#ifndef ARCH_SEGMENT_H
#define ARCH_SEGMENT_H

#include "arch/descriptor.h"

/* A segment as real and virtual-8086 mode know it: only the base follows from the selector; virtual-8086 mode
 * fixes the rest [SDM3 "Checks on Guest Segment Registers"]. */
struct rs_segment segment_of_real_mode(const struct rs_segment *old, uint16_t selector);
struct rs_segment segment_of_v86(uint16_t selector);

/* Whether a null SS may have this RPL where code of `ring` will use it: Intel wants it to be the ring
 * [SDM3 "Interrupt 13—General Protection Exception (#GP)"], AMD does not look at it [APM2 "Segmentation
 * Registers"]. */
bool segment_null_stack_rpl_allows(const struct rs_cpu *cpu, uint16_t selector, unsigned ring);

/* Loads and checks a selector, not null, for SS of code in `ring`: refused with `vector` and the selector, or
 * #SS with it where the segment is not present. Does not set the accessed bit. */
bool segment_load_stack(struct builder *b, uint16_t selector, unsigned ring, uint8_t vector,
                        struct descriptor *out);

/* The stack that the TSS has for an inner ring, outside IA-32e mode: read, checked, its segment marked
 * accessed. #TS, or #SS where the segment is not present. */
bool segment_load_inner_stack(struct builder *b, unsigned ring, struct descriptor *ss, uint64_t *sp);

/* Checks a selector for ES, DS, FS or GS and sets the accessed bit; null gives an unusable segment. #GP or
 * #NP with the selector. */
bool segment_load_data(struct builder *b, uint16_t selector, struct rs_segment *out);

/* The same for code of ring `cpl`, refused with `vector` instead of #GP. */
bool segment_load_data_as(struct builder *b, uint16_t selector, uint8_t cpl, uint8_t vector,
                          struct rs_segment *out);

/* On a change to an outer ring: data segments that it may not use become null [SDM2 "IRET/IRETD/IRETQ"]. */
void segment_clear_inner(struct builder *b, unsigned ring);

/* Performs MOV to a segment register, POP of one, or LDS, LES, LFS, LGS, LSS. False when it faulted. */
bool segment_perform(struct builder *b, const struct rs_instruction *instruction);

#endif
