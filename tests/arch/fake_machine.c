/* Performs one instruction from its bytes. */
#include "arch/fake_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/instruction.h"

int fake_machine_set_up(void **state) {
  struct fake_machine *m = calloc(1, sizeof *m);
  if (!m) return -1;
  fake_machine_enter(m, fake_long_mode, RS_CPU_INTEL);
  *state = m;
  return 0;
}

int fake_machine_tear_down(void **state) {
  struct fake_machine *m = *state;
  fake_memory_free(m->memory);
  free(m);
  return 0;
}

void fake_machine_enter(struct fake_machine *m, fake_mode *enter, enum rs_cpu_model model) {
  fake_memory_free(m->memory);
  m->memory = fake_memory_create();
  enter(m->memory, &m->cpu, model);
}

bool fake_perform(struct fake_machine *m, fake_operation *operation, const char *bytes, unsigned count) {
  struct guest_memory guest = fake_memory_guest(m->memory);
  struct rs_instruction instruction;
  struct builder b;
  assert_true(instruction_decode((const uint8_t *)bytes, count, code_size_of(&m->cpu), &instruction));
  assert_int_equal(instruction.length, count);
  builder_start(&b, &m->cpu, &guest, &m->transition);
  bool done = operation(&b, &instruction);
  assert_int_equal(done, m->transition.outcome == RS_COMPLETED);
  fake_assert_sound(&m->transition);
  return done;
}

void fake_assert_fault(const struct fake_machine *m, enum vector vector, enum rs_check check) {
  const struct rs_fault *fault = &m->transition.fault;
  enum rs_check failed = fake_failed_check(&m->transition);
  if (failed != check) fail_msg("%s failed, expected %s", rs_check_name(failed), rs_check_name(check));
  assert_int_equal(fault->vector, vector);
  assert_int_equal(fault->error_code, 0);
  bool coded = vector == VECTOR_GP || vector == VECTOR_SS;
  assert_int_equal(fault->has_error_code, coded && m->cpu.cr0 & CR0_PE);
}

uint64_t fake_msr(const struct rs_cpu *cpu, enum rs_register reg) {
  return cpu->msr[RS_MSR_INDEX(reg)];
}
