/* Claims: macro-steps are told in order with the stack as it stands, to who wants them, and change nothing.
 */
#include <string.h>

#include "vm/box.h"
#include "vm/cmocka_all.h"

enum { TOLD_LIMIT = 16 };

/* What a sink was told of macro-steps. */
struct told {
  struct rs_trace_sink sink;
  unsigned count;
  struct {
    unsigned number;
    uint8_t cpl;
    uint64_t linear, rip, instructions, pointer, top;
  } step[TOLD_LIMIT];
};

static void remember(struct rs_trace_sink *sink, const struct rs_macro_event *event) {
  struct told *told = (struct told *)sink;
  assert_true(told->count < TOLD_LIMIT);
  told->step[told->count].number = event->step.number;
  told->step[told->count].cpl = event->cpu->cpl;
  told->step[told->count].linear = event->step.linear;
  told->step[told->count].rip = event->cpu->rip;
  told->step[told->count].instructions = event->instructions;
  told->step[told->count].pointer = event->stack.pointer;
  told->step[told->count].top = event->stack.word[RS_STACK_WORDS];
  told->count++;
}

/* Runs a probe and tells `told` of what its own symbols name, added as often as asked. */
static void run(struct box *box, const char *probe, enum rs_trace_level level, unsigned times,
                struct told *told) {
  struct rs_symbols *symbols;
  struct rs_error error;
  struct box_image image = image_of_probe(probe);
  *told = (struct told){ .sink = { .level = level, .macro = remember } };
  box_open(box, &image, &(struct box_options){ .level = RS_TRACE_OFF });
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  for (unsigned i = 0; i < times; i++)
    assert_int_equal(rs_symbols_add_elf(symbols, image.bytes, image.size, 0, &error), RS_OK);
  assert_int_equal(rs_machine_subscribe(box->machine, &told->sink), RS_OK);
  assert_int_equal(rs_machine_tell_macro_steps(box->machine, symbols, &error), RS_OK);
  box_run(box);
  rs_symbols_free(symbols);
  image_free(&image);
}

static void all_ten_are_told_in_order_each_in_its_ring(void **state) {
  static const char *const probes[] = { "boot_read_walk-i386", "boot_read_walk-x86_64" };
  (void)state;
  for (unsigned p = 0; p < 2; p++) {
    struct box box;
    struct told told;
    run(&box, probes[p], RS_TRACE_MACRO, 1, &told);
    assert_int_equal(told.count, 10);
    for (unsigned i = 0; i < 10; i++) {
      bool kernel = i + 1 >= 5 && i + 1 <= 7;
      assert_int_equal(told.step[i].number, i + 1);
      assert_int_equal(told.step[i].cpl, kernel ? 0 : 3);
      assert_int_equal(told.step[i].rip, told.step[i].linear);
      if (i > 0) assert_true(told.step[i].instructions > told.step[i - 1].instructions);
    }
    box_close(&box);
  }
}

static void stack_is_that_before_the_instruction_at_the_step(void **state) {
  struct box box;
  struct told told;
  (void)state;
  run(&box, "boot_read_walk-i386", RS_TRACE_MACRO, 1, &told);
  assert_int_equal(told.step[1].pointer, told.step[0].pointer - 12); /* three parameters */
  assert_int_equal(told.step[1].top, 0);                             /* the descriptor, pushed last */
  assert_int_equal(told.step[7].pointer, told.step[1].pointer - 4);  /* the return address */
  assert_int_equal(told.step[7].top, told.step[8].linear);
  assert_int_equal(told.step[9].pointer, told.step[0].pointer);
  box_close(&box);
}

static void who_does_not_want_them_is_not_told(void **state) {
  (void)state;
  for (enum rs_trace_level level = RS_TRACE_OFF; level <= RS_TRACE_INSTRUCTIONS; level++) {
    struct box box;
    struct told told;
    run(&box, "boot_read_walk-x86_64", level, 1, &told);
    assert_int_equal(told.count, level == RS_TRACE_MACRO || level >= RS_TRACE_STEPS ? 10 : 0);
    box_close(&box);
  }
}

static void they_change_neither_the_count_nor_memory(void **state) {
  struct box with, without;
  struct told told;
  (void)state;
  run(&with, "boot_read_walk-i386", RS_TRACE_MACRO, 1, &told);
  box_run_probe(&without, "boot_read_walk-i386", &(struct box_options){ .level = RS_TRACE_OFF });
  assert_int_equal(with.end.instructions, without.end.instructions);
  assert_int_equal(with.end.status, without.end.status);
  assert_int_equal(box_memory_sum(&with), box_memory_sum(&without));
  box_close(&with);
  box_close(&without);
}

static void symbols_that_come_twice_name_a_step_once(void **state) {
  struct box box;
  struct told told;
  (void)state;
  run(&box, "boot_read_walk-i386", RS_TRACE_MACRO, 2, &told);
  assert_int_equal(told.count, 10);
  box_close(&box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_ten_are_told_in_order_each_in_its_ring),
    cmocka_unit_test(stack_is_that_before_the_instruction_at_the_step),
    cmocka_unit_test(who_does_not_want_them_is_not_told),
    cmocka_unit_test(they_change_neither_the_count_nor_memory),
    cmocka_unit_test(symbols_that_come_twice_name_a_step_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
