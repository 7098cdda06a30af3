/* The rules of segment loads, one per kind of segment register. */
#include "arch/segment.h"

#include "arch/tss.h"

struct rs_segment segment_of_real_mode(const struct rs_segment *old, uint16_t selector) {
  struct rs_segment segment = *old;
  segment.selector = selector;
  segment.base = (uint64_t)selector << 4;
  return segment;
}

struct rs_segment segment_of_v86(uint16_t selector) {
  return (struct rs_segment){
    .selector = selector,
    .attributes = SEGMENT_P | SEGMENT_DPL | SEGMENT_S | SEGMENT_WRITABLE | SEGMENT_ACCESSED,
    .limit = UINT16_MAX,
    .base = (uint64_t)selector << 4,
  };
}

bool segment_null_stack_rpl_allows(const struct rs_cpu *cpu, uint16_t selector, unsigned ring) {
  return cpu->model == RS_CPU_AMD || selector_rpl(selector) == ring;
}

bool segment_load_stack(struct builder *b, uint16_t selector, unsigned ring, uint8_t vector,
                        struct descriptor *out) {
  const struct rs_segment *ss = &out->segment;
  uint32_t error = selector_error(selector);
  uint8_t rpl = selector_rpl(selector);
  if (!descriptor_is_within_table(b, selector, 8)) return fault_code(b, vector, error);
  if (!check(b, RS_CHECK_STACK_SELECTOR_RPL, rpl == ring, selector, rpl, ring, 0))
    return fault_code(b, vector, error);
  if (!descriptor_read(b, selector, vector, out)) return false;
  uint8_t dpl = segment_dpl(ss);
  if (!check(b, RS_CHECK_STACK_DPL, dpl == ring, selector, dpl, ring, 0) ||
      !check(b, RS_CHECK_STACK_IS_WRITABLE_DATA, segment_is_writable_data(ss), selector, ss->attributes, 0,
             0))
    return fault_code(b, vector, error);
  bool present = segment_is_present(ss);
  return check(b, RS_CHECK_STACK_PRESENT, present, selector, present, 0, 0) ||
         fault_code(b, VECTOR_SS, error);
}

bool segment_load_inner_stack(struct builder *b, unsigned ring, struct descriptor *ss, uint64_t *sp) {
  struct tss_stack found;
  if (!tss_stack_for_ring(b, ring, &found)) return false;
  if (!check(b, RS_CHECK_STACK_SELECTOR_NOT_NULL, !selector_is_null(found.ss), found.ss, 0, 0, 0))
    return fault_code(b, VECTOR_TS, 0);
  *sp = found.sp;
  return segment_load_stack(b, found.ss, ring, VECTOR_TS, ss) && descriptor_mark_accessed(b, ss);
}

/* Conforming code may be read from any ring; data and other code only from DPL inward. */
static bool data_privilege_allows(const struct rs_segment *segment, uint8_t rpl, uint8_t cpl) {
  uint8_t dpl = segment_dpl(segment);
  return (segment_is_code(segment) && segment_is_conforming(segment)) || (dpl >= rpl && dpl >= cpl);
}

bool segment_load_data(struct builder *b, uint16_t selector, struct rs_segment *out) {
  return segment_load_data_as(b, selector, b->before->cpl, VECTOR_GP, out);
}

bool segment_load_data_as(struct builder *b, uint16_t selector, uint8_t cpl, uint8_t vector,
                          struct rs_segment *out) {
  struct descriptor d;
  uint32_t error = selector_error(selector);
  if (selector_is_null(selector)) {
    *out = segment_null(selector, 0);
    return true;
  }
  if (!descriptor_load(b, selector, vector, &d)) return false;
  const struct rs_segment *s = &d.segment;
  bool conforming = segment_is_code(s) && segment_is_conforming(s);
  if (!check(b, RS_CHECK_DATA_SEGMENT_IS_READABLE, segment_is_readable(s), selector, s->attributes, 0, 0) ||
      !check(b, RS_CHECK_DATA_SEGMENT_DPL, data_privilege_allows(s, selector_rpl(selector), cpl), selector,
             segment_dpl(s), cpl, conforming))
    return fault_code(b, vector, error);
  bool present = segment_is_present(s);
  if (!check(b, RS_CHECK_DATA_SEGMENT_PRESENT, present, selector, present, 0, 0))
    return fault_code(b, VECTOR_NP, error);
  if (!descriptor_mark_accessed(b, &d)) return false;
  *out = d.segment;
  return true;
}

static bool segment_is_for_inner_rings(const struct rs_segment *segment, unsigned ring) {
  bool conforming_code = segment_is_code(segment) && segment_is_conforming(segment);
  return segment_dpl(segment) < ring && !conforming_code;
}

/* A null selector loses its RPL, too. The hidden base stays: 64-bit code goes on using those of FS and GS. */
void segment_clear_inner(struct builder *b, unsigned ring) {
  static const enum rs_register data_segments[] = { RS_ES, RS_FS, RS_GS, RS_DS };
  for (unsigned i = 0; i < sizeof data_segments / sizeof *data_segments; i++) {
    struct rs_segment segment = b->after->segment[RS_SEGMENT_INDEX(data_segments[i])];
    bool null = selector_is_null(segment.selector);
    if (null ? segment.selector == 0 : !segment_is_for_inner_rings(&segment, ring)) continue;
    segment.selector = 0;
    segment.attributes |= SEGMENT_UNUSABLE;
    write_segment(b, data_segments[i], &segment);
  }
}
