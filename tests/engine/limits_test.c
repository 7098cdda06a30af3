/* Outside 64-bit mode plain instructions are held to the limit and the type of the segments that they go
 * through [SDM3 "Limit Checking"], [SDM3 "Type Checking"]; flat ones let everything pass. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

enum { ES, CS, SS, DS, FS, GS };
enum { BASE = 0x30000, LIMIT = 0x7f };
enum { WRITABLE = SEGMENT_P | SEGMENT_S | SEGMENT_WRITABLE | SEGMENT_DB | SEGMENT_DPL };

static void limit(struct guest *g, unsigned segment, uint32_t attributes) {
  g->cpu.segment[segment] = (struct rs_segment){
    .selector = 0x33, .attributes = (uint16_t)attributes, .limit = LIMIT, .base = BASE
  };
}

/* Runs one instruction, then HLT; what it raised, NULL for nothing. */
static const struct engine_exception *run(struct guest *g, const char *code, size_t size) {
  guest_put(g, GUEST_CODE, code, size);
  guest_put(g, GUEST_CODE + size, "\xf4", 1);
  guest_run(g);
  if (!guest_count(g, GUEST_EXCEPTION)) return NULL;
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE);
  return &guest_event(g, GUEST_EXCEPTION, 0)->exception;
}

static void expect(const struct engine_exception *x, uint8_t vector, unsigned segment, uint64_t offset,
                   unsigned size, enum access_kind kind) {
  assert_non_null(x);
  assert_int_equal(x->vector, vector);
  assert_true(x->has_error_code);
  assert_int_equal(x->error_code, 0);
  assert_int_equal(x->segment, segment);
  assert_int_equal(x->linear, offset);
  assert_int_equal(x->size, size);
  assert_int_equal(x->kind, kind);
}

static const struct limits_case {
  const char *code;
  uint8_t length, segment, size;
  bool writes;
} cases[] = {
  { "\x8a\x07", 2, DS, 1, false },      /* mov al, [edi] */
  { "\x66\x8b\x07", 3, DS, 2, false },  /* mov ax, [edi] */
  { "\x8b\x07", 2, DS, 4, false },      /* mov eax, [edi] */
  { "\x89\x07", 2, DS, 4, true },       /* mov [edi], eax */
  { "\x26\x89\x07", 3, ES, 4, true },   /* mov es:[edi], eax */
  { "\x64\x8b\x07", 3, FS, 4, false },  /* mov eax, fs:[edi] */
  { "\x65\x8b\x07", 3, GS, 4, false },  /* mov eax, gs:[edi] */
  { "\x36\x8b\x07", 3, SS, 4, false },  /* mov eax, ss:[edi] */
  { "\x8b\x45\x00", 3, SS, 4, false },  /* mov eax, [ebp] */
  { "\x01\x07", 2, DS, 4, true },       /* add [edi], eax */
  { "\x39\x07", 2, DS, 4, false },      /* cmp [edi], eax */
  { "\x85\x07", 2, DS, 4, false },      /* test [edi], eax */
  { "\xff\x07", 2, DS, 4, true },       /* inc dword [edi] */
  { "\xf7\x27", 2, DS, 4, false },      /* mul dword [edi] */
  { "\xd3\x07", 2, DS, 4, true },       /* rol dword [edi], cl */
  { "\x0f\xb1\x07", 3, DS, 4, true },   /* cmpxchg [edi], eax */
  { "\x0f\xc7\x0f", 3, DS, 8, true },   /* cmpxchg8b [edi] */
  { "\x0f\xa3\x07", 3, DS, 4, false },  /* bt [edi], eax */
  { "\x0f\xab\x07", 3, DS, 4, true },   /* bts [edi], eax */
  { "\x86\x07", 2, DS, 1, true },       /* xchg [edi], al */
  { "\x0f\x94\x07", 3, DS, 1, true },   /* sete [edi] */
  { "\x62\x07", 2, DS, 8, false },      /* bound eax, [edi] */
  { "\xd7", 1, DS, 1, false },          /* xlat: EBX is EDI */
  { "\xaa", 1, ES, 1, true },           /* stosb */
  { "\xab", 1, ES, 4, true },           /* stosd */
  { "\xaf", 1, ES, 4, false },          /* scasd */
  { "\xac", 1, DS, 1, false },          /* lodsb: ESI is EDI */
  { "\xd9\x07", 2, DS, 4, false },      /* fld dword [edi] */
  { "\xdd\x1f", 2, DS, 8, true },       /* fstp qword [edi] */
  { "\xdb\x3f", 2, DS, 10, true },      /* fstp tbyte [edi] */
  { "\xd9\x3f", 2, DS, 2, true },       /* fnstcw [edi] */
  { "\xd9\x27", 2, DS, 28, false },     /* fldenv [edi] */
  { "\xdd\x37", 2, DS, 108, true },     /* fnsave [edi] */
  { "\x0f\xae\x1f", 3, DS, 4, true },   /* stmxcsr [edi] */
  { "\x0f\x10\x07", 3, DS, 16, false }, /* movups xmm0, [edi] */
  { "\x0f\x11\x07", 3, DS, 16, true },  /* movups [edi], xmm0 */
  { "\xff\x37", 2, DS, 4, false },      /* push dword [edi] */
  { "\x8f\x07", 2, DS, 4, true },       /* pop dword [edi] */
};

static void start(struct guest *g, const struct limits_case *c, uint32_t attributes, uint32_t offset) {
  guest_start(g, GUEST_32, 3);
  g->cpu.cr4 |= CR4_OSFXSR;
  limit(g, c->segment, attributes);
  g->cpu.general[0] = 0;
  g->cpu.general[3] = g->cpu.general[5] = g->cpu.general[6] = g->cpu.general[7] = offset;
  if (c->segment != SS) return;
  g->cpu.general[4] = 0x40;
}

static void each_access_is_held_to_its_limit_by_its_last_byte(void **state) {
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct limits_case *c = &cases[i];
    uint32_t last = LIMIT - c->size + 1u;
    start(g, c, WRITABLE, last);
    if (run(g, c->code, c->length)) fail_msg("case %zu within the limit", i);
    start(g, c, WRITABLE, last + 1);
    const struct engine_exception *x = run(g, c->code, c->length);
    if (!x) fail_msg("case %zu beyond the limit", i);
    expect(x, c->segment == SS ? VECTOR_SS : VECTOR_GP, c->segment, last + 1, c->size,
           c->writes ? ACCESS_WRITE : ACCESS_READ);
  }
}

static void a_read_only_segment_refuses_what_writes(void **state) {
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct limits_case *c = &cases[i];
    if (c->segment == SS) continue;
    start(g, c, WRITABLE & ~(uint32_t)SEGMENT_WRITABLE, 0);
    if (!run(g, c->code, c->length) == c->writes) fail_msg("case %zu", i);
  }
}

static void a_null_segment_refuses_everything(void **state) {
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct limits_case *c = &cases[i];
    start(g, c, SEGMENT_UNUSABLE, 0);
    if (!run(g, c->code, c->length)) fail_msg("case %zu", i);
  }
}

static void an_expand_down_segment_begins_above_its_limit(void **state) {
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct limits_case *c = &cases[i];
    if (c->segment == SS) continue;
    start(g, c, WRITABLE | SEGMENT_EXPAND_DOWN, LIMIT + 1);
    if (run(g, c->code, c->length)) fail_msg("case %zu above", i);
    start(g, c, WRITABLE | SEGMENT_EXPAND_DOWN, LIMIT);
    if (!run(g, c->code, c->length)) fail_msg("case %zu below", i);
  }
}

static void what_only_computes_an_address_accesses_nothing(void **state) {
  static const struct limits_case none[] = {
    { "\x8d\x07", 2, DS, 0, false },         /* lea eax, [edi] */
    { "\x0f\x1f\x07", 3, DS, 0, false },     /* nop dword [edi] */
    { "\x2e\x0f\x1f\x07", 4, DS, 0, false }, /* nop dword cs:[edi] */
    { "\x0f\x18\x07", 3, DS, 0, false },     /* prefetchnta [edi] */
    { "\xf3\xab", 2, ES, 0, false },         /* rep stosd, ECX being zero */
  };
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    start(g, &none[i], SEGMENT_UNUSABLE, 0x1000);
    g->cpu.general[1] = 0;
    if (run(g, none[i].code, none[i].length)) fail_msg("case %zu", i);
  }
}

static void code_can_be_read_where_it_says_so_and_never_written(void **state) {
  struct guest *g = *state;
  for (unsigned readable = 0; readable < 2; readable++) {
    for (unsigned writes = 0; writes < 2; writes++) {
      guest_start(g, GUEST_32, 3);
      uint16_t *attributes = &g->cpu.segment[CS].attributes;
      *attributes = (uint16_t)((*attributes & ~SEGMENT_READABLE) | (readable ? SEGMENT_READABLE : 0));
      g->cpu.general[7] = BASE;
      const struct engine_exception *x = run(g, writes ? "\x2e\x89\x07" : "\x2e\x8b\x07", 3);
      assert_int_equal(x == NULL, readable && !writes);
      if (x) expect(x, VECTOR_GP, CS, BASE, 4, writes ? ACCESS_WRITE : ACCESS_READ);
    }
  }
}

static void the_bits_number_moves_the_operand(void **state) {
  struct guest *g = *state;
  const struct limits_case bt = { "\x0f\xa3\x07", 3, DS, 4, false };
  for (int bit = -64; bit < 64; bit++) {
    start(g, &bt, WRITABLE, 0x7c - 4);
    g->cpu.general[0] = (uint32_t)bit;
    const struct engine_exception *x = run(g, bt.code, bt.length);
    assert_int_equal(x == NULL, bit < 64 && bit / 32 * 4 + 0x78 <= 0x7c);
  }
}

static void the_stack_is_held_to_its_limit(void **state) {
  static const struct {
    const char *code;
    uint8_t length, size;
    bool below;
  } row[] = {
    { "\x50", 1, 4, true },                 /* push eax */
    { "\x66\x50", 2, 2, true },             /* push ax */
    { "\x6a\x01", 2, 4, true },             /* push 1 */
    { "\x68\x01\x00\x00\x00", 5, 4, true }, /* push 1 */
    { "\x06", 1, 4, true },                 /* push es */
    { "\x60", 1, 32, true },                /* pusha */
    { "\xe8\x00\x00\x00\x00", 5, 4, true }, /* call */
    { "\xc8\x00\x00\x00", 4, 4, true },     /* enter 0, 0 */
    { "\x58", 1, 4, false },                /* pop eax */
    { "\x61", 1, 32, false },               /* popa */
    { "\xc9", 1, 4, false },                /* leave */
  };
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    for (unsigned wrong = 0; wrong < 2; wrong++) {
      guest_start(g, GUEST_32, 3);
      limit(g, SS, WRITABLE);
      uint32_t at = row[i].below ? LIMIT + 1u + wrong : LIMIT + 1u - row[i].size + wrong;
      uint32_t first = row[i].below ? at - row[i].size : at;
      g->cpu.general[4] = g->cpu.general[5] = at;
      const struct engine_exception *x = run(g, row[i].code, row[i].length);
      if (!x != !wrong) fail_msg("row %zu, wrong %u", i, wrong);
      if (x) expect(x, VECTOR_SS, SS, first, row[i].size, row[i].below ? ACCESS_WRITE : ACCESS_READ);
    }
  }
}

static void a_string_stops_at_the_repetition_that_is_refused(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_32, 3);
  limit(g, ES, WRITABLE);
  g->cpu.general[1] = 8;
  g->cpu.general[7] = LIMIT + 1 - 3 * 4;
  expect(run(g, "\xf3\xab", 2), VECTOR_GP, ES, LIMIT + 1, 4, ACCESS_WRITE);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rcx, 5);
}

static void a_real_mode_word_does_not_cross_64_kib(void **state) {
  struct guest *g = *state;
  for (unsigned v86 = 0; v86 < 2; v86++) {
    for (unsigned offset = 0xfffd; offset <= 0xffff; offset++) {
      guest_start(g, v86 ? GUEST_V86 : GUEST_REAL, v86 ? 3 : 0);
      g->cpu.general[3] = g->cpu.general[5] = offset;
      const struct engine_exception *x = run(g, "\x8b\x07", 2); /* mov ax, [bx] */
      if (offset == 0xffff)
        expect(x, VECTOR_GP, DS, 0xffff, 2, ACCESS_READ);
      else
        assert_null(x);
      guest_start(g, v86 ? GUEST_V86 : GUEST_REAL, v86 ? 3 : 0);
      g->cpu.general[5] = offset;
      x = run(g, "\x8b\x46\x00", 3); /* mov ax, [bp] */
      if (offset == 0xffff)
        expect(x, VECTOR_SS, SS, 0xffff, 2, ACCESS_READ);
      else
        assert_null(x);
    }
  }
}

static void code_is_fetched_within_its_limit(void **state) {
  struct guest *g = *state;
  for (unsigned over = 0; over < 3; over++) {
    guest_start(g, GUEST_32, 3);
    GUEST_CODE_BYTES(g, "\x90\x66\x90\xf4"); /* nop; xchg ax, ax; hlt */
    g->cpu.segment[CS].limit = GUEST_CODE + 3 - over;
    guest_run(g);
    assert_int_equal(guest_count(g, GUEST_EXCEPTION), over > 0);
    if (!over) continue;
    const struct guest_event *event = guest_event(g, GUEST_EXCEPTION, 0);
    uint64_t at = GUEST_CODE + (over == 1 ? 3 : 1);
    assert_int_equal(event->rip, at);
    expect(&event->exception, VECTOR_GP, CS, at, over == 1 ? 1 : 2, ACCESS_FETCH);
  }
}

static void a_branch_out_of_the_code_segment_faults_itself(void **state) {
  static const struct {
    const char *code;
    uint8_t length;
  } row[] = {
    { "\xe9\xfb\x0f\x00\x00", 5 },     /* jmp GUEST_CODE + 0x1000 */
    { "\xe8\xfb\x0f\x00\x00", 5 },     /* call GUEST_CODE + 0x1000 */
    { "\x0f\x84\xfa\x0f\x00\x00", 6 }, /* jz GUEST_CODE + 0x1000 */
    { "\xff\xe0", 2 },                 /* jmp eax */
    { "\xff\xd0", 2 },                 /* call eax */
    { "\xc3", 1 },                     /* ret */
  };
  struct guest *g = *state;
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    guest_start(g, GUEST_32, 3);
    g->cpu.rflags |= RFLAGS_ZF;
    g->cpu.general[0] = GUEST_CODE + 0x1000;
    g->cpu.segment[CS].limit = GUEST_CODE + 0xfff;
    guest_put(g, GUEST_DATA, "\x00\x20\x00\x00", 4);
    uint64_t begun = engine_instructions(g->engine);
    const struct engine_exception *x = run(g, row[i].code, row[i].length);
    expect(x, VECTOR_GP, CS, GUEST_CODE + 0x1000, 2, ACCESS_FETCH);
    assert_int_equal(g->cpu.general[4], GUEST_DATA);
    assert_int_equal(engine_instructions(g->engine), begun);
  }
}

/* The same block, flat and not: each time as the segments are then. */
static void a_segment_that_changes_is_seen_at_once(void **state) {
  struct guest *g = *state;
  for (unsigned round = 0; round < 6; round++) {
    guest_start(g, GUEST_32, 3);
    if (round % 2) limit(g, DS, WRITABLE);
    g->cpu.general[7] = 0x8000;
    assert_int_equal(run(g, "\x8b\x07", 2) != NULL, round % 2);
  }
}

static enum engine_next limit_then_flat(struct guest *g, const struct rs_instruction *instruction) {
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  if (instruction->operation == RS_OP_MOV_TO_SEGMENT) {
    g->cpu.segment[DS].limit = g->cpu.general[0] ? 0x7f : UINT32_MAX;
    engine_changed(g->engine, ENGINE_SEGMENTS);
  }
  return guest_skip(g, instruction);
}

static void a_load_within_a_loop_counts_for_what_follows(void **state) {
  struct guest *g = *state;
  g->instruction = limit_then_flat;
  guest_start(g, GUEST_32, 3);
  /* L: mov ds, eax; mov edx, [edi]; cmp ecx, 2; sete al; dec ecx; jnz L; hlt */
  GUEST_CODE_BYTES(g, "\x8e\xd8\x8b\x17\x83\xf9\x02\x0f\x94\xc0\x49\x75\xf3\xf4");
  g->cpu.general[0] = 0;
  g->cpu.general[1] = 5;
  g->cpu.general[7] = 0x8000;
  uint64_t begun = engine_instructions(g->engine);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rip, GUEST_CODE + 2);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->rcx, 1);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->count - begun, 4 * 6 + 1);
}

static void sixty_four_bit_mode_checks_nothing(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    g->cpu.segment[i].limit = 0;
  g->cpu.segment[DS].attributes = SEGMENT_UNUSABLE;
  g->cpu.general[7] = 0x8000;
  assert_null(run(g, "\x8b\x07", 2));
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(each_access_is_held_to_its_limit_by_its_last_byte),
    CLAIM(a_read_only_segment_refuses_what_writes),
    CLAIM(a_null_segment_refuses_everything),
    CLAIM(an_expand_down_segment_begins_above_its_limit),
    CLAIM(what_only_computes_an_address_accesses_nothing),
    CLAIM(code_can_be_read_where_it_says_so_and_never_written),
    CLAIM(the_bits_number_moves_the_operand),
    CLAIM(the_stack_is_held_to_its_limit),
    CLAIM(a_string_stops_at_the_repetition_that_is_refused),
    CLAIM(a_real_mode_word_does_not_cross_64_kib),
    CLAIM(code_is_fetched_within_its_limit),
    CLAIM(a_branch_out_of_the_code_segment_faults_itself),
    CLAIM(a_segment_that_changes_is_seen_at_once),
    CLAIM(a_load_within_a_loop_counts_for_what_follows),
    CLAIM(sixty_four_bit_mode_checks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
