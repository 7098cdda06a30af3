/* The fixture of the sinks' tests. */
#include "trace/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/bits.h"

static const char names[] = "0000000000401000 T main\n"
                            "0000000000402000 T stub\n"
                            "ffffffff80100a00 T entry_syscall\n"
                            "ffffffff80100b00 T entry_int80\n"
                            "ffffffff80100c00 T entry_fault\n"
                            "00000000c0100000 T entry32\n";

static size_t memory_read(void *context, const struct rs_cpu *cpu, uint64_t linear, void *bytes,
                          size_t size) {
  const struct told *told = context;
  (void)cpu;
  for (unsigned i = 0; i < told->memory_count; i++) {
    const struct told_memory *memory = &told->memory[i];
    if (linear < memory->linear || linear - memory->linear >= memory->size) continue;
    size_t offset = (size_t)(linear - memory->linear), rest = memory->size - offset;
    size_t part = size < rest ? size : rest;
    memcpy(bytes, memory->bytes + offset, part);
    return part;
  }
  return 0;
}

void told_open(struct told *told, enum told_format format, enum rs_trace_level level) {
  memset(told, 0, sizeof *told);
  assert_int_equal(rs_symbols_create(&told->symbols), RS_OK);
  assert_int_equal(rs_symbols_add_map(told->symbols, names, sizeof names - 1, NULL), RS_OK);
  struct rs_text_options options = {
    .level = level, .colour = format == TOLD_COLOUR, .symbols = told->symbols, .memory = { told, memory_read }
  };
  told->file = open_memstream(&told->text, &told->text_size);
  assert_non_null(told->file);
  sink_maker *const make[] = { rs_text_sink, rs_text_sink, rs_jsonl_sink, rs_perfetto_sink };
  told->sink = make[format](told->file, &options);
  assert_non_null(told->sink);
  tracer_init(&told->tracer);
  assert_int_equal(tracer_subscribe(&told->tracer, told->sink), RS_OK);
}

void told_memory(struct told *told, uint64_t linear, const char *bytes, size_t size) {
  told->memory[told->memory_count++] = (struct told_memory){ linear, bytes, size };
}

static void segment(struct rs_cpu *cpu, enum rs_register reg, uint16_t selector, uint32_t attributes) {
  cpu->segment[RS_SEGMENT_INDEX(reg)] =
      (struct rs_segment){ .selector = selector, .attributes = attributes, .limit = 0xffffffff };
}

enum { CODE = SEGMENT_P | SEGMENT_S | 0xb | SEGMENT_G, DATA = SEGMENT_P | SEGMENT_S | 3 | SEGMENT_G };

static void cpu_common(struct rs_cpu *cpu, unsigned cpl, uint64_t rip, uint64_t rsp) {
  memset(cpu, 0, sizeof *cpu);
  cpu->cpl = (uint8_t)cpl;
  cpu->rip = rip;
  cpu->general[4] = rsp;
  cpu->cr3 = 0x1000;
  cpu->rflags = RFLAGS_IF | RFLAGS_FIXED;
  segment(cpu, RS_SS, cpl ? 0x2b : 0x18, DATA | SEGMENT_DB | cpl << SEGMENT_DPL_SHIFT);
}

void cpu_64(struct rs_cpu *cpu, unsigned cpl, uint64_t rip, uint64_t rsp) {
  cpu_common(cpu, cpl, rip, rsp);
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = EFER_LMA | EFER_LME | EFER_SCE;
  segment(cpu, RS_CS, cpl ? 0x33 : 0x10, CODE | SEGMENT_L | cpl << SEGMENT_DPL_SHIFT);
}

void cpu_compatibility(struct rs_cpu *cpu, uint32_t eip, uint32_t esp) {
  cpu_64(cpu, 3, eip, esp);
  segment(cpu, RS_CS, 0x23, CODE | SEGMENT_DB | SEGMENT_DPL);
}

void cpu_32(struct rs_cpu *cpu, unsigned cpl, uint32_t eip, uint32_t esp) {
  cpu_common(cpu, cpl, eip, esp);
  segment(cpu, RS_CS, cpl ? 0x23 : 0x10, CODE | SEGMENT_DB | cpl << SEGMENT_DPL_SHIFT);
}

void begin(struct told *told, enum rs_mechanism mechanism, const struct rs_cpu *before) {
  struct rs_transition *transition = &told->transition;
  memset(transition, 0, sizeof *transition);
  transition->cause.mechanism = mechanism;
  transition->before = *before;
  transition->after = *before;
}

void begin_instruction(struct told *told, enum rs_mechanism mechanism, enum rs_operation operation,
                       unsigned length, const struct rs_cpu *before) {
  begin(told, mechanism, before);
  struct rs_cause *cause = &told->transition.cause;
  cause->has_instruction = true;
  cause->instruction.operation = operation;
  cause->instruction.length = (uint8_t)length;
}

void begin_int(struct told *told, uint8_t vector, const struct rs_cpu *before) {
  begin_instruction(told, RS_MECHANISM_INTERRUPT, RS_OP_INT, 2, before);
  told->transition.cause.instruction.immediate = vector;
  told->transition.cause.interrupt = (struct rs_interrupt_request){ .vector = vector,
                                                                    .source = RS_SOURCE_SOFTWARE,
                                                                    .return_rip = before->rip + 2 };
}

void begin_exception(struct told *told, uint8_t vector, const struct rs_cpu *before) {
  begin(told, RS_MECHANISM_INTERRUPT, before);
  told->transition.cause.interrupt = (struct rs_interrupt_request){ .vector = vector,
                                                                    .source = RS_SOURCE_EXCEPTION,
                                                                    .return_rip = before->rip };
}

void with_error_code(struct told *told, uint32_t error_code) {
  told->transition.cause.interrupt.has_error_code = true;
  told->transition.cause.interrupt.error_code = error_code;
}

void with_cr2(struct told *told, uint64_t cr2) {
  told->transition.cause.interrupt.has_cr2 = true;
  told->transition.cause.interrupt.cr2 = cr2;
}

static struct rs_step *add_step(struct told *told, enum rs_step_kind kind) {
  struct rs_step *step = &told->transition.step[told->transition.step_count++];
  *step = (struct rs_step){ .kind = (uint8_t)kind, .walk = RS_NO_WALK };
  return step;
}

struct rs_step *add_check(struct told *told, enum rs_check id, bool passed, uint64_t a, uint64_t b,
                          uint64_t c) {
  struct rs_step *step = add_step(told, RS_STEP_CHECK);
  step->id = (uint16_t)id;
  step->passed = passed;
  step->operand[0] = a;
  step->operand[1] = b;
  step->operand[2] = c;
  return step;
}

struct rs_step *add_read(struct told *told, enum rs_item item, uint64_t linear, uint64_t physical,
                         unsigned size, uint64_t low, uint64_t high) {
  struct rs_step *step = add_step(told, RS_STEP_READ);
  step->id = (uint16_t)item;
  step->size = (uint8_t)size;
  step->read.linear = linear;
  step->read.physical = physical;
  step->read.value = (union rs_value){ .word = { low, high } };
  return step;
}

struct rs_step *add_write(struct told *told, enum rs_item item, uint64_t linear, uint64_t physical,
                          unsigned size, uint64_t old, uint64_t new) {
  struct rs_step *step = add_step(told, RS_STEP_WRITE);
  step->id = (uint16_t)item;
  step->size = (uint8_t)size;
  step->write.linear = linear;
  step->write.physical = physical;
  step->write.old = (union rs_value){ .word = { old, 0 } };
  step->write.new = (union rs_value){ .word = { new, 0 } };
  return step;
}

void add_word(struct told *told, enum rs_register reg, uint64_t value) {
  struct rs_step *step = add_write(told, RS_ITEM_REGISTER, 0, 0, 8, 0, value);
  step->reg = (uint16_t)reg;
  step->write.old = rs_cpu_get(&told->transition.after, reg);
  rs_step_apply(&told->transition.after, step);
}

static void arrive(struct told *told, const struct rs_cpu *state) {
  struct rs_cpu *after = &told->transition.after;
  after->cpl = state->cpl;
  after->rip = state->rip;
  after->general[4] = state->general[4];
  memcpy(after->segment, state->segment, sizeof after->segment);
  tell(told);
}

void arrive_64(struct told *told, unsigned cpl, uint64_t rip, uint64_t rsp) {
  struct rs_cpu state;
  cpu_64(&state, cpl, rip, rsp);
  arrive(told, &state);
}

void arrive_32(struct told *told, unsigned cpl, uint32_t eip, uint32_t esp) {
  struct rs_cpu state;
  cpu_32(&state, cpl, eip, esp);
  arrive(told, &state);
}

void tell(struct told *told) {
  told->event.transition = &told->transition;
  told->event.instructions = told->instructions++;
  tracer_transition(&told->tracer, &told->event);
}

void tell_fault(struct told *told, uint8_t vector, bool has_error_code, uint32_t error_code) {
  told->transition.outcome = RS_FAULTED;
  told->transition.fault = (struct rs_fault){ .vector = vector,
                                              .has_error_code = has_error_code,
                                              .error_code = error_code,
                                              .check = (uint16_t)(told->transition.step_count - 1) };
  tell(told);
}

const char *told_text(struct told *told) {
  assert_int_equal(told->sink->close(told->sink, NULL), RS_OK);
  fclose(told->file);
  return told->text;
}

void told_free(struct told *told) {
  rs_symbols_free(told->symbols);
  free(told->text);
}

void told_expect(struct told *told, const char *expected) {
  assert_string_equal(told_text(told), expected);
  told_free(told);
}

void told_expect_full_disk(sink_maker *make) {
  struct rs_error error;
  struct rs_text_options options = { .level = RS_TRACE_TRANSITIONS };
  FILE *full = fopen("/dev/full", "w");
  if (!full) skip();
  struct rs_trace_sink *sink = make(full, &options);
  assert_non_null(sink);
  struct rs_end_event end = { .reason = RS_END_EXIT };
  sink->end(sink, &end);
  assert_int_equal(sink->close(sink, &error), RS_IO_ERROR);
  assert_string_equal(error.text, "the trace could not be written: No space left on device");
  fclose(full);
}
