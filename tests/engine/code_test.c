/* Code that changes under the processor's feet is executed as it is now, whoever changed it. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

enum { ROUNDS = 40, OTHER = 0x5000 };

/* mov al, imm8; ret */
static void put_function(struct guest *g, uint64_t at, uint8_t value) {
  uint8_t code[] = { 0xb0, value, 0xc3 };
  guest_put(g, at, code, sizeof code);
}

/* A loop that rewrites the immediate of the function at rbx and adds up what it returns. */
static const char rewriting_loop[] = "\x31\xd2"             /* xor edx, edx */
                                     "\xb9\x28\x00\x00\x00" /* mov ecx, 40 */
                                     "\x88\x4b\x01"         /* L: mov [rbx+1], cl */
                                     "\xff\xd3"             /* call rbx */
                                     "\x0f\xb6\xc0"         /* movzx eax, al */
                                     "\x01\xc2"             /* add edx, eax */
                                     "\xff\xc9"             /* dec ecx */
                                     "\x75\xf2"             /* jnz L */
                                     "\xf4";

static void assert_rewriting_loop_sums(struct guest *g, uint64_t function) {
  guest_start(g, GUEST_64, 3);
  put_function(g, function, 0xee);
  guest_put(g, GUEST_CODE, rewriting_loop, sizeof rewriting_loop - 1);
  g->cpu.general[3] = function;
  uint64_t start = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(g->cpu.general[2], ROUNDS * (ROUNDS + 1) / 2);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 2 + ROUNDS * 8);
}

static void a_write_from_another_page_is_seen_each_time(void **state) {
  assert_rewriting_loop_sums(*state, OTHER);
}

static void a_write_from_the_same_page_is_seen_each_time(void **state) {
  assert_rewriting_loop_sums(*state, GUEST_CODE + 0x100);
}

static void a_write_through_an_alias_is_seen(void **state) {
  struct guest *g = *state;
  g->physical[0x40] = OTHER / 4096;
  guest_start(g, GUEST_64, 3);
  put_function(g, OTHER, 0xee);
  /* xor edx, edx; mov ecx, 40; L: mov [rsi+1], cl; call rbx; movzx eax, al; add edx, eax; dec ecx; jnz L; hlt
   */
  GUEST_CODE_BYTES(
      g, "\x31\xd2\xb9\x28\x00\x00\x00\x88\x4e\x01\xff\xd3\x0f\xb6\xc0\x01\xc2\xff\xc9\x75\xf2\xf4");
  g->cpu.general[3] = OTHER;
  g->cpu.general[6] = 0x40000;
  guest_run(g);
  assert_int_equal(g->cpu.general[2], ROUNDS * (ROUNDS + 1) / 2);
}

/* The next instruction of the very block is overwritten: it must execute as it has become. */
static void a_block_that_overwrites_its_own_next_instruction(void **state) {
  struct guest *g = *state;
  for (unsigned round = 0; round < 3; round++) {
    guest_start(g, GUEST_64, 3);
    /* mov byte [rip+2], 0x2a; mov al, 0xee -- its immediate is what is written; nop; hlt */
    GUEST_CODE_BYTES(g, "\x90\xc6\x05\x01\x00\x00\x00\x2a\xb0\xee\x90\xf4");
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(g->cpu.general[0] & 0xff, 0x2a);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 4);
  }
}

/* The library itself notices only the first store into a page. */
static void a_block_that_overwrites_itself_after_a_harmless_store(void **state) {
  struct guest *g = *state;
  for (unsigned round = 0; round < 3; round++) {
    guest_start(g, GUEST_64, 3);
    /* mov [rip+0x100], al; mov [rip+0x100], al; mov byte [rip+1], 0x2a; mov al, 0xee; nop; hlt */
    GUEST_CODE_BYTES(g, "\x88\x05\x00\x01\x00\x00\x88\x05\x00\x01\x00\x00\xc6\x05\x01\x00\x00\x00\x2a"
                        "\xb0\xee\x90\xf4");
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(g->cpu.general[0] & 0xff, 0x2a);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 5);
  }
}

static void a_plain_instruction_that_becomes_sensitive_is_told(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  /* L: nop; nop; mov word [rip-9], 0xa20f (the two nops become cpuid); dec ecx; jnz L; hlt */
  GUEST_CODE_BYTES(g, "\x90\x90\x66\xc7\x05\xf5\xff\xff\xff\x0f\xa2\xff\xc9\x75\xf1\xf4");
  g->cpu.general[1] = 3;
  uint64_t start = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 3); /* cpuid in the second and third rounds; hlt */
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->rip, GUEST_CODE);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2)->count - start, 5 + 4 + 4);
}

static void data_beside_code_in_one_page_does_not_disturb(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  /* mov ecx, 200; L: inc dword [rip+0x80]; push rcx; pop rax; dec ecx; jnz L; hlt */
  GUEST_CODE_BYTES(g, "\xb9\xc8\x00\x00\x00\xff\x05\x80\x00\x00\x00\x51\x58\xff\xc9\x75\xf4\xf4");
  g->cpu.general[4] = GUEST_CODE + 0x800;
  uint64_t start = engine_instructions(g->engine);
  guest_run(g);
  uint32_t counter;
  memcpy(&counter, g->ram + GUEST_CODE + 11 + 0x80, sizeof counter);
  assert_int_equal(counter, 200);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 1 + 200 * 5);
}

static enum engine_next rewrite(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  put_function(g, g->cpu.general[3], (uint8_t)++g->number);
  return guest_skip(g, instruction);
}

static void a_write_by_the_client_is_seen(void **state) {
  struct guest *g = *state;
  static const uint64_t function[] = { OTHER, GUEST_CODE + 0x200 };
  for (unsigned i = 0; i < 2; i++) {
    guest_start(g, GUEST_64, 3);
    g->instruction = rewrite;
    g->number = 0;
    put_function(g, function[i], 0xee);
    g->cpu.general[3] = function[i];
    /* xor edx, edx; mov ecx, 40; L: int 3; call rbx; movzx eax, al; add edx, eax; dec ecx; jnz L; hlt */
    GUEST_CODE_BYTES(g, "\x31\xd2\xb9\x28\x00\x00\x00\xcc\xff\xd3\x0f\xb6\xc0\x01\xc2\xff\xc9\x75\xf4\xf4");
    guest_run(g);
    assert_int_equal(g->cpu.general[2], ROUNDS * (ROUNDS + 1) / 2);
  }
}

static void a_remapped_page_runs_its_new_code(void **state) {
  struct guest *g = *state;
  put_function(g, 0x50000, 1);
  put_function(g, 0x51000, 2);
  guest_put(g, 0x51000, "\xb0\x02\x90\xc3", 4); /* as long, in bytes, as no block of the other */
  guest_put(g, GUEST_CODE, "\xff\xd3\xf4", 3);  /* call rbx; hlt */
  for (unsigned round = 0; round < 6; round++) {
    guest_start(g, GUEST_64, 3);
    g->cpu.general[3] = 0x60000;
    g->physical[0x60] = (uint8_t)(0x50 + round % 2);
    engine_changed(g->engine, ENGINE_TRANSLATIONS);
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(g->cpu.general[0] & 0xff, 1 + round % 2);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, round % 2 ? 4 : 3);
  }
}

/* The same size in bytes and another number of instructions: the count follows the bytes that run. */
static void counts_follow_the_page_behind_an_address(void **state) {
  struct guest *g = *state;
  guest_put(g, 0x50000, "\x90\x90\x90\xf4", 4);
  guest_put(g, 0x51000, "\x0f\x1f\x00\xf4", 4); /* a nop of three bytes */
  for (unsigned round = 0; round < 6; round++) {
    guest_start(g, GUEST_64, 3);
    g->cpu.rip = 0x60000;
    g->physical[0x60] = (uint8_t)(0x50 + round % 2);
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, round % 2 ? 1 : 3);
  }
}

static void a_block_across_two_pages_follows_both(void **state) {
  struct guest *g = *state;
  guest_put(g, 0x50ffd, "\xff\xc0\xb8", 3); /* inc eax; mov eax, imm32 ... */
  guest_put(g, 0x51000, "\x11\x00\x00\x00\xf4", 5);
  guest_put(g, 0x52000, "\x22\x00\x00\x00\xf4", 5);
  g->physical[0x60] = 0x50;
  for (unsigned round = 0; round < 6; round++) {
    guest_start(g, GUEST_64, 3);
    g->cpu.rip = 0x60ffd;
    g->physical[0x61] = (uint8_t)(0x51 + round % 2);
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(g->cpu.general[0], round % 2 ? 0x22 : 0x11);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 2);
  }
  guest_put(g, 0x51000, "\x33", 1);
  guest_start(g, GUEST_64, 3);
  g->cpu.rip = 0x60ffd;
  g->physical[0x61] = 0x51;
  guest_run(g);
  assert_int_equal(g->cpu.general[0], 0x33);
}

static void a_block_across_two_pages_that_overwrites_its_second_half(void **state) {
  struct guest *g = *state;
  for (unsigned round = 0; round < 3; round++) {
    /* mov byte [rip+1], 0x2a up to the end of the page; mov al, 0xee; hlt in the next one */
    guest_put(g, 0x50ff9, "\xc6\x05\x01\x00\x00\x00\x2a\xb0\xee\xf4", 10);
    guest_start(g, GUEST_64, 3);
    g->cpu.rip = 0x50ff9;
    guest_run(g);
    assert_int_equal(g->cpu.general[0] & 0xff, 0x2a);
  }
}

static void a_second_page_whose_code_becomes_sensitive_is_read_anew(void **state) {
  struct guest *g = *state;
  guest_put(g, 0x50ffe, "\x90\x90", 2);
  for (unsigned round = 0; round < 4; round++) {
    guest_put(g, 0x51000, round % 2 ? "\x0f\xa2\xf4" : "\x48\x90\xf4", 3); /* cpuid, or a nop of its size */
    guest_start(g, GUEST_64, 3);
    g->cpu.rip = 0x50ffe;
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 1 + round % 2);
  }
}

static void a_block_of_one_instruction_is_seen_to_change(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  /* mov ecx, 10; L: mov eax, ecx; and al, 1; add al, al; mov [rip+3], al; jmp F; F: jmp +0 or +2; inc edx;
   * dec ecx; jnz L; hlt */
  GUEST_CODE_BYTES(g, "\xb9\x0a\x00\x00\x00\x89\xc8\x24\x01\x00\xc0\x88\x05\x03\x00\x00\x00\xeb\x00"
                      "\xeb\x00\xff\xc2\xff\xc9\x75\xea\xf4");
  g->cpu.general[2] = 0;
  guest_run(g);
  assert_int_equal(g->cpu.general[2], 5);
}

static void a_page_that_alternates_between_code_and_data_stays_right(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  put_function(g, OTHER, 0x5a);
  /* xor edx, edx; mov ecx, 1000; L: mov [rbx+0x800], ecx; call rbx; add dl, al; dec ecx; jnz L; hlt */
  GUEST_CODE_BYTES(
      g, "\x31\xd2\xb9\xe8\x03\x00\x00\x89\x8b\x00\x08\x00\x00\xff\xd3\x00\xc2\xff\xc9\x75\xf2\xf4");
  g->cpu.general[3] = OTHER;
  uint64_t start = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(g->cpu.general[2], (uint8_t)(1000 * 0x5a));
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 2 + 1000 * 7);
}

/* More code than the translation buffer holds: the library would crash if it were ever full. */
static void the_translation_buffer_is_emptied_in_time(void **state) {
  struct guest *g = *state;
  enum { FIRST = 0x10000, BYTES = 0xe0000 };
  guest_start(g, GUEST_64, 3);
  for (uint64_t at = FIRST; at < FIRST + BYTES; at += 4)
    guest_put(g, at, "\xff\xc0\xeb\x00", 4); /* inc eax; jmp +0 */
  guest_put(g, FIRST + BYTES, "\xf4", 1);
  for (unsigned round = 0; round < 2; round++) {
    guest_start(g, GUEST_64, 3);
    g->cpu.rip = FIRST;
    uint64_t start = engine_instructions(g->engine);
    guest_run(g);
    assert_int_equal(g->cpu.general[0], BYTES / 4);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, BYTES / 2);
  }
}

/* One ENTER can take 6 KiB of translated code. */
static void the_buffer_holds_the_largest_instructions(void **state) {
  struct guest *g = *state;
  enum { FIRST = 0x10000, PIECE = 10, TIMES = 20000 };
  guest_start(g, GUEST_32, 3);
  for (unsigned i = 0; i < TIMES; i++) /* enter 0, 31; mov esp, edi; mov ebp, edi; jmp +0 */
    guest_put(g, FIRST + i * PIECE, "\xc8\x00\x00\x1f\x8b\xe7\x8b\xef\xeb\x00", PIECE);
  guest_put(g, FIRST + TIMES * PIECE, "\xf4", 1);
  g->cpu.rip = FIRST;
  g->cpu.general[5] = g->cpu.general[7] = GUEST_DATA;
  uint64_t start = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count - start, 4 * TIMES);
}

/* The library gives each of these translations up half way. */
enum { FETCHES = 20000 };

static enum engine_next return_to_the_loop(struct guest *g, const struct engine_exception *exception) {
  assert_int_equal(exception->vector, VECTOR_PF);
  assert_int_equal(exception->cr2, 0x21000);
  assert_int_equal(g->cpu.rip, 0x20ffe);
  g->events = 0;
  g->number++;
  g->cpu.rip = GUEST_CODE + (g->number == FETCHES ? 2 : 0);
  return ENGINE_RESUME;
}

static void a_fetch_that_faults_again_and_again_is_the_same_each_time(void **state) {
  struct guest *g = *state;
  g->permission[0x21] = 0;
  guest_put(g, 0x20ffe, "\x48\x8b", 2); /* the beginning of an instruction */
  GUEST_CODE_BYTES(g, "\xff\xe3\xf4");  /* jmp rbx; hlt */
  guest_start(g, GUEST_64, 3);
  g->cpu.general[3] = 0x20ffe;
  g->exception = return_to_the_loop;
  guest_run(g);
  assert_int_equal(g->cpu.rip, GUEST_CODE + 2);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_write_from_another_page_is_seen_each_time),
    CLAIM(a_write_from_the_same_page_is_seen_each_time),
    CLAIM(a_write_through_an_alias_is_seen),
    CLAIM(a_block_that_overwrites_its_own_next_instruction),
    CLAIM(a_block_that_overwrites_itself_after_a_harmless_store),
    CLAIM(a_plain_instruction_that_becomes_sensitive_is_told),
    CLAIM(data_beside_code_in_one_page_does_not_disturb),
    CLAIM(a_write_by_the_client_is_seen),
    CLAIM(a_remapped_page_runs_its_new_code),
    CLAIM(counts_follow_the_page_behind_an_address),
    CLAIM(a_block_across_two_pages_follows_both),
    CLAIM(a_block_across_two_pages_that_overwrites_its_second_half),
    CLAIM(a_second_page_whose_code_becomes_sensitive_is_read_anew),
    CLAIM(a_block_of_one_instruction_is_seen_to_change),
    CLAIM(a_page_that_alternates_between_code_and_data_stays_right),
    CLAIM(the_translation_buffer_is_emptied_in_time),
    CLAIM(the_buffer_holds_the_largest_instructions),
    CLAIM(a_fetch_that_faults_again_and_again_is_the_same_each_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
