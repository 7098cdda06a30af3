/* A processor, its memory, and one instruction performed from its bytes: what the tests of instructions
 * share.
 */
#ifndef TESTS_ARCH_FAKE_MACHINE_H
#define TESTS_ARCH_FAKE_MACHINE_H

#include "arch/builder.h"
#include "arch/fake_memory.h"

struct fake_machine {
  struct fake_memory *memory;
  struct rs_cpu cpu; /* the state before the next instruction */
  struct rs_transition transition;
};

typedef void fake_mode(struct fake_memory *, struct rs_cpu *, enum rs_cpu_model);
typedef bool fake_operation(struct builder *, const struct rs_instruction *);

/* cmocka's set-up and tear-down: a machine in 64-bit mode, Intel. */
int fake_machine_set_up(void **state);
int fake_machine_tear_down(void **state);

/* A fresh memory and processor in another mode. */
void fake_machine_enter(struct fake_machine *m, fake_mode *enter, enum rs_cpu_model model);

/* Decodes `bytes` in the machine's mode, performs it from `m->cpu` into `m->transition`, asserts that the
 * transition is sound, and returns whether it completed. `m->cpu` stays. */
bool fake_perform(struct fake_machine *m, fake_operation *operation, const char *bytes, unsigned count);

/* The bytes as a string literal, which may hold zeros. */
#define PERFORM(m, operation, literal) fake_perform(m, operation, literal, sizeof(literal) - 1)

/* Asserts that the last instruction faulted with this vector, error code 0 where it has one, at this check.
 */
void fake_assert_fault(const struct fake_machine *m, enum vector vector, enum rs_check check);

uint64_t fake_msr(const struct rs_cpu *cpu, enum rs_register reg);

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, fake_machine_set_up, fake_machine_tear_down)

#endif
