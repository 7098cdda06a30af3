/* Which of the guest's tasks runs: its kernel keeps that in memory, and a MOV to CR3 makes it so. */
#include <string.h>

#include "vm/vm.h"

/* As the guest has it: the number, then the name, padded with zeros. */
struct told_task {
  uint8_t id[4];
  char name[16];
};

void rs_machine_tell_tasks(struct rs_machine *vm, const struct rs_symbols *symbols) {
  vm->tells_tasks = rs_symbols_task(symbols, &vm->task_linear);
}

static bool is_mov_to_cr3(const struct rs_transition *transition) {
  const struct rs_cause *cause = &transition->cause;
  return transition->outcome == RS_COMPLETED && cause->mechanism == RS_MECHANISM_OPERATION &&
         cause->instruction.operation == RS_OP_MOV_TO_CR && cause->instruction.reg == 3;
}

static uint32_t little_endian(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The guest chooses the name: what is not printable becomes '?'. */
static void copy_name(char *to, const char *from, size_t size) {
  memset(to, 0, size);
  for (size_t i = 0; i + 1 < size && from[i]; i++)
    to[i] = from[i] > ' ' && from[i] <= '~' ? from[i] : '?';
}

/* The first task that the guest tells of is nobody's successor. */
bool vm_switches_task(struct rs_machine *vm, const struct rs_transition *transition) {
  struct told_task told;
  struct rs_task old = vm->task;
  if (!vm->tells_tasks || !is_mov_to_cr3(transition)) return false;
  if (vm_peek(vm, &transition->after, vm->task_linear, &told, sizeof told) != sizeof told) return false;
  vm->task.id = little_endian(told.id);
  copy_name(vm->task.name, told.name, sizeof vm->task.name);
  return old.id != 0 && memcmp(&old, &vm->task, sizeof old) != 0;
}
