/* The witness: the engine executes what we could perform, and what it made of it is compared with our
 * prediction. */
#include "vm/witness.h"

#include <assert.h>
#include <stddef.h>

#include "arch/debug.h"

/* What Unicorn implements by itself. */
static bool is_native(enum rs_operation operation) {
  switch (operation) {
  case RS_OP_IRET:
  case RS_OP_SYSRET:
  case RS_OP_SYSEXIT:
  case RS_OP_FAR_JMP:
  case RS_OP_FAR_CALL:
  case RS_OP_FAR_RET:
  case RS_OP_MOV_TO_SEGMENT:
  case RS_OP_POP_SEGMENT:
  case RS_OP_LOAD_FAR_POINTER:
  case RS_OP_LLDT:
  case RS_OP_LTR: return true;
  default: return false;
  }
}

/* The #DB traps after what is performed are not the engine's own. */
bool witness_begin(struct rs_machine *vm, const struct rs_transition *prediction) {
  if (!vm->witness || prediction->outcome != RS_COMPLETED ||
      !is_native(prediction->cause.instruction.operation) || debug_traps_after(prediction))
    return false;
  vm->witness->predicted = true;
  vm->witness->instructions = engine_instructions(vm->engine);
  vm->witness->page_count = 0;
  return true;
}

/* The engine fetches the target before it tells that it is there. */
const struct rs_cpu *witness_state(const struct rs_machine *vm, enum access_kind kind) {
  return vm->witness && vm->witness->predicted && kind == ACCESS_FETCH ? &vm->transition[0].after : &vm->cpu;
}

static bool is_access(const struct rs_step *step) {
  return step->kind != RS_STEP_CHECK && step->id != RS_ITEM_REGISTER && step->id != RS_ITEM_PAGE_ENTRY &&
         step->id != RS_ITEM_PAGE_ACCESSED_DIRTY;
}

/* Where the prediction has found the page: with the rights of whoever makes the access, in the address space
 * of the task that it belongs to. */
static bool predicted_page(const struct rs_transition *prediction, uint64_t linear_page, uint64_t *physical) {
  static_assert(offsetof(struct rs_step, read.linear) == offsetof(struct rs_step, write.linear) &&
                    offsetof(struct rs_step, read.physical) == offsetof(struct rs_step, write.physical),
                "reads and writes say where in the same place");
  for (unsigned i = 0; i < prediction->step_count; i++) {
    const struct rs_step *step = &prediction->step[i];
    if (!is_access(step) || step->read.linear / GUEST_PAGE_SIZE != linear_page / GUEST_PAGE_SIZE) continue;
    *physical = step->read.physical & ~(uint64_t)(GUEST_PAGE_SIZE - 1);
    return true;
  }
  return false;
}

/* What the prediction does not have is walked as a table's: the engine alone is at fault, if anyone. */
static bool other_page(struct rs_machine *vm, uint64_t linear_page, enum access_kind kind,
                       uint64_t *physical) {
  const struct paging_reader reader = paging_reader_of(machine_memory(vm->hardware));
  struct paging_walk walk;
  paging_walk(&vm->cpu, &reader, linear_page, kind, ACCESS_IMPLICIT_SUPERVISOR, &walk);
  *physical = walk.physical & ~(uint64_t)(GUEST_PAGE_SIZE - 1);
  return !walk.refused;
}

bool witness_translate(struct rs_machine *vm, uint64_t linear_page, enum access_kind kind,
                       struct engine_translation *out) {
  uint64_t physical;
  if (!vm->witness || !vm->witness->predicted || kind == ACCESS_FETCH) return false;
  if (!predicted_page(&vm->transition[0], linear_page, &physical) &&
      !other_page(vm, linear_page, kind, &physical))
    return false;
  if (kind == ACCESS_WRITE) witness_keep_page(vm, physical);
  *out =
      (struct engine_translation){ .physical = physical, .readable = true, .writable = kind == ACCESS_WRITE };
  return true;
}

/* The run goes on from the prediction, as if it had been performed, so that it is the same run. */
static void prediction_settle(struct rs_machine *vm) {
  witness_restore_pages(vm);
  vm_settle_at(vm, &vm->transition[0], vm->witness->instructions);
}

bool witness_faulted(struct rs_machine *vm, const struct engine_exception *exception) {
  if (!vm->witness || !vm->witness->predicted) return false;
  vm->witness->predicted = false;
  vm->witness->found.compared++;
  bool refused = vm->cpu.rip != vm->transition[0].after.rip;
  if (refused) witness_note_refusal(vm, exception->vector);
  prediction_settle(vm);
  return refused;
}

bool vm_witnessed(void *context) {
  struct rs_machine *vm = context;
  if (!vm->witness || !vm->witness->predicted) return true;
  vm->witness->predicted = false;
  vm->witness->found.compared++;
  bool same = witness_compare(vm);
  prediction_settle(vm);
  if (vm->attention) vm_attend(vm);
  return same;
}
