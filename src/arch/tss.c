/* Reads the current TSS in its three layouts. */
#include "arch/tss.h"

#include "arch/descriptor.h"

enum { TSS_IO_MAP_BASE = 102 };

static bool tss_read(struct builder *b, uint32_t offset, uint8_t size, enum rs_item item, uint64_t *value) {
  const struct rs_segment *tr = &b->after->tr;
  union rs_value bytes;
  if (!system_read(b, tr->base + offset, size, item, VECTOR_TS, selector_error(tr->selector), &bytes))
    return false;
  *value = bytes.word[0];
  return true;
}

static bool tss_holds_stack(struct builder *b, uint32_t first, uint32_t last) {
  const struct rs_segment *tr = &b->after->tr;
  return check(b, RS_CHECK_TSS_STACK_WITHIN_LIMIT, last <= tr->limit, first, last, tr->selector, tr->limit) ||
         fault_code(b, VECTOR_TS, selector_error(tr->selector));
}

/* In IA-32e mode a stack is an RSP alone, and SS becomes null [SDM3 "Stack Switching in IA-32e Mode"]. */
static bool tss_stack_64(struct builder *b, uint32_t offset, enum rs_item item, unsigned ring,
                         struct tss_stack *out) {
  out->ss = (uint16_t)ring;
  return tss_holds_stack(b, offset, offset + 7) && tss_read(b, offset, 8, item, &out->sp);
}

bool tss_stack_for_ring(struct builder *b, unsigned ring, struct tss_stack *out) {
  if (cpu_is_long_mode(b->after)) return tss_stack_64(b, 4 + 8 * ring, RS_ITEM_TSS_STACK_POINTER, ring, out);
  bool wide = !tss_is_16_bit(&b->after->tr);
  uint8_t size = wide ? 4 : 2;
  uint32_t offset = wide ? 4 + 8 * ring : 2 + 4 * ring;
  uint64_t selector;
  if (!tss_holds_stack(b, offset, offset + size + 1) ||
      !tss_read(b, offset, size, RS_ITEM_TSS_STACK_POINTER, &out->sp) ||
      !tss_read(b, offset + size, 2, RS_ITEM_TSS_STACK_SEGMENT, &selector))
    return false;
  out->ss = (uint16_t)selector;
  return true;
}

bool tss_interrupt_stack(struct builder *b, unsigned index, unsigned ring, struct tss_stack *out) {
  return tss_stack_64(b, 28 + 8 * index, RS_ITEM_TSS_IST, ring, out);
}

bool tss_back_link(struct builder *b, uint16_t *selector) {
  const struct rs_segment *tr = &b->after->tr;
  uint64_t link;
  if (!check(b, RS_CHECK_TASK_LINK_WITHIN_LIMIT, tr->limit >= 1, tr->selector, tr->limit, 0, 0))
    return fault_code(b, VECTOR_TS, selector_error(tr->selector));
  if (!tss_read(b, 0, 2, RS_ITEM_TASK_LINK, &link)) return false;
  *selector = (uint16_t)link;
  return true;
}

/* Two bytes are always read, so that the bits of unaligned ports never straddle what was read; the byte after
 * the map is part of it for that reason [SDM1 "I/O Permission Bit Map"]. */
bool tss_permits_port(struct builder *b, uint16_t port, unsigned size) {
  const struct rs_segment *tr = &b->after->tr;
  bool wide = !tss_is_16_bit(tr);
  uint64_t base, bits;
  if (!check(b, RS_CHECK_IO_MAP_EXISTS, wide && tr->limit >= TSS_IO_MAP_BASE + 1, wide, tr->limit, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  if (!tss_read(b, TSS_IO_MAP_BASE, 2, RS_ITEM_TSS_IO_MAP_BASE, &base)) return false;
  uint32_t offset = (uint32_t)base + port / 8;
  if (!check(b, RS_CHECK_IO_MAP_WITHIN_LIMIT, offset + 1 <= tr->limit, port, offset, tr->limit, 0))
    return fault_code(b, VECTOR_GP, 0);
  if (!tss_read(b, offset, 2, RS_ITEM_IO_PERMISSION, &bits)) return false;
  uint64_t mask = ((UINT64_C(1) << size) - 1) << port % 8;
  if (!check(b, RS_CHECK_IO_PERMITTED, !(bits & mask), port, size, bits, 0))
    return fault_code(b, VECTOR_GP, 0);
  return true;
}
