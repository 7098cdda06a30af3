/* Claims about what an instruction's write left in a place. */
#include "explain/left.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PTE 0x111008U

static struct culprit found(enum rs_item item, uint64_t address, uint8_t size, uint64_t value) {
  struct culprit culprit = { .kind = CULPRIT_MEMORY, .valued = true };
  culprit.read = (struct rs_step){ .kind = RS_STEP_READ, .id = (uint16_t)item, .size = size };
  culprit.read.read.linear = culprit.read.read.physical = address;
  culprit.read.read.value.word[0] = value;
  return culprit;
}

static void a_write_leaves_what_the_processor_marked_afterwards(void **state) {
  (void)state;
  struct culprit entry = found(RS_ITEM_PAGE_ENTRY, PTE, 8, 0x400065);
  struct rs_memory_change write = { .linear = PTE, .size = 8, .new = 0x400005 };
  struct extent all = { .size = 8, .linear = PTE };
  assert_true(write_left_it(&entry, &write, &all));
  write.new = 0x400001;
  assert_false(write_left_it(&entry, &write, &all));

  struct culprit tss = found(RS_ITEM_GDT_DESCRIPTOR, 0x104040, 8, 0x8b1040700067);
  write = (struct rs_memory_change){ .linear = 0x104040, .size = 8, .new = 0x891040700067 };
  all.linear = 0x104040;
  assert_true(write_left_it(&tss, &write, &all));
}

static void only_the_bytes_that_a_write_covers_are_compared(void **state) {
  (void)state;
  struct culprit descriptor = found(RS_ITEM_GDT_DESCRIPTOR, 0x104030, 8, 0xaf7a000000ffff);
  struct rs_memory_change write = { .linear = 0x104035, .size = 1, .new = 0x7a };
  struct extent access = { .first = 5, .size = 1, .linear = 0x104035 };
  assert_true(write_left_it(&descriptor, &write, &access));
  write.new = 0xfa;
  assert_false(write_left_it(&descriptor, &write, &access));
}

static void a_write_that_begins_before_a_place_is_compared_where_they_meet(void **state) {
  (void)state;
  struct culprit limit = found(RS_ITEM_OPERAND, 0x10405a, 2, 0x7ff);
  struct rs_memory_change write = { .linear = 0x104058, .size = 8, .new = 0x07ff0000 };
  struct extent both = { .size = 2, .linear = 0x10405a };
  assert_true(write_left_it(&limit, &write, &both));
  write.new = 0x7ff;
  assert_false(write_left_it(&limit, &write, &both));
}

static void a_value_that_is_not_known_differs_from_nothing(void **state) {
  (void)state;
  struct culprit entry = found(RS_ITEM_PAGE_ENTRY, PTE, 8, 0x400001);
  struct rs_memory_change write = { .linear = PTE, .size = 8, .new = 0x400005 };
  entry.valued = false;
  assert_true(write_left_it(&entry, &write, &(struct extent){ .size = 8, .linear = PTE }));
}

static void an_entry_is_known_again_where_tables_map_themselves(void **state) {
  (void)state;
  struct culprit entry = found(RS_ITEM_PAGE_ENTRY, PTE, 8, 0x400021);
  struct rs_memory_change write = {
    .linear = 0xffffff8000002008, .size = 8, .old = 0x400005, .new = 0x400001
  };
  struct extent extent;
  assert_true(write_was_to_entry(&entry, &write, &extent));
  assert_int_equal(extent.first, 0);
  assert_int_equal(extent.size, 8);
  assert_int_equal(extent.linear, write.linear);
}

static void what_is_no_such_write_is_not_taken_for_one(void **state) {
  (void)state;
  const struct culprit entry = found(RS_ITEM_PAGE_ENTRY, PTE, 8, 0x400021);
  const struct rs_memory_change write = {
    .linear = 0xffffff8000002008, .size = 8, .old = 0x400005, .new = 0x400001
  };
  struct extent extent;

  struct rs_memory_change other = write;
  other.linear += 8; /* another entry */
  assert_false(write_was_to_entry(&entry, &other, &extent));
  other = write;
  other.size = 4; /* half of one */
  assert_false(write_was_to_entry(&entry, &other, &extent));
  other = write;
  other.new = 0x401001; /* another value */
  assert_false(write_was_to_entry(&entry, &other, &extent));
  other = write;
  other.old = 0x400041; /* nothing is changed that the processor does not set itself */
  assert_false(write_was_to_entry(&entry, &other, &extent));

  const struct culprit empty = found(RS_ITEM_PAGE_ENTRY, PTE, 8, 0);
  other = write;
  other.new = 0;
  assert_false(write_was_to_entry(&empty, &other, &extent));
  const struct culprit word = found(RS_ITEM_POPPED_IP, PTE, 8, 0x400001);
  assert_false(write_was_to_entry(&word, &write, &extent));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_write_leaves_what_the_processor_marked_afterwards),
    cmocka_unit_test(only_the_bytes_that_a_write_covers_are_compared),
    cmocka_unit_test(a_write_that_begins_before_a_place_is_compared_where_they_meet),
    cmocka_unit_test(a_value_that_is_not_known_differs_from_nothing),
    cmocka_unit_test(an_entry_is_known_again_where_tables_map_themselves),
    cmocka_unit_test(what_is_no_such_write_is_not_taken_for_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
