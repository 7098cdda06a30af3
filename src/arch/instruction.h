/* Recognises and decodes the sensitive instructions; everything else is the engine's own business. */
#ifndef ARCH_INSTRUCTION_H
#define ARCH_INSTRUCTION_H

#include <stddef.h>

#include "ringside/cpu.h"
#include "ringside/instruction.h"

/* Default sizes of the code segment in force. */
enum code_size { CODE_16 = 2, CODE_32 = 4, CODE_64 = 8 };

enum code_size code_size_of(const struct rs_cpu *cpu);

/* True when `bytes` begin with a sensitive instruction that is complete within `count` bytes; then `*out` is
 * its whole decoding. */
bool instruction_decode(const uint8_t *bytes, size_t count, enum code_size size, struct rs_instruction *out);

/* What addresses the memory operand of any instruction, of which nothing else is decoded: of one whose ModRM
 * byte is at `modrm`, all; of others, when that is 0, the address size and the segment, DS if not overridden.
 * `length` is the whole instruction's, all of which is there. */
bool instruction_decode_address(const uint8_t *bytes, size_t length, enum code_size size, size_t modrm,
                                struct rs_instruction *out);

/* The address of the memory operand: the offset into `instruction->segment` (truncated to the address size).
 */
uint64_t instruction_operand_offset(const struct rs_cpu *cpu, const struct rs_instruction *instruction);

#endif
