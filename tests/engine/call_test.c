/* SYSCALL and SYSENTER, which the library calls a hook for: told once, and left for wherever the client
 * leads.
 */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

enum { ENTRY = GUEST_CODE + 0x800 };

#define SYSCALL "\x0f\x05"
#define SYSENTER "\x0f\x34"

static bool is_system_call(const struct rs_instruction *instruction) {
  return instruction->operation == RS_OP_SYSCALL || instruction->operation == RS_OP_SYSENTER;
}

/* Enters ring 0 at ENTRY. */
static enum engine_next enter(struct guest *g, const struct rs_instruction *instruction) {
  if (!is_system_call(instruction)) return ENGINE_STOP;
  g->cpu.cpl = 0;
  for (unsigned i = RS_SEGMENT_INDEX(RS_CS); i <= RS_SEGMENT_INDEX(RS_SS); i++)
    g->cpu.segment[i].attributes &= (uint16_t)~SEGMENT_DPL;
  g->cpu.general[1] = g->cpu.rip + instruction->length;
  g->cpu.rip = ENTRY;
  engine_changed(g->engine, ENGINE_CODE_AND_STACK);
  return ENGINE_RESUME;
}

static void enters_the_kernel(struct guest *g, enum guest_mode mode, const char *code, size_t size) {
  g->instruction = enter;
  guest_start(g, mode, 3);
  g->permission[0x20] = GUEST_PRESENT; /* ring 0's alone */
  g->cpu.general[3] = 0x20100;
  guest_put(g, GUEST_CODE, code, size);
  guest_put(g, ENTRY, "\x8a\x07\xf4", 3); /* reads by rbx, or by bx in 16-bit code; hlt */
  uint64_t before = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 2);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  assert_int_equal(g->cpu.cpl, 0);
  assert_int_equal(g->cpu.rip, ENTRY + 2);
  assert_int_equal(g->cpu.general[1], GUEST_CODE + size);
  assert_int_equal(engine_instructions(g->engine) - before, 4); /* nop, the call, the read, hlt */
}

static void a_system_call_goes_on_where_the_client_leads_in_every_mode(void **state) {
  static const enum guest_mode modes[] = { GUEST_64, GUEST_COMPAT, GUEST_32, GUEST_16 };
  for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
    enters_the_kernel(*state, modes[i], "\x90" SYSCALL, 3);
    enters_the_kernel(*state, modes[i], "\x90" SYSENTER, 3);
  }
}

static void prefixes_belong_to_it(void **state) {
  enters_the_kernel(*state, GUEST_64, "\x90\x66\x48" SYSCALL, 5);
  enters_the_kernel(*state, GUEST_64, "\x90\xf3" SYSENTER, 4);
}

static enum engine_next stop(struct guest *g, const struct rs_instruction *instruction) {
  return enter(g, instruction) == ENGINE_STOP ? ENGINE_STOP : (g->number++, ENGINE_STOP);
}

static void the_client_may_stop_there(void **state) {
  struct guest *g = *state;
  g->instruction = stop;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, SYSCALL "\xb0\x01\xf4");
  guest_put(g, ENTRY, "\xb0\x02\xf4", 3); /* mov al, 2; hlt */
  guest_run(g);
  assert_int_equal(g->number, 1);
  assert_int_equal(g->cpu.rip, ENTRY);
  guest_run(g);
  assert_int_equal(g->cpu.general[0] & 0xff, 2);
}

/* What the client leads to is new code, in a page that is writable until then. */
static enum engine_next enter_new_code(struct guest *g, const struct rs_instruction *instruction) {
  if (!is_system_call(instruction)) return ENGINE_STOP;
  guest_put(g, ENTRY, "\xb0\x03\xf4", 3); /* mov al, 3; hlt */
  return enter(g, instruction);
}

static void code_that_the_call_changes_is_read_anew(void **state) {
  struct guest *g = *state;
  for (unsigned i = 0; i < 3; i++) {
    g->instruction = enter_new_code;
    guest_start(g, GUEST_64, 3);
    GUEST_CODE_BYTES(g, SYSCALL);
    guest_put(g, ENTRY, "\xb0\x01\xf4", 3);
    guest_run(g);
    assert_int_equal(g->cpu.general[0] & 0xff, 3);
  }
}

static enum engine_next trap_after(struct guest *g, const struct rs_instruction *instruction) {
  return enter(g, instruction) == ENGINE_STOP ? ENGINE_STOP : ENGINE_TRAP;
}

static enum engine_next clear_tf(struct guest *g, const struct engine_exception *exception) {
  (void)exception;
  g->cpu.rflags &= ~RFLAGS_TF;
  return ENGINE_RESUME;
}

/* The library looks at the TF of before, too. */
static void a_single_step_trap_comes_once(void **state) {
  static const char *const code[] = { SYSCALL, SYSENTER };
  struct guest *g = *state;
  for (unsigned i = 0; i < 2; i++) {
    g->instruction = trap_after;
    g->exception = clear_tf;
    guest_start(g, GUEST_64, 3);
    g->cpu.rflags |= RFLAGS_TF;
    guest_put(g, GUEST_CODE, code[i], 2);
    guest_put(g, ENTRY, "\x90\xf4", 2);
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
    assert_int_equal(g->cpu.rip, ENTRY + 1);
  }
}

/* In real mode the library would raise #GP by itself. */
static void lock_and_real_mode_are_the_clients_to_refuse(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\xf0" SYSCALL "\xf4");
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 2);
  guest_start(g, GUEST_REAL, 0);
  GUEST_CODE_BYTES(g, SYSENTER "\xf4");
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(a_system_call_goes_on_where_the_client_leads_in_every_mode),
    TEST(prefixes_belong_to_it),
    TEST(the_client_may_stop_there),
    TEST(code_that_the_call_changes_is_read_anew),
    TEST(a_single_step_trap_comes_once),
    TEST(lock_and_real_mode_are_the_clients_to_refuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
