/* Far RET and IRET against the oracle: every code and stack segment, to every ring, in every mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/perform.h"
#include "oracle/segment_oracle.h"
#include "oracle/stage.h"

enum { CODE = 0x10, STACK = 0x20, POPPED_POINTER = 0x9000 };

struct subject {
  struct stage *stage;
  struct oracle_return r;
  unsigned size; /* of the operands */
};

/* --- The two sides --- */

static void disagree(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  const struct oracle_lookup *code = &s->r.code, *stack = &s->r.stack;
  fail_msg(
      "%s is %llx, the oracle says %llx: IRET %d size %u mode %d CPL %u; CS %x type %u DPL %u P %d L %d D "
      "%d, IP %llx; SS %x type %u DPL %u P %d",
      what, (unsigned long long)said, (unsigned long long)expected, s->r.is_iret, s->size, (int)code->mode,
      code->cpl, code->selector, code->found.type, code->found.dpl, code->found.present, code->found.l,
      code->found.db, (unsigned long long)s->r.ip, stack->selector, stack->found.type, stack->found.dpl,
      stack->found.present);
}

static void equal(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  if (said != expected) disagree(s, what, said, expected);
}

/* The popped words: IP, CS, flags for IRET, SP, SS. */
static unsigned write_frame(struct subject *s) {
  const uint64_t frame[] = { s->r.ip, s->r.code.selector, RFLAGS_FIXED, POPPED_POINTER, s->r.stack.selector };
  unsigned at = STAGE_STACK - 0x100, words = 0;
  for (unsigned i = 0; i < 5; i++) {
    if (i == 2 && !s->r.is_iret) continue;
    stage_write(s->stage, at + s->size * words++, s->size, frame[i]);
  }
  s->stage->cpu.general[RS_RSP - RS_RAX] = at;
  return at;
}

static void compare_completed(const struct subject *s, const struct oracle_returned *expected,
                              uint64_t frame) {
  const struct rs_transition *t = &s->stage->out;
  const struct rs_cpu *after = &t->after;
  unsigned popped = s->size * (s->r.is_iret ? 3 : 2);
  bool outward = expected->ring > s->r.code.cpl;
  equal(s, "the ring", after->cpl, expected->ring);
  equal(s, "RIP", after->rip, s->r.ip);
  equal(s, "CS", after->segment[RS_SEGMENT_INDEX(RS_CS)].selector, s->r.code.selector);
  equal(s, "SS", after->segment[RS_SEGMENT_INDEX(RS_SS)].selector,
        expected->pops_stack ? s->r.stack.selector : t->before.segment[RS_SEGMENT_INDEX(RS_SS)].selector);
  equal(s, "the stack pointer", after->general[RS_RSP - RS_RAX],
        expected->pops_stack ? POPPED_POINTER : frame + popped);
  equal(s, "nulled data segments", oracle_selector_is_null(after->segment[RS_SEGMENT_INDEX(RS_DS)].selector),
        outward);
}

static void judge(struct subject *s) {
  const struct rs_instruction instruction = { .operation = s->r.is_iret ? RS_OP_IRET : RS_OP_FAR_RET,
                                              .length = 1,
                                              .operand_size = (uint8_t)s->size };
  struct oracle_returned expected = oracle_return(&s->r);
  const struct rs_transition *t = &s->stage->out;
  uint64_t frame = write_frame(s);
  instruction_perform(&s->stage->cpu, &s->stage->memory, &instruction, &s->stage->out);
  s->stage->cases++;
  equal(s, "the outcome", t->outcome, expected.refusal.vector ? RS_FAULTED : RS_COMPLETED);
  if (!expected.refusal.vector) {
    compare_completed(s, &expected, frame);
    return;
  }
  equal(s, "the vector", t->fault.vector, expected.refusal.vector);
  equal(s, "the error code", t->fault.error_code, expected.refusal.error_code);
}

/* --- The enumerations --- */

typedef void judged(struct subject *s);

static void every_width(struct subject *s, judged *next) {
  unsigned widest = s->r.code.mode == ORACLE_64_BIT ? 8 : 4;
  for (s->size = 2; s->size <= widest; s->size *= 2)
    for (unsigned iret = 0; iret < 2; iret++) {
      s->r.is_iret = iret;
      next(s);
    }
}

static void begin(struct subject *s, enum oracle_mode mode, unsigned cpl) {
  static const struct oracle_tables tables = { STAGE_TABLE_LIMIT, STAGE_TABLE_LIMIT, true };
  stage_enter(s->stage, mode, cpl, RS_CPU_INTEL);
  s->r = (struct oracle_return){
    .code = { mode, cpl, CODE, tables, { 27, 0, true, false, true, UINT32_MAX }, 0, false },
    .stack = { mode, cpl, STACK, tables, { 19, 0, true, false, true, UINT32_MAX }, 0, false },
    .ip = STAGE_CODE,
  };
}

static void every_mode(struct stage *stage, judged *next) {
  struct subject s = { .stage = stage };
  for (enum oracle_mode mode = ORACLE_PROTECTED; mode <= ORACLE_64_BIT; mode++)
    for (unsigned cpl = 0; cpl < 4 && mode != ORACLE_VIRTUAL_8086; cpl++) {
      begin(&s, mode, cpl);
      every_width(&s, next);
    }
}

/* What the selectors lead to, and a stack that fits the ring of the code. */
static void place(struct subject *s) {
  stage_describe(s->stage, (uint16_t)(CODE | (s->r.code.selector & 4)), &s->r.code.found);
  stage_describe(s->stage, (uint16_t)(STACK | (s->r.stack.selector & 4)), &s->r.stack.found);
}

static void fit_stack(struct subject *s) {
  unsigned ring = oracle_rpl(s->r.code.selector);
  s->r.stack.selector = (uint16_t)(STACK | ring);
  s->r.stack.found = (struct oracle_descriptor){ 19, (uint8_t)ring, true, false, true, UINT32_MAX };
}

static void every_code(struct subject *s) {
  for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++)
    for (s->r.code.selector = CODE; s->r.code.selector < CODE + 8; s->r.code.selector++) {
      s->r.code.found = stage_descriptor(n);
      fit_stack(s);
      place(s);
      judge(s);
    }
}

static void code_of_every_descriptor(void **state) {
  every_mode(*state, every_code);
}

/* The n-th selector: null with each RPL, then of GDT and LDT with each RPL. */
static uint16_t stack_selector(unsigned n) {
  return (uint16_t)(n < 4 ? n : STACK + n - 4);
}

/* Returns to good code of each ring, 64-bit or not, on each stack; null ones have no descriptor to vary. */
static void every_stack(struct subject *s) {
  for (unsigned code = 0; code < 8; code++)
    for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++)
      for (unsigned selector = n ? 4 : 0; selector < 12; selector++) {
        bool l = code & 4;
        s->r.code.selector = (uint16_t)(CODE | (code & 3));
        s->r.code.found = (struct oracle_descriptor){ 27, code & 3, true, l, !l, UINT32_MAX };
        s->r.stack.selector = stack_selector(selector);
        s->r.stack.found = stage_descriptor(n);
        place(s);
        judge(s);
      }
}

static void stacks_of_every_descriptor(void **state) {
  every_mode(*state, every_stack);
}

/* Null, around the limits of the tables, with and without an LDT. */
static void every_place(struct subject *s) {
  for (s->r.code.selector = 0; s->r.code.selector < 4; s->r.code.selector++)
    judge(s);
  for (unsigned limit = CODE; limit < STACK + 16; limit++)
    for (unsigned n = 0; n < 32; n++) {
      struct oracle_tables tables = { 0xff, 0xff, n & 16 };
      unsigned rpl = n & 3;
      s->r.code.selector = (uint16_t)(CODE | (n & 4) | rpl);
      s->r.code.found = (struct oracle_descriptor){ 27, (uint8_t)rpl, true, false, true, UINT32_MAX };
      fit_stack(s);
      s->r.stack.selector |= n >> 1 & 4;
      if (limit % 2)
        tables.gdt_limit = limit;
      else
        tables.ldt_limit = limit;
      s->r.code.tables = s->r.stack.tables = tables;
      stage_tables(s->stage, &tables);
      place(s);
      judge(s);
    }
}

static void segments_in_every_place(void **state) {
  every_mode(*state, every_place);
}

static void every_target(struct subject *s) {
  static const uint64_t targets[] = { 0,
                                      0x1000,
                                      0x1001,
                                      UINT64_C(0xffffffff),
                                      UINT64_C(0x7fffffffffff),
                                      UINT64_C(0x800000000000),
                                      UINT64_C(0xffff7fffffffffff),
                                      UINT64_C(0xffff800000000000) };
  for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++)
    for (unsigned n = 0; n < 8; n++) {
      bool l = n & 4;
      s->r.ip = targets[i] & UINT64_MAX >> (64 - 8 * s->size);
      s->r.code.selector = (uint16_t)(CODE | (n & 3));
      s->r.code.found = (struct oracle_descriptor){ 27, n & 3, true, l, !l, 0x1000 };
      fit_stack(s);
      place(s);
      judge(s);
    }
}

static void targets_at_every_end_of_their_segment(void **state) {
  every_mode(*state, every_target);
}

/* [SDM2 "RET"]: what an outer ring finds in ES, DS, FS and GS, by what the inner one has there. */
static bool goes_outward(const struct oracle_descriptor *d, unsigned ring) {
  return d->dpl >= ring || d->type >= ORACLE_CONFORMING;
}

static void compare_carried(const struct subject *s, const struct oracle_descriptor *d) {
  static const enum rs_register registers[] = { RS_ES, RS_DS, RS_FS, RS_GS };
  bool kept =
      goes_outward(d, oracle_rpl(s->r.code.selector)) || oracle_rpl(s->r.code.selector) == s->r.code.cpl;
  for (unsigned i = 0; i < 4; i++) {
    const struct rs_segment *after = &s->stage->out.after.segment[RS_SEGMENT_INDEX(registers[i])];
    equal(s, "a carried selector", after->selector, kept ? STAGE_SS(0) : 0);
    equal(s, "its usability", !(after->attributes & SEGMENT_UNUSABLE), kept);
  }
}

static void carry(struct subject *s, const struct oracle_descriptor *d) {
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    struct rs_segment *segment = &s->stage->cpu.segment[i];
    if (i == RS_SEGMENT_INDEX(RS_CS) || i == RS_SEGMENT_INDEX(RS_SS)) continue;
    segment->selector = STAGE_SS(0);
    segment->attributes = SEGMENT_P | d->type | (unsigned)d->dpl << SEGMENT_DPL_SHIFT;
  }
}

static void every_carried(struct subject *s) {
  const struct rs_instruction instruction = { .operation = s->r.is_iret ? RS_OP_IRET : RS_OP_FAR_RET,
                                              .length = 1,
                                              .operand_size = (uint8_t)s->size };
  for (unsigned n = 0; n < 16 * 4 * 4; n++) {
    const struct oracle_descriptor d = { .type = 16 + n % 16, .dpl = n / 16 % 4 };
    unsigned ring = n / 64;
    if (ring < s->r.code.cpl) continue;
    s->r.code.selector = (uint16_t)(CODE | ring);
    s->r.code.found.dpl = (uint8_t)ring;
    fit_stack(s);
    place(s);
    carry(s, &d);
    write_frame(s);
    instruction_perform(&s->stage->cpu, &s->stage->memory, &instruction, &s->stage->out);
    compare_carried(s, &d);
    s->stage->cases++;
  }
}

static void data_segments_of_inner_rings_stay_there(void **state) {
  every_mode(*state, every_carried);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(data_segments_of_inner_rings_stay_there),
    STAGE_CLAIM(code_of_every_descriptor),
    STAGE_CLAIM(stacks_of_every_descriptor),
    STAGE_CLAIM(segments_in_every_place),
    STAGE_CLAIM(targets_at_every_end_of_their_segment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
