/* The invariants, each an assertion that names its line. */
#include "arch/invariants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/bits.h"
#include "arch/descriptor.h"
#include "arch/fake_memory.h"
#include "arch/instruction.h"

static const struct rs_segment *code_of(const struct rs_cpu *cpu) {
  return &cpu->segment[RS_SEGMENT_INDEX(RS_CS)];
}

static bool has_rings(const struct rs_cpu *cpu) {
  return cpu->cr0 & CR0_PE && !(cpu->rflags & RFLAGS_VM);
}

/* [SDM3 "Control Registers"], [SDM3 "Initializing IA-32e Mode"] */
static void control_registers(const struct rs_cpu *cpu) {
  uint64_t efer = cpu->msr[RS_MSR_INDEX(RS_EFER)];
  bool paging = cpu->cr0 & CR0_PG;
  assert_true(!paging || cpu->cr0 & CR0_PE);
  assert_true(!(cpu->cr0 & CR0_NW) || cpu->cr0 & CR0_CD);
  assert_true(!(efer & EFER_LMA) == !(efer & EFER_LME && paging));
  assert_true(!(efer & EFER_LMA) || cpu->cr4 & CR4_PAE);
  assert_true(!(cpu->cr4 & CR4_PCIDE) || efer & EFER_LMA);
}

void invariants_of_state(const struct rs_cpu *cpu) {
  bool long_mode = cpu_is_long_mode(cpu);
  control_registers(cpu);
  assert_true(cpu->cpl <= 3);
  assert_true((cpu->rflags & ~RFLAGS_DEFINED) == 0 && cpu->rflags & RFLAGS_FIXED);
  assert_true(cpu->cr0 & CR0_PE || cpu->cpl == 0);
  assert_true(cpu->cr0 & CR0_PE || !(cpu->rflags & RFLAGS_VM));
  assert_true(!(cpu->rflags & RFLAGS_VM) || (cpu->cpl == 3 && !long_mode));
  assert_true(!(code_of(cpu)->attributes & SEGMENT_L) || !(code_of(cpu)->attributes & SEGMENT_DB) ||
              !long_mode);
  assert_true(code_size_of(cpu) == CODE_64 || cpu->rip <= UINT32_MAX);
  assert_true(cpu->interrupt_shadow <= RS_SHADOW_MOV_SS);
}

/* AMD's SYSRET leaves the attributes of SS as they are, and jumps first and faults on the fetch [APM3
 * "SYSRET"].
 */
static bool is_sysret_of_amd(const struct rs_transition *t) {
  return t->cause.mechanism == RS_MECHANISM_SYSRET && t->before.model == RS_CPU_AMD;
}

/* [SDM3 "Privilege Levels"]: conforming code runs in the ring of its caller, which is no inner one. */
static bool code_is_of_ring(const struct rs_cpu *cpu) {
  const struct rs_segment *code = code_of(cpu);
  return segment_is_conforming(code) ? segment_dpl(code) <= cpu->cpl : segment_dpl(code) == cpu->cpl;
}

/* The ring stands in CS, and outside IA-32e mode in SS, since the first load after CR0.PE was set. */
static void rings(const struct rs_transition *t) {
  const struct rs_cpu *before = &t->before, *after = &t->after;
  const struct rs_segment *was = code_of(before), *is = code_of(after);
  const struct rs_segment *stack_was = &before->segment[RS_SEGMENT_INDEX(RS_SS)];
  const struct rs_segment *stack = &after->segment[RS_SEGMENT_INDEX(RS_SS)];
  bool entered = !has_rings(before);
  if (!has_rings(after) || (entered && before->cpl == after->cpl)) return;
  if (entered || selector_rpl(was->selector) == before->cpl)
    assert_int_equal(selector_rpl(is->selector), after->cpl);
  if (entered || code_is_of_ring(before)) assert_true(code_is_of_ring(after));
  if (cpu_is_long_mode(after) || is_sysret_of_amd(t)) return;
  if (entered || segment_dpl(stack_was) == before->cpl) assert_int_equal(segment_dpl(stack), after->cpl);
}

/* Whoever falls through past the last canonical address faults on the fetch. */
static void instruction_pointer(const struct rs_transition *t) {
  const struct rs_cpu *after = &t->after;
  const struct rs_instruction *instruction = &t->cause.instruction;
  bool fell_through = t->cause.has_instruction && after->rip == t->before.rip + instruction->length;
  if (code_size_of(after) == CODE_64 && !is_sysret_of_amd(t) && !fell_through)
    assert_true(address_is_canonical(after, after->rip));
}

static void check_step(const struct rs_step *step) {
  assert_true(step->id < RS_CHECK_COUNT);
  assert_true(step->passed == 0 || step->passed == 1);
}

static void memory_step(const struct rs_transition *t, const struct rs_step *step) {
  uint64_t physical = step->kind == RS_STEP_WRITE ? step->write.physical : step->read.physical;
  assert_true(step->id < RS_ITEM_COUNT && step->reg < RS_REGISTER_COUNT);
  assert_true(step->size >= 1);
  if (step->id == RS_ITEM_REGISTER) {
    assert_int_not_equal(step->reg, RS_NO_REGISTER);
    return;
  }
  assert_true(step->size <= 16);
  if (step->kind == RS_STEP_WRITE) assert_true(physical % GUEST_PAGE_SIZE + step->size <= GUEST_PAGE_SIZE);
  if (step->walk == RS_NO_WALK) return;
  assert_true(step->walk < t->step_count);
  assert_int_equal(t->step[step->walk].id, RS_ITEM_PAGE_ENTRY);
  assert_int_equal(t->step[step->walk].kind, RS_STEP_READ);
}

static void steps(const struct rs_transition *t) {
  unsigned memory_writes = 0;
  uint64_t written = 0;
  assert_true(t->step_count < RS_STEP_LIMIT);
  for (unsigned i = 0; i < t->step_count; i++) {
    const struct rs_step *step = &t->step[i];
    assert_true(step->kind <= RS_STEP_WRITE);
    if (step->kind == RS_STEP_WRITE && step->id == RS_ITEM_REGISTER) written |= UINT64_C(1) << step->reg;
    if (step->kind == RS_STEP_WRITE && step->id != RS_ITEM_REGISTER) memory_writes++;
    if (step->kind == RS_STEP_CHECK)
      check_step(step);
    else
      memory_step(t, step);
  }
  assert_int_equal(t->memory_writes, memory_writes);
  assert_true(t->written == written);
}

/* Nothing but the blocking of NMIs, which IRET ends even when it faults, is changed by a fault. */
static void state_is_kept(const struct rs_transition *t) {
  struct rs_cpu expected = t->before;
  expected.nmi_blocked = t->after.nmi_blocked;
  assert_memory_equal(&expected, &t->after, sizeof expected);
  assert_true(!t->after.nmi_blocked || t->before.nmi_blocked);
}

static void faulted(const struct rs_transition *t) {
  if (t->outcome == RS_FAULTED) state_is_kept(t);
  assert_false(t->port.wanted);
  assert_true(t->fault.vector < 32);
  assert_int_equal(t->fault.has_cr2, t->fault.vector == VECTOR_PF);
}

void invariants_of_transition(const struct rs_transition *t) {
  steps(t);
  fake_assert_sound(t);
  if (rs_outcome_has_fault(t->outcome)) faulted(t);
  if (t->outcome == RS_FAULTED || t->outcome == RS_SHUTDOWN) return;
  if (t->cause.mechanism == RS_MECHANISM_OPERATION) assert_int_equal(t->after.cpl, t->before.cpl);
  invariants_of_state(&t->after);
  rings(t);
  instruction_pointer(t);
}
