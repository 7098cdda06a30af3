/* Which opcodes are sensitive instructions, and what belongs to each. */
#ifndef ARCH_OPCODE_H
#define ARCH_OPCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What decides `operand_size`. */
enum size_rule {
  SIZE_ATTRIBUTE, /* 66 toggles 16 and 32 bits, REX.W makes 64 */
  SIZE_STACK,     /* 64 bits by default in 64-bit mode, 16 by 66 [SDM2 "REX Prefixes"] */
  SIZE_MODE,      /* 64 bits in 64-bit mode, else 32 */
  SIZE_TABLE,     /* 64 bits in 64-bit mode, else the attribute: LGDT and its like */
  SIZE_REX_W,     /* 64 bits by REX.W, else 32 */
  SIZE_WORD,      /* r/m16 whatever the attribute */
};

enum opcode_flag {
  HAS_MODRM = 1,
  MEMORY_ONLY = 2,   /* mod = 3 is another instruction or none */
  REGISTER_ONLY = 4, /* mod below 3 is */
  MOD_IGNORED = 8,   /* always a register [SDM2 "MOV—Move to/from Control Registers"] */
  NOT_IN_64 = 16,
  ONLY_IN_64 = 32,
  NO_REFINING = 64, /* undefined with 66, F2 or F3: "NP" in the manual's opcode column */
  NO_REPEAT = 128,  /* undefined with F2 or F3: "NFx" */
  BYTE_DATA = 256,  /* of a port instruction */
  PORT_DATA = 512,  /* 2 or 4 bytes of a port instruction */
  IMMEDIATE_8 = 1024,
  IMMEDIATE_16 = 2048,
  FAR_POINTER = 4096,
  PLAIN_SEGMENT = 8192, /* `reg` names a segment register: REX.R does not extend it */
};

struct opcode {
  uint8_t operation; /* enum rs_operation; RS_OP_NONE: not sensitive */
  uint8_t rule;      /* enum size_rule */
  uint16_t flags;    /* set of enum opcode_flag */
  uint8_t loaded;    /* the segment register that POP, LSS and their like load */
};

/* The row of the opcode that `bytes` (at least one) begin with, after all prefixes; `refining` is the last of
 * F2 and F3, or 0. `*length` is that of the opcode, ModRM not counted. NULL or RS_OP_NONE: not sensitive. */
const struct opcode *opcode_find(const uint8_t *bytes, size_t count, bool operand_prefix, uint8_t refining,
                                 size_t *length);

#endif
