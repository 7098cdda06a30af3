/* Memory operands: segment checks and the linear address, in 64-bit mode and outside it. */
#include "arch/operand.h"

#include "arch/access.h"
#include "arch/instruction.h"

/* The vector for a refused segment: the stack's own for SS [SDM3 "Interrupt 12—Stack Fault Exception (#SS)"].
 */
static bool segment_refuse(struct builder *b, unsigned segment) {
  return fault_code(b, segment == RS_SEGMENT_INDEX(RS_SS) ? VECTOR_SS : VECTOR_GP, 0);
}

/* Bases other than those of FS and GS count as zero, limits and types are not checked
 * [SDM3 "Segmentation in IA-32e Mode"]. */
static bool linear_in_64_bit_mode(struct builder *b, unsigned segment, uint64_t offset, unsigned size,
                                  uint64_t *linear) {
  bool based = segment == RS_SEGMENT_INDEX(RS_FS) || segment == RS_SEGMENT_INDEX(RS_GS);
  *linear = offset + (based ? b->after->segment[segment].base : 0);
  bool canonical =
      address_is_canonical(b->after, *linear) && address_is_canonical(b->after, *linear + size - 1);
  if (!check(b, RS_CHECK_OPERAND_CANONICAL, canonical, *linear, size, 0, 0))
    return segment_refuse(b, segment);
  return true;
}

/* [SDM3 "Type Checking"] of what is in the register; real and virtual-8086 mode do not check types. */
static bool segment_type_allows(const struct rs_segment *s, enum access_kind kind) {
  if (s->attributes & SEGMENT_CODE) return kind != ACCESS_WRITE && s->attributes & SEGMENT_READABLE;
  return kind != ACCESS_WRITE || s->attributes & SEGMENT_WRITABLE;
}

/* [SDM3 "Limit Checking"] */
static bool segment_limit_allows(const struct rs_segment *s, uint64_t offset, unsigned size) {
  uint64_t last = offset + size - 1;
  bool expand_down = !(s->attributes & SEGMENT_CODE) && s->attributes & SEGMENT_EXPAND_DOWN;
  if (!expand_down) return last <= s->limit;
  return offset > s->limit && last <= (s->attributes & SEGMENT_DB ? UINT32_MAX : UINT16_MAX);
}

static bool checks_types(const struct rs_cpu *cpu) {
  return cpu->cr0 & CR0_PE && !(cpu->rflags & RFLAGS_VM);
}

bool segment_allows(const struct rs_cpu *cpu, unsigned segment, uint64_t offset, unsigned size,
                    enum access_kind kind) {
  const struct rs_segment *s = &cpu->segment[segment];
  if (kind == ACCESS_FETCH) return offset + size - 1 <= s->limit;
  if (checks_types(cpu) && (s->attributes & SEGMENT_UNUSABLE || !segment_type_allows(s, kind))) return false;
  return segment_limit_allows(s, offset, size);
}

static bool linear_in_segment(struct builder *b, unsigned segment, uint64_t offset, unsigned size,
                              enum access_kind kind, uint64_t *linear) {
  const struct rs_segment *s = &b->after->segment[segment];
  uint64_t type = s->attributes & SEGMENT_TYPE;
  bool expand_down = !(type & SEGMENT_CODE) && type & SEGMENT_EXPAND_DOWN;
  if (checks_types(b->after)) {
    bool usable = !(s->attributes & SEGMENT_UNUSABLE);
    enum rs_check may = kind == ACCESS_WRITE ? RS_CHECK_OPERAND_WRITABLE : RS_CHECK_OPERAND_READABLE;
    if (!check(b, RS_CHECK_OPERAND_SEGMENT_USABLE, usable, segment, s->selector, 0, 0))
      return segment_refuse(b, segment);
    if (!check(b, may, segment_type_allows(s, kind), segment, type, 0, 0)) return segment_refuse(b, segment);
  }
  if (!check(b, RS_CHECK_OPERAND_WITHIN_LIMIT, segment_limit_allows(s, offset, size), offset, size, s->limit,
             expand_down))
    return segment_refuse(b, segment);
  *linear = (uint32_t)(s->base + offset);
  return true;
}

bool segment_linear(struct builder *b, unsigned segment, uint64_t offset, unsigned size,
                    enum access_kind kind, uint64_t *linear) {
  if (code_size_of(b->after) == CODE_64) return linear_in_64_bit_mode(b, segment, offset, size, linear);
  return linear_in_segment(b, segment, offset, size, kind, linear);
}

/* [SDM3 "Alignment Requirements by Data Type"]: pseudo-descriptors and far pointers want less than their
 * size. */
static unsigned operand_alignment(const struct rs_instruction *instruction, unsigned size) {
  switch (instruction->operation) {
  case RS_OP_FAR_JMP:
  case RS_OP_FAR_CALL:
  case RS_OP_LOAD_FAR_POINTER: return instruction->operand_size;
  case RS_OP_SGDT:
  case RS_OP_SIDT: return 4;
  default: return size;
  }
}

bool operand_linear(struct builder *b, const struct rs_instruction *instruction, unsigned size,
                    enum access_kind kind, uint64_t *linear) {
  uint64_t offset = instruction_operand_offset(b->after, instruction);
  return segment_linear(b, instruction->segment, offset, size, kind, linear) &&
         access_is_aligned(b, *linear, operand_alignment(instruction, size));
}

enum access_privilege operand_privilege(const struct builder *b) {
  return b->after->cpl == 3 ? ACCESS_USER : ACCESS_SUPERVISOR;
}

static struct access word_access(const struct builder *b) {
  return (struct access){ .size = 2, .privilege = operand_privilege(b), .item = RS_ITEM_OPERAND };
}

bool operand_read_word(struct builder *b, const struct rs_instruction *instruction, uint64_t *value) {
  struct access access = word_access(b);
  union rs_value read;
  *value = b->before->general[instruction->rm] & 0xffff;
  if (!instruction->memory) return true;
  if (!operand_linear(b, instruction, 2, ACCESS_READ, &access.linear) || !access_read(b, &access, &read))
    return false;
  *value = read.word[0];
  return true;
}

bool operand_read_far_pointer(struct builder *b, const struct rs_instruction *instruction, uint64_t *offset,
                              uint16_t *selector) {
  bool narrow = instruction->operand_size == 8 && b->before->model == RS_CPU_AMD;
  struct access access = { .size = narrow ? 4 : instruction->operand_size,
                           .privilege = operand_privilege(b),
                           .item = RS_ITEM_OPERAND };
  union rs_value low, high;
  if (!operand_linear(b, instruction, access.size + 2U, ACCESS_READ, &access.linear) ||
      !access_read(b, &access, &low))
    return false;
  access.linear += access.size;
  access.size = 2;
  if (!access_read(b, &access, &high)) return false;
  *offset = low.word[0];
  *selector = (uint16_t)high.word[0];
  return true;
}

bool operand_write_word(struct builder *b, const struct rs_instruction *instruction, uint64_t value) {
  struct access access = word_access(b);
  uint64_t old = b->before->general[instruction->rm];
  if (instruction->memory)
    return operand_linear(b, instruction, 2, ACCESS_WRITE, &access.linear) &&
           access_write(b, &access, value & 0xffff);
  write_register(b, (enum rs_register)(RS_RAX + instruction->rm),
                 register_merged(old, value, instruction->operand_size));
  return true;
}

uint64_t register_merged(uint64_t old, uint64_t value, unsigned size) {
  uint64_t mask = size >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;
  return (size == 4 ? 0 : old & ~mask) | (value & mask);
}
