/* The records of a log, each described once for its writer and its reader. */
#include "log/record.h"

#include <string.h>

#include "arch/instruction.h"
#include "trace/fields.h"
#include "trace/symbols.h"

void log_preamble(uint8_t bytes[LOG_PREAMBLE], uint32_t version) {
  static const uint8_t start[] = { 0x50, 0x2a, 0x4d, 0x18, 12, 0, 0, 0 };
  static const char name[8] = { 'R', 'I', 'N', 'G', 'S', 'I', 'D', 'E' };
  memcpy(bytes, start, sizeof start);
  memcpy(bytes + sizeof start, name, sizeof name);
  for (unsigned i = 0; i < 4; i++)
    bytes[16 + i] = (uint8_t)(version >> 8 * i);
}

/* Index 0: a text follows, and is remembered while there is room; else the text of that number. */
static void code_string(struct coder *c, struct log_state *state, char text[LOG_NAME]) {
  unsigned known = 0;
  while (c->writing && known < state->string_count && strcmp(state->string[known], text) != 0)
    known++;
  uint64_t index = c->writing && known < state->string_count ? known + 1 : 0;
  index = code_up_to(c, index, state->string_count);
  if (index) {
    memcpy(text, state->string[index - 1], LOG_NAME);
    return;
  }
  code_text(c, text, LOG_NAME);
  if (state->string_count == LOG_STRINGS) return;
  memcpy(state->string[state->string_count++], text, strlen(text) + 1);
}

void record_facts(struct coder *c, struct log_facts *facts) {
  code_u8(c, &facts->level, RS_TRACE_INSTRUCTIONS);
  code_u8(c, &facts->model, RS_CPU_AMD);
  facts->symbols = (uint32_t)code_up_to(c, facts->symbols, LOG_SYMBOLS);
  code_text(c, facts->writer, sizeof facts->writer);
  code_text(c, facts->program, sizeof facts->program);
}

void record_symbol(struct coder *c, struct log_state *state, struct log_symbol *symbol) {
  code_u32(c, &symbol->image);
  code_u8(c, &symbol->rank, SYMBOL_FUNCTION);
  code_flag(c, &symbol->sized);
  code_delta(c, state->symbol, &symbol->address);
  code_u64(c, &symbol->reach);
  code_text(c, symbol->name, sizeof symbol->name);
  state->symbol = symbol->address;
}

/* Everything else of it is decoded anew. */
static void code_instruction(struct coder *c, const struct rs_cpu *before,
                             struct rs_instruction *instruction) {
  struct rs_instruction decoded;
  instruction->operation =
      (enum rs_operation)code_up_to(c, (uint64_t)instruction->operation, RS_OPERATION_COUNT - 1);
  code_u8(c, &instruction->length, 15);
  code_bytes(c, instruction->bytes, instruction->length);
  if (c->writing || c->failed) return;
  if (instruction_decode(instruction->bytes, instruction->length, code_size_of(before), &decoded) &&
      decoded.operation == instruction->operation && decoded.length == instruction->length)
    *instruction = decoded;
}

static void code_raised(struct coder *c, bool *has_error_code, uint32_t *error_code, bool *has_cr2,
                        uint64_t *cr2, uint32_t *dr6) {
  code_flag(c, has_error_code);
  if (*has_error_code) code_u32(c, error_code);
  code_flag(c, has_cr2);
  if (*has_cr2) code_u64(c, cr2);
  code_u32(c, dr6);
}

static void code_interrupt(struct coder *c, const struct rs_cpu *before,
                           struct rs_interrupt_request *request) {
  code_u8(c, &request->vector, UINT8_MAX);
  code_u8(c, &request->origin.kind, RS_ORIGIN_APIC_ERROR);
  code_u8(c, &request->origin.line, UINT8_MAX);
  request->source = (enum rs_interrupt_source)code_up_to(c, (uint64_t)request->source, RS_SOURCE_NMI);
  code_raised(c, &request->has_error_code, &request->error_code, &request->has_cr2, &request->cr2,
              &request->dr6);
  code_delta(c, before->rip, &request->return_rip);
}

static void code_cause(struct coder *c, const struct rs_cpu *before, struct rs_cause *cause) {
  cause->mechanism = (enum rs_mechanism)code_up_to(c, (uint64_t)cause->mechanism, RS_MECHANISM_OPERATION);
  code_flag(c, &cause->has_instruction);
  if (cause->has_instruction) code_instruction(c, before, &cause->instruction);
  if (cause->mechanism == RS_MECHANISM_INTERRUPT || cause->mechanism == RS_MECHANISM_SHUTDOWN)
    code_interrupt(c, before, &cause->interrupt);
}

/* After the steps, one of which decided it. */
static void code_fault(struct coder *c, unsigned step_count, struct rs_fault *fault) {
  code_u8(c, &fault->vector, UINT8_MAX);
  code_raised(c, &fault->has_error_code, &fault->error_code, &fault->has_cr2, &fault->cr2, &fault->dr6);
  code_u16(c, &fault->check, (uint16_t)(step_count ? step_count - 1 : 0));
  if (step_count == 0) c->failed = true;
}

static void code_port(struct coder *c, struct rs_port_access *port) {
  code_flag(c, &port->wanted);
  if (!port->wanted) return;
  code_flag(c, &port->input);
  code_u8(c, &port->size, 4);
  code_u16(c, &port->port, UINT16_MAX);
  code_u32(c, &port->value);
}

static void code_window(struct coder *c, const struct rs_cpu *cpu, struct rs_stack_window *window) {
  code_u8(c, &window->word_size, 8);
  if (window->word_size & 1 || window->word_size == 6) c->failed = true;
  code_delta(c, cpu->general[RS_RSP - RS_RAX], &window->pointer);
  window->mapped = (uint32_t)code_up_to(c, window->mapped, (UINT32_C(2) << 2 * RS_STACK_WORDS) - 1);
  for (unsigned i = 0; i < 2 * RS_STACK_WORDS + 1; i++)
    if (window->mapped >> i & 1) code_u64(c, &window->word[i]);
}

static void code_reads(struct coder *c, struct log_reads *reads) {
  reads->count = (unsigned)code_up_to(c, reads->count, LOG_READS);
  for (unsigned i = 0; i < reads->count; i++) {
    struct log_read *read = &reads->read[i];
    code_u64(c, &read->linear);
    code_u8(c, &read->wanted, LOG_READ_BYTES);
    code_u8(c, &read->got, read->wanted);
    code_bytes(c, read->bytes, read->got);
  }
}

static void code_task(struct coder *c, struct log_state *state, struct rs_task *task) {
  char name[LOG_NAME] = "";
  if (c->writing) memcpy(name, task->name, sizeof task->name);
  code_u32(c, &task->id);
  code_string(c, state, name);
  if (strlen(name) >= sizeof task->name) c->failed = true;
  if (!c->writing && !c->failed) memcpy(task->name, name, sizeof task->name);
}

/* What numbers it: the sequence and the count as they went on; a number where it has one, the parent where it
 * follows from one. */
static void code_numbers(struct coder *c, struct log_state *state, struct rs_transition_event *event) {
  bool numbered = event->number != 0, follows = event->parent != 0;
  code_delta(c, state->sequence, &event->sequence);
  code_delta(c, state->instructions, &event->instructions);
  code_flag(c, &numbered);
  if (numbered) code_delta(c, state->number, &event->number);
  code_flag(c, &follows);
  if (follows) code_delta(c, event->sequence, &event->parent);
  state->sequence = event->sequence;
  state->instructions = event->instructions;
  if (numbered) state->number = event->number;
}

static void code_body(struct coder *c, struct log_state *state, struct rs_transition *transition) {
  struct rs_cpu *before = &transition->before;
  code_cause(c, before, &transition->cause);
  code_port(c, &transition->port);
  state->cpu = *before;
  code_steps(c, state, transition, &state->cpu);
  transition->outcome = (enum rs_outcome)code_up_to(c, (uint64_t)transition->outcome, RS_SHUTDOWN);
  if (rs_outcome_has_fault(transition->outcome)) code_fault(c, transition->step_count, &transition->fault);
  code_cpu(c, &state->cpu, &transition->after);
}

void record_here(struct coder *c, struct log_state *state, struct log_here *here) {
  code_u64(c, &here->instructions);
  code_u64(c, &here->sequence);
  code_u64(c, &here->number);
  code_task(c, state, &here->task);
  here->entry_count = (unsigned)code_up_to(c, here->entry_count, LOG_ENTRIES);
  for (unsigned i = 0; i < here->entry_count; i++)
    code_delta(c, here->number, &here->entry[i]);
  state->instructions = here->instructions;
  state->sequence = here->sequence;
  state->number = here->number;
}

void record_transition(struct coder *c, struct log_state *state, struct log_transition *told,
                       struct rs_transition *transition) {
  struct rs_transition_event *event = &told->event;
  code_numbers(c, state, event);
  state->cpu.tsc = event->instructions + state->tsc_offset;
  code_cpu(c, &state->cpu, &transition->before);
  code_body(c, state, transition);
  state->cpu = transition->after;
  state->tsc_offset = transition->after.tsc - event->instructions;
  code_flag(c, &event->switches_task);
  code_task(c, state, &event->task);
  code_window(c, &transition->before, &event->old_stack);
  code_window(c, &transition->after, &event->new_stack);
  code_reads(c, &told->reads);
}

static struct log_place *place_of(struct log_state *state, uint64_t linear) {
  return &state->place[(linear ^ linear >> 10) % LOG_PLACES];
}

static bool place_holds(const struct log_place *place, const struct rs_instruction_event *event) {
  return place->length == event->length && place->linear == event->linear &&
         memcmp(place->bytes, event->bytes, sizeof place->bytes) == 0;
}

uint8_t instruction_tag(const struct log_state *state, const struct rs_instruction_event *event) {
  const struct log_place *place = &state->place[(event->linear ^ event->linear >> 10) % LOG_PLACES];
  bool apart =
      event->instructions != state->instructions + 1 || event->linear != cpu_code_address(event->before);
  unsigned tag = LOG_INSTRUCTION;
  if (apart) tag |= LOG_APART;
  if (cpu_differs(&state->cpu, event->before)) tag |= LOG_BEFORE;
  if (!place_holds(place, event)) tag |= LOG_BYTES;
  if (event->write_count) tag |= LOG_WRITES;
  return (uint8_t)tag;
}

static void code_place(struct coder *c, struct log_state *state, uint8_t tag,
                       struct rs_instruction_event *event) {
  struct log_place *place = place_of(state, event->linear);
  if (tag & LOG_BYTES) {
    code_u8(c, &event->length, sizeof event->bytes);
    if (event->length == 0) c->failed = true;
    code_bytes(c, event->bytes, event->length);
    *place = (struct log_place){ .linear = event->linear, .length = event->length };
    memcpy(place->bytes, event->bytes, event->length);
  } else if (!c->writing) {
    if (place->length == 0 || place->linear != event->linear) c->failed = true;
    event->length = place->length;
    memcpy(event->bytes, place->bytes, sizeof event->bytes);
  }
}

static void code_writes(struct coder *c, struct log_state *state, struct rs_instruction_event *event) {
  event->write_count =
      (unsigned)code_up_to(c, event->write_count, sizeof event->write / sizeof event->write[0]);
  for (unsigned i = 0; i < event->write_count; i++) {
    struct rs_memory_change *change = &event->write[i];
    code_delta(c, state->linear, &change->linear);
    code_u8(c, &change->size, 8);
    code_u64(c, &change->old);
    code_delta(c, change->old, &change->new);
    state->linear = change->linear;
  }
}

/* The next instruction follows unless this one says otherwise. */
static void expect_next(struct rs_cpu *cpu, unsigned length) {
  cpu->rip += length;
  if (code_size_of(cpu) != CODE_64) cpu->rip = (uint32_t)cpu->rip;
}

void record_instruction(struct coder *c, struct log_state *state, uint8_t tag,
                        struct rs_instruction_event *event, struct rs_cpu *before, struct rs_cpu *after) {
  if (tag & LOG_BEFORE) code_cpu(c, &state->cpu, before);
  if (!c->writing && !(tag & LOG_BEFORE)) *before = state->cpu;
  if (!c->writing) {
    event->instructions = state->instructions + 1;
    event->linear = cpu_code_address(before);
  }
  if (tag & LOG_APART) {
    code_delta(c, state->instructions, &event->instructions);
    code_delta(c, cpu_code_address(before), &event->linear);
  }
  state->instructions = event->instructions;
  code_place(c, state, tag, event);
  if (tag & LOG_WRITES) code_writes(c, state, event);
  if (tag & LOG_BEFORE) state->cpu = *before;
  expect_next(&state->cpu, event->length);
  code_cpu(c, &state->cpu, after);
  if (after != &state->cpu) state->cpu = *after;
}

void record_macro(struct coder *c, struct log_state *state, struct log_macro *told, struct rs_cpu *cpu) {
  struct rs_macro_event *event = &told->event;
  code_delta(c, state->instructions, &event->instructions);
  code_cpu(c, &state->cpu, cpu);
  state->cpu = *cpu;
  uint64_t number = code_up_to(c, event->step.number, UINT8_MAX);
  event->step.number = (unsigned)number;
  code_delta(c, cpu_code_address(cpu), &event->step.linear);
  code_string(c, state, told->name);
  code_window(c, cpu, &event->stack);
}

void record_end(struct coder *c, struct log_state *state, struct rs_end_event *end) {
  uint64_t status = (uint64_t)(int64_t)end->status;
  end->reason = (enum rs_end_reason)code_up_to(c, (uint64_t)end->reason, RS_END_FAILED);
  code_delta(c, 0, &status);
  if (!c->writing) end->status = (int)(int64_t)status;
  code_delta(c, state->instructions, &end->instructions);
  code_delta(c, state->cpu.rip, &end->rip);
}
