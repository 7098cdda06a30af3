/* Claims about what an instruction takes its value from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trace/disasm.h"
#include "trace/told.h"

#define SET(reg) (1U << (RS_##reg - RS_RAX))

/* In 64-bit code with RSP 0x2000, RBX 0x1000, RBP 0x2800, RSI 0x5000, RDI 0x3000, RCX 4. */
static struct disasm_sources sources_of(const char *bytes, size_t size, uint64_t written) {
  struct disasm *disasm = disasm_open();
  struct disasm_sources sources;
  struct rs_cpu cpu;
  cpu_64(&cpu, 0, 0x401000, 0x2000);
  cpu.general[RS_RBX - RS_RAX] = 0x1000;
  cpu.general[RS_RBP - RS_RAX] = 0x2800;
  cpu.general[RS_RSI - RS_RAX] = 0x5000;
  cpu.general[RS_RDI - RS_RAX] = 0x3000;
  cpu.general[RS_RCX - RS_RAX] = 4;
  cpu.segment[RS_SEGMENT_INDEX(RS_GS)].base = 0x70000;
  assert_non_null(disasm);
  assert_true(disasm_sources(disasm, &cpu, (const uint8_t *)bytes, size, written, &sources));
  disasm_close(disasm);
  return sources;
}

#define SOURCES(bytes) sources_of(bytes, sizeof bytes - 1, 0)

static void expect_read(struct disasm_sources sources, uint64_t linear, unsigned size) {
  assert_int_equal(sources.read_count, 1);
  assert_int_equal(sources.read[0].linear, linear);
  assert_int_equal(sources.read[0].size, size);
}

static void a_copy_takes_the_register_it_copies(void **state) {
  (void)state;
  assert_int_equal(SOURCES("\x48\x89\xd8").values, SET(RBX));            /* mov rax, rbx */
  assert_int_equal(SOURCES("\x88\xe3").values, SET(RAX));                /* mov bl, ah */
  assert_int_equal(SOURCES("\x66\x45\x89\xc8").values, SET(R9));         /* mov r8w, r9w */
  assert_int_equal(SOURCES("\x48\x01\xd8").values, SET(RAX) | SET(RBX)); /* add rax, rbx */
  assert_int_equal(SOURCES("\xb8\x01\0\0\0").values, 0);                 /* mov eax, 1 */
}

static void what_clears_a_register_takes_nothing(void **state) {
  (void)state;
  assert_int_equal(SOURCES("\x31\xc0").values, 0);                   /* xor eax, eax */
  assert_int_equal(SOURCES("\x48\x29\xdb").values, 0);               /* sub rbx, rbx */
  assert_int_equal(SOURCES("\x31\xd8").values, SET(RAX) | SET(RBX)); /* xor eax, ebx */
}

static void a_load_takes_the_memory_and_names_what_addresses_it(void **state) {
  (void)state;
  struct disasm_sources load = SOURCES("\x48\x8b\x44\x8b\x08"); /* mov rax, [rbx + rcx*4 + 8] */
  expect_read(load, 0x1018, 8);
  assert_int_equal(load.values, 0);
  assert_int_equal(load.addresses, SET(RBX) | SET(RCX));
  assert_int_equal(load.segment, RS_DS);
  struct disasm_sources gs = SOURCES("\x65\x48\x8b\x04\x25\x08\0\0\0"); /* mov rax, gs:[8] */
  expect_read(gs, 0x70008, 8);
  assert_int_equal(gs.segment, RS_GS);
  assert_int_equal(gs.addresses, 0);
}

static void a_store_takes_the_register_it_stores(void **state) {
  (void)state;
  struct disasm_sources store = SOURCES("\x66\x89\x0b"); /* mov [rbx], cx */
  assert_int_equal(store.values, SET(RCX));
  assert_int_equal(store.addresses, SET(RBX));
  assert_int_equal(store.read_count, 0);
}

static void lea_makes_its_value_of_what_addresses(void **state) {
  (void)state;
  struct disasm_sources lea = SOURCES("\x48\x8d\x04\x0b"); /* lea rax, [rbx + rcx] */
  assert_int_equal(lea.values, SET(RBX) | SET(RCX));
  assert_int_equal(lea.segment, RS_NO_REGISTER);
  assert_int_equal(lea.read_count, 0);
}

static void what_pops_takes_the_word_on_the_stack(void **state) {
  (void)state;
  expect_read(SOURCES("\x58"), 0x2000, 8); /* pop rax */
  expect_read(SOURCES("\xc3"), 0x2000, 8); /* ret */
  struct disasm_sources leave = SOURCES("\xc9");
  expect_read(leave, 0x2800, 8);
  assert_int_equal(leave.values, SET(RBP));
}

static void a_string_move_takes_the_byte_as_far_from_its_beginning(void **state) {
  (void)state;
  expect_read(sources_of("\xf3\xa4", 2, 0x3002), 0x5002, 1); /* rep movsb */
  assert_int_equal(SOURCES("\xf3\xaa").read_count, 0);       /* rep stosb */
}

static void jumps_and_calls_take_their_target(void **state) {
  (void)state;
  assert_int_equal(SOURCES("\xff\xd0").values, SET(RAX)); /* call rax */
  expect_read(SOURCES("\xff\x23"), 0x1000, 8);            /* jmp [rbx] */
}

static void what_is_performed_is_told_by_its_steps(void **state) {
  struct disasm *disasm = disasm_open();
  struct disasm_sources sources;
  struct rs_cpu cpu;
  (void)state;
  cpu_64(&cpu, 0, 0x401000, 0x2000);
  assert_false(disasm_sources(disasm, &cpu, (const uint8_t *)"\x0f\x30", 2, 0, &sources)); /* wrmsr */
  disasm_close(disasm);
}

static uint16_t written_by(const char *bytes, size_t size) {
  struct disasm *disasm = disasm_open();
  struct rs_cpu cpu;
  assert_non_null(disasm);
  cpu_64(&cpu, 0, 0x401000, 0x2000);
  uint16_t written = disasm_written(disasm, &cpu, (const uint8_t *)bytes, size);
  disasm_close(disasm);
  return written;
}

#define WRITTEN(bytes) written_by(bytes, sizeof bytes - 1)

static void what_an_instruction_writes_is_told_by_itself(void **state) {
  (void)state;
  assert_int_equal(WRITTEN("\x31\xc0"), SET(RAX));                /* xor eax, eax */
  assert_int_equal(WRITTEN("\x66\x89\x0b"), 0);                   /* mov [rbx], cx */
  assert_int_equal(WRITTEN("\x5b"), SET(RBX) | SET(RSP));         /* pop rbx */
  assert_int_equal(WRITTEN("\x48\xf7\xe1"), SET(RAX) | SET(RDX)); /* mul rcx */
  assert_int_equal(WRITTEN("\x39\xd8"), 0);                       /* cmp eax, ebx */
  assert_int_equal(WRITTEN("\x0f\x32"), 0);                       /* rdmsr, which is performed */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_copy_takes_the_register_it_copies),
    cmocka_unit_test(what_clears_a_register_takes_nothing),
    cmocka_unit_test(a_load_takes_the_memory_and_names_what_addresses_it),
    cmocka_unit_test(a_store_takes_the_register_it_stores),
    cmocka_unit_test(lea_makes_its_value_of_what_addresses),
    cmocka_unit_test(what_pops_takes_the_word_on_the_stack),
    cmocka_unit_test(a_string_move_takes_the_byte_as_far_from_its_beginning),
    cmocka_unit_test(jumps_and_calls_take_their_target),
    cmocka_unit_test(what_is_performed_is_told_by_its_steps),
    cmocka_unit_test(what_an_instruction_writes_is_told_by_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
