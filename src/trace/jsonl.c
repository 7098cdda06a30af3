/* The JSON Lines sink: one object for each event, as docs/jsonl.md describes. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "trace/changes.h"
#include "trace/disasm.h"
#include "trace/fields.h"
#include "trace/headline.h"
#include "trace/json_values.h"
#include "trace/macro_steps.h"

enum { JSONL_BUFFER = 1 << 16, JSONL_TEXT = 4096, JSONL_PLACE = 160, JSONL_VERSION = 1 };

struct jsonl_sink {
  struct rs_trace_sink sink;
  struct output output;
  struct story story;
  struct disasm *disasm; /* at RS_TRACE_INSTRUCTIONS */
  bool memory_was_short; /* then the event is missing, and `close` says so */
  char buffer[JSONL_BUFFER];
  char text[JSONL_TEXT]; /* of the string being made */
};

static struct output text_start(struct jsonl_sink *jsonl) {
  struct output output;
  output_init(&output, NULL, jsonl->text, sizeof jsonl->text, false);
  return output;
}

static json_t *text_end(struct output *output) {
  return json_string_nocheck(output_finish(output));
}

static int write_part(const char *bytes, size_t size, void *context) {
  output_bytes(context, bytes, size);
  return 0;
}

/* Writes the line and releases `event`, which is NULL or incomplete when memory was short. */
static void write_line(struct jsonl_sink *jsonl, json_t *event, bool complete) {
  if (complete && json_dump_callback(event, write_part, &jsonl->output, JSON_COMPACT) == 0)
    output_line(&jsonl->output);
  else
    jsonl->memory_was_short = true;
  output_flush(&jsonl->output);
  json_decref(event);
}

static json_t *json_place(const struct jsonl_sink *jsonl, const struct rs_cpu *cpu) {
  char place[JSONL_PLACE];
  uint64_t address = cpu_code_address(cpu);
  rs_symbols_format(jsonl->story.options.symbols, address, place, sizeof place);
  return json_pack("{s:i, s:o, s:s}", "cpl", cpu->cpl, "address", json_hex(address), "place", place);
}

static json_t *json_hex_bytes(const uint8_t *bytes, size_t size) {
  char text[2 * 15 + 1];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  for (size_t i = 0; i < size; i++)
    output_hex_digits(&output, bytes[i], 2);
  return text_end(&output);
}

static const char *source_name(enum rs_interrupt_source source) {
  switch (source) {
  case RS_SOURCE_SOFTWARE: return "software";
  case RS_SOURCE_PRIVILEGED_SOFTWARE: return "privileged software";
  case RS_SOURCE_EXCEPTION: return "exception";
  case RS_SOURCE_EXTERNAL: return "external";
  case RS_SOURCE_NMI: return "nmi";
  }
  return "";
}

/* Vector, error code, CR2 and DR6's new bits, of a fault as of a request. */
static json_t *json_fault(uint8_t vector, const uint32_t *error_code, const uint64_t *cr2, uint32_t dr6) {
  json_t *fault = json_pack("{s:i}", "vector", vector);
  bool complete = !error_code || json_put(fault, "error_code", json_hex(*error_code));
  complete = (!cr2 || json_put(fault, "cr2", json_hex(*cr2))) && complete;
  complete = (!dr6 || json_put(fault, "dr6", json_hex(dr6))) && complete;
  if (complete) return fault;
  json_decref(fault);
  return NULL;
}

static json_t *json_origin(const struct rs_interrupt_origin *origin) {
  char text[24];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  fields_origin(&output, origin);
  return text_end(&output);
}

static json_t *json_interrupt(const struct rs_interrupt_request *request) {
  json_t *interrupt = json_fault(request->vector, request->has_error_code ? &request->error_code : NULL,
                                 request->has_cr2 ? &request->cr2 : NULL, request->dr6);
  bool complete = json_put(interrupt, "source", json_string(source_name(request->source)));
  complete = json_put(interrupt, "return_rip", json_hex(request->return_rip)) && complete;
  if (request->origin.kind)
    complete = json_put(interrupt, "origin", json_origin(&request->origin)) && complete;
  if (complete) return interrupt;
  json_decref(interrupt);
  return NULL;
}

static json_t *json_port(const struct rs_port_access *port) {
  return json_pack("{s:b, s:i, s:o, s:o}", "input", port->input, "size", port->size, "port",
                   json_hex(port->port), "value", json_hex(port->value));
}

static bool put_cause(json_t *event, const struct rs_transition *transition) {
  const struct rs_cause *cause = &transition->cause;
  const struct rs_instruction *instruction = &cause->instruction;
  bool complete = json_put(event, "mechanism", json_string(rs_mechanism_name(cause->mechanism)));
  if (cause->has_instruction)
    complete = json_put(event, "instruction",
                        json_pack("{s:s, s:o}", "name", rs_operation_name(instruction->operation), "bytes",
                                  json_hex_bytes(instruction->bytes, instruction->length))) &&
               complete;
  if (cause->mechanism == RS_MECHANISM_INTERRUPT || cause->mechanism == RS_MECHANISM_SHUTDOWN)
    complete = json_put(event, "interrupt", json_interrupt(&cause->interrupt)) && complete;
  if (transition->port.wanted) complete = json_put(event, "port", json_port(&transition->port)) && complete;
  return complete;
}

static bool put_outcome(json_t *event, const struct rs_transition *transition) {
  static const char *const name[] = {
    [RS_COMPLETED] = "completed",
    [RS_FAULTED] = "faulted",
    [RS_TASK_FAULTED] = "faulted in the new task",
    [RS_SHUTDOWN] = "shutdown",
  };
  const struct rs_fault *fault = &transition->fault;
  bool complete = json_put(event, "outcome", json_string(name[transition->outcome]));
  if (!rs_outcome_has_fault(transition->outcome)) return complete;
  json_t *object = json_fault(fault->vector, fault->has_error_code ? &fault->error_code : NULL,
                              fault->has_cr2 ? &fault->cr2 : NULL, fault->dr6);
  complete = json_put(object, "check", json_integer(fault->check)) && complete;
  return json_put(event, "fault", object) && complete;
}

static json_t *json_call(struct jsonl_sink *jsonl, const struct rs_cpu *before) {
  const struct call *call = &jsonl->story.call;
  const uint64_t *argument = call->argument;
  struct output output = text_start(jsonl);
  call_print(&output, call, before, &jsonl->story.options.memory);
  json_t *name = call->known ? json_string(call->known->name) : json_null();
  json_t *arguments =
      json_pack("[o, o, o, o, o, o]", json_hex(argument[0]), json_hex(argument[1]), json_hex(argument[2]),
                json_hex(argument[3]), json_hex(argument[4]), json_hex(argument[5]));
  return json_pack("{s:s, s:I, s:o, s:o, s:o}", "abi", call->abi == LINUX_I386 ? "i386" : "x86-64", "number",
                   (json_int_t)call->number, "name", name, "arguments", arguments, "text", text_end(&output));
}

static json_t *json_answer(struct jsonl_sink *jsonl, const struct rs_cpu *after) {
  const struct pending *entry = &jsonl->story.answered;
  json_t *answer = json_pack("{s:I}", "number", (json_int_t)entry->number);
  if (entry->call.abi == LINUX_NONE) return answer;
  struct output output = text_start(jsonl);
  call_print_result(&output, &entry->call, after->general[0]);
  if (json_put(answer, "result", json_hex(after->general[0])) && json_put(answer, "text", text_end(&output)))
    return answer;
  json_decref(answer);
  return NULL;
}

static json_t *json_task(const struct rs_task *task) {
  return json_pack("{s:I, s:s}", "id", (json_int_t)task->id, "name", task->name);
}

static bool put_calls(struct jsonl_sink *jsonl, json_t *event, const struct rs_transition *transition) {
  const struct story *story = &jsonl->story;
  bool complete = true;
  if (story->call.abi != LINUX_NONE)
    complete = json_put(event, "call", json_call(jsonl, &transition->before));
  if (story->answered.number)
    complete = json_put(event, "answers", json_answer(jsonl, &transition->after)) && complete;
  return complete;
}

static bool put_state(struct jsonl_sink *jsonl, json_t *event, const struct rs_transition_event *told) {
  const struct rs_transition *transition = told->transition;
  bool complete = json_put(event, "before", json_registers(&transition->before));
  complete = json_put(event, "steps", json_steps(transition, jsonl->story.options.symbols)) && complete;
  complete = json_put(event, "after", json_registers(&transition->after)) && complete;
  json_t *stacks =
      json_pack("{s:o, s:o}", "before", json_stack(&told->old_stack), "after", json_stack(&told->new_stack));
  return json_put(event, "stacks", stacks) && complete;
}

static const char *event_type(const struct rs_transition_event *event) {
  if (event->number) return "transition";
  return event->transition->outcome == RS_FAULTED ? "refused" : "operation";
}

static void jsonl_transition(struct rs_trace_sink *sink, const struct rs_transition_event *told) {
  struct jsonl_sink *jsonl = (struct jsonl_sink *)sink;
  const struct rs_transition *transition = told->transition;
  story_follow(&jsonl->story, told);
  if (sink->muted) return;
  struct output output = text_start(jsonl);
  headline_print(&output, &jsonl->story, told);
  json_t *event = json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "type", event_type(told), "sequence",
                            (json_int_t)told->sequence, "number", (json_int_t)told->number, "parent",
                            (json_int_t)told->parent, "instructions", (json_int_t)told->instructions, "text",
                            text_end(&output));
  bool complete = put_cause(event, transition);
  complete = json_put(event, "from", json_place(jsonl, &transition->before)) && complete;
  complete = json_put(event, "to", json_place(jsonl, &transition->after)) && complete;
  complete = put_outcome(event, transition) && complete;
  if (told->switches_task) complete = json_put(event, "switches_to", json_task(&told->task)) && complete;
  complete = put_calls(jsonl, event, transition) && complete;
  complete = put_state(jsonl, event, told) && complete;
  write_line(jsonl, event, complete);
}

static json_t *json_register_changes(const struct rs_instruction_event *event) {
  enum rs_register changed[RS_REGISTER_COUNT];
  unsigned count = changes_list(event->before, event->after, changed);
  json_t *array = json_array();
  for (unsigned i = 0; i < count; i++) {
    union rs_value old = rs_cpu_get(event->before, changed[i]), new = rs_cpu_get(event->after, changed[i]);
    json_t *change = json_pack("{s:s, s:o, s:o}", "register", rs_register_name(changed[i]), "old",
                               json_register(changed[i], &old), "new", json_register(changed[i], &new));
    if (json_array_append_new(array, change) == 0) continue;
    json_decref(array);
    return NULL;
  }
  return array;
}

static json_t *json_memory_changes(const struct rs_instruction_event *event) {
  json_t *array = json_array();
  for (unsigned i = 0; i < event->write_count; i++) {
    const struct rs_memory_change *write = &event->write[i];
    json_t *change = json_pack("{s:o, s:i, s:o, s:o}", "linear", json_hex(write->linear), "size", write->size,
                               "old", json_hex(write->old), "new", json_hex(write->new));
    if (json_array_append_new(array, change) == 0) continue;
    json_decref(array);
    return NULL;
  }
  return array;
}

static void jsonl_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *told) {
  struct jsonl_sink *jsonl = (struct jsonl_sink *)sink;
  struct output output = text_start(jsonl);
  disasm_print(jsonl->disasm, &output, told->before, told->linear, told->bytes, told->length);
  json_t *event = json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o}", "type", "instruction", "instructions",
                            (json_int_t)told->instructions, "from", json_place(jsonl, told->before), "text",
                            text_end(&output), "bytes", json_hex_bytes(told->bytes, told->length),
                            "registers", json_register_changes(told), "memory", json_memory_changes(told));
  write_line(jsonl, event, event != NULL);
}

static void jsonl_macro(struct rs_trace_sink *sink, const struct rs_macro_event *told) {
  struct jsonl_sink *jsonl = (struct jsonl_sink *)sink;
  struct output output = text_start(jsonl);
  macro_print_line(&output, told, jsonl->story.options.symbols);
  json_t *event =
      json_pack("{s:s, s:I, s:o, s:i, s:s, s:o, s:o, s:o}", "type", "macro", "instructions",
                (json_int_t)told->instructions, "text", text_end(&output), "step", (int)told->step.number,
                "name", told->step.name, "from", json_place(jsonl, told->cpu), "registers",
                json_registers(told->cpu), "stack", json_stack(&told->stack));
  write_line(jsonl, event, event != NULL);
}

static void jsonl_end(struct rs_trace_sink *sink, const struct rs_end_event *told) {
  static const char *const name[] = {
    [RS_END_EXIT] = "exit",   [RS_END_HALT] = "halt",       [RS_END_SHUTDOWN] = "shutdown",
    [RS_END_LIMIT] = "limit", [RS_END_STOPPED] = "stopped", [RS_END_FAILED] = "failed"
  };
  struct jsonl_sink *jsonl = (struct jsonl_sink *)sink;
  json_t *event =
      json_pack("{s:s, s:s, s:i, s:I, s:o}", "type", "end", "reason", name[told->reason], "status",
                told->status, "instructions", (json_int_t)told->instructions, "rip", json_hex(told->rip));
  write_line(jsonl, event, event != NULL);
}

static enum rs_status jsonl_close(struct rs_trace_sink *sink, struct rs_error *error) {
  struct jsonl_sink *jsonl = (struct jsonl_sink *)sink;
  enum rs_status status = output_close(&jsonl->output, error);
  if (status == RS_OK && jsonl->memory_was_short)
    status = rs_fail(error, RS_OUT_OF_MEMORY, "the trace lacks events: memory was short");
  disasm_close(jsonl->disasm);
  free(jsonl);
  return status;
}

static void write_header(struct jsonl_sink *jsonl) {
  static const char *const level[] = { "off", "macro", "transitions", "steps", "instructions" };
  json_t *header = json_pack("{s:s, s:s, s:i, s:s}", "type", "header", "format", "ringside-trace", "version",
                             JSONL_VERSION, "level", level[jsonl->sink.level]);
  write_line(jsonl, header, header != NULL);
}

struct rs_trace_sink *rs_jsonl_sink(FILE *file, const struct rs_text_options *options) {
  struct jsonl_sink *jsonl = calloc(1, sizeof *jsonl);
  if (!jsonl) return NULL;
  jsonl->sink = (struct rs_trace_sink){ .level = options->level,
                                        .wants_stacks = true,
                                        .transition = jsonl_transition,
                                        .instruction = jsonl_instruction,
                                        .macro = jsonl_macro,
                                        .end = jsonl_end,
                                        .close = jsonl_close };
  if (options->level >= RS_TRACE_INSTRUCTIONS && !(jsonl->disasm = disasm_open())) {
    free(jsonl);
    return NULL;
  }
  jsonl->story.options = *options;
  output_init(&jsonl->output, file, jsonl->buffer, sizeof jsonl->buffer, false);
  write_header(jsonl);
  return &jsonl->sink;
}
