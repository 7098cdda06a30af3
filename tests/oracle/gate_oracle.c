/* Delivery as a list of rules in the order of [SDM2 "INT n/INTO/INT3/INT1"]: the first that is broken
 * faults. */
#include "oracle/gate_oracle.h"

#include <stddef.h>

enum { TS = 10, NP = 11, SS = 12, GP = 13 };
enum { TASK_GATE = 5, WIDE = 8 };

/* --- What follows from the question --- */

static unsigned handler_ring(const struct oracle_delivery *d) {
  return oracle_is_conforming(&d->code) ? d->cpl : d->code.dpl;
}

static bool goes_inward(const struct oracle_delivery *d) {
  return handler_ring(d) < d->cpl;
}

static bool takes_stack_of_tss(const struct oracle_delivery *d) {
  return goes_inward(d) || (oracle_is_long(d->mode) && d->gate.ist);
}

static unsigned word_size(const struct oracle_delivery *d) {
  if (oracle_is_long(d->mode)) return 8;
  return d->gate.type & WIDE ? 4 : 2;
}

/* Error code, IP, CS, flags; SP and SS; ES, DS, FS and GS. */
static unsigned frame_words(const struct oracle_delivery *d) {
  unsigned words = d->has_error_code ? 4 : 3;
  if (oracle_is_long(d->mode) || goes_inward(d)) words += 2;
  return d->mode == ORACLE_VIRTUAL_8086 ? words + 4 : words;
}

/* In long mode the frame starts at a multiple of sixteen [SDM3 "64-Bit Mode Stack Frame"]; a 16-bit TSS holds
 * SP alone. */
static uint64_t frame_top(const struct oracle_delivery *d) {
  uint64_t pointer = takes_stack_of_tss(d) ? d->inner.pointer : d->current.pointer;
  if (oracle_is_long(d->mode)) return pointer / 16 * 16;
  return takes_stack_of_tss(d) && d->tss_is_16_bit ? pointer % 0x10000 : pointer;
}

static const struct oracle_descriptor *frame_segment(const struct oracle_delivery *d) {
  return takes_stack_of_tss(d) ? &d->inner.segment : &d->current.segment;
}

/* The 286's gates have no upper half of the offset. */
static uint64_t handler_offset(const struct oracle_delivery *d) {
  if (oracle_is_long(d->mode)) return d->gate.offset;
  return d->gate.offset % (d->gate.type & WIDE ? UINT64_C(0x100000000) : UINT64_C(0x10000));
}

/* --- The rules: each is true where it is kept --- */

static bool gate_lies_within_idt(const struct oracle_delivery *d) {
  unsigned size = oracle_is_long(d->mode) ? 16 : 8;
  return (d->vector + 1U) * size <= d->idt_limit + 1;
}

static bool gate_is_a_gate(const struct oracle_delivery *d) {
  switch (d->gate.type) {
  case 14:
  case 15: return true;
  case 5:
  case 6:
  case 7: return !oracle_is_long(d->mode);
  default: return false;
  }
}

static bool program_may_use_gate(const struct oracle_delivery *d) {
  return d->source != ORACLE_SOFTWARE || d->cpl <= d->gate.dpl;
}

static bool gate_is_present(const struct oracle_delivery *d) {
  return d->gate.present;
}

static bool code_selector_is_not_null(const struct oracle_delivery *d) {
  return !oracle_selector_is_null(d->gate.selector);
}

static bool code_descriptor_exists(const struct oracle_delivery *d) {
  return oracle_tables_hold(&d->tables, d->gate.selector, 8);
}

static bool code_is_code_of_no_outer_ring(const struct oracle_delivery *d) {
  return oracle_is_code(&d->code) && d->code.dpl <= d->cpl;
}

/* Where the manual gives an order, for call gates [SDM2 "CALL"], this comes before presence. */
static bool code_is_64_bit(const struct oracle_delivery *d) {
  return !oracle_is_long(d->mode) || (d->code.l && !d->code.db);
}

static bool code_is_present(const struct oracle_delivery *d) {
  return d->code.present;
}

static bool virtual_8086_code_enters_ring_0(const struct oracle_delivery *d) {
  return d->mode != ORACLE_VIRTUAL_8086 || handler_ring(d) == 0;
}

/* "(DPL << 3) + 4", "(DPL << 2) + 2", "(IST << 3) + 28": the last byte that is read there. */
static bool tss_holds_stack(const struct oracle_delivery *d) {
  unsigned ring = handler_ring(d), last;
  if (!takes_stack_of_tss(d)) return true;
  if (oracle_is_long(d->mode))
    last = (d->gate.ist ? d->gate.ist * 8U + 28 : ring * 8 + 4) + 7;
  else
    last = d->tss_is_16_bit ? ring * 4 + 2 + 3 : ring * 8 + 4 + 5;
  return last <= d->tss_limit;
}

static bool needs_stack_segment(const struct oracle_delivery *d) {
  return goes_inward(d) && !oracle_is_long(d->mode);
}

static bool stack_selector_is_not_null(const struct oracle_delivery *d) {
  return !needs_stack_segment(d) || !oracle_selector_is_null(d->inner_selector);
}

static bool stack_descriptor_exists_for_ring(const struct oracle_delivery *d) {
  return !needs_stack_segment(d) || (oracle_tables_hold(&d->tables, d->inner_selector, 8) &&
                                     oracle_rpl(d->inner_selector) == handler_ring(d));
}

static bool stack_is_writable_data_of_ring(const struct oracle_delivery *d) {
  const struct oracle_descriptor *ss = &d->inner.segment;
  return !needs_stack_segment(d) || (ss->dpl == handler_ring(d) && oracle_is_writable(ss));
}

static bool stack_is_present(const struct oracle_delivery *d) {
  return !needs_stack_segment(d) || d->inner.segment.present;
}

static bool bytes_lie_in_segment(const struct oracle_descriptor *s, uint32_t first, unsigned size) {
  uint64_t last = (uint64_t)first + size - 1, top = s->db ? UINT32_MAX : UINT16_MAX;
  return oracle_is_expand_down(s) ? first > s->limit && last <= top : last <= s->limit;
}

static bool frame_fits(const struct oracle_delivery *d) {
  uint64_t top = frame_top(d), size = word_size(d);
  const struct oracle_descriptor *ss = frame_segment(d);
  if (oracle_is_long(d->mode) && !oracle_is_canonical(top)) return false;
  for (uint64_t n = 1; n <= frame_words(d); n++) {
    uint64_t at = top - n * size;
    if (oracle_is_long(d->mode)
            ? !oracle_is_canonical(at)
            : !bytes_lie_in_segment(ss, (uint32_t)(ss->db ? at : at % 0x10000), (unsigned)size))
      return false;
  }
  return true;
}

static bool handler_lies_within_code(const struct oracle_delivery *d) {
  uint64_t offset = handler_offset(d);
  return oracle_is_long(d->mode) ? oracle_is_canonical(offset) : offset <= d->code.limit;
}

/* --- Their order, and what each raises --- */

enum culprit { NOBODY, THE_GATE, THE_CODE, THE_TSS, THE_STACK };

static const struct rule {
  bool (*kept)(const struct oracle_delivery *d);
  uint8_t vector;
  enum culprit culprit;
} gate_rules[] = { { gate_lies_within_idt, GP, THE_GATE },
                   { gate_is_a_gate, GP, THE_GATE },
                   { program_may_use_gate, GP, THE_GATE },
                   { gate_is_present, NP, THE_GATE } },
  handler_rules[] = { { code_selector_is_not_null, GP, NOBODY },
                      { code_descriptor_exists, GP, THE_CODE },
                      { code_is_code_of_no_outer_ring, GP, THE_CODE },
                      { code_is_64_bit, GP, THE_CODE },
                      { code_is_present, NP, THE_CODE },
                      { virtual_8086_code_enters_ring_0, GP, THE_CODE },
                      { tss_holds_stack, TS, THE_TSS },
                      { stack_selector_is_not_null, TS, NOBODY },
                      { stack_descriptor_exists_for_ring, TS, THE_STACK },
                      { stack_is_writable_data_of_ring, TS, THE_STACK },
                      { stack_is_present, SS, THE_STACK },
                      { frame_fits, SS, THE_STACK },
                      { handler_lies_within_code, GP, NOBODY } };

/* [SDM3 "Error Code"]: EXT, IDT, and the index with TI. A stack that was not looked up has none. */
static uint32_t error_code(const struct oracle_delivery *d, enum culprit culprit) {
  uint32_t ext = d->source == ORACLE_SOFTWARE ? 0 : 1;
  switch (culprit) {
  case THE_GATE: return d->vector * 8U + 2 + ext;
  case THE_CODE: return oracle_selector_code(d->gate.selector) + ext;
  case THE_TSS: return oracle_selector_code(d->tss_selector) + ext;
  case THE_STACK: return (needs_stack_segment(d) ? oracle_selector_code(d->inner_selector) : 0) + ext;
  default: return ext;
  }
}

static bool rules_are_kept(const struct oracle_delivery *d, const struct rule *rules, size_t count,
                           struct oracle_entry *out) {
  for (size_t i = 0; i < count; i++) {
    if (rules[i].kept(d)) continue;
    *out = (struct oracle_entry){ .ending = ORACLE_FAULTED,
                                  .vector = rules[i].vector,
                                  .error_code = error_code(d, rules[i].culprit) };
    return false;
  }
  return true;
}

/* A 16-bit stack pointer leaves the upper half of ESP as it is. */
static uint64_t pointer_after(const struct oracle_delivery *d) {
  uint64_t top = frame_top(d), moved = top - (uint64_t)frame_words(d) * word_size(d);
  if (oracle_is_long(d->mode)) return moved;
  return frame_segment(d)->db ? moved % UINT64_C(0x100000000) : top / 0x10000 * 0x10000 + moved % 0x10000;
}

/* TF, NT, VM and RF are cleared, by an interrupt gate IF as well. */
static uint64_t flags_after(const struct oracle_delivery *d) {
  uint64_t cleared = 0x100 | 0x4000 | 0x10000 | 0x20000;
  return d->flags & ~(d->gate.type % 2 ? cleared : cleared | 0x200);
}

void oracle_deliver(const struct oracle_delivery *d, struct oracle_entry *out) {
  if (!rules_are_kept(d, gate_rules, sizeof gate_rules / sizeof *gate_rules, out)) return;
  if (d->gate.type == TASK_GATE) {
    out->ending = ORACLE_TASK_SWITCH;
    return;
  }
  if (!rules_are_kept(d, handler_rules, sizeof handler_rules / sizeof *handler_rules, out)) return;
  *out = (struct oracle_entry){ .ending = ORACLE_COMPLETED,
                                .ring = handler_ring(d),
                                .switched = takes_stack_of_tss(d),
                                .words = frame_words(d),
                                .size = word_size(d),
                                .pointer = pointer_after(d),
                                .target = handler_offset(d),
                                .flags = flags_after(d) };
}
