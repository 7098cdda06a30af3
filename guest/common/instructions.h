/* The instructions that C has no words for. */
#ifndef GUEST_INSTRUCTIONS_H
#define GUEST_INSTRUCTIONS_H

#include <stddef.h>
#include <stdint.h>

struct cpuid {
  uint32_t eax, ebx, ecx, edx;
};

/* What LGDT and LIDT take [SDM3 "Global Descriptor Table Register (GDTR)"]. */
struct table_pointer {
  uint16_t limit;
  uintptr_t base;
} __attribute__((packed));

static inline struct cpuid cpuid(uint32_t leaf) {
  struct cpuid out;
  __asm__ volatile("cpuid" : "=a"(out.eax), "=b"(out.ebx), "=c"(out.ecx), "=d"(out.edx) : "a"(leaf), "c"(0));
  return out;
}

static inline uint8_t port_in8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline uint16_t port_in16(uint16_t port) {
  uint16_t value;
  __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline uint32_t port_in32(uint16_t port) {
  uint32_t value;
  __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline void port_out8(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void port_out_bytes(uint16_t port, const void *bytes, size_t size) {
  __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(size) : "d"(port) : "memory");
}

static inline void write_msr(uint32_t number, uint64_t value) {
  __asm__ volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline uint64_t read_msr(uint32_t number) {
  uint32_t low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
  return (uint64_t)high << 32 | low;
}

/* FPU_SIZE bytes, aligned to 16 [SDM2 "FXSAVE"]. */
static inline void fpu_save(uint8_t *image) {
  __asm__ volatile("fxsave (%0)" : : "r"(image) : "memory");
}

static inline void fpu_load(const uint8_t *image) {
  __asm__ volatile("fxrstor (%0)" : : "r"(image) : "memory");
}

static inline uint64_t read_tsc(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

#define CONTROL_REGISTER(name)                                                                               \
  static inline uintptr_t read_##name(void) {                                                                \
    uintptr_t value;                                                                                         \
    __asm__ volatile("mov %%" #name ", %0" : "=r"(value));                                                   \
    return value;                                                                                            \
  }                                                                                                          \
  static inline void write_##name(uintptr_t value) {                                                         \
    __asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory");                                          \
  }

CONTROL_REGISTER(cr0)
CONTROL_REGISTER(cr2)
CONTROL_REGISTER(cr3)
CONTROL_REGISTER(cr4)

static inline void invalidate_page(uintptr_t address) {
  __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void load_gdt(const struct table_pointer *pointer) {
  __asm__ volatile("lgdt %0" : : "m"(*pointer));
}

static inline void load_idt(const struct table_pointer *pointer) {
  __asm__ volatile("lidt %0" : : "m"(*pointer));
}

static inline void load_ldt(uint16_t selector) {
  __asm__ volatile("lldt %0" : : "r"(selector));
}

static inline void load_task_register(uint16_t selector) {
  __asm__ volatile("ltr %0" : : "r"(selector));
}

/* Nothing can end this: interrupts are off. */
static inline _Noreturn void halt_for_ever(void) {
  for (;;)
    __asm__ volatile("cli; hlt");
}

#endif
