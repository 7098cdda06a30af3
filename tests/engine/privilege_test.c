/* The privilege level and the hidden state that the client sets are obeyed, and native execution is
 * witnessed. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

/* INT 0x80 enters the kernel at GUEST_CODE + 0x800, IRET leaves it to where RCX says. */
static enum engine_next switch_rings(struct guest *g, const struct rs_instruction *instruction) {
  bool enter = instruction->operation == RS_OP_INT;
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  if (!enter && instruction->operation != RS_OP_IRET) return ENGINE_NATIVE;
  if (enter) g->cpu.general[1] = g->cpu.rip + instruction->length;
  g->cpu.cpl = enter ? 0 : 3;
  for (unsigned i = RS_SEGMENT_INDEX(RS_CS); i <= RS_SEGMENT_INDEX(RS_SS); i++) {
    g->cpu.segment[i].attributes &= ~SEGMENT_DPL;
    if (!enter) g->cpu.segment[i].attributes |= SEGMENT_DPL;
  }
  g->cpu.rip = enter ? GUEST_CODE + 0x800 : g->cpu.general[1];
  engine_changed(g->engine, ENGINE_SEGMENTS);
  return ENGINE_RESUME;
}

static void a_kernel_page_in_the_tlb_does_not_open_it_to_the_user(void **state) {
  struct guest *g = *state;
  g->instruction = switch_rings;
  g->permission[0x20] = GUEST_PRESENT | GUEST_WRITE; /* the kernel's own */
  guest_start(g, GUEST_64, 3);
  g->cpu.general[3] = 0x20100;
  GUEST_CODE_BYTES(g, "\xcd\x80\x90\x88\x03\xf4");                 /* int 0x80; nop; mov [rbx], al; hlt */
  guest_put(g, GUEST_CODE + 0x800, "\x88\x03\x8a\x13\x48\xcf", 6); /* mov [rbx], al; mov dl, [rbx]; iretq */
  guest_run(g);
  const struct guest_event *fault = guest_event(g, GUEST_EXCEPTION, 0);
  assert_int_equal(fault->exception.vector, VECTOR_PF);
  assert_int_equal(fault->exception.error_code, PF_PRESENT | PF_WRITE | PF_USER);
  assert_int_equal(fault->rip, GUEST_CODE + 3);
}

static void the_rings_do_not_share_their_translations(void **state) {
  struct guest *g = *state;
  g->instruction = switch_rings;
  guest_start(g, GUEST_64, 3);
  g->cpu.general[3] = 0x20100;
  /* mov dl, [rbx]; int 0x80; mov dl, [rbx]; hlt -- the kernel reads it, too */
  GUEST_CODE_BYTES(g, "\x8a\x13\xcd\x80\x8a\x13\xf4");
  guest_put(g, GUEST_CODE + 0x800, "\x8a\x13\x48\xcf", 4);
  guest_run(g);
  unsigned first = g->translations;
  /* Code and data page, once for each ring; a return to a ring that was there before costs nothing. */
  assert_int_equal(first, 4);
}

/* The same block at the same address, first in one ring and then in the other. */
static void a_sensitive_instruction_is_told_in_each_ring(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\x90\xfa\x90\xf4"); /* nop; cli; nop; hlt */
  static const unsigned cpl[] = { 0, 3, 0, 3, 1, 2 };
  for (size_t i = 0; i < sizeof cpl / sizeof cpl[0]; i++) {
    guest_start(g, GUEST_64, cpl[i]);
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_INSTRUCTION), 2);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->operation, RS_OP_CLI);
  }
}

/* The library decides that CPL 3 may not execute these before it has read all of their bytes. */
static void an_instruction_that_the_library_cuts_short_is_told_whole(void **state) {
  struct guest *g = *state;
  static const struct {
    const char *bytes;
    unsigned length;
    enum rs_operation operation;
  } cut[] = { { "\x0f\x01\x14\x25\x00\x10\x40\x00", 8, RS_OP_LGDT },
              { "\x0f\x22\xd8", 3, RS_OP_MOV_TO_CR },
              { "\x0f\x21\xc0", 3, RS_OP_MOV_FROM_DR },
              { "\x0f\x01\x3c\x25\x00\x10\x40\x00", 8, RS_OP_INVLPG } };
  for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
    guest_put(g, GUEST_CODE, cut[i].bytes, cut[i].length);
    guest_put(g, GUEST_CODE + cut[i].length, "\xf4", 1);
    guest_start(g, GUEST_64, 3);
    guest_run(g);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->operation, cut[i].operation);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  }
}

static enum engine_next native(struct guest *g, const struct rs_instruction *instruction) {
  (void)g;
  return instruction->operation == RS_OP_HLT ? ENGINE_STOP : ENGINE_NATIVE;
}

static void native_cli_faults_by_privilege_and_iopl(void **state) {
  struct guest *g = *state;
  g->instruction = native;
  GUEST_CODE_BYTES(g, "\xfa\xf4");
  for (unsigned cpl = 0; cpl <= 3; cpl++) {
    for (unsigned iopl = 0; iopl <= 3; iopl++) {
      guest_start(g, GUEST_64, cpl);
      g->cpu.rflags |= (uint64_t)iopl << RFLAGS_IOPL_SHIFT | RFLAGS_IF;
      guest_run(g);
      assert_int_equal(guest_count(g, GUEST_EXCEPTION), cpl > iopl);
      assert_int_equal(guest_count(g, GUEST_WITNESSED), cpl <= iopl);
    }
  }
}

static void a_native_instruction_is_witnessed_with_its_result(void **state) {
  struct guest *g = *state;
  g->instruction = native;
  guest_put(g, 0x9008, "\xff\xff\x00\x00\x05\x93\xcf\x00", 8); /* data, writable, base 0x50000 */
  guest_start(g, GUEST_32, 0);
  g->cpu.gdtr = (struct rs_table_register){ 0x9000, 0x1f };
  g->cpu.general[3] = 0x08;
  GUEST_CODE_BYTES(g, "\x8e\xc3\x90\xf4"); /* mov es, bx; nop; hlt */
  guest_run(g);
  const struct guest_event *seen = guest_event(g, GUEST_WITNESSED, 0);
  assert_int_equal(seen->rip, GUEST_CODE + 2);
  assert_int_equal(seen->count, 1);
  assert_int_equal(g->cpu.segment[0].selector, 0x08);
  assert_int_equal(g->cpu.segment[0].base, 0x50000);
  assert_int_equal(g->cpu.segment[0].limit, UINT32_MAX);
  assert_int_equal(g->cpu.segment[0].attributes, 0xc093);
}

/* What it jumps to is translated before it is seen to be over. */
static void a_native_far_jump_enters_code_of_another_base_and_size(void **state) {
  struct guest *g = *state;
  g->instruction = native;
  guest_put(g, 0x9008, "\xff\xff\x00\x20\x00\x9b\x00\x00", 8); /* 16-bit code, base 0x2000 */
  guest_start(g, GUEST_32, 0);
  g->cpu.gdtr = (struct rs_table_register){ 0x9000, 0x1f };
  GUEST_CODE_BYTES(g, "\xea\x40\x00\x00\x00\x08\x00"); /* jmp far 0x08:0x40 */
  guest_put(g, 0x2040, "\xfa\xb8\x34\x12\xfa\xf4", 6); /* cli; mov ax, 0x1234; cli; hlt */
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_WITNESSED, 0)->rip, 0x40);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 1)->rip, 0x40);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2)->rip, 0x44);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 3)->operation, RS_OP_HLT);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 3)->count, 4);
}

static void a_native_far_return_changes_the_ring(void **state) {
  struct guest *g = *state;
  g->instruction = native;
  guest_put(g, 0x9008, "\xff\xff\x00\x00\x00\xfb\xaf\x00", 8); /* 64-bit code, DPL 3 */
  guest_put(g, 0x9010, "\xff\xff\x00\x00\x00\xf3\xcf\x00", 8); /* data, DPL 3 */
  guest_start(g, GUEST_64, 0);
  g->cpu.gdtr = (struct rs_table_register){ 0x9000, 0x1f };
  /* push 0x13; push 0x8000; push 0x0b; push 0x1100; retfq */
  GUEST_CODE_BYTES(g, "\x6a\x13\x68\x00\x80\x00\x00\x6a\x0b\x68\x00\x11\x00\x00\x48\xcb");
  guest_put(g, 0x1100, "\x90\xf4", 2);
  guest_run(g);
  const struct guest_event *seen = guest_event(g, GUEST_WITNESSED, 0);
  assert_int_equal(seen->rip, 0x1100);
  assert_int_equal(seen->count, 5);
  assert_int_equal(g->cpu.cpl, 3);
  assert_int_equal(g->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].selector, 0x0b);
  assert_int_equal(g->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].selector, 0x13);
}

static void native_swapgs_uses_the_clients_msr(void **state) {
  struct guest *g = *state;
  g->instruction = native;
  guest_start(g, GUEST_64, 0);
  g->cpu.msr[RS_MSR_INDEX(RS_KERNEL_GS_BASE)] = 0x12345678;
  g->cpu.segment[RS_SEGMENT_INDEX(RS_GS)].base = 0x9abc;
  GUEST_CODE_BYTES(g, "\x0f\x01\xf8\xf4");
  guest_run(g);
  assert_int_equal(g->cpu.segment[RS_SEGMENT_INDEX(RS_GS)].base, 0x12345678);
  assert_int_equal(g->cpu.msr[RS_MSR_INDEX(RS_KERNEL_GS_BASE)], 0x9abc);
}

static enum engine_next set_ac(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  g->number = g->translations;
  g->cpu.rflags |= RFLAGS_AC;
  return guest_skip(g, instruction);
}

static void with_smap_a_change_of_ac_asks_for_translations_anew(void **state) {
  struct guest *g = *state;
  g->instruction = set_ac;
  for (unsigned smap = 0; smap <= 1; smap++) {
    guest_start(g, GUEST_64, 0);
    g->cpu.cr4 |= smap ? CR4_SMAP : 0;
    g->cpu.general[3] = 0x20000;
    GUEST_CODE_BYTES(g, "\x8a\x03\x0f\x01\xcb\x8a\x03\xf4"); /* mov al, [rbx]; stac; mov al, [rbx]; hlt */
    guest_run(g);
    assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->operation, RS_OP_STAC);
    assert_int_equal(g->translations > g->number, smap);
  }
}

static enum engine_next switch_mode(struct guest *g, const struct rs_instruction *instruction) {
  struct rs_segment *cs = &g->cpu.segment[RS_SEGMENT_INDEX(RS_CS)];
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  cs->attributes ^= SEGMENT_L | SEGMENT_DB;
  engine_changed(g->engine, ENGINE_SEGMENTS);
  return guest_skip(g, instruction);
}

static void the_client_switches_between_64_bit_and_compatibility_mode(void **state) {
  struct guest *g = *state;
  g->instruction = switch_mode;
  guest_start(g, GUEST_64, 3);
  /* int 0x80; inc eax, inc eax -- or two REX prefixes, then nop; int 0x80; 48 FF C0 inc rax; hlt */
  GUEST_CODE_BYTES(g, "\xcd\x80\x40\x40\x90\xcd\x80\x48\xff\xc0\xf4");
  g->cpu.general[0] = UINT32_MAX - 1;
  guest_run(g);
  assert_int_equal(g->cpu.general[0], 1);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 2)->count, 6);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_kernel_page_in_the_tlb_does_not_open_it_to_the_user),
    CLAIM(the_rings_do_not_share_their_translations),
    CLAIM(a_sensitive_instruction_is_told_in_each_ring),
    CLAIM(an_instruction_that_the_library_cuts_short_is_told_whole),
    CLAIM(native_cli_faults_by_privilege_and_iopl),
    CLAIM(a_native_instruction_is_witnessed_with_its_result),
    CLAIM(a_native_far_jump_enters_code_of_another_base_and_size),
    CLAIM(a_native_far_return_changes_the_ring),
    CLAIM(native_swapgs_uses_the_clients_msr),
    CLAIM(with_smap_a_change_of_ac_asks_for_translations_anew),
    CLAIM(the_client_switches_between_64_bit_and_compatibility_mode),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
