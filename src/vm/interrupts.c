/* External interrupts and NMI: when the engine is to look, what the processor takes between two instructions,
 * and what ends HLT.
 *
 * Time is the count of executed instructions, and what HLT has skipped: HLT goes straight to the next event,
 * and the time-stamp counter with it. Between events nothing is asked: the engine's deadline is the next one.
 */
#include "arch/bits.h"
#include "vm/vm.h"

uint64_t vm_now(const struct rs_machine *vm) {
  return engine_instructions(vm->engine) + vm->skipped;
}

/* Shadows apart, which are over after an instruction. */
static bool takes_nmi(const struct rs_machine *vm) {
  return machine_nmi_pending(vm->hardware) && !vm->cpu.nmi_blocked;
}

static bool takes_external(const struct rs_machine *vm) {
  return machine_interrupt_pending(vm->hardware) && (vm->cpu.rflags & RFLAGS_IF);
}

/* Sets the engine's deadline; to `soonest` when something is to be taken as soon as it can be. */
static void schedule(struct rs_machine *vm, uint64_t soonest) {
  uint64_t event = machine_next_event(vm->hardware);
  uint64_t deadline = event == UINT64_MAX ? UINT64_MAX : event - vm->skipped;
  if (deadline > vm->until) deadline = vm->until;
  if ((takes_nmi(vm) || takes_external(vm) || vm->cpu.debug_pending) && soonest < deadline)
    deadline = soonest;
  vm->attention =
      machine_nmi_pending(vm->hardware) || machine_interrupt_pending(vm->hardware) || vm->cpu.debug_pending;
  engine_set_deadline(vm->engine, deadline);
}

void vm_attend(struct rs_machine *vm) {
  schedule(vm, 0);
}

void vm_hardware_accessed(struct rs_machine *vm) {
  if (machine_interrupts_changed(vm->hardware)) vm->attention = true;
}

/* MOV SS holds off both, STI external interrupts alone [SDM3 "Masking Exceptions and Interrupts When
 * Switching Stacks"], [SDM2 "STI—Set Interrupt Flag"]. Of external ones at most one comes before each
 * instruction, so that a request without end cannot stop time. */
static bool request_fill(struct rs_machine *vm, struct rs_interrupt_request *request) {
  uint64_t instructions = engine_instructions(vm->engine);
  *request = (struct rs_interrupt_request){ .return_rip = vm->cpu.rip };
  if (takes_nmi(vm) && vm->cpu.interrupt_shadow != RS_SHADOW_MOV_SS) {
    request->source = RS_SOURCE_NMI;
    machine_take_nmi(vm->hardware, request);
    return true;
  }
  if (!takes_external(vm) || vm->cpu.interrupt_shadow || vm->taken_at == instructions) return false;
  request->source = RS_SOURCE_EXTERNAL;
  machine_take_interrupt(vm->hardware, request);
  vm->taken_at = instructions;
  return true;
}

enum engine_next vm_interrupt(struct rs_machine *vm) {
  struct rs_interrupt_request request;
  machine_advance(vm->hardware, vm_now(vm));
  machine_interrupts_changed(vm->hardware);
  if (vm_traps(vm)) return ENGINE_TRAP; /* before any of them [SDM3 "Priority Among Concurrent Events"] */
  if (request_fill(vm, &request)) {
    vm->attention = true;
    return vm_deliver(vm, &request);
  }
  schedule(vm, engine_instructions(vm->engine) + 1);
  return ENGINE_RESUME;
}

bool vm_wait(struct rs_machine *vm) {
  uint64_t executed = engine_instructions(vm->engine) + 1; /* with the HLT */
  for (;;) {
    machine_advance(vm->hardware, executed + vm->skipped);
    if (takes_nmi(vm) || takes_external(vm)) break;
    uint64_t event = machine_next_event(vm->hardware);
    if (event == UINT64_MAX) return false;
    vm->tsc_offset += event - executed - vm->skipped;
    vm->skipped = event - executed;
  }
  vm->attention = true;
  return true;
}
