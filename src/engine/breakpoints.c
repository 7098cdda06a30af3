/* Breakpoints as they are set; those on instructions are found when a block is translated, so that code
 * without any costs nothing. */
#include "engine/watch.h"

bool breakpoints_window(const struct engine *e, const struct piece *p, uint64_t *begin, uint64_t *end) {
  bool any = false;
  for (unsigned i = 0; i < ENGINE_BREAKPOINTS; i++) {
    uint64_t linear = e->breakpoint[i].linear;
    if (!(e->executable >> i & 1) || linear - p->address >= p->size) continue;
    if (linear < *begin) *begin = linear;
    if (linear > *end) *end = linear;
    any = true;
  }
  return any;
}

/* RF and the shadow of MOV SS hold breakpoints off for one instruction [SDM3 "Instruction-Breakpoint
 * Exception Condition"], [SDM3 "Masking Exceptions and Interrupts When Switching Stacks"]. */
static bool held_off(const struct engine *e, uint64_t executed) {
  return executed == e->resumed_at && (e->kept_rf || e->cpu->interrupt_shadow == RS_SHADOW_MOV_SS);
}

uint8_t breakpoints_met(const struct engine *e, uint64_t linear, uint64_t executed) {
  uint8_t met = 0;
  for (unsigned i = 0; e->executable >> i; i++) {
    if (e->executable >> i & 1 && e->breakpoint[i].linear == linear) met |= (uint8_t)(1u << i);
  }
  return met && !held_off(e, executed) ? met : 0;
}

static bool is_executable(const struct engine_breakpoint *breakpoint) {
  return breakpoint->size && breakpoint->kinds == 1 << ACCESS_FETCH;
}

static bool is_watched(const struct engine_breakpoint *breakpoint) {
  return breakpoint->size && breakpoint->kinds & (1 << ACCESS_READ | 1 << ACCESS_WRITE);
}

static uint8_t with_bit(uint8_t set, unsigned number, bool is_in) {
  uint8_t bit = (uint8_t)(1u << number);
  return (uint8_t)(is_in ? set | bit : set & ~bit);
}

static bool same(const struct engine_breakpoint *a, const struct engine_breakpoint *b) {
  return a->linear == b->linear && a->size == b->size && a->kinds == b->kinds;
}

static void replace(struct engine *e, unsigned number, const struct engine_breakpoint *breakpoint) {
  struct engine_breakpoint *old = &e->breakpoint[number];
  if (same(old, breakpoint)) return;
  if (is_executable(old)) translate_drop(e, old->linear);
  if (is_executable(breakpoint)) translate_drop(e, breakpoint->linear);
  if (is_watched(old) || is_watched(breakpoint)) watch_close(e);
  *old = *breakpoint;
  e->executable = with_bit(e->executable, number, is_executable(breakpoint));
  e->watched = with_bit(e->watched, number, is_watched(breakpoint));
}

void engine_set_breakpoints(struct engine *e, const struct engine_breakpoint breakpoint[ENGINE_BREAKPOINTS]) {
  for (unsigned i = 0; i < ENGINE_BREAKPOINTS; i++)
    replace(e, i, &breakpoint[i]);
}
