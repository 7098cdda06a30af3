/* LAR, LSL, VERR, VERW and ARPL. */
#include "arch/inspect.h"

#include <assert.h>

#include "arch/operand.h"
#include "arch/system_segment.h"

#define TYPE_BIT(type) (1U << (type))

/* System types that LAR tells of; LSL not of gates; IA-32e mode knows fewer [SDM2 "LAR"], [SDM2 "LSL"]. */
static unsigned inspected_system_types(enum rs_operation operation, bool long_mode) {
  unsigned segments = TYPE_BIT(SYSTEM_LDT) | TYPE_BIT(SYSTEM_TSS_AVAILABLE) | TYPE_BIT(SYSTEM_TSS_BUSY);
  unsigned narrow = TYPE_BIT(SYSTEM_TSS_16_AVAILABLE) | TYPE_BIT(SYSTEM_TSS_16_BUSY);
  unsigned narrow_gates = TYPE_BIT(SYSTEM_CALL_GATE_16) | TYPE_BIT(SYSTEM_TASK_GATE);
  if (operation != RS_OP_LAR && operation != RS_OP_LSL) return 0;
  if (operation == RS_OP_LAR) segments |= TYPE_BIT(SYSTEM_CALL_GATE) | (long_mode ? 0 : narrow_gates);
  return segments | (long_mode ? 0 : narrow);
}

static bool inspected_type(const struct rs_segment *s, enum rs_operation operation, bool long_mode) {
  int type = segment_system_type(s);
  return type < 0 || inspected_system_types(operation, long_mode) & TYPE_BIT(type);
}

static bool inspected_access(struct builder *b, const struct rs_segment *s, enum rs_operation operation) {
  if (operation != RS_OP_VERR && operation != RS_OP_VERW) return true;
  bool may = operation == RS_OP_VERR ? segment_is_readable(s) : segment_is_writable_data(s);
  return check(b, RS_CHECK_INSPECTED_ACCESS, may, s->selector, s->attributes, 0, 0);
}

/* True when the segment is visible to the program; `*faulted` when reading its descriptor faulted. */
static bool inspect(struct builder *b, enum rs_operation operation, uint16_t selector, struct descriptor *d,
                    bool *faulted) {
  const struct rs_segment *s = &d->segment;
  uint8_t cpl = b->before->cpl;
  *faulted = false;
  if (!check(b, RS_CHECK_INSPECTED_NOT_NULL, !selector_is_null(selector), selector, 0, 0, 0) ||
      !descriptor_is_within_table(b, selector, 8))
    return false;
  *faulted = !descriptor_read(b, selector, VECTOR_GP, d);
  if (*faulted) return false;
  bool conforming = segment_is_code(s) && segment_is_conforming(s);
  uint8_t dpl = segment_dpl(s);
  bool visible = conforming || (dpl >= cpl && dpl >= selector_rpl(selector));
  return check(b, RS_CHECK_INSPECTED_TYPE, inspected_type(s, operation, cpu_is_long_mode(b->before)),
               selector, s->attributes, 0, 0) &&
         check(b, RS_CHECK_INSPECTED_DPL, visible, selector, dpl, cpl, conforming) &&
         inspected_access(b, s, operation);
}

static void write_zf(struct builder *b, bool set) {
  write_register(b, RS_RFLAGS, (b->before->rflags & ~RFLAGS_ZF) | (set ? RFLAGS_ZF : 0));
}

/* LAR gives the second doubleword without base and limit, LSL the limit in bytes. */
static void write_answer(struct builder *b, const struct rs_instruction *instruction,
                         const struct descriptor *d) {
  enum { ACCESS_RIGHTS = 0x00f0ff00 };
  uint64_t old = b->before->general[instruction->reg];
  uint64_t answer = instruction->operation == RS_OP_LAR ? d->raw >> 32 & ACCESS_RIGHTS : d->segment.limit;
  if (instruction->operation != RS_OP_LAR && instruction->operation != RS_OP_LSL) return;
  write_register(b, (enum rs_register)(RS_RAX + instruction->reg),
                 register_merged(old, answer, instruction->operand_size));
}

/* [SDM2 "ARPL"]: raises the RPL of the destination to that of the source. */
static bool arpl_perform(struct builder *b, const struct rs_instruction *instruction) {
  struct rs_instruction word = *instruction;
  uint64_t selector;
  uint16_t rpl = selector_rpl((uint16_t)b->before->general[instruction->reg]);
  word.operand_size = 2;
  if (!operand_read_word(b, instruction, &selector)) return false;
  bool raised = selector_rpl((uint16_t)selector) < rpl;
  if (raised && !operand_write_word(b, &word, (selector & ~(uint64_t)SELECTOR_RPL) | rpl)) return false;
  write_zf(b, raised);
  return true;
}

static bool inspect_execute(struct builder *b, const struct rs_instruction *instruction) {
  struct descriptor d;
  uint64_t selector;
  bool faulted;
  if (instruction->operation == RS_OP_ARPL) return arpl_perform(b, instruction);
  if (!operand_read_word(b, instruction, &selector)) return false;
  bool visible = inspect(b, instruction->operation, (uint16_t)selector, &d, &faulted);
  if (faulted) return false;
  if (visible) write_answer(b, instruction, &d);
  write_zf(b, visible);
  return true;
}

bool inspect_perform(struct builder *b, const struct rs_instruction *instruction) {
  if (!instruction_needs_protected_mode(b) || !inspect_execute(b, instruction)) return false;
  advance_rip(b, instruction);
  return true;
}
