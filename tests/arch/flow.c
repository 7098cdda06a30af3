/* The guest of the tests of transitions. */
#include "arch/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/exception.h"
#include "arch/instruction.h"
#include "arch/invariants.h"

int flow_setup(void **state) {
  *state = calloc(1, sizeof(struct flow));
  assert_non_null(*state);
  return 0;
}

int flow_teardown(void **state) {
  struct flow *f = *state;
  fake_memory_free(f->memory);
  free(f);
  return 0;
}

static bool is_long(const struct flow *f) {
  return cpu_is_long_mode(&f->cpu);
}

static void fill_tss(struct flow *f) {
  for (unsigned ring = 0; ring < 3; ring++) {
    flow_set_stack_pointer(f, ring, FLOW_STACK(ring));
    if (!is_long(f))
      flow_set_stack_segment(f, ring, (uint16_t)(ring ? 0x60 + 8 * ring + ring : FAKE_KERNEL_SS));
  }
}

/* Stack segments of rings 1 and 2 stand at 0x68 and 0x70, between the spare ones. */
void flow_enter(struct flow *f, enum flow_mode mode, enum rs_cpu_model model) {
  fake_memory_free(f->memory);
  f->memory = fake_memory_create();
  if (mode == FLOW_LONG)
    fake_long_mode(f->memory, &f->cpu, model);
  else
    fake_protected_mode(f->memory, &f->cpu, model);
  f->cpu.gdtr.limit = 0x7f;
  flow_gate(f, FLOW_HANDLER_VECTOR, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, 0xee);
  flow_descriptor(f, 0x68, FLOW_TYPE(1, 1, FLOW_DATA));
  flow_descriptor(f, 0x70, FLOW_TYPE(1, 2, FLOW_DATA));
  fill_tss(f);
}

void flow_enter_user(struct flow *f, enum flow_mode mode) {
  flow_enter(f, mode, RS_CPU_INTEL);
  fake_enter_user(&f->cpu);
}

void flow_set_ring(struct flow *f, unsigned cpl) {
  f->cpu.cpl = (uint8_t)cpl;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    struct rs_segment *s = &f->cpu.segment[i];
    s->selector = (uint16_t)((s->selector & ~3U) | cpl);
    s->attributes = (s->attributes & ~SEGMENT_DPL) | cpl << SEGMENT_DPL_SHIFT;
  }
}

void flow_descriptor(struct flow *f, uint16_t selector, uint32_t attributes) {
  if (!(attributes & (SEGMENT_L | SEGMENT_DB))) attributes |= SEGMENT_DB;
  fake_gdt_set(f->memory, &f->cpu, selector, fake_descriptor(0, UINT32_MAX, attributes | SEGMENT_G));
}

void flow_gate(struct flow *f, uint8_t vector, uint16_t selector, uint64_t offset, uint8_t type) {
  fake_gate(f->memory, &f->cpu, vector, selector, offset, type, 0);
}

void flow_set_stack_pointer(struct flow *f, unsigned ring, uint64_t sp) {
  fake_poke(f->memory, &f->cpu, FAKE_TSS + 4 + 8 * ring, is_long(f) ? 8 : 4, sp);
}

void flow_set_stack_segment(struct flow *f, unsigned ring, uint16_t ss) {
  fake_poke(f->memory, &f->cpu, FAKE_TSS + 8 + 8 * ring, 2, ss);
}

void flow_set_ist(struct flow *f, unsigned index, uint64_t sp) {
  fake_poke(f->memory, &f->cpu, FAKE_TSS + 28 + 8 * index, 8, sp);
}

static uint64_t stack_linear(const struct rs_cpu *cpu) {
  return cpu->segment[RS_SEGMENT_INDEX(RS_SS)].base + cpu->general[RS_RSP - RS_RAX];
}

void flow_put_words(struct flow *f, unsigned size, unsigned count, const uint64_t *words) {
  f->cpu.general[RS_RSP - RS_RAX] -= (uint64_t)size * count;
  for (unsigned i = 0; i < count; i++)
    fake_poke(f->memory, &f->cpu, stack_linear(&f->cpu) + (uint64_t)i * size, size, words[i]);
}

/* A fresh transition each time: nothing of the last one may shine through. */
static void forget(struct flow *f) {
  memset(&f->out, 0x5a, sizeof f->out);
}

enum rs_outcome flow_perform_bytes(struct flow *f, const char *bytes, size_t count) {
  struct rs_instruction instruction;
  struct guest_memory memory = fake_memory_guest(f->memory);
  assert_true(instruction_decode((const uint8_t *)bytes, count, code_size_of(&f->cpu), &instruction));
  assert_int_equal(instruction.length, count);
  forget(f);
  enum rs_outcome outcome = instruction_perform(&f->cpu, &memory, &instruction, &f->out);
  assert_int_equal(outcome, f->out.outcome);
  fake_assert_sound(&f->out);
  invariants_of_transition(&f->out);
  return outcome;
}

enum rs_outcome flow_deliver(struct flow *f, const struct rs_interrupt_request *request) {
  struct guest_memory memory = fake_memory_guest(f->memory);
  forget(f);
  f->out.cause.has_instruction = false;
  enum rs_outcome outcome = interrupt_deliver(&f->cpu, &memory, request, &f->out);
  assert_int_equal(outcome, f->out.outcome);
  assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_INTERRUPT);
  fake_assert_sound(&f->out);
  invariants_of_transition(&f->out);
  return outcome;
}

enum rs_outcome flow_int(struct flow *f, uint8_t vector) {
  const char bytes[2] = { (char)0xcd, (char)vector };
  return flow_perform_bytes(f, bytes, sizeof bytes);
}

enum rs_outcome flow_external(struct flow *f, uint8_t vector) {
  const struct rs_interrupt_request request = { .vector = vector,
                                                .source = RS_SOURCE_EXTERNAL,
                                                .return_rip = f->cpu.rip };
  return flow_deliver(f, &request);
}

enum rs_outcome flow_exception(struct flow *f, uint8_t vector, uint32_t error_code) {
  struct rs_fault fault = { .vector = vector,
                            .has_error_code = exception_has_error_code(vector),
                            .error_code = error_code };
  const struct rs_interrupt_request request = exception_request(&fault, f->cpu.rip);
  return flow_deliver(f, &request);
}

void flow_commit(struct flow *f) {
  assert_int_equal(f->out.outcome, RS_COMPLETED);
  fake_commit(f->memory, &f->out);
  f->cpu = f->out.after;
}

static void refused(const struct flow *f, uint8_t vector, enum rs_check by) {
  assert_int_equal(f->out.outcome, RS_FAULTED);
  if (fake_failed_check(&f->out) != by)
    fail_msg("refused by %s, expected %s", rs_check_name(fake_failed_check(&f->out)), rs_check_name(by));
  assert_int_equal(f->out.fault.vector, vector);
  assert_int_equal(f->out.step[f->out.step_count - 1].id, by);
}

void flow_refused(const struct flow *f, uint8_t vector, uint32_t error_code, enum rs_check by) {
  refused(f, vector, by);
  assert_true(f->out.fault.has_error_code);
  assert_int_equal(f->out.fault.error_code, error_code);
}

void flow_refused_plain(const struct flow *f, uint8_t vector, enum rs_check by) {
  refused(f, vector, by);
  assert_false(f->out.fault.has_error_code);
}

void flow_assert_frame(struct flow *f, unsigned size, unsigned count, const uint64_t *words) {
  flow_commit(f);
  for (unsigned i = 0; i < count; i++) {
    uint64_t word = fake_peek(f->memory, &f->cpu, stack_linear(&f->cpu) + (uint64_t)i * size, size);
    if (word != words[i])
      fail_msg("word %u is %llx, expected %llx", i, (unsigned long long)word, (unsigned long long)words[i]);
  }
}

void flow_assert_segment(const struct rs_segment *segment, uint16_t selector, uint32_t attributes,
                         uint32_t limit, uint64_t base) {
  assert_int_equal(segment->selector, selector);
  assert_int_equal(segment->attributes, attributes);
  assert_int_equal(segment->limit, limit);
  assert_int_equal(segment->base, base);
}

void flow_assert_flat(const struct flow *f, const struct rs_segment *segment, uint16_t selector) {
  flow_assert_segment(segment, selector, fake_segment(&f->cpu, selector).attributes, UINT32_MAX, 0);
}
