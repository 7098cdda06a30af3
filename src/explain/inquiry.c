/* Adds places to the culprits. */
#include "explain/inquiry.h"

#include "explain/causes.h"
#include "explain/suspects.h"
#include "trace/fields.h"

struct rs_step step_of_register(const struct rs_cpu *cpu, enum rs_register reg) {
  struct rs_step step = {
    .kind = RS_STEP_READ, .id = RS_ITEM_REGISTER, .reg = (uint16_t)reg, .size = 8, .walk = RS_NO_WALK
  };
  step.read.value = rs_cpu_get(cpu, reg);
  return step;
}

static bool same_place(const struct culprit *a, const struct culprit *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == CULPRIT_REGISTER) return a->read.reg == b->read.reg && a->before == b->before;
  if (a->read.read.linear != b->read.read.linear) return false;
  return a->kind == CULPRIT_INSTRUCTION || (a->before == b->before && a->read.size == b->read.size);
}

int culprit_add(struct explanation *e, const struct culprit *culprit) {
  for (unsigned i = 0; i < e->culprit_count; i++)
    if (same_place(&e->culprit[i], culprit)) return NO_CULPRIT;
  if (e->culprit_count == CULPRIT_LIMIT) return NO_CULPRIT;
  e->culprit[e->culprit_count] = *culprit;
  return (int)e->culprit_count++;
}

void inquiry_add_step(const struct inquiry *q, enum culprit_kind kind, const struct rs_step *read) {
  struct culprit culprit = {
    .kind = kind, .read = *read, .valued = true, .failure = q->index, .from = NO_CULPRIT, .before = q->before
  };
  check_focus((enum rs_check)q->check->id, (enum rs_item)read->id, &culprit.focus, &culprit.focus_size);
  if (culprit.focus + culprit.focus_size > read->size) culprit.focus_size = 0;
  culprit_add(q->e, &culprit);
}

struct culprit culprit_of_register(const struct rs_cpu *cpu, enum rs_register reg, uint64_t before) {
  return (struct culprit){ .kind = CULPRIT_REGISTER,
                           .read = step_of_register(cpu, reg),
                           .valued = true,
                           .from = NO_CULPRIT,
                           .before = before };
}

struct culprit culprit_of_instruction(struct disasm *disasm, const struct rs_cpu *cpu, uint64_t address,
                                      const uint8_t *bytes, unsigned length, uint64_t before) {
  struct culprit culprit = { .kind = CULPRIT_INSTRUCTION, .from = NO_CULPRIT, .before = before };
  struct output output;
  culprit.read.kind = RS_STEP_READ;
  culprit.read.read.linear = address;
  output_init(&output, NULL, culprit.text, sizeof culprit.text, false);
  if (length) disasm_print(disasm, &output, cpu, address, bytes, length);
  output_finish(&output);
  return culprit;
}

void inquiry_add_bits(const struct inquiry *q, enum rs_register reg, uint64_t bits, bool aside) {
  struct culprit culprit = culprit_of_register(&q->transition->before, reg, q->before);
  culprit.aside = aside;
  culprit.bits = bits;
  culprit.failure = q->index;
  culprit_add(q->e, &culprit);
}

void inquiry_add_register(const struct inquiry *q, enum rs_register reg) {
  inquiry_add_bits(q, reg, 0, false);
}

void inquiry_add_general(const struct inquiry *q, unsigned number) {
  if (number < 16) inquiry_add_register(q, (enum rs_register)(RS_RAX + number));
}

const struct rs_step *inquiry_last_read(const struct inquiry *q, enum rs_item item) {
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind == RS_STEP_READ && step->id == item) return step;
  }
  return NULL;
}

bool inquiry_add_read(const struct inquiry *q, enum rs_item item) {
  const struct rs_step *step = inquiry_last_read(q, item);
  if (step) inquiry_add_step(q, step_is_register(step) ? CULPRIT_REGISTER : CULPRIT_MEMORY, step);
  return step;
}

void inquiry_add_stack_pointer(const struct inquiry *q) {
  if (!inquiry_add_read(q, RS_ITEM_TSS_STACK_POINTER) && !inquiry_add_read(q, RS_ITEM_TSS_IST))
    inquiry_add_register(q, RS_RSP);
}
