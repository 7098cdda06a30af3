/* Instructions are counted exactly, deadlines are met to the instruction, and tracing changes neither. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

static enum engine_next again(struct guest *g) {
  engine_set_deadline(g->engine, engine_instructions(g->engine) + g->number);
  return ENGINE_RESUME;
}

/* mov ecx, 5; L: inc eax; nop; dec ecx; jnz L; nop; hlt */
#define LOOP "\xb9\x05\x00\x00\x00\xff\xc0\x90\xff\xc9\x75\xf9\x90\xf4"
enum { LOOP_COUNT = 1 + 5 * 4 + 1 };

static uint64_t loop_rip(unsigned count) {
  static const unsigned offset[4] = { 5, 7, 8, 10 };
  if (count == 0) return GUEST_CODE;
  if (count == LOOP_COUNT - 1) return GUEST_CODE + 12;
  return count == LOOP_COUNT ? GUEST_CODE + 13 : GUEST_CODE + offset[(count - 1) % 4];
}

static void a_deadline_is_met_exactly_anywhere(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  for (unsigned target = 0; target <= LOOP_COUNT; target++) {
    guest_start(g, GUEST_64, 3);
    uint64_t start = engine_instructions(g->engine);
    engine_set_deadline(g->engine, start + target);
    guest_run(g);
    const struct guest_event *deadline = guest_event(g, GUEST_DEADLINE, 0);
    assert_int_equal(deadline->count - start, target);
    assert_int_equal(deadline->rip, loop_rip(target));
    assert_int_equal(engine_instructions(g->engine) - start, target);
  }
}

static void execution_is_the_same_however_often_it_is_interrupted(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  g->deadline = again;
  for (unsigned step = 1; step < 8; step++) {
    guest_start(g, GUEST_64, 3);
    g->number = step;
    uint64_t start = engine_instructions(g->engine);
    engine_set_deadline(g->engine, start + step);
    guest_run(g);
    assert_int_equal(g->cpu.general[0], 5);
    assert_int_equal(guest_count(g, GUEST_DEADLINE), LOOP_COUNT / step);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, LOOP_COUNT);
    for (unsigned i = 0; i < LOOP_COUNT / step; i++)
      assert_int_equal(guest_event(g, GUEST_DEADLINE, i)->rip, loop_rip((i + 1) * step));
  }
}

static void a_deadline_comes_before_a_sensitive_instruction_is_told(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\x90\x90\x0f\xa2\x90\xf4");
  engine_set_deadline(g->engine, 2);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 0);
  engine_set_deadline(g->engine, 3);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 1);
  assert_int_equal(guest_event(g, GUEST_DEADLINE, 1)->rip, GUEST_CODE + 4);
}

static void a_repeated_string_instruction_counts_once(void **state) {
  struct guest *g = *state;
  static const struct {
    uint32_t rcx;
    uint8_t prefix, opcode;
  } row[] = { { 0, 0xf3, 0xa4 },  { 1, 0xf3, 0xa4 },  { 2, 0xf3, 0xaa }, { 100, 0xf3, 0xa4 },
              { 50, 0xf3, 0xac }, { 50, 0xf2, 0xae }, { 50, 0xf3, 0xa6 } };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    uint8_t code[] = { 0x90, row[i].prefix, row[i].opcode, 0x90, 0xf4 };
    guest_start(g, GUEST_64, 3);
    guest_put(g, GUEST_CODE, code, sizeof code);
    g->cpu.general[1] = row[i].rcx;
    g->cpu.general[6] = 0x20000;
    g->cpu.general[7] = 0x30000;
    g->cpu.general[0] = 0x77;
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 3);
    assert_int_equal(g->cpu.rip, GUEST_CODE + 4);
  }
}

static void a_deadline_waits_for_the_last_repetition(void **state) {
  struct guest *g = *state;
  for (unsigned target = 1; target <= 3; target++) {
    guest_start(g, GUEST_64, 3);
    GUEST_CODE_BYTES(g, "\x90\xf3\xaa\x90\xf4"); /* nop; rep stosb; nop; hlt */
    g->cpu.general[1] = 20;
    g->cpu.general[7] = 0x30000;
    uint64_t start = engine_instructions(g->engine);
    engine_set_deadline(g->engine, start + target);
    guest_run(g);
    assert_int_equal(guest_event(g, GUEST_DEADLINE, 0)->rip, GUEST_CODE + (target == 1 ? 1 : target + 1));
    assert_int_equal(g->cpu.general[1], target == 1 ? 20 : 0);
  }
}

/* The diary without the announcements themselves. */
static unsigned told(const struct guest *g, struct guest_event *out) {
  unsigned count = 0;
  for (unsigned i = 0; i < g->events; i++) {
    if (g->event[i].kind != GUEST_EXECUTED) out[count++] = g->event[i];
  }
  return count;
}

static enum engine_next skip_fault(struct guest *g, const struct engine_exception *exception) {
  (void)exception;
  g->cpu.rip += 3;
  return ENGINE_RESUME;
}

/* mov ecx, 7; L: cpuid..; rep stosb of 5; a faulting load; dec; jnz */
#define BUSY                                                                                                 \
  "\x41\xb8\x07\x00\x00\x00\x0f\xa2\xb9\x05\x00\x00\x00\xbf\x00\x00\x03\x00\xf3\xaa\x48\x8b\x03\x90\x41\xff" \
  "\xc8\x75\xe9\xf4"

/* Field by field: what lies between the fields is nobody's. */
static void assert_same_event(const struct guest_event *a, const struct guest_event *b) {
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->operation, b->operation);
  assert_int_equal(a->rip, b->rip);
  assert_int_equal(a->linear, b->linear);
  assert_int_equal(a->count, b->count);
  assert_int_equal(a->rflags, b->rflags);
  assert_int_equal(a->rax, b->rax);
  assert_int_equal(a->rcx, b->rcx);
  assert_int_equal(a->length, b->length);
  assert_int_equal(a->shadow, b->shadow);
  assert_int_equal(a->exception.vector, b->exception.vector);
  assert_int_equal(a->exception.error_code, b->exception.error_code);
  assert_int_equal(a->exception.cr2, b->exception.cr2);
}

static void tracing_changes_neither_counts_nor_behaviour(void **state) {
  struct guest *g = *state;
  static struct guest_event plain[GUEST_EVENTS], traced[GUEST_EVENTS];
  unsigned count[2];
  struct rs_cpu after[2];
  g->exception = skip_fault;
  for (unsigned round = 0; round < 2; round++) {
    guest_start(g, GUEST_64, 3);
    GUEST_CODE_BYTES(g, BUSY);
    g->cpu.general[3] = 0x200000;
    engine_trace_instructions(g->engine, round == 1);
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    count[round] = told(g, round ? traced : plain);
    for (unsigned i = 0; i < count[round]; i++)
      (round ? traced : plain)[i].count -= start;
    after[round] = g->cpu;
  }
  assert_int_equal(count[0], count[1]);
  for (unsigned i = 0; i < count[0]; i++)
    assert_same_event(&plain[i], &traced[i]);
  assert_memory_equal(&after[0], &after[1], sizeof after[0]);
  /* Each instruction is announced once, the repeated one, too; the faulting one when it is tried. */
  assert_int_equal(guest_count(g, GUEST_EXECUTED), 1 + 7 * 8 + 1);
}

static void an_announcement_shows_the_state_before_the_instruction(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  guest_start(g, GUEST_64, 3);
  engine_trace_instructions(g->engine, true);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXECUTED), LOOP_COUNT + 1);
  for (unsigned i = 0; i <= LOOP_COUNT; i++) {
    const struct guest_event *event = guest_event(g, GUEST_EXECUTED, i);
    assert_int_equal(event->count, i);
    assert_int_equal(event->rip, loop_rip(i));
    if (i > 0 && i < LOOP_COUNT - 1)
      assert_int_equal(event->rcx, 5 - (i - 1 - ((i - 1) % 4 == 3)) / 4 - ((i - 1) % 4 == 3));
  }
}

static void tracing_can_be_switched_while_code_runs(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\x90\x0f\xa2\x90\x90\x0f\x31\x90\xf4"); /* nop; cpuid; nop; nop; rdtsc; nop; hlt */
  guest_start(g, GUEST_64, 3);
  guest_run(g);
  guest_start(g, GUEST_64, 3);
  engine_set_deadline(g->engine, engine_instructions(g->engine) + 3);
  guest_run(g);
  engine_trace_instructions(g->engine, true);
  engine_set_deadline(g->engine, engine_instructions(g->engine) + 2);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXECUTED), 2);
  engine_trace_instructions(g->engine, false);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXECUTED), 2);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2)->rip, GUEST_CODE + 8);
}

static void stop_at_number(struct guest *g) {
  if (engine_instructions(g->engine) == g->number) engine_set_deadline(g->engine, g->number + 1);
}

static void a_deadline_set_by_an_announcement_is_met(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  engine_trace_instructions(g->engine, true);
  g->executed = stop_at_number;
  for (unsigned i = 0; i < LOOP_COUNT; i++) {
    guest_start(g, GUEST_64, 3);
    uint64_t start = engine_instructions(g->engine);
    g->number = start + i;
    guest_run(g);
    assert_int_equal(guest_event(g, GUEST_DEADLINE, 0)->count - start, i + 1);
    assert_int_equal(guest_count(g, GUEST_EXECUTED), i + 1);
  }
}

static void disarm(struct guest *g) {
  engine_trace_instructions(g->engine, false);
}

static void an_announcement_can_be_the_last(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  guest_start(g, GUEST_64, 3);
  engine_trace_instructions(g->engine, true);
  g->executed = disarm;
  uint64_t start = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXECUTED), 1);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, LOOP_COUNT);
}

static enum engine_next ask_to_stop(struct guest *g, const struct rs_instruction *instruction) {
  engine_request_stop(g->engine);
  return guest_skip(g, instruction);
}

static void a_requested_stop_ends_an_endless_loop(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  g->instruction = ask_to_stop;
  GUEST_CODE_BYTES(g, "\x0f\xa2\xff\xc6\xeb\xfc"); /* cpuid; L: inc esi; jmp L */
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_DEADLINE), 1);
  g->instruction = NULL;
  engine_request_stop(g->engine); /* before a run: stops it at once */
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_DEADLINE), 2);
}

static void single_stepping_by_tf_traps_after_each_instruction(void **state) {
  struct guest *g = *state;
  static const unsigned expected[] = { 1, 2, 4, 6, 7 };
  g->exception = NULL;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\x90\x90\x0f\xa2\xeb\x00\x90\xf4"); /* nop; nop; cpuid; jmp +0; nop; hlt */
  g->cpu.rflags |= RFLAGS_TF;
  for (unsigned i = 0; i < 5; i++) {
    guest_run(g);
    const struct guest_event *trap = guest_event(g, GUEST_EXCEPTION, i);
    assert_int_equal(trap->exception.vector, VECTOR_DB);
    assert_int_equal(trap->rip, GUEST_CODE + expected[i]);
    assert_int_equal(trap->count, i + 1);
    assert_true(trap->rflags & RFLAGS_TF);
  }
}

static enum engine_next clear_tf(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  g->cpu.rflags &= ~RFLAGS_TF;
  g->cpu.rip += instruction->length;
  return ENGINE_TRAP;
}

static void a_performed_instruction_traps_where_its_client_says_so(void **state) {
  struct guest *g = *state;
  g->instruction = clear_tf;
  GUEST_CODE_BYTES(g, "\x9d\x90\xf4"); /* popf; nop; hlt */
  guest_start(g, GUEST_64, 3);
  g->cpu.rflags |= RFLAGS_TF;
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.vector, VECTOR_DB);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE + 1);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
}

static enum engine_next set_rf(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  if (g->number++ == 0) g->cpu.rflags |= RFLAGS_RF;
  return guest_skip(g, instruction);
}

static void rf_lasts_one_instruction(void **state) {
  struct guest *g = *state;
  g->instruction = set_rf;
  for (unsigned nops = 0; nops <= 1; nops++) {
    guest_start(g, GUEST_64, 3);
    g->number = 0;
    /* int 0x80 sets RF; perhaps a nop; cpuid; hlt */
    guest_put(g, GUEST_CODE, nops ? "\xcd\x80\x90\x0f\xa2\xf4" : "\xcd\x80\x0f\xa2\xf4", 5 + nops);
    guest_run(g);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 1)->rflags & RFLAGS_RF, nops ? 0 : RFLAGS_RF);
  }
}

static enum engine_next set_shadow(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_STI) g->cpu.interrupt_shadow = RS_SHADOW_STI;
  return instruction->operation == RS_OP_HLT ? ENGINE_STOP : guest_skip(g, instruction);
}

static void an_interrupt_shadow_lasts_one_instruction(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 0);
  g->instruction = set_shadow;
  GUEST_CODE_BYTES(g,
                   "\xfb\x0f\xa2\x0f\xa2\xfb\x90\x0f\xa2\xf4"); /* sti; cpuid; cpuid; sti; nop; cpuid; hlt */
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 1)->shadow, RS_SHADOW_STI);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2)->shadow, RS_SHADOW_NONE);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 4)->shadow, RS_SHADOW_NONE);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_deadline_is_met_exactly_anywhere),
    CLAIM(execution_is_the_same_however_often_it_is_interrupted),
    CLAIM(a_deadline_comes_before_a_sensitive_instruction_is_told),
    CLAIM(a_repeated_string_instruction_counts_once),
    CLAIM(a_deadline_waits_for_the_last_repetition),
    CLAIM(tracing_changes_neither_counts_nor_behaviour),
    CLAIM(an_announcement_shows_the_state_before_the_instruction),
    CLAIM(tracing_can_be_switched_while_code_runs),
    CLAIM(a_deadline_set_by_an_announcement_is_met),
    CLAIM(an_announcement_can_be_the_last),
    CLAIM(a_requested_stop_ends_an_endless_loop),
    CLAIM(single_stepping_by_tf_traps_after_each_instruction),
    CLAIM(a_performed_instruction_traps_where_its_client_says_so),
    CLAIM(rf_lasts_one_instruction),
    CLAIM(an_interrupt_shadow_lasts_one_instruction),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
