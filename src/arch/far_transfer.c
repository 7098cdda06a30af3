/* Far JMP and far CALL: the pointer, and what its selector names in each mode. */
#include "arch/far_transfer.h"

#include "arch/gate.h"
#include "arch/operand.h"
#include "arch/segment.h"
#include "arch/task.h"

/* Gates and TSSs are used as data segments are. */
static bool far_system_dpl_allows(struct builder *b, const struct far_transfer *t) {
  uint8_t dpl = segment_dpl(&t->named.segment), cpl = b->before->cpl, rpl = selector_rpl(t->selector);
  return check(b, RS_CHECK_FAR_SYSTEM_DPL, dpl >= cpl && dpl >= rpl, t->selector, dpl, cpl, rpl) ||
         fault_code(b, VECTOR_GP, selector_error(t->selector));
}

bool far_gate_is_usable(struct builder *b, const struct far_transfer *t) {
  bool present = segment_is_present(&t->named.segment);
  if (!far_system_dpl_allows(b, t)) return false;
  return check(b, RS_CHECK_FAR_GATE_PRESENT, present, t->selector, present, 0, 0) ||
         fault_code(b, VECTOR_NP, selector_error(t->selector));
}

bool far_code_keeps_ring(struct builder *b, const struct rs_segment *code, bool direct) {
  uint8_t cpl = b->before->cpl, dpl = segment_dpl(code), rpl = selector_rpl(code->selector);
  if (segment_is_conforming(code)) return check(b, RS_CHECK_FAR_CONFORMING_DPL, dpl <= cpl, dpl, cpl, 0, 0);
  return (!direct || check(b, RS_CHECK_FAR_CODE_RPL, rpl <= cpl, rpl, cpl, 0, 0)) &&
         check(b, RS_CHECK_FAR_CODE_DPL, dpl == cpl, dpl, cpl, 0, 0);
}

bool far_code_is_present(struct builder *b, const struct rs_segment *code) {
  bool present = segment_is_present(code);
  return check(b, RS_CHECK_FAR_CODE_PRESENT, present, code->selector, present, 0, 0) ||
         fault_code(b, VECTOR_NP, selector_error(code->selector));
}

static bool code_is_64_bit(const struct builder *b, const struct rs_segment *code) {
  return cpu_is_long_mode(b->before) && code->attributes & SEGMENT_L;
}

bool far_code_holds(struct builder *b, const struct rs_segment *code, uint64_t ip) {
  bool passed = code_is_64_bit(b, code)
                    ? check(b, RS_CHECK_FAR_CANONICAL, address_is_canonical(b->before, ip), ip, 0, 0, 0)
                    : check(b, RS_CHECK_FAR_WITHIN_LIMIT, ip <= code->limit, ip, code->limit, 0, 0);
  return passed || fault_code(b, VECTOR_GP, 0);
}

bool far_push_return(struct builder *b, const struct far_transfer *t, struct stack *stack) {
  uint16_t cs = b->before->segment[RS_SEGMENT_INDEX(RS_CS)].selector;
  return stack_push(b, stack, RS_ITEM_PUSHED_CS, RS_CS, cs) &&
         stack_push(b, stack, RS_ITEM_PUSHED_IP, RS_RIP, t->return_ip);
}

void far_write_code(struct builder *b, const struct rs_segment *code, uint8_t ring) {
  struct rs_segment cs = *code;
  cs.selector = (uint16_t)(selector_error(code->selector) | ring);
  write_segment(b, RS_CS, &cs);
}

/* Real-address and virtual-8086 mode: any selector will do, the limit stays that of CS. */
static bool far_8086(struct builder *b, const struct far_transfer *t) {
  const struct rs_segment *old = &b->before->segment[RS_SEGMENT_INDEX(RS_CS)];
  struct stack stack = stack_current(b->before, t->word);
  if ((t->call && !stack_has_room(b, &stack, 2, 0)) || !far_code_holds(b, old, t->offset) ||
      (t->call && !far_push_return(b, t, &stack)))
    return false;
  const struct rs_segment code =
      cpu_is_v86(b->before) ? segment_of_v86(t->selector) : segment_of_real_mode(old, t->selector);
  if (t->call) write_register(b, RS_RSP, stack.pointer);
  write_segment(b, RS_CS, &code);
  branch_to(b, t->offset);
  return true;
}

/* Both bits together are reserved in IA-32e mode; elsewhere L has no meaning. */
static bool code_mode_is_defined(struct builder *b, const struct rs_segment *code) {
  bool l = code->attributes & SEGMENT_L, d = code->attributes & SEGMENT_DB;
  return !cpu_is_long_mode(b->before) || check(b, RS_CHECK_FAR_CODE_L_AND_D, !(l && d), l, d, 0, 0);
}

static bool far_direct(struct builder *b, struct far_transfer *t) {
  const struct rs_segment *code = &t->named.segment;
  struct stack stack = stack_current(b->before, t->word);
  uint64_t ip = code_is_64_bit(b, code) ? t->offset : (uint32_t)t->offset;
  if (!code_mode_is_defined(b, code) || !far_code_keeps_ring(b, code, true))
    return fault_code(b, VECTOR_GP, selector_error(t->selector));
  if (!far_code_is_present(b, code) || (t->call && !stack_has_room(b, &stack, 2, 0)) ||
      !far_code_holds(b, code, ip) || !descriptor_mark_accessed(b, &t->named) ||
      (t->call && !far_push_return(b, t, &stack)))
    return false;
  if (t->call) write_register(b, RS_RSP, stack.pointer);
  far_write_code(b, code, b->before->cpl);
  branch_to(b, ip);
  return true;
}

static bool far_to_task(struct builder *b, const struct far_transfer *t) {
  bool gate = segment_system_type(&t->named.segment) == SYSTEM_TASK_GATE;
  b->out->cause.mechanism = RS_MECHANISM_TASK_SWITCH;
  if (!(gate ? far_gate_is_usable(b, t) : far_system_dpl_allows(b, t))) return false;
  const struct task_switch s = {
    .cause = t->call ? TASK_CALL : TASK_JMP,
    .selector = gate ? gate_decode(t->named.raw, 0, false).selector : t->selector,
    .return_ip = t->return_ip,
    .flags = b->before->rflags & ~RFLAGS_RF,
  };
  return task_switch(b, &s);
}

static bool far_by_descriptor(struct builder *b, struct far_transfer *t) {
  const struct rs_segment *named = &t->named.segment;
  int type = segment_system_type(named);
  bool gate = type == SYSTEM_CALL_GATE || (type == SYSTEM_CALL_GATE_16 && !t->long_mode);
  bool task = !t->long_mode && (type == SYSTEM_TASK_GATE || segment_is_tss(named));
  if (!check(b, RS_CHECK_FAR_TARGET_TYPE, segment_is_code(named) || gate || task, t->selector,
             named->attributes, t->long_mode, 0))
    return fault_code(b, VECTOR_GP, selector_error(t->selector));
  if (task) return far_to_task(b, t);
  return gate ? call_gate_perform(b, t) : far_direct(b, t);
}

bool far_transfer_perform(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  struct far_transfer t = { .call = instruction->operation == RS_OP_FAR_CALL,
                            .long_mode = cpu_is_long_mode(cpu),
                            .word = instruction->operand_size,
                            .selector = instruction->selector,
                            .offset = instruction->immediate,
                            .return_ip = rip_after(cpu, instruction) };
  if (instruction->memory && !operand_read_far_pointer(b, instruction, &t.offset, &t.selector)) return false;
  if (!(cpu->cr0 & CR0_PE) || cpu_is_v86(cpu)) return far_8086(b, &t);
  if (!require(b, RS_CHECK_FAR_SELECTOR_NOT_NULL, !selector_is_null(t.selector), t.selector, 0, 0))
    return false;
  return descriptor_load(b, t.selector, VECTOR_GP, &t.named) && far_by_descriptor(b, &t);
}
