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

/* From the delivery of the one fault of a probe to the handler's first sensitive instruction. */
static uint64_t instructions_after_fault(const char *probe) {
  struct box box;
  uint64_t passed = 0;
  box_run_probe(&box, probe, &(struct box_options){ .level = RS_TRACE_STEPS });
  for (size_t i = 1; i + 1 < box.events; i++)
    if (box.event[i].parent) passed = box.event[i + 1].instructions - box.event[i - 1].instructions;
  box_close(&box);
  assert_true(passed > 0);
  return passed;
}

/* The same handler, after CLI in ring 3 and after a read of the supervisor's page. */
static void a_sensitive_instruction_that_faults_counts_and_a_plain_one_does_not(void **state) {
  static const char *const pairs[][2] = { { "boot_cli-i386", "boot_kernel_page-i386" },
                                          { "boot_cli-x86_64", "boot_kernel_page-x86_64" } };
  (void)state;
  for (unsigned i = 0; i < 2; i++)
    assert_int_equal(instructions_after_fault(pairs[i][0]), instructions_after_fault(pairs[i][1]) + 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rdtsc_counts_the_instructions_before_it),
    cmocka_unit_test(wrmsr_moves_the_counter),
    cmocka_unit_test(a_sensitive_instruction_that_faults_counts_and_a_plain_one_does_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
