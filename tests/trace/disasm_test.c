/* Claims about what memory an instruction is said to write, where Capstone alone would miss it or guess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/bits.h"
#include "trace/disasm.h"
#include "trace/told.h"

struct writes {
  unsigned count, certain;
  struct rs_memory_change write[DISASM_WRITES];
};

/* In 64-bit code with RBX 0x1000, RDI 0x3000, RAX -33, `rcx` and `flags`. */
static struct writes writes_of(const char *bytes, size_t size, uint64_t rcx, uint64_t flags) {
  struct disasm *disasm = disasm_open();
  struct writes writes;
  struct rs_cpu cpu;
  cpu_64(&cpu, 0, 0x401000, 0x2000);
  cpu.general[RS_RBX - RS_RAX] = 0x1000;
  cpu.general[RS_RDI - RS_RAX] = 0x3000;
  cpu.general[RS_RCX - RS_RAX] = rcx;
  cpu.general[0] = (uint64_t)-33;
  cpu.rflags |= flags;
  assert_non_null(disasm);
  writes.count = disasm_writes(disasm, &cpu, (const uint8_t *)bytes, size, writes.write, &writes.certain);
  disasm_close(disasm);
  return writes;
}

#define WRITES(bytes, rcx, flags) writes_of(bytes, sizeof bytes - 1, rcx, flags)

static void expect_one(struct writes writes, bool certain, uint64_t linear, unsigned size) {
  assert_int_equal(writes.count, 1);
  assert_int_equal(writes.certain, certain);
  assert_int_equal(writes.write[0].linear, linear);
  assert_int_equal(writes.write[0].size, size);
}

static void a_repeated_store_writes_as_many_elements_as_rcx_counts(void **state) {
  (void)state;
  expect_one(WRITES("\xf3\xaa", 3, 0), true, 0x3000, 3);             /* rep stosb */
  expect_one(WRITES("\xf3\xaa", 3, RFLAGS_DF), true, 0x2ffe, 3);     /* the same, downwards */
  expect_one(WRITES("\xf3\x48\xa5", 1, RFLAGS_DF), true, 0x3000, 8); /* rep movsq */
  assert_int_equal(WRITES("\xf3\xaa", 0, 0).count, 0);
  assert_int_equal(WRITES("\x67\xf3\xaa", UINT64_C(1) << 32, 0).count, 0); /* counted by ECX */
  assert_int_equal(WRITES("\xf3\x48\xab", UINT64_MAX, 0).count, DISASM_WRITES);
  expect_one(WRITES("\xaa", 0, 0), true, 0x3000, 1); /* not repeated: RCX does not count */
}

static void stores_that_capstone_takes_for_reads_are_looked_at(void **state) {
  (void)state;
  expect_one(WRITES("\xd1\x0b", 0, 0), false, 0x1000, 4);         /* ror dword [rbx], 1 */
  expect_one(WRITES("\x48\x0f\xb1\x0b", 0, 0), false, 0x1000, 8); /* cmpxchg [rbx], rcx */
  expect_one(WRITES("\xdd\x1b", 0, 0), false, 0x1000, 8);         /* fstp qword [rbx] */
  assert_int_equal(WRITES("\x0f\x11\x0b", 0, 0).count, 2);        /* movups [rbx], xmm1 */
}

static void a_bit_string_is_written_where_its_index_points(void **state) {
  (void)state;
  expect_one(WRITES("\x0f\xab\x03", 0, 0), true, 0x1000 - 8, 4);    /* bts dword [rbx], eax = -33 */
  expect_one(WRITES("\x0f\xab\x0b", 100, 0), true, 0x1000 + 12, 4); /* bts dword [rbx], ecx */
  expect_one(WRITES("\x0f\xba\x2b\x64", 0, 0), true, 0x1000, 4); /* bts dword [rbx], 100: taken modulo 32 */
}

static void a_performed_instruction_leaves_it_to_its_steps(void **state) {
  (void)state;
  assert_int_equal(WRITES("\x9c", 0, 0).count, 0);         /* pushfq */
  assert_int_equal(WRITES("\x0f\x01\x03", 0, 0).count, 0); /* sgdt [rbx] */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_repeated_store_writes_as_many_elements_as_rcx_counts),
    cmocka_unit_test(stores_that_capstone_takes_for_reads_are_looked_at),
    cmocka_unit_test(a_bit_string_is_written_where_its_index_points),
    cmocka_unit_test(a_performed_instruction_leaves_it_to_its_steps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
