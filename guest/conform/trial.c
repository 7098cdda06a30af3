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

bool trial_open_harsh(const char *group) {
  return trial_open_if(group, !selected.mild);
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

void trial_push(struct attempt *attempt, unsigned width, uintptr_t value) {
  attempt->sp -= width;
  memcpy((void *)attempt->sp, &value, width);
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
  if (value >= attempt->ip && value < attempt->ip + TRY_LENGTH)
    output_add("+%x", (unsigned)(value - attempt->ip));
  else if (value >= STAGE_ARRIVE && value < STAGE_ARRIVE + 0x1000)
    output_add("arr+%x", (unsigned)(value - STAGE_ARRIVE));
  else if (stack_of(value, &stack))
    add_stack(stack, value);
  else
    output_add("%p", (void *)value);
}

static bool stack_was_pushed(const struct capture *capture) {
  return LONG_MODE || (capture->cs & 3) != 0 || capture->flags & FLAGS_VM;
}

static uintptr_t stack_after(const struct capture *capture) {
  return stack_was_pushed(capture) ? capture->sp : (uintptr_t)&capture->sp;
}

static uintptr_t read_word(uintptr_t at, unsigned width) {
  uintptr_t word = 0;
  memcpy(&word, (const void *)at, width);
  return word;
}

/* What was pushed since the attempt began, on whichever stack. */
static void add_stack_words(const struct attempt *attempt, uintptr_t sp, unsigned width) {
  unsigned stack;
  uintptr_t end;
  if (!stack_of(sp, &stack)) return;
  end = STACK_TOP(stack);
  if (attempt->sp >= sp && attempt->sp <= end) end = attempt->sp;
  if (sp >= end) return;
  output_add(" [");
  for (unsigned i = 0; i < DUMP_WORDS && sp + width <= end; i++, sp += width) {
    if (i > 0) output_add(" ");
    add_value(attempt, read_word(sp, width));
  }
  output_add("]");
}

static void add_frame(const struct attempt *attempt, const struct capture *capture) {
  output_add(" cs=%x ip=", (unsigned)capture->cs);
  add_value(attempt, capture->ip);
  /* RF apart: whether a fault sets it in the image is a question of its own. */
  output_add(" fl=%x", (unsigned)capture->flags & ~FLAGS_RF);
  if (capture->flags & FLAGS_RF) output_add(" rf=1");
  if (stack_was_pushed(capture)) output_add(" ss=%x", (unsigned)capture->ss & 0xffff);
  output_add(" sp=");
  add_value(attempt, stack_after(capture));
}

static void add_cause(const struct capture *capture) {
  static const uint32_t with_error_code =
      1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17;
  unsigned vector = (unsigned)capture->vector;
  output_add(": v=%x", vector);
  if (vector < 32 && with_error_code >> vector & 1) output_add(" e=%x", (unsigned)capture->error);
  if (vector == VECTOR_PF) output_add(" cr2=%p", (void *)read_cr2());
}

static void add_changes(const struct attempt *attempt, const struct capture *capture) {
  static const char *const registers[] = { "di", "si", "bp", "bx", "dx", "cx", "ax", "r11" };
  for (unsigned i = 0; i < SEG_COUNT; i++)
    if ((capture->segment[i] & 0xffff) != attempt->segment[i])
      output_add(" %s=%x", trial_segment_names[i], (unsigned)capture->segment[i] & 0xffff);
  for (unsigned i = 0; i < REG_COUNT; i++)
    if (capture->reg[i] != attempt->reg[i] && !(attempt->ignored >> i & 1)) {
      output_add(" %s=", registers[i]);
      add_value(attempt, capture->reg[i]);
    }
}

void trial_make(const struct attempt *attempt, unsigned width) {
  const struct capture *capture;
  output_flush();
  tables_keep();
  capture = attempt_make(attempt);
  add_cause(capture);
  add_frame(attempt, capture);
  if (capture->vector == VECTOR_ARRIVED) add_stack_words(attempt, stack_after(capture), width);
  add_changes(attempt, capture);
  tables_tell_changes();
}

void trial_run(const struct attempt *attempt, unsigned width) {
  trial_make(attempt, width);
  output_line();
}

void trial_make_system(const struct attempt *attempt) {
  registers_keep();
  trial_make(attempt, sizeof(uintptr_t));
  registers_tell_changes();
  registers_reset();
}
