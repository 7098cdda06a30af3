/* Decodes the sensitive instructions: prefixes, ModRM, immediates, effective sizes. */
#include "arch/instruction.h"

#include <string.h>

#include "arch/bits.h"
#include "arch/opcode.h"

enum { LENGTH_LIMIT = 15 }; /* [SDM2 "Instruction Prefixes"] */

struct decoder {
  const uint8_t *bytes;
  size_t count; /* at most LENGTH_LIMIT */
  size_t at;
  enum code_size size;
  bool operand_prefix, address_prefix, lock, rep, repne;
  uint8_t refining; /* the last of F2 and F3, or 0 */
  uint8_t segment;  /* override, or RS_NO_INDEX */
  uint8_t rex;      /* the REX prefix that counts, or 0 */
};

static bool prefix_segment(struct decoder *d, enum rs_register reg) {
  /* [SDM1 "Segmentation in 64-Bit Mode"]: there CS, DS, ES and SS are ignored. */
  if (d->size != CODE_64 || reg >= RS_FS) d->segment = (uint8_t)RS_SEGMENT_INDEX(reg);
  return true;
}

static bool prefix_take(struct decoder *d, uint8_t byte) {
  switch (byte) {
  case 0x26: return prefix_segment(d, RS_ES);
  case 0x2e: return prefix_segment(d, RS_CS);
  case 0x36: return prefix_segment(d, RS_SS);
  case 0x3e: return prefix_segment(d, RS_DS);
  case 0x64: return prefix_segment(d, RS_FS);
  case 0x65: return prefix_segment(d, RS_GS);
  case 0x66: return d->operand_prefix = true;
  case 0x67: return d->address_prefix = true;
  case 0xf0: return d->lock = true;
  case 0xf2: d->refining = byte; return d->repne = true;
  case 0xf3: d->refining = byte; return d->rep = true;
  default: return false;
  }
}

/* A REX prefix counts only directly before the opcode [SDM2 "REX Prefixes"]. False when no byte is left. */
static bool prefixes_take(struct decoder *d) {
  for (; d->at < d->count; d->at++) {
    uint8_t byte = d->bytes[d->at];
    if (d->size == CODE_64 && (byte & 0xf0) == 0x40)
      d->rex = byte;
    else if (prefix_take(d, byte))
      d->rex = 0;
    else
      return true;
  }
  return false;
}

/* The next `size` bytes, little-endian. */
static bool bytes_take(struct decoder *d, unsigned size, uint64_t *value) {
  if (d->count - d->at < size) return false;
  *value = 0;
  for (unsigned i = 0; i < size; i++)
    *value |= (uint64_t)d->bytes[d->at++] << (8 * i);
  return true;
}

static bool opcode_in_mode(const struct decoder *d, const struct opcode *opcode) {
  return !(opcode->flags & (d->size == CODE_64 ? NOT_IN_64 : ONLY_IN_64));
}

/* An operation of these with a prefix that the manual excludes is undefined. */
static enum rs_operation opcode_operation(const struct decoder *d, const struct opcode *opcode) {
  bool refined = (opcode->flags & (NO_REFINING | NO_REPEAT) && d->refining) ||
                 (opcode->flags & NO_REFINING && d->operand_prefix);
  return refined ? RS_OP_UD : (enum rs_operation)opcode->operation;
}

static uint8_t size_attribute(const struct decoder *d) {
  if (d->rex & 8) return 8;
  return (d->size == CODE_16) == d->operand_prefix ? 4 : 2;
}

static uint8_t operand_size(const struct decoder *d, const struct opcode *opcode) {
  bool mode_64 = d->size == CODE_64;
  uint8_t attribute = size_attribute(d);
  switch ((enum size_rule)opcode->rule) {
  case SIZE_STACK: return mode_64 && attribute == 4 ? 8 : attribute;
  case SIZE_MODE: return mode_64 ? 8 : 4;
  case SIZE_TABLE: return mode_64 ? 8 : attribute;
  case SIZE_REX_W: return d->rex & 8 ? 8 : 4;
  case SIZE_WORD: return 2;
  default: return attribute;
  }
}

static uint8_t address_size(const struct decoder *d) {
  if (d->size == CODE_64) return d->address_prefix ? 4 : 8;
  return (d->size == CODE_16) == d->address_prefix ? 4 : 2;
}

static bool displacement_take(struct decoder *d, unsigned size, struct rs_instruction *out) {
  uint64_t value;
  if (!bytes_take(d, size, &value)) return false;
  unsigned unused = 64 - 8 * size;
  out->displacement = size ? (int64_t)(value << unused) >> unused : 0;
  return true;
}

/* [SDM2 "16-Bit Addressing Forms with the ModR/M Byte"] */
static bool memory_take_16(struct decoder *d, uint8_t modrm, struct rs_instruction *out) {
  enum { AX, CX, DX, BX, SP, BP, SI, DI };
  static const uint8_t bases[8] = { BX, BX, BP, BP, SI, DI, BP, BX };
  static const uint8_t indices[8] = { SI, DI, SI, DI, RS_NO_INDEX, RS_NO_INDEX, RS_NO_INDEX, RS_NO_INDEX };
  unsigned mod = modrm >> 6, rm = modrm & 7;
  bool absolute = mod == 0 && rm == 6;
  out->base = absolute ? RS_NO_INDEX : bases[rm];
  out->index = indices[rm];
  out->segment = (uint8_t)RS_SEGMENT_INDEX(out->base == BP ? RS_SS : RS_DS);
  return displacement_take(d, absolute ? 2 : mod, out);
}

/* Base and index of a SIB byte [SDM2 "32-Bit Addressing Forms with the SIB Byte"]. */
static bool sib_take(struct decoder *d, unsigned mod, struct rs_instruction *out) {
  uint64_t sib;
  if (!bytes_take(d, 1, &sib)) return false;
  uint8_t index = (uint8_t)((sib >> 3 & 7) | (d->rex & 2) << 2);
  out->scale = (uint8_t)(1u << (sib >> 6));
  out->index = index == 4 ? RS_NO_INDEX : index;
  out->base = (sib & 7) == 5 && mod == 0 ? RS_NO_INDEX : (uint8_t)((sib & 7) | (d->rex & 1) << 3);
  return true;
}

/* [SDM2 "32-Bit Addressing Forms with the ModR/M Byte"], [SDM2 "RIP-Relative Addressing"] */
static bool memory_take_32(struct decoder *d, uint8_t modrm, struct rs_instruction *out) {
  static const uint8_t displacement_size[3] = { 0, 1, 4 };
  enum { SP = 4, BP = 5 };
  unsigned mod = modrm >> 6, rm = modrm & 7;
  bool absolute = mod == 0 && rm == 5;
  if (rm == 4) {
    if (!sib_take(d, mod, out)) return false;
  } else if (!absolute) {
    out->base = (uint8_t)(rm | (d->rex & 1) << 3);
  }
  out->rip_relative = absolute && d->size == CODE_64;
  out->segment = (uint8_t)RS_SEGMENT_INDEX(out->base == SP || out->base == BP ? RS_SS : RS_DS);
  bool wide = mod == 0 && out->base == RS_NO_INDEX;
  return displacement_take(d, wide ? 4 : displacement_size[mod], out);
}

static bool modrm_take(struct decoder *d, const struct opcode *opcode, struct rs_instruction *out) {
  uint64_t value;
  if (!bytes_take(d, 1, &value)) return false;
  uint8_t modrm = (uint8_t)value;
  bool memory = modrm < 0xc0 && !(opcode->flags & MOD_IGNORED);
  if (opcode->flags & (memory ? REGISTER_ONLY : MEMORY_ONLY)) return false;
  out->has_modrm = true;
  out->memory = memory;
  out->reg = (uint8_t)((modrm >> 3 & 7) | (opcode->flags & PLAIN_SEGMENT ? 0 : (d->rex & 4) << 1));
  if (!memory)
    out->rm = (uint8_t)((modrm & 7) | (d->rex & 1) << 3);
  else if (!(out->address_size == 2 ? memory_take_16 : memory_take_32)(d, modrm, out))
    return false;
  if (memory && d->segment != RS_NO_INDEX) out->segment = d->segment;
  return true;
}

static bool immediate_take(struct decoder *d, const struct opcode *opcode, struct rs_instruction *out) {
  uint64_t selector = 0;
  if (opcode->flags & FAR_POINTER) {
    if (!bytes_take(d, out->operand_size, &out->immediate) || !bytes_take(d, 2, &selector)) return false;
  } else if (opcode->flags & IMMEDIATE_16) {
    if (!bytes_take(d, 2, &out->immediate)) return false;
  } else if (opcode->flags & IMMEDIATE_8) {
    if (!bytes_take(d, 1, &out->immediate)) return false;
  }
  out->selector = (uint16_t)selector;
  return true;
}

/* INS writes ES:rDI, OUTS reads DS:rSI, whose segment can be overridden [SDM2 "INS/INSB/INSW/INSD—Input from
 * Port to String"]. */
static void string_operand(const struct decoder *d, struct rs_instruction *out) {
  bool input = out->operation == RS_OP_INS;
  enum { SI = 6, DI = 7 };
  out->memory = true;
  out->base = input ? DI : SI;
  out->segment = (uint8_t)RS_SEGMENT_INDEX(input ? RS_ES : RS_DS);
  if (!input && d->segment != RS_NO_INDEX) out->segment = d->segment;
}

static void port_sizes(const struct opcode *opcode, struct rs_instruction *out) {
  if (!(opcode->flags & (BYTE_DATA | PORT_DATA))) return;
  uint8_t wide = out->operand_size == 2 ? 2 : 4;
  out->data_size = opcode->flags & BYTE_DATA ? 1 : wide;
  out->immediate_port = opcode->flags & IMMEDIATE_8;
}

static void instruction_begin(const struct decoder *d, const struct opcode *opcode,
                              struct rs_instruction *out) {
  memset(out, 0, sizeof *out);
  out->operation = opcode_operation(d, opcode);
  out->operand_size = operand_size(d, opcode);
  out->address_size = address_size(d);
  out->lock = d->lock;
  out->rep = d->rep;
  out->repne = d->repne;
  out->rex_w = d->rex & 8;
  out->reg = out->loaded_segment = opcode->loaded;
  out->base = RS_NO_INDEX;
  out->index = RS_NO_INDEX;
  out->scale = 1;
  out->segment = (uint8_t)RS_SEGMENT_INDEX(RS_DS);
}

/* MOV to CS and to the two registers that do not exist is undefined [SDM2 "MOV—Move"]: the engine's business.
 */
static bool moved_segment_valid(struct rs_instruction *out) {
  out->loaded_segment = out->reg;
  return out->reg < RS_SEGMENT_COUNT && out->reg != RS_SEGMENT_INDEX(RS_CS);
}

/* C4H and C5H begin a VEX prefix in 64-bit code, and elsewhere where LES and LDS would name a register
 * [SDM2 "Vector Extension (VEX)"]. What follows is of no interest: none of it is offered. */
static bool vex_take(struct decoder *d, struct rs_instruction *out) {
  static const struct opcode vex = { RS_OP_VEX, SIZE_ATTRIBUTE, 0, 0 };
  const uint8_t *at = d->bytes + d->at;
  size_t left = d->count - d->at;
  if (left < 2 || (at[0] != 0xc4 && at[0] != 0xc5)) return false;
  if (d->size != CODE_64 && at[1] < 0xc0) return false;
  d->at += 2;
  instruction_begin(d, &vex, out);
  out->length = (uint8_t)d->at;
  memcpy(out->bytes, d->bytes, d->at);
  return true;
}

bool instruction_decode(const uint8_t *bytes, size_t count, enum code_size size, struct rs_instruction *out) {
  struct decoder d = { .bytes = bytes, .count = count < LENGTH_LIMIT ? count : LENGTH_LIMIT, .size = size };
  d.segment = RS_NO_INDEX;
  if (!prefixes_take(&d)) return false;
  if (vex_take(&d, out)) return true;
  size_t length;
  const struct opcode *opcode =
      opcode_find(bytes + d.at, d.count - d.at, d.operand_prefix, d.refining, &length);
  if (!opcode || opcode->operation == RS_OP_NONE || !opcode_in_mode(&d, opcode)) return false;
  d.at += length;
  instruction_begin(&d, opcode, out);
  if (opcode->flags & HAS_MODRM && !modrm_take(&d, opcode, out)) return false;
  if (!immediate_take(&d, opcode, out)) return false;
  port_sizes(opcode, out);
  if (out->operation == RS_OP_INS || out->operation == RS_OP_OUTS) string_operand(&d, out);
  out->length = (uint8_t)d.at;
  memcpy(out->bytes, bytes, d.at);
  return out->operation != RS_OP_MOV_TO_SEGMENT || moved_segment_valid(out);
}

bool instruction_decode_address(const uint8_t *bytes, size_t length, enum code_size size, size_t modrm,
                                struct rs_instruction *out) {
  static const struct opcode any = { 0 };
  struct decoder d = { .bytes = bytes, .count = length, .size = size, .segment = RS_NO_INDEX };
  if (!prefixes_take(&d)) return false;
  instruction_begin(&d, &any, out);
  out->length = (uint8_t)length;
  if (d.segment != RS_NO_INDEX) out->segment = d.segment;
  d.at = modrm;
  return modrm == 0 || modrm_take(&d, &any, out);
}

enum code_size code_size_of(const struct rs_cpu *cpu) {
  uint32_t attributes = cpu->segment[RS_SEGMENT_INDEX(RS_CS)].attributes;
  bool long_mode = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  if (long_mode && attributes & SEGMENT_L) return CODE_64;
  return attributes & SEGMENT_DB ? CODE_32 : CODE_16;
}

uint64_t instruction_operand_offset(const struct rs_cpu *cpu, const struct rs_instruction *instruction) {
  uint64_t offset = (uint64_t)instruction->displacement;
  if (instruction->base != RS_NO_INDEX) offset += cpu->general[instruction->base];
  if (instruction->index != RS_NO_INDEX) offset += cpu->general[instruction->index] * instruction->scale;
  if (instruction->rip_relative) offset += cpu->rip + instruction->length;
  unsigned unused = 64 - 8u * instruction->address_size;
  return offset << unused >> unused;
}
