/* Plain code runs in every mode, sensitive instructions are told before they execute, and all are counted. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

static void plain_code_runs_in_64_bit_mode(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  /* mov rax, 0x1122334455667788; lea rcx, [rax+1]; push rcx; pop rdx; hlt */
  GUEST_CODE_BYTES(g, "\x48\xb8\x88\x77\x66\x55\x44\x33\x22\x11\x48\x8d\x48\x01\x51\x5a\xf4");
  guest_run(g);
  assert_int_equal(g->cpu.general[0], UINT64_C(0x1122334455667788));
  assert_int_equal(g->cpu.general[2], UINT64_C(0x1122334455667789));
  const struct guest_event *hlt = guest_event(g, GUEST_INSTRUCTION, 0);
  assert_int_equal(hlt->operation, RS_OP_HLT);
  assert_int_equal(hlt->rip, GUEST_CODE + 16);
  assert_int_equal(hlt->count, 4);
}

static void plain_code_runs_in_32_bit_modes(void **state) {
  struct guest *g = *state;
  for (enum guest_mode mode = GUEST_COMPAT; mode <= GUEST_32; mode++) {
    guest_start(g, mode, 3);
    uint64_t before = engine_instructions(g->engine);
    /* mov eax, 5; inc eax (a REX prefix in 64-bit mode); push eax; pop ecx; hlt */
    GUEST_CODE_BYTES(g, "\xb8\x05\x00\x00\x00\x40\x50\x59\xf4");
    guest_run(g);
    assert_int_equal(g->cpu.general[1], 6);
    assert_int_equal(g->cpu.general[4], GUEST_DATA);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - before, 4);
  }
}

static void plain_code_runs_in_16_bit_modes(void **state) {
  struct guest *g = *state;
  for (enum guest_mode mode = GUEST_16; mode <= GUEST_V86; mode++) {
    guest_start(g, mode, mode == GUEST_V86 ? 3 : 0);
    g->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].base = 0x800;
    g->cpu.rip = GUEST_CODE - 0x800;
    /* mov ax, 0x1234; inc ax; push ax; pop cx; hlt */
    GUEST_CODE_BYTES(g, "\xb8\x34\x12\x40\x50\x59\xf4");
    guest_run(g);
    assert_int_equal(g->cpu.general[1], 0x1235);
    const struct guest_event *hlt = guest_event(g, GUEST_INSTRUCTION, 0);
    assert_int_equal(hlt->rip, GUEST_CODE - 0x800 + 6);
    assert_int_equal(hlt->linear, GUEST_CODE + 6);
  }
}

static void hidden_bases_are_used(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_32, 0);
  g->cpu.segment[RS_SEGMENT_INDEX(RS_DS)].base = 0x9000;
  guest_put(g, 0x9010, "\x2a\x00\x00\x00", 4);
  GUEST_CODE_BYTES(g, "\xa1\x10\x00\x00\x00\xf4"); /* mov eax, [0x10]; hlt */
  guest_run(g);
  assert_int_equal(g->cpu.general[0], 0x2a);
  guest_start(g, GUEST_64, 0);
  g->cpu.segment[RS_SEGMENT_INDEX(RS_GS)].base = 0x9000;
  GUEST_CODE_BYTES(g, "\x65\x8b\x04\x25\x10\x00\x00\x00\xf4"); /* mov eax, gs:[0x10]; hlt */
  guest_run(g);
  assert_int_equal(g->cpu.general[0], 0x2a);
}

static void flags_survive_a_performed_instruction(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 0);
  /* stc; std; cpuid; jnc +1 ... hlt; setc al; hlt: the carry is there after a performed CPUID */
  GUEST_CODE_BYTES(g, "\xf9\xfd\x0f\xa2\x73\x05\x0f\x92\xc0\x0f\xa2\xf4");
  guest_run(g);
  assert_int_equal(g->cpu.general[0] & 0xff, 1);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->rflags & 0x401, 0x401);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 1)->rflags & 0x401, 0x401);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2)->count, 6);
}

static enum engine_next change_everything(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  g->cpu.general[3] = 0x77;
  g->cpu.rflags = RFLAGS_FIXED | RFLAGS_ZF;
  g->cpu.rip = GUEST_CODE + 0x20;
  return ENGINE_RESUME;
}

static void execution_goes_on_from_what_the_client_left(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  g->instruction = change_everything;
  GUEST_CODE_BYTES(g, "\xcd\x80\xf4");                                /* int 0x80; hlt */
  guest_put(g, GUEST_CODE + 0x20, "\x0f\x94\xc0\x48\x89\xda\xf4", 7); /* setz al; mov rdx, rbx; hlt */
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->operation, RS_OP_INT);
  assert_int_equal(g->cpu.general[0], 1);
  assert_int_equal(g->cpu.general[2], 0x77);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 1)->count, 3);
}

static void every_execution_of_a_sensitive_instruction_is_told(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  /* mov ecx, 1000; L: cpuid; nop; rdtsc; dec ecx; jnz L; hlt */
  GUEST_CODE_BYTES(g, "\xb9\xe8\x03\x00\x00\x0f\xa2\x90\x0f\x31\xff\xc9\x75\xf7\xf4");
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 2001);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2000)->count, 1 + 5 * 1000);
  for (unsigned i = 0; i < 1000; i++) {
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2 * i)->count, 1 + 5 * i);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2 * i + 1)->count, 3 + 5 * i);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2 * i)->rcx, 1000 - i);
  }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(plain_code_runs_in_64_bit_mode),
    CLAIM(plain_code_runs_in_32_bit_modes),
    CLAIM(plain_code_runs_in_16_bit_modes),
    CLAIM(hidden_bases_are_used),
    CLAIM(flags_survive_a_performed_instruction),
    CLAIM(execution_goes_on_from_what_the_client_left),
    CLAIM(every_execution_of_a_sensitive_instruction_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
