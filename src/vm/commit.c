/* Makes a transition real: the one place where CPL changes and where a transition's writes reach memory. */
#include <string.h>

#include "arch/bits.h"
#include "vm/vm.h"

/* The common sizes are single stores. */
static void bytes_store(uint8_t *to, const void *from, size_t size) {
  switch (size) {
  case 8: memcpy(to, from, 8); break;
  case 4: memcpy(to, from, 4); break;
  default: memcpy(to, from, size);
  }
}

static void ram_write(struct rs_machine *vm, uint64_t physical, const void *bytes, size_t size) {
  uint64_t ram = machine_ram_size(vm->hardware);
  if (physical >= ram || size > ram - physical) return; /* no RAM there: dropped, as guest_memory says */
  bytes_store(machine_ram(vm->hardware) + physical, bytes, size);
  engine_memory_written(vm->engine, physical, size);
}

#define SET(reg) (UINT64_C(1) << (reg))

/* What breakpoints on instructions and data follow from. */
#define BREAKPOINTS (SET(RS_DR0) | SET(RS_DR1) | SET(RS_DR2) | SET(RS_DR3) | SET(RS_DR7))

/* The engine's parts that the registers of `written` live in. */
static unsigned register_parts(uint64_t written) {
  unsigned parts = 0;
  if (written & (SET(RS_CS) | SET(RS_SS) | SET(RS_CPL))) parts |= ENGINE_CODE_AND_STACK;
  if (written & (SET(RS_ES) | SET(RS_DS) | SET(RS_FS) | SET(RS_GS))) parts |= ENGINE_SEGMENTS;
  if (written & (SET(RS_LDTR) | SET(RS_TR) | SET(RS_GDTR) | SET(RS_IDTR))) parts |= ENGINE_TABLES;
  if (written & (SET(RS_CR0) | SET(RS_CR3) | SET(RS_CR4) | SET(RS_EFER))) parts |= ENGINE_CONTROL;
  return parts;
}

static unsigned operation_parts(const struct rs_cause *cause) {
  bool invalidates = cause->mechanism == RS_MECHANISM_OPERATION && cause->has_instruction &&
                     cause->instruction.operation == RS_OP_INVLPG;
  return invalidates ? ENGINE_TRANSLATIONS : 0;
}

static void memory_commit(struct rs_machine *vm, const struct rs_transition *transition) {
  bool faulted = transition->outcome == RS_FAULTED;
  const struct rs_step *step = transition->step;
  for (unsigned left = transition->memory_writes; left > 0; step++) {
    if (step->kind != RS_STEP_WRITE || step->id == RS_ITEM_REGISTER) continue;
    left--;
    if (!faulted || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY)
      ram_write(vm, step->write.physical, step->write.new.word, step->size);
  }
}

void vm_commit(struct rs_machine *vm, const struct rs_transition *transition) {
  unsigned parts = register_parts(transition->written) | operation_parts(&transition->cause);
  memory_commit(vm, transition);
  vm->cpu = transition->after;
  vm->tsc_offset += transition->after.tsc - transition->before.tsc;
  if (transition->written & BREAKPOINTS) vm_breakpoints_set(vm);
  if (parts) engine_changed(vm->engine, parts);
}
