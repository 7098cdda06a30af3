/* The Perfetto sink: rings as tracks, entries, transitions and micro-steps as slices, as docs/perfetto.md
 * says. */
#include <stdlib.h>
#include <string.h>

#include "trace/fields.h"
#include "trace/headline.h"
#include "trace/lanes.h"
#include "trace/macro_steps.h"
#include "trace/symbols.h"

/* An instruction takes so long in the trace, and a micro-step 1. */
enum { INSTRUCTION_TIME = 1000 };

/* Flows of a refused attempt to what follows from it; those of an entry to its return have its number. */
#define FLOW_REFUSED (UINT64_C(1) << 63)

enum { PERFETTO_BUFFER = 1 << 16, PERFETTO_PLACE = 160 };

struct perfetto_sink {
  struct rs_trace_sink sink;
  struct story story;
  struct lanes lanes;
  struct process *process; /* that runs */
  char program[16];        /* what its kernel calls it */
  bool begun;
  uint64_t faulted;      /* the sequence of the faulted event that was drawn last */
  struct lane *function; /* where the function that executes is drawn */
  char buffer[PERFETTO_BUFFER];
  char text[PACKET_TEXT]; /* of the string being made */
};

static struct output text_start(struct perfetto_sink *p) {
  struct output output;
  output_init(&output, NULL, p->text, sizeof p->text, false);
  return output;
}

static void time_reach(struct perfetto_sink *p, uint64_t instructions) {
  uint64_t time = instructions * INSTRUCTION_TIME;
  if (time > p->lanes.time) p->lanes.time = time;
}

static void event_place(struct perfetto_sink *p, enum packet_note note, const struct rs_cpu *cpu) {
  char place[PERFETTO_PLACE];
  rs_symbols_format(p->story.options.symbols, cpu_code_address(cpu), place, sizeof place);
  event_text(&p->lanes.packets, note, place);
}

/* Starts the event of a slice on a lane; what is noted of it and event_end follow. */
static void slice_begin(struct perfetto_sink *p, struct process *process, unsigned ring,
                        enum packet_category category, const char *name) {
  uint64_t track = lane_track(&p->lanes, process, ring, p->program);
  event_begin(&p->lanes.packets, PACKET_SLICE_BEGIN, track, p->lanes.time);
  event_name(&p->lanes.packets, category, name);
}

static void slice_end(struct perfetto_sink *p, uint64_t track) {
  event_begin(&p->lanes.packets, PACKET_SLICE_END, track, p->lanes.time);
  event_end(&p->lanes.packets);
}

/* What runs in a ring until it is entered from outside it, or left. */
static void running_begin(struct perfetto_sink *p, struct process *process, const struct rs_cpu *cpu) {
  struct lane *lane = &process->ring[cpu->cpl];
  if (lane->depth || !lane_push(lane, 0)) return;
  slice_begin(p, process, cpu->cpl, PACKET_CATEGORY_RUNNING, process->id ? p->program : "running");
  event_place(p, PACKET_NOTE_FROM, cpu);
  event_end(&p->lanes.packets);
}

static void running_end(struct perfetto_sink *p, struct lane *lane) {
  if (lane->depth && lane->open[lane->depth - 1] == 0) lane_pop(&p->lanes, lane, false);
}

static void check_notes(struct perfetto_sink *p, const struct rs_step *step) {
  enum rs_check check = (enum rs_check)step->id;
  event_text(&p->lanes.packets, PACKET_NOTE_CHECK, rs_check_name(check));
  event_truth(&p->lanes.packets, PACKET_NOTE_PASSED, step->passed);
  event_text(&p->lanes.packets, PACKET_NOTE_CITATION, rs_check_citation(check));
}

static void value_note(struct perfetto_sink *p, enum packet_note note, const struct rs_step *step,
                       const union rs_value *value) {
  struct output output = text_start(p);
  fields_value(&output, step, value);
  event_text(&p->lanes.packets, note, output_finish(&output));
}

static void access_notes(struct perfetto_sink *p, const struct rs_step *step) {
  bool write = step->kind == RS_STEP_WRITE;
  if (!step_is_register(step))
    event_pointer(&p->lanes.packets, PACKET_NOTE_LINEAR, write ? step->write.linear : step->read.linear);
  if (write) value_note(p, PACKET_NOTE_OLD, step, &step->write.old);
  value_note(p, PACKET_NOTE_VALUE, step, write ? &step->write.new : &step->read.value);
  struct output output = text_start(p);
  if (fields_meaning(&output, step, p->story.options.symbols))
    event_text(&p->lanes.packets, PACKET_NOTE_MEANING, output_finish(&output));
}

/* "gate DPL 3 >= CPL 3: ...", "read IDT gate", "write rsp". */
static enum packet_category step_name(struct output *output, const struct rs_step *step) {
  if (step->kind == RS_STEP_CHECK) {
    fields_check(output, step);
    return PACKET_CATEGORY_CHECK;
  }
  bool write = step->kind == RS_STEP_WRITE;
  output_text(output, write ? "write " : "read ");
  fields_item(output, step);
  return write ? PACKET_CATEGORY_WRITE : PACKET_CATEGORY_READ;
}

static void draw_step(struct perfetto_sink *p, struct process *process, unsigned ring,
                      const struct rs_step *step) {
  struct output output = text_start(p);
  enum packet_category category = step_name(&output, step);
  slice_begin(p, process, ring, category, output_finish(&output));
  if (step->kind == RS_STEP_CHECK)
    check_notes(p, step);
  else
    access_notes(p, step);
  event_end(&p->lanes.packets);
  p->lanes.time++;
  slice_end(p, process->ring[ring].uuid);
}

static void draw_steps(struct perfetto_sink *p, struct process *process, unsigned ring,
                       const struct rs_transition *transition) {
  if (p->sink.level < RS_TRACE_STEPS) {
    p->lanes.time += transition->step_count;
    return;
  }
  for (unsigned i = 0; i < transition->step_count; i++)
    draw_step(p, process, ring, &transition->step[i]);
}

static void transition_notes(struct perfetto_sink *p, const struct rs_transition_event *told) {
  struct packets *packets = &p->lanes.packets;
  const struct rs_transition *transition = told->transition;
  struct output output = text_start(p);
  headline_print(&output, &p->story, told);
  event_text(packets, PACKET_NOTE_LINE, output_finish(&output));
  event_text(packets, PACKET_NOTE_MECHANISM, rs_mechanism_name(transition->cause.mechanism));
  if (told->number) event_number(packets, PACKET_NOTE_NUMBER, told->number);
  event_number(packets, PACKET_NOTE_SEQUENCE, told->sequence);
  event_number(packets, PACKET_NOTE_INSTRUCTIONS, told->instructions);
  event_place(p, PACKET_NOTE_FROM, &transition->before);
  event_place(p, PACKET_NOTE_TO, &transition->after);
}

/* An entry and its return; a refused attempt and what follows from it. */
static void transition_flows(struct perfetto_sink *p, const struct rs_transition_event *told, bool entry,
                             uint64_t answered) {
  struct packets *packets = &p->lanes.packets;
  if (entry) event_flow(packets, told->number, false);
  if (answered) event_flow(packets, answered, true);
  if (told->parent && told->parent == p->faulted) event_flow(packets, FLOW_REFUSED | told->parent, true);
  p->faulted = 0;
  if (!rs_outcome_has_fault(told->transition->outcome)) return;
  event_flow(packets, FLOW_REFUSED | told->sequence, false);
  p->faulted = told->sequence;
}

static enum packet_category category_of(const struct rs_transition_event *told) {
  if (told->number) return PACKET_CATEGORY_TRANSITION;
  return told->transition->outcome == RS_FAULTED ? PACKET_CATEGORY_REFUSED : PACKET_CATEGORY_OPERATION;
}

/* The slice of the transition itself: its micro-steps one after the other, or a moment where it has none. */
static void draw_transition(struct perfetto_sink *p, const struct rs_transition_event *told,
                            struct process *process, unsigned ring, bool entry, uint64_t answered) {
  struct output output = text_start(p);
  cause_print(&output, &told->transition->cause);
  slice_begin(p, process, ring, category_of(told), output_finish(&output));
  transition_notes(p, told);
  transition_flows(p, told, entry, answered);
  event_end(&p->lanes.packets);
  draw_steps(p, process, ring, told->transition);
  if (told->transition->step_count == 0) p->lanes.time++;
  slice_end(p, process->ring[ring].uuid);
}

/* Into a ring from outside it, or what something is to return from. */
static bool is_entry(const struct rs_transition_event *told) {
  const struct rs_transition *transition = told->transition;
  if (!told->number || transition->outcome == RS_SHUTDOWN) return false;
  return transition->after.cpl < transition->before.cpl || pending_begins(transition);
}

static void draw_entry(struct perfetto_sink *p, const struct rs_transition_event *told,
                       struct process *process) {
  const struct rs_transition *transition = told->transition;
  unsigned ring = transition->after.cpl;
  if (transition->before.cpl != ring) running_end(p, &p->process->ring[transition->before.cpl]);
  if (lane_push(&process->ring[ring], told->number)) {
    struct output output = text_start(p);
    if (p->story.call.abi != LINUX_NONE)
      call_print(&output, &p->story.call, &transition->before, &p->story.options.memory);
    else
      cause_print(&output, &transition->cause);
    slice_begin(p, process, ring, PACKET_CATEGORY_ENTRY, output_finish(&output));
    event_number(&p->lanes.packets, PACKET_NOTE_NUMBER, told->number);
    event_place(p, PACKET_NOTE_FROM, &transition->before);
    event_end(&p->lanes.packets);
  }
  draw_transition(p, told, process, ring, true, 0);
}

/* Ends the slice of the entry that was answered, with its result; those within it were never returned from.
 */
static void entry_end(struct perfetto_sink *p, struct lane *lane, const struct rs_cpu *after) {
  const struct pending *entry = &p->story.answered;
  while (lane->open[lane->depth - 1] != entry->number)
    lane_pop(&p->lanes, lane, lane->open[lane->depth - 1] != 0);
  lane->depth--;
  event_begin(&p->lanes.packets, PACKET_SLICE_END, lane->uuid, p->lanes.time);
  if (entry->call.abi != LINUX_NONE) {
    struct output output = text_start(p);
    call_print_result(&output, &entry->call, after->general[0]);
    event_text(&p->lanes.packets, PACKET_NOTE_RESULT, output_finish(&output));
  }
  event_end(&p->lanes.packets);
}

/* A return that no entry is known of may go to a program that was never there: nothing is pending then. */
static void lane_leave(struct perfetto_sink *p, struct lane *lane, const struct rs_transition *transition) {
  uint64_t answered = p->story.answered.number;
  if (answered && lane_has(lane, answered))
    entry_end(p, lane, &transition->after);
  else if (transition->after.cpl > transition->before.cpl)
    lane_clear(&p->lanes, lane);
}

static void draw_other(struct perfetto_sink *p, const struct rs_transition_event *told) {
  const struct rs_transition *transition = told->transition;
  unsigned ring = transition->before.cpl;
  struct lane *lane = &p->process->ring[ring];
  uint64_t answered = p->story.answered.number;
  bool known = answered && lane_has(lane, answered);
  draw_transition(p, told, p->process, ring, false, known ? answered : 0);
  lane_leave(p, lane, transition);
}

static void perfetto_transition(struct rs_trace_sink *sink, const struct rs_transition_event *told) {
  struct perfetto_sink *p = (struct perfetto_sink *)sink;
  const struct rs_transition *transition = told->transition;
  struct process *process = lanes_process(&p->lanes, &told->task);
  story_follow(&p->story, told);
  if (!p->begun && !sink->muted) running_begin(p, p->process, &transition->before);
  p->begun = true;
  time_reach(p, told->instructions);
  if (sink->muted)
    lane_leave(p, &p->process->ring[transition->before.cpl], transition);
  else if (is_entry(told))
    draw_entry(p, told, process);
  else
    draw_other(p, told);
  if (told->task.id) memcpy(p->program, told->task.name, sizeof p->program);
  p->process = process;
  if (transition->after.cpl > transition->before.cpl && !sink->muted)
    running_begin(p, process, &transition->after);
}

static void perfetto_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *told) {
  struct perfetto_sink *p = (struct perfetto_sink *)sink;
  unsigned ring = told->before->cpl;
  struct lane *lane = &p->process->ring[ring];
  uint64_t offset;
  const char *name = symbols_find(p->story.options.symbols, told->linear, &offset);
  if (p->function == lane && lane->function == name) return;
  time_reach(p, told->instructions);
  if (p->function) lane_function_end(&p->lanes, p->function);
  p->function = lane;
  lane->function = name;
  if (!name) return;
  uint64_t track = lane_function_track(&p->lanes, p->process, ring, p->program);
  event_begin(&p->lanes.packets, PACKET_SLICE_BEGIN, track, p->lanes.time);
  event_name(&p->lanes.packets, PACKET_CATEGORY_FUNCTION, name);
  event_end(&p->lanes.packets);
}

static void draw_instant(struct perfetto_sink *p, unsigned ring, enum packet_category category,
                         const char *name) {
  uint64_t track = lane_track(&p->lanes, p->process, ring, p->program);
  event_begin(&p->lanes.packets, PACKET_INSTANT, track, p->lanes.time);
  event_name(&p->lanes.packets, category, name);
  event_end(&p->lanes.packets);
}

static void perfetto_macro(struct rs_trace_sink *sink, const struct rs_macro_event *told) {
  struct perfetto_sink *p = (struct perfetto_sink *)sink;
  struct output output = text_start(p);
  time_reach(p, told->instructions);
  macro_print_line(&output, told, p->story.options.symbols);
  draw_instant(p, told->cpu->cpl, PACKET_CATEGORY_MACRO, output_finish(&output));
}

/* On the kernel's lane: that is where each run ends. */
static void perfetto_end(struct rs_trace_sink *sink, const struct rs_end_event *told) {
  struct perfetto_sink *p = (struct perfetto_sink *)sink;
  struct output output = text_start(p);
  time_reach(p, told->instructions);
  headline_print_end(&output, told, p->story.options.symbols);
  draw_instant(p, 0, PACKET_CATEGORY_END, output_finish(&output));
}

/* Also of a run whose end nobody told. */
static enum rs_status perfetto_close(struct rs_trace_sink *sink, struct rs_error *error) {
  struct perfetto_sink *p = (struct perfetto_sink *)sink;
  lanes_clear(&p->lanes);
  enum rs_status status = output_close(&p->lanes.packets.output, error);
  free(p);
  return status;
}

struct rs_trace_sink *rs_perfetto_sink(FILE *file, const struct rs_text_options *options) {
  struct perfetto_sink *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->sink = (struct rs_trace_sink){ .level = options->level,
                                    .transition = perfetto_transition,
                                    .instruction = perfetto_instruction,
                                    .macro = perfetto_macro,
                                    .end = perfetto_end,
                                    .close = perfetto_close };
  p->story.options = *options;
  packets_init(&p->lanes.packets, file, p->buffer, sizeof p->buffer);
  p->lanes.count = 1;
  p->process = &p->lanes.process[0];
  return &p->sink;
}
