/* Claims about the comparison of two states: each register's change is found, and only that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/changes.h"
#include "trace/told.h"

static void each_register_is_found_alone_when_it_alone_changed(void **state) {
  (void)state;
  for (unsigned i = RS_RAX; i < RS_REGISTER_COUNT; i++) {
    enum rs_register reg = (enum rs_register)i, changed[RS_REGISTER_COUNT];
    struct rs_cpu before, after;
    cpu_64(&before, 0, 0x401000, 0x1000);
    after = before;
    union rs_value value = rs_cpu_get(&before, reg);
    value.word[0] ^= 1; /* the selector, of a segment; the base, of a table */
    rs_cpu_set(&after, reg, value);
    bool told = reg != RS_RIP && reg != RS_TSC;
    assert_int_equal(changes_list(&before, &after, changed), told);
    if (told) assert_int_equal(changed[0], reg);
  }
}

static void each_field_of_a_segment_and_a_table_counts(void **state) {
  (void)state;
  enum rs_register changed[RS_REGISTER_COUNT];
  struct rs_cpu before, after;
  cpu_64(&before, 0, 0x401000, 0x1000);
  after = before;
  after.tr.limit++;
  after.ldtr.attributes ^= 1;
  after.segment[RS_SEGMENT_INDEX(RS_GS)].base++;
  after.idtr.limit++;
  assert_int_equal(changes_list(&before, &after, changed), 4);
  assert_int_equal(changed[0], RS_GS);
  assert_int_equal(changed[1], RS_LDTR);
  assert_int_equal(changed[2], RS_TR);
  assert_int_equal(changed[3], RS_IDTR);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_register_is_found_alone_when_it_alone_changed),
    cmocka_unit_test(each_field_of_a_segment_and_a_table_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
