/* Claims about the local APIC: priorities, interrupts to itself, pins, timer, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/apic.h"

enum {
  ENABLED = 0x1ff,
  MASKED = 1 << 16,
  PERIODIC = 1 << 17,
  TO_SELF = 1 << 18,
  NMI = 0x400,
  EXTERNAL = 0x700
};

struct box {
  struct bus bus;
  struct timeline timeline;
  struct apic apic;
};

static void put(struct box *box, enum apic_register reg, uint32_t value) {
  apic_advance(&box->apic);
  bus_mmio_write(&box->bus, APIC_BASE + reg, 4, value);
}

static uint32_t get(struct box *box, unsigned reg) {
  apic_advance(&box->apic);
  return (uint32_t)bus_mmio_read(&box->bus, APIC_BASE + reg, 4);
}

static void box_open(struct box *box) {
  *box = (struct box){ .timeline = { 0, false } };
  apic_attach(&box->apic, &box->bus, &box->timeline);
  put(box, APIC_SVR, ENABLED);
}

static void go_to(struct box *box, uint64_t now) {
  box->timeline.now = now;
  apic_advance(&box->apic);
}

static void pin(struct box *box, unsigned number, bool high) {
  struct wire wire = apic_pin(&box->apic, number);
  wire_set(&wire, high);
}

static void assert_interrupt(struct box *box, uint8_t vector, enum rs_origin_kind kind) {
  struct rs_interrupt_origin origin;
  assert_true(apic_interrupt_pending(&box->apic));
  assert_int_equal(apic_acknowledge(&box->apic, &origin), vector);
  assert_int_equal(origin.kind, kind);
}

static void after_reset_it_is_disabled_by_software_and_masked(void **state) {
  (void)state;
  struct box box = { .timeline = { 0, false } };
  apic_attach(&box.apic, &box.bus, &box.timeline);
  assert_int_equal(get(&box, APIC_SVR), 0xff);
  assert_int_equal(get(&box, APIC_DFR), 0xffffffff);
  assert_int_equal(get(&box, APIC_ID), 0);
  assert_int_equal(get(&box, APIC_VERSION), 0x00030014);
  const enum apic_register lvt[] = { APIC_LVT_TIMER, APIC_LVT_LINT0, APIC_LVT_LINT1, APIC_LVT_ERROR };
  for (unsigned i = 0; i < 4; i++) {
    put(&box, lvt[i], 0x40);
    assert_int_equal(get(&box, lvt[i]), MASKED | 0x40);
  }
  put(&box, APIC_ICR_LOW, TO_SELF | 0x40);
  assert_false(apic_interrupt_pending(&box.apic));
}

static void every_legal_vector_can_be_sent_to_itself(void **state) {
  (void)state;
  for (unsigned vector = 16; vector < 256; vector++) {
    struct box box;
    box_open(&box);
    put(&box, APIC_ICR_LOW, TO_SELF | vector);
    assert_int_equal(get(&box, APIC_IRR + vector / 32 * 16), UINT32_C(1) << vector % 32);
    assert_interrupt(&box, (uint8_t)vector, RS_ORIGIN_IPI);
    assert_int_equal(get(&box, APIC_IRR + vector / 32 * 16), 0);
    assert_int_equal(get(&box, APIC_ISR + vector / 32 * 16), UINT32_C(1) << vector % 32);
    assert_int_equal(get(&box, APIC_TMR + vector / 32 * 16), 0);
    put(&box, APIC_EOI, 0);
    assert_int_equal(get(&box, APIC_ISR + vector / 32 * 16), 0);
  }
}

static void an_illegal_vector_is_an_error(void **state) {
  (void)state;
  for (unsigned vector = 0; vector < 16; vector++) {
    struct box box;
    box_open(&box);
    put(&box, APIC_LVT_ERROR, 0xe0);
    put(&box, APIC_ICR_LOW, TO_SELF | vector);
    assert_int_equal(get(&box, APIC_ESR), 0);
    put(&box, APIC_ESR, 0);
    assert_int_equal(get(&box, APIC_ESR), 0x60);
    assert_interrupt(&box, 0xe0, RS_ORIGIN_APIC_ERROR);
    put(&box, APIC_ESR, 0);
    assert_int_equal(get(&box, APIC_ESR), 0);
  }
}

static void an_illegal_error_vector_ends_in_an_error(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_LVT_ERROR, 0x05);
  put(&box, APIC_ICR_LOW, TO_SELF | 0x05);
  assert_false(apic_interrupt_pending(&box.apic));
  put(&box, APIC_ESR, 0);
  assert_int_equal(get(&box, APIC_ESR), 0x60);
}

/* [SDM3 "Task and Processor Priorities"], all of them. */
static void an_interrupt_passes_only_above_the_priority_class(void **state) {
  (void)state;
  for (unsigned tpr = 0; tpr < 256; tpr += 5)
    for (unsigned vector = 16; vector < 256; vector++) {
      struct box box;
      box_open(&box);
      put(&box, APIC_TPR, tpr);
      put(&box, APIC_ICR_LOW, TO_SELF | vector);
      assert_int_equal(apic_interrupt_pending(&box.apic), vector >> 4 > tpr >> 4);
      assert_int_equal(get(&box, APIC_PPR), tpr);
    }
}

static void service_holds_off_its_class_and_below(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_TPR, 0x23);
  put(&box, APIC_ICR_LOW, TO_SELF | 0x51);
  assert_interrupt(&box, 0x51, RS_ORIGIN_IPI);
  assert_int_equal(get(&box, APIC_PPR), 0x50);
  put(&box, APIC_ICR_LOW, TO_SELF | 0x5f);
  assert_false(apic_interrupt_pending(&box.apic));
  put(&box, APIC_ICR_LOW, TO_SELF | 0x60);
  assert_interrupt(&box, 0x60, RS_ORIGIN_IPI);
  put(&box, APIC_EOI, 0); /* of 0x60 */
  assert_int_equal(get(&box, APIC_PPR), 0x50);
  put(&box, APIC_EOI, 0);
  assert_int_equal(get(&box, APIC_PPR), 0x23);
  assert_interrupt(&box, 0x5f, RS_ORIGIN_IPI);
}

static void cr8_is_the_task_priority_class(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_TPR, 0x7c);
  assert_int_equal(apic_cr8(&box.apic), 7);
  apic_set_cr8(&box.apic, 9);
  assert_int_equal(get(&box, APIC_TPR), 0x90);
}

static void an_nmi_goes_to_itself_by_number_and_not_by_shorthand(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_ICR_LOW, TO_SELF | NMI);
  assert_false(box.apic.nmi);
  put(&box, APIC_TPR, 0xff); /* which NMI does not care about */
  put(&box, APIC_ICR_LOW, NMI);
  assert_true(box.apic.nmi);
  assert_int_equal(apic_take_nmi(&box.apic).kind, RS_ORIGIN_IPI);
  assert_false(box.apic.nmi);
}

static void destinations_name_it_or_not(void **state) {
  (void)state;
  static const struct {
    uint32_t ldr, dfr, icr_high, icr_low;
    bool reached;
  } rows[] = {
    { 0, 0xffffffff, 0x00000000, 0x40, true },
    { 0, 0xffffffff, 0x01000000, 0x40, false },
    { 0, 0xffffffff, 0xff000000, 0x40, true },
    { 0, 0xffffffff, 0x01000000, TO_SELF | 0x40, true },
    { 0, 0xffffffff, 0, 2 << 18 | 0x40, true },
    { 0, 0xffffffff, 0, 3 << 18 | 0x40, false },
    { 0, 0xffffffff, 0, 0x140, true },
    { 0x04000000, 0xffffffff, 0x06000000, 0x840, true },
    { 0x04000000, 0xffffffff, 0x03000000, 0x840, false },
    { 0x24000000, 0x0fffffff, 0x26000000, 0x840, true },
    { 0x24000000, 0x0fffffff, 0x16000000, 0x840, false },
    { 0x24000000, 0x0fffffff, 0x23000000, 0x840, false },
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct box box;
    box_open(&box);
    put(&box, APIC_LDR, rows[i].ldr);
    put(&box, APIC_DFR, rows[i].dfr);
    put(&box, APIC_ICR_HIGH, rows[i].icr_high);
    put(&box, APIC_ICR_LOW, rows[i].icr_low);
    assert_int_equal(apic_interrupt_pending(&box.apic), rows[i].reached);
  }
}

static void the_timer_fires_once(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  go_to(&box, 1000);
  put(&box, APIC_DIVIDE, 0xb); /* by 1 */
  put(&box, APIC_LVT_TIMER, 0x30);
  put(&box, APIC_INITIAL_COUNT, 50);
  assert_true(apic_next_fire(&box.apic) == 1050 && apic_timer_matters(&box.apic));
  go_to(&box, 1049);
  assert_int_equal(get(&box, APIC_CURRENT_COUNT), 1);
  assert_false(apic_interrupt_pending(&box.apic));
  go_to(&box, 1050);
  assert_interrupt(&box, 0x30, RS_ORIGIN_APIC_TIMER);
  assert_int_equal(get(&box, APIC_CURRENT_COUNT), 0);
  assert_int_equal(get(&box, APIC_INITIAL_COUNT), 50);
  assert_true(apic_next_fire(&box.apic) == TIMELINE_NEVER);
}

static void the_periodic_timer_fires_again(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_DIVIDE, 0); /* by 2 */
  put(&box, APIC_LVT_TIMER, PERIODIC | 0x30);
  put(&box, APIC_INITIAL_COUNT, 10);
  for (unsigned i = 1; i < 5; i++) {
    assert_true(apic_next_fire(&box.apic) == 20 * i);
    go_to(&box, 20 * i);
    assert_false(apic_timer_matters(&box.apic)); /* while it is pending */
    assert_interrupt(&box, 0x30, RS_ORIGIN_APIC_TIMER);
    put(&box, APIC_EOI, 0);
    assert_int_equal(get(&box, APIC_CURRENT_COUNT), 10);
  }
  go_to(&box, 1007);
  assert_int_equal(get(&box, APIC_CURRENT_COUNT), 7);
  assert_true(apic_next_fire(&box.apic) == 1020);
}

static void each_divisor_divides(void **state) {
  (void)state;
  static const uint8_t code[] = { 0xb, 0, 1, 2, 3, 8, 9, 0xa };
  for (unsigned i = 0; i < sizeof code; i++) {
    struct box box;
    box_open(&box);
    put(&box, APIC_DIVIDE, code[i]);
    put(&box, APIC_INITIAL_COUNT, 3);
    assert_true(apic_next_fire(&box.apic) == UINT64_C(3) << i);
    assert_int_equal(get(&box, APIC_DIVIDE), code[i]);
  }
}

static void a_new_divisor_keeps_what_is_left(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_DIVIDE, 0xb);
  put(&box, APIC_INITIAL_COUNT, 100);
  go_to(&box, 60);
  put(&box, APIC_DIVIDE, 1); /* by 4 */
  assert_int_equal(get(&box, APIC_CURRENT_COUNT), 40);
  assert_true(apic_next_fire(&box.apic) == 60 + 160);
}

static void a_masked_timer_raises_nothing_and_what_it_missed_is_gone(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_DIVIDE, 0xb);
  put(&box, APIC_LVT_TIMER, MASKED | PERIODIC | 0x30);
  put(&box, APIC_INITIAL_COUNT, 10);
  assert_false(apic_timer_matters(&box.apic));
  box.timeline.now = 15;
  put(&box, APIC_LVT_TIMER, PERIODIC | 0x30);
  assert_false(apic_interrupt_pending(&box.apic));
  assert_true(apic_next_fire(&box.apic) == 20);
}

static void zero_stops_the_timer(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_LVT_TIMER, 0x30);
  put(&box, APIC_INITIAL_COUNT, 10);
  put(&box, APIC_INITIAL_COUNT, 0);
  assert_true(apic_next_fire(&box.apic) == TIMELINE_NEVER);
  assert_int_equal(get(&box, APIC_CURRENT_COUNT), 0);
}

static void a_timer_of_an_illegal_vector_matters_once(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_DIVIDE, 0xb);
  put(&box, APIC_LVT_TIMER, PERIODIC | 3);
  put(&box, APIC_INITIAL_COUNT, 10);
  assert_true(apic_timer_matters(&box.apic));
  go_to(&box, 10);
  assert_false(apic_timer_matters(&box.apic));
  assert_false(apic_interrupt_pending(&box.apic));
}

static void a_pin_delivers_as_its_entry_says(void **state) {
  (void)state;
  for (unsigned number = 0; number < 2; number++) {
    enum apic_register lvt = number ? APIC_LVT_LINT1 : APIC_LVT_LINT0;
    struct box box;
    box_open(&box);
    pin(&box, number, true);
    assert_false(apic_interrupt_pending(&box.apic) || box.apic.nmi);
    put(&box, lvt, 0x61); /* too late for that edge */
    assert_false(apic_interrupt_pending(&box.apic));
    pin(&box, number, false);
    pin(&box, number, true);
    assert_interrupt(&box, 0x61, RS_ORIGIN_APIC_PIN);
    put(&box, lvt, NMI | 0x61);
    pin(&box, number, false);
    pin(&box, number, true);
    assert_true(box.apic.nmi);
    assert_int_equal(apic_take_nmi(&box.apic).line, number);
  }
}

static void a_level_is_taken_again_after_its_eoi(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_LVT_LINT0, 1 << 15 | 0x61);
  pin(&box, 0, true);
  assert_interrupt(&box, 0x61, RS_ORIGIN_APIC_PIN);
  assert_int_equal(get(&box, APIC_LVT_LINT0), 1 << 15 | 1 << 14 | 0x61);
  assert_int_equal(get(&box, APIC_TMR + 3 * 16), 2);
  put(&box, APIC_EOI, 0);
  assert_interrupt(&box, 0x61, RS_ORIGIN_APIC_PIN);
  pin(&box, 0, false);
  put(&box, APIC_EOI, 0);
  assert_false(apic_interrupt_pending(&box.apic));
  assert_int_equal(get(&box, APIC_LVT_LINT0), 1 << 15 | 0x61);
}

static void the_8259_passes_through_lint0_alone(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  pin(&box, 0, true);
  assert_false(apic_external_pending(&box.apic));
  put(&box, APIC_TPR, 0xff); /* which it does not care about */
  put(&box, APIC_LVT_LINT0, EXTERNAL);
  assert_true(apic_external_pending(&box.apic) && !apic_interrupt_pending(&box.apic));
  put(&box, APIC_LVT_LINT0, EXTERNAL | MASKED);
  assert_false(apic_external_pending(&box.apic));
  apic_set_enabled(&box.apic, false);
  assert_true(apic_external_pending(&box.apic));
}

static void disabled_it_is_not_there_and_begins_anew(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_TPR, 0x50);
  apic_set_enabled(&box.apic, false);
  assert_int_equal(get(&box, APIC_TPR), 0xffffffff);
  put(&box, APIC_TPR, 0x40);
  apic_set_enabled(&box.apic, true);
  assert_int_equal(get(&box, APIC_TPR), 0);
  assert_int_equal(get(&box, APIC_SVR), 0xff);
}

static void software_disabled_it_masks_every_entry_and_keeps_what_it_holds(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  put(&box, APIC_LVT_TIMER, 0x30);
  put(&box, APIC_ICR_LOW, TO_SELF | 0x44);
  put(&box, APIC_SVR, 0xff);
  assert_int_equal(get(&box, APIC_LVT_TIMER), MASKED | 0x30);
  put(&box, APIC_ICR_LOW, TO_SELF | 0x55);
  assert_interrupt(&box, 0x44, RS_ORIGIN_IPI);
}

static void only_aligned_words_are_registers(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  bus_mmio_write(&box.bus, APIC_BASE + APIC_TPR, 1, 0x40);
  bus_mmio_write(&box.bus, APIC_BASE + APIC_TPR, 8, 0x40);
  bus_mmio_write(&box.bus, APIC_BASE + APIC_TPR + 4, 4, 0x40);
  assert_int_equal(get(&box, APIC_TPR), 0);
  assert_true(bus_mmio_read(&box.bus, APIC_BASE + APIC_SVR + 1, 2) == 0xffff);
}

static void registers_that_do_not_exist_are_an_error(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  assert_int_equal(get(&box, 0x40), 0);
  put(&box, APIC_ESR, 0);
  assert_int_equal(get(&box, APIC_ESR), 0x80);
  put(&box, APIC_VERSION, 0); /* exists, and cannot be written */
  put(&box, APIC_ISR, 0xffffffff);
  put(&box, APIC_ESR, 0);
  assert_int_equal(get(&box, APIC_ESR), 0);
  assert_int_equal(get(&box, APIC_ISR), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(after_reset_it_is_disabled_by_software_and_masked),
    cmocka_unit_test(every_legal_vector_can_be_sent_to_itself),
    cmocka_unit_test(an_illegal_vector_is_an_error),
    cmocka_unit_test(an_illegal_error_vector_ends_in_an_error),
    cmocka_unit_test(an_interrupt_passes_only_above_the_priority_class),
    cmocka_unit_test(service_holds_off_its_class_and_below),
    cmocka_unit_test(cr8_is_the_task_priority_class),
    cmocka_unit_test(an_nmi_goes_to_itself_by_number_and_not_by_shorthand),
    cmocka_unit_test(destinations_name_it_or_not),
    cmocka_unit_test(the_timer_fires_once),
    cmocka_unit_test(the_periodic_timer_fires_again),
    cmocka_unit_test(each_divisor_divides),
    cmocka_unit_test(a_new_divisor_keeps_what_is_left),
    cmocka_unit_test(a_masked_timer_raises_nothing_and_what_it_missed_is_gone),
    cmocka_unit_test(zero_stops_the_timer),
    cmocka_unit_test(a_timer_of_an_illegal_vector_matters_once),
    cmocka_unit_test(a_pin_delivers_as_its_entry_says),
    cmocka_unit_test(a_level_is_taken_again_after_its_eoi),
    cmocka_unit_test(the_8259_passes_through_lint0_alone),
    cmocka_unit_test(disabled_it_is_not_there_and_begins_anew),
    cmocka_unit_test(software_disabled_it_masks_every_entry_and_keeps_what_it_holds),
    cmocka_unit_test(only_aligned_words_are_registers),
    cmocka_unit_test(registers_that_do_not_exist_are_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
