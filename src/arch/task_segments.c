/* The segments of a new task, loaded and qualified in its own context. */
#include "arch/descriptor.h"
#include "arch/segment.h"
#include "arch/task_state.h"

/* The order is that in which a processor may check them: each makes its own
 * [SDM3 "Exception Conditions Checked During a Task Switch"]. */

static bool invalid(struct builder *b, uint16_t selector) {
  return fault_code(b, VECTOR_TS, selector_error(selector));
}

static bool load_ldt(struct builder *b, uint16_t selector) {
  struct descriptor d;
  const struct rs_segment *ldt = &d.segment;
  if (selector_is_null(selector)) return true;
  if (!check(b, RS_CHECK_TASK_LDT_IN_GDT, !(selector & SELECTOR_TI), selector, 0, 0, 0))
    return invalid(b, selector);
  if (!descriptor_load(b, selector, VECTOR_TS, &d)) return false;
  bool present = segment_is_present(ldt);
  if (!check(b, RS_CHECK_TASK_LDT_TYPE, segment_system_type(ldt) == SYSTEM_LDT, selector, ldt->attributes, 0,
             0) ||
      !check(b, RS_CHECK_TASK_LDT_PRESENT, present, selector, present, 0, 0))
    return invalid(b, selector);
  write_segment(b, RS_LDTR, ldt);
  return true;
}

/* Conforming code may have a lower DPL than the task's ring, which is its RPL. */
static bool code_dpl_is_valid(struct builder *b, const struct rs_segment *code) {
  uint8_t dpl = segment_dpl(code), rpl = selector_rpl(code->selector);
  if (segment_is_conforming(code)) return check(b, RS_CHECK_TASK_CONFORMING_DPL, dpl <= rpl, dpl, rpl, 0, 0);
  return check(b, RS_CHECK_TASK_CODE_DPL, dpl == rpl, dpl, rpl, 0, 0);
}

static bool load_code(struct builder *b, uint16_t selector) {
  struct descriptor d;
  const struct rs_segment *code = &d.segment;
  if (!check(b, RS_CHECK_TASK_CODE_NOT_NULL, !selector_is_null(selector), selector, 0, 0, 0))
    return invalid(b, selector);
  if (!descriptor_load(b, selector, VECTOR_TS, &d)) return false;
  if (!check(b, RS_CHECK_TASK_IS_CODE, segment_is_code(code), selector, code->attributes, 0, 0) ||
      !code_dpl_is_valid(b, code))
    return invalid(b, selector);
  bool present = segment_is_present(code);
  if (!check(b, RS_CHECK_TASK_CODE_PRESENT, present, selector, present, 0, 0))
    return fault_code(b, VECTOR_NP, selector_error(selector));
  if (!descriptor_mark_accessed(b, &d)) return false;
  write_segment(b, RS_CS, code);
  return true;
}

static bool load_stack(struct builder *b, uint16_t selector) {
  struct descriptor d;
  if (!check(b, RS_CHECK_TASK_STACK_NOT_NULL, !selector_is_null(selector), selector, 0, 0, 0))
    return invalid(b, selector);
  if (!segment_load_stack(b, selector, b->after->cpl, VECTOR_TS, &d) || !descriptor_mark_accessed(b, &d))
    return false;
  write_segment(b, RS_SS, &d.segment);
  return true;
}

static bool load_data(struct builder *b, enum rs_register reg, uint16_t selector) {
  struct rs_segment segment;
  if (selector_is_null(selector)) return true;
  if (!segment_load_data_as(b, selector, b->after->cpl, VECTOR_TS, &segment)) return false;
  write_segment(b, reg, &segment);
  return true;
}

bool task_segments_load(struct builder *b, const struct task_state *state) {
  static const enum rs_register data[] = { RS_DS, RS_ES, RS_FS, RS_GS };
  if (!load_ldt(b, state->ldt)) return false;
  if (b->after->rflags & RFLAGS_VM) return true;
  if (!load_code(b, state->selector[RS_SEGMENT_INDEX(RS_CS)]) ||
      !load_stack(b, state->selector[RS_SEGMENT_INDEX(RS_SS)]))
    return false;
  for (unsigned i = 0; i < sizeof data / sizeof *data; i++)
    if (!load_data(b, data[i], state->selector[RS_SEGMENT_INDEX(data[i])])) return false;
  return true;
}
