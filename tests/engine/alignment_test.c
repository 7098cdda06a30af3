/* In ring 3, with CR0.AM and RFLAGS.AC, plain instructions raise #AC before they access what is not aligned
 * as its type wants [SDM3 "Interrupt 17—Alignment Check Exception (#AC)"]. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

enum { DATA = 0x30000 };

static enum engine_next go_past(struct guest *g, const struct engine_exception *exception) {
  assert_int_equal(exception->vector, VECTOR_AC);
  assert_true(exception->has_error_code);
  assert_int_equal(exception->error_code, 0);
  g->cpu.rip = g->number;
  return ENGINE_RESUME;
}

static void start(struct guest *g, enum guest_mode mode) {
  g->exception = go_past;
  guest_start(g, mode, 3);
  g->cpu.cr0 |= CR0_AM;
  g->cpu.cr4 |= CR4_OSFXSR;
  g->cpu.rflags |= RFLAGS_AC;
}

/* Runs one instruction, then HLT; whether it raised #AC. */
static bool refused(struct guest *g, const char *code, size_t size) {
  guest_put(g, GUEST_CODE, code, size);
  guest_put(g, GUEST_CODE + size, "\xf4", 1);
  g->number = GUEST_CODE + size;
  guest_run(g);
  unsigned count = guest_count(g, GUEST_EXCEPTION);
  assert_true(count <= 1);
  if (count) assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE);
  return count;
}

static const struct alignment_case {
  const char *code;
  uint8_t length, alignment;
} cases_64[] = {
  { "\x8a\x07", 2, 1 },                         /* mov al, [rdi] */
  { "\x66\x8b\x07", 3, 2 },                     /* mov ax, [rdi] */
  { "\x8b\x07", 2, 4 },                         /* mov eax, [rdi] */
  { "\x48\x8b\x07", 3, 8 },                     /* mov rax, [rdi] */
  { "\x48\x89\x47\x10", 4, 8 },                 /* mov [rdi + 16], rax */
  { "\x48\x89\x04\x3d\x00\x00\x00\x00", 8, 8 }, /* mov [rdi * 1 + 0], rax */
  { "\x0f\xb7\x07", 3, 2 },                     /* movzx eax, word [rdi] */
  { "\x01\x07", 2, 4 },                         /* add [rdi], eax */
  { "\xf0\x48\x0f\xb1\x07", 5, 8 },             /* lock cmpxchg [rdi], rax */
  { "\x0f\xc7\x0f", 3, 8 },                     /* cmpxchg8b [rdi] */
  { "\x0f\xa3\x07", 3, 4 },                     /* bt [rdi], eax */
  { "\x8d\x07", 2, 1 },                         /* lea eax, [rdi] */
  { "\x0f\x1f\x07", 3, 1 },                     /* nop dword [rdi] */
  { "\xa5", 1, 4 },                             /* movsd: from the aligned RSI */
  { "\x48\xab", 2, 8 },                         /* stosq */
  { "\x66\xaf", 2, 2 },                         /* scasw */
  { "\xaa", 1, 1 },                             /* stosb */
  { "\xff\x37", 2, 8 },                         /* push qword [rdi] */
  { "\x8f\x07", 2, 8 },                         /* pop qword [rdi] */
  { "\xd9\x07", 2, 4 },                         /* fld dword [rdi] */
  { "\xdd\x07", 2, 8 },                         /* fld qword [rdi] */
  { "\xdb\x2f", 2, 8 },                         /* fld tbyte [rdi] */
  { "\xdf\x3f", 2, 8 },                         /* fistp qword [rdi] */
  { "\xd9\x2f", 2, 2 },                         /* fldcw [rdi] */
  { "\xd9\x37", 2, 4 },                         /* fnstenv [rdi] */
  { "\x66\xd9\x37", 3, 2 },                     /* the same, 16-bit */
  { "\xdd\x37", 2, 4 },                         /* fnsave [rdi] */
  { "\x0f\xae\x1f", 3, 4 },                     /* stmxcsr [rdi] */
  { "\xf3\x0f\x10\x07", 4, 4 },                 /* movss xmm0, [rdi] */
  { "\xf2\x0f\x11\x07", 4, 8 },                 /* movsd [rdi], xmm0 */
  { "\x0f\x10\x07", 3, 1 },                     /* movups xmm0, [rdi] */
};

static void each_type_has_its_own_alignment(void **state) {
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof cases_64 / sizeof *cases_64; i++) {
    const struct alignment_case *c = &cases_64[i];
    for (unsigned at = 0; at < 8; at++) {
      start(g, GUEST_64);
      g->cpu.general[6] = DATA + 0x1000;
      g->cpu.general[7] = DATA + at;
      bool expected = at % c->alignment != 0;
      if (refused(g, c->code, c->length) != expected) fail_msg("case %zu at %u", i, at);
      if (!expected) continue;
      const struct engine_exception *x = &guest_event(g, GUEST_EXCEPTION, 0)->exception;
      assert_int_equal(x->alignment, c->alignment);
      assert_int_equal(x->linear & ~UINT64_C(0x1f), DATA);
    }
  }
}

static void the_stack_wants_the_alignment_of_its_words(void **state) {
  static const struct {
    const char *code;
    uint8_t length, in_64, in_32;
  } row[] = {
    { "\x50", 1, 8, 4 },                 /* push */
    { "\x58", 1, 8, 4 },                 /* pop */
    { "\x66\x50", 2, 2, 2 },             /* push ax */
    { "\x6a\x01", 2, 8, 4 },             /* push 1 */
    { "\xe8\x00\x00\x00\x00", 5, 8, 4 }, /* call */
    { "\xc8\x08\x00\x00", 4, 8, 4 },     /* enter 8, 0 */
    { "\xc9", 1, 8, 4 },                 /* leave */
  };
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    for (unsigned at = 0; at < 8; at++) {
      start(g, GUEST_64);
      g->cpu.general[4] = g->cpu.general[5] = GUEST_DATA - 64 + at;
      assert_int_equal(refused(g, row[i].code, row[i].length), at % row[i].in_64 != 0);
      start(g, GUEST_32);
      g->cpu.general[4] = g->cpu.general[5] = GUEST_DATA - 64 + at;
      assert_int_equal(refused(g, row[i].code, row[i].length), at % row[i].in_32 != 0);
    }
  }
}

static void it_takes_ring_3_and_both_bits(void **state) {
  struct guest *g = *state;
  for (unsigned bits = 0; bits < 8; bits++) {
    for (unsigned round = 0; round < 2; round++) {
      start(g, GUEST_64);
      guest_start(g, GUEST_64, bits & 1 ? 3 : 0);
      g->cpu.cr0 = bits & 2 ? g->cpu.cr0 | CR0_AM : g->cpu.cr0 & ~CR0_AM;
      g->cpu.rflags = bits & 4 ? g->cpu.rflags | RFLAGS_AC : g->cpu.rflags & ~RFLAGS_AC;
      g->cpu.general[7] = DATA + 1;
      assert_int_equal(refused(g, "\x8b\x07", 2), bits == 7);
    }
  }
}

static void the_linear_address_counts(void **state) {
  struct guest *g = *state;
  for (enum guest_mode mode = GUEST_COMPAT; mode <= GUEST_32; mode++) {
    for (unsigned base = 0; base < 2; base++) {
      start(g, mode);
      g->cpu.segment[RS_SEGMENT_INDEX(RS_DS)].base = 0x102 * base;
      g->cpu.general[7] = 0x5002;
      assert_int_equal(refused(g, "\x8b\x07", 2), !base);
    }
  }
  start(g, GUEST_64);
  g->cpu.segment[RS_SEGMENT_INDEX(RS_FS)].base = 1;
  g->cpu.general[7] = DATA;
  assert_true(refused(g, "\x64\x8b\x07", 3));
}

static void a_string_instruction_of_no_repetition_accesses_nothing(void **state) {
  struct guest *g = *state;
  for (unsigned count = 0; count < 2; count++) {
    start(g, GUEST_64);
    g->cpu.general[1] = count;
    g->cpu.general[7] = DATA + 1;
    assert_int_equal(refused(g, "\xf3\xab", 2), count);
  }
}

static void a_loop_is_refused_where_it_first_goes_wrong(void **state) {
  struct guest *g = *state;
  start(g, GUEST_64);
  /* L: mov eax, [rdi]; add rdi, rcx; dec ecx; jnz L; hlt */
  GUEST_CODE_BYTES(g, "\x8b\x07\x48\x01\xcf\xff\xc9\x75\xf7\xf4");
  g->cpu.general[1] = 8;
  g->cpu.general[7] = DATA;
  g->number = GUEST_CODE + 9;
  uint64_t begun = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rcx, 6);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.linear, DATA + 15);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->count - begun, 8);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(each_type_has_its_own_alignment),
    CLAIM(the_stack_wants_the_alignment_of_its_words),
    CLAIM(it_takes_ring_3_and_both_bits),
    CLAIM(the_linear_address_counts),
    CLAIM(a_string_instruction_of_no_repetition_accesses_nothing),
    CLAIM(a_loop_is_refused_where_it_first_goes_wrong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
