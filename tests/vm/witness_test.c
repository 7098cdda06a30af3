/* Claims about machines of which the engine executes what it can by itself: they come to the same. */
#include "vm/box.h"
#include "vm/cmocka_all.h"

static void run_witnessed_or_not(struct box *box, const char *probe, bool witness) {
  const struct box_options options = { .level = RS_TRACE_OFF, .limit = 1000000, .witness = witness };
  box_run_probe(box, probe, &options);
}

static void a_witnessed_machine_does_what_it_does_otherwise(void **state) {
  (void)state;
  uint64_t compared = 0;
  for (const char *const *probe = box_probes; *probe; probe++) {
    struct box box, witnessed;
    run_witnessed_or_not(&box, *probe, false);
    run_witnessed_or_not(&witnessed, *probe, true);
    compared += rs_machine_witness(witnessed.machine)->compared;
    assert_int_equal(witnessed.end.reason, box.end.reason);
    assert_int_equal(witnessed.end.status, box.end.status);
    assert_int_equal(witnessed.end.instructions, box.end.instructions);
    if (box_memory_sum(&witnessed) != box_memory_sum(&box)) fail_msg("%s: memory differs", *probe);
    box_close(&witnessed);
    box_close(&box);
  }
  assert_true(compared > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_witnessed_machine_does_what_it_does_otherwise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
