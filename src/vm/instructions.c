/* The per-instruction trace: an instruction is told once what it changed is known, when the next one is
 * announced. */
#include <string.h>

#include "trace/disasm.h"
#include "vm/vm.h"

/* What the writes did: the bytes before are kept when the instruction is announced, those after when it is
 * told. */
static void writes_read(struct rs_machine *vm, const struct rs_cpu *cpu, bool after) {
  struct rs_instruction_event *event = &vm->pending.event;
  for (unsigned i = 0; i < event->write_count; i++) {
    struct rs_memory_change *change = &event->write[i];
    uint64_t *value = after ? &change->new : &change->old;
    *value = 0;
    vm_peek(vm, cpu, change->linear, value, change->size);
  }
}

/* Those that may be writes are when they changed something. */
static void writes_settle(struct vm_pending *pending) {
  struct rs_instruction_event *event = &pending->event;
  unsigned kept = pending->certain;
  for (unsigned i = kept; i < event->write_count; i++)
    if (event->write[i].old != event->write[i].new) event->write[kept++] = event->write[i];
  event->write_count = kept;
}

void vm_pending_refuse(struct rs_machine *vm) {
  if (vm->pending.before.rip != vm->cpu.rip) return;
  vm->pending.event.write_count = vm->pending.certain = 0;
}

void vm_pending_tell(struct rs_machine *vm) {
  struct vm_pending *pending = &vm->pending;
  if (!pending->valid) return;
  pending->valid = false;
  writes_read(vm, &vm->cpu, true);
  writes_settle(pending);
  pending->event.before = &pending->before;
  pending->event.after = &vm->cpu;
  tracer_instruction(&vm->tracer, &pending->event);
}

void vm_executed(void *context, uint64_t linear, const uint8_t *bytes, unsigned length) {
  struct rs_machine *vm = context;
  struct rs_instruction_event *event = &vm->pending.event;
  vm_pending_tell(vm);
  memset(event, 0, sizeof *event);
  event->instructions = engine_instructions(vm->engine);
  event->linear = linear;
  event->length = (uint8_t)length;
  memcpy(event->bytes, bytes, length < sizeof event->bytes ? length : sizeof event->bytes);
  vm->pending.before = vm->cpu;
  event->write_count =
      disasm_writes(vm->disasm, &vm->cpu, event->bytes, length, event->write, &vm->pending.certain);
  writes_read(vm, &vm->cpu, false);
  vm->pending.valid = true;
}
