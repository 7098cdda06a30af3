/* Gates and the task-state segment of 32-bit mode. */
#include "gates.h"
#include "tables.h"

const uint8_t gate_types[GATE_TYPES] = { TYPE_INTERRUPT_GATE, TYPE_TRAP_GATE, TYPE_INTERRUPT_GATE & ~8,
                                         TYPE_TRAP_GATE & ~8 };

/* [SDM3 "IDT Descriptors"] */
void gate_write(uint64_t *at, unsigned access, unsigned selector, uintptr_t offset, unsigned stack_or_count) {
  *at = (offset & 0xffff) | (uint64_t)selector << 16 | (uint64_t)stack_or_count << 32 |
        (uint64_t)access << 40 | (uint64_t)(offset >> 16) << 48;
}

/* [SDM3 "Task-State Segment (TSS)"] */
void tables_set_ring_stack(unsigned ring, unsigned selector, uintptr_t sp) {
  uint32_t *tss = (uint32_t *)tables_tss;
  tss[1 + ring * 2] = sp;
  tss[2 + ring * 2] = selector;
}

void tables_set_interrupt_stack(unsigned number, uintptr_t sp) {
  (void)number, (void)sp;
}
