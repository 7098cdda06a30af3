/* Claims: the time-stamp counter is the count of instructions, and WRMSR moves it. */
#include "vm/box.h"
#include "vm/cmocka_all.h"

static void box_run_code(struct box *box, const void *code, size_t size, enum rs_trace_level level) {
  struct box_image image = image_of_code(32, code, size);
  box_open(box, &image, &(struct box_options){ .level = level });
  box_run(box);
  image_free(&image);
  assert_int_equal(box->end.reason, RS_END_HALT);
}

static void rdtsc_counts_the_instructions_before_it(void **state) {
  static const uint8_t code[] = {
    0x90, 0x90, 0x90, 0x0f, 0x31, /* three nop; rdtsc */
    0x89, 0xc3, 0x90, 0x0f, 0x31, /* mov ebx, eax; nop; rdtsc */
    0xf4,                         /* hlt */
  };
  (void)state;
  for (enum rs_trace_level level = RS_TRACE_OFF; level <= RS_TRACE_INSTRUCTIONS; level++) {
    struct box box;
    box_run_code(&box, code, sizeof code, level);
    assert_int_equal(box_register(&box, RS_RBX), 3);
    assert_int_equal(box_register(&box, RS_RAX), 6);
    assert_int_equal(box_register(&box, RS_RDX), 0);
    box_close(&box);
  }
}

static void wrmsr_moves_the_counter(void **state) {
  static const uint8_t code[] = {
    0xb9, 0x10, 0x00, 0x00, 0x00, /* mov ecx, IA32_TIME_STAMP_COUNTER */
    0xb8, 0x00, 0x10, 0x00, 0x00, /* mov eax, 0x1000 */
    0xba, 0x02, 0x00, 0x00, 0x00, /* mov edx, 2 */
    0x0f, 0x30,                   /* wrmsr */
    0x90, 0x90, 0x0f, 0x31,       /* two nop; rdtsc */
    0x89, 0xc3, 0x89, 0xd6,       /* mov ebx, eax; mov esi, edx */
    0x0f, 0x32,                   /* rdmsr, of the same counter */
    0xf4,                         /* hlt */
  };
  struct box box;
  (void)state;
  box_run_code(&box, code, sizeof code, RS_TRACE_OFF);
  assert_int_equal(box_register(&box, RS_RBX), 0x1003);
  assert_int_equal(box_register(&box, RS_RSI), 2);
  assert_int_equal(box_register(&box, RS_RAX), 0x1006);
  assert_int_equal(box_register(&box, RS_RDX), 2);
  assert_int_equal(rs_machine_instructions(box.machine), box.end.instructions);
  box_close(&box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rdtsc_counts_the_instructions_before_it),
    cmocka_unit_test(wrmsr_moves_the_counter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
