/* Far JMP and far CALL through a call gate: its code segment, the ring it leads to, the stack of that ring.
 */
#include "arch/far_transfer.h"
#include "arch/gate.h"
#include "arch/segment.h"
#include "arch/tss.h"

enum { GATE_PARAMETERS = 31 };

/* A passage under way. */
struct passage {
  struct gate gate;
  struct descriptor code;
  uint8_t ring, word;
  struct rs_segment ss; /* to an inner ring: the new one */
  struct stack stack;   /* what is pushed to */
};

/* In IA-32e mode a gate has sixteen bytes, whose second half has the upper offset and a type of zero. */
static bool gate_complete(struct builder *b, const struct far_transfer *t, struct gate *gate) {
  uint64_t upper;
  if (!t->long_mode) return true;
  if (!descriptor_is_within_table(b, t->selector, 16))
    return fault_code(b, VECTOR_GP, selector_error(t->selector));
  if (!descriptor_read_upper_half(b, VECTOR_GP, &t->named, &upper)) return false;
  gate->offset = (uint32_t)gate->offset | upper << 32;
  return true;
}

/* Every target in IA-32e mode is 64-bit code [SDM3 "IA-32e Mode Call Gates"]. */
static bool code_is_64_bit(struct builder *b, const struct rs_segment *code) {
  bool l = code->attributes & SEGMENT_L, d = code->attributes & SEGMENT_DB;
  return check(b, RS_CHECK_CALL_GATE_CODE_64_BIT, l && !d, code->selector, l, d, 0);
}

/* Only CALL leads inward, and only to nonconforming code. */
static bool code_ring_allows(struct builder *b, const struct far_transfer *t, struct passage *p) {
  const struct rs_segment *code = &p->code.segment;
  uint8_t dpl = segment_dpl(code), cpl = b->before->cpl;
  p->ring = t->call && !segment_is_conforming(code) ? dpl : cpl;
  return t->call ? check(b, RS_CHECK_CALL_GATE_CODE_DPL, dpl <= cpl, dpl, cpl, 0, 0)
                 : far_code_keeps_ring(b, code, false);
}

static bool gate_find_code(struct builder *b, const struct far_transfer *t, struct passage *p) {
  uint16_t selector = p->gate.selector;
  const struct rs_segment *code = &p->code.segment;
  if (!require(b, RS_CHECK_CALL_GATE_CODE_NOT_NULL, !selector_is_null(selector), selector, 0, 0) ||
      !descriptor_load(b, selector, VECTOR_GP, &p->code))
    return false;
  if (!check(b, RS_CHECK_CALL_GATE_IS_TO_CODE, segment_is_code(code), selector, code->attributes, 0, 0) ||
      !code_ring_allows(b, t, p) || (t->long_mode && !code_is_64_bit(b, code)))
    return fault_code(b, VECTOR_GP, selector_error(selector));
  return far_code_is_present(b, code);
}

/* [SDM3 "Stack Switching in IA-32e Mode"]: SS becomes null, and nothing is aligned as for interrupts. */
static bool find_inner_stack(struct builder *b, const struct far_transfer *t, struct passage *p) {
  struct tss_stack found;
  struct descriptor ss;
  if (t->long_mode) {
    if (!tss_stack_for_ring(b, p->ring, &found)) return false;
    p->ss = segment_null(found.ss, p->ring);
  } else {
    if (!segment_load_inner_stack(b, p->ring, &ss, &found.sp)) return false;
    p->ss = ss.segment;
  }
  p->stack = stack_at(&p->ss, found.sp, t->long_mode, p->word, p->ring);
  p->stack.loaded = t->long_mode;
  return true;
}

static bool within_ring(struct builder *b, const struct far_transfer *t, struct passage *p) {
  const struct rs_cpu *cpu = b->before;
  p->stack = stack_at(&cpu->segment[RS_SEGMENT_INDEX(RS_SS)], cpu->general[RS_RSP - RS_RAX], t->long_mode,
                      p->word, cpu->cpl);
  return (!t->call || stack_has_room(b, &p->stack, 2, 0)) &&
         far_code_holds(b, &p->code.segment, p->gate.offset) && descriptor_mark_accessed(b, &p->code) &&
         (!t->call || far_push_return(b, t, &p->stack));
}

/* The manuals do not say how the caller's stack is read: here with its own rights and limit. */
static bool copy_parameters(struct builder *b, struct passage *p) {
  struct stack from = stack_current(b->before, p->word);
  unsigned count = p->gate.parameters;
  uint64_t parameter[GATE_PARAMETERS];
  if (count > 0 && !stack_holds(b, &from, count, 0)) return false;
  for (unsigned i = 0; i < count; i++)
    if (!stack_pop(b, &from, RS_ITEM_CALLER_PARAMETER, RS_NO_REGISTER, &parameter[i])) return false;
  while (count-- > 0)
    if (!stack_push(b, &p->stack, RS_ITEM_PUSHED_PARAMETER, RS_NO_REGISTER, parameter[count])) return false;
  return true;
}

/* [SDM3 "Stack Switching"]: the old stack, the parameters, the return address. */
static bool to_inner_ring(struct builder *b, const struct far_transfer *t, struct passage *p) {
  uint16_t ss = b->before->segment[RS_SEGMENT_INDEX(RS_SS)].selector;
  return find_inner_stack(b, t, p) &&
         stack_has_room(b, &p->stack, 4U + p->gate.parameters, selector_error(p->ss.selector)) &&
         far_code_holds(b, &p->code.segment, p->gate.offset) && descriptor_mark_accessed(b, &p->code) &&
         stack_push(b, &p->stack, RS_ITEM_PUSHED_SS, RS_SS, ss) &&
         stack_push(b, &p->stack, RS_ITEM_PUSHED_SP, RS_RSP, b->before->general[RS_RSP - RS_RAX]) &&
         copy_parameters(b, p) && far_push_return(b, t, &p->stack);
}

bool call_gate_perform(struct builder *b, const struct far_transfer *t) {
  struct passage p = { .gate = gate_decode(t->named.raw, 0, t->long_mode) };
  p.word = gate_is_16_bit(&p.gate) ? 2 : t->long_mode ? 8 : 4;
  if (!far_gate_is_usable(b, t) || !gate_complete(b, t, &p.gate) || !gate_find_code(b, t, &p)) return false;
  bool inner = p.ring < b->before->cpl;
  if (!(inner ? to_inner_ring(b, t, &p) : within_ring(b, t, &p))) return false;
  if (inner) write_segment(b, RS_SS, &p.ss);
  if (t->call) write_register(b, RS_RSP, p.stack.pointer);
  far_write_code(b, &p.code.segment, p.ring);
  if (inner) write_register(b, RS_CPL, p.ring);
  branch_to(b, p.gate.offset);
  return true;
}
