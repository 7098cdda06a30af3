/* The stacks of handlers against the oracle: every stack segment, TSS limit, IST entry, and lack of room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "oracle/gate_cases.h"

/* --- Stack segments of the TSS, outside long mode --- */

/* Both widths of gate and TSS, with and without an error code. */
static void every_width(struct gate_subject *g) {
  for (unsigned n = 0; n < 8; n++) {
    g->d.gate.type = n & 1 ? 14 : 6;
    g->d.tss.is_16_bit = n & 2;
    g->d.has_error_code = n & 4;
    g->d.source = n & 4 ? ORACLE_EXCEPTION : ORACLE_SOFTWARE;
    gate_agrees(g);
  }
}

static void every_stack_segment(struct gate_subject *g) {
  if (oracle_is_long(g->d.mode)) return;
  for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++)
    for (unsigned ring = 0; ring < g->d.cpl; ring++)
      for (uint16_t selector = GATE_STACK; selector < GATE_STACK + 8; selector++) {
        gate_ring(g, ring);
        g->d.tss.stack.segment = stage_descriptor(n);
        /* what expands down leaves room for the frame */
        if (oracle_is_expand_down(&g->d.tss.stack.segment)) g->d.tss.stack.segment.limit = 0xfff;
        g->d.tss.ss = selector;
        every_width(g);
      }
}

static void stack_segments_of_every_descriptor(void **state) {
  gate_every_mode(*state, every_stack_segment);
}

static void every_place_of_stack(struct gate_subject *g) {
  if (oracle_is_long(g->d.mode)) return;
  for (unsigned ring = 0; ring < g->d.cpl; ring++) {
    gate_ring(g, ring);
    for (g->d.tss.ss = 0; g->d.tss.ss < 4; g->d.tss.ss++)
      every_width(g);
    for (unsigned limit = GATE_STACK; limit < GATE_STACK + 16; limit++)
      for (g->d.tss.ss = GATE_STACK; g->d.tss.ss < GATE_STACK + 8; g->d.tss.ss++) {
        bool local = oracle_selector_is_local(g->d.tss.ss);
        g->d.tables = local ? (struct oracle_tables){ 0xff, limit, limit % 2 }
                            : (struct oracle_tables){ limit, 0xff, true };
        every_width(g);
      }
    g->d.tables = (struct oracle_tables){ 0xff, 0xff, true };
  }
}

static void stack_segments_in_every_place(void **state) {
  gate_every_mode(*state, every_place_of_stack);
}

/* --- The TSS --- */

static void every_tss_limit(struct gate_subject *g) {
  for (g->d.tss.limit = 0; g->d.tss.limit < 0x80; g->d.tss.limit++)
    for (unsigned ring = 0; ring <= g->d.cpl; ring++)
      for (g->d.gate.ist = 0; g->d.gate.ist < (oracle_is_long(g->d.mode) ? 8 : 1); g->d.gate.ist++) {
        gate_ring(g, ring);
        if (oracle_is_long(g->d.mode))
          gate_agrees(g);
        else
          every_width(g);
      }
}

static void tss_of_every_limit(void **state) {
  gate_every_mode(*state, every_tss_limit);
}

/* --- Room --- */

/* Pointers around both ends of a small segment, which goes up or down, in stacks of 16 and of 32 bits. */
static void every_room(struct gate_subject *g, struct oracle_stack *stack) {
  static const uint16_t ends[] = { 0, 0x1000, 0xffe0 };
  for (unsigned n = 0; n < 4; n++)
    for (unsigned end = 0; end < 3; end++)
      for (unsigned offset = 0; offset < 64; offset++)
        for (unsigned high = 0; high < 2; high++) {
          stack->segment.type = n & 1 ? 22 : 18;
          stack->segment.db = n & 2;
          stack->segment.limit = 0xfff;
          stack->pointer = (ends[end] + offset) % 0x10000 + high * 0x10000;
          every_width(g);
        }
}

static void room_everywhere(struct gate_subject *g) {
  const struct oracle_delivery base = g->d;
  if (oracle_is_long(g->d.mode)) return;
  for (unsigned ring = 0; ring <= g->d.cpl; ring++) {
    gate_ring(g, ring);
    if (ring == g->d.cpl && g->d.mode == ORACLE_VIRTUAL_8086) continue;
    every_room(g, ring < g->d.cpl ? &g->d.tss.stack : &g->d.current);
    g->d = base;
  }
}

static void frames_fit_or_do_not(void **state) {
  gate_every_mode(*state, room_everywhere);
}

/* --- Stack pointers of long mode --- */

static void every_pointer(struct gate_subject *g) {
  static const uint64_t near[] = { 0,
                                   STAGE_INNER,
                                   UINT64_C(0x7fffffffff80),
                                   UINT64_C(0x800000000000),
                                   UINT64_C(0xffff7fffffffffc0),
                                   UINT64_C(0xffff800000000000),
                                   UINT64_C(0xffffffffffffffc0) };
  for (unsigned i = 0; i < sizeof near / sizeof *near; i++)
    for (unsigned offset = 0; offset < 128; offset++) {
      g->d.current.pointer = near[i] + offset + 0x40;
      g->d.tss.stack.pointer = near[i] + offset;
      for (unsigned n = 0; n < 2; n++) {
        g->d.has_error_code = n;
        g->d.source = n ? ORACLE_EXCEPTION : ORACLE_SOFTWARE;
        gate_agrees(g);
      }
    }
}

static void every_stack_of_long_mode(struct gate_subject *g) {
  if (!oracle_is_long(g->d.mode)) return;
  for (unsigned ring = 0; ring <= g->d.cpl; ring++)
    for (g->d.gate.ist = 0; g->d.gate.ist < 8; g->d.gate.ist++) {
      gate_ring(g, ring);
      every_pointer(g);
    }
}

static void frames_of_long_mode_are_aligned_and_canonical(void **state) {
  gate_every_mode(*state, every_stack_of_long_mode);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(stack_segments_of_every_descriptor),
    STAGE_CLAIM(stack_segments_in_every_place),
    STAGE_CLAIM(tss_of_every_limit),
    STAGE_CLAIM(frames_fit_or_do_not),
    STAGE_CLAIM(frames_of_long_mode_are_aligned_and_canonical),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
