/* Claims about the 8254: when counter 0 raises its line, and what the counters show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/pit.h"

enum { CONTROL = PIT_PORT + 3, BOTH = 0x30, LATCH = 0x00, TICK = PIT_INSTRUCTIONS };

struct box {
  struct bus bus;
  struct timeline timeline;
  struct pit pit;
  unsigned edges;
  bool high;
};

static void output_set(void *device, unsigned pin, bool high) {
  struct box *box = device;
  (void)pin;
  box->edges += high && !box->high;
  box->high = high;
}

static void box_open(struct box *box) {
  *box = (struct box){ .edges = 0 };
  const struct wire output = { output_set, box, 0 };
  pit_attach(&box->pit, &box->bus, &box->timeline, &output);
}

/* Goes to the middle of a tick, as instructions do. */
static void go_to(struct box *box, uint64_t tick) {
  box->timeline.now = tick * TICK + TICK / 2;
  pit_advance(&box->pit);
}

static void control(struct box *box, unsigned counter, uint8_t word) {
  bus_port_out(&box->bus, CONTROL, 1, counter << 6 | word);
}

static void write_count(struct box *box, unsigned counter, uint16_t value) {
  bus_port_out(&box->bus, (uint16_t)(PIT_PORT + counter), 1, value & 0xff);
  bus_port_out(&box->bus, (uint16_t)(PIT_PORT + counter), 1, value >> 8);
}

static void program(struct box *box, unsigned counter, unsigned mode, uint16_t value) {
  control(box, counter, (uint8_t)(BOTH | mode << 1));
  write_count(box, counter, value);
}

static uint16_t read_count(struct box *box, unsigned counter) {
  uint16_t low = (uint16_t)bus_port_in(&box->bus, (uint16_t)(PIT_PORT + counter), 1);
  return (uint16_t)(low | bus_port_in(&box->bus, (uint16_t)(PIT_PORT + counter), 1) << 8);
}

static uint8_t read_status(struct box *box, unsigned counter) {
  bus_port_out(&box->bus, CONTROL, 1, 0xe0 | 2u << counter);
  return (uint8_t)bus_port_in(&box->bus, (uint16_t)(PIT_PORT + counter), 1);
}

/* The edges, by tick, that `ticks` ticks from the present bring. */
static void assert_edges(struct box *box, uint64_t from, const uint64_t *expected, unsigned count,
                         uint64_t ticks) {
  unsigned found = 0;
  for (uint64_t tick = from; tick <= from + ticks; tick++) {
    unsigned before = box->edges;
    go_to(box, tick);
    if (box->edges == before) continue;
    assert_true(found < count);
    assert_int_equal(tick, expected[found++]);
  }
  assert_int_equal(found, count);
}

static void no_counter_counts_before_it_is_programmed(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  assert_true(pit_next_edge(&box.pit) == TIMELINE_NEVER);
  assert_edges(&box, 0, NULL, 0, 100);
}

/* The count is loaded one tick after it is written. */
static void mode_0_raises_its_line_once(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  go_to(&box, 10);
  program(&box, 0, 0, 5);
  assert_true(pit_next_edge(&box.pit) == 16 * TICK);
  assert_edges(&box, 10, (uint64_t[]){ 16 }, 1, 70000);
}

static void mode_0_begins_anew_with_each_count(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 0, 0, 5);
  go_to(&box, 3);
  bus_port_out(&box.bus, PIT_PORT, 1, 4);
  assert_true(pit_next_edge(&box.pit) == TIMELINE_NEVER); /* half a count */
  bus_port_out(&box.bus, PIT_PORT, 1, 0);
  assert_edges(&box, 3, (uint64_t[]){ 8 }, 1, 100);
}

static void modes_2_and_3_raise_it_in_each_period(void **state) {
  (void)state;
  const uint8_t modes[] = { 2, 3, 6, 7 };
  for (unsigned i = 0; i < sizeof modes; i++) {
    struct box box;
    box_open(&box);
    program(&box, 0, modes[i], 7);
    assert_edges(&box, 0, (uint64_t[]){ 8, 15, 22, 29 }, 4, 30);
  }
}

static void mode_4_strobes_after_the_count(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 0, 4, 5);
  assert_edges(&box, 0, (uint64_t[]){ 7 }, 1, 70000);
}

static void modes_1_and_5_wait_for_their_gate_for_ever(void **state) {
  (void)state;
  for (unsigned mode = 1; mode <= 5; mode += 4) {
    struct box box;
    box_open(&box);
    program(&box, 0, mode, 5);
    assert_true(pit_next_edge(&box.pit) == TIMELINE_NEVER);
    assert_edges(&box, 0, NULL, 0, 100);
    assert_int_equal(read_status(&box, 0) & 0x80, 0x80);
  }
}

static void a_count_of_zero_is_the_greatest(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 0, 2, 0);
  assert_true(pit_next_edge(&box.pit) == UINT64_C(65537) * TICK);
  control(&box, 0, BOTH | 2 << 1 | 1);
  write_count(&box, 0, 0);
  assert_true(pit_next_edge(&box.pit) == UINT64_C(10001) * TICK);
}

static void a_new_count_waits_for_the_end_of_the_period(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 0, 2, 10);
  go_to(&box, 4);
  write_count(&box, 0, 3);
  assert_int_equal(read_count(&box, 0), 7); /* three ticks into the old one */
  assert_edges(&box, 4, (uint64_t[]){ 11, 14, 17 }, 3, 14);
}

static void edges_that_nobody_waited_for_are_one(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 0, 2, 10);
  go_to(&box, 1000);
  assert_int_equal(box.edges, 1);
  assert_true(pit_next_edge(&box.pit) == 1001 * TICK);
}

static void other_counters_raise_nothing(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 1, 2, 10);
  program(&box, 2, 3, 10);
  assert_edges(&box, 0, NULL, 0, 100);
  assert_int_equal(read_count(&box, 1), 1); /* 99 ticks after the load */
}

static void counters_show_what_is_left(void **state) {
  (void)state;
  static const struct {
    uint8_t mode;
    uint16_t count, ticks, shown;
  } rows[] = {
    { 0, 5, 1, 5 }, { 0, 5, 4, 2 },     { 0, 5, 6, 0 }, { 0, 5, 7, 0xffff }, { 2, 5, 1, 5 },
    { 2, 5, 5, 1 }, { 2, 5, 6, 5 },     { 3, 8, 1, 8 }, { 3, 8, 2, 6 },      { 3, 8, 4, 2 },
    { 3, 8, 5, 8 }, { 3, 8, 9, 8 },     { 3, 5, 1, 4 }, { 3, 5, 3, 0 },      { 3, 5, 4, 4 },
    { 3, 5, 6, 4 }, { 4, 3, 5, 65535 }, { 2, 0, 1, 0 }, { 2, 0, 2, 0xffff },
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct box box;
    box_open(&box);
    program(&box, 0, rows[i].mode, rows[i].count);
    go_to(&box, rows[i].ticks);
    assert_int_equal(read_count(&box, 0), rows[i].shown);
  }
}

static void in_bcd_they_count_in_tens(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  control(&box, 0, BOTH | 1);
  write_count(&box, 0, 0x1000);
  go_to(&box, 1);
  assert_int_equal(read_count(&box, 0), 0x1000);
  go_to(&box, 2);
  assert_int_equal(read_count(&box, 0), 0x0999);
  go_to(&box, 1002);
  assert_int_equal(read_count(&box, 0), 0x9999);
}

static void a_latched_value_stays_until_it_is_read(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 0, 2, 0x1234);
  go_to(&box, 1);
  control(&box, 0, LATCH);
  go_to(&box, 500);
  control(&box, 0, LATCH);
  assert_int_equal(read_count(&box, 0), 0x1234);
  assert_int_equal(read_count(&box, 0), 0x1234 - 499);
}

static void one_byte_is_enough_where_access_says_so(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  control(&box, 0, 0x10);
  bus_port_out(&box.bus, PIT_PORT, 1, 9);
  assert_true(pit_next_edge(&box.pit) == 10 * TICK);
  control(&box, 0, 0x20);
  bus_port_out(&box.bus, PIT_PORT, 1, 2);
  assert_true(pit_next_edge(&box.pit) == 513 * TICK);
  go_to(&box, 1);
  assert_int_equal(bus_port_in(&box.bus, PIT_PORT, 1), 2);
  go_to(&box, 2);
  assert_int_equal(bus_port_in(&box.bus, PIT_PORT, 1), 1);
}

static void status_shows_output_mode_and_a_count_that_waits(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  control(&box, 2, BOTH);
  assert_int_equal(read_status(&box, 2), 0x70);
  write_count(&box, 2, 3);
  assert_int_equal(read_status(&box, 2), 0x70);
  go_to(&box, 1);
  assert_int_equal(read_status(&box, 2), 0x30);
  go_to(&box, 4);
  assert_int_equal(read_status(&box, 2), 0xb0);
  program(&box, 2, 2, 4);
  go_to(&box, 8);
  assert_int_equal(read_status(&box, 2), 0x34); /* the last tick of the period */
  program(&box, 2, 3, 4);
  go_to(&box, 10);
  assert_int_equal(read_status(&box, 2), 0xb6);
  go_to(&box, 11);
  assert_int_equal(read_status(&box, 2), 0x36);
}

static void read_back_latches_status_before_value(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  program(&box, 0, 2, 100);
  go_to(&box, 1);
  bus_port_out(&box.bus, CONTROL, 1, 0xc2);
  go_to(&box, 50);
  assert_int_equal(bus_port_in(&box.bus, PIT_PORT, 1), 0xb4);
  assert_int_equal(read_count(&box, 0), 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_counter_counts_before_it_is_programmed),
    cmocka_unit_test(mode_0_raises_its_line_once),
    cmocka_unit_test(mode_0_begins_anew_with_each_count),
    cmocka_unit_test(modes_2_and_3_raise_it_in_each_period),
    cmocka_unit_test(mode_4_strobes_after_the_count),
    cmocka_unit_test(modes_1_and_5_wait_for_their_gate_for_ever),
    cmocka_unit_test(a_count_of_zero_is_the_greatest),
    cmocka_unit_test(a_new_count_waits_for_the_end_of_the_period),
    cmocka_unit_test(edges_that_nobody_waited_for_are_one),
    cmocka_unit_test(other_counters_raise_nothing),
    cmocka_unit_test(counters_show_what_is_left),
    cmocka_unit_test(in_bcd_they_count_in_tens),
    cmocka_unit_test(a_latched_value_stays_until_it_is_read),
    cmocka_unit_test(one_byte_is_enough_where_access_says_so),
    cmocka_unit_test(status_shows_output_mode_and_a_count_that_waits),
    cmocka_unit_test(read_back_latches_status_before_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
