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

/* The engine's part that each register lives in: enum engine_part. */
static const uint8_t register_part[RS_REGISTER_COUNT] = {
  [RS_CS] = ENGINE_CODE_AND_STACK, [RS_SS] = ENGINE_CODE_AND_STACK, [RS_CPL] = ENGINE_CODE_AND_STACK,
  [RS_ES] = ENGINE_SEGMENTS,       [RS_DS] = ENGINE_SEGMENTS,       [RS_FS] = ENGINE_SEGMENTS,
  [RS_GS] = ENGINE_SEGMENTS,       [RS_LDTR] = ENGINE_TABLES,       [RS_TR] = ENGINE_TABLES,
  [RS_GDTR] = ENGINE_TABLES,       [RS_IDTR] = ENGINE_TABLES,       [RS_CR0] = ENGINE_CONTROL,
  [RS_CR3] = ENGINE_CONTROL,       [RS_CR4] = ENGINE_CONTROL,       [RS_EFER] = ENGINE_CONTROL,
};

static unsigned operation_parts(const struct rs_cause *cause) {
  bool invalidates = cause->mechanism == RS_MECHANISM_OPERATION && cause->has_instruction &&
                     cause->instruction.operation == RS_OP_INVLPG;
  return invalidates ? ENGINE_TRANSLATIONS : 0;
}

void vm_commit(struct rs_machine *vm, const struct rs_transition *transition) {
  bool faulted = transition->outcome == RS_FAULTED;
  unsigned parts = operation_parts(&transition->cause);
  for (unsigned i = transition->first_write; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind != RS_STEP_WRITE) continue;
    if (step->id == RS_ITEM_REGISTER)
      parts |= register_part[step->reg];
    else if (!faulted || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY)
      ram_write(vm, step->write.physical, step->write.new.word, step->size);
  }
  vm->cpu = transition->after;
  vm->tsc_offset += transition->after.tsc - transition->before.tsc;
  if (parts) engine_changed(vm->engine, parts);
}
