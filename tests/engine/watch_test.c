/* Breakpoints on data come after exactly the accesses that touch their bytes, whatever made them
 * [SDM3 "Data Memory and I/O Breakpoint Exception Conditions"]. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

enum { DATA = 0x30000, WRITES = 1 << ACCESS_WRITE, ANY = 1 << ACCESS_READ | 1 << ACCESS_WRITE };

static void watch(struct guest *g, uint64_t linear, uint8_t size, uint8_t kinds) {
  const struct engine_breakpoint breakpoint[ENGINE_BREAKPOINTS] = { { 0 }, { linear, size, kinds } };
  engine_set_breakpoints(g->engine, breakpoint);
}

static enum engine_next go_on(struct guest *g, const struct engine_exception *exception) {
  (void)g;
  assert_int_equal(exception->vector, VECTOR_DB);
  return ENGINE_RESUME;
}

static void start(struct guest *g) {
  g->exception = go_on;
  guest_start(g, GUEST_64, 3);
  g->cpu.cr4 |= CR4_OSFXSR;
}

/* How often the breakpoint is met by the code, which runs to its HLT. */
static unsigned met(struct guest *g) {
  guest_run(g);
  unsigned count = guest_count(g, GUEST_EXCEPTION);
  for (unsigned i = 0; i < count; i++) {
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, i)->exception.watched, 2);
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, i)->exception.breakpoints, 0);
  }
  return count;
}

/* `opcode` with the operand [rdi + disp32]; then nop; hlt. */
static void put_access(struct guest *g, const char *opcode, size_t size) {
  static const uint8_t rest[] = { 0, 0, 0, 0, 0x90, 0xf4 };
  guest_put(g, GUEST_CODE, opcode, size);
  guest_put(g, GUEST_CODE + size, rest, sizeof rest);
}

static const struct access_case {
  const char *opcode;
  uint8_t length; /* of the opcode */
  uint8_t size;
  bool reads, writes;
} access_cases[] = {
  { "\x8a\x87", 2, 1, true, false },            /* mov al, [] */
  { "\x66\x8b\x87", 3, 2, true, false },        /* mov ax, [] */
  { "\x8b\x87", 2, 4, true, false },            /* mov eax, [] */
  { "\x48\x8b\x87", 3, 8, true, false },        /* mov rax, [] */
  { "\x0f\x10\x87", 3, 16, true, false },       /* movups xmm0, [] */
  { "\xdb\xaf", 2, 10, true, false },           /* fld tbyte [] */
  { "\xff\xb7", 2, 8, true, false },            /* push qword [] */
  { "\x88\x87", 2, 1, false, true },            /* mov [], al */
  { "\x66\x89\x87", 3, 2, false, true },        /* mov [], ax */
  { "\x89\x87", 2, 4, false, true },            /* mov [], eax */
  { "\x48\x89\x87", 3, 8, false, true },        /* mov [], rax */
  { "\x0f\x11\x87", 3, 16, false, true },       /* movups [], xmm0 */
  { "\x8f\x87", 2, 8, false, true },            /* pop qword [] */
  { "\x01\x87", 2, 4, true, true },             /* add [], eax */
  { "\xf0\x48\x01\x87", 4, 8, true, true },     /* lock add [], rax */
  { "\x48\x87\x87", 3, 8, true, true },         /* xchg [], rax */
  { "\xf0\x48\x0f\xb1\x87", 5, 8, true, true }, /* lock cmpxchg [], rax */
};

static void a_watched_byte_is_met_by_the_accesses_that_cover_it_and_by_no_others(void **state) {
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof access_cases / sizeof *access_cases; i++) {
    const struct access_case *c = &access_cases[i];
    put_access(g, c->opcode, c->length);
    for (unsigned at = 0; at < 32; at++) {
      for (unsigned any = 0; any < 2; any++) {
        start(g);
        g->cpu.general[7] = DATA + 0x100 + at;
        watch(g, DATA + 0x110, 1, any ? ANY : WRITES);
        bool covers = at <= 0x10 && at + c->size > 0x10;
        unsigned times = met(g);
        if (times != (covers && (c->writes || (any && c->reads))))
          fail_msg("case %zu at %u, any %u: %u times", i, at, any, times);
        if (times) assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE + c->length + 4);
      }
    }
  }
}

static void every_length_covers_its_own_bytes_alone(void **state) {
  struct guest *g = *state;
  put_access(g, "\x88\x87", 2);
  for (unsigned size = 1; size <= 8; size *= 2) {
    for (unsigned at = 0; at < 32; at++) {
      start(g);
      g->cpu.general[7] = DATA + at;
      watch(g, DATA + 16, (uint8_t)size, WRITES);
      assert_int_equal(met(g), at >= 16 && at < 16 + size);
    }
  }
}

static void an_access_across_pages_meets_what_it_touches_in_either(void **state) {
  static const uint64_t watched[] = { 0xff8,  0xffc,  0xffd,  0xffe,  0xfff,
                                      0x1000, 0x1001, 0x1002, 0x1004, 0x1007 };
  struct guest *g = *state;
  for (unsigned write = 0; write < 2; write++) {
    put_access(g, write ? "\x89\x87" : "\x8b\x87", 2);
    for (uint64_t at = 0xffd; at < 0x1000; at++) {
      for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        start(g);
        g->cpu.general[7] = DATA + at;
        watch(g, DATA + watched[i], 1, ANY);
        assert_int_equal(met(g), watched[i] - at < 4);
      }
    }
  }
}

static void what_was_read_before_does_not_count_for_a_later_access(void **state) {
  struct guest *g = *state;
  /* mov eax, [rdi]; mov eax, [rsi]: the first word of the watched page, then across two others */
  GUEST_CODE_BYTES(g, "\x8b\x07\x8b\x06\x90\xf4");
  start(g);
  g->cpu.general[7] = DATA + 4;
  g->cpu.general[6] = DATA + 0x2ffe;
  watch(g, DATA, 1, ANY);
  assert_int_equal(met(g), 0);
}

/* mov ecx, 5; L: mov [rdi], ecx; nop; dec ecx; jnz L; nop; hlt */
#define LOOP "\xb9\x05\x00\x00\x00\x89\x0f\x90\xff\xc9\x75\xf9\x90\xf4"

static void the_trap_comes_after_each_execution_and_counts_it(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  for (unsigned round = 0; round < 3; round++) {
    start(g);
    g->cpu.general[7] = DATA;
    watch(g, DATA, 4, WRITES);
    uint64_t begun = engine_instructions(g->engine);
    assert_int_equal(met(g), 5);
    for (unsigned i = 0; i < 5; i++) {
      const struct guest_event *event = guest_event(g, GUEST_EXCEPTION, i);
      assert_int_equal(event->rip, GUEST_CODE + 7);
      assert_int_equal(event->count - begun, 2 + 4 * i);
      assert_int_equal(event->rflags & RFLAGS_RF, 0);
    }
    assert_int_equal(engine_instructions(g->engine) - begun, 1 + 5 * 4 + 2);
  }
}

static void a_breakpoint_that_is_taken_away_is_met_no_more(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  for (unsigned round = 0; round < 6; round++) {
    start(g);
    g->cpu.general[7] = DATA;
    watch(g, DATA, round % 2 ? 4 : 0, WRITES);
    uint64_t begun = engine_instructions(g->engine);
    assert_int_equal(met(g), round % 2 ? 5 : 0);
    assert_int_equal(engine_instructions(g->engine) - begun, 1 + 5 * 4 + 2);
  }
}

static void other_bytes_of_the_page_keep_their_values_and_meet_nothing(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  start(g);
  g->cpu.general[7] = DATA + 8;
  watch(g, DATA, 8, ANY);
  assert_int_equal(met(g), 0);
  assert_int_equal(g->ram[DATA + 8], 1);
}

static void the_stack_of_call_push_and_enter_is_watched_like_any_memory(void **state) {
  static const struct {
    const char *code;
    uint8_t size;
    uint16_t after;
  } row[] = {
    { "\x50\x90\xf4", 3, 1 },                 /* push rax */
    { "\xe8\x00\x00\x00\x00\x90\xf4", 7, 5 }, /* call */
    { "\xc8\x00\x00\x00\x90\xf4", 6, 4 },     /* enter 0, 0 */
    { "\x6a\x01\x90\xf4", 4, 2 },             /* push 1 */
  };
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    start(g);
    guest_put(g, GUEST_CODE, row[i].code, row[i].size);
    watch(g, GUEST_DATA - 8, 8, WRITES);
    assert_int_equal(met(g), 1);
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE + row[i].after);
  }
}

static void a_string_instruction_is_trapped_after_the_repetition_that_met(void **state) {
  struct guest *g = *state;
  for (unsigned before = 0; before < 2; before++) {
    start(g);
    guest_put(g, GUEST_CODE, before ? "\x90\xf3\xaa\x90\xf4" : "\xf3\xaa\x90\xf4", 4 + before);
    watch(g, DATA + 2, 1, WRITES);
    g->cpu.general[1] = 5;
    g->cpu.general[7] = DATA;
    uint64_t begun = engine_instructions(g->engine);
    assert_int_equal(met(g), 1);
    const struct guest_event *event = guest_event(g, GUEST_EXCEPTION, 0);
    assert_int_equal(event->rip, GUEST_CODE + before);
    assert_int_equal(event->rcx, 2);
    assert_int_equal(event->count - begun, before);
    assert_true(event->rflags & RFLAGS_RF);
    assert_int_equal(engine_instructions(g->engine) - begun, 3 + before);
  }
}

static void the_last_repetition_is_trapped_after_the_instruction(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\xf3\xaa\x90\xf4");
  start(g);
  watch(g, DATA + 4, 1, WRITES);
  g->cpu.general[1] = 5;
  g->cpu.general[7] = DATA;
  assert_int_equal(met(g), 1);
  const struct guest_event *event = guest_event(g, GUEST_EXCEPTION, 0);
  assert_int_equal(event->rcx, 0);
  assert_int_equal(event->rip, GUEST_CODE + 2);
  assert_int_equal(event->rflags & RFLAGS_RF, 0);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
}

static enum engine_next stop(struct guest *g, const struct engine_exception *exception) {
  (void)g, (void)exception;
  return ENGINE_STOP;
}

static void what_faults_has_met_nothing(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\x48\xa5\x90\xf4"); /* movsq from the watched page to one that is not there */
  start(g);
  g->exception = stop;
  g->permission[DATA / 4096 + 1] = 0;
  watch(g, DATA, 8, ANY);
  g->cpu.general[6] = DATA;
  g->cpu.general[7] = DATA + 0x1000;
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.vector, VECTOR_PF);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.cr2, DATA + 0x1000);
  g->permission[DATA / 4096 + 1] = GUEST_PRESENT | GUEST_WRITE | GUEST_USER;
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 1)->exception.watched, 2);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 1)->rip, GUEST_CODE + 2);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 2);
}

static void the_trap_comes_before_the_fault_of_fetching_the_next_instruction(void **state) {
  struct guest *g = *state;
  static const uint8_t code[] = { 0x89, 0x07 }; /* mov [rdi], eax at the page's end */
  guest_put(g, 0x5ffe, code, sizeof code);
  start(g);
  g->exception = stop;
  g->permission[6] = 0;
  g->cpu.rip = 0x5ffe;
  g->cpu.general[7] = DATA;
  watch(g, DATA, 4, WRITES);
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.watched, 2);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, 0x6000);
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 1)->exception.vector, VECTOR_PF);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 2);
}

static void code_may_lie_in_the_watched_page_and_write_into_it(void **state) {
  struct guest *g = *state;
  /* L: inc dword [rip + 0x100]; dec ecx; jnz L; inc dword [rip + 0xf8]; hlt */
  GUEST_CODE_BYTES(g, "\xff\x05\x00\x01\x00\x00\xff\xc9\x75\xf6\xff\x05\xf8\x00\x00\x00\xf4");
  start(g);
  g->cpu.general[1] = 5;
  watch(g, GUEST_CODE + 0x106, 2, WRITES);
  assert_int_equal(met(g), 5);
  assert_int_equal(g->ram[GUEST_CODE + 0x106], 5);
}

/* mov [rip + 3], al: the next instruction but one; nop; inc ecx, whose bytes it changes to dec ecx; hlt */
static void code_that_is_changed_through_a_watched_page_runs_as_it_then_is(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\x88\x05\x02\x00\x00\x00\x90\xff\xc1\xf4");
  start(g);
  g->cpu.general[0] = 0xc9;
  g->cpu.general[1] = 7;
  watch(g, GUEST_CODE + 8, 1, WRITES);
  assert_int_equal(met(g), 1);
  assert_int_equal(g->cpu.general[1], 6);
}

static void the_linear_address_counts_and_not_the_memory_behind_it(void **state) {
  struct guest *g = *state;
  g->physical[0x31] = 0x30;
  GUEST_CODE_BYTES(g, "\x89\x07\x89\x06\x90\xf4"); /* mov [rdi], eax; mov [rsi], eax */
  start(g);
  g->cpu.general[7] = DATA;
  g->cpu.general[6] = DATA + 0x1000;
  watch(g, DATA + 0x1000, 4, WRITES);
  assert_int_equal(met(g), 1);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE + 4);
  g->physical[0x31] = 0x31;
}

static void a_device_is_watched_and_reached_all_the_same(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\x90\x8b\x07\x89\x47\x10\x89\x07\x90\xf4");
  start(g);
  g->device_value = 0x1234;
  g->cpu.general[7] = GUEST_DEVICES;
  watch(g, GUEST_DEVICES, 4, ANY);
  assert_int_equal(met(g), 2);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE + 3);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 1)->rip, GUEST_CODE + 8);
  assert_int_equal(g->cpu.general[0], 0x1234);
  assert_int_equal(g->device_writes, 2);
  assert_int_equal(g->device_address, GUEST_DEVICES);
}

static void several_in_one_page_are_told_apart_and_those_met_together_come_together(void **state) {
  static const struct engine_breakpoint set[ENGINE_BREAKPOINTS] = {
    { DATA, 4, WRITES }, { DATA + 4, 4, WRITES }, { DATA + 0x1000, 4, WRITES }, { DATA + 4, 8, ANY }
  };
  struct guest *g = *state;
  /* mov [rdi], eax; mov [rdi + 1], eax; mov [rdi + 0xffe], rax; mov eax, [rdi + 4]; hlt */
  GUEST_CODE_BYTES(g, "\x89\x07\x89\x47\x01\x48\x89\x87\xfe\x0f\x00\x00\x8b\x47\x04\x90\xf4");
  start(g);
  engine_set_breakpoints(g->engine, set);
  g->cpu.general[7] = DATA;
  guest_run(g);
  static const uint8_t expected[] = { 1, 1 | 2 | 8, 4, 8 };
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 4);
  for (unsigned i = 0; i < 4; i++)
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, i)->exception.watched, expected[i]);
}

static void single_stepping_comes_with_it_in_one_trap(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\x90\x89\x07\x90\xf4");
  start(g);
  g->cpu.rflags |= RFLAGS_TF;
  g->cpu.general[7] = DATA;
  watch(g, DATA, 4, WRITES);
  guest_run(g);
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(guest_event(g, GUEST_EXCEPTION, i)->exception.watched, i == 1 ? 2 : 0);
    assert_true(guest_event(g, GUEST_EXCEPTION, i)->exception.single_step);
  }
}

static void a_deadline_at_the_same_place_comes_after_the_trap(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  start(g);
  g->cpu.general[7] = DATA;
  watch(g, DATA, 4, WRITES);
  engine_set_deadline(g->engine, engine_instructions(g->engine) + 2);
  guest_run(g);
  assert_int_equal(g->events, 2);
  assert_int_equal(g->event[0].kind, GUEST_EXCEPTION);
  assert_int_equal(g->event[1].kind, GUEST_DEADLINE);
  assert_int_equal(g->event[1].count, g->event[0].count);
  assert_int_equal(met(g), 5);
}

static void a_trace_of_instructions_changes_nothing(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  start(g);
  g->cpu.general[7] = DATA;
  watch(g, DATA, 4, WRITES);
  engine_trace_instructions(g->engine, true);
  assert_int_equal(met(g), 5);
  assert_int_equal(guest_count(g, GUEST_EXECUTED), 1 + 5 * 4 + 2);
}

static void data_is_watched_in_every_mode(void **state) {
  struct guest *g = *state;
  for (enum guest_mode mode = GUEST_64; mode <= GUEST_V86; mode++) {
    bool narrow = mode == GUEST_16 || mode == GUEST_REAL || mode == GUEST_V86;
    start(g);
    guest_start(g, mode, mode == GUEST_REAL ? 0 : 3);
    guest_put(g, GUEST_CODE, narrow ? "\x89\x05\x90\xf4" : "\x89\x07\x90\xf4", 4); /* mov [di], ax */
    g->cpu.segment[RS_SEGMENT_INDEX(RS_DS)].base = mode == GUEST_64 ? 0 : 0x100;
    g->cpu.general[7] = 0x5008;
    watch(g, mode == GUEST_64 ? 0x5008 : 0x5108, 1, WRITES);
    assert_int_equal(met(g), 1);
  }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_watched_byte_is_met_by_the_accesses_that_cover_it_and_by_no_others),
    CLAIM(every_length_covers_its_own_bytes_alone),
    CLAIM(an_access_across_pages_meets_what_it_touches_in_either),
    CLAIM(what_was_read_before_does_not_count_for_a_later_access),
    CLAIM(the_trap_comes_after_each_execution_and_counts_it),
    CLAIM(a_breakpoint_that_is_taken_away_is_met_no_more),
    CLAIM(other_bytes_of_the_page_keep_their_values_and_meet_nothing),
    CLAIM(the_stack_of_call_push_and_enter_is_watched_like_any_memory),
    CLAIM(a_string_instruction_is_trapped_after_the_repetition_that_met),
    CLAIM(the_last_repetition_is_trapped_after_the_instruction),
    CLAIM(what_faults_has_met_nothing),
    CLAIM(the_trap_comes_before_the_fault_of_fetching_the_next_instruction),
    CLAIM(code_may_lie_in_the_watched_page_and_write_into_it),
    CLAIM(code_that_is_changed_through_a_watched_page_runs_as_it_then_is),
    CLAIM(the_linear_address_counts_and_not_the_memory_behind_it),
    CLAIM(a_device_is_watched_and_reached_all_the_same),
    CLAIM(several_in_one_page_are_told_apart_and_those_met_together_come_together),
    CLAIM(single_stepping_comes_with_it_in_one_trap),
    CLAIM(a_deadline_at_the_same_place_comes_after_the_trap),
    CLAIM(a_trace_of_instructions_changes_nothing),
    CLAIM(data_is_watched_in_every_mode),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
