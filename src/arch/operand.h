/* The memory operand of an instruction: its linear address, after the checks of its segment. */
#ifndef ARCH_OPERAND_H
#define ARCH_OPERAND_H

#include "arch/builder.h"

/* The linear address of the `size` bytes of `instruction`'s memory operand. False when its segment refuses
 * the access (null, type, limit, canonical): the builder then holds #GP(0), or #SS(0) for the stack segment.
 */
bool operand_linear(struct builder *b, const struct rs_instruction *instruction, unsigned size,
                    enum access_kind kind, uint64_t *linear);

/* The same for any offset into any of the six segments (an index in encoding order), as string instructions
 * and pushes need it. */
bool segment_linear(struct builder *b, unsigned segment, uint64_t offset, unsigned size,
                    enum access_kind kind, uint64_t *linear);

/* Whose rights an explicit access has at the current privilege level. */
enum access_privilege operand_privilege(const struct builder *b);

#endif
