/* The sample's events, made by hand. */
#include "log/sample.h"

#include <stdlib.h>
#include <string.h>

#include "trace/tracer.h"

static const char names[] = "0000000000401000 T main\n"
                            "ffffffff80100a00 T entry_syscall\n";

static void require(bool holds) {
  if (!holds) abort();
}

#define MAIN UINT64_C(0x401000)
#define ENTRY UINT64_C(0xffffffff80100a00)

struct run {
  struct tracer tracer;
  struct rs_cpu cpu;
  struct rs_transition transition;
  uint64_t instructions;
};

/* "hi\n" can be read at 0x402000, and nothing else. */
static size_t memory_read(void *context, const struct rs_cpu *cpu, uint64_t linear, void *bytes,
                          size_t size) {
  static const char text[] = { 'h', 'i', '\n' };
  (void)context;
  (void)cpu;
  if (linear != 0x402000) return 0;
  size_t part = size < sizeof text ? size : sizeof text;
  memcpy(bytes, text, part);
  return part;
}

static void cpu_begin(struct rs_cpu *cpu) {
  memset(cpu, 0, sizeof *cpu);
  cpu->cpl = 3;
  cpu->rip = MAIN;
  cpu->rflags = 0x202;
  cpu->cr0 = 0x80000011;
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = 0x501;
  cpu->segment[RS_SEGMENT_INDEX(RS_CS)] =
      (struct rs_segment){ .selector = 0x33, .attributes = 0xa0fb, .limit = UINT32_MAX };
}

static struct rs_step *step_add(struct run *run, unsigned kind, unsigned id, unsigned reg, unsigned size) {
  struct rs_step *step = &run->transition.step[run->transition.step_count++];
  *step = (struct rs_step){
    .kind = (uint8_t)kind, .id = (uint16_t)id, .reg = (uint16_t)reg, .size = (uint8_t)size, .walk = RS_NO_WALK
  };
  return step;
}

static void word_write(struct run *run, enum rs_register reg, uint64_t value) {
  struct rs_step *step = step_add(run, RS_STEP_WRITE, RS_ITEM_REGISTER, reg, 8);
  step->write.old = rs_cpu_get(&run->transition.after, reg);
  step->write.new.word[0] = value;
  rs_cpu_set(&run->transition.after, reg, step->write.new);
}

static void transition_begin(struct run *run, enum rs_mechanism mechanism) {
  memset(&run->transition, 0, sizeof run->transition);
  run->transition.cause.mechanism = mechanism;
  run->transition.before = run->transition.after = run->cpu;
}

static void window_fill(struct rs_stack_window *window, uint64_t pointer) {
  *window = (struct rs_stack_window){ .pointer = pointer, .word_size = 8, .mapped = 0x1ff00 };
  for (unsigned i = RS_STACK_WORDS; i < 2 * RS_STACK_WORDS + 1; i++)
    window->word[i] = pointer + i;
}

static void transition_tell(struct run *run) {
  struct rs_transition_event event = { .instructions = run->instructions,
                                       .transition = &run->transition,
                                       .task = { 7, "init" } };
  window_fill(&event.old_stack, run->transition.before.general[4]);
  window_fill(&event.new_stack, run->transition.after.general[4]);
  tracer_transition(&run->tracer, &event);
  if (run->transition.outcome == RS_COMPLETED) run->cpu = run->transition.after;
}

/* write(1, "hi\n", 3) */
static void tell_syscall(struct run *run) {
  run->cpu.general[0] = run->cpu.general[7] = 1;
  run->cpu.general[6] = 0x402000;
  run->cpu.general[2] = 3;
  transition_begin(run, RS_MECHANISM_SYSCALL);
  run->transition.cause.has_instruction = true;
  run->transition.cause.instruction =
      (struct rs_instruction){ .operation = RS_OP_SYSCALL, .length = 2, .bytes = { 0x0f, 0x05 } };
  step_add(run, RS_STEP_CHECK, RS_CHECK_LOCK_NOT_PREFIXED, RS_NO_REGISTER, 0)->passed = true;
  word_write(run, RS_RCX, run->cpu.rip + 2);
  word_write(run, RS_RIP, ENTRY);
  word_write(run, RS_CPL, 0);
  transition_tell(run);
}

/* A GP refused, then delivered, pushing one word. */
static void tell_fault(struct run *run) {
  transition_begin(run, RS_MECHANISM_OPERATION);
  run->transition.cause.has_instruction = true;
  run->transition.cause.instruction =
      (struct rs_instruction){ .operation = RS_OP_CLI, .length = 1, .bytes = { 0xfa } };
  step_add(run, RS_STEP_CHECK, RS_CHECK_LOCK_NOT_PREFIXED, RS_NO_REGISTER, 0);
  run->transition.outcome = RS_FAULTED;
  run->transition.fault = (struct rs_fault){ .vector = 13, .has_error_code = true };
  transition_tell(run);
  transition_begin(run, RS_MECHANISM_INTERRUPT);
  run->transition.cause.interrupt = (struct rs_interrupt_request){
    .vector = 13, .source = RS_SOURCE_EXCEPTION, .has_error_code = true, .return_rip = run->cpu.rip
  };
  struct rs_step *push = step_add(run, RS_STEP_WRITE, RS_ITEM_PUSHED_IP, RS_NO_REGISTER, 8);
  push->write.linear = push->write.physical = 0x7000;
  push->write.new.word[0] = run->cpu.rip;
  transition_tell(run);
}

static void tell_instructions(struct run *run) {
  for (unsigned i = 0; i < 4; i++) {
    struct rs_cpu before = run->cpu;
    struct rs_instruction_event event = { .instructions = run->instructions++,
                                          .linear = before.rip,
                                          .length = 3,
                                          .bytes = { 0x48, 0xff, 0xc0 },
                                          .before = &before,
                                          .after = &run->cpu };
    run->cpu.general[0]++;
    run->cpu.rip += i < 3 ? 3 : 7;
    event.write_count = i == 2;
    event.write[0] = (struct rs_memory_change){ .linear = 0x5000, .size = 4, .old = 1, .new = i };
    tracer_instruction(&run->tracer, &event);
  }
}

static void tell_macro(struct run *run) {
  struct rs_macro_event event = { .instructions = run->instructions,
                                  .step = { ENTRY, 5, "dispatch" },
                                  .cpu = &run->cpu };
  window_fill(&event.stack, 0x9000);
  tracer_macro(&run->tracer, &event);
}

static void tell_run(struct run *run, unsigned rounds) {
  cpu_begin(&run->cpu);
  for (unsigned i = 0; i < rounds; i++) {
    tell_syscall(run);
    tell_instructions(run);
    tell_macro(run);
    tell_fault(run);
  }
  tracer_end(&run->tracer, &(struct rs_end_event){
                               .reason = RS_END_HALT, .instructions = run->instructions, .rip = ENTRY });
}

static struct rs_trace_sink *sink_open(FILE *file, enum sample_format format,
                                       const struct rs_text_options *text) {
  return format == SAMPLE_JSONL ? rs_jsonl_sink(file, text) : rs_text_sink(file, text);
}

void sample_run(unsigned rounds, enum rs_trace_level level, enum sample_format format, struct piece *log,
                struct piece *told) {
  struct run *run = calloc(1, sizeof *run);
  struct rs_symbols *symbols = NULL;
  FILE *log_file = open_memstream(&log->bytes, &log->size), *file = open_memstream(&told->bytes, &told->size);
  require(run && log_file && file && rs_symbols_create(&symbols) == RS_OK);
  require(rs_symbols_add_map(symbols, names, sizeof names - 1, NULL) == RS_OK);
  const struct rs_text_options text = { .level = level, .symbols = symbols, .memory = { NULL, memory_read } };
  const struct rs_log_options options = {
    .level = level, .program = "sample", .symbols = symbols, .memory = text.memory
  };
  struct rs_trace_sink *sink[] = { rs_log_sink(log_file, &options), sink_open(file, format, &text) };
  for (unsigned i = 0; i < 2; i++)
    tracer_subscribe(&run->tracer, sink[i]);
  tell_run(run, rounds);
  for (unsigned i = 0; i < 2; i++)
    sink[i]->close(sink[i], NULL);
  fclose(log_file);
  fclose(file);
  rs_symbols_free(symbols);
  free(run);
}

static enum rs_status show_file(FILE *file, enum rs_trace_level level, enum sample_format format,
                                const struct rs_log_filter *filter, struct piece *told,
                                struct rs_error *error) {
  static const struct rs_log_filter all;
  struct rs_log *opened = NULL;
  FILE *out = open_memstream(&told->bytes, &told->size);
  require(file && out);
  enum rs_status status = rs_log_open(file, "sample.ring", &opened, error);
  if (status == RS_OK) {
    const struct rs_text_options text = { .level = level,
                                          .symbols = rs_log_symbols(opened),
                                          .memory = rs_log_memory(opened) };
    struct rs_trace_sink *sink = sink_open(out, format, &text);
    require(sink);
    status = rs_log_show(opened, filter ? filter : &all, sink, error);
    sink->close(sink, NULL);
  }
  rs_log_close(opened);
  fclose(file);
  fclose(out);
  return status;
}

enum rs_status sample_show(const struct piece *log, enum rs_trace_level level, enum sample_format format,
                           const struct rs_log_filter *filter, struct piece *told, struct rs_error *error) {
  return show_file(fmemopen(log->bytes, log->size, "rb"), level, format, filter, told, error);
}

/* What is left of a piece. */
static ssize_t rest_read(void *cookie, char *bytes, size_t size) {
  struct piece *rest = cookie;
  size_t part = size < rest->size ? size : rest->size;
  memcpy(bytes, rest->bytes, part);
  *rest = (struct piece){ rest->bytes + part, rest->size - part };
  return (ssize_t)part;
}

enum rs_status sample_show_forward(const struct piece *log, enum rs_trace_level level,
                                   enum sample_format format, const struct rs_log_filter *filter,
                                   struct piece *told, struct rs_error *error) {
  struct piece rest = *log;
  FILE *file = fopencookie(&rest, "rb", (cookie_io_functions_t){ .read = rest_read });
  return show_file(file, level, format, filter, told, error);
}
