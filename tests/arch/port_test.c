/* Claims about IN, OUT, INS and OUTS: who may use a port, what is asked of the machine, and REP. */
#include "arch/port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/fake_memory.h"
#include "arch/modes.h"
#include "arch/perform.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };
enum { MAP_BASE = 0x68, BYTE_OF_MAP_BASE = 102 };

/* A TSS that holds the bitmap of all ports, two pages and some, with every port permitted; DX = 0x3f8. */
static struct mode_fixture *enter(void **state, enum mode mode, unsigned cpl, unsigned iopl) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, mode, cpl, iopl);
  cpu->tr.base = UINT64_C(0xc0010000);
  cpu->tr.limit = MAP_BASE + 0x2000;
  for (unsigned page = 0; page < 3 && mode != MODE_REAL; page++)
    fake_map(f->memory, cpu, cpu->tr.base + page * GUEST_PAGE_SIZE, FAKE_RW);
  if (mode != MODE_REAL) fake_poke(f->memory, cpu, cpu->tr.base + BYTE_OF_MAP_BASE, 2, MAP_BASE);
  cpu->general[RDX] = 0x3f8;
  cpu->general[RSI] = cpu->general[RDI] = mode_pointer(cpu, MODE_DATA + 0x10);
  return f;
}

static void forbid(struct mode_fixture *f, unsigned port) {
  uint64_t at = f->cpu.tr.base + MAP_BASE + port / 8;
  fake_poke(f->memory, &f->cpu, at, 1, fake_peek(f->memory, &f->cpu, at, 1) | 1U << port % 8);
}

#define PERFORM(f, bytes) MODE_PERFORM((f)->memory, &(f)->cpu, port_perform, bytes, &(f)->out)

static void assert_refused(const struct mode_fixture *f, enum rs_check by) {
  assert_int_equal(fake_failed_check(&f->out), by);
  assert_int_equal(f->out.fault.vector, VECTOR_GP);
  assert_int_equal(f->out.fault.error_code, 0);
  assert_false(f->out.port.wanted);
}

/* --- Permission --- */

static void ports_are_free_by_iopl_except_in_v86_mode_where_the_bitmap_rules(void **state) {
  for (int mode = 0; mode < MODE_COUNT; mode++)
    for (unsigned cpl = 0; cpl < 4; cpl++)
      for (unsigned iopl = 0; mode_has_ring((enum mode)mode, cpl) && iopl < 4; iopl++) {
        bool free_of_map = mode == MODE_REAL || (mode != MODE_VIRTUAL_8086 && cpl <= iopl);
        struct mode_fixture *f = enter(state, (enum mode)mode, cpl, iopl);
        assert_int_equal(PERFORM(f, "\xec"), RS_COMPLETED);
        assert_int_equal(fake_count_steps(&f->out, RS_STEP_CHECK, RS_CHECK_IO_PERMITTED), !free_of_map);
        if (mode == MODE_REAL) continue;
        forbid(f, 0x3f8);
        assert_int_equal(PERFORM(f, "\xec"), free_of_map ? RS_COMPLETED : RS_FAULTED);
        if (!free_of_map) assert_refused(f, RS_CHECK_IO_PERMITTED);
      }
}

static void every_bit_of_a_wide_port_must_be_clear(void **state) {
  static const struct {
    const char *bytes;
    size_t count;
    unsigned size;
  } rows[] = { { "\xee", 1, 1 }, { "\x66\xef", 2, 2 }, { "\xef", 1, 4 } };
  for (size_t i = 0; i < 3; i++)
    for (unsigned port = 0x3f0; port < 0x408; port++)
      for (unsigned forbidden = port - 1; forbidden <= port + rows[i].size; forbidden++) {
        struct mode_fixture *f = enter(state, MODE_64, 3, 0);
        f->cpu.general[RDX] = port;
        forbid(f, forbidden);
        bool inside = forbidden >= port && forbidden < port + rows[i].size;
        enum rs_outcome outcome =
            mode_perform(f->memory, &f->cpu, port_perform, rows[i].bytes, rows[i].count, &f->out);
        assert_int_equal(outcome, inside ? RS_FAULTED : RS_COMPLETED);
      }
}

static void two_bytes_are_read_for_every_port_and_both_must_lie_within_the_limit(void **state) {
  for (unsigned limit = MAP_BASE + 0x3f8 / 8 - 1; limit < MAP_BASE + 0x3f8 / 8 + 3; limit++) {
    struct mode_fixture *f = enter(state, MODE_PROTECTED_32, 3, 0);
    f->cpu.tr.limit = limit;
    bool within = MAP_BASE + 0x3f8 / 8 + 1 <= limit;
    assert_int_equal(PERFORM(f, "\xec"), within ? RS_COMPLETED : RS_FAULTED);
    if (!within) assert_refused(f, RS_CHECK_IO_MAP_WITHIN_LIMIT);
  }
}

static void the_last_port_needs_the_byte_of_ones_behind_the_map(void **state) {
  struct mode_fixture *f = enter(state, MODE_PROTECTED_32, 3, 0);
  f->cpu.general[RDX] = 0xffff;
  assert_int_equal(PERFORM(f, "\xec"), RS_COMPLETED);
  assert_int_equal(PERFORM(f, "\x66\xed"), RS_COMPLETED); /* its second bit lies in that byte */
  fake_poke(f->memory, &f->cpu, f->cpu.tr.base + MAP_BASE + 0x2000, 1, 0xff);
  assert_int_equal(PERFORM(f, "\xec"), RS_COMPLETED);
  assert_int_equal(PERFORM(f, "\x66\xed"), RS_FAULTED);
  assert_refused(f, RS_CHECK_IO_PERMITTED);
  f->cpu.tr.limit--;
  assert_int_equal(PERFORM(f, "\xec"), RS_FAULTED);
  assert_refused(f, RS_CHECK_IO_MAP_WITHIN_LIMIT);
}

static void a_map_base_beyond_the_limit_permits_nothing(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 3, 0);
  fake_poke(f->memory, &f->cpu, f->cpu.tr.base + BYTE_OF_MAP_BASE, 2, 0xffff);
  f->cpu.general[RDX] = 0;
  assert_int_equal(PERFORM(f, "\xec"), RS_FAULTED);
  assert_refused(f, RS_CHECK_IO_MAP_WITHIN_LIMIT);
}

static void a_tss_without_a_map_base_permits_nothing(void **state) {
  struct mode_fixture *f = enter(state, MODE_PROTECTED_32, 3, 0);
  f->cpu.tr.limit = BYTE_OF_MAP_BASE;
  assert_int_equal(PERFORM(f, "\xec"), RS_FAULTED);
  assert_refused(f, RS_CHECK_IO_MAP_EXISTS);
  f->cpu.tr.limit = 0xffff;
  f->cpu.tr.attributes = SEGMENT_P | 3; /* a busy 16-bit TSS */
  assert_int_equal(PERFORM(f, "\xec"), RS_FAULTED);
  assert_refused(f, RS_CHECK_IO_MAP_EXISTS);
}

static void a_map_across_pages_is_read_across_them(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 3, 0);
  f->cpu.general[RDX] = (GUEST_PAGE_SIZE - MAP_BASE - 1) * 8 + 7; /* the last bit of the page */
  assert_int_equal(PERFORM(f, "\x66\xed"), RS_COMPLETED);
  forbid(f, (GUEST_PAGE_SIZE - MAP_BASE) * 8); /* the first of the next */
  assert_int_equal(PERFORM(f, "\xec"), RS_COMPLETED);
  assert_int_equal(PERFORM(f, "\x66\xed"), RS_FAULTED);
  assert_refused(f, RS_CHECK_IO_PERMITTED);
}

static void a_map_on_an_absent_page_is_a_supervisor_page_fault(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 3, 0);
  uint64_t second = f->cpu.tr.base + GUEST_PAGE_SIZE;
  fake_write(f->memory, fake_entry_address(f->memory, &f->cpu, second, 1), 8, 0);
  f->cpu.general[RDX] = (GUEST_PAGE_SIZE - MAP_BASE - 1) * 8; /* its second byte lies in that page */
  assert_int_equal(PERFORM(f, "\xec"), RS_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.error_code, 0);
  assert_int_equal(f->out.fault.cr2, second);
  assert_false(f->out.port.wanted);
}

/* --- IN and OUT --- */

static void out_asks_for_the_low_part_of_rax(void **state) {
  static const struct {
    const char *bytes;
    size_t count;
    struct rs_port_access port;
  } rows[] = {
    { "\xee", 1, { true, false, 1, 0x3f8, 0x44 } },
    { "\x66\xef", 2, { true, false, 2, 0x3f8, 0x3344 } },
    { "\xef", 1, { true, false, 4, 0x3f8, 0x11223344 } },
    { "\xe6\xf4", 2, { true, false, 1, 0xf4, 0x44 } },
    { "\xe7\xff", 2, { true, false, 4, 0xff, 0x11223344 } },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct mode_fixture *f = enter(state, MODE_64, 0, 0);
    f->cpu.general[RDX] = 0xabcd03f8;
    f->cpu.general[RAX] = UINT64_C(0x5566778811223344);
    mode_perform(f->memory, &f->cpu, port_perform, rows[i].bytes, rows[i].count, &f->out);
    assert_true(f->out.port.wanted && !f->out.port.input);
    assert_int_equal(f->out.port.size, rows[i].port.size);
    assert_int_equal(f->out.port.port, rows[i].port.port);
    assert_int_equal(f->out.port.value, rows[i].port.value);
    assert_int_equal(f->out.after.rip, f->cpu.rip + rows[i].count);
    assert_true(f->out.after.general[RAX] == f->cpu.general[RAX]);
  }
}

static void in_replaces_the_low_part_of_rax_and_32_bits_clear_the_upper_half(void **state) {
  static const struct {
    const char *bytes;
    size_t count;
    uint64_t rax;
  } rows[] = { { "\xec", 1, UINT64_C(0x55667788112233dd) },
               { "\x66\xed", 2, UINT64_C(0x556677881122ccdd) },
               { "\xed", 1, UINT64_C(0xaabbccdd) },
               { "\xe5\x40", 2, UINT64_C(0xaabbccdd) } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct mode_fixture *f = enter(state, MODE_64, 0, 0);
    f->cpu.general[RAX] = UINT64_C(0x5566778811223344);
    mode_perform(f->memory, &f->cpu, port_perform, rows[i].bytes, rows[i].count, &f->out);
    assert_true(f->out.port.wanted && f->out.port.input);
    port_input_finish(&f->out, 0xaabbccdd);
    fake_assert_sound(&f->out);
    assert_true(f->out.after.general[RAX] == rows[i].rax);
    assert_int_equal(f->out.after.rip, f->cpu.rip + rows[i].count);
  }
}

/* --- INS and OUTS --- */

static void ins_writes_memory_and_steps_rdi_by_df(void **state) {
  for (int mode = 0; mode < MODE_COUNT; mode++)
    for (int down = 0; down < 2; down++) {
      struct mode_fixture *f = enter(state, (enum mode)mode, mode == MODE_VIRTUAL_8086 ? 3 : 0, 0);
      if (down) f->cpu.rflags |= RFLAGS_DF;
      assert_int_equal(PERFORM(f, "\x6c"), RS_COMPLETED);
      port_input_finish(&f->out, 0xaabbccdd);
      fake_assert_sound(&f->out);
      fake_commit(f->memory, &f->out);
      assert_int_equal(fake_peek(f->memory, &f->cpu, MODE_BASE + MODE_DATA + 0x10, 2), 0xdd);
      assert_true(f->out.after.general[RDI] == f->cpu.general[RDI] + (down ? UINT64_MAX : 1));
      assert_true(f->out.after.general[RAX] == f->cpu.general[RAX]);
      assert_int_equal(f->out.after.rip, f->cpu.rip + 1);
    }
}

static void outs_reads_memory_and_steps_rsi(void **state) {
  for (int mode = 0; mode < MODE_COUNT; mode++) {
    struct mode_fixture *f = enter(state, (enum mode)mode, mode == MODE_VIRTUAL_8086 ? 3 : 0, 0);
    fake_poke(f->memory, &f->cpu, MODE_BASE + MODE_DATA + 0x10, 4, 0x99887766);
    assert_int_equal(PERFORM(f, "\x6e"), RS_COMPLETED);
    assert_true(f->out.port.wanted && !f->out.port.input);
    assert_int_equal(f->out.port.value, 0x66);
    assert_int_equal(f->out.after.general[RSI], f->cpu.general[RSI] + 1);
    assert_int_equal(f->out.after.rip, f->cpu.rip + 1);
  }
}

static void ins_across_pages_fills_both_with_the_bytes_of_the_port(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 0, 0);
  fake_map(f->memory, &f->cpu, MODE_BASE + MODE_UNMAPPED, FAKE_RW);
  f->cpu.general[RDI] = MODE_BASE + MODE_UNMAPPED - 3;
  assert_int_equal(PERFORM(f, "\x6d"), RS_COMPLETED);
  port_input_finish(&f->out, 0xaabbccdd);
  fake_commit(f->memory, &f->out);
  assert_true(fake_peek(f->memory, &f->cpu, f->cpu.general[RDI], 4) == 0xaabbccdd);
}

static void ins_to_memory_that_refuses_it_never_touches_the_port(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 0, 0);
  f->cpu.general[RDI] = MODE_BASE + MODE_UNMAPPED - 3;
  assert_int_equal(PERFORM(f, "\x6d"), RS_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.cr2, MODE_BASE + MODE_UNMAPPED);
  assert_false(f->out.port.wanted);
  f = enter(state, MODE_PROTECTED_32, 0, 0);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_ES)].attributes &= ~SEGMENT_WRITABLE;
  assert_int_equal(PERFORM(f, "\x6d"), RS_FAULTED);
  assert_refused(f, RS_CHECK_OPERAND_WRITABLE);
}

static void permission_comes_before_memory(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 3, 0);
  forbid(f, 0x3f8);
  f->cpu.general[RDI] = MODE_BASE + MODE_UNMAPPED;
  assert_int_equal(PERFORM(f, "\x6c"), RS_FAULTED);
  assert_refused(f, RS_CHECK_IO_PERMITTED);
}

static void outs_beyond_an_overridden_stack_segment_raises_ss(void **state) {
  struct mode_fixture *f = enter(state, MODE_PROTECTED_32, 0, 0);
  f->cpu.general[RSI] = 0xfffe;
  assert_int_equal(PERFORM(f, "\x36\x6f"), RS_FAULTED);
  assert_int_equal(fake_failed_check(&f->out), RS_CHECK_OPERAND_WITHIN_LIMIT);
  assert_int_equal(f->out.fault.vector, VECTOR_SS);
}

/* --- REP --- */

static void rep_moves_one_element_a_time_and_leaves_rip_until_the_last(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 0, 0);
  f->cpu.general[RCX] = 3;
  for (unsigned left = 3; left > 0; left--) {
    assert_int_equal(PERFORM(f, "\xf3\x6e"), RS_COMPLETED);
    assert_true(f->out.port.wanted);
    assert_int_equal(f->out.after.general[RCX], left - 1);
    assert_int_equal(f->out.after.general[RSI], f->cpu.general[RSI] + 1);
    assert_int_equal(f->out.after.rip, left == 1 ? 0x102 : 0x100);
    assert_int_equal(f->out.after.rflags & RFLAGS_RF, left == 1 ? 0 : RFLAGS_RF);
    f->cpu = f->out.after;
  }
}

/* [SDM3 "Instruction-Breakpoint Exception Condition"]: "after any iteration but the last". */
static void an_interrupt_between_two_repetitions_pushes_rf_set(void **state) {
  static struct rs_transition delivery;
  for (unsigned count = 1; count < 3; count++)
    for (unsigned mode = 0; mode < 2; mode++) {
      struct mode_fixture *f = enter(state, mode ? MODE_64 : MODE_PROTECTED_32, 0, 0);
      struct guest_memory guest = fake_memory_guest(f->memory);
      const struct rs_interrupt_request request = { .vector = 0x21, .source = RS_SOURCE_EXTERNAL };
      fake_gate(f->memory, &f->cpu, 0x21, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, 0x8e, 0);
      f->cpu.general[RCX] = count;
      assert_int_equal(PERFORM(f, "\xf3\x6e"), RS_COMPLETED);
      assert_int_equal(interrupt_deliver(&f->out.after, &guest, &request, &delivery), RS_COMPLETED);
      const struct rs_step *pushed = fake_find_step(&delivery, RS_STEP_WRITE, RS_ITEM_PUSHED_FLAGS, 0);
      assert_int_equal(pushed->write.new.word[0] & RFLAGS_RF, count == 1 ? 0 : RFLAGS_RF);
      assert_int_equal(delivery.after.rflags & RFLAGS_RF, 0);
    }
}

static void f2_repeats_as_f3_does(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 0, 0);
  f->cpu.general[RCX] = 2;
  assert_int_equal(PERFORM(f, "\xf2\x6c"), RS_COMPLETED);
  assert_int_equal(f->out.after.general[RCX], 1);
  assert_int_equal(f->out.after.rip, f->cpu.rip);
}

static void rep_of_nothing_checks_no_permission_and_touches_nothing(void **state) {
  struct mode_fixture *f = enter(state, MODE_64, 3, 0);
  forbid(f, 0x3f8);
  f->cpu.general[RDI] = MODE_BASE + MODE_UNMAPPED;
  assert_int_equal(PERFORM(f, "\xf3\x6c"), RS_COMPLETED);
  assert_false(f->out.port.wanted);
  assert_int_equal(f->out.after.rip, f->cpu.rip + 2);
  assert_int_equal(f->out.after.general[RDI], f->cpu.general[RDI]);
}

static void the_address_size_chooses_the_width_of_count_and_pointer(void **state) {
  struct mode_fixture *f = enter(state, MODE_PROTECTED_16, 0, 0);
  f->cpu.general[RCX] = 0xabcd0001;
  f->cpu.general[RDI] = 0xabcd0000 | (MODE_DATA + 0x10);
  assert_int_equal(PERFORM(f, "\xf3\x6c"), RS_COMPLETED);
  assert_int_equal(f->out.after.general[RCX], 0xabcd0000);
  assert_int_equal(f->out.after.general[RDI], 0xabcd0000 | (MODE_DATA + 0x11));
  assert_int_equal(f->out.after.rip, f->cpu.rip + 2);
  f = enter(state, MODE_64, 0, 0);
  f->cpu.general[RCX] = UINT64_C(0x100000002);
  f->cpu.general[RDI] |= UINT64_C(0x500000000);
  assert_int_equal(PERFORM(f, "\x67\xf3\x6c"), RS_COMPLETED);
  assert_int_equal(f->out.after.general[RCX], 1);
  assert_int_equal(f->out.after.general[RDI], MODE_BASE + MODE_DATA + 0x11);
  assert_int_equal(f->out.after.rip, f->cpu.rip);
}

static void pointers_wrap_within_the_address_size(void **state) {
  struct mode_fixture *f = enter(state, MODE_REAL, 0, 0);
  f->cpu.general[RSI] = 0xffff;
  assert_int_equal(PERFORM(f, "\x6e"), RS_COMPLETED);
  assert_int_equal(f->out.after.general[RSI], 0);
  f->cpu.general[RSI] = 0;
  f->cpu.rflags |= RFLAGS_DF;
  assert_int_equal(PERFORM(f, "\x6f"), RS_COMPLETED);
  assert_int_equal(f->out.after.general[RSI], 0xfffe);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, mode_setup, mode_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(ports_are_free_by_iopl_except_in_v86_mode_where_the_bitmap_rules),
    CLAIM(every_bit_of_a_wide_port_must_be_clear),
    CLAIM(two_bytes_are_read_for_every_port_and_both_must_lie_within_the_limit),
    CLAIM(the_last_port_needs_the_byte_of_ones_behind_the_map),
    CLAIM(a_map_base_beyond_the_limit_permits_nothing),
    CLAIM(a_tss_without_a_map_base_permits_nothing),
    CLAIM(a_map_across_pages_is_read_across_them),
    CLAIM(a_map_on_an_absent_page_is_a_supervisor_page_fault),
    CLAIM(out_asks_for_the_low_part_of_rax),
    CLAIM(in_replaces_the_low_part_of_rax_and_32_bits_clear_the_upper_half),
    CLAIM(ins_writes_memory_and_steps_rdi_by_df),
    CLAIM(outs_reads_memory_and_steps_rsi),
    CLAIM(ins_across_pages_fills_both_with_the_bytes_of_the_port),
    CLAIM(ins_to_memory_that_refuses_it_never_touches_the_port),
    CLAIM(permission_comes_before_memory),
    CLAIM(outs_beyond_an_overridden_stack_segment_raises_ss),
    CLAIM(rep_moves_one_element_a_time_and_leaves_rip_until_the_last),
    CLAIM(an_interrupt_between_two_repetitions_pushes_rf_set),
    CLAIM(f2_repeats_as_f3_does),
    CLAIM(rep_of_nothing_checks_no_permission_and_touches_nothing),
    CLAIM(the_address_size_chooses_the_width_of_count_and_pointer),
    CLAIM(pointers_wrap_within_the_address_size),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
