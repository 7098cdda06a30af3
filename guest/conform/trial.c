/* Makes trials and tells their outcomes. */
#include "trial.h"

#include "bits.h"
#include "instructions.h"
#include "registers.h"
#include "text.h"

#define TRY_LENGTH 16 /* no tried instruction with its INT is longer */
#define DUMP_WORDS 12

const char *const trial_segment_names[SEG_COUNT] = { "gs", "fs", "es", "ds" };

static struct trial_selection selected;
static unsigned seen, told;

void trial_select(const struct trial_selection *selection) {
  selected = *selection;
}

unsigned trial_count(void) {
  return told;
}

bool trial_open_if(const char *group, bool possible) {
  if (!text_after(group, selected.group)) return false;
  if (seen++ % selected.shards != selected.shard) return false;
  if (!possible) return false;
  told++;
  tables_reset();
  output_add("%s", group);
  return true;
}

bool trial_open(const char *group) {
  return trial_open_if(group, true);
}

bool trial_may_be_harsh(void) {
  return !selected.mild;
}

const void *trial_place(const struct instruction *instruction) {
  static const uint8_t arrived[] = { 0xcd, VECTOR_ARRIVED };
  uint8_t *slot = (uint8_t *)STAGE_SLOT;
  memcpy(slot, instruction->bytes, instruction->length);
  memcpy(slot + instruction->length, arrived, sizeof arrived);
  return slot;
}

struct attempt trial_start(unsigned ring, const void *ip) {
  struct attempt start = {
    .ip = (uintptr_t)ip,
    .cs = tables_code(ring),
    .flags = FLAGS_FIXED,
    .sp = STACK_TOP(STACK_USER + ring),
    .ss = tables_data(ring),
  };
  for (unsigned i = 0; i < SEG_COUNT; i++)
    start.segment[i] = tables_data(ring);
  return start;
}

void trial_use_alias(struct attempt *attempt) {
  attempt->ip += STAGE_ALIAS;
  attempt->sp += STAGE_ALIAS;
}

void trial_push(struct attempt *attempt, unsigned width, uintptr_t value) {
  attempt->sp -= width;
  memcpy((void *)attempt->sp, &value, width);
}

/* What the alias of the stage is an alias of. */
static uintptr_t of_stage(uintptr_t address) {
  bool alias = address >= STAGE_ALIAS + STAGE_TRY && address <= STAGE_ALIAS + STAGE_END;
  return alias ? address - STAGE_ALIAS : address;
}

static bool stack_of(uintptr_t value, unsigned *out) {
  if (value <= STAGE_STACKS || value > STACK_TOP(STACK_COUNT - 1)) return false;
  *out = (unsigned)(value - STAGE_STACKS - 1) / STAGE_STACK_SIZE;
  return true;
}

static void add_stack(unsigned index, uintptr_t value) {
  static const char *const names[STACK_COUNT] = { "u0", "u1", "u2", "u3", "k0", "k1", "k2", "i1" };
  output_add("%s-%x", names[index], (unsigned)(STACK_TOP(index) - value));
}

/* Addresses of the stage by name, so that lines stay the same when instructions are added to it. */
static void add_value(const struct attempt *attempt, uintptr_t value) {
  unsigned stack;
  uintptr_t start = of_stage(attempt->ip);
  value = of_stage(value);
  if (value >= start && value < start + TRY_LENGTH)
    output_add("+%x", (unsigned)(value - start));
  else if (value >= STAGE_ARRIVE && value < STAGE_ARRIVE + 0x1000)
    output_add("arr+%x", (unsigned)(value - STAGE_ARRIVE));
  else if (stack_of(value, &stack))
    add_stack(stack, value);
  else
    output_add("%p", (void *)value);
}

/* What the attempt came to, as it was before the registers were reset: paging may be on until then. */
static struct {
  struct capture state;
  uintptr_t sp, cr2;
} outcome;

static bool stack_was_pushed(void) {
  return LONG_MODE || (outcome.state.cs & 3) != 0 || outcome.state.flags & FLAGS_VM;
}

static void outcome_take(const struct capture *capture) {
  outcome.state = *capture;
  outcome.sp = of_stage(stack_was_pushed() ? capture->sp : (uintptr_t)&capture->sp);
  if (capture->vector != VECTOR_PF) return;
  outcome.cr2 = read_cr2();
  write_cr2(0);
}

static uintptr_t read_word(uintptr_t at, unsigned width) {
  uintptr_t word = 0;
  memcpy(&word, (const void *)at, width);
  return word;
}

/* What was pushed since the attempt began, on whichever stack. */
static void add_stack_words(const struct attempt *attempt, unsigned width) {
  unsigned stack;
  uintptr_t end, sp = outcome.sp, start = of_stage(attempt->sp);
  if (!stack_of(sp, &stack)) return;
  end = STACK_TOP(stack);
  if (start >= sp && start <= end) end = start;
  if (sp >= end) return;
  output_add(" [");
  for (unsigned i = 0; i < DUMP_WORDS && sp + width <= end; i++, sp += width) {
    if (i > 0) output_add(" ");
    add_value(attempt, read_word(sp, width));
  }
  output_add("]");
}

static void add_frame(const struct attempt *attempt, const struct capture *state) {
  output_add(" cs=%x ip=", (unsigned)state->cs);
  add_value(attempt, state->ip);
  /* RF apart: whether a fault sets it in the image is a question of its own. */
  output_add(" fl=%x", (unsigned)state->flags & ~FLAGS_RF);
  if (state->flags & FLAGS_RF) output_add(" rf=1");
  if (stack_was_pushed()) output_add(" ss=%x", (unsigned)state->ss & 0xffff);
  output_add(" sp=");
  add_value(attempt, outcome.sp);
}

static void add_cause(const struct capture *state) {
  static const uint32_t with_error_code =
      1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17;
  unsigned vector = (unsigned)state->vector;
  output_add(": v=%x", vector);
  if (vector < 32 && with_error_code >> vector & 1) output_add(" e=%x", (unsigned)state->error);
  if (vector == VECTOR_PF) output_add(" cr2=%p", (void *)outcome.cr2);
}

static void add_changes(const struct attempt *attempt, const struct capture *state) {
  static const char *const registers[] = { "di", "si", "bp", "bx", "dx", "cx", "ax", "r11" };
  for (unsigned i = 0; i < SEG_COUNT; i++)
    if ((state->segment[i] & 0xffff) != attempt->segment[i])
      output_add(" %s=%x", trial_segment_names[i], (unsigned)state->segment[i] & 0xffff);
  for (unsigned i = 0; i < REG_COUNT; i++)
    if (state->reg[i] != attempt->reg[i] && !(attempt->ignored >> i & 1)) {
      output_add(" %s=", registers[i]);
      add_value(attempt, state->reg[i]);
    }
}

static void outcome_tell(const struct attempt *attempt, unsigned width) {
  add_cause(&outcome.state);
  add_frame(attempt, &outcome.state);
  if (outcome.state.vector == VECTOR_ARRIVED) add_stack_words(attempt, width);
  add_changes(attempt, &outcome.state);
  tables_tell_changes();
}

void trial_make(const struct attempt *attempt, unsigned width) {
  output_flush();
  tables_keep();
  outcome_take(attempt_make(attempt));
  outcome_tell(attempt, width);
}

void trial_run(const struct attempt *attempt, unsigned width) {
  trial_make(attempt, width);
  output_line();
}

void trial_make_system(const struct attempt *attempt) {
  output_flush();
  tables_keep();
  registers_keep();
  outcome_take(attempt_make(attempt));
  registers_take();
  outcome_tell(attempt, sizeof(uintptr_t));
  registers_tell_changes();
}
