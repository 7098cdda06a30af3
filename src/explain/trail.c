/* Goes back through the log frame by frame, with all places at once that are asked for. */
#include "explain/trail.h"

#include <stdlib.h>
#include <string.h>

#include "explain/shift.h"
#include "explain/sources.h"
#include "explain/suspects.h"
#include "trace/fields.h"

/* The last writer of one culprit that has been seen so far. */
struct seen {
  bool settled;   /* nothing more is to be looked for */
  uint32_t frame; /* where it is to be looked for next: the later ones have been looked through */
  bool found, transition;
  uint64_t ordinal, instructions, number, address;
  struct extent extent; /* of memory */
  uint8_t cpl;
  uint16_t item;
  uint64_t left;          /* in a stack pointer */
  bool same;              /* it left the value that was found, as far as that is known */
  struct sources sources; /* of a transition */
  struct rs_cause cause;
  struct rs_cpu before; /* of an instruction */
  uint8_t length, bytes[15];
};

struct trail {
  struct explanation *e;
  const struct offsets *offsets;
  struct disasm *disasm;
  struct seen *seen; /* CULPRIT_LIMIT of them, as the culprits stand */
  unsigned asked;    /* how many of them are looked for, or settled */
};

/* Whether what a push wrote there is no word of a stack. */
static bool is_no_stack(const struct culprit *culprit) {
  switch (culprit->read.id) {
  case RS_ITEM_PAGE_ENTRY:
  case RS_ITEM_IDT_GATE:
  case RS_ITEM_GDT_DESCRIPTOR:
  case RS_ITEM_LDT_DESCRIPTOR:
  case RS_ITEM_DESCRIPTOR_UPPER:
  case RS_ITEM_TSS_STACK_POINTER:
  case RS_ITEM_TSS_STACK_SEGMENT:
  case RS_ITEM_TSS_IST:
  case RS_ITEM_TSS_IO_MAP_BASE:
  case RS_ITEM_IO_PERMISSION: return true;
  default: return false;
  }
}

/* Whether a step wrote what was found, as far as a word tells it: a segment by its selector and base. */
static bool step_left_it(const struct rs_step *step, const struct culprit *culprit) {
  const union rs_value *left = &step->write.new, *found = &culprit->read.read.value;
  if (!step_is_register(step) || !register_is_segment((enum rs_register)step->reg))
    return left->word[0] == found->word[0];
  return left->segment.selector == found->segment.selector && left->segment.base == found->segment.base;
}

static void see_transition(struct trail *t, unsigned index, const struct rs_transition_event *event,
                           uint64_t ordinal) {
  const struct rs_transition *transition = event->transition;
  struct seen *seen = &t->seen[index];
  const struct culprit *culprit = &t->e->culprit[index];
  struct extent extent = { .first = 0, .size = culprit->read.size };
  const struct rs_step *step = transition_wrote(transition, culprit, t->offsets, &extent);
  if (!step) return;
  seen->found = seen->transition = true;
  seen->ordinal = ordinal;
  seen->instructions = event->instructions;
  seen->number = event->number;
  seen->address = cpu_code_address(&transition->before);
  seen->cpl = transition->before.cpl;
  seen->item = step->id;
  seen->extent = extent;
  seen->same = culprit->valued && extent.size == culprit->read.size && step_left_it(step, culprit);
  seen->left = step->write.new.word[0];
  seen->cause = transition->cause;
  sources_of_transition(transition, step, is_no_stack(culprit), &seen->sources);
}

static void see_instruction(struct trail *t, unsigned index, const struct rs_instruction_event *event,
                            uint64_t ordinal) {
  struct seen *seen = &t->seen[index];
  struct extent extent = { .first = 0, .size = t->e->culprit[index].read.size };
  if (!instruction_wrote(t->disasm, event, &t->e->culprit[index], t->offsets, &extent)) return;
  seen->found = true;
  seen->transition = false;
  seen->ordinal = ordinal;
  seen->instructions = event->instructions;
  seen->number = 0;
  seen->address = event->linear;
  seen->extent = extent;
  seen->same = false;
  seen->left = event->after->general[RS_RSP - RS_RAX];
  seen->before = *event->before;
  seen->cpl = event->before->cpl;
  seen->length = event->length;
  memcpy(seen->bytes, event->bytes, sizeof seen->bytes);
}

static bool is_wanted(const struct trail *t, unsigned index, uint32_t frame) {
  return !t->seen[index].settled && t->seen[index].frame == frame;
}

static void follow_event(struct trail *t, const struct log_event *event, uint64_t ordinal) {
  for (unsigned i = 0; i < t->asked; i++) {
    if (!is_wanted(t, i, frame_of_ordinal(ordinal)) || ordinal >= t->e->culprit[i].before) continue;
    if (event->kind == LOG_TRANSITION) see_transition(t, i, event->transition, ordinal);
    if (event->kind == LOG_INSTRUCTION) see_instruction(t, i, event->instruction, ordinal);
  }
}

/* Takes up what has been added to the culprits. */
static void ask(struct trail *t) {
  for (; t->asked < t->e->culprit_count; t->asked++) {
    const struct culprit *culprit = &t->e->culprit[t->asked];
    t->seen[t->asked] = (struct seen){ .frame = frame_of_ordinal(culprit->before),
                                       .settled = culprit->kind == CULPRIT_INSTRUCTION };
  }
}

/* The last frame that anything is looked for in; false when there is none. */
static bool frame_next(const struct trail *t, uint32_t *frame) {
  bool any = false;
  for (unsigned i = 0; i < t->asked; i++) {
    if (t->seen[i].settled || (any && t->seen[i].frame <= *frame)) continue;
    *frame = t->seen[i].frame;
    any = true;
  }
  return any;
}

/* The events of a frame before the last one that any culprit is asked about. */
static enum rs_status frame_look_through(struct tape *tape, struct trail *t, uint32_t frame,
                                         struct rs_error *error) {
  struct log_event event;
  uint64_t end = 0;
  for (unsigned i = 0; i < t->asked; i++)
    if (is_wanted(t, i, frame) && t->e->culprit[i].before > end) end = t->e->culprit[i].before;
  if (end <= ordinal_of_frame(frame)) return RS_OK;
  enum rs_status status = tape_go(tape, ordinal_of_frame(frame), error);
  while (status == RS_OK) {
    status = tape_next(tape, &event, error);
    bool over = status != RS_OK || event.kind == 0 || tape->ordinal >= end;
    if (over || frame_of_ordinal(tape->ordinal) != frame) break;
    follow_event(t, &event, tape->ordinal);
  }
  return status;
}

/* Registers of which operations are the only writers besides transitions. */
static bool operations_tell(const struct explanation *e, const struct culprit *culprit) {
  bool general = culprit->read.reg >= RS_RAX && culprit->read.reg <= RS_RFLAGS;
  return culprit->kind == CULPRIT_REGISTER && !general && e->level >= RS_TRACE_STEPS;
}

static enum origin_known origin_of(const struct explanation *e, const struct culprit *culprit,
                                   const struct seen *seen) {
  bool all_told = e->level >= RS_TRACE_INSTRUCTIONS || operations_tell(e, culprit);
  if (culprit->kind == CULPRIT_INSTRUCTION) return ORIGIN_NONE;
  if (!seen->found) return all_told ? ORIGIN_UNCHANGED : ORIGIN_NOT_TOLD;
  if (!all_told && !seen->same) return ORIGIN_NOT_TOLD;
  if (seen->extent.left_other) return ORIGIN_HIDDEN;
  return ORIGIN_WRITER;
}

static void delivery_print(struct output *output, const struct rs_cause *cause) {
  bool delivered = cause->mechanism == RS_MECHANISM_INTERRUPT;
  if (delivered) output_text(output, "the delivery of ");
  cause_print(output, cause);
}

static void writer_tell(struct trail *t, struct culprit *culprit, const struct seen *seen) {
  struct writer *writer = &culprit->writer;
  struct output output;
  *writer = (struct writer){ .address = seen->address,
                             .instructions = seen->instructions,
                             .number = seen->number,
                             .transition = seen->transition,
                             .cpl = seen->cpl,
                             .item = seen->transition ? seen->item : RS_ITEM_REGISTER,
                             .error_code = seen->transition && seen->cause.interrupt.has_error_code,
                             .left = seen->left };
  output_init(&output, NULL, writer->text, sizeof writer->text, false);
  if (seen->transition)
    delivery_print(&output, &seen->cause);
  else
    disasm_print(t->disasm, &output, &seen->before, seen->address, seen->bytes, seen->length);
  output_finish(&output);
}

static void sources_add(struct trail *t, unsigned index, struct seen *seen) {
  const struct culprit parent = t->e->culprit[index];
  if (!seen->transition)
    sources_of_instruction(t->disasm, &seen->before, seen->bytes, seen->length, &seen->extent,
                           &seen->sources);
  for (unsigned i = 0; i < seen->sources.count; i++) {
    const struct rs_step *place = &seen->sources.place[i];
    const struct culprit culprit = { .kind = step_is_register(place) ? CULPRIT_REGISTER : CULPRIT_MEMORY,
                                     .read = *place,
                                     .valued = seen->sources.valued[i],
                                     .failure = parent.failure,
                                     .from = (int)index,
                                     .depth = parent.depth + 1,
                                     .before = seen->ordinal };
    culprit_add(t->e, &culprit);
  }
}

/* Bytes of a place that its last writer left alone have another one. */
static void part_add(struct trail *t, unsigned index, unsigned first, unsigned size) {
  struct culprit part = t->e->culprit[index];
  part.part = true;
  part.from = (int)index;
  part.focus_size = 0;
  part.valued = false;
  part.read.id = RS_ITEM_OPERAND;
  part.read.size = (uint8_t)size;
  part.read.read.linear += first;
  part.read.read.physical += first;
  part.known = ORIGIN_OPEN;
  culprit_add(t->e, &part);
}

static void parts_add(struct trail *t, unsigned index, const struct extent *extent) {
  const struct culprit *culprit = &t->e->culprit[index];
  bool focused = culprit->focus_size;
  unsigned first = focused ? culprit->focus : 0;
  unsigned last = focused ? first + culprit->focus_size : culprit->read.size;
  unsigned end = extent->first + extent->size;
  if (culprit->kind != CULPRIT_MEMORY) return;
  if (first < extent->first && extent->first < last) part_add(t, index, first, extent->first - first);
  if (first < end && end < last) part_add(t, index, end, last - end);
}

/* Flags follow from whatever was calculated last. What a loop counts came from the loop. A frame that was
 * popped from the wrong place says nothing by what it was. */
static bool is_worth_following(const struct explanation *e, const struct culprit *culprit,
                               const struct seen *seen) {
  const struct culprit *from = culprit->from == NO_CULPRIT ? NULL : &e->culprit[culprit->from];
  bool plain = !seen->transition;
  if (culprit->depth >= CULPRIT_DEPTH || culprit->aside) return false;
  if (plain && culprit->kind == CULPRIT_REGISTER && culprit->read.reg == RS_RFLAGS) return false;
  if (plain && from && from->kind == culprit->kind && from->writer.address == seen->address) return false;
  return !frame_is_shifted(culprit->read.id, seen->transition ? seen->item : RS_ITEM_REGISTER);
}

/* What is known now; what follows from it is asked for next. */
static void settle(struct trail *t, unsigned index) {
  struct culprit *culprit = &t->e->culprit[index];
  struct seen *seen = &t->seen[index];
  seen->settled = true;
  culprit->known = origin_of(t->e, culprit, seen);
  if (culprit->known != ORIGIN_WRITER) return;
  writer_tell(t, culprit, seen);
  if (is_worth_following(t->e, culprit, seen)) sources_add(t, index, seen);
  parts_add(t, index, &seen->extent);
}

/* Whatever has not been found in a frame is looked for in the one before. */
static void frame_settle(struct trail *t, uint32_t frame) {
  for (unsigned i = 0; i < t->asked; i++) {
    if (!is_wanted(t, i, frame)) continue;
    if (t->seen[i].found || frame == 0)
      settle(t, i);
    else
      t->seen[i].frame--;
  }
}

static enum rs_status trail_look(struct trail *t, struct tape *tape, struct rs_error *error) {
  enum rs_status status = RS_OK;
  uint32_t frame;
  ask(t);
  while (status == RS_OK && frame_next(t, &frame)) {
    status = frame_look_through(tape, t, frame, error);
    if (status == RS_OK) frame_settle(t, frame);
    ask(t);
  }
  return status;
}

enum rs_status trail_follow(struct tape *tape, struct explanation *e, const struct offsets *offsets,
                            struct disasm *disasm, struct rs_error *error) {
  struct seen *seen = calloc(CULPRIT_LIMIT, sizeof *seen);
  struct trail t = { .e = e, .offsets = offsets, .disasm = disasm, .seen = seen };
  if (!seen) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  enum rs_status status = trail_look(&t, tape, error);
  free(seen);
  return status;
}
