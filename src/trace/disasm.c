/* The only place in the trace that knows Capstone. */
#include "trace/disasm.h"

#include <capstone.h>
#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "arch/instruction.h"
#include "arch/perform.h"

enum { MODES = 3, LONGEST = 15, REMEMBERED = 512 };

/* What disasm_writes asks of an instruction depends on its bytes and the size of its code alone, and Capstone
 * takes longer to find it than all else that an executed instruction costs: so it is remembered. */
struct decoding {
  enum code_size code_size; /* 0: nothing yet */
  uint8_t size, bytes[LONGEST];
  bool plain; /* Capstone knows it, and it is not performed: that one's steps tell what it wrote */
  cs_insn instruction;
  cs_detail detail; /* of `instruction` */
};

struct disasm {
  csh handle[MODES]; /* 16, 32, 64 bits */
  cs_insn *instruction;
  struct decoding remembered[REMEMBERED];
};

static unsigned mode_index(enum code_size size) {
  switch (size) {
  case CODE_16: return 0;
  case CODE_32: return 1;
  default: return 2;
  }
}

void disasm_close(struct disasm *disasm) {
  if (!disasm) return;
  if (disasm->instruction) cs_free(disasm->instruction, 1);
  for (unsigned i = 0; i < MODES; i++) {
    if (disasm->handle[i]) cs_close(&disasm->handle[i]);
  }
  free(disasm);
}

struct disasm *disasm_open(void) {
  static const cs_mode mode[] = { CS_MODE_16, CS_MODE_32, CS_MODE_64 };
  struct disasm *disasm = calloc(1, sizeof *disasm);
  if (!disasm) return NULL;
  bool opened = true;
  for (unsigned i = 0; i < MODES; i++)
    opened = opened && cs_open(CS_ARCH_X86, mode[i], &disasm->handle[i]) == CS_ERR_OK;
  for (unsigned i = 0; i < MODES && opened; i++)
    cs_option(disasm->handle[i], CS_OPT_DETAIL, CS_OPT_ON); /* operands, for disasm_writes */
  if (opened) disasm->instruction = cs_malloc(disasm->handle[0]);
  if (disasm->instruction) return disasm;
  disasm_close(disasm);
  return NULL;
}

void disasm_print(struct disasm *disasm, struct output *output, const struct rs_cpu *cpu, uint64_t address,
                  const uint8_t *bytes, size_t size) {
  csh handle = disasm->handle[mode_index(code_size_of(cpu))];
  if (!cs_disasm_iter(handle, &bytes, &size, &address, disasm->instruction)) {
    output_text(output, "(not decoded)");
    return;
  }
  output_text(output, disasm->instruction->mnemonic);
  if (!disasm->instruction->op_str[0]) return;
  output_char(output, ' ');
  output_text(output, disasm->instruction->op_str);
}

/* Capstone's register as the number of a general register, or 16 (RIP), or -1. */
static int register_number(x86_reg reg) {
  static const x86_reg names[][16] = {
    { X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX, X86_REG_RSP, X86_REG_RBP, X86_REG_RSI, X86_REG_RDI,
      X86_REG_R8, X86_REG_R9, X86_REG_R10, X86_REG_R11, X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15 },
    { X86_REG_EAX, X86_REG_ECX, X86_REG_EDX, X86_REG_EBX, X86_REG_ESP, X86_REG_EBP, X86_REG_ESI, X86_REG_EDI,
      X86_REG_R8D, X86_REG_R9D, X86_REG_R10D, X86_REG_R11D, X86_REG_R12D, X86_REG_R13D, X86_REG_R14D,
      X86_REG_R15D },
    { X86_REG_AX, X86_REG_CX, X86_REG_DX, X86_REG_BX, X86_REG_SP, X86_REG_BP, X86_REG_SI, X86_REG_DI,
      X86_REG_R8W, X86_REG_R9W, X86_REG_R10W, X86_REG_R11W, X86_REG_R12W, X86_REG_R13W, X86_REG_R14W,
      X86_REG_R15W },
    { X86_REG_AL, X86_REG_CL, X86_REG_DL, X86_REG_BL, X86_REG_SPL, X86_REG_BPL, X86_REG_SIL, X86_REG_DIL,
      X86_REG_R8B, X86_REG_R9B, X86_REG_R10B, X86_REG_R11B, X86_REG_R12B, X86_REG_R13B, X86_REG_R14B,
      X86_REG_R15B },
    { X86_REG_AH, X86_REG_CH, X86_REG_DH, X86_REG_BH },
  };
  if (reg == X86_REG_RIP || reg == X86_REG_EIP) return 16;
  for (unsigned set = 0; set < sizeof names / sizeof *names; set++) {
    for (int i = 0; i < 16; i++)
      if (names[set][i] == reg && reg != X86_REG_INVALID) return i;
  }
  return -1;
}

static uint64_t register_value(const struct rs_cpu *cpu, x86_reg reg, uint64_t next_rip) {
  int number = register_number(reg);
  if (number == 16) return next_rip;
  return number < 0 ? 0 : cpu->general[number];
}

static enum rs_register operand_segment(const x86_op_mem *memory) {
  static const struct {
    x86_reg reg;
    enum rs_register segment;
  } rows[] = { { X86_REG_ES, RS_ES }, { X86_REG_CS, RS_CS }, { X86_REG_SS, RS_SS },
               { X86_REG_DS, RS_DS }, { X86_REG_FS, RS_FS }, { X86_REG_GS, RS_GS } };
  int base = register_number(memory->base);
  enum rs_register segment = base == RS_RSP - RS_RAX || base == RS_RBP - RS_RAX ? RS_SS : RS_DS;
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].reg == memory->segment) segment = rows[i].segment;
  return segment;
}

static uint64_t segment_base(const struct rs_cpu *cpu, const x86_op_mem *memory) {
  enum rs_register segment = operand_segment(memory);
  /* In 64-bit mode only FS and GS have bases [SDM1 "Segmentation in 64-Bit Mode"]. */
  if (code_size_of(cpu) == CODE_64 && segment != RS_FS && segment != RS_GS) return 0;
  return cpu->segment[RS_SEGMENT_INDEX(segment)].base;
}

static uint64_t truncate_to(uint64_t value, unsigned size) {
  return size >= 8 ? value : value & ((UINT64_C(1) << (8 * size)) - 1);
}

static uint64_t operand_linear_address(const struct rs_cpu *cpu, const cs_insn *instruction,
                                       const x86_op_mem *memory) {
  uint64_t next = cpu->rip + instruction->size;
  uint64_t offset = register_value(cpu, memory->base, next) +
                    register_value(cpu, memory->index, next) * (uint64_t)memory->scale +
                    (uint64_t)memory->disp;
  offset = truncate_to(offset, instruction->detail->x86.addr_size);
  uint64_t linear = segment_base(cpu, memory) + offset;
  return code_size_of(cpu) == CODE_64 ? linear : (uint32_t)linear;
}

/* One written range, in pieces of up to 8 bytes, as far as there is room. */
static unsigned writes_add(struct rs_memory_change *writes, unsigned count, uint64_t linear, unsigned size) {
  while (size > 0 && count < DISASM_WRITES) {
    unsigned piece = size < 8 ? size : 8;
    writes[count++] = (struct rs_memory_change){ .linear = linear, .size = (uint8_t)piece };
    linear += piece;
    size -= piece;
  }
  return count;
}

/* The bytes that the instruction pushes, 0 for those that do not push. */
static unsigned pushed_size(const struct rs_cpu *cpu, const cs_insn *instruction) {
  switch (instruction->id) {
  case X86_INS_PUSH:
  case X86_INS_CALL:
  case X86_INS_PUSHF:
  case X86_INS_PUSHFD:
  case X86_INS_PUSHFQ:
  case X86_INS_ENTER: break;
  default: return 0;
  }
  bool narrow = instruction->detail->x86.prefix[2] == X86_PREFIX_OPSIZE;
  unsigned word = code_size_of(cpu) == CODE_16 ? (narrow ? 4 : 2) : narrow ? 2 : code_size_of(cpu);
  return word;
}

static unsigned push_add(const struct rs_cpu *cpu, unsigned size, struct rs_memory_change *writes) {
  const struct rs_segment *ss = &cpu->segment[RS_SEGMENT_INDEX(RS_SS)];
  uint64_t pointer = cpu->general[RS_RSP - RS_RAX] - size;
  if (code_size_of(cpu) == CODE_64) return writes_add(writes, 0, pointer, size);
  pointer &= ss->attributes & SEGMENT_DB ? UINT32_MAX : UINT16_MAX;
  return writes_add(writes, 0, (uint32_t)(ss->base + pointer), size);
}

/* MOVS and STOS, with or without REP. */
static bool is_string_store(const cs_x86 *x86) {
  return (x86->opcode[0] & 0xfe) == 0xa4 || (x86->opcode[0] & 0xfe) == 0xaa;
}

/* What a string store writes: as many elements as RCX counts when repeated, downwards with DF. */
static unsigned string_add(const struct rs_cpu *cpu, const cs_x86 *x86, uint64_t linear, unsigned element,
                           struct rs_memory_change *writes) {
  bool repeated = x86->prefix[0] == X86_PREFIX_REP || x86->prefix[0] == X86_PREFIX_REPNE;
  uint64_t elements = repeated ? truncate_to(cpu->general[RS_RCX - RS_RAX], x86->addr_size) : 1;
  uint64_t room = DISASM_WRITES * 8 / element;
  if (elements > room) elements = room;
  if (elements && cpu->rflags & RFLAGS_DF) linear -= (elements - 1) * element;
  return writes_add(writes, 0, linear, (unsigned)elements * element);
}

/* A bit string's register operand says in which of its words the bit lies [SDM2 "BTS"]. */
static uint64_t bit_string_displacement(const struct rs_cpu *cpu, const cs_insn *instruction, unsigned size) {
  const cs_x86_op *bit = &instruction->detail->x86.operands[1];
  bool string =
      instruction->id == X86_INS_BTS || instruction->id == X86_INS_BTR || instruction->id == X86_INS_BTC;
  if (!string || bit->type != X86_OP_REG) return 0;
  uint64_t value = register_value(cpu, bit->reg, 0), sign = UINT64_C(1) << (8 * size - 1);
  int64_t index = (int64_t)((truncate_to(value, size) ^ sign) - sign);
  int64_t bits = 8 * (int64_t)size;
  return (uint64_t)((index - ((index % bits) + bits) % bits) / 8);
}

/* Capstone's sizes, but for the images of the FPU [SDM2 "FXSAVE", "FSAVE/FNSAVE"]. */
static unsigned operand_size(const cs_insn *instruction, const cs_x86_op *operand) {
  switch (instruction->id) {
  case X86_INS_FXSAVE:
  case X86_INS_FXSAVE64: return 512;
  case X86_INS_FNSAVE: return instruction->detail->x86.prefix[2] == X86_PREFIX_OPSIZE ? 94 : 108;
  default: return operand->size;
  }
}

static unsigned operand_add(const struct rs_cpu *cpu, const cs_insn *instruction, const cs_x86_op *operand,
                            struct rs_memory_change *writes, unsigned count) {
  unsigned size = operand_size(instruction, operand);
  uint64_t linear = operand_linear_address(cpu, instruction, &operand->mem);
  if (size == 0) return count;
  if (is_string_store(&instruction->detail->x86))
    return string_add(cpu, &instruction->detail->x86, linear, size, writes);
  linear += bit_string_displacement(cpu, instruction, size);
  return writes_add(writes, count, linear, size);
}

static void decode(struct disasm *disasm, struct decoding *decoding) {
  const uint8_t *bytes = decoding->bytes;
  size_t size = decoding->size;
  uint64_t address = 0;
  struct rs_instruction performed;
  csh handle = disasm->handle[mode_index(decoding->code_size)];
  decoding->plain = !instruction_decode(bytes, size, decoding->code_size, &performed) &&
                    cs_disasm_iter(handle, &bytes, &size, &address, disasm->instruction);
  if (!decoding->plain) return;
  decoding->instruction = *disasm->instruction;
  decoding->detail = *disasm->instruction->detail;
  decoding->instruction.detail = &decoding->detail;
}

/* FNV-1a. */
static unsigned bytes_hash(const uint8_t *bytes, size_t size) {
  uint32_t hash = UINT32_C(2166136261);
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ bytes[i]) * UINT32_C(16777619);
  return hash % REMEMBERED;
}

static const struct decoding *decoding_find(struct disasm *disasm, enum code_size code_size,
                                            const uint8_t *bytes, size_t size) {
  if (size > LONGEST) size = LONGEST;
  struct decoding *decoding = &disasm->remembered[bytes_hash(bytes, size)];
  if (decoding->code_size == code_size && decoding->size == size && memcmp(decoding->bytes, bytes, size) == 0)
    return decoding;
  decoding->code_size = code_size;
  decoding->size = (uint8_t)size;
  memcpy(decoding->bytes, bytes, size);
  decode(disasm, decoding);
  return decoding;
}

unsigned disasm_writes(struct disasm *disasm, const struct rs_cpu *cpu, const uint8_t *bytes, size_t size,
                       struct rs_memory_change writes[DISASM_WRITES], unsigned *certain) {
  const struct decoding *decoding = decoding_find(disasm, code_size_of(cpu), bytes, size);
  *certain = 0;
  if (!decoding->plain) return 0;
  const cs_insn *instruction = &decoding->instruction;
  const cs_x86 *x86 = &instruction->detail->x86;
  unsigned pushed = pushed_size(cpu, instruction);
  unsigned count = pushed > 0 ? push_add(cpu, pushed, writes) : 0;
  *certain = count;
  for (unsigned pass = 0; pass < 2; pass++) {
    for (unsigned i = 0; i < x86->op_count; i++) {
      const cs_x86_op *operand = &x86->operands[i];
      bool known = operand->access & CS_AC_WRITE;
      if (operand->type != X86_OP_MEM || known != (pass == 0)) continue;
      if (pass == 1 && is_string_store(x86)) continue; /* the source of MOVS */
      count = operand_add(cpu, instruction, operand, writes, count);
    }
    if (pass == 0) *certain = count;
  }
  return count;
}

static uint16_t register_bit(x86_reg reg) {
  int number = register_number(reg);
  return number >= 0 && number < 16 ? (uint16_t)(1U << number) : 0;
}

static void sources_read(struct disasm_sources *out, uint64_t linear, unsigned size) {
  if (size == 0 || size > 16 || out->read_count == DISASM_READS) return;
  out->read[out->read_count].linear = linear;
  out->read[out->read_count++].size = (uint8_t)size;
}

/* The word that POP, RET and LEAVE take from the stack. */
static void sources_pop(const struct rs_cpu *cpu, const cs_insn *instruction, struct disasm_sources *out) {
  const struct rs_segment *ss = &cpu->segment[RS_SEGMENT_INDEX(RS_SS)];
  bool leave = instruction->id == X86_INS_LEAVE;
  if (!leave && instruction->id != X86_INS_POP && instruction->id != X86_INS_RET) return;
  uint64_t pointer = cpu->general[(leave ? RS_RBP : RS_RSP) - RS_RAX];
  if (leave) out->values |= register_bit(X86_REG_RBP);
  if (code_size_of(cpu) != CODE_64) {
    pointer &= ss->attributes & SEGMENT_DB ? UINT32_MAX : UINT16_MAX;
    pointer = (uint32_t)(ss->base + pointer);
  }
  sources_read(out, pointer, (unsigned)code_size_of(cpu));
}

/* The source of MOVS has the place of what was written, as far from its beginning. */
static void sources_string(const struct rs_cpu *cpu, const cs_insn *instruction, uint64_t written,
                           struct disasm_sources *out) {
  const cs_x86 *x86 = &instruction->detail->x86;
  if ((x86->opcode[0] & 0xfe) != 0xa4 || x86->op_count != 2) return;
  uint64_t to = operand_linear_address(cpu, instruction, &x86->operands[0].mem);
  uint64_t from = operand_linear_address(cpu, instruction, &x86->operands[1].mem);
  out->string = true;
  out->read_count = 0;
  sources_read(out, from + (written - to), 1);
}

/* XOR and SUB of a register with itself take nothing from it. */
static bool clears(const cs_insn *instruction) {
  const cs_x86 *x86 = &instruction->detail->x86;
  return (instruction->id == X86_INS_XOR || instruction->id == X86_INS_SUB) && x86->op_count == 2 &&
         x86->operands[0].type == X86_OP_REG && x86->operands[1].type == X86_OP_REG &&
         x86->operands[0].reg == x86->operands[1].reg;
}

static void sources_operand(const struct rs_cpu *cpu, const cs_insn *instruction, const cs_x86_op *operand,
                            struct disasm_sources *out) {
  if (operand->type == X86_OP_REG && operand->access & CS_AC_READ) out->values |= register_bit(operand->reg);
  if (operand->type != X86_OP_MEM) return;
  uint16_t addresses = register_bit(operand->mem.base) | register_bit(operand->mem.index);
  if (instruction->id == X86_INS_LEA) {
    out->values |= addresses;
    return;
  }
  out->addresses |= addresses;
  out->segment = operand_segment(&operand->mem);
  if (operand->access & CS_AC_READ)
    sources_read(out, operand_linear_address(cpu, instruction, &operand->mem), operand->size);
}

bool disasm_sources(struct disasm *disasm, const struct rs_cpu *cpu, const uint8_t *bytes, size_t size,
                    uint64_t written, struct disasm_sources *out) {
  const struct decoding *decoding = decoding_find(disasm, code_size_of(cpu), bytes, size);
  *out = (struct disasm_sources){ .segment = RS_NO_REGISTER };
  if (!decoding->plain) return false;
  const cs_insn *instruction = &decoding->instruction;
  if (clears(instruction)) return true;
  for (unsigned i = 0; i < instruction->detail->x86.op_count; i++)
    sources_operand(cpu, instruction, &instruction->detail->x86.operands[i], out);
  sources_string(cpu, instruction, written, out);
  sources_pop(cpu, instruction, out);
  return true;
}

uint16_t disasm_written(struct disasm *disasm, const struct rs_cpu *cpu, const uint8_t *bytes, size_t size) {
  const struct decoding *decoding = decoding_find(disasm, code_size_of(cpu), bytes, size);
  uint16_t written = 0;
  if (!decoding->plain) return 0;
  const cs_x86 *x86 = &decoding->detail.x86;
  for (unsigned i = 0; i < x86->op_count; i++) {
    const cs_x86_op *operand = &x86->operands[i];
    if (operand->type == X86_OP_REG && operand->access & CS_AC_WRITE) written |= register_bit(operand->reg);
  }
  for (unsigned i = 0; i < decoding->detail.regs_write_count; i++)
    written |= register_bit(decoding->detail.regs_write[i]);
  return written;
}
