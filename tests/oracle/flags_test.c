/* POPF and IRET against the oracle: every flag by itself, from every ring, IOPL, mode and operand size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/perform.h"
#include "oracle/flags_oracle.h"
#include "oracle/stage.h"

struct subject {
  struct stage *stage;
  struct oracle_flags q;
};

static void disagree(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  fail_msg("%s is %llx, the oracle says %llx: IRET %d size %u mode %d CPL %u old %llx popped %llx", what,
           (unsigned long long)said, (unsigned long long)expected, s->q.is_iret, s->q.size, (int)s->q.mode,
           s->q.cpl, (unsigned long long)s->q.old, (unsigned long long)s->q.popped);
}

static void equal(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  if (said != expected) disagree(s, what, said, expected);
}

/* What POPF pops, or IP, CS, flags, SP and SS for IRET; the words above are zeros. */
static void write_frame(struct subject *s) {
  struct rs_cpu *cpu = &s->stage->cpu;
  unsigned at = STAGE_STACK - 0x100, size = s->q.size;
  uint64_t popped = s->q.popped & UINT64_MAX >> (64 - 8 * size);
  const uint64_t frame[] = { STAGE_CODE, cpu->segment[RS_SEGMENT_INDEX(RS_CS)].selector, popped, STAGE_STACK,
                             cpu->segment[RS_SEGMENT_INDEX(RS_SS)].selector };
  for (unsigned i = 0; i < 5; i++)
    stage_write(s->stage, at + size * i, size, s->q.is_iret ? frame[i] : popped);
  cpu->general[RS_RSP - RS_RAX] = at;
}

static void judge(struct subject *s) {
  const struct rs_instruction instruction = { .operation = s->q.is_iret ? RS_OP_IRET : RS_OP_POPF,
                                              .length = 1,
                                              .operand_size = (uint8_t)s->q.size };
  const struct rs_transition *t = &s->stage->out;
  uint64_t expected;
  write_frame(s);
  s->stage->cpu.rflags = s->q.old;
  instruction_perform(&s->stage->cpu, &s->stage->memory, &instruction, &s->stage->out);
  s->stage->cases++;
  bool allowed = oracle_flags_after(&s->q, &expected);
  equal(s, "the outcome", t->outcome, allowed ? RS_COMPLETED : RS_FAULTED);
  if (allowed) {
    equal(s, "the flags", t->after.rflags, expected);
    return;
  }
  equal(s, "the vector", t->fault.vector, VECTOR_GP);
  equal(s, "the error code", t->fault.error_code, 0);
}

/* No flag, all flags, each flag alone, all but each flag. */
static void every_popped(struct subject *s) {
  s->q.popped = 0;
  judge(s);
  s->q.popped = UINT64_MAX;
  judge(s);
  for (unsigned a = 0; a < 64; a++)
    for (unsigned b = a; b < 64; b++) {
      s->q.popped = UINT64_C(1) << a | UINT64_C(1) << b;
      judge(s);
      s->q.popped = ~s->q.popped;
      judge(s);
    }
}

/* NT set before an IRET asks for another task, or for #GP: not a matter of flags. */
static void every_old(struct subject *s, unsigned iopl) {
  uint64_t fixed = RFLAGS_FIXED | (uint64_t)iopl << RFLAGS_IOPL_SHIFT;
  uint64_t free = RFLAGS_DEFINED & ~(RFLAGS_IOPL | RFLAGS_VM | (s->q.is_iret ? RFLAGS_NT : 0));
  if (s->q.mode == ORACLE_FLAGS_V86) fixed |= RFLAGS_VM;
  for (unsigned ones = 0; ones < 2; ones++) {
    s->q.old = fixed | (ones ? free : 0);
    every_popped(s);
  }
}

static void enter(struct subject *s, enum oracle_flags_mode mode, enum oracle_mode stage_mode) {
  stage_enter(s->stage, stage_mode, s->q.cpl, RS_CPU_INTEL);
  s->q.mode = mode;
  if (mode != ORACLE_FLAGS_REAL) return;
  s->stage->cpu.cr0 &= ~CR0_PE;
  s->stage->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].selector = 0;
}

static void every_state(struct subject *s, enum oracle_flags_mode mode, enum oracle_mode stage_mode) {
  for (s->q.cpl = 0; s->q.cpl < 4; s->q.cpl++) {
    if (!stage_has_ring(stage_mode, s->q.cpl) || (mode == ORACLE_FLAGS_REAL && s->q.cpl > 0)) continue;
    enter(s, mode, stage_mode);
    for (unsigned iopl = 0; iopl < 4; iopl++)
      for (s->q.size = 2; s->q.size <= (stage_mode == ORACLE_64_BIT ? 8 : 4); s->q.size *= 2)
        every_old(s, iopl);
  }
}

static void every_mode(struct stage *stage, bool is_iret) {
  struct subject s = { .stage = stage, .q.is_iret = is_iret };
  every_state(&s, ORACLE_FLAGS_REAL, ORACLE_PROTECTED);
  every_state(&s, ORACLE_FLAGS_V86, ORACLE_VIRTUAL_8086);
  every_state(&s, ORACLE_FLAGS_PROTECTED, ORACLE_PROTECTED);
  every_state(&s, ORACLE_FLAGS_LONG, ORACLE_COMPATIBILITY);
  every_state(&s, ORACLE_FLAGS_LONG, ORACLE_64_BIT);
}

static void popf_changes_the_flags_that_its_table_says(void **state) {
  every_mode(*state, false);
}

static void iret_changes_the_flags_that_the_ring_may(void **state) {
  every_mode(*state, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(popf_changes_the_flags_that_its_table_says),
    STAGE_CLAIM(iret_changes_the_flags_that_the_ring_may),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
