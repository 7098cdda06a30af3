/* LLDT, LTR, SLDT and STR. */
#include "arch/system_segment.h"

#include <assert.h>

#include "arch/model.h"
#include "arch/operand.h"

bool instruction_needs_protected_mode(struct builder *b) {
  bool pe = b->before->cr0 & CR0_PE, vm = cpu_is_v86(b->before);
  return check(b, RS_CHECK_SEGMENTED_PROTECTED_MODE, pe && !vm, pe, vm, 0, 0) || fault_plain(b, VECTOR_UD);
}

static bool store_perform(struct builder *b, const struct rs_instruction *instruction, uint16_t selector) {
  bool umip = b->before->cr4 & CR4_UMIP;
  uint8_t cpl = b->before->cpl;
  if (!check(b, RS_CHECK_STORE_ALLOWED_BY_UMIP, !umip || cpl == 0, umip, cpl, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  return operand_write_word(b, instruction, selector);
}

static bool load_begin(struct builder *b, const struct rs_instruction *instruction, uint16_t *selector) {
  uint8_t cpl = b->before->cpl;
  uint64_t word;
  if (!check(b, RS_CHECK_TABLE_LOAD_CPL, cpl == 0, cpl, 0, 0, 0)) return fault_code(b, VECTOR_GP, 0);
  if (!operand_read_word(b, instruction, &word)) return false;
  *selector = (uint16_t)word;
  return true;
}

static bool load_descriptor(struct builder *b, uint16_t selector, struct descriptor *d) {
  bool in_gdt = !(selector & SELECTOR_TI);
  if (!check(b, RS_CHECK_SELECTOR_NAMES_GDT, in_gdt, selector, 0, 0, 0))
    return fault_code(b, VECTOR_GP, selector_error(selector));
  if (!descriptor_is_within_table(b, selector, cpu_is_long_mode(b->before) ? 16 : 8))
    return fault_code(b, VECTOR_GP, selector_error(selector));
  return descriptor_read(b, selector, VECTOR_GP, d);
}

/* What is left when the type is right: presence, and in IA-32e mode the upper half of the base. */
static bool load_finish(struct builder *b, enum rs_check present, struct descriptor *d) {
  uint16_t selector = d->segment.selector;
  bool p = segment_is_present(&d->segment);
  if (!check(b, present, p, selector, p, 0, 0)) return fault_code(b, VECTOR_NP, selector_error(selector));
  if (!cpu_is_long_mode(b->before)) return true;
  if (!descriptor_read_upper(b, VECTOR_GP, d)) return false;
  uint64_t base = d->segment.base;
  return check(b, RS_CHECK_SYSTEM_BASE_CANONICAL, model_address_is_canonical(b->before->model, base), base, 0,
               0, 0) ||
         fault_code(b, VECTOR_GP, selector_error(selector));
}

static bool lldt_perform(struct builder *b, const struct rs_instruction *instruction) {
  struct descriptor d;
  uint16_t selector;
  if (!load_begin(b, instruction, &selector)) return false;
  if (selector_is_null(selector)) {
    d.segment = segment_null(selector, 0);
  } else {
    if (!load_descriptor(b, selector, &d)) return false;
    if (!check(b, RS_CHECK_LDT_DESCRIPTOR_TYPE, segment_system_type(&d.segment) == SYSTEM_LDT, selector,
               d.segment.attributes, 0, 0))
      return fault_code(b, VECTOR_GP, selector_error(selector));
    if (!load_finish(b, RS_CHECK_LDT_PRESENT, &d)) return false;
  }
  write_segment(b, RS_LDTR, &d.segment);
  return true;
}

static bool tss_is_available(const struct rs_segment *segment, bool long_mode) {
  int type = segment_system_type(segment);
  return type == SYSTEM_TSS_AVAILABLE || (!long_mode && type == SYSTEM_TSS_16_AVAILABLE);
}

static bool ltr_perform(struct builder *b, const struct rs_instruction *instruction) {
  bool long_mode = cpu_is_long_mode(b->before);
  struct descriptor d;
  uint16_t selector;
  if (!load_begin(b, instruction, &selector)) return false;
  if (!check(b, RS_CHECK_SELECTOR_NOT_NULL, !selector_is_null(selector), selector, 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  if (!load_descriptor(b, selector, &d)) return false;
  if (!check(b, RS_CHECK_TSS_IS_AVAILABLE, tss_is_available(&d.segment, long_mode), selector,
             d.segment.attributes, long_mode, 0))
    return fault_code(b, VECTOR_GP, selector_error(selector));
  if (!load_finish(b, RS_CHECK_TSS_PRESENT, &d) ||
      !descriptor_write_type(b, &d, TSS_BUSY, RS_ITEM_DESCRIPTOR_BUSY))
    return false;
  write_segment(b, RS_TR, &d.segment);
  return true;
}

static bool system_segment_execute(struct builder *b, const struct rs_instruction *instruction) {
  switch (instruction->operation) {
  case RS_OP_LLDT: return lldt_perform(b, instruction);
  case RS_OP_LTR: return ltr_perform(b, instruction);
  case RS_OP_SLDT: return store_perform(b, instruction, b->before->ldtr.selector);
  case RS_OP_STR: return store_perform(b, instruction, b->before->tr.selector);
  default: assert(!"one of system_segment.h"); return false;
  }
}

bool system_segment_perform(struct builder *b, const struct rs_instruction *instruction) {
  if (!instruction_needs_protected_mode(b) || !system_segment_execute(b, instruction)) return false;
  advance_rip(b, instruction);
  return true;
}
