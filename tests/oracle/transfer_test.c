/* Far JMP and far CALL against the oracle: every descriptor that a pointer names, every code segment behind a
 * call gate, every stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arch/perform.h"
#include "oracle/stage.h"
#include "oracle/transfer_oracle.h"

enum { NAMED = 0x10, CODE = 0x20, STACK = 0x30, LENGTH = 7 };

struct subject {
  struct stage *stage;
  struct oracle_transfer t;
};

/* --- The two sides --- */

static void disagree(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  const struct oracle_transfer *t = &s->t;
  fail_msg("%s is %llx, the oracle says %llx: mode %d CPL %u call %d size %u pointer %x:%llx, type %u DPL %u "
           "P %d L "
           "%d D %d; gate to %x:%llx with %u, type %u DPL %u P %d L %d D %d; TSS limit %x 16-bit %d SS "
           "%x:%llx type "
           "%u DPL %u P %d B %d; SP %llx",
           what, (unsigned long long)said, (unsigned long long)expected, (int)t->mode, t->cpl, t->is_call,
           t->size, t->selector, (unsigned long long)t->offset, t->named.type, t->named.dpl, t->named.present,
           t->named.l, t->named.db, t->gate.selector, (unsigned long long)t->gate.offset, t->gate.parameters,
           t->code.type, t->code.dpl, t->code.present, t->code.l, t->code.db, t->tss.limit, t->tss.is_16_bit,
           t->tss.ss, (unsigned long long)t->tss.stack.pointer, t->tss.stack.segment.type,
           t->tss.stack.segment.dpl, t->tss.stack.segment.present, t->tss.stack.segment.db,
           (unsigned long long)t->current.pointer);
}

static void equal(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  if (said != expected) disagree(s, what, said, expected);
}

static bool names_gate(const struct oracle_transfer *t) {
  return t->named.type == ORACLE_CALL_GATE || t->named.type == ORACLE_CALL_GATE_16 ||
         t->named.type == ORACLE_TASK_GATE;
}

/* [SDM3 "Call Gates"], [SDM3 "IA-32e Mode Call Gates"] */
static void write_named(struct subject *s) {
  const struct oracle_transfer *t = &s->t;
  uint16_t place = (uint16_t)(NAMED | (t->selector & 4));
  unsigned at = (oracle_selector_is_local(place) ? STAGE_LDT : STAGE_GDT) + NAMED;
  if (!names_gate(t)) {
    stage_describe(s->stage, place, &t->named);
    return;
  }
  uint64_t offset = t->gate.offset, low = (offset & 0xffff) | (offset & 0xffff0000) << 32;
  low |= (uint64_t)t->gate.selector << 16 | (uint64_t)t->gate.parameters << 32 |
         (uint64_t)(t->named.type | t->named.dpl << 5 | t->named.present << 7) << 40;
  stage_write(s->stage, at, 8, low);
  stage_write(s->stage, at + 8, 8, oracle_is_long(t->mode) ? offset >> 32 : 0);
}

/* All but the one stack in the TSS is of a kind that cannot be used. */
static void write_tss(struct subject *s) {
  const struct oracle_tss *tss = &s->t.tss;
  unsigned ring = s->t.code.dpl, size = tss->is_16_bit ? 2 : 4;
  unsigned at = STAGE_TSS + (tss->is_16_bit ? 2 + 4 * ring : 4 + 8 * ring);
  memset(s->stage->ram + STAGE_TSS, 0xf8, 0x68);
  s->stage->cpu.tr.attributes = SEGMENT_P | (tss->is_16_bit ? 3 : 11);
  s->stage->cpu.tr.limit = tss->limit;
  if (oracle_is_long(s->t.mode)) {
    stage_write(s->stage, STAGE_TSS + 4 + 8 * ring, 8, tss->stack.pointer);
    return;
  }
  stage_write(s->stage, at, size, tss->stack.pointer);
  stage_write(s->stage, at + size, 2, tss->ss);
}

static void write_stage(struct subject *s) {
  const struct oracle_transfer *t = &s->t;
  stage_tables(s->stage, &t->tables);
  write_named(s);
  stage_describe(s->stage, (uint16_t)(CODE | (t->gate.selector & 4)), &t->code);
  stage_describe(s->stage, (uint16_t)(STACK | (t->tss.ss & 4)), &t->tss.stack.segment);
  write_tss(s);
  stage_write(s->stage, STAGE_DATA, t->size, t->offset);
  stage_write(s->stage, STAGE_DATA + t->size, 2, t->selector);
  s->stage->cpu.general[RS_RSP - RS_RAX] = t->current.pointer;
}

static unsigned pushed_bytes(const struct stage *s) {
  return stage_written(s, RS_ITEM_PUSHED_SS) + stage_written(s, RS_ITEM_PUSHED_SP) +
         stage_written(s, RS_ITEM_PUSHED_CS) + stage_written(s, RS_ITEM_PUSHED_IP) +
         stage_written(s, RS_ITEM_PUSHED_PARAMETER);
}

static uint16_t expected_stack(const struct subject *s, const struct oracle_transferred *expected) {
  if (!expected->inward) return s->stage->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].selector;
  return oracle_is_long(s->t.mode) ? (uint16_t)expected->ring : s->t.tss.ss;
}

static void compare_completed(const struct subject *s, const struct oracle_transferred *expected) {
  const struct rs_cpu *after = &s->stage->out.after;
  uint16_t code = oracle_is_code(&s->t.named) ? s->t.selector : s->t.gate.selector;
  equal(s, "the ring", after->cpl, expected->ring);
  equal(s, "CS", after->segment[RS_SEGMENT_INDEX(RS_CS)].selector, (code & ~3U) | expected->ring);
  equal(s, "RIP", after->rip, expected->target);
  equal(s, "SS", after->segment[RS_SEGMENT_INDEX(RS_SS)].selector, expected_stack(s, expected));
  equal(s, "the stack pointer", after->general[RS_RSP - RS_RAX], expected->pointer);
  equal(s, "the bytes pushed", pushed_bytes(s->stage), expected->words * expected->size);
}

static void compare(const struct subject *s, const struct oracle_transferred *expected) {
  const struct rs_transition *t = &s->stage->out;
  if (expected->switches_task) {
    equal(s, "finding the task", stage_passed(s->stage, RS_CHECK_TSS_PRESENT), true);
    return;
  }
  equal(s, "the outcome", t->outcome, expected->refusal.vector ? RS_FAULTED : RS_COMPLETED);
  if (!expected->refusal.vector) {
    compare_completed(s, expected);
    return;
  }
  equal(s, "the vector", t->fault.vector, expected->refusal.vector);
  equal(s, "the error code", t->fault.error_code, expected->refusal.error_code);
}

static void judge(struct subject *s) {
  const struct rs_instruction instruction = { .operation = s->t.is_call ? RS_OP_FAR_CALL : RS_OP_FAR_JMP,
                                              .length = LENGTH,
                                              .operand_size = (uint8_t)s->t.size,
                                              .address_size = s->t.mode == ORACLE_64_BIT ? 8 : 4,
                                              .has_modrm = true,
                                              .memory = true,
                                              .segment = RS_SEGMENT_INDEX(RS_DS),
                                              .base = RS_NO_INDEX,
                                              .index = RS_NO_INDEX,
                                              .displacement = STAGE_DATA };
  struct oracle_transferred expected = oracle_transfer(&s->t);
  write_stage(s);
  instruction_perform(&s->stage->cpu, &s->stage->memory, &instruction, &s->stage->out);
  s->stage->cases++;
  compare(s, &expected);
}

/* --- The enumerations --- */

typedef void judged(struct subject *s);

/* A pointer to code of the same ring, and behind a gate such code, too, with a good stack for it. */
static void begin(struct subject *s, enum oracle_mode mode, unsigned cpl) {
  bool wide = oracle_is_long(mode);
  const struct oracle_descriptor code = { 27, (uint8_t)cpl, true, wide, !wide, UINT32_MAX },
                                 data = { 19, (uint8_t)cpl, true, false, true, UINT32_MAX };
  stage_enter(s->stage, mode, cpl, RS_CPU_INTEL);
  s->t = (struct oracle_transfer){
    .mode = mode,
    .cpl = cpl,
    .selector = (uint16_t)(NAMED | cpl),
    .offset = STAGE_CODE + 0x100,
    .tables = { STAGE_TABLE_LIMIT, STAGE_TABLE_LIMIT, true },
    .named = code,
    .gate = { (uint16_t)(CODE | cpl), STAGE_CODE + 0x200, 0 },
    .code = code,
    .tss = { false, STAGE_TSS_SELECTOR, 0x67, (uint16_t)(STACK | cpl), { STAGE_INNER, data } },
    .current = { STAGE_STACK, data },
  };
}

static void every_width(struct subject *s, judged *next) {
  const struct oracle_transfer base = s->t;
  unsigned widest = base.mode == ORACLE_64_BIT ? 8 : 4;
  for (unsigned size = 2; size <= widest; size *= 2)
    for (unsigned call = 0; call < 2; call++) {
      s->t = base;
      s->t.size = size;
      s->t.is_call = call;
      next(s);
    }
}

static void every_mode(struct stage *stage, judged *next) {
  struct subject s = { .stage = stage };
  for (enum oracle_mode mode = ORACLE_PROTECTED; mode <= ORACLE_64_BIT; mode++)
    for (unsigned cpl = 0; cpl < 4 && mode != ORACLE_VIRTUAL_8086; cpl++) {
      begin(&s, mode, cpl);
      every_width(&s, next);
    }
}

static void every_named(struct subject *s) {
  for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++)
    for (s->t.selector = NAMED; s->t.selector < NAMED + 8; s->t.selector++) {
      s->t.named = stage_descriptor(n);
      judge(s);
    }
}

static void pointers_to_every_descriptor(void **state) {
  every_mode(*state, every_named);
}

static void fit_stack(struct subject *s) {
  s->t.tss.ss = (uint16_t)(STACK | s->t.code.dpl);
  s->t.tss.stack.segment.dpl = s->t.code.dpl;
}

static void every_gate_type(struct subject *s, judged *next) {
  static const uint8_t types[] = { ORACLE_CALL_GATE_16, ORACLE_TASK_GATE, ORACLE_CALL_GATE };
  for (unsigned i = 0; i < 3; i++) {
    s->t.named = (struct oracle_descriptor){ .type = types[i], .dpl = 3, .present = true };
    next(s);
  }
}

static void every_code_behind_gate(struct subject *s) {
  for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++)
    for (s->t.gate.selector = CODE; s->t.gate.selector < CODE + 8; s->t.gate.selector++) {
      s->t.code = stage_descriptor(n);
      fit_stack(s);
      every_gate_type(s, judge);
    }
}

static void gates_to_every_descriptor(void **state) {
  every_mode(*state, every_code_behind_gate);
}

/* Null, and around the limits of the tables: of the pointer's selector, and of the gate's. */
static void every_place_of(struct subject *s, uint16_t *selector, uint16_t there, judged *next) {
  const struct oracle_transfer base = s->t;
  for (*selector = 0; *selector < 4; (*selector)++)
    next(s);
  for (unsigned limit = there; limit < there + 24U; limit++)
    for (*selector = there; *selector < there + 8; (*selector)++) {
      bool local = oracle_selector_is_local(*selector);
      s->t.tables = local ? (struct oracle_tables){ 0xff, limit, limit % 2 }
                          : (struct oracle_tables){ limit, 0xff, true };
      next(s);
    }
  s->t = base;
}

static void every_place(struct subject *s) {
  s->t.named.dpl = 3;
  every_place_of(s, &s->t.selector, NAMED, judge);
  for (unsigned ring = 0; ring <= s->t.cpl; ring++) {
    s->t.code.dpl = (uint8_t)ring;
    fit_stack(s);
    for (unsigned i = 0; i < 2; i++) {
      s->t.named = (struct oracle_descriptor){ .type = i ? 12 : 4, .dpl = 3, .present = true };
      every_place_of(s, &s->t.selector, NAMED, judge);
      every_place_of(s, &s->t.gate.selector, CODE, judge);
    }
  }
}

static void selectors_in_every_place(void **state) {
  every_mode(*state, every_place);
}

/* --- Stacks behind gates --- */

static void every_tss_width(struct subject *s) {
  for (unsigned width = 0; width < 2; width++) {
    s->t.tss.is_16_bit = width;
    if (s->t.named.type != ORACLE_TASK_GATE) judge(s);
  }
}

static void every_inner_ring(struct subject *s, judged *next) {
  const struct oracle_transfer base = s->t;
  for (unsigned ring = 0; ring <= s->t.cpl; ring++) {
    s->t = base;
    s->t.code.dpl = (uint8_t)ring;
    fit_stack(s);
    next(s);
  }
}

static void every_stack_of_ring(struct subject *s) {
  for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++)
    for (s->t.tss.ss = STACK; s->t.tss.ss < STACK + 8; s->t.tss.ss++) {
      s->t.tss.stack.segment = stage_descriptor(n);
      if (oracle_is_expand_down(&s->t.tss.stack.segment)) s->t.tss.stack.segment.limit = 0xfff;
      every_gate_type(s, every_tss_width);
    }
}

static void every_stack(struct subject *s) {
  if (s->t.size == 4 && !oracle_is_long(s->t.mode)) every_inner_ring(s, every_stack_of_ring);
}

static void gates_to_every_stack(void **state) {
  every_mode(*state, every_stack);
}

/* Every count of parameters, every limit of the TSS, and pointers around the lower end of the stack. */
static void every_frame_of_ring(struct subject *s) {
  for (s->t.gate.parameters = 0; s->t.gate.parameters < 32; s->t.gate.parameters++)
    for (unsigned pointer = 0; pointer < 160; pointer++) {
      s->t.tss.stack.pointer = 0x10000 + pointer;
      s->t.tss.stack.segment.db = pointer % 2 || s->t.tss.is_16_bit;
      s->t.tss.stack.segment.limit = 0xffff;
      every_gate_type(s, every_tss_width);
    }
  s->t.tss.stack.pointer = STAGE_INNER;
  s->t.gate.parameters = 0;
  for (s->t.tss.limit = 0; s->t.tss.limit < 0x40; s->t.tss.limit++)
    every_gate_type(s, every_tss_width);
}

static void every_frame(struct subject *s) {
  if (s->t.size == 4) every_inner_ring(s, every_frame_of_ring);
}

static void frames_of_every_size_fit_or_do_not(void **state) {
  every_mode(*state, every_frame);
}

/* --- Targets, and stack pointers of long mode --- */

static void every_target(struct subject *s) {
  static const uint64_t addresses[] = { 0,
                                        0x10,
                                        0x1000,
                                        0x1001,
                                        0xffff,
                                        UINT64_C(0x10000fff),
                                        UINT64_C(0xffffffff),
                                        UINT64_C(0x7fffffffffff),
                                        UINT64_C(0x800000000000),
                                        UINT64_C(0xffff7fffffffffff),
                                        UINT64_C(0xffff800000000000),
                                        UINT64_C(0xffffffffffffffff) };
  uint64_t mask = oracle_is_long(s->t.mode) ? UINT64_MAX : UINT32_MAX;
  const struct oracle_descriptor named = s->t.named;
  s->t.code.limit = 0x1000;
  for (unsigned i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    s->t.named = named;
    s->t.named.limit = 0x1000;
    s->t.offset = addresses[i] & UINT64_MAX >> (64 - 8 * s->t.size);
    judge(s);
    s->t.gate.offset = addresses[i] & mask;
    if (oracle_is_long(s->t.mode))
      s->t.tss.stack.pointer = addresses[sizeof addresses / sizeof *addresses - 1 - i];
    every_gate_type(s, judge);
  }
}

static void every_target_of_ring(struct subject *s) {
  every_inner_ring(s, every_target);
}

static void targets_at_every_end_of_their_segment(void **state) {
  every_mode(*state, every_target_of_ring);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(pointers_to_every_descriptor),       STAGE_CLAIM(gates_to_every_descriptor),
    STAGE_CLAIM(selectors_in_every_place),           STAGE_CLAIM(gates_to_every_stack),
    STAGE_CLAIM(frames_of_every_size_fit_or_do_not), STAGE_CLAIM(targets_at_every_end_of_their_segment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
