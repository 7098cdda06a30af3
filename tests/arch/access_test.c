/* Claims about the memory accesses of a transition: what is told, once, and what later reads see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/access.h"
#include "arch/fake_memory.h"
#include "arch/perform.h"

struct fixture {
  struct fake_memory *memory;
  struct guest_memory guest;
  struct rs_cpu cpu;
  struct rs_transition transition;
  struct builder b;
};

static void start(struct fixture *f) {
  builder_start(&f->b, &f->cpu, &f->guest, &f->transition);
}

static int set_up(void **state) {
  static struct fixture fixture;
  fixture.memory = fake_memory_create();
  fixture.guest = fake_memory_guest(fixture.memory);
  fake_long_mode(fixture.memory, &fixture.cpu, RS_CPU_INTEL);
  start(&fixture);
  *state = &fixture;
  return 0;
}

static int tear_down(void **state) {
  fake_memory_free(((struct fixture *)*state)->memory);
  return 0;
}

static bool read_at(struct fixture *f, uint64_t linear, uint8_t size, uint64_t *value) {
  const struct access access = { linear, size, ACCESS_SUPERVISOR, RS_ITEM_OPERAND, RS_NO_REGISTER };
  union rs_value whole = { .word = { 0, 0 } };
  bool done = access_read(&f->b, &access, &whole);
  *value = whole.word[0];
  return done;
}

static bool write_at(struct fixture *f, uint64_t linear, uint8_t size, uint64_t value) {
  const struct access access = { linear, size, ACCESS_SUPERVISOR, RS_ITEM_OPERAND, RS_NO_REGISTER };
  return access_write(&f->b, &access, value);
}

static unsigned entries_read(struct fixture *f) {
  return fake_count_steps(&f->transition, RS_STEP_READ, RS_ITEM_PAGE_ENTRY);
}

static void a_page_is_walked_once_however_often_it_is_accessed(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  for (unsigned i = 0; i < 4; i++)
    assert_true(read_at(f, FAKE_KERNEL_DATA + 8 * i, 8, &value));
  assert_int_equal(entries_read(f), 4);
  assert_int_equal(fake_count_steps(&f->transition, RS_STEP_CHECK, RS_CHECK_PAGE_ENTRIES_VALID), 1);
  for (unsigned i = 0; i < 4; i++)
    assert_int_equal(fake_find_step(&f->transition, RS_STEP_READ, RS_ITEM_OPERAND, i)->walk, 0);
}

static void a_second_walk_tells_only_the_entries_that_the_first_did_not(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  assert_true(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  assert_true(read_at(f, FAKE_GDT, 8, &value));
  assert_int_equal(entries_read(f), 5);
  const struct rs_step *leaf = fake_find_step(&f->transition, RS_STEP_READ, RS_ITEM_PAGE_ENTRY, 4);
  assert_int_equal(leaf->level, 1);
  assert_int_equal(leaf->walk, 0);
  const struct rs_step *read = fake_find_step(&f->transition, RS_STEP_READ, RS_ITEM_OPERAND, 1);
  assert_ptr_equal(&f->transition.step[read->walk], leaf);
}

static void a_shared_upper_entry_still_withholds_its_rights(void **state) {
  struct fixture *f = *state;
  uint64_t value, entry = fake_entry_address(f->memory, &f->cpu, FAKE_KERNEL_DATA, 2);
  fake_write(f->memory, entry, 8, fake_read(f->memory, entry, 8) & ~(uint64_t)FAKE_RW);
  assert_true(read_at(f, FAKE_GDT, 8, &value));
  assert_false(write_at(f, FAKE_KERNEL_DATA, 8, 1));
  assert_int_equal(fake_failed_check(&f->transition), RS_CHECK_PAGE_WRITABLE);
  assert_int_equal(f->transition.fault.error_code, PF_PRESENT | PF_WRITE);
}

static void a_write_after_a_read_walks_for_the_right_to_write(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  assert_true(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  assert_true(write_at(f, FAKE_KERNEL_DATA, 8, 1));
  assert_int_equal(fake_count_steps(&f->transition, RS_STEP_CHECK, RS_CHECK_PAGE_WRITABLE), 1);
  assert_int_equal(entries_read(f), 4); /* the same entries */
}

static void a_change_of_cr3_forgets_every_walk(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  assert_true(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  write_register(&f->b, RS_CR3, f->cpu.cr3);
  assert_true(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  assert_int_equal(entries_read(f), 8);
}

/* [SDM3 "Accessed and Dirty Flags"] */
static void accessed_and_dirty_are_written_once_and_only_where_they_change(void **state) {
  struct fixture *f = *state;
  assert_true(write_at(f, FAKE_KERNEL_DATA, 8, 1));
  assert_true(write_at(f, FAKE_KERNEL_DATA + 8, 8, 1));
  assert_int_equal(fake_count_steps(&f->transition, RS_STEP_WRITE, RS_ITEM_PAGE_ACCESSED_DIRTY), 4);
  fake_commit(f->memory, &f->transition);
  start(f);
  assert_true(write_at(f, FAKE_KERNEL_DATA, 8, 1));
  assert_int_equal(fake_count_steps(&f->transition, RS_STEP_WRITE, RS_ITEM_PAGE_ACCESSED_DIRTY), 0);
  uint64_t leaf = fake_entry_address(f->memory, &f->cpu, FAKE_KERNEL_DATA, 1);
  assert_int_equal(fake_read(f->memory, leaf, 1) & (FAKE_A | FAKE_D), FAKE_A | FAKE_D);
}

static void a_read_after_a_read_of_a_clean_page_sets_d_alone_when_it_becomes_a_write(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  assert_true(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  assert_true(write_at(f, FAKE_KERNEL_DATA, 8, 1));
  const struct rs_step *dirty = fake_find_step(&f->transition, RS_STEP_WRITE, RS_ITEM_PAGE_ACCESSED_DIRTY, 4);
  assert_non_null(dirty);
  assert_int_equal(dirty->write.new.word[0] ^ dirty->write.old.word[0], FAKE_D);
}

static void later_reads_see_pending_writes_byte_by_byte(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  fake_poke(f->memory, &f->cpu, FAKE_KERNEL_DATA, 8, UINT64_C(0x1122334455667788));
  assert_true(write_at(f, FAKE_KERNEL_DATA + 2, 2, 0xaaaa));
  assert_true(write_at(f, FAKE_KERNEL_DATA + 3, 4, 0xbbbbbbbb));
  assert_true(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  assert_true(value == UINT64_C(0x11bbbbbbbbaa7788));
  assert_true(fake_peek(f->memory, &f->cpu, FAKE_KERNEL_DATA, 8) == UINT64_C(0x1122334455667788));
}

static void a_write_tells_what_was_there_under_the_pending_writes(void **state) {
  struct fixture *f = *state;
  assert_true(write_at(f, FAKE_KERNEL_DATA, 8, 5));
  assert_true(write_at(f, FAKE_KERNEL_DATA, 8, 6));
  const struct rs_step *second = fake_find_step(&f->transition, RS_STEP_WRITE, RS_ITEM_OPERAND, 1);
  assert_true(second->write.old.word[0] == 5 && second->write.new.word[0] == 6);
}

static void the_walk_itself_sees_pending_writes_to_page_tables(void **state) {
  struct fixture *f = *state;
  uint64_t value, table = fake_entry_address(f->memory, &f->cpu, FAKE_KERNEL_DATA, 1);
  fake_map_at(f->memory, &f->cpu, FAKE_USER_DATA + 0x1000, 1, table - table % 0x1000, FAKE_P | FAKE_RW);
  assert_true(write_at(f, FAKE_USER_DATA + 0x1000 + table % 0x1000, 8, 0));
  assert_false(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  assert_int_equal(fake_failed_check(&f->transition), RS_CHECK_PAGE_ENTRY_PRESENT);
}

static void a_crossing_read_joins_both_pages(void **state) {
  struct fixture *f = *state;
  for (unsigned size = 2; size <= 16; size++)
    for (unsigned first = 1; first < size; first++) {
      uint64_t linear = FAKE_KERNEL_DATA - first;
      for (unsigned i = 0; i < size; i++)
        fake_poke(f->memory, &f->cpu, linear + i, 1, 0x10 + i);
      start(f);
      const struct access access = { linear, (uint8_t)size, ACCESS_SUPERVISOR, RS_ITEM_OPERAND,
                                     RS_NO_REGISTER };
      union rs_value value;
      assert_true(access_read(&f->b, &access, &value));
      for (unsigned i = 0; i < 16; i++)
        assert_int_equal(value.word[i / 8] >> 8 * (i % 8) & 0xff, i < size ? 0x10 + i : 0);
    }
}

static void a_crossing_write_is_two_steps_each_within_its_page(void **state) {
  struct fixture *f = *state;
  for (unsigned size = 2; size <= 8; size++)
    for (unsigned first = 1; first < size; first++) {
      const struct access access = { FAKE_KERNEL_DATA - first, (uint8_t)size, ACCESS_SUPERVISOR,
                                     RS_ITEM_OPERAND, RS_NO_REGISTER };
      start(f);
      assert_true(access_write(&f->b, &access, UINT64_C(0x0807060504030201)));
      assert_int_equal(fake_count_steps(&f->transition, RS_STEP_WRITE, RS_ITEM_OPERAND), 2);
      fake_commit(f->memory, &f->transition);
      for (unsigned i = 0; i < size; i++)
        assert_int_equal(fake_peek(f->memory, &f->cpu, access.linear + i, 1), i + 1);
    }
}

static void a_crossing_access_reports_the_page_that_refused(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  assert_false(read_at(f, FAKE_KERNEL_STACK - 4, 8, &value)); /* the page above is not mapped */
  assert_true(f->transition.fault.has_cr2 && f->transition.fault.cr2 == FAKE_KERNEL_STACK);
  fake_assert_sound(&f->transition);
}

static void a_refused_crossing_write_writes_nothing_but_accessed_bits(void **state) {
  struct fixture *f = *state;
  assert_false(write_at(f, FAKE_KERNEL_STACK - 4, 8, UINT64_MAX));
  assert_int_equal(fake_count_steps(&f->transition, RS_STEP_WRITE, RS_ITEM_OPERAND), 0);
}

static void a_refusal_is_a_page_fault_with_the_exact_address(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  assert_false(read_at(f, UINT64_C(0xdeadb123), 1, &value));
  assert_int_equal(f->transition.fault.vector, VECTOR_PF);
  assert_true(f->transition.fault.has_error_code && f->transition.fault.error_code == 0);
  assert_true(f->transition.fault.cr2 == UINT64_C(0xdeadb123));
}

static void a_refused_reserved_bit_is_told_after_the_present_bit_that_passed(void **state) {
  struct fixture *f = *state;
  uint64_t value, entry = fake_entry_address(f->memory, &f->cpu, FAKE_KERNEL_DATA, 2);
  fake_write(f->memory, entry, 8, fake_read(f->memory, entry, 8) | UINT64_C(1) << 50);
  assert_false(read_at(f, FAKE_KERNEL_DATA, 8, &value));
  const struct rs_step *step = &f->transition.step[f->transition.fault.check];
  assert_int_equal(step[0].id, RS_CHECK_PAGE_ENTRY_RESERVED);
  assert_true(step[-1].id == RS_CHECK_PAGE_ENTRY_PRESENT && step[-1].passed);
  assert_true(step[-2].id == RS_CHECK_PAGE_ENTRIES_VALID && step[-2].operand[0] == 2);
  assert_int_equal(f->transition.fault.error_code, PF_PRESENT | PF_RESERVED);
}

static void where_there_is_no_memory_reads_are_all_ones(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  fake_map_at(f->memory, &f->cpu, FAKE_KERNEL_DATA, 1, UINT64_C(0xfee00000), FAKE_P | FAKE_RW);
  assert_true(read_at(f, FAKE_KERNEL_DATA, 4, &value));
  assert_true(value == UINT32_MAX);
}

/* [SDM3 "Logical and Linear Addresses"] */
static void outside_ia_32e_mode_a_crossing_access_wraps_at_4_gib(void **state) {
  struct fixture *f = *state;
  uint64_t value;
  fake_protected_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  fake_map(f->memory, &f->cpu, UINT32_C(0xfffff000), FAKE_RW);
  fake_map(f->memory, &f->cpu, 0, FAKE_RW);
  fake_poke(f->memory, &f->cpu, UINT32_C(0xfffffffe), 2, 0x2211);
  fake_poke(f->memory, &f->cpu, 0, 2, 0x4433);
  start(f);
  assert_true(read_at(f, UINT32_C(0xfffffffe), 4, &value));
  assert_true(value == 0x44332211);
}

static void a_probe_walks_both_pages_and_touches_neither(void **state) {
  struct fixture *f = *state;
  assert_true(access_probe(&f->b, FAKE_KERNEL_DATA - 8, 16, ACCESS_WRITE, ACCESS_SUPERVISOR));
  assert_int_equal(entries_read(f), 5);
  assert_int_equal(fake_count_steps(&f->transition, RS_STEP_WRITE, RS_ITEM_OPERAND), 0);
  assert_false(access_probe(&f->b, FAKE_KERNEL_STACK - 8, 16, ACCESS_WRITE, ACCESS_SUPERVISOR));
}

static void user_rights_are_walked_apart_from_the_supervisors(void **state) {
  struct fixture *f = *state;
  assert_true(access_probe(&f->b, FAKE_KERNEL_DATA, 8, ACCESS_READ, ACCESS_IMPLICIT_SUPERVISOR));
  assert_false(access_probe(&f->b, FAKE_KERNEL_DATA, 8, ACCESS_READ, ACCESS_USER));
  assert_int_equal(fake_failed_check(&f->transition), RS_CHECK_PAGE_USER);
  assert_int_equal(f->transition.fault.error_code, PF_PRESENT | PF_USER);
}

static void an_address_is_refused_by_the_check_that_it_is_canonical(void **state) {
  struct fixture *f = *state;
  static const uint64_t addresses[] = { UINT64_C(0x0000800000000000), UINT64_C(0xffff7fffffffffff) };
  for (unsigned i = 0; i < 2; i++) {
    uint8_t vector = i ? VECTOR_SS : VECTOR_GP;
    assert_int_equal(address_attempt(&f->cpu, addresses[i], vector, &f->transition), RS_FAULTED);
    assert_int_equal(fake_failed_check(&f->transition), RS_CHECK_LINEAR_CANONICAL);
    assert_true(f->transition.step[0].operand[0] == addresses[i]);
    assert_int_equal(f->transition.fault.vector, vector);
    assert_true(f->transition.fault.has_error_code && f->transition.fault.error_code == 0);
  }
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    CLAIM(a_page_is_walked_once_however_often_it_is_accessed),
    CLAIM(a_second_walk_tells_only_the_entries_that_the_first_did_not),
    CLAIM(a_shared_upper_entry_still_withholds_its_rights),
    CLAIM(a_write_after_a_read_walks_for_the_right_to_write),
    CLAIM(a_change_of_cr3_forgets_every_walk),
    CLAIM(accessed_and_dirty_are_written_once_and_only_where_they_change),
    CLAIM(a_read_after_a_read_of_a_clean_page_sets_d_alone_when_it_becomes_a_write),
    CLAIM(later_reads_see_pending_writes_byte_by_byte),
    CLAIM(a_write_tells_what_was_there_under_the_pending_writes),
    CLAIM(the_walk_itself_sees_pending_writes_to_page_tables),
    CLAIM(a_crossing_read_joins_both_pages),
    CLAIM(a_crossing_write_is_two_steps_each_within_its_page),
    CLAIM(a_crossing_access_reports_the_page_that_refused),
    CLAIM(a_refused_crossing_write_writes_nothing_but_accessed_bits),
    CLAIM(a_refusal_is_a_page_fault_with_the_exact_address),
    CLAIM(a_refused_reserved_bit_is_told_after_the_present_bit_that_passed),
    CLAIM(where_there_is_no_memory_reads_are_all_ones),
    CLAIM(outside_ia_32e_mode_a_crossing_access_wraps_at_4_gib),
    CLAIM(a_probe_walks_both_pages_and_touches_neither),
    CLAIM(an_address_is_refused_by_the_check_that_it_is_canonical),
    CLAIM(user_rights_are_walked_apart_from_the_supervisors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
