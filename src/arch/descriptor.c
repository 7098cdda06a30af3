/* Decodes and encodes descriptors, and finds them by selector in the GDT or LDT. */
#include "arch/descriptor.h"

#include <assert.h>

#include "arch/access.h"

/* Bits 40 to 47 and 52 to 55 of a descriptor are bits 0 to 7 and 12 to 15 of the attributes. */
enum { ATTRIBUTES_SHIFT = 40 };
#define ATTRIBUTES_MASK UINT32_C(0xf0ff)

struct rs_segment descriptor_decode(uint64_t raw, uint16_t selector) {
  uint32_t attributes = (uint32_t)(raw >> ATTRIBUTES_SHIFT) & ATTRIBUTES_MASK;
  uint32_t limit = (uint32_t)(raw & 0xffff) | ((uint32_t)(raw >> 32) & 0xf0000);
  return (struct rs_segment){
    .selector = selector,
    .attributes = attributes,
    .limit = attributes & SEGMENT_G ? limit << 12 | 0xfff : limit,
    .base = (raw >> 16 & 0xffffff) | (raw >> 32 & 0xff000000),
  };
}

uint64_t descriptor_encode(const struct rs_segment *segment) {
  uint64_t limit = segment->attributes & SEGMENT_G ? segment->limit >> 12 : segment->limit;
  assert(limit <= 0xfffff);
  return (limit & 0xffff) | (limit & 0xf0000) << 32 | (segment->base & 0xffffff) << 16 |
         (segment->base & 0xff000000) << 32 |
         (uint64_t)(segment->attributes & ATTRIBUTES_MASK) << ATTRIBUTES_SHIFT;
}

static bool selector_in_ldt(uint16_t selector) {
  return selector & SELECTOR_TI;
}

static uint64_t table_base(const struct builder *b, uint16_t selector) {
  return selector_in_ldt(selector) ? b->after->ldtr.base : b->after->gdtr.base;
}

bool descriptor_is_within_table(struct builder *b, uint16_t selector, unsigned size) {
  uint32_t last = (selector & SELECTOR_INDEX) + size - 1;
  if (!selector_in_ldt(selector)) {
    uint32_t limit = b->after->gdtr.limit;
    return check(b, RS_CHECK_SELECTOR_WITHIN_GDT, last <= limit, selector, limit, 0, 0);
  }
  const struct rs_segment *ldtr = &b->after->ldtr;
  if (!check(b, RS_CHECK_LDT_USABLE, !(ldtr->attributes & SEGMENT_UNUSABLE), selector, ldtr->selector, 0, 0))
    return false;
  return check(b, RS_CHECK_SELECTOR_WITHIN_LDT, last <= ldtr->limit, selector, ldtr->limit, 0, 0);
}

bool system_read(struct builder *b, uint64_t linear, uint8_t size, enum rs_item item, uint8_t vector,
                 uint32_t error_code, union rs_value *value) {
  if (!cpu_is_long_mode(b->after))
    linear = (uint32_t)linear;
  else if (!address_is_canonical(b->after, linear) || !address_is_canonical(b->after, linear + size - 1)) {
    check(b, RS_CHECK_LINEAR_CANONICAL, false, linear, 0, 0, 0);
    return fault_code(b, vector, error_code);
  }
  return access_read(b, &(struct access){ linear, size, ACCESS_IMPLICIT_SUPERVISOR, item, RS_NO_REGISTER },
                     value);
}

static enum rs_item descriptor_item(uint16_t selector) {
  return selector_in_ldt(selector) ? RS_ITEM_LDT_DESCRIPTOR : RS_ITEM_GDT_DESCRIPTOR;
}

bool descriptor_read(struct builder *b, uint16_t selector, uint8_t vector, struct descriptor *out) {
  union rs_value value;
  uint64_t linear = table_base(b, selector) + (selector & SELECTOR_INDEX);
  if (!system_read(b, linear, 8, descriptor_item(selector), vector, selector_error(selector), &value))
    return false;
  out->linear = linear;
  out->raw = value.word[0];
  out->segment = descriptor_decode(out->raw, selector);
  return true;
}

bool descriptor_load(struct builder *b, uint16_t selector, uint8_t vector, struct descriptor *out) {
  if (!descriptor_is_within_table(b, selector, 8)) return fault_code(b, vector, selector_error(selector));
  return descriptor_read(b, selector, vector, out);
}

bool descriptor_read_upper_half(struct builder *b, uint8_t vector, const struct descriptor *d,
                                uint64_t *upper) {
  uint16_t selector = d->segment.selector;
  union rs_value value;
  if (!system_read(b, d->linear + 8, 8, RS_ITEM_DESCRIPTOR_UPPER, vector, selector_error(selector), &value))
    return false;
  if (!check(b, RS_CHECK_DESCRIPTOR_UPPER_TYPE_ZERO, !(value.word[0] >> 40 & 0x1f), value.word[0], 0, 0, 0))
    return fault_code(b, vector, selector_error(selector));
  *upper = value.word[0];
  return true;
}

bool descriptor_read_upper(struct builder *b, uint8_t vector, struct descriptor *d) {
  uint64_t upper;
  if (!descriptor_read_upper_half(b, vector, d, &upper)) return false;
  d->segment.base = (uint32_t)d->segment.base | upper << 32;
  return true;
}

/* The doubleword that holds the type. */
static bool type_write(struct builder *b, const struct descriptor *d, enum rs_item item) {
  uint64_t linear = d->linear + 4;
  if (!cpu_is_long_mode(b->after)) linear = (uint32_t)linear;
  return access_write(b, &(struct access){ linear, 4, ACCESS_IMPLICIT_SUPERVISOR, item, RS_NO_REGISTER },
                      d->raw >> 32);
}

bool descriptor_write_type(struct builder *b, struct descriptor *d, uint32_t set, enum rs_item item) {
  d->raw |= (uint64_t)set << ATTRIBUTES_SHIFT;
  d->segment.attributes |= set;
  return type_write(b, d, item);
}

bool descriptor_clear_busy(struct builder *b, struct descriptor *d) {
  d->raw &= ~((uint64_t)TSS_BUSY << ATTRIBUTES_SHIFT);
  d->segment.attributes &= ~(uint32_t)TSS_BUSY;
  return type_write(b, d, RS_ITEM_DESCRIPTOR_BUSY);
}

bool descriptor_mark_accessed(struct builder *b, struct descriptor *d) {
  if (d->segment.attributes & SEGMENT_ACCESSED) return true;
  return descriptor_write_type(b, d, SEGMENT_ACCESSED, RS_ITEM_DESCRIPTOR_ACCESSED);
}
