/* Remembers refused attempts and tells them. */
#include "trace/refusals.h"

#include "arch/bits.h"
#include "trace/fields.h"

static void refusals_add(struct refusals *refusals, const struct rs_transition *transition) {
  if (refusals->count == REFUSAL_LIMIT) return;
  struct refusal *refusal = &refusals->refusal[refusals->count++];
  refusal->cause = transition->cause;
  refusal->address = cpu_code_address(&transition->before);
  refusal->cpl = transition->before.cpl;
  refusal->fault = transition->fault;
  refusal->check = transition->step[transition->fault.check];
}

void refusals_follow(struct refusals *refusals, const struct rs_transition_event *event) {
  if (!event->parent) refusals->count = 0;
  if (rs_outcome_has_fault(event->transition->outcome)) refusals_add(refusals, event->transition);
}

static void software_interrupt_print(struct output *output, const struct rs_cause *cause) {
  enum rs_operation operation = cause->has_instruction ? cause->instruction.operation : RS_OP_INT;
  output_text(output, rs_operation_name(operation));
  if (operation != RS_OP_INT) return;
  output_char(output, ' ');
  output_hex(output, cause->interrupt.vector);
}

static void origin_print(struct output *output, const struct rs_interrupt_origin *origin) {
  if (origin->kind == RS_ORIGIN_NONE) return;
  output_text(output, " (");
  fields_origin(output, origin);
  output_char(output, ')');
}

static void interrupt_print(struct output *output, const struct rs_cause *cause) {
  const struct rs_interrupt_request *request = &cause->interrupt;
  struct rs_fault fault = { .vector = request->vector,
                            .has_error_code = request->has_error_code,
                            .error_code = request->error_code,
                            .has_cr2 = request->has_cr2,
                            .cr2 = request->cr2 };
  switch (request->source) {
  case RS_SOURCE_SOFTWARE:
  case RS_SOURCE_PRIVILEGED_SOFTWARE: software_interrupt_print(output, cause); return;
  case RS_SOURCE_EXCEPTION: fields_fault(output, &fault); return;
  case RS_SOURCE_NMI: output_text(output, "NMI"); break;
  case RS_SOURCE_EXTERNAL:
    output_text(output, "external interrupt ");
    output_hex(output, request->vector);
    break;
  }
  origin_print(output, &request->origin);
}

void cause_print(struct output *output, const struct rs_cause *cause) {
  if (cause->mechanism == RS_MECHANISM_INTERRUPT) {
    interrupt_print(output, cause);
  } else if (cause->mechanism == RS_MECHANISM_OPERATION && !cause->has_instruction) {
    output_text(output, "access");
  } else if (cause->has_instruction &&
             (cause->mechanism == RS_MECHANISM_OPERATION || cause->mechanism == RS_MECHANISM_FAR_TRANSFER ||
              cause->mechanism == RS_MECHANISM_TASK_SWITCH)) {
    output_text(output, rs_operation_name(cause->instruction.operation));
  } else {
    output_text(output, rs_mechanism_name(cause->mechanism));
  }
}

static void failed_check_print(struct output *output, const struct refusal *refusal) {
  output_text(output, " failed the check \"");
  fields_check(output, &refusal->check);
  output_char(output, '"');
}

void refusals_print(struct output *output, const struct refusals *refusals) {
  for (unsigned i = 0; i < refusals->count; i++) {
    if (i) output_text(output, "; ");
    cause_print(output, &refusals->refusal[i].cause);
    failed_check_print(output, &refusals->refusal[i]);
  }
}

static bool is_exception(const struct rs_cause *cause) {
  return cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION;
}

/* Who was refused: the first one with its place, later ones as the deliveries that they are. */
static void refused_print(struct output *output, const struct refusal *refusal, bool first,
                          const struct rs_symbols *symbols) {
  bool delivery = is_exception(&refusal->cause);
  if (!first && delivery && refusal->cause.interrupt.vector == VECTOR_DF)
    output_text(output, "A fault of that class during such a delivery becomes a double fault. ");
  if (delivery && !first) output_text(output, "Delivering ");
  cause_print(output, &refusal->cause);
  if (!first) return;
  output_text(output, " at ");
  output_symbol(output, symbols, refusal->address);
  output_text(output, " in ring ");
  output_decimal(output, refusal->cpl);
  if (delivery) output_text(output, " could not be delivered: it");
}

void refusals_print_shutdown(struct output *output, const struct refusals *refusals,
                             const struct rs_symbols *symbols) {
  for (unsigned i = 0; i < refusals->count; i++) {
    const struct refusal *refusal = &refusals->refusal[i];
    refused_print(output, refusal, i == 0, symbols);
    failed_check_print(output, refusal);
    output_text(output, " [");
    output_text(output, rs_check_citation((enum rs_check)refusal->check.id));
    output_text(output, "], which raised ");
    fields_fault(output, &refusal->fault);
    output_text(output, ". ");
  }
  output_text(output, "A fault during the delivery of a double fault is a triple fault: nothing is left to "
                      "deliver, and the processor shuts down.");
}
