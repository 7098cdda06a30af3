/* From an engine event to a settled state: perform, commit, tell, and deliver what faulted, up to shutdown.
 */
#include <assert.h>

#include "arch/bits.h"
#include "arch/debug.h"
#include "vm/vm.h"

void vm_end(struct rs_machine *vm, enum rs_end_reason reason, int status) {
  vm->ended = true;
  vm->end = (struct rs_end_event){
    .reason = reason,
    .status = status,
    .rip = vm->cpu.rip,
  };
}

/* Does the port access that a completed transition asks for, and finishes an input with its value. */
static void port_access(struct rs_machine *vm, struct rs_transition *transition) {
  const struct rs_port_access *port = &transition->port;
  if (transition->outcome != RS_COMPLETED || !port->wanted) return;
  machine_advance(vm->hardware, vm_now(vm));
  if (port->input) {
    uint32_t value = machine_port_in(vm->hardware, port->port, port->size);
    port_input_finish(transition, value);
  } else {
    machine_port_out(vm->hardware, port->port, port->size, port->value);
  }
  vm_hardware_accessed(vm);
}

/* The registers that the local APIC shares with the processor. */
static void apic_follow(struct rs_machine *vm, const struct rs_transition *transition) {
  const struct rs_instruction *instruction = &transition->cause.instruction;
  if (transition->outcome != RS_COMPLETED) return;
  if (instruction->operation == RS_OP_MOV_TO_CR && instruction->reg == 8)
    machine_set_cr8(vm->hardware, (uint8_t)transition->after.cr8);
  else if (instruction->operation == RS_OP_WRMSR)
    machine_set_apic_base(vm->hardware, transition->after.msr[RS_MSR_INDEX(RS_APIC_BASE)]);
  else
    return;
  vm_hardware_accessed(vm);
}

void vm_settle(struct rs_machine *vm, struct rs_transition *transition) {
  vm_settle_at(vm, transition, engine_instructions(vm->engine));
}

void vm_settle_at(struct rs_machine *vm, struct rs_transition *transition, uint64_t instructions) {
  struct rs_transition_event event; /* the tracer numbers it; the stacks are for who wants them */
  event.instructions = instructions;
  event.transition = transition;
  bool stacks = tracer_wants_stacks(&vm->tracer);
  if (stacks) vm_stack_window(vm, &transition->before, &event.old_stack);
  vm_commit(vm, transition);
  if (stacks) vm_stack_window(vm, &transition->after, &event.new_stack);
  event.switches_task = vm_switches_task(vm, transition);
  event.task = vm->task;
  tracer_transition(&vm->tracer, &event);
}

static struct rs_transition *delivery_begin(struct rs_transition *transition) {
  transition->cause = (struct rs_cause){ .mechanism = RS_MECHANISM_INTERRUPT };
  return transition;
}

/* Delivers the fault of `transition`; that delivery may fault in its turn. */
static struct rs_transition *fault_deliver(struct rs_machine *vm, struct rs_transition *transition) {
  struct rs_transition *next = &vm->transition[transition == &vm->transition[0]];
  const struct guest_memory *memory = machine_memory(vm->hardware);
  const struct rs_interrupt_request *first = &transition->cause.interrupt;
  struct rs_interrupt_request request;
  bool delivering = transition->cause.mechanism == RS_MECHANISM_INTERRUPT;

  delivery_begin(next);
  if (!delivering)
    request = exception_request(&transition->fault, vm->cpu.rip);
  else if (!exception_combine(first, &transition->fault, vm->cpu.rip, &request)) {
    shutdown_enter(&vm->cpu, first, next);
    return next;
  }
  interrupt_deliver(&vm->cpu, memory, &request, next);
  return next;
}

/* After MOV SS what has come together waits for the end of the next instruction [SDM3 "Masking Exceptions and
 * Interrupts When Switching Stacks"]. */
bool vm_traps(const struct rs_machine *vm) {
  return vm->cpu.debug_pending && vm->cpu.interrupt_shadow != RS_SHADOW_MOV_SS;
}

/* Settles `transition` and whatever follows from it, then says what that means for the run. A trap that is to
 * follow ends HLT, too. */
static enum engine_next conclude(struct rs_machine *vm, struct rs_transition *transition) {
  int status;
  vm_settle(vm, transition);
  while (rs_outcome_has_fault(transition->outcome)) {
    transition = fault_deliver(vm, transition);
    vm_settle(vm, transition);
  }
  vm->cpu.debug_pending |= debug_traps_after(transition);
  bool traps = vm_traps(vm);
  if (transition->outcome == RS_SHUTDOWN)
    vm_end(vm, RS_END_SHUTDOWN, 0);
  else if (machine_exit(vm->hardware, &status))
    vm_end(vm, RS_END_EXIT, status);
  else if (vm->cpu.halted && !traps && !vm_wait(vm))
    vm_end(vm, RS_END_HALT, 0);
  if (vm->ended) return ENGINE_STOP;
  if (vm->attention || vm->cpu.debug_pending) vm_attend(vm);
  return traps ? ENGINE_TRAP : ENGINE_RESUME;
}

static void clock_refresh(struct rs_machine *vm) {
  vm->cpu.tsc = engine_instructions(vm->engine) + vm->tsc_offset;
}

enum engine_next vm_instruction(void *context, const struct rs_instruction *instruction) {
  struct rs_machine *vm = context;
  struct rs_transition *transition = &vm->transition[0];
  vm_pending_tell(vm);
  clock_refresh(vm);
  instruction_perform(&vm->cpu, machine_memory(vm->hardware), instruction, transition);
  if (witness_begin(vm, transition)) return ENGINE_NATIVE;
  port_access(vm, transition);
  apic_follow(vm, transition);
  return conclude(vm, transition);
}

enum engine_next vm_deliver(struct rs_machine *vm, const struct rs_interrupt_request *request) {
  struct rs_transition *transition = delivery_begin(&vm->transition[0]);
  clock_refresh(vm);
  interrupt_deliver(&vm->cpu, machine_memory(vm->hardware), request, transition);
  return conclude(vm, transition);
}

/* Tells why the engine's fault is one: for a page fault the walk of the same access and the check that
 * refused it; or that its address is not canonical, or not aligned, or refused by its segment. */
static void refused_access_tell(struct rs_machine *vm, const struct engine_exception *exception) {
  struct rs_transition *attempt = &vm->transition[1];
  enum access_kind kind = exception->error_code & PF_FETCH   ? ACCESS_FETCH
                          : exception->error_code & PF_WRITE ? ACCESS_WRITE
                                                             : ACCESS_READ;
  if (tracer_level(&vm->tracer) < RS_TRACE_TRANSITIONS) return;
  if (exception->vector == VECTOR_PF)
    access_attempt(&vm->cpu, machine_memory(vm->hardware), exception->cr2, kind, attempt);
  else if (exception->alignment)
    alignment_attempt(&vm->cpu, machine_memory(vm->hardware), exception->linear, exception->alignment,
                      attempt);
  else if (exception->size)
    segment_attempt(&vm->cpu, exception->segment, exception->linear, exception->size, exception->kind,
                    attempt);
  else if (exception->non_canonical)
    address_attempt(&vm->cpu, exception->linear, exception->vector, attempt);
  else
    return;
  if (attempt->outcome == RS_FAULTED) vm_settle(vm, attempt);
}

/* A fault for breakpoints on the instruction; or a trap for all that has come together. */
static uint32_t debug_reasons(struct rs_machine *vm, const struct engine_exception *exception) {
  static_assert(DR6_B(0) == 1 << 0 && DR6_B(3) == 1 << 3, "breakpoint i of the engine is DR i's");
  if (exception->breakpoints) return exception->breakpoints;
  uint32_t reasons = vm->cpu.debug_pending | exception->watched | (exception->single_step ? DR6_BS : 0);
  vm->cpu.debug_pending = 0;
  return reasons;
}

enum engine_next vm_exception(void *context, const struct engine_exception *exception) {
  struct rs_machine *vm = context;
  if (witness_faulted(vm, exception)) return ENGINE_PERFORMED;
  struct rs_fault fault = {
    .vector = exception->vector,
    .has_error_code = exception->has_error_code,
    .error_code = exception->error_code,
    .has_cr2 = exception->vector == VECTOR_PF,
    .cr2 = exception->cr2,
    .dr6 = exception->vector == VECTOR_DB ? debug_reasons(vm, exception) : 0,
  };
  struct rs_interrupt_request request = exception_request(&fault, vm->cpu.rip);
  vm_pending_refuse(vm);
  vm_pending_tell(vm);
  clock_refresh(vm);
  refused_access_tell(vm, exception);
  return vm_deliver(vm, &request);
}
