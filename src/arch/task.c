/* Task switches: the TSS that is switched to, and the order of the switch. */
#include "arch/task.h"

#include "arch/access.h"
#include "arch/control.h"
#include "arch/descriptor.h"
#include "arch/interrupt.h"
#include "arch/stack.h"
#include "arch/task_state.h"
#include "arch/tss.h"

static bool refuse(struct builder *b, const struct task_switch *s, uint8_t vector) {
  return fault_code(b, vector, selector_error(s->selector));
}

/* What names no TSS is #TS where the back link of IRET does, else #GP [SDM3 "TSS Descriptor"]. */
static bool tss_find(struct builder *b, const struct task_switch *s, struct descriptor *tss) {
  bool back = s->cause == TASK_IRET;
  uint8_t vector = back ? VECTOR_TS : VECTOR_GP;
  const struct rs_segment *segment = &tss->segment;
  if (!check(b, RS_CHECK_SELECTOR_NAMES_GDT, !(s->selector & SELECTOR_TI), s->selector, 0, 0, 0) ||
      !descriptor_is_within_table(b, s->selector, 8))
    return refuse(b, s, vector);
  if (!descriptor_read(b, s->selector, vector, tss)) return false;
  bool busy = segment->attributes & TSS_BUSY;
  if (!check(b, RS_CHECK_TASK_TSS, segment_is_tss(segment), s->selector, segment->attributes, 0, 0) ||
      !check(b, back ? RS_CHECK_TASK_BUSY : RS_CHECK_TASK_NOT_BUSY, busy == back, s->selector,
             segment->attributes, 0, 0))
    return refuse(b, s, vector);
  return true;
}

static bool tss_is_fit(struct builder *b, const struct task_switch *s, const struct rs_segment *tss) {
  uint32_t least = tss_is_16_bit(tss) ? TSS_LIMIT_16 : TSS_LIMIT_32;
  bool present = segment_is_present(tss);
  if (!check(b, RS_CHECK_TSS_PRESENT, present, s->selector, present, 0, 0)) return refuse(b, s, VECTOR_NP);
  return check(b, RS_CHECK_TASK_TSS_LIMIT, tss->limit >= least, s->selector, tss->limit, least, 0) ||
         refuse(b, s, VECTOR_TS);
}

/* CALL and interrupts nest the new task in the old one [SDM3 "Task Linking"]. */
static bool is_nested(const struct task_switch *s) {
  return s->cause == TASK_CALL || s->cause == TASK_INTERRUPT;
}

/* JMP and IRET leave the old task for good, until somebody switches to it anew. */
static bool task_leave(struct builder *b, const struct task_switch *s) {
  struct descriptor old;
  if (is_nested(s)) return true;
  return descriptor_read(b, b->before->tr.selector, VECTOR_TS, &old) && descriptor_clear_busy(b, &old);
}

static bool link_write(struct builder *b, const struct descriptor *tss) {
  const struct access access = { (uint32_t)tss->segment.base, 2, ACCESS_IMPLICIT_SUPERVISOR,
                                 RS_ITEM_TASK_LINK, RS_TR };
  return access_write(b, &access, b->before->tr.selector);
}

static bool task_claim(struct builder *b, const struct task_switch *s, struct descriptor *tss) {
  if (is_nested(s) && !link_write(b, tss)) return false;
  return s->cause == TASK_IRET || descriptor_write_type(b, tss, TSS_BUSY, RS_ITEM_DESCRIPTOR_BUSY);
}

/* PDPTEs that cannot be loaded are found in time to stay in the old task [SDM3 "PDPTE Registers"]. */
static bool task_paging_is_valid(struct builder *b, const struct task_state *state) {
  const struct rs_cpu *cpu = b->before;
  return state->word == 2 || state->cr3 == cpu->cr3 ||
         control_pdptes_valid(b, cpu->cr0, state->cr3, cpu->cr4);
}

/* Steps 5 to 12 of the manual's list, up to where nothing has been changed yet that cannot be taken back. */
static bool task_prepare(struct builder *b, const struct task_switch *s, struct descriptor *tss,
                         struct task_state *state) {
  unsigned size = 1U + (tss_is_16_bit(&tss->segment) ? TSS_LIMIT_16 : TSS_LIMIT_32);
  return task_state_probe_old(b) &&
         access_probe(b, tss->segment.base, size, ACCESS_READ, ACCESS_IMPLICIT_SUPERVISOR) &&
         task_leave(b, s) && task_state_save(b, s) && task_claim(b, s, tss) &&
         task_state_read(b, &tss->segment, state) && task_paging_is_valid(b, state);
}

static void task_begin(struct builder *b, const struct task_switch *s, const struct descriptor *tss,
                       const struct task_state *state) {
  write_segment(b, RS_TR, &tss->segment);
  task_state_write(b, state, is_nested(s));
  if (s->request) interrupt_write_side_effects(b, s->request);
  write_register(b, RS_CR0, b->after->cr0 | CR0_TS);
  if (b->after->dr7 & DR7_LOCAL) write_register(b, RS_DR7, b->after->dr7 & ~DR7_LOCAL);
}

/* [SDM2 "INT n/INTO/INT3/INT1"], TASK-GATE: on the stack of the new task, in the size of its TSS. */
static bool push_error_code(struct builder *b, const struct task_switch *s, uint8_t word) {
  struct stack stack = stack_current(b->after, word);
  if (!s->request || !s->request->has_error_code) return true;
  if (!stack_has_room(b, &stack, 1, 0) ||
      !stack_push(b, &stack, RS_ITEM_PUSHED_ERROR_CODE, RS_NO_REGISTER, s->request->error_code))
    return false;
  write_register(b, RS_RSP, stack.pointer);
  return true;
}

static bool ip_is_within_limit(struct builder *b) {
  uint32_t limit = b->after->segment[RS_SEGMENT_INDEX(RS_CS)].limit;
  return check(b, RS_CHECK_TASK_IP_WITHIN_LIMIT, b->after->rip <= limit, b->after->rip, limit, 0, 0) ||
         fault_code(b, VECTOR_GP, 0);
}

/* A trap of single-stepping that is due as well comes with it. */
static bool trap_is_not_asked_for(struct builder *b, const struct task_switch *s, bool trap) {
  uint32_t step = !s->request && b->before->rflags & RFLAGS_TF ? DR6_BS : 0;
  return check(b, RS_CHECK_TASK_NO_TRAP, !trap, trap, 0, 0, 0) || fault_debug(b, DR6_BT | step);
}

bool task_switch(struct builder *b, const struct task_switch *s) {
  struct descriptor tss;
  struct task_state state;
  if (!tss_find(b, s, &tss) || !tss_is_fit(b, s, &tss.segment) || !task_prepare(b, s, &tss, &state))
    return false;
  builder_pass_point_of_no_return(b);
  task_begin(b, s, &tss, &state);
  return task_segments_load(b, &state) && push_error_code(b, s, state.word) && ip_is_within_limit(b) &&
         trap_is_not_asked_for(b, s, state.trap);
}
