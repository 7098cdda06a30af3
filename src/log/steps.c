/* The micro-steps of a transition, registers told against what the steps before them left. */
#include <string.h>

#include "log/record.h"

static void code_operands(struct coder *c, struct rs_step *step) {
  for (unsigned i = 0; i < 4; i++)
    code_u64(c, &step->operand[i]);
}

static void code_address(struct coder *c, struct log_state *state, uint64_t *linear, uint64_t *physical) {
  code_delta(c, state->linear, linear);
  code_delta(c, *linear, physical);
  state->linear = *linear;
}

/* The upper word has a meaning only where there is more than one, or the mask of a page-table entry. */
static void code_words(struct coder *c, const struct rs_step *step, const union rs_value *base,
                       union rs_value *value) {
  bool page_entry = step->kind == RS_STEP_READ && step->id == RS_ITEM_PAGE_ENTRY;
  code_delta(c, base->word[0], &value->word[0]);
  if (step->size > 8 || page_entry) code_delta(c, base->word[1], &value->word[1]);
}

static void code_memory(struct coder *c, struct log_state *state, struct rs_step *step) {
  static const union rs_value zero;
  if (step->kind == RS_STEP_READ) {
    code_address(c, state, &step->read.linear, &step->read.physical);
    code_words(c, step, &zero, &step->read.value);
  } else {
    code_address(c, state, &step->write.linear, &step->write.physical);
    code_words(c, step, &zero, &step->write.old);
    code_words(c, step, &step->write.old, &step->write.new);
  }
}

static void code_register_step(struct coder *c, struct rs_step *step, struct rs_cpu *cpu) {
  enum rs_register reg = (enum rs_register)step->reg;
  if (reg == RS_NO_REGISTER) {
    c->failed = true;
    return;
  }
  union rs_value present = rs_cpu_get(cpu, reg);
  if (step->kind == RS_STEP_READ) {
    code_register(c, reg, &present, &step->read.value);
  } else {
    code_register(c, reg, &present, &step->write.old);
    code_register(c, reg, &step->write.old, &step->write.new);
    rs_cpu_set(cpu, reg, step->write.new);
  }
}

/* What a reader counts anew: see struct rs_transition. */
static void count_write(struct rs_transition *transition, const struct rs_step *step) {
  if (step->kind != RS_STEP_WRITE) return;
  if (step->id == RS_ITEM_REGISTER)
    transition->written |= UINT64_C(1) << step->reg;
  else
    transition->memory_writes++;
}

static void code_step(struct coder *c, struct log_state *state, struct rs_step *step, struct rs_cpu *cpu) {
  code_u8(c, &step->kind, RS_STEP_WRITE);
  if (step->kind == RS_STEP_CHECK) {
    code_u16(c, &step->id, RS_CHECK_COUNT - 1);
    code_flag(c, &step->passed);
    code_operands(c, step);
    return;
  }
  code_u16(c, &step->id, RS_ITEM_COUNT - 1);
  code_u16(c, &step->reg, RS_REGISTER_COUNT - 1);
  code_u8(c, &step->size, 16);
  if (step->id == RS_ITEM_REGISTER) {
    code_register_step(c, step, cpu);
    return;
  }
  code_u8(c, &step->level, 5);
  code_u16(c, &step->walk, RS_NO_WALK);
  code_memory(c, state, step);
}

void code_steps(struct coder *c, struct log_state *state, struct rs_transition *transition,
                struct rs_cpu *cpu) {
  code_u16(c, &transition->step_count, RS_STEP_LIMIT);
  if (!c->writing) transition->written = transition->memory_writes = 0;
  for (unsigned i = 0; i < transition->step_count && !c->failed; i++) {
    struct rs_step *step = &transition->step[i];
    if (!c->writing) {
      memset(step, 0, sizeof *step);
      step->walk = RS_NO_WALK;
    }
    code_step(c, state, step, cpu);
    if (!c->writing && !c->failed) count_write(transition, step);
  }
}
