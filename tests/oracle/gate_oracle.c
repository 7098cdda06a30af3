/* Delivery as a list of rules in the order of [SDM2 "INT n/INTO/INT3/INT1"]: the first that is broken
 * faults. */
#include "oracle/gate_oracle.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { NP = 11, SS = 12, GP = 13 };
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

/* In long mode the frame starts at a multiple of sixteen [SDM3 "64-Bit Mode Stack Frame"]. */
static uint64_t frame_top(const struct oracle_delivery *d) {
  uint64_t pointer = takes_stack_of_tss(d) ? oracle_pointer_of_tss(d->mode, &d->tss) : d->current.pointer;
  return oracle_is_long(d->mode) ? pointer / 16 * 16 : pointer;
}

static const struct oracle_descriptor *frame_segment(const struct oracle_delivery *d) {
  return takes_stack_of_tss(d) ? &d->tss.stack.segment : &d->current.segment;
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

/* A task gate's selector is that of an available TSS, of either width, in the GDT. */
static bool task_is_in_gdt(const struct oracle_delivery *d) {
  return !oracle_selector_is_local(d->gate.selector) && code_descriptor_exists(d);
}

static bool task_is_available(const struct oracle_delivery *d) {
  return d->code.type == 1 || d->code.type == 9;
}

static bool frame_fits(const struct oracle_delivery *d) {
  if (takes_stack_of_tss(d) && !oracle_pointer_is_loadable(d->mode, frame_top(d))) return false;
  return oracle_stack_has_room(d->mode, frame_segment(d), frame_top(d), frame_words(d), word_size(d));
}

static bool handler_lies_within_code(const struct oracle_delivery *d) {
  uint64_t offset = handler_offset(d);
  return oracle_is_long(d->mode) ? oracle_is_canonical(offset) : offset <= d->code.limit;
}

/* --- Their order, and what each raises --- */

enum culprit { NOBODY, THE_GATE, THE_CODE, THE_STACK };

static const struct rule {
  bool (*kept)(const struct oracle_delivery *d);
  uint8_t vector;
  enum culprit culprit;
} gate_rules[] = { { gate_lies_within_idt, GP, THE_GATE },
                   { gate_is_a_gate, GP, THE_GATE },
                   { program_may_use_gate, GP, THE_GATE },
                   { gate_is_present, NP, THE_GATE } },
  code_rules[] = { { code_selector_is_not_null, GP, NOBODY },
                   { code_descriptor_exists, GP, THE_CODE },
                   { code_is_code_of_no_outer_ring, GP, THE_CODE },
                   { code_is_64_bit, GP, THE_CODE },
                   { code_is_present, NP, THE_CODE },
                   { virtual_8086_code_enters_ring_0, GP, THE_CODE } },
  task_rules[] = { { task_is_in_gdt, GP, THE_CODE },
                   { task_is_available, GP, THE_CODE },
                   { code_is_present, NP, THE_CODE } },
  frame_rules[] = { { frame_fits, SS, THE_STACK }, { handler_lies_within_code, GP, NOBODY } };

static uint32_t ext_of(const struct oracle_delivery *d) {
  return d->source == ORACLE_SOFTWARE ? 0 : 1;
}

/* [SDM3 "Error Code"]: EXT, IDT, and the index with TI. A stack that was not looked up has none. */
static uint32_t error_code(const struct oracle_delivery *d, enum culprit culprit) {
  bool looked_up = goes_inward(d) && !oracle_is_long(d->mode);
  switch (culprit) {
  case THE_GATE: return d->vector * 8U + 2 + ext_of(d);
  case THE_CODE: return oracle_selector_code(d->gate.selector) + ext_of(d);
  case THE_STACK: return (looked_up ? oracle_selector_code(d->tss.ss) : 0) + ext_of(d);
  default: return ext_of(d);
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

static bool stack_of_tss_is_usable(const struct oracle_delivery *d, struct oracle_entry *out) {
  if (!takes_stack_of_tss(d)) return true;
  struct oracle_refusal refusal =
      oracle_stack_of_tss(d->mode, &d->tss, &d->tables, handler_ring(d), d->gate.ist);
  *out = (struct oracle_entry){ .ending = ORACLE_FAULTED,
                                .vector = refusal.vector,
                                .error_code = refusal.error_code + ext_of(d) };
  return refusal.vector == 0;
}

/* TF, NT, VM and RF are cleared, by an interrupt gate IF as well. */
static uint64_t flags_after(const struct oracle_delivery *d) {
  uint64_t cleared = 0x100 | 0x4000 | 0x10000 | 0x20000;
  return d->flags & ~(d->gate.type % 2 ? cleared : cleared | 0x200);
}

void oracle_deliver(const struct oracle_delivery *d, struct oracle_entry *out) {
  if (!rules_are_kept(d, gate_rules, COUNT(gate_rules), out)) return;
  if (d->gate.type == TASK_GATE) {
    if (rules_are_kept(d, task_rules, COUNT(task_rules), out)) out->ending = ORACLE_TASK_SWITCH;
    return;
  }
  if (!rules_are_kept(d, code_rules, COUNT(code_rules), out) || !stack_of_tss_is_usable(d, out) ||
      !rules_are_kept(d, frame_rules, COUNT(frame_rules), out))
    return;
  unsigned words = frame_words(d), size = word_size(d);
  *out = (struct oracle_entry){ .ending = ORACLE_COMPLETED,
                                .ring = handler_ring(d),
                                .switched = takes_stack_of_tss(d),
                                .words = words,
                                .size = size,
                                .pointer = oracle_pointer_after(d->mode, frame_segment(d), frame_top(d),
                                                                words * size),
                                .target = handler_offset(d),
                                .flags = flags_after(d) };
}
