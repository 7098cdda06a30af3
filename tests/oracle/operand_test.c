/* Memory operands against the oracle: every type of segment, around every limit, in every mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/perform.h"
#include "oracle/operand_oracle.h"
#include "oracle/stage.h"

enum { LENGTH = 4 };

struct subject {
  struct stage *stage;
  struct oracle_operand o;
  enum rs_register reg;
};

/* Instructions that do nothing but read or write so many bytes: LFS finds a null selector. */
static const struct means {
  enum rs_operation operation;
  uint8_t operand_size;
  bool is_write, is_64_bit, outside_64_bit;
  unsigned size;
} means[] = {
  { RS_OP_LOAD_FAR_POINTER, 2, false, false, true, 4 },
  { RS_OP_LOAD_FAR_POINTER, 4, false, false, true, 6 },
  { RS_OP_VERR, 2, false, true, false, 2 },
  { RS_OP_SMSW, 2, true, true, true, 2 },
  { RS_OP_SGDT, 4, true, false, true, 6 },
  { RS_OP_SGDT, 8, true, true, false, 10 },
};

static void disagree(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  const struct oracle_operand *o = &s->o;
  fail_msg("%s is %llx, the oracle says %llx: mode %d real %d %s write %d usable %d type %u B %d limit %x "
           "base %llx offset %llx size %u",
           what, (unsigned long long)said, (unsigned long long)expected, (int)o->mode, o->is_real,
           rs_register_name(s->reg), o->is_write, o->usable, o->segment.type, o->segment.db, o->segment.limit,
           (unsigned long long)o->base, (unsigned long long)o->offset, o->size);
}

static void equal(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  if (said != expected) disagree(s, what, said, expected);
}

static void load_register(struct subject *s) {
  struct rs_segment *segment = &s->stage->cpu.segment[RS_SEGMENT_INDEX(s->reg)];
  segment->base = s->o.base;
  segment->limit = s->o.segment.limit;
  segment->attributes = SEGMENT_P | s->o.segment.type | (s->o.segment.db ? SEGMENT_DB : 0);
  if (!s->o.usable) segment->attributes = SEGMENT_UNUSABLE;
}

/* Where the operand was found: the address of the step that read or wrote it. */
static uint64_t operand_address(const struct rs_transition *t) {
  for (unsigned i = 0; i < t->step_count; i++) {
    const struct rs_step *step = &t->step[i];
    if (step->kind == RS_STEP_CHECK || step->id == RS_ITEM_REGISTER || step->id == RS_ITEM_PAGE_ENTRY)
      continue;
    return step->kind == RS_STEP_READ ? step->read.linear : step->write.linear;
  }
  return 0;
}

static void perform(struct subject *s, const struct means *by) {
  const struct rs_instruction instruction = { .operation = by->operation,
                                              .length = LENGTH,
                                              .operand_size = by->operand_size,
                                              .address_size = s->o.mode == ORACLE_64_BIT ? 8 : 4,
                                              .has_modrm = true,
                                              .memory = true,
                                              .segment = (uint8_t)RS_SEGMENT_INDEX(s->reg),
                                              .reg = RS_RBX - RS_RAX,
                                              .base = RS_RAX - RS_RAX,
                                              .index = RS_NO_INDEX,
                                              .loaded_segment = RS_SEGMENT_INDEX(RS_FS) };
  s->stage->cpu.general[RS_RAX - RS_RAX] = s->o.offset;
  instruction_perform(&s->stage->cpu, &s->stage->memory, &instruction, &s->stage->out);
  s->stage->cases++;
}

static void judge(struct subject *s) {
  const struct rs_transition *t = &s->stage->out;
  load_register(s);
  for (unsigned i = 0; i < sizeof means / sizeof *means; i++) {
    if (s->o.mode == ORACLE_64_BIT ? !means[i].is_64_bit : !means[i].outside_64_bit) continue;
    s->o.is_write = means[i].is_write;
    s->o.size = means[i].size;
    struct oracle_refusal expected = oracle_operand(&s->o);
    perform(s, &means[i]);
    equal(s, "the outcome", t->outcome, expected.vector ? RS_FAULTED : RS_COMPLETED);
    if (expected.vector) {
      equal(s, "the vector", t->fault.vector, expected.vector);
      equal(s, "the error code", t->fault.error_code, expected.error_code);
    } else {
      equal(s, "the linear address", operand_address(t), oracle_operand_linear(&s->o));
    }
  }
}

/* Offsets around 0, the limit, 64 KiB and 4 GiB; the base leads each of them to the same zeros. */
static void every_offset(struct subject *s) {
  static const uint64_t ends[] = { 0, 0x1000, 0xffff, 0x10000, UINT32_MAX };
  for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++)
    for (int beside = -12; beside <= 12; beside++) {
      s->o.offset = (uint32_t)(ends[i] + (uint64_t)(int64_t)beside);
      s->o.base = (uint32_t)(STAGE_DATA - s->o.offset);
      judge(s);
    }
}

static void every_segment(struct subject *s) {
  static const uint32_t limits[] = { 0, 0xfff, 0x1000, 0xfffe, 0xffff, 0x10000, 0xfffffffe, 0xffffffff };
  bool typed = !s->o.is_real && s->o.mode != ORACLE_VIRTUAL_8086;
  for (uint8_t type = typed ? 16 : 19; type < (typed ? 32 : 20); type++)
    for (unsigned n = 0; n < 2 * 2 * 8; n++) {
      s->o.segment = (struct oracle_descriptor){ .type = type, .db = n & 1, .limit = limits[n / 4] };
      s->o.usable = n & 2 || !typed;
      every_offset(s);
    }
}

typedef void judged(struct subject *s);

static void every_register(struct stage *stage, enum oracle_mode mode, bool is_real, judged *next) {
  struct subject s = { .stage = stage };
  for (s.reg = RS_ES; s.reg <= RS_GS; s.reg++) {
    if (s.reg == RS_CS) continue; /* its attributes decide the mode */
    stage_enter(stage, mode, mode == ORACLE_VIRTUAL_8086 ? 3 : 0, RS_CPU_INTEL);
    if (is_real) stage->cpu.cr0 &= ~CR0_PE;
    s.o = (struct oracle_operand){ .mode = mode,
                                   .is_real = is_real,
                                   .is_stack = s.reg == RS_SS,
                                   .is_based = s.reg == RS_FS || s.reg == RS_GS };
    next(&s);
  }
}

static void operands_within_their_segments(void **state) {
  every_register(*state, ORACLE_PROTECTED, true, every_segment);
  every_register(*state, ORACLE_VIRTUAL_8086, false, every_segment);
  every_register(*state, ORACLE_PROTECTED, false, every_segment);
  every_register(*state, ORACLE_COMPATIBILITY, false, every_segment);
}

/* In 64-bit mode nothing of a segment counts but the bases of FS and GS. */
static void every_canonical_end(struct subject *s) {
  static const uint64_t ends[] = { 0, UINT64_C(0x800000000000), UINT64_C(0xffff800000000000) };
  static const uint64_t bases[] = { 0, 0x10000, UINT64_C(0x7fffffff0000), UINT64_C(0xffff800000000000) };
  for (unsigned n = 0; n < 64 * 3 * 4; n++)
    for (int beside = -12; beside <= 12; beside++) {
      s->o.segment = (struct oracle_descriptor){ .type = 16 + n % 16, .db = n / 16 & 1 };
      s->o.usable = n / 32 & 1;
      s->o.base = bases[n / 64 % 4];
      s->o.offset = ends[n / 256] + (uint64_t)(int64_t)beside - (s->o.is_based ? s->o.base : 0);
      judge(s);
    }
}

static void operands_of_64_bit_mode_are_canonical(void **state) {
  every_register(*state, ORACLE_64_BIT, false, every_canonical_end);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(operands_within_their_segments),
    STAGE_CLAIM(operands_of_64_bit_mode_are_canonical),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
