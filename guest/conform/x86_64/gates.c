/* Gates and the task-state segment of IA-32e mode. */
#include "gates.h"
#include "tables.h"

const uint8_t gate_types[GATE_TYPES] = { TYPE_INTERRUPT_GATE, TYPE_TRAP_GATE };

/* [SDM3 "64-Bit Mode IDT"] */
void gate_write(uint64_t *at, unsigned access, unsigned selector, uintptr_t offset, unsigned stack_or_count) {
  at[0] = (offset & 0xffff) | (uint64_t)selector << 16 | (uint64_t)stack_or_count << 32 |
          (uint64_t)access << 40 | (uint64_t)(offset >> 16 & 0xffff) << 48;
  at[1] = offset >> 32;
}

static void write_pair(unsigned offset, uint64_t value) {
  uint32_t *half = (uint32_t *)(tables_tss + offset);
  half[0] = (uint32_t)value;
  half[1] = (uint32_t)(value >> 32);
}

/* [SDM3 "Task Management in 64-bit Mode"] */
void tables_set_ring_stack(unsigned ring, unsigned selector, uintptr_t sp) {
  (void)selector;
  write_pair(4 + ring * 8, sp);
}

void tables_set_interrupt_stack(unsigned number, uintptr_t sp) {
  write_pair(36 + (number - 1) * 8, sp);
}
