/* Gates and segments, as 32-bit kernels have them. */
#ifndef GUEST_GATES32_H
#define GUEST_GATES32_H

#include <stdint.h>

#define GATE_INTERRUPT 0x8e
#define GATE_TRAP_FOR_USER 0xef /* DPL 3; interrupts stay as they were */

/* [SDM3 "IDT Descriptors"] */
struct gate {
  uint16_t offset_low, selector;
  uint8_t zero, type;
  uint16_t offset_high;
};

static inline struct gate gate_to(uint16_t selector, uintptr_t offset, uint8_t type) {
  return (struct gate){
    .offset_low = (uint16_t)offset,
    .selector = selector,
    .type = type,
    .offset_high = (uint16_t)(offset >> 16),
  };
}

/* Loads every segment register anew after LGDT; FS and GS become null. */
#define RELOAD_SEGMENTS(code, data)                                                                          \
  __asm__ volatile("ljmp %0, $1f\n"                                                                          \
                   "1:\tmovl %1, %%ss\n\t"                                                                   \
                   "movl %1, %%ds\n\t"                                                                       \
                   "movl %1, %%es\n\t"                                                                       \
                   "movl %2, %%fs\n\t"                                                                       \
                   "movl %2, %%gs"                                                                           \
                   :                                                                                         \
                   : "i"(code), "r"(data), "r"(0)                                                            \
                   : "memory")

#endif
