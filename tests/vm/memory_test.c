/* Claims about the guest's memory: where it ends, what a look at it leaves alone, and code that rewrites
 * itself. */
#include <string.h>

#include "vm/box.h"
#include "vm/cmocka_all.h"

static void box_run_code(struct box *box, unsigned bits, const void *code, size_t size) {
  struct box_image image = image_of_code(bits, code, size);
  box_open(box, &image, &(struct box_options){ .level = RS_TRACE_STEPS, .limit = 100000 });
  box_run(box);
  image_free(&image);
}

static void where_there_is_no_memory_reads_as_ones(void **state) {
  static const uint8_t code[] = {
    0xa1, 0x00, 0x00, 0x00, 0xf0,       /* mov eax, [0xf0000000] */
    0x8b, 0x1d, 0x00, 0x00, 0x60, 0x00, /* mov ebx, [the first byte after RAM] */
    0x8b, 0x0d, 0xfe, 0xff, 0x5f, 0x00, /* mov ecx, [two bytes before its end] */
    0xf4,                               /* hlt */
  };
  struct box box;
  (void)state;
  box_run_code(&box, 32, code, sizeof code);
  assert_int_equal(box.end.reason, RS_END_HALT);
  assert_int_equal(box_register(&box, RS_RAX), 0xffffffff);
  assert_int_equal(box_register(&box, RS_RBX), 0xffffffff);
  assert_int_equal(box_register(&box, RS_RCX), 0xffff0000);
  box_close(&box);
}

static void writes_past_the_end_of_memory_go_nowhere(void **state) {
  static const uint8_t code[] = {
    0xb8, 0x44, 0x33, 0x22, 0x11,       /* mov eax, 0x11223344 */
    0xa3, 0x00, 0x00, 0x60, 0x00,       /* mov [the first byte after RAM], eax */
    0xa3, 0xfe, 0xff, 0x5f, 0x00,       /* mov [two bytes before its end], eax */
    0xa3, 0xfc, 0xff, 0xff, 0xff,       /* mov [0xfffffffc], eax */
    0x8b, 0x1d, 0x00, 0x00, 0x60, 0x00, /* mov ebx, [the first byte after RAM] */
    0xf4,                               /* hlt */
  };
  struct box box;
  (void)state;
  box_run_code(&box, 32, code, sizeof code);
  assert_int_equal(box.end.reason, RS_END_HALT);
  assert_int_equal(box_register(&box, RS_RBX), 0xffffffff);
  assert_int_equal(box_ram(&box)[BOX_MEMORY - 2], 0x44);
  assert_int_equal(box_ram(&box)[BOX_MEMORY - 1], 0x33);
  box_close(&box);
}

static void pushes_of_a_delivery_past_the_end_of_memory_go_nowhere(void **state) {
  static const uint8_t code[] = {
    0xbc, 0x08, 0x00, 0x60, 0x00,             /* mov esp, 8 bytes past the end of RAM */
    0x0f, 0x01, 0x1d, 0x40, 0x80, 0x00, 0x00, /* lidt [0x8040] */
    0x0f, 0x01, 0x15, 0x48, 0x80, 0x00, 0x00, /* lgdt [0x8048] */
    0xcd, 0x00,                               /* int 0 */
  };
  uint8_t image[0x70] = { 0 };
  struct box box;
  (void)state;
  memcpy(image, code, sizeof code);
  memcpy(image + 0x30, (const uint8_t[]){ 0xf4 }, 1);                    /* the handler: hlt */
  memcpy(image + 0x40, (const uint8_t[]){ 7, 0, 0x58, 0x80, 0, 0 }, 6);  /* IDT of one gate */
  memcpy(image + 0x48, (const uint8_t[]){ 15, 0, 0x60, 0x80, 0, 0 }, 6); /* GDT of two descriptors */
  memcpy(image + 0x58, (const uint8_t[]){ 0x30, 0x80, 8, 0, 0, 0x8e, 0, 0 },
         8); /* 8:0x8030, interrupt gate */
  memcpy(image + 0x68, (const uint8_t[]){ 0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0 }, 8); /* flat code */
  box_run_code(&box, 32, image, sizeof image);
  assert_int_equal(box.end.reason, RS_END_HALT);
  assert_int_equal(box_register(&box, RS_RSP), BOX_MEMORY - 4);
  /* EIP alone fell into RAM: CS and EFLAGS are gone. */
  assert_memory_equal(box_ram(&box) + BOX_MEMORY - 4, ((const uint8_t[]){ 0x15, 0x80, 0, 0 }), 4);
  box_close(&box);
}

static void peek_around(struct rs_machine *machine) {
  static const uint64_t addresses[] = {
    0,
    0x8000,
    0x9000,
    0x400000,
    0x401000,
    BOX_MEMORY - 8,
    BOX_MEMORY,
    0xf0000000,
    UINT64_C(1) << 47,
    UINT64_MAX - 3,
  };
  uint8_t bytes[64];
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
    rs_machine_peek(machine, addresses[i], bytes, sizeof bytes);
}

static void peek_at_event(struct box *box, const struct rs_transition_event *event) {
  (void)event;
  peek_around(box->machine);
}

static void a_peek_changes_no_memory_and_no_course(void **state) {
  (void)state;
  for (const char *const *probe = box_probes; *probe; probe++) {
    struct box plain, peeked;
    struct box_image image = image_of_probe(*probe);
    box_run_probe(&plain, *probe, &(struct box_options){ .level = RS_TRACE_STEPS });
    box_open(&peeked, &image, &(struct box_options){ .level = RS_TRACE_STEPS });
    peeked.look = peek_at_event;
    box_run(&peeked);
    assert_int_equal(peeked.end.instructions, plain.end.instructions);
    assert_int_equal(peeked.events, plain.events);
    assert_int_equal(box_memory_sum(&peeked), box_memory_sum(&plain));
    box_close(&plain);
    box_close(&peeked);
    image_free(&image);
  }
}

static void a_peek_reads_what_is_mapped_and_says_how_much(void **state) {
  struct box box;
  uint8_t bytes[64];
  (void)state;
  box_run_probe(&box, "boot_int80-x86_64", &(struct box_options){ .level = RS_TRACE_STEPS });
  assert_int_equal(rs_machine_peek(box.machine, 0x8000, bytes, sizeof bytes), sizeof bytes);
  assert_memory_equal(bytes, box_ram(&box) + 0x8000, sizeof bytes);
  /* The probe maps the first 2 MiB, and 2 MiB at 0x400000. */
  assert_int_equal(rs_machine_peek(box.machine, 0x200000 - 24, bytes, sizeof bytes), 24);
  assert_int_equal(rs_machine_peek(box.machine, 0x200000, bytes, sizeof bytes), 0);
  assert_int_equal(rs_machine_peek(box.machine, UINT64_C(1) << 47, bytes, sizeof bytes), 0);
  box_close(&box);
}

static void look_for_the_edge(struct box *box, const struct rs_transition_event *event) {
  const struct rs_stack_window *window = &event->new_stack;
  (void)box;
  if (event->transition->outcome != RS_SHUTDOWN) return;
  assert_int_equal(window->pointer, 0);
  assert_int_equal(window->word_size, 4);
  assert_int_equal(window->mapped, 0x1ff00); /* below address 0 lies the end of the 4 GiB, where no RAM is */
  for (unsigned i = 0; i < RS_STACK_WORDS; i++)
    assert_int_equal(window->word[i], 0);
}

static void a_stack_window_marks_the_words_that_are_not_there(void **state) {
  struct box box;
  struct box_image image = image_of_probe("boot_triple_fault-i386");
  (void)state;
  box_open(&box, &image, &(struct box_options){ .level = RS_TRACE_STEPS });
  box.look = look_for_the_edge;
  box_run(&box);
  assert_int_equal(box.end.reason, RS_END_SHUTDOWN);
  box_close(&box);
  image_free(&image);
}

static void code_that_rewrites_the_next_instruction_runs_as_rewritten(void **state) {
  static const uint8_t code[] = {
    0xb9, 0x0a, 0x00, 0x00, 0x00,       /* mov ecx, 10 */
    0x31, 0xc0,                         /* xor eax, eax */
    0x89, 0x0d, 0x0e, 0x80, 0x00, 0x00, /* again: mov [the constant], ecx */
    0x05, 0x00, 0x00, 0x00, 0x00,       /* add eax, the constant */
    0x49, 0x75, 0xf2,                   /* dec ecx; jnz again */
    0xf4,                               /* hlt */
  };
  struct box box;
  (void)state;
  box_run_code(&box, 32, code, sizeof code);
  assert_int_equal(box.end.reason, RS_END_HALT);
  assert_int_equal(box_register(&box, RS_RAX), 55);
  box_close(&box);
}

static void code_that_rewrites_a_function_calls_the_new_one(void **state) {
  static const uint8_t code[] = {
    0xbc, 0x00, 0x90, 0x00, 0x00,       /* mov esp, 0x9000 */
    0xb9, 0x64, 0x00, 0x00, 0x00,       /* mov ecx, 100 */
    0x31, 0xdb,                         /* xor ebx, ebx */
    0xe8, 0x0f, 0x00, 0x00, 0x00,       /* again: call the function */
    0x01, 0xc3,                         /* add ebx, eax */
    0xff, 0x05, 0x21, 0x80, 0x00, 0x00, /* inc [the constant] */
    0x49, 0x75, 0xf0, 0xf4,             /* dec ecx; jnz again; hlt */
    0x90, 0x90, 0x90,                   /* nop */
    0xb8, 0x00, 0x00, 0x00, 0x00,       /* the function: mov eax, the constant */
    0xc3,                               /* ret */
  };
  struct box box;
  (void)state;
  box_run_code(&box, 32, code, sizeof code);
  assert_int_equal(box.end.reason, RS_END_HALT);
  assert_int_equal(box_register(&box, RS_RBX), 99 * 100 / 2);
  box_close(&box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(where_there_is_no_memory_reads_as_ones),
    cmocka_unit_test(writes_past_the_end_of_memory_go_nowhere),
    cmocka_unit_test(pushes_of_a_delivery_past_the_end_of_memory_go_nowhere),
    cmocka_unit_test(a_peek_changes_no_memory_and_no_course),
    cmocka_unit_test(a_peek_reads_what_is_mapped_and_says_how_much),
    cmocka_unit_test(a_stack_window_marks_the_words_that_are_not_there),
    cmocka_unit_test(code_that_rewrites_the_next_instruction_runs_as_rewritten),
    cmocka_unit_test(code_that_rewrites_a_function_calls_the_new_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
