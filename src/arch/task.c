/* Task switches: the TSS that is switched to. */
#include "arch/task.h"

#include "arch/descriptor.h"
#include "arch/tss.h"

static bool refuse(struct builder *b, const struct task_switch *s, uint8_t vector) {
  return fault_code(b, vector, selector_error(s->selector));
}

/* What names no TSS is #TS where the back link of IRET does, else #GP [SDM3 "TSS Descriptor"]. */
static bool tss_find(struct builder *b, const struct task_switch *s, struct descriptor *tss) {
  uint8_t vector = s->cause == TASK_IRET ? VECTOR_TS : VECTOR_GP;
  bool busy = s->cause == TASK_IRET;
  const struct rs_segment *segment = &tss->segment;
  if (!check(b, RS_CHECK_SELECTOR_NAMES_GDT, !(s->selector & SELECTOR_TI), s->selector, 0, 0, 0) ||
      !descriptor_is_within_table(b, s->selector, 8))
    return refuse(b, s, vector);
  if (!descriptor_read(b, s->selector, vector, tss)) return false;
  bool is_busy = segment->attributes & TSS_BUSY;
  if (!check(b, RS_CHECK_TASK_TSS, segment_is_tss(segment), s->selector, segment->attributes, 0, 0) ||
      !check(b, busy ? RS_CHECK_TASK_BUSY : RS_CHECK_TASK_NOT_BUSY, is_busy == busy, s->selector,
             segment->attributes, 0, 0))
    return refuse(b, s, vector);
  return true;
}

static bool tss_check(struct builder *b, const struct task_switch *s, const struct rs_segment *tss) {
  uint32_t least = tss_is_16_bit(tss) ? TSS_LIMIT_16 : TSS_LIMIT_32;
  bool present = segment_is_present(tss);
  if (!check(b, RS_CHECK_TSS_PRESENT, present, s->selector, present, 0, 0)) return refuse(b, s, VECTOR_NP);
  return check(b, RS_CHECK_TASK_TSS_LIMIT, tss->limit >= least, s->selector, tss->limit, least, 0) ||
         refuse(b, s, VECTOR_TS);
}

bool task_switch(struct builder *b, const struct task_switch *s) {
  struct descriptor tss;
  if (!tss_find(b, s, &tss) || !tss_check(b, s, &tss.segment)) return false;
  check(b, RS_CHECK_TASK_SWITCH_NOT_CALLED_FOR, false, s->selector, 0, 0, 0);
  b->out->outcome = RS_SHUTDOWN;
  return false;
}
