/* Loads and inspections of segments against the oracle: every descriptor by every selector from every ring.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/perform.h"
#include "oracle/segment_oracle.h"
#include "oracle/stage.h"

enum { SUBJECT = 0x10, LENGTH = 3, OLD_VALUE = 0x5aa5 };

struct subject {
  struct stage *stage;
  struct oracle_lookup lookup;
};

/* --- The two sides --- */

static void disagree(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  const struct oracle_lookup *l = &s->lookup;
  fail_msg(
      "%s: %s is %llx, the oracle says %llx: mode %d CPL %u selector %x; type %u DPL %u P %d L %d D %d; GDT "
      "limit %x LDT limit %x usable %d",
      rs_operation_name(s->stage->out.cause.instruction.operation), what, (unsigned long long)said,
      (unsigned long long)expected, (int)l->mode, l->cpl, l->selector, l->found.type, l->found.dpl,
      l->found.present, l->found.l, l->found.db, l->tables.gdt_limit, l->tables.ldt_limit,
      l->tables.ldt_usable);
}

static void equal(const struct subject *s, const char *what, uint64_t said, uint64_t expected) {
  if (said != expected) disagree(s, what, said, expected);
}

/* Performs an instruction whose operand, the selector, is in RAX. */
static const struct rs_transition *perform(struct subject *s, enum rs_operation operation, unsigned loaded) {
  const struct rs_instruction instruction = { .operation = operation,
                                              .length = LENGTH,
                                              .operand_size = 4,
                                              .has_modrm = true,
                                              .reg = RS_RBX - RS_RAX,
                                              .rm = RS_RAX - RS_RAX,
                                              .loaded_segment = (uint8_t)loaded };
  s->stage->cpu.general[RS_RAX - RS_RAX] = s->lookup.selector;
  s->stage->cpu.general[RS_RBX - RS_RAX] = OLD_VALUE;
  s->stage->cases++;
  instruction_perform(&s->stage->cpu, &s->stage->memory, &instruction, &s->stage->out);
  return &s->stage->out;
}

static void compare(const struct subject *s, struct oracle_refusal expected) {
  const struct rs_transition *t = &s->stage->out;
  equal(s, "the outcome", t->outcome, expected.vector ? RS_FAULTED : RS_COMPLETED);
  if (!expected.vector) {
    equal(s, "RIP", t->after.rip, t->before.rip + LENGTH);
    return;
  }
  equal(s, "the vector", t->fault.vector, expected.vector);
  equal(s, "the error code", t->fault.error_code, expected.error_code);
}

/* A register that was loaded with what the selector leads to. */
static void compare_loaded(const struct subject *s, const struct rs_segment *loaded) {
  const struct oracle_lookup *l = &s->lookup;
  bool null = oracle_selector_is_null(l->selector);
  equal(s, "the selector", loaded->selector, l->selector);
  equal(s, "usability", !(loaded->attributes & SEGMENT_UNUSABLE), !null);
  if (null) return;
  equal(s, "the limit", loaded->limit, l->found.limit);
  equal(s, "DPL", (loaded->attributes & SEGMENT_DPL) >> SEGMENT_DPL_SHIFT, l->found.dpl);
}

/* --- The lookups --- */

typedef void judge(struct subject *s);

static void every_mode(struct stage *stage, judge *judged) {
  struct subject s = { .stage = stage };
  for (enum oracle_mode mode = ORACLE_PROTECTED; mode <= ORACLE_64_BIT; mode++)
    for (unsigned cpl = 0; cpl < 4 && mode != ORACLE_VIRTUAL_8086; cpl++) {
      s.lookup = (struct oracle_lookup){ .mode = mode, .cpl = cpl, .tables = { 0xff, 0xff, true } };
      stage_enter(stage, mode, cpl, RS_CPU_INTEL);
      judged(&s);
    }
}

static void every_descriptor(struct subject *s, judge *judged) {
  for (unsigned n = 0; n < STAGE_DESCRIPTORS; n++)
    for (s->lookup.selector = SUBJECT; s->lookup.selector < SUBJECT + 8; s->lookup.selector++) {
      s->lookup.found = stage_descriptor(n);
      stage_describe(s->stage, s->lookup.selector, &s->lookup.found);
      judged(s);
    }
}

/* Null, and around the limits of the tables, of what would be good otherwise. */
static void every_place(struct subject *s, uint8_t type, judge *judged) {
  s->lookup.found = (struct oracle_descriptor){ type, (uint8_t)s->lookup.cpl, true, false, true, UINT32_MAX };
  stage_describe(s->stage, SUBJECT, &s->lookup.found);
  stage_describe(s->stage, SUBJECT | 4, &s->lookup.found);
  for (s->lookup.selector = 0; s->lookup.selector < 4; s->lookup.selector++)
    judged(s);
  for (unsigned limit = SUBJECT; limit < SUBJECT + 24; limit++)
    for (unsigned usable = 0; usable < 2; usable++)
      for (s->lookup.selector = SUBJECT; s->lookup.selector < SUBJECT + 8; s->lookup.selector++) {
        bool local = oracle_selector_is_local(s->lookup.selector);
        s->lookup.tables = (struct oracle_tables){ local ? 0xff : limit, local ? limit : 0xff, usable };
        stage_tables(s->stage, &s->lookup.tables);
        judged(s);
      }
}

/* --- Data and stack segments --- */

static void judge_data(struct subject *s) {
  static const enum rs_register registers[] = { RS_ES, RS_DS, RS_FS, RS_GS };
  struct oracle_refusal expected = oracle_load_data(&s->lookup);
  for (unsigned i = 0; i < 4; i++) {
    const struct rs_transition *t = perform(s, RS_OP_MOV_TO_SEGMENT, RS_SEGMENT_INDEX(registers[i]));
    bool marks = !oracle_selector_is_null(s->lookup.selector) && !oracle_is_accessed(&s->lookup.found);
    compare(s, expected);
    equal(s, "the bytes of the accessed bit", stage_written(s->stage, RS_ITEM_DESCRIPTOR_ACCESSED),
          !expected.vector && marks ? 4 : 0);
    if (!expected.vector) compare_loaded(s, &t->after.segment[RS_SEGMENT_INDEX(registers[i])]);
  }
}

static void data_in_every_mode(struct subject *s) {
  every_descriptor(s, judge_data);
  every_place(s, 18, judge_data);
}

static void data_segments_load_or_are_refused(void **state) {
  every_mode(*state, data_in_every_mode);
}

static void judge_stack(struct subject *s) {
  struct oracle_refusal expected = oracle_load_stack(&s->lookup);
  const struct rs_transition *t = perform(s, RS_OP_MOV_TO_SEGMENT, RS_SEGMENT_INDEX(RS_SS));
  compare(s, expected);
  if (expected.vector) return;
  compare_loaded(s, &t->after.segment[RS_SEGMENT_INDEX(RS_SS)]);
  equal(s, "the interrupt shadow", t->after.interrupt_shadow, RS_SHADOW_MOV_SS);
}

static void stacks_in_every_mode(struct subject *s) {
  every_descriptor(s, judge_stack);
  every_place(s, 18, judge_stack);
}

static void stack_segments_load_or_are_refused(void **state) {
  every_mode(*state, stacks_in_every_mode);
}

/* --- System segments --- */

static void judge_ldt(struct subject *s) {
  struct oracle_refusal expected = oracle_load_ldt(&s->lookup);
  const struct rs_transition *t = perform(s, RS_OP_LLDT, 0);
  compare(s, expected);
  if (!expected.vector) compare_loaded(s, &t->after.ldtr);
}

static void judge_task(struct subject *s) {
  struct oracle_refusal expected = oracle_load_task(&s->lookup);
  const struct rs_transition *t = perform(s, RS_OP_LTR, 0);
  compare(s, expected);
  equal(s, "the bytes of the busy bit", stage_written(s->stage, RS_ITEM_DESCRIPTOR_BUSY),
        expected.vector ? 0 : 4);
  if (expected.vector) return;
  compare_loaded(s, &t->after.tr);
  equal(s, "the type", t->after.tr.attributes & 15, s->lookup.found.type + 2U);
}

static void system_in_every_mode(struct subject *s) {
  every_descriptor(s, judge_ldt);
  every_place(s, 2, judge_ldt);
  s->lookup.tables = (struct oracle_tables){ 0xff, 0xff, true };
  stage_tables(s->stage, &s->lookup.tables);
  every_descriptor(s, judge_task);
  every_place(s, 9, judge_task);
}

static void system_segments_load_or_are_refused(void **state) {
  every_mode(*state, system_in_every_mode);
}

/* Each type that the second half may claim, and bases around the ends of what is canonical. */
static void every_upper_half(struct subject *s, uint8_t type, judge *judged) {
  static const uint32_t bases[] = { 0,          1,          0x7fff,     0x8000,     0xffff,     0x10000,
                                    0xffffff,   0x1000000,  0xfeffffff, 0xff000000, 0xffff0000, 0xffff7fff,
                                    0xffff8000, 0xffffffff, 0x7fffffff, 0x80000000 };
  s->lookup.selector = SUBJECT;
  s->lookup.found = (struct oracle_descriptor){ type, 0, true, false, false, UINT32_MAX };
  stage_describe(s->stage, SUBJECT, &s->lookup.found);
  for (unsigned i = 0; i < sizeof bases / sizeof *bases; i++)
    for (unsigned claimed = 0; claimed < 32; claimed++) {
      s->lookup.upper = bases[i] | (uint64_t)claimed << 40;
      stage_write(s->stage, STAGE_GDT + SUBJECT + 8, 8, s->lookup.upper);
      judged(s);
    }
}

static void upper_halves_in_every_mode(struct subject *s) {
  for (unsigned amd = 0; amd < 2; amd++) {
    stage_enter(s->stage, s->lookup.mode, s->lookup.cpl, amd ? RS_CPU_AMD : RS_CPU_INTEL);
    s->lookup.amd = amd;
    every_upper_half(s, 2, judge_ldt);
    every_upper_half(s, 9, judge_task);
  }
}

static void upper_halves_of_system_descriptors_are_good_or_refused(void **state) {
  every_mode(*state, upper_halves_in_every_mode);
}

/* --- Inspections --- */

/* [SDM2 "LAR"]: bytes 5 and 6 of the descriptor without the limit. */
static uint64_t access_rights(const struct oracle_descriptor *d) {
  return (uint64_t)d->type << 8 | (uint64_t)d->dpl << 13 | (uint64_t)d->present << 15 | (uint64_t)d->l << 21 |
         (uint64_t)d->db << 22 | 1 << 23;
}

static void judge_inspections(struct subject *s) {
  static const enum rs_operation operations[] = { RS_OP_LAR, RS_OP_LSL, RS_OP_VERR, RS_OP_VERW };
  const uint64_t answers[] = { access_rights(&s->lookup.found), UINT32_MAX, OLD_VALUE, OLD_VALUE };
  for (enum oracle_inspection what = ORACLE_LAR; what <= ORACLE_VERW; what++) {
    bool visible = oracle_inspect(what, &s->lookup);
    const struct rs_transition *t = perform(s, operations[what], 0);
    compare(s, (struct oracle_refusal){ 0, 0 });
    equal(s, "ZF", (t->after.rflags & RFLAGS_ZF) != 0, visible);
    equal(s, "the answer", t->after.general[RS_RBX - RS_RAX], visible ? answers[what] : OLD_VALUE);
  }
}

static void inspections_in_every_mode(struct subject *s) {
  every_descriptor(s, judge_inspections);
  every_place(s, 18, judge_inspections);
}

static void descriptors_show_themselves_or_do_not(void **state) {
  every_mode(*state, inspections_in_every_mode);
}

/* [SDM2 "ARPL"]: the higher of both RPLs, and ZF where it is the source's. */
static void rpl_is_raised_to_that_of_the_source(void **state) {
  struct subject s = { .stage = *state };
  for (unsigned cpl = 0; cpl < 4; cpl++)
    for (unsigned n = 0; n < 0x100; n++) {
      unsigned destination = n % 16, source = n / 16;
      bool raised = destination % 4 < source % 4;
      stage_enter(s.stage, ORACLE_PROTECTED, cpl, RS_CPU_INTEL);
      s.stage->cpu.general[RS_RAX - RS_RAX] = destination;
      s.stage->cpu.general[RS_RBX - RS_RAX] = source;
      const struct rs_instruction arpl = {
        .operation = RS_OP_ARPL, .length = 2, .operand_size = 2, .reg = RS_RBX - RS_RAX
      };
      instruction_perform(&s.stage->cpu, &s.stage->memory, &arpl, &s.stage->out);
      equal(&s, "ZF", (s.stage->out.after.rflags & RFLAGS_ZF) != 0, raised);
      equal(&s, "the selector", s.stage->out.after.general[RS_RAX - RS_RAX],
            raised ? destination / 4 * 4 + source % 4 : destination);
      s.stage->cases++;
    }
}

static void judge_undefined(struct subject *s) {
  static const enum rs_operation operations[] = { RS_OP_LAR,  RS_OP_LSL,  RS_OP_VERR, RS_OP_VERW, RS_OP_ARPL,
                                                  RS_OP_LLDT, RS_OP_SLDT, RS_OP_LTR,  RS_OP_STR };
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
    perform(s, operations[i], 0);
    compare(s, (struct oracle_refusal){ 6, 0 });
    equal(s, "having an error code", s->stage->out.fault.has_error_code, false);
  }
}

static void outside_protected_mode_they_are_undefined(void **state) {
  struct subject s = { .stage = *state };
  stage_enter(s.stage, ORACLE_VIRTUAL_8086, 3, RS_CPU_INTEL);
  judge_undefined(&s);
  stage_enter(s.stage, ORACLE_PROTECTED, 0, RS_CPU_INTEL);
  s.stage->cpu.cr0 &= ~CR0_PE;
  judge_undefined(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(data_segments_load_or_are_refused),
    STAGE_CLAIM(stack_segments_load_or_are_refused),
    STAGE_CLAIM(system_segments_load_or_are_refused),
    STAGE_CLAIM(upper_halves_of_system_descriptors_are_good_or_refused),
    STAGE_CLAIM(descriptors_show_themselves_or_do_not),
    STAGE_CLAIM(rpl_is_raised_to_that_of_the_source),
    STAGE_CLAIM(outside_protected_mode_they_are_undefined),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
