/* Far RET to the same and to an outer ring, and in real-address and virtual-8086 mode. */
#include "arch/retf.h"

#include "arch/far_return.h"
#include "arch/segment.h"

static bool retf_pop(struct builder *b, struct far_return *r) {
  uint64_t cs;
  if (!stack_holds(b, &r->stack, 2, 0) || !stack_pop(b, &r->stack, RS_ITEM_POPPED_IP, RS_RIP, &r->ip) ||
      !stack_pop(b, &r->stack, RS_ITEM_POPPED_CS, RS_CS, &cs))
    return false;
  r->cs = (uint16_t)cs;
  return true;
}

static bool retf_8086(struct builder *b, struct far_return *r, uint64_t count) {
  const struct rs_segment *old = &b->before->segment[RS_SEGMENT_INDEX(RS_CS)];
  if (!check(b, RS_CHECK_RETURN_WITHIN_LIMIT, r->ip <= old->limit, r->ip, old->limit, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  const struct rs_segment code =
      cpu_is_v86(b->before) ? segment_of_v86(r->cs) : segment_of_real_mode(old, r->cs);
  stack_release(&r->stack, count);
  write_register(b, RS_RSP, r->stack.pointer);
  write_segment(b, RS_CS, &code);
  branch_to(b, r->ip);
  return true;
}

/* The count releases parameters on both stacks: those that a call gate copied, and the originals. */
bool retf_perform(struct builder *b, const struct rs_instruction *instruction) {
  struct far_return r = { .stack = stack_current(b->before, instruction->operand_size) };
  uint64_t count = instruction->immediate;
  if (!retf_pop(b, &r)) return false;
  if (!(b->before->cr0 & CR0_PE) || cpu_is_v86(b->before)) return retf_8086(b, &r, count);
  if (!far_return_check_code(b, &r)) return false;
  stack_release(&r.stack, count);
  if ((r.outer && !far_return_pop_stack(b, &r)) || !far_return_check_ip(b, &r) ||
      !far_return_mark_accessed(b, &r, r.outer))
    return false;
  far_return_write(b, &r, r.outer, r.outer ? count : 0);
  branch_to(b, r.ip);
  return true;
}
