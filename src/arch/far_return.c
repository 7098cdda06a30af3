/* Checks and writes of a return through a code selector and, to an outer ring, a stack selector. */
#include "arch/far_return.h"

#include "arch/segment.h"

static bool return_dpl_allows(struct builder *b, const struct rs_segment *code, uint8_t rpl) {
  uint8_t dpl = segment_dpl(code);
  if (segment_is_conforming(code))
    return check(b, RS_CHECK_RETURN_CONFORMING_DPL, dpl <= rpl, dpl, rpl, 0, 0);
  return check(b, RS_CHECK_RETURN_DPL, dpl == rpl, dpl, rpl, 0, 0);
}

static bool return_mode_is_defined(struct builder *b, const struct rs_segment *code) {
  bool l = code->attributes & SEGMENT_L, d = code->attributes & SEGMENT_DB;
  return !cpu_is_long_mode(b->before) || check(b, RS_CHECK_RETURN_L_AND_D, !(l && d), l, d, 0, 0);
}

bool far_return_check_code(struct builder *b, struct far_return *r) {
  const struct rs_segment *code = &r->code.segment;
  uint8_t rpl = selector_rpl(r->cs), cpl = b->before->cpl;
  if (!check(b, RS_CHECK_RETURN_SELECTOR_NOT_NULL, !selector_is_null(r->cs), r->cs, 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  if (!descriptor_load(b, r->cs, VECTOR_GP, &r->code)) return false;
  if (!check(b, RS_CHECK_RETURN_IS_CODE, segment_is_code(code), r->cs, code->attributes, 0, 0) ||
      !check(b, RS_CHECK_RETURN_NOT_INWARD, rpl >= cpl, rpl, cpl, 0, 0) || !return_dpl_allows(b, code, rpl) ||
      !return_mode_is_defined(b, code))
    return fault_code(b, VECTOR_GP, selector_error(r->cs));
  bool present = segment_is_present(code);
  if (!check(b, RS_CHECK_RETURN_PRESENT, present, r->cs, present, 0, 0))
    return fault_code(b, VECTOR_NP, selector_error(r->cs));
  r->ring = rpl;
  r->outer = rpl > cpl;
  r->to_64_bit = cpu_is_long_mode(b->before) && code->attributes & SEGMENT_L;
  return true;
}

/* 64-bit code of rings 0 to 2 may run on a null SS [SDM3 "Stack Switching in IA-32e Mode"]. */
static bool return_null_stack(struct builder *b, struct far_return *r) {
  bool allowed = r->to_64_bit && r->ring < 3 && segment_null_stack_rpl_allows(b->before, r->ss, r->ring);
  r->stack_segment.segment = segment_null(r->ss, r->ring);
  return check(b, RS_CHECK_RETURN_NULL_STACK, allowed, r->ss, r->to_64_bit, r->ring, 0) ||
         fault_code(b, VECTOR_GP, 0);
}

bool far_return_pop_stack(struct builder *b, struct far_return *r) {
  uint64_t ss;
  if (!stack_holds(b, &r->stack, 2, 0) || !stack_pop(b, &r->stack, RS_ITEM_POPPED_SP, RS_RSP, &r->sp) ||
      !stack_pop(b, &r->stack, RS_ITEM_POPPED_SS, RS_SS, &ss))
    return false;
  r->ss = (uint16_t)ss;
  if (selector_is_null(r->ss)) return return_null_stack(b, r);
  return segment_load_stack(b, r->ss, r->ring, VECTOR_GP, &r->stack_segment);
}

bool far_return_check_ip(struct builder *b, const struct far_return *r) {
  uint32_t limit = r->code.segment.limit;
  bool passed = r->to_64_bit ? check(b, RS_CHECK_RETURN_CANONICAL, address_is_canonical(b->before, r->ip),
                                     r->ip, 0, 0, 0)
                             : check(b, RS_CHECK_RETURN_WITHIN_LIMIT, r->ip <= limit, r->ip, limit, 0, 0);
  return passed || fault_code(b, VECTOR_GP, 0);
}

bool far_return_mark_accessed(struct builder *b, struct far_return *r, bool popped_stack) {
  bool has_stack = popped_stack && !selector_is_null(r->ss);
  return descriptor_mark_accessed(b, &r->code) &&
         (!has_stack || descriptor_mark_accessed(b, &r->stack_segment));
}

/* A 16-bit stack gets SP alone: bits 31:16 of ESP stay those of the inner stack. The manuals say nothing of
 * them; so it is on processors, where operating systems have to hide them. */
static uint64_t return_stack_pointer(const struct far_return *r, uint64_t released) {
  const struct rs_segment *ss = &r->stack_segment.segment;
  struct stack outer = stack_at(ss, r->sp, r->to_64_bit, 8, r->ring);
  if (outer.mask == UINT16_MAX) outer.pointer = (r->stack.pointer & ~outer.mask) | (r->sp & outer.mask);
  stack_release(&outer, released);
  return outer.pointer;
}

void far_return_write(struct builder *b, const struct far_return *r, bool popped_stack, uint64_t released) {
  if (popped_stack) {
    write_segment(b, RS_SS, &r->stack_segment.segment);
    write_register(b, RS_RSP, return_stack_pointer(r, released));
  } else {
    write_register(b, RS_RSP, r->stack.pointer);
  }
  write_segment(b, RS_CS, &r->code.segment);
  if (!r->outer) return;
  write_register(b, RS_CPL, r->ring);
  segment_clear_inner(b, r->ring);
}
