/* Makes the stage what the question says, performs the delivery, and holds it against the oracle's answer. */
#include "oracle/gate_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arch/perform.h"

/* IF, TF, NT, RF, AC, DF and the arithmetic flags. */
#define FLAGS (RFLAGS_DEFINED & ~(RFLAGS_VM | RFLAGS_VIF | RFLAGS_VIP | RFLAGS_IOPL))

enum { ERROR_CODE = 0x5678 };

/* --- The question --- */

void gate_ring(struct gate_subject *g, unsigned ring) {
  g->d.code.dpl = g->d.tss.stack.segment.dpl = (uint8_t)ring;
  g->d.tss.ss = (uint16_t)((g->d.tss.ss & ~3U) | ring);
}

void gate_begin(struct gate_subject *g, struct stage *stage, enum oracle_mode mode, unsigned cpl) {
  bool wide = oracle_is_long(mode);
  stage_enter(stage, mode, cpl, RS_CPU_INTEL);
  stage->cpu.rflags |= FLAGS;
  *g = (struct gate_subject){ .stage = stage };
  g->d = (struct oracle_delivery){
    .mode = mode,
    .source = ORACLE_SOFTWARE,
    .cpl = cpl,
    .vector = GATE_VECTOR,
    .flags = stage->cpu.rflags,
    .tables = { STAGE_TABLE_LIMIT, STAGE_TABLE_LIMIT, true },
    .idt_limit = 0xfff,
    .gate = { .type = 14, .dpl = 3, .present = true, .selector = GATE_CODE, .offset = STAGE_CODE },
    .code = { 26, 0, true, wide, !wide, UINT32_MAX },
    .tss = { false,
             STAGE_TSS_SELECTOR,
             0x67,
             GATE_STACK,
             { STAGE_INNER, { 18, 0, true, false, true, UINT32_MAX } } },
    .current = { STAGE_STACK, { 19, (uint8_t)cpl, true, false, true, UINT32_MAX } },
  };
}

void gate_every_mode(struct stage *stage, gate_judge *judge) {
  struct gate_subject g;
  for (enum oracle_mode mode = ORACLE_PROTECTED; mode <= ORACLE_64_BIT; mode++)
    for (unsigned cpl = 0; cpl < 4; cpl++) {
      if (!stage_has_ring(mode, cpl)) continue;
      gate_begin(&g, stage, mode, cpl);
      judge(&g);
    }
}

/* --- The stage --- */

/* [SDM3 "IDT Descriptors"] */
static void write_gate(struct gate_subject *g) {
  const struct oracle_gate *gate = &g->d.gate;
  uint64_t low = (gate->offset & 0xffff) | (uint64_t)gate->selector << 16 | (uint64_t)gate->ist << 32 |
                 (uint64_t)gate->type << 40 | (uint64_t)gate->dpl << 45 | (uint64_t)gate->present << 47 |
                 (gate->offset & 0xffff0000) << 32;
  bool wide = oracle_is_long(g->d.mode);
  stage_write(g->stage, STAGE_IDT + g->d.vector * (wide ? 16U : 8U), 8, low);
  if (wide) stage_write(g->stage, STAGE_IDT + g->d.vector * 16U + 8, 8, gate->offset >> 32);
}

/* All but the one stack in the TSS is of a kind that cannot be used. */
static void write_tss(struct gate_subject *g) {
  const struct oracle_delivery *d = &g->d;
  unsigned ring = d->code.dpl;
  memset(g->stage->ram + STAGE_TSS, 0xf8, 0x80);
  if (oracle_is_long(d->mode)) {
    stage_write(g->stage, STAGE_TSS + (d->gate.ist ? 28 + 8U * d->gate.ist : 4 + 8 * ring), 8,
                d->tss.stack.pointer);
    return;
  }
  unsigned size = d->tss.is_16_bit ? 2 : 4, at = STAGE_TSS + (d->tss.is_16_bit ? 2 + 4 * ring : 4 + 8 * ring);
  stage_write(g->stage, at, size, d->tss.stack.pointer);
  stage_write(g->stage, at + size, 2, d->tss.ss);
}

static void write_current_stack(struct gate_subject *g) {
  const struct oracle_stack *current = &g->d.current;
  struct rs_segment *ss = &g->stage->cpu.segment[RS_SEGMENT_INDEX(RS_SS)];
  uint32_t free = SEGMENT_TYPE | SEGMENT_DB;
  ss->attributes = (ss->attributes & ~free) | (current->segment.type & SEGMENT_TYPE) |
                   (current->segment.db ? SEGMENT_DB : 0);
  ss->limit = current->segment.limit;
  g->stage->cpu.general[RS_RSP - RS_RAX] = current->pointer;
}

static void write_stage(struct gate_subject *g) {
  struct rs_cpu *cpu = &g->stage->cpu;
  stage_tables(g->stage, &g->d.tables);
  cpu->idtr.limit = (uint16_t)g->d.idt_limit;
  cpu->tr.attributes = SEGMENT_P | (g->d.tss.is_16_bit ? 3 : 11);
  cpu->tr.limit = g->d.tss.limit;
  write_gate(g);
  stage_describe(g->stage, GATE_CODE | (g->d.gate.selector & GATE_LOCAL), &g->d.code);
  stage_describe(g->stage, GATE_STACK | (g->d.tss.ss & GATE_LOCAL), &g->d.tss.stack.segment);
  write_tss(g);
  write_current_stack(g);
}

/* --- The comparison --- */

static void disagree(const struct gate_subject *g, const char *what, uint64_t said, uint64_t expected) {
  const struct oracle_delivery *d = &g->d;
  fail_msg(
      "%s is %llx, the oracle says %llx: mode %d CPL %u source %d; gate type %u DPL %u P %d IST %u selector "
      "%x offset %llx; code type %u DPL %u P %d L %d D %d; TSS limit %x 16-bit %d SS %x:%llx type %u DPL %u "
      "P %d B %d; SP %llx type %u B %d; error code %d",
      what, (unsigned long long)said, (unsigned long long)expected, (int)d->mode, d->cpl, (int)d->source,
      d->gate.type, d->gate.dpl, d->gate.present, d->gate.ist, d->gate.selector,
      (unsigned long long)d->gate.offset, d->code.type, d->code.dpl, d->code.present, d->code.l, d->code.db,
      d->tss.limit, d->tss.is_16_bit, d->tss.ss, (unsigned long long)d->tss.stack.pointer,
      d->tss.stack.segment.type, d->tss.stack.segment.dpl, d->tss.stack.segment.present,
      d->tss.stack.segment.db, (unsigned long long)d->current.pointer, d->current.segment.type,
      d->current.segment.db, d->has_error_code);
}

static void equal(const struct gate_subject *g, const char *what, uint64_t said, uint64_t expected) {
  if (said != expected) disagree(g, what, said, expected);
}

static unsigned pushed_bytes(const struct stage *s) {
  unsigned bytes = 0;
  for (enum rs_item item = RS_ITEM_PUSHED_SS; item <= RS_ITEM_PUSHED_ERROR_CODE; item++)
    bytes += stage_written(s, item);
  return bytes + stage_written(s, RS_ITEM_PUSHED_DATA_SEGMENT);
}

/* The stack segment of the handler: the TSS's, null in long mode, or still the old one. */
static void compare_stack(const struct gate_subject *g, const struct oracle_entry *expected) {
  const struct rs_transition *t = &g->stage->out;
  bool inward = expected->ring < g->d.cpl, wide = oracle_is_long(g->d.mode);
  uint16_t ss = t->before.segment[RS_SEGMENT_INDEX(RS_SS)].selector;
  if (inward) ss = wide ? (uint16_t)expected->ring : g->d.tss.ss;
  equal(g, "SS", t->after.segment[RS_SEGMENT_INDEX(RS_SS)].selector, ss);
  equal(g, "the stack pointer", t->after.general[RS_RSP - RS_RAX], expected->pointer);
  equal(g, "the bytes pushed", pushed_bytes(g->stage), expected->words * expected->size);
  bool marked = !oracle_is_accessed(&g->d.code), marks_stack = inward && !wide;
  equal(g, "the bytes of accessed bits", stage_written(g->stage, RS_ITEM_DESCRIPTOR_ACCESSED),
        4U * (marked + (marks_stack && !oracle_is_accessed(&g->d.tss.stack.segment))));
}

static void compare_completed(const struct gate_subject *g, const struct oracle_entry *expected) {
  const struct rs_cpu *after = &g->stage->out.after;
  equal(g, "the ring", after->cpl, expected->ring);
  equal(g, "CS", after->segment[RS_SEGMENT_INDEX(RS_CS)].selector,
        (g->d.gate.selector & ~3U) | expected->ring);
  equal(g, "RIP", after->rip, expected->target);
  equal(g, "the flags", after->rflags, expected->flags);
  compare_stack(g, expected);
}

static void compare(const struct gate_subject *g, const struct oracle_entry *expected) {
  const struct rs_transition *t = &g->stage->out;
  if (expected->ending == ORACLE_TASK_SWITCH) {
    equal(g, "finding the task", stage_passed(g->stage, RS_CHECK_TSS_PRESENT), true);
    return;
  }
  equal(g, "the outcome", t->outcome, expected->ending == ORACLE_COMPLETED ? RS_COMPLETED : RS_FAULTED);
  if (t->outcome == RS_COMPLETED) {
    compare_completed(g, expected);
    return;
  }
  equal(g, "the vector", t->fault.vector, expected->vector);
  equal(g, "the error code", t->fault.error_code, expected->error_code);
}

void gate_agrees(struct gate_subject *g) {
  static const enum rs_interrupt_source sources[ORACLE_SOURCES] = {
    RS_SOURCE_SOFTWARE, RS_SOURCE_PRIVILEGED_SOFTWARE, RS_SOURCE_EXCEPTION, RS_SOURCE_EXTERNAL, RS_SOURCE_NMI
  };
  const struct rs_interrupt_request request = { .vector = g->d.vector,
                                                .source = sources[g->d.source],
                                                .has_error_code = g->d.has_error_code,
                                                .error_code = g->d.has_error_code ? ERROR_CODE : 0,
                                                .return_rip = g->stage->cpu.rip };
  struct oracle_entry expected;
  write_stage(g);
  interrupt_deliver(&g->stage->cpu, &g->stage->memory, &request, &g->stage->out);
  oracle_deliver(&g->d, &expected);
  compare(g, &expected);
  g->stage->cases++;
}
