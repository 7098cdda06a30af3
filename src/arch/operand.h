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

/* Whether the segment, outside 64-bit mode, lets `size` bytes at `offset` be accessed; of ACCESS_FETCH the
 * limit alone decides. */
bool segment_allows(const struct rs_cpu *cpu, unsigned segment, uint64_t offset, unsigned size,
                    enum access_kind kind);

/* Reads the 16-bit r/m operand, a register or memory. False when refused. */
bool operand_read_word(struct builder *b, const struct rs_instruction *instruction, uint64_t *value);

/* Reads a far pointer from memory, the offset and then the selector [SDM2 "LDS/LES/LFS/LGS/LSS"]. Of a 64-bit
 * operand AMD's offset has 32 bits [APM3 "Operations and Operands in 64-Bit Mode"]. False when refused. */
bool operand_read_far_pointer(struct builder *b, const struct rs_instruction *instruction, uint64_t *offset,
                              uint16_t *selector);

/* Stores into the r/m operand: memory takes the low word, a register as much as the operand size says
 * [SDM2 "SMSW—Store Machine Status Word"]. False when refused. */
bool operand_write_word(struct builder *b, const struct rs_instruction *instruction, uint64_t value);

/* A general register after its low `size` bytes were written: 4 clear the upper half [SDM1 "General-Purpose
 * Registers in 64-Bit Mode"]. */
uint64_t register_merged(uint64_t old, uint64_t value, unsigned size);

/* Whose rights an explicit access has at the current privilege level. */
enum access_privilege operand_privilege(const struct builder *b);

#endif
