/* Holds what the engine made of an instruction against the prediction: registers, and every byte it wrote. */
#include <string.h>

#include "arch/bits.h"
#include "vm/witness.h"

enum { WORD = 8 };

/* --- What is found --- */

static bool is_noted(const struct rs_witness *found, const struct rs_witness_note *note) {
  for (unsigned i = 0; i < found->noted; i++) {
    const struct rs_witness_note *other = &found->note[i];
    if (other->rip == note->rip && other->reg == note->reg && other->physical == note->physical) return true;
  }
  return false;
}

/* False when the difference is one that is not known. */
static bool difference_note(struct rs_witness *found, const struct witness_difference *d) {
  enum rs_engine_error known = witness_explain(d);
  const struct rs_witness_note note = {
    .rip = d->prediction->before.rip,
    .operation = d->prediction->cause.instruction.operation,
    .refused = d->refused,
    .vector = d->vector,
    .reg = d->reg,
    .physical = d->physical,
    .predicted = d->ours,
    .engine = d->theirs,
  };
  if (known != RS_ENGINE_ERROR_NONE) {
    found->known[known]++;
    return true;
  }
  if (found->noted < RS_WITNESS_NOTES && !is_noted(found, &note)) found->note[found->noted++] = note;
  return false;
}

/* --- Registers --- */

/* A null segment's remains differ from processor to processor; of the others all that the manuals define
 * counts. */
static bool segments_agree(const struct rs_segment *ours, const struct rs_segment *engine) {
  bool unusable = ours->attributes & SEGMENT_UNUSABLE;
  if (ours->selector != engine->selector) return false;
  if (unusable || engine->attributes & SEGMENT_UNUSABLE)
    return unusable == !!(engine->attributes & SEGMENT_UNUSABLE);
  return ours->base == engine->base && ours->limit == engine->limit && ours->attributes == engine->attributes;
}

static bool registers_agree(enum rs_register reg, const union rs_value *ours, const union rs_value *engine) {
  if ((reg >= RS_ES && reg <= RS_GS) || reg == RS_LDTR || reg == RS_TR)
    return segments_agree(&ours->segment, &engine->segment);
  if (reg == RS_GDTR || reg == RS_IDTR)
    return ours->table.base == engine->table.base && ours->table.limit == engine->table.limit;
  return ours->word[0] == engine->word[0];
}

/* Shadows, the clock and the debug registers are our own: the engine keeps none of them. */
static bool is_compared(enum rs_register reg) {
  return reg != RS_TSC && reg != RS_INTERRUPT_SHADOW && reg != RS_NMI_BLOCKED && reg != RS_HALTED &&
         !(reg >= RS_DR0 && reg <= RS_DR7);
}

/* True when everything agrees; `*known` stays true while what differs is a known error. */
static bool registers_compare(struct rs_machine *vm, const struct rs_transition *prediction, bool *known) {
  bool agreed = true;
  for (enum rs_register reg = RS_NO_REGISTER + 1; reg < RS_REGISTER_COUNT; reg++) {
    struct witness_difference d = { .prediction = prediction, .engine = &vm->cpu, .reg = reg };
    d.ours = rs_cpu_get(&prediction->after, reg);
    d.theirs = rs_cpu_get(&vm->cpu, reg);
    if (!is_compared(reg) || registers_agree(reg, &d.ours, &d.theirs)) continue;
    agreed = false;
    if (!difference_note(&vm->witness->found, &d)) *known = false;
  }
  return agreed;
}

/* --- Memory --- */

static const struct witness_page *kept_page(const struct witness *w, uint64_t physical) {
  for (unsigned i = 0; i < w->page_count; i++)
    if (w->page[i].physical == physical) return &w->page[i];
  return NULL;
}

void witness_keep_page(struct rs_machine *vm, uint64_t physical) {
  struct witness *w = vm->witness;
  if (w->page_count == WITNESS_PAGES || physical >= machine_ram_size(vm->hardware) || kept_page(w, physical))
    return;
  struct witness_page *page = &w->page[w->page_count++];
  page->physical = physical;
  memcpy(page->before, machine_ram(vm->hardware) + physical, GUEST_PAGE_SIZE);
}

static bool is_memory_write(const struct rs_step *step) {
  return step->kind == RS_STEP_WRITE && step->id != RS_ITEM_REGISTER &&
         step->id != RS_ITEM_PAGE_ACCESSED_DIRTY;
}

/* The page with the prediction's writes over it. */
static void page_predicted(const struct witness_page *page, const struct rs_transition *prediction,
                           uint8_t *bytes) {
  memcpy(bytes, page->before, GUEST_PAGE_SIZE);
  for (unsigned i = 0; i < prediction->step_count; i++) {
    const struct rs_step *step = &prediction->step[i];
    if (!is_memory_write(step) || step->write.physical - page->physical >= GUEST_PAGE_SIZE) continue;
    memcpy(bytes + (step->write.physical - page->physical), step->write.new.word, step->size);
  }
}

static bool page_compare(struct rs_machine *vm, const struct rs_transition *prediction,
                         const struct witness_page *page, bool *known) {
  const uint8_t *engine = machine_ram(vm->hardware) + page->physical;
  uint8_t ours[GUEST_PAGE_SIZE];
  bool agreed = true;
  page_predicted(page, prediction, ours);
  for (unsigned at = 0; at < GUEST_PAGE_SIZE; at += WORD) {
    struct witness_difference d = { .prediction = prediction, .engine = &vm->cpu };
    if (memcmp(ours + at, engine + at, WORD) == 0) continue;
    d.physical = page->physical + at;
    memcpy(d.ours.word, ours + at, WORD);
    memcpy(d.theirs.word, engine + at, WORD);
    agreed = false;
    if (!difference_note(&vm->witness->found, &d)) *known = false;
  }
  return agreed;
}

/* A page that the engine has not written to is now as it was before. */
static void keep_predicted_pages(struct rs_machine *vm, const struct rs_transition *prediction) {
  for (unsigned i = 0; i < prediction->step_count; i++)
    if (is_memory_write(&prediction->step[i]))
      witness_keep_page(vm, prediction->step[i].write.physical & ~(uint64_t)(GUEST_PAGE_SIZE - 1));
}

static bool memory_compare(struct rs_machine *vm, const struct rs_transition *prediction, bool *known) {
  bool agreed = true;
  keep_predicted_pages(vm, prediction);
  for (unsigned i = 0; i < vm->witness->page_count; i++)
    if (!page_compare(vm, prediction, &vm->witness->page[i], known)) agreed = false;
  return agreed;
}

void witness_restore_pages(struct rs_machine *vm) {
  for (unsigned i = 0; i < vm->witness->page_count; i++) {
    const struct witness_page *page = &vm->witness->page[i];
    memcpy(machine_ram(vm->hardware) + page->physical, page->before, GUEST_PAGE_SIZE);
    engine_memory_written(vm->engine, page->physical, GUEST_PAGE_SIZE);
  }
}

bool witness_compare(struct rs_machine *vm) {
  const struct rs_transition *prediction = &vm->transition[0];
  bool known = true;
  bool registers = registers_compare(vm, prediction, &known);
  bool memory = memory_compare(vm, prediction, &known);
  if (!known) vm->witness->found.disagreed++;
  return registers && memory;
}

void witness_note_refusal(struct rs_machine *vm, uint8_t vector) {
  const struct witness_difference d = {
    .prediction = &vm->transition[0], .engine = &vm->cpu, .refused = true, .vector = vector
  };
  if (!difference_note(&vm->witness->found, &d)) vm->witness->found.disagreed++;
}
