/* Tells a transition, an operation or a refused attempt in one line. */
#include "trace/headline.h"

#include "arch/bits.h"
#include "trace/bit_names.h"
#include "trace/fields.h"

void story_follow(struct story *story, const struct rs_transition_event *event) {
  refusals_follow(&story->refusals, event);
  story->call.abi = LINUX_NONE;
  story->answered.number = 0;
  if (!event->number) return;
  call_decode(event->transition, &story->options.memory, &story->call);
  if (!pending_leave(&story->pending, event, &story->answered)) story->answered.number = 0;
  pending_enter(&story->pending, event, &story->call);
}

static void print_ring(struct output *output, unsigned ring) {
  output_colour(output, ring == 0 ? COLOUR_KERNEL : COLOUR_USER);
  output_char(output, (char)('0' + ring));
  output_colour(output, COLOUR_NONE);
}

static void print_place(struct output *output, const struct story *story, const struct rs_cpu *cpu) {
  output_symbol(output, story->options.symbols, cpu_code_address(cpu));
}

static bool cause_is_fault(const struct rs_cause *cause) {
  return cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION;
}

static void print_cause(struct output *output, const struct rs_cause *cause) {
  output_colour(output, cause_is_fault(cause) ? COLOUR_RED : COLOUR_BOLD);
  cause_print(output, cause);
  output_colour(output, COLOUR_NONE);
}

static void print_new_task(struct output *output, const struct rs_task *task) {
  output_text(output, " to ");
  output_text(output, task->name);
  output_text(output, " (pid ");
  output_decimal(output, task->id);
  output_char(output, ')');
}

/* What a page fault's error code says, for those whose walk nobody told [SDM3 "Page-Fault Exceptions"]. */
static void print_page_fault_reason(struct output *output, uint32_t code) {
  output_text(output, code & PF_USER ? ": user " : ": supervisor ");
  output_text(output, code & PF_FETCH ? "fetch" : code & PF_WRITE ? "write" : "read");
  if (!(code & PF_PRESENT))
    output_text(output, ", page not present");
  else if (code & PF_RESERVED)
    output_text(output, ", reserved bit set in a page-table entry");
  else if (code & PF_PROTECTION_KEY)
    output_text(output, ", refused by the protection key");
  else
    output_text(output, ", refused by the page's protection");
}

void headline_print_raised(struct output *output, const struct rs_cause *cause) {
  if (!cause_is_fault(cause)) return;
  if (cause->interrupt.vector == VECTOR_PF) {
    print_page_fault_reason(output, cause->interrupt.error_code);
  } else if (cause->interrupt.dr6) {
    output_text(output, ": ");
    bits_print(output, bits_dr6, cause->interrupt.dr6, "");
  }
}

static void print_reason(struct output *output, const struct story *story, const struct rs_cause *cause) {
  if (!cause_is_fault(cause) || !story->refusals.count) {
    headline_print_raised(output, cause);
    return;
  }
  output_text(output, ": ");
  refusals_print(output, &story->refusals);
}

static void print_answer(struct output *output, const struct story *story, const struct rs_cpu *after) {
  output_text(output, " #");
  output_decimal(output, story->answered.number);
  if (story->answered.call.abi == LINUX_NONE) return;
  output_text(output, " = ");
  call_print_result(output, &story->answered.call, after->general[0]);
}

/* The TSSs, where TR was written; and what then went wrong in the new task. */
static void print_task_state(struct output *output, const struct rs_transition *transition) {
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind != RS_STEP_WRITE || !step_is_register(step) || step->reg != RS_TR) continue;
    output_text(output, ", task ");
    output_hex(output, step->write.old.segment.selector);
    output_text(output, " -> ");
    output_hex(output, step->write.new.segment.selector);
  }
  if (transition->outcome != RS_TASK_FAULTED) return;
  output_text(output, ", which raised ");
  fields_fault(output, &transition->fault);
}

/* `#12 3->0 `. */
static void print_number(struct output *output, const struct rs_transition_event *event) {
  output_char(output, '#');
  output_decimal(output, event->number);
  output_char(output, ' ');
  print_ring(output, event->transition->before.cpl);
  output_text(output, "->");
  print_ring(output, event->transition->after.cpl);
  output_char(output, ' ');
}

static void print_transition(struct output *output, const struct story *story,
                             const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  print_number(output, event);
  print_cause(output, &transition->cause);
  output_char(output, ' ');
  print_place(output, story, &transition->before);
  output_text(output, " -> ");
  print_place(output, story, &transition->after);
  print_task_state(output, transition);
  print_reason(output, story, &transition->cause);
  if (story->call.abi != LINUX_NONE) {
    output_char(output, ' ');
    call_print(output, &story->call, &transition->before, &story->options.memory);
  }
  if (story->answered.number) print_answer(output, story, &transition->after);
}

static void print_task_switch(struct output *output, const struct story *story,
                              const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  print_number(output, event);
  output_colour(output, COLOUR_BOLD);
  output_text(output, "mov cr3");
  output_colour(output, COLOUR_NONE);
  output_char(output, ' ');
  print_place(output, story, &transition->before);
  print_new_task(output, &event->task);
}

static void print_shutdown(struct output *output, const struct story *story,
                           const struct rs_transition_event *event) {
  output_char(output, '#');
  output_decimal(output, event->number);
  output_char(output, ' ');
  print_ring(output, event->transition->before.cpl);
  output_char(output, ' ');
  output_colour(output, COLOUR_RED);
  output_text(output, "shutdown");
  output_colour(output, COLOUR_NONE);
  output_text(output, " at ");
  print_place(output, story, &event->transition->before);
}

static void print_unnumbered(struct output *output, unsigned ring) {
  output_text(output, "- ");
  print_ring(output, ring);
  output_char(output, ' ');
}

static void print_refused(struct output *output, const struct story *story,
                          const struct rs_transition *transition) {
  print_unnumbered(output, transition->before.cpl);
  print_cause(output, &transition->cause);
  output_text(output, " at ");
  print_place(output, story, &transition->before);
  output_colour(output, COLOUR_RED);
  output_text(output, " FAULTED ");
  output_colour(output, COLOUR_NONE);
  fields_fault(output, &transition->fault);
}

static void print_port(struct output *output, const struct rs_port_access *port) {
  output_text(output, "port ");
  output_hex(output, port->port);
  if (port->input) return;
  output_text(output, " = ");
  output_hex(output, port->value);
  if (port->size != 1 || port->value < ' ' || port->value > '~') return;
  output_text(output, " '");
  output_char(output, (char)port->value);
  output_char(output, '\'');
}

/* SWAPGS and WRFSBASE move a base and keep the selector. */
static bool base_alone_changed(const struct rs_step *step) {
  const struct rs_segment *old = &step->write.old.segment, *new = &step->write.new.segment;
  return old->selector == new->selector && old->base != new->base;
}

/* Flags and control bits by what changed; entry points by their symbol. */
static void print_written(struct output *output, const struct story *story, const struct rs_step *step) {
  enum rs_register reg = (enum rs_register)step->reg;
  output_text(output, rs_register_name(reg));
  if (register_is_segment(reg) && base_alone_changed(step)) {
    output_text(output, " base = ");
    output_hex(output, step->write.new.segment.base);
    return;
  }
  output_text(output, " = ");
  fields_register(output, reg, &step->write.new);
  if (register_is_segment(reg)) return;
  char meaning[256];
  struct output words;
  output_init(&words, NULL, meaning, sizeof meaning, false);
  if (!fields_meaning(&words, step, story->options.symbols)) return;
  output_text(output, " (");
  output_text(output, output_finish(&words));
  output_char(output, ')');
}

/* A destination that the operation's name has, its register says better: "mov cr0 = ...". */
static const char *operation_name(enum rs_operation operation) {
  switch (operation) {
  case RS_OP_MOV_TO_CR:
  case RS_OP_MOV_TO_DR:
  case RS_OP_MOV_TO_SEGMENT: return "mov";
  case RS_OP_POP_SEGMENT: return "pop";
  default: return rs_operation_name(operation);
  }
}

static void print_operation(struct output *output, const struct story *story,
                            const struct rs_transition *transition) {
  const char *separator = " ";
  output_colour(output, COLOUR_BOLD);
  output_text(output, operation_name(transition->cause.instruction.operation));
  output_colour(output, COLOUR_NONE);
  if (transition->port.wanted) {
    output_text(output, separator);
    print_port(output, &transition->port);
    separator = ", ";
  }
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    bool shown = step->kind == RS_STEP_WRITE && step_is_register(step) && step->reg != RS_RIP;
    if (!shown) continue;
    output_text(output, separator);
    print_written(output, story, step);
    separator = ", ";
  }
}

void headline_print_label(struct output *output, const struct story *story,
                          const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  if (event->switches_task) {
    output_text(output, "mov cr3");
    print_new_task(output, &event->task);
  } else if (event->number || transition->outcome == RS_FAULTED) {
    print_cause(output, &transition->cause);
    print_task_state(output, transition);
    if (!story->refusals.count) headline_print_raised(output, &transition->cause);
  } else {
    print_operation(output, story, transition);
  }
}

void headline_print(struct output *output, const struct story *story,
                    const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  if (transition->outcome == RS_FAULTED)
    print_refused(output, story, transition);
  else if (transition->cause.mechanism == RS_MECHANISM_SHUTDOWN)
    print_shutdown(output, story, event);
  else if (event->switches_task)
    print_task_switch(output, story, event);
  else if (event->number)
    print_transition(output, story, event);
  else {
    print_unnumbered(output, transition->before.cpl);
    print_operation(output, story, transition);
    output_text(output, " at ");
    print_place(output, story, &transition->before);
  }
}

void headline_print_end(struct output *output, const struct rs_end_event *event,
                        const struct rs_symbols *symbols) {
  fields_end(output, event);
  output_text(output, " after ");
  output_decimal(output, event->instructions);
  output_text(output, event->instructions == 1 ? " instruction" : " instructions");
  if (event->reason != RS_END_EXIT) {
    output_text(output, " at ");
    output_symbol(output, symbols, event->rip);
  }
}
