/* Stacks by [SDM3 "Stack Switching"], [SDM3 "Stack Switching in IA-32e Mode"] and [SDM3 "Limit Checking"]. */
#include "oracle/stack_oracle.h"

enum { TS = 10, SS = 12 };

/* "(DPL << 3) + 4", "(DPL << 2) + 2", "(IST << 3) + 28": the last byte that is read there. */
static unsigned last_byte_in_tss(enum oracle_mode mode, bool is_16_bit, unsigned ring, unsigned ist) {
  if (oracle_is_long(mode)) return (ist ? ist * 8 + 28 : ring * 8 + 4) + 7;
  return is_16_bit ? ring * 4 + 2 + 3 : ring * 8 + 4 + 5;
}

struct oracle_refusal oracle_stack_of_tss(enum oracle_mode mode, const struct oracle_tss *tss,
                                          const struct oracle_tables *tables, unsigned ring, unsigned ist) {
  const struct oracle_descriptor *segment = &tss->stack.segment;
  if (last_byte_in_tss(mode, tss->is_16_bit, ring, ist) > tss->limit) return oracle_refuse(TS, tss->selector);
  if (oracle_is_long(mode)) return oracle_nothing_refused();
  if (oracle_selector_is_null(tss->ss)) return oracle_refuse(TS, 0);
  if (!oracle_tables_hold(tables, tss->ss, 8) || oracle_rpl(tss->ss) != ring || segment->dpl != ring ||
      !oracle_is_writable(segment))
    return oracle_refuse(TS, tss->ss);
  return segment->present ? oracle_nothing_refused() : oracle_refuse(SS, tss->ss);
}

/* A 16-bit TSS holds SP alone. */
uint64_t oracle_pointer_of_tss(enum oracle_mode mode, const struct oracle_tss *tss) {
  return tss->is_16_bit && !oracle_is_long(mode) ? tss->stack.pointer % 0x10000 : tss->stack.pointer;
}

static bool bytes_lie_in_segment(const struct oracle_descriptor *s, uint32_t first, unsigned size) {
  uint64_t last = (uint64_t)first + size - 1, top = s->db ? UINT32_MAX : UINT16_MAX;
  return oracle_is_expand_down(s) ? first > s->limit && last <= top : last <= s->limit;
}

static bool word_fits(enum oracle_mode mode, const struct oracle_descriptor *ss, uint64_t at, unsigned size) {
  if (oracle_is_long(mode)) return oracle_is_canonical(at) && oracle_is_canonical(at + size - 1);
  return bytes_lie_in_segment(ss, (uint32_t)(ss->db ? at : at % 0x10000), size);
}

bool oracle_pointer_is_loadable(enum oracle_mode mode, uint64_t pointer) {
  return !oracle_is_long(mode) || oracle_is_canonical(pointer);
}

bool oracle_stack_has_room(enum oracle_mode mode, const struct oracle_descriptor *ss, uint64_t top,
                           unsigned words, unsigned size) {
  for (uint64_t n = 1; n <= words; n++)
    if (!word_fits(mode, ss, top - n * size, size)) return false;
  return true;
}

/* A 16-bit stack pointer leaves the upper half of ESP as it is. */
uint64_t oracle_pointer_after(enum oracle_mode mode, const struct oracle_descriptor *ss, uint64_t top,
                              unsigned bytes) {
  uint64_t moved = top - bytes;
  if (oracle_is_long(mode)) return moved;
  return ss->db ? moved % UINT64_C(0x100000000) : top / 0x10000 * 0x10000 + moved % 0x10000;
}
