/* Walks the instructions of a piece of code: their lengths, and which of them are sensitive. */
#include "engine/discover.h"

#include <capstone/capstone.h>
#include <stdlib.h>
#include <string.h>

struct discoverer {
  csh handle[3]; /* by index_of(code size) */
  cs_insn *instruction;
  cs_insn *detailed;
};

static unsigned index_of(enum code_size code) {
  return code == CODE_64 ? 2 : code == CODE_32 ? 1 : 0;
}

struct discoverer *discoverer_open(void) {
  static const cs_mode mode[3] = { CS_MODE_16, CS_MODE_32, CS_MODE_64 };
  struct discoverer *d = calloc(1, sizeof *d);
  if (!d) return NULL;
  for (unsigned i = 0; i < 3; i++) {
    if (cs_open(CS_ARCH_X86, mode[i], &d->handle[i]) != CS_ERR_OK) {
      discoverer_close(d);
      return NULL;
    }
  }
  d->instruction = cs_malloc(d->handle[0]); /* allocated without details: quicker to fill */
  cs_option(d->handle[0], CS_OPT_DETAIL, CS_OPT_ON);
  d->detailed = cs_malloc(d->handle[0]);
  cs_option(d->handle[0], CS_OPT_DETAIL, CS_OPT_OFF);
  if (d->instruction && d->detailed) return d;
  discoverer_close(d);
  return NULL;
}

void discoverer_close(struct discoverer *d) {
  if (!d) return;
  if (d->instruction) cs_free(d->instruction, 1);
  if (d->detailed) cs_free(d->detailed, 1);
  for (unsigned i = 0; i < 3; i++) {
    if (d->handle[i]) cs_close(&d->handle[i]);
  }
  free(d);
}

static bool disassemble(struct discoverer *d, const uint8_t *bytes, size_t count, enum code_size code,
                        cs_insn *into) {
  uint64_t address = 0;
  return cs_disasm_iter(d->handle[index_of(code)], &bytes, &count, &address, into);
}

unsigned discover_length(struct discoverer *d, const uint8_t *bytes, size_t count, enum code_size code) {
  struct rs_instruction sensitive;
  if (instruction_decode(bytes, count, code, &sensitive)) return sensitive.length;
  return disassemble(d, bytes, count, code, d->instruction) ? d->instruction->size : 0;
}

/* Legacy prefixes, and REX in 64-bit mode [SDM2 "Instruction Prefixes"]. */
static bool is_prefix(uint8_t byte, enum code_size code) {
  switch (byte) {
  case 0x26:
  case 0x2e:
  case 0x36:
  case 0x3e:
  case 0x64:
  case 0x65:
  case 0x66:
  case 0x67:
  case 0xf0:
  case 0xf2:
  case 0xf3: return true;
  default: return code == CODE_64 && (byte & 0xf0) == 0x40;
  }
}

bool discover_repeats(const uint8_t *bytes, size_t count, enum code_size code) {
  bool repeat = false;
  size_t i = 0;
  for (; i < count && is_prefix(bytes[i], code); i++)
    repeat |= bytes[i] == 0xf2 || bytes[i] == 0xf3;
  if (!repeat || i == count) return false;
  uint8_t opcode = bytes[i];
  return (opcode >= 0xa4 && opcode <= 0xa7) || (opcode >= 0xaa && opcode <= 0xaf);
}

bool discover_overrides(const uint8_t *bytes, size_t count, enum code_size code) {
  bool overrides = false;
  for (size_t i = 0; i < count && is_prefix(bytes[i], code); i++)
    overrides |= (bytes[i] & 0xe7) == 0x26 || bytes[i] == 0x64 || bytes[i] == 0x65;
  return overrides;
}

unsigned discover_address_size(const uint8_t *bytes, size_t count, enum code_size code) {
  static const uint8_t sizes[3][2] = { { 2, 4 }, { 4, 2 }, { 8, 4 } };
  bool overridden = false;
  for (size_t i = 0; i < count && is_prefix(bytes[i], code); i++)
    overridden |= bytes[i] == 0x67;
  return sizes[index_of(code)][overridden];
}

/* ENTER copies up to 31 frame pointers, PUSHA and POPA move 8 registers. */
static unsigned many_accesses(const uint8_t *bytes, unsigned length, enum code_size code) {
  unsigned i = 0;
  while (i < length && is_prefix(bytes[i], code))
    i++;
  if (i + 3 < length && bytes[i] == 0xc8) return 2 * (bytes[i + 3] & 31u);
  return i < length && (bytes[i] == 0x60 || bytes[i] == 0x61) ? 8 : 0;
}

void discover_block(struct discoverer *d, const uint8_t *bytes, size_t size, size_t available,
                    enum code_size code, struct discovery *out) {
  size_t at = 0;
  out->count = out->site_count = out->accesses = 0;
  out->repeats = discover_repeats(bytes, size, code);
  while (at < size && out->count < DISCOVER_MAX) {
    struct site *site = &out->site[out->site_count];
    unsigned length = 0;
    if (instruction_decode(bytes + at, available - at, code, &site->instruction)) {
      length = site->instruction.length;
      site->offset = (uint16_t)at;
      out->site_count++;
    } else if (disassemble(d, bytes + at, available - at, code, d->instruction)) {
      length = d->instruction->size;
    }
    if (length == 0) break;
    out->offset[out->count++] = (uint16_t)at;
    out->accesses += many_accesses(bytes + at, length, code);
    at += length;
  }
  out->complete = at >= size;
}

static bool in_group(const cs_insn *instruction, unsigned group) {
  for (unsigned i = 0; i < instruction->detail->groups_count; i++) {
    if (instruction->detail->groups[i] == group) return true;
  }
  return false;
}

static bool is_stack_register(x86_reg reg) {
  return reg == X86_REG_RSP || reg == X86_REG_RBP || reg == X86_REG_ESP || reg == X86_REG_EBP ||
         reg == X86_REG_SP || reg == X86_REG_BP;
}

/* Capstone does not tell of ENTER. */
static bool uses_stack(const cs_insn *instruction) {
  bool uses = instruction->id == X86_INS_ENTER;
  for (unsigned i = 0; i < instruction->detail->regs_read_count; i++) {
    unsigned reg = instruction->detail->regs_read[i];
    uses |= reg == X86_REG_RSP || reg == X86_REG_ESP || reg == X86_REG_SP;
  }
  return uses;
}

static bool overridden(const cs_x86 *x86) {
  return x86->prefix[1] == X86_PREFIX_FS || x86->prefix[1] == X86_PREFIX_GS;
}

/* Instructions that modify their memory operand, of which Capstone 5 says that they only read it. */
static bool modifies_untold(unsigned id) {
  switch (id) {
  case X86_INS_CMPXCHG:
  case X86_INS_CMPXCHG8B:
  case X86_INS_CMPXCHG16B:
  case X86_INS_ROL:
  case X86_INS_ROR:
  case X86_INS_RCL:
  case X86_INS_RCR: return true;
  default: return false;
  }
}

static void read_memory_operand(const cs_insn *instruction, struct operands *out) {
  const cs_x86 *x86 = &instruction->detail->x86;
  for (unsigned i = 0; i < x86->op_count; i++) {
    const cs_x86_op *op = &x86->operands[i];
    if (op->type != X86_OP_MEM) continue;
    out->modifies |= op->access == (CS_AC_READ | CS_AC_WRITE) || modifies_untold(instruction->id);
    out->stack_based |= is_stack_register(op->mem.base) && !overridden(x86);
  }
}

static enum branch branch_of(const cs_insn *instruction) {
  if (in_group(instruction, X86_GRP_CALL)) return BRANCH_CALL;
  if (in_group(instruction, X86_GRP_RET)) return BRANCH_RETURN;
  return in_group(instruction, X86_GRP_JUMP) ? BRANCH_JUMP : BRANCH_NONE;
}

struct operands discover_operands(struct discoverer *d, const uint8_t *bytes, size_t count,
                                  enum code_size code) {
  struct operands out = { 0 };
  csh handle = d->handle[index_of(code)];
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  if (disassemble(d, bytes, count, code, d->detailed)) {
    const cs_x86 *x86 = &d->detailed->detail->x86;
    read_memory_operand(d->detailed, &out);
    out.uses_stack = uses_stack(d->detailed);
    out.branch = branch_of(d->detailed);
    out.operand_size = code == CODE_64 ? 8 : (x86->prefix[2] == 0x66) != (code == CODE_16) ? 2 : 4;
    if (out.branch == BRANCH_RETURN && x86->op_count == 1) out.return_bytes = (uint16_t)x86->operands[0].imm;
  }
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_OFF);
  return out;
}

/* [SDM3 "Alignment Requirements by Data Type"]. What has 16 bytes or more raises #GP instead, or may lie
 * anywhere; so it is with the image of FXSAVE. */
static unsigned alignment_of(const cs_insn *instruction, unsigned size, unsigned operand_size) {
  switch (instruction->id) {
  case X86_INS_LEA:
  case X86_INS_NOP:
  case X86_INS_FXSAVE:
  case X86_INS_FXSAVE64:
  case X86_INS_FXRSTOR:
  case X86_INS_FXRSTOR64: return 1;
  case X86_INS_BOUND:
  case X86_INS_FLDENV:
  case X86_INS_FNSTENV:
  case X86_INS_FRSTOR:
  case X86_INS_FNSAVE: return operand_size == 2 ? 2 : 4;
  default: return size == 10 ? 8 : size <= 8 && !(size & (size - 1)) ? size : 1;
  }
}

/* The register through which the instruction uses the stack; `*below` when it does so below it. */
static uint8_t stack_register(const cs_insn *instruction, bool *below) {
  enum { SP = 4, BP = 5 };
  *below = false;
  switch (instruction->id) {
  case X86_INS_PUSH:
  case X86_INS_PUSHAW:
  case X86_INS_PUSHAL:
  case X86_INS_CALL:
  case X86_INS_ENTER: *below = true; return SP;
  case X86_INS_POP:
  case X86_INS_POPAW:
  case X86_INS_POPAL:
  case X86_INS_RET: return SP;
  case X86_INS_LEAVE: return BP;
  default: return RS_NO_INDEX;
  }
}

/* How many words of the stack it moves. */
static unsigned stack_words(const cs_insn *instruction) {
  switch (instruction->id) {
  case X86_INS_PUSHAW:
  case X86_INS_PUSHAL:
  case X86_INS_POPAW:
  case X86_INS_POPAL: return 8;
  case X86_INS_ENTER: return 1 + (instruction->bytes[instruction->size - 1] & 31u);
  default: return 1;
  }
}

static void refer_to_stack(const cs_insn *instruction, unsigned word, struct reference *r) {
  bool below;
  r->operand.base = stack_register(instruction, &below);
  r->operand.segment = (uint8_t)RS_SEGMENT_INDEX(RS_SS);
  r->size = (uint16_t)(stack_words(instruction) * word);
  r->operand.displacement = below ? -(int64_t)r->size : 0;
  r->alignment = (uint8_t)word;
  r->writes = below;
  r->stack = true;
}

/* The bytes that an operand in memory has, where Capstone does not say; none where nothing is accessed. */
static unsigned size_of(const cs_insn *instruction, const cs_x86_op *op, unsigned operand_size) {
  switch (instruction->id) {
  case X86_INS_LEA:
  case X86_INS_NOP:
  case X86_INS_PREFETCH:
  case X86_INS_PREFETCHW:
  case X86_INS_PREFETCHNTA:
  case X86_INS_PREFETCHT0:
  case X86_INS_PREFETCHT1:
  case X86_INS_PREFETCHT2: return 0;
  case X86_INS_BOUND: return 2 * operand_size;
  case X86_INS_FLDENV:
  case X86_INS_FNSTENV: return 7 * operand_size;
  case X86_INS_FRSTOR:
  case X86_INS_FNSAVE: return 7 * operand_size + 80;
  case X86_INS_FXSAVE:
  case X86_INS_FXRSTOR: return 512;
  default: return op->size;
  }
}

/* What Capstone says of writing is not to be relied on. An operand that is not alone is the destination when
 * it is the first, but for comparisons. */
static bool writes(const cs_insn *instruction, unsigned operand) {
  const cs_x86 *x86 = &instruction->detail->x86;
  switch (instruction->id) {
  case X86_INS_CMP:
  case X86_INS_TEST:
  case X86_INS_BT:
  case X86_INS_CMPSB:
  case X86_INS_CMPSW:
  case X86_INS_CMPSD:
  case X86_INS_CMPSQ:
  case X86_INS_FRSTOR: return false;
  case X86_INS_FST:
  case X86_INS_FSTP:
  case X86_INS_FIST:
  case X86_INS_FISTP:
  case X86_INS_FISTTP:
  case X86_INS_FBSTP:
  case X86_INS_FNSTCW:
  case X86_INS_FNSTSW:
  case X86_INS_FNSTENV:
  case X86_INS_FNSAVE:
  case X86_INS_FXSAVE:
  case X86_INS_STMXCSR: return true;
  default:
    return modifies_untold(instruction->id) || (operand == 0 && x86->op_count > 1) ||
           x86->operands[operand].access & CS_AC_WRITE;
  }
}

static void describe_access(const cs_insn *instruction, unsigned operand, unsigned operand_size,
                            struct reference *r) {
  const cs_x86_op *op = &instruction->detail->x86.operands[operand];
  r->size = (uint16_t)size_of(instruction, op, operand_size);
  r->alignment = (uint8_t)alignment_of(instruction, op->size, operand_size);
  r->writes = writes(instruction, operand);
}

/* What is not in the address itself: the bit's number of BT and its like. */
static void add_register(const cs_insn *instruction, struct reference *r) {
  switch (instruction->id) {
  case X86_INS_BT:
  case X86_INS_BTC:
  case X86_INS_BTR:
  case X86_INS_BTS:
    if (instruction->detail->x86.operands[1].type != X86_OP_REG) return;
    r->addend = ADDEND_BITS;
    r->added_register = r->operand.reg;
    return;
  default: return;
  }
}

/* Where an operand of an instruction without ModRM lies: an absolute address, or the register of a string. */
static void refer_without_modrm(const cs_x86_op *op, struct reference *r) {
  enum { SI = 6, DI = 7 };
  r->operand.displacement = op->mem.disp;
  switch (op->mem.base) {
  case X86_REG_RSI:
  case X86_REG_ESI:
  case X86_REG_SI: r->operand.base = SI; break;
  case X86_REG_RDI:
  case X86_REG_EDI:
  case X86_REG_DI:
    r->operand.base = DI;
    r->operand.segment = (uint8_t)RS_SEGMENT_INDEX(RS_ES);
    break;
  default: break;
  }
}

/* The operand that Capstone does not tell of; false when there is none. */
static bool refer_to_implied(const cs_insn *instruction, struct reference *r) {
  enum { BX = 3, DI = 7 };
  switch (instruction->id) {
  case X86_INS_XLATB:
    r->operand.base = BX;
    r->addend = ADDEND_AL;
    r->size = 1;
    break;
  case X86_INS_MASKMOVQ:
  case X86_INS_MASKMOVDQU:
    r->operand.base = DI;
    r->size = instruction->id == X86_INS_MASKMOVQ ? 8 : 16;
    r->writes = true;
    break;
  default: return false;
  }
  r->alignment = 1;
  return true;
}

static unsigned refer(const cs_insn *instruction, enum code_size code, struct reference *references) {
  const cs_x86 *x86 = &instruction->detail->x86;
  bool narrow = x86->prefix[2] == 0x66, below;
  unsigned size = narrow != (code == CODE_16) ? 2 : 4, word = code == CODE_64 && size == 4 ? 8 : size,
           count = 0;
  bool repeated = discover_repeats(instruction->bytes, instruction->size, code);
  struct rs_instruction common;
  if (!instruction_decode_address(instruction->bytes, instruction->size, code, 0, &common)) return 0;
  for (unsigned i = 0; i < x86->op_count && count < DISCOVER_REFERENCES - 1; i++) {
    const cs_x86_op *op = &x86->operands[i];
    struct reference *r = &references[count];
    if (op->type != X86_OP_MEM) continue;
    *r = (struct reference){ .operand = common, .repeated = repeated };
    describe_access(instruction, i, size, r);
    if (!x86->encoding.modrm_offset)
      refer_without_modrm(op, r);
    else if (!instruction_decode_address(instruction->bytes, instruction->size, code,
                                         x86->encoding.modrm_offset, &r->operand))
      continue;
    add_register(instruction, r);
    count += r->size > 0;
  }
  references[count] = (struct reference){ .operand = common };
  if (refer_to_implied(instruction, &references[count])) return count + 1;
  if (stack_register(instruction, &below) == RS_NO_INDEX) return count;
  refer_to_stack(instruction, word, &references[count]);
  return count + 1;
}

unsigned discover_references(struct discoverer *d, const uint8_t *bytes, size_t count, enum code_size code,
                             struct reference references[DISCOVER_REFERENCES]) {
  csh handle = d->handle[index_of(code)];
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  bool known = disassemble(d, bytes, count, code, d->detailed);
  unsigned found = known ? refer(d->detailed, code, references) : 0;
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_OFF);
  return found;
}
