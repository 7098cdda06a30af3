/* Delivery through the IDT against the oracle: every gate, every handler's segment, from every ring and mode.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "oracle/gate_cases.h"

/* --- Gates --- */

/* Every way in which a handler is found or refused, to see that the gate is judged first. */
static void every_kind_of_handler(struct gate_subject *g) {
  static const struct kind {
    uint16_t selector;
    uint8_t type, dpl;
    bool present;
  } kinds[] = { { 0, 26, 0, true },          { 3, 26, 0, true },
                { GATE_CODE, 26, 0, true },  { GATE_CODE, 26, 3, true },
                { GATE_CODE, 26, 0, false }, { GATE_CODE, 30, 0, true },
                { GATE_CODE, 18, 0, true },  { GATE_CODE, 9, 0, true },
                { 0x1f0, 26, 0, true },      { GATE_CODE | 4, 26, 0, true } };
  const struct oracle_delivery base = g->d;
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    g->d.gate.selector = kinds[i].selector;
    g->d.code.type = kinds[i].type;
    g->d.code.dpl = kinds[i].dpl;
    g->d.code.present = kinds[i].present;
    gate_agrees(g);
  }
  g->d = base;
}

/* The IDT ends before the gate's last byte, with it, and after it. */
static void every_idt_limit(struct gate_subject *g) {
  unsigned last = (GATE_VECTOR + 1) * (oracle_is_long(g->d.mode) ? 16 : 8) - 1;
  for (unsigned limit = last - 1; limit <= last + 1; limit++) {
    g->d.idt_limit = limit;
    every_kind_of_handler(g);
  }
}

static void every_gate_from_every_source(struct gate_subject *g) {
  for (unsigned n = 0; n < 32 * 4 * 2; n++)
    for (enum oracle_source source = ORACLE_SOFTWARE; source < ORACLE_SOURCES; source++) {
      g->d.gate.type = n % 32;
      g->d.gate.dpl = n / 32 % 4;
      g->d.gate.present = n / 128;
      g->d.source = source;
      every_idt_limit(g);
    }
}

static void gates_of_every_type_from_every_source_and_ring(void **state) {
  gate_every_mode(*state, every_gate_from_every_source);
}

/* --- Handlers --- */

/* The gates that lead to a task or a handler, in long mode only the last two. */
static void every_valid_gate(struct gate_subject *g) {
  static const uint8_t types[] = { 5, 6, 7, 14, 15 };
  for (unsigned i = oracle_is_long(g->d.mode) ? 3 : 0; i < 5; i++)
    for (enum oracle_source source = ORACLE_SOFTWARE; source < ORACLE_SOURCES; source++) {
      g->d.gate.type = types[i];
      g->d.source = source;
      gate_agrees(g);
    }
}

static void every_handler(struct gate_subject *g) {
  for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++) {
    g->d.code = stage_descriptor(n);
    g->d.tss.stack.segment.dpl = g->d.code.dpl;
    g->d.tss.ss = (uint16_t)(GATE_STACK | g->d.code.dpl);
    for (uint16_t selector = GATE_CODE; selector < GATE_CODE + 8; selector++) {
      g->d.gate.selector = selector;
      every_valid_gate(g);
    }
  }
}

static void handlers_of_every_descriptor(void **state) {
  gate_every_mode(*state, every_handler);
}

/* Null with each RPL; in the GDT and the LDT just within the limit, just beyond it, and without an LDT. */
static void every_place_of_handler(struct gate_subject *g) {
  for (uint16_t selector = 0; selector < 4; selector++) {
    g->d.gate.selector = selector;
    every_valid_gate(g);
  }
  for (uint16_t selector = GATE_CODE; selector < GATE_CODE + 8; selector++)
    for (unsigned limit = GATE_CODE; limit < GATE_CODE + 16; limit++) {
      g->d.gate.selector = selector;
      g->d.tables = (struct oracle_tables){ limit + 0x18, limit, limit % 2 };
      if (!oracle_selector_is_local(selector)) g->d.tables = (struct oracle_tables){ limit, 0xff, true };
      every_valid_gate(g);
    }
}

static void handlers_in_every_place(void **state) {
  gate_every_mode(*state, every_place_of_handler);
}

/* Handlers around the end of their segment, or of canonical addresses; 16-bit gates lack the upper half. */
static void every_target(struct gate_subject *g) {
  static const uint64_t offsets[] = { 0,
                                      0xfff,
                                      0x1000,
                                      0x1001,
                                      0xffff,
                                      0x10000,
                                      0x10fff,
                                      0x11000,
                                      0xffff0fff,
                                      0xffff1001,
                                      0xffffffff,
                                      0x7fffffff,
                                      0x7fffffffffff,
                                      0x800000000000U,
                                      0xffff7fffffffffffU,
                                      0xffff800000000000U,
                                      0xffffffffffffffffU };
  g->d.code.limit = 0x1000;
  for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++)
    for (unsigned ring = 0; ring <= g->d.cpl; ring++) {
      g->d.gate.offset = oracle_is_long(g->d.mode) ? offsets[i] : offsets[i] & UINT32_MAX;
      gate_ring(g, ring);
      every_valid_gate(g);
    }
}

static void handlers_at_every_end_of_their_segment(void **state) {
  gate_every_mode(*state, every_target);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(gates_of_every_type_from_every_source_and_ring),
    STAGE_CLAIM(handlers_of_every_descriptor),
    STAGE_CLAIM(handlers_in_every_place),
    STAGE_CLAIM(handlers_at_every_end_of_their_segment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
