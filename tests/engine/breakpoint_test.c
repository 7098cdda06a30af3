/* Breakpoints stop before exactly the instructions that they name, and cost other code nothing. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

static void set_breakpoint(struct guest *g, unsigned number, uint64_t linear, uint8_t size, uint8_t kinds) {
  struct engine_breakpoint breakpoint[ENGINE_BREAKPOINTS] = { 0 };
  breakpoint[number] = (struct engine_breakpoint){ linear, size, kinds };
  engine_set_breakpoints(g->engine, breakpoint);
}

static void break_at(struct guest *g, uint64_t linear) {
  set_breakpoint(g, 0, linear, 1, 1 << ACCESS_FETCH);
}

/* As a handler that returns with RF set. */
static enum engine_next resume(struct guest *g, const struct engine_exception *exception) {
  assert_int_equal(exception->vector, VECTOR_DB);
  g->cpu.rflags |= RFLAGS_RF;
  return ENGINE_RESUME;
}

/* mov ecx, 5; L: inc eax; nop; dec ecx; jnz L; cpuid; nop; hlt */
#define LOOP "\xb9\x05\x00\x00\x00\xff\xc0\x90\xff\xc9\x75\xf9\x0f\xa2\x90\xf4"
enum { LOOP_SIZE = sizeof LOOP - 1 };

static void a_breakpoint_stops_before_each_execution_of_its_instruction(void **state) {
  static const struct {
    unsigned offset, times, first_count;
  } row[] = {
    { 0, 1, 0 }, { 5, 5, 1 }, { 7, 5, 2 }, { 8, 5, 3 }, { 10, 5, 4 }, { 12, 1, 21 }, { 14, 1, 22 }
  };
  struct guest *g = *state;
  g->exception = resume;
  GUEST_CODE_BYTES(g, LOOP);
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    guest_start(g, GUEST_64, 3);
    break_at(g, GUEST_CODE + row[i].offset);
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), row[i].times);
    const struct guest_event *first = guest_event(g, GUEST_EXCEPTION, 0);
    assert_int_equal(first->exception.breakpoints, 1);
    assert_int_equal(first->rip, GUEST_CODE + row[i].offset);
    assert_int_equal(first->count - start, row[i].first_count);
    assert_int_equal(g->cpu.general[0], 5);
    assert_int_equal(engine_instructions(g->engine) - start, 1 + 5 * 4 + 3);
  }
}

static void a_breakpoint_within_an_instruction_is_never_met(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  static const unsigned inside[] = { 1, 4, 6, 9, 11, 13, LOOP_SIZE };
  for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
    guest_start(g, GUEST_64, 3);
    break_at(g, GUEST_CODE + inside[i]);
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  }
}

static void a_breakpoint_comes_and_goes_in_code_that_has_been_translated(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  GUEST_CODE_BYTES(g, LOOP);
  for (unsigned round = 0; round < 6; round++) {
    guest_start(g, GUEST_64, 3);
    if (round % 2) {
      break_at(g, GUEST_CODE + 7);
    } else {
      set_breakpoint(g, 0, 0, 0, 0);
    }
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), round % 2 ? 5 : 0);
  }
}

static enum engine_next set_in_performed(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  break_at(g, g->number);
  return guest_skip(g, instruction);
}

static void a_breakpoint_set_by_an_instruction_counts_from_the_next_on(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  g->instruction = set_in_performed;
  GUEST_CODE_BYTES(g, LOOP);
  g->number = GUEST_CODE + 12; /* the instruction itself: never met again */
  guest_start(g, GUEST_64, 3);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  g->number = GUEST_CODE + 14;
  guest_start(g, GUEST_64, 3);
  set_breakpoint(g, 0, 0, 0, 0);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE + 14);
}

static void all_four_are_told_apart_and_those_met_together_come_together(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  GUEST_CODE_BYTES(g, "\x90\x90\x90\xf4");
  struct engine_breakpoint set[ENGINE_BREAKPOINTS] = { { GUEST_CODE + 1, 1, 1 << ACCESS_FETCH },
                                                       { GUEST_CODE + 2, 1, 1 << ACCESS_FETCH },
                                                       { GUEST_CODE + 1, 1, 1 << ACCESS_FETCH },
                                                       { GUEST_CODE + 3, 1, 1 << ACCESS_FETCH } };
  engine_set_breakpoints(g->engine, set);
  guest_start(g, GUEST_64, 3);
  guest_run(g);
  static const unsigned expected[] = { 1 | 4, 2, 8 };
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, i)->exception.breakpoints, expected[i]);
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, i)->rip, GUEST_CODE + 1 + i);
  }
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 3);
}

static void the_linear_address_counts_and_not_the_page_behind_it(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  /* mov eax, 0x9000; call rax; nop; hlt; both pages are the same memory */
  guest_put(g, 0x4000, "\x90\xc3", 2);
  g->physical[9] = 4;
  static const uint8_t code[] = { 0xb8, 0, 0x90, 0, 0, 0xff, 0xd0, 0xb8, 0, 0x40, 0, 0, 0xff, 0xd0, 0xf4 };
  guest_put(g, GUEST_CODE, code, sizeof code);
  for (unsigned round = 0; round < 2; round++) {
    guest_start(g, GUEST_64, 3);
    break_at(g, round ? 0x9001 : 0x4001);
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, round ? 0x9001 : 0x4001);
  }
}

static void a_string_instruction_is_stopped_before_its_first_repetition_alone(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  for (unsigned before = 0; before < 2; before++) {
    guest_start(g, GUEST_64, 3);
    guest_put(g, GUEST_CODE, before ? "\x90\xf3\xaa\x90\xf4" : "\xf3\xaa\x90\xf4", 4 + before);
    break_at(g, GUEST_CODE + before);
    g->cpu.general[1] = 5;
    g->cpu.general[7] = 0x30000;
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rcx, 5);
    assert_int_equal(g->cpu.general[1], 0);
  }
}

static enum engine_next mov_ss(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  g->cpu.interrupt_shadow = (uint8_t)g->number;
  return guest_skip(g, instruction);
}

static void the_shadow_of_mov_ss_holds_a_breakpoint_off_and_that_of_sti_does_not(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  g->instruction = mov_ss;
  GUEST_CODE_BYTES(g, "\x8e\xd0\x90\x90\xf4"); /* mov ss, ax; nop; nop; hlt */
  static const struct {
    uint8_t shadow, offset;
    unsigned times;
  } row[] = { { RS_SHADOW_MOV_SS, 2, 0 }, { RS_SHADOW_MOV_SS, 3, 1 }, { RS_SHADOW_STI, 2, 1 } };
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    g->number = row[i].shadow;
    guest_start(g, GUEST_64, 0);
    break_at(g, GUEST_CODE + row[i].offset);
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), row[i].times);
  }
}

static void a_breakpoint_comes_before_the_fault_of_fetching_its_instruction(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\xb8\x00\x90\x00\x00\xff\xe0"); /* mov eax, 0x9000; jmp rax */
  g->permission[9] = 0;
  guest_start(g, GUEST_64, 3);
  break_at(g, 0x9000);
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.vector, VECTOR_DB);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.breakpoints, 1);
  g->cpu.rflags |= RFLAGS_RF;
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 1)->exception.vector, VECTOR_PF);
}

static void a_breakpoint_is_met_in_every_mode(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  GUEST_CODE_BYTES(g, "\x90\x90\x90\xf4");
  for (enum guest_mode mode = GUEST_64; mode <= GUEST_V86; mode++) {
    guest_start(g, mode, mode == GUEST_REAL ? 0 : 3);
    g->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].base = mode == GUEST_64 ? 0 : 0x100;
    if (mode != GUEST_64) g->cpu.rip -= 0x100;
    break_at(g, GUEST_CODE + 2);
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->linear, GUEST_CODE + 2);
  }
}

static void a_deadline_and_a_breakpoint_meet_in_one_place(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  GUEST_CODE_BYTES(g, LOOP);
  guest_start(g, GUEST_64, 3);
  break_at(g, GUEST_CODE + 7);
  uint64_t start = engine_instructions(g->engine);
  engine_set_deadline(g->engine, start + 2);
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_DEADLINE, 0)->rip, GUEST_CODE + 7);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 5);
  assert_int_equal(engine_instructions(g->engine) - start, 24);
}

static void a_trace_of_instructions_tells_none_that_a_breakpoint_stopped(void **state) {
  struct guest *g = *state;
  g->exception = resume;
  GUEST_CODE_BYTES(g, LOOP);
  guest_start(g, GUEST_64, 3);
  break_at(g, GUEST_CODE + 7);
  engine_trace_instructions(g->engine, true);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXECUTED), 1 + 5 * 4 + 3);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 5);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_breakpoint_stops_before_each_execution_of_its_instruction),
    CLAIM(a_breakpoint_within_an_instruction_is_never_met),
    CLAIM(a_breakpoint_comes_and_goes_in_code_that_has_been_translated),
    CLAIM(a_breakpoint_set_by_an_instruction_counts_from_the_next_on),
    CLAIM(all_four_are_told_apart_and_those_met_together_come_together),
    CLAIM(the_linear_address_counts_and_not_the_page_behind_it),
    CLAIM(a_string_instruction_is_stopped_before_its_first_repetition_alone),
    CLAIM(the_shadow_of_mov_ss_holds_a_breakpoint_off_and_that_of_sti_does_not),
    CLAIM(a_breakpoint_comes_before_the_fault_of_fetching_its_instruction),
    CLAIM(a_breakpoint_is_met_in_every_mode),
    CLAIM(a_deadline_and_a_breakpoint_meet_in_one_place),
    CLAIM(a_trace_of_instructions_tells_none_that_a_breakpoint_stopped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
