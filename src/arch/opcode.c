/* The opcode maps: one byte, two bytes, and the groups that ModRM completes. */
#include "arch/opcode.h"

#include "ringside/cpu.h"
#include "ringside/instruction.h"

/* Opcodes of one byte; prefixes and the escape 0F are recognised before. */
static const struct opcode one_byte[256] = {
  [0x07] = { RS_OP_POP_SEGMENT, SIZE_STACK, NOT_IN_64, RS_SEGMENT_INDEX(RS_ES) },
  [0x17] = { RS_OP_POP_SEGMENT, SIZE_STACK, NOT_IN_64, RS_SEGMENT_INDEX(RS_SS) },
  [0x1f] = { RS_OP_POP_SEGMENT, SIZE_STACK, NOT_IN_64, RS_SEGMENT_INDEX(RS_DS) },
  [0x63] = { RS_OP_ARPL, SIZE_WORD, HAS_MODRM | NOT_IN_64, 0 },
  [0x6c] = { RS_OP_INS, SIZE_ATTRIBUTE, BYTE_DATA, 0 },
  [0x6d] = { RS_OP_INS, SIZE_ATTRIBUTE, PORT_DATA, 0 },
  [0x6e] = { RS_OP_OUTS, SIZE_ATTRIBUTE, BYTE_DATA, 0 },
  [0x6f] = { RS_OP_OUTS, SIZE_ATTRIBUTE, PORT_DATA, 0 },
  [0x8e] = { RS_OP_MOV_TO_SEGMENT, SIZE_WORD, HAS_MODRM | PLAIN_SEGMENT, 0 },
  [0x9a] = { RS_OP_FAR_CALL, SIZE_ATTRIBUTE, FAR_POINTER | NOT_IN_64, 0 },
  [0x9c] = { RS_OP_PUSHF, SIZE_STACK, 0, 0 },
  [0x9d] = { RS_OP_POPF, SIZE_STACK, 0, 0 },
  [0xc4] = { RS_OP_LOAD_FAR_POINTER, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY | NOT_IN_64,
             RS_SEGMENT_INDEX(RS_ES) },
  [0xc5] = { RS_OP_LOAD_FAR_POINTER, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY | NOT_IN_64,
             RS_SEGMENT_INDEX(RS_DS) },
  [0xca] = { RS_OP_FAR_RET, SIZE_ATTRIBUTE, IMMEDIATE_16, 0 },
  [0xcb] = { RS_OP_FAR_RET, SIZE_ATTRIBUTE, 0, 0 },
  [0xcc] = { RS_OP_INT3, SIZE_ATTRIBUTE, 0, 0 },
  [0xcd] = { RS_OP_INT, SIZE_ATTRIBUTE, IMMEDIATE_8, 0 },
  [0xce] = { RS_OP_INTO, SIZE_ATTRIBUTE, NOT_IN_64, 0 },
  [0xcf] = { RS_OP_IRET, SIZE_ATTRIBUTE, 0, 0 },
  [0xe4] = { RS_OP_IN, SIZE_ATTRIBUTE, BYTE_DATA | IMMEDIATE_8, 0 },
  [0xe5] = { RS_OP_IN, SIZE_ATTRIBUTE, PORT_DATA | IMMEDIATE_8, 0 },
  [0xe6] = { RS_OP_OUT, SIZE_ATTRIBUTE, BYTE_DATA | IMMEDIATE_8, 0 },
  [0xe7] = { RS_OP_OUT, SIZE_ATTRIBUTE, PORT_DATA | IMMEDIATE_8, 0 },
  [0xea] = { RS_OP_FAR_JMP, SIZE_ATTRIBUTE, FAR_POINTER | NOT_IN_64, 0 },
  [0xec] = { RS_OP_IN, SIZE_ATTRIBUTE, BYTE_DATA, 0 },
  [0xed] = { RS_OP_IN, SIZE_ATTRIBUTE, PORT_DATA, 0 },
  [0xee] = { RS_OP_OUT, SIZE_ATTRIBUTE, BYTE_DATA, 0 },
  [0xef] = { RS_OP_OUT, SIZE_ATTRIBUTE, PORT_DATA, 0 },
  [0xf1] = { RS_OP_INT1, SIZE_ATTRIBUTE, 0, 0 },
  [0xf4] = { RS_OP_HLT, SIZE_ATTRIBUTE, 0, 0 },
  [0xfa] = { RS_OP_CLI, SIZE_ATTRIBUTE, 0, 0 },
  [0xfb] = { RS_OP_STI, SIZE_ATTRIBUTE, 0, 0 },
};

/* Opcodes that begin with 0F, but for those in groups. */
static const struct opcode two_byte[256] = {
  [0x02] = { RS_OP_LAR, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
  [0x03] = { RS_OP_LSL, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
  [0x05] = { RS_OP_SYSCALL, SIZE_ATTRIBUTE, 0, 0 },
  [0x06] = { RS_OP_CLTS, SIZE_ATTRIBUTE, 0, 0 },
  [0x07] = { RS_OP_SYSRET, SIZE_REX_W, 0, 0 },
  [0x08] = { RS_OP_INVD, SIZE_ATTRIBUTE, 0, 0 },
  [0x09] = { RS_OP_WBINVD, SIZE_ATTRIBUTE, 0, 0 },
  [0x0b] = { RS_OP_UD, SIZE_ATTRIBUTE, 0, 0 },
  [0x20] = { RS_OP_MOV_FROM_CR, SIZE_MODE, HAS_MODRM | MOD_IGNORED, 0 },
  [0x21] = { RS_OP_MOV_FROM_DR, SIZE_MODE, HAS_MODRM | MOD_IGNORED, 0 },
  [0x22] = { RS_OP_MOV_TO_CR, SIZE_MODE, HAS_MODRM | MOD_IGNORED, 0 },
  [0x23] = { RS_OP_MOV_TO_DR, SIZE_MODE, HAS_MODRM | MOD_IGNORED, 0 },
  [0x30] = { RS_OP_WRMSR, SIZE_ATTRIBUTE, 0, 0 },
  [0x31] = { RS_OP_RDTSC, SIZE_ATTRIBUTE, 0, 0 },
  [0x32] = { RS_OP_RDMSR, SIZE_ATTRIBUTE, 0, 0 },
  [0x33] = { RS_OP_RDPMC, SIZE_ATTRIBUTE, 0, 0 },
  [0x34] = { RS_OP_SYSENTER, SIZE_ATTRIBUTE, 0, 0 },
  [0x35] = { RS_OP_SYSEXIT, SIZE_REX_W, 0, 0 },
  [0xa1] = { RS_OP_POP_SEGMENT, SIZE_STACK, 0, RS_SEGMENT_INDEX(RS_FS) },
  [0xa2] = { RS_OP_CPUID, SIZE_ATTRIBUTE, 0, 0 },
  [0xa9] = { RS_OP_POP_SEGMENT, SIZE_STACK, 0, RS_SEGMENT_INDEX(RS_GS) },
  [0xaa] = { RS_OP_RSM, SIZE_ATTRIBUTE, 0, 0 },
  [0xb2] = { RS_OP_LOAD_FAR_POINTER, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY, RS_SEGMENT_INDEX(RS_SS) },
  [0xb4] = { RS_OP_LOAD_FAR_POINTER, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY, RS_SEGMENT_INDEX(RS_FS) },
  [0xb5] = { RS_OP_LOAD_FAR_POINTER, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY, RS_SEGMENT_INDEX(RS_GS) },
  [0xb9] = { RS_OP_UD, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
  [0xff] = { RS_OP_UD, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
};

/* Opcodes that the reg field of ModRM completes [SDM2 "Opcode Extensions for One-byte and Two-byte Opcodes"].
 */
static const struct opcode group_5[8] = {
  /* FF */
  [3] = { RS_OP_FAR_CALL, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY, 0 },
  [5] = { RS_OP_FAR_JMP, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY, 0 },
};

static const struct opcode group_6[8] = {
  /* 0F 00 */
  [0] = { RS_OP_SLDT, SIZE_ATTRIBUTE, HAS_MODRM, 0 }, [1] = { RS_OP_STR, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
  [2] = { RS_OP_LLDT, SIZE_WORD, HAS_MODRM, 0 },      [3] = { RS_OP_LTR, SIZE_WORD, HAS_MODRM, 0 },
  [4] = { RS_OP_VERR, SIZE_WORD, HAS_MODRM, 0 },      [5] = { RS_OP_VERW, SIZE_WORD, HAS_MODRM, 0 },
};

static const struct opcode group_7[8] = {
  /* 0F 01 */
  [0] = { RS_OP_SGDT, SIZE_TABLE, HAS_MODRM | MEMORY_ONLY, 0 },
  [1] = { RS_OP_SIDT, SIZE_TABLE, HAS_MODRM | MEMORY_ONLY, 0 },
  [2] = { RS_OP_LGDT, SIZE_TABLE, HAS_MODRM | MEMORY_ONLY, 0 },
  [3] = { RS_OP_LIDT, SIZE_TABLE, HAS_MODRM | MEMORY_ONLY, 0 },
  [4] = { RS_OP_SMSW, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
  [6] = { RS_OP_LMSW, SIZE_WORD, HAS_MODRM, 0 },
  [7] = { RS_OP_INVLPG, SIZE_ATTRIBUTE, HAS_MODRM | MEMORY_ONLY, 0 },
};

static const struct opcode group_7_register[64] = {
  /* 0F 01 C0 to FF */
  [0x08] = { RS_OP_MONITOR, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
  [0x09] = { RS_OP_MWAIT, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
  [0x0a] = { RS_OP_CLAC, SIZE_ATTRIBUTE, HAS_MODRM | NO_REFINING, 0 },
  [0x0b] = { RS_OP_STAC, SIZE_ATTRIBUTE, HAS_MODRM | NO_REFINING, 0 },
  [0x10] = { RS_OP_XGETBV, SIZE_ATTRIBUTE, HAS_MODRM | NO_REFINING, 0 },
  [0x11] = { RS_OP_XSETBV, SIZE_ATTRIBUTE, HAS_MODRM | NO_REFINING, 0 },
  [0x38] = { RS_OP_SWAPGS, SIZE_ATTRIBUTE, HAS_MODRM | ONLY_IN_64, 0 },
  [0x39] = { RS_OP_RDTSCP, SIZE_ATTRIBUTE, HAS_MODRM, 0 },
};

static const struct opcode group_9[8] = {
  /* 0F C7 */
  [6] = { RS_OP_RDRAND, SIZE_ATTRIBUTE, HAS_MODRM | REGISTER_ONLY | NO_REPEAT, 0 },
  [7] = { RS_OP_RDSEED, SIZE_ATTRIBUTE, HAS_MODRM | REGISTER_ONLY | NO_REPEAT, 0 },
};

static const struct opcode group_15[8] = {
  /* F3 0F AE */
  [0] = { RS_OP_RDFSBASE, SIZE_REX_W, HAS_MODRM | REGISTER_ONLY | ONLY_IN_64, 0 },
  [1] = { RS_OP_RDGSBASE, SIZE_REX_W, HAS_MODRM | REGISTER_ONLY | ONLY_IN_64, 0 },
  [2] = { RS_OP_WRFSBASE, SIZE_REX_W, HAS_MODRM | REGISTER_ONLY | ONLY_IN_64, 0 },
  [3] = { RS_OP_WRGSBASE, SIZE_REX_W, HAS_MODRM | REGISTER_ONLY | ONLY_IN_64, 0 },
};

/* What far JMP and far CALL are with a register [SDM2 "JMP—Jump"]. */
static const struct opcode undefined = { RS_OP_UD, SIZE_ATTRIBUTE, HAS_MODRM, 0 };
static const struct opcode rdpid = { RS_OP_RDPID, SIZE_MODE, HAS_MODRM | REGISTER_ONLY, 0 };
static const struct opcode invpcid = { RS_OP_INVPCID, SIZE_MODE, HAS_MODRM | MEMORY_ONLY, 0 };

static const struct opcode *find_in_group(uint8_t opcode, uint8_t modrm, uint8_t refining) {
  unsigned reg = modrm >> 3 & 7;
  switch (opcode) {
  case 0x00: return &group_6[reg];
  case 0x01:
    if (modrm >= 0xc0 && group_7_register[modrm - 0xc0].operation) return &group_7_register[modrm - 0xc0];
    return &group_7[reg];
  case 0xae: return refining == 0xf3 ? &group_15[reg] : NULL;
  default: return reg == 7 && refining == 0xf3 ? &rdpid : &group_9[reg]; /* C7 */
  }
}

static const struct opcode *find_in_group_5(uint8_t modrm) {
  const struct opcode *opcode = &group_5[modrm >> 3 & 7];
  return opcode->operation != RS_OP_NONE && modrm >= 0xc0 ? &undefined : opcode;
}

static const struct opcode *find_after_0f(const uint8_t *bytes, size_t count, bool operand_prefix,
                                          uint8_t refining, size_t *length) {
  *length = 2;
  if (count < 2) return NULL;
  switch (bytes[1]) {
  case 0x00:
  case 0x01:
  case 0xae:
  case 0xc7: return count > 2 ? find_in_group(bytes[1], bytes[2], refining) : NULL;
  case 0x38:
    *length = 3;
    return count > 2 && bytes[2] == 0x82 && operand_prefix && !refining ? &invpcid : NULL;
  default: return &two_byte[bytes[1]];
  }
}

const struct opcode *opcode_find(const uint8_t *bytes, size_t count, bool operand_prefix, uint8_t refining,
                                 size_t *length) {
  *length = 1;
  if (bytes[0] == 0x0f) return find_after_0f(bytes, count, operand_prefix, refining, length);
  if (bytes[0] != 0xff) return &one_byte[bytes[0]];
  return count > 1 ? find_in_group_5(bytes[1]) : NULL;
}
