/* Drives decoding, performing and delivery through a hostile guest, and asserts the invariants on the way. */
#include "arch/perform_attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/attempt_memory.h"
#include "arch/exception.h"
#include "arch/hostile_guest.h"
#include "arch/instruction.h"
#include "arch/invariants.h"
#include "arch/perform.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- What happens --- */

struct attempt {
  struct source source;
  struct attempt_memory memory;
  struct rs_cpu cpu;
  struct rs_transition *out, *again;
};

static void same_step(const struct rs_step *a, const struct rs_step *b) {
  assert_memory_equal(a, b, offsetof(struct rs_step, operand));
  if (a->kind == RS_STEP_CHECK) assert_memory_equal(a->operand, b->operand, sizeof a->operand);
  if (a->kind != RS_STEP_WRITE || a->id == RS_ITEM_REGISTER) return;
  assert_true(a->write.linear == b->write.linear && a->write.physical == b->write.physical);
  assert_true(a->write.new.word[0] == b->write.new.word[0]);
}

/* Neither flat memory nor what is remembered of former walks changes anything that is told. */
static void same_transition(const struct rs_transition *a, const struct rs_transition *b) {
  assert_int_equal(a->outcome, b->outcome);
  assert_int_equal(a->step_count, b->step_count);
  assert_int_equal(a->fault.vector, b->fault.vector);
  assert_int_equal(a->fault.error_code, b->fault.error_code);
  assert_int_equal(a->fault.check, b->fault.check);
  assert_true(a->fault.cr2 == b->fault.cr2);
  fake_assert_same_state(&a->after, &b->after);
  for (unsigned i = 0; i < a->step_count; i++)
    same_step(&a->step[i], &b->step[i]);
}

static void perform(struct attempt *a, const struct rs_instruction *instruction) {
  instruction_perform(&a->cpu, &a->memory.guarded, instruction, a->out);
  instruction_perform(&a->cpu, &a->memory.remembering, instruction, a->again);
  same_transition(a->out, a->again);
}

static void deliver_once(struct attempt *a, const struct rs_interrupt_request *request) {
  interrupt_deliver(&a->cpu, &a->memory.guarded, request, a->out);
  interrupt_deliver(&a->cpu, &a->memory.remembering, request, a->again);
  same_transition(a->out, a->again);
}

/* Prefixes, at random or those that the opcode is nothing without. */
static size_t prefix_bytes(struct source *s, enum code_size size, uint8_t mandatory, uint8_t *bytes) {
  static const uint8_t prefixes[] = { 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x36, 0x64 };
  size_t count = 0;
  while (count < 3 && source_pick(s, 3) == 0)
    bytes[count++] = prefixes[source_pick(s, COUNT(prefixes))];
  if (mandatory) bytes[count++] = mandatory;
  if (size == CODE_64 && source_pick(s, 2)) bytes[count++] = (uint8_t)(0x40 | source_pick(s, 16));
  return count;
}

/* An opcode that leads somewhere, its ModRM and the rest following from the source. */
static size_t sensitive_bytes(struct source *s, enum code_size size, uint8_t *bytes) {
  static const uint8_t one[] = { 0x07, 0x17, 0x1f, 0x63, 0x6c, 0x6d, 0x6e, 0x6f, 0x8e, 0x9a, 0x9c, 0x9d,
                                 0xc4, 0xc5, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xe4, 0xe5, 0xe6, 0xe7,
                                 0xea, 0xec, 0xed, 0xee, 0xef, 0xf1, 0xf4, 0xfa, 0xfb, 0xff, 0xcf, 0xcb };
  static const uint8_t two[] = { 0x00, 0x00, 0x01, 0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0b, 0x20,
                                 0x21, 0x22, 0x22, 0x23, 0x30, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0xa1, 0xa2,
                                 0xa9, 0xaa, 0xb2, 0xb4, 0xb5, 0xb9, 0xc7, 0xff, 0x05, 0x07, 0x34, 0x35 };
  static const uint8_t special[][2] = { { 0xf3, 0xae }, { 0xf3, 0xc7 }, { 0x66, 0x38 } };
  unsigned map = source_pick(s, 8);
  const uint8_t *chosen = map == 0 ? special[source_pick(s, COUNT(special))] : NULL;
  size_t count = prefix_bytes(s, size, chosen ? chosen[0] : 0, bytes);
  if (chosen || map < 5) bytes[count++] = 0x0f;
  bytes[count++] = chosen    ? chosen[1]
                   : map < 5 ? two[source_pick(s, COUNT(two))]
                             : one[source_pick(s, COUNT(one))];
  if (chosen && chosen[1] == 0x38) bytes[count++] = 0x82;
  while (count < 15)
    bytes[count++] = (uint8_t)source_take(s, 1);
  return count;
}

/* Decodes from an allocation that ends where the bytes end. */
static bool decode_guarded(const uint8_t *bytes, size_t count, enum code_size size,
                           struct rs_instruction *out) {
  uint8_t *exact = malloc(count);
  assert_non_null(exact);
  memcpy(exact, bytes, count);
  bool decoded = instruction_decode(exact, count, size, out);
  free(exact);
  return decoded;
}

static void execute(struct attempt *a) {
  uint8_t bytes[15];
  enum code_size size = code_size_of(&a->cpu);
  size_t count = sensitive_bytes(&a->source, size, bytes);
  struct rs_instruction instruction;
  a->out->outcome = RS_COMPLETED;
  a->out->after = a->cpu;
  a->out->step_count = 0;
  if (source_pick(&a->source, 8) == 0) count = 1 + source_pick(&a->source, count);
  if (!decode_guarded(bytes, count, size, &instruction)) return;
  assert_true(instruction.length >= 1 && instruction.length <= count);
  if (instruction.operation == RS_OP_FAR_JMP || instruction.operation == RS_OP_FAR_CALL)
    instruction.selector = source_selector(&a->source);
  perform(a, &instruction);
  if (a->out->port.wanted && a->out->port.input) port_input_finish(a->out, (uint32_t)source_word(&a->source));
  invariants_of_transition(a->out);
}

static struct rs_interrupt_request event(struct source *s, const struct rs_cpu *cpu) {
  struct rs_interrupt_request request = { .vector = (uint8_t)source_pick(s, source_pick(s, 2) ? 32 : 256),
                                          .source =
                                              (enum rs_interrupt_source)source_pick(s, RS_SOURCE_NMI + 1),
                                          .return_rip = cpu->rip };
  if (request.source == RS_SOURCE_NMI) request.vector = VECTOR_NMI;
  if (request.source != RS_SOURCE_EXCEPTION) return request;
  request.vector %= 32;
  request.has_error_code = exception_has_error_code(request.vector) && cpu->cr0 & CR0_PE;
  request.error_code = request.has_error_code ? (uint16_t)source_take(s, 2) : 0;
  request.has_cr2 = request.vector == VECTOR_PF;
  request.cr2 = request.has_cr2 ? source_word(s) : 0;
  return request;
}

static void commit(struct attempt *a) {
  attempt_memory_commit(&a->memory, a->out);
  a->cpu = a->out->after;
}

/* Delivers until a handler is reached, or the processor shuts down. */
static void deliver(struct attempt *a, struct rs_interrupt_request request) {
  for (unsigned depth = 0; depth < 8; depth++) {
    deliver_once(a, &request);
    invariants_of_transition(a->out);
    if (!rs_outcome_has_fault(a->out->outcome)) return;
    commit(a);
    struct rs_interrupt_request first = request;
    if (!exception_combine(&first, &a->out->fault, a->cpu.rip, &request)) {
      shutdown_enter(&a->cpu, &first, a->out);
      invariants_of_transition(a->out);
      return;
    }
  }
  fail_msg("faults within faults without an end");
}

static void happen(struct attempt *a) {
  if (source_pick(&a->source, 4) == 0)
    deliver(a, event(&a->source, &a->cpu));
  else
    execute(a);
  if (rs_outcome_has_fault(a->out->outcome)) {
    commit(a);
    deliver(a, exception_request(&a->out->fault, a->cpu.rip));
  }
  commit(a);
}

/* Other processors and programs change what was walked and read before. */
static void meddle(struct attempt *a) {
  if (source_pick(&a->source, 2)) return;
  hostile_guest_change(&a->source, a->memory.fake, &a->cpu);
  attempt_memory_changed(&a->memory);
}

static struct rs_transition *transition_create(void) {
  struct rs_transition *out = malloc(sizeof *out);
  assert_non_null(out);
  out->cause = (struct rs_cause){ 0 };
  return out;
}

void perform_attempt(const uint8_t *data, size_t size) {
  struct attempt a = { .source = { data, size, 0 } };
  attempt_memory_begin(&a.memory);
  a.out = transition_create();
  a.again = transition_create();
  hostile_guest_build(&a.source, a.memory.fake, &a.cpu);
  attempt_memory_changed(&a.memory);
  invariants_of_state(&a.cpu);
  do {
    happen(&a);
    meddle(&a);
  } while (a.out->outcome != RS_SHUTDOWN && a.source.at < size);
  free(a.again);
  free(a.out);
  attempt_memory_end(&a.memory);
}
