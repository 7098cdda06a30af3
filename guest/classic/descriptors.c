/* The classic kernel's GDT, IDT and the tasks' LDTs. */
#include "descriptors.h"

#include "bits.h"
#include "gates32.h"
#include "instructions.h"
#include "layout.h"
#include "selectors.h"
#include "task.h"

#define EXCEPTION_COUNT 32
#define SYSTEM_CALL_VECTOR 0x80

/* [SDM3 "Segment Descriptors"]: the access byte, and above it the flags; marked accessed, so that no load
 * needs to write. */
#define KERNEL_CODE 0xc09b
#define KERNEL_DATA 0xc093
#define TASK_CODE 0xc0fb
#define TASK_DATA 0xc0f3
#define AVAILABLE_TSS 0x0089
#define LDT 0x0082

extern void (*const exception_stubs[EXCEPTION_COUNT])(void);
extern const char system_call[], timer_interrupt[];

/* In pages of their own, so that the walks to them are the same whatever the compiler puts beside them. */
static struct gate idt[SYSTEM_CALL_VECTOR + 1] __attribute__((aligned(PAGE_SIZE)));
static uint64_t gdt[CLASSIC_GDT_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

/* `limit` counts pages where the flags say so. */
static uint64_t descriptor(uint32_t base, uint32_t limit, uint16_t attributes) {
  return (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)(attributes & 0xff) << 40 |
         (uint64_t)(limit & 0xf0000) << 32 | (uint64_t)(attributes & 0xf000) << 40 |
         (uint64_t)(base >> 24) << 56;
}

static void set_gate(unsigned vector, uintptr_t target, uint8_t type) {
  idt[vector] = gate_to(CLASSIC_KERNEL_CS, target, type);
}

static void set_system_gate(unsigned vector, const char *target) {
  set_gate(vector, (uintptr_t)target, GATE_TRAP_FOR_USER);
}

static void fill_idt(void) {
  for (unsigned vector = 0; vector < EXCEPTION_COUNT; vector++)
    set_gate(vector, (uintptr_t)exception_stubs[vector], GATE_INTERRUPT);
  set_system_gate(SYSTEM_CALL_VECTOR, system_call);
}

void descriptors_init(void) {
  const struct table_pointer gdt_pointer = { sizeof gdt - 1, (uintptr_t)gdt };
  const struct table_pointer idt_pointer = { sizeof idt - 1, (uintptr_t)idt };
  gdt[CLASSIC_KERNEL_CS / 8] = descriptor(0, CLASSIC_MEMORY / PAGE_SIZE - 1, KERNEL_CODE);
  gdt[CLASSIC_KERNEL_DS / 8] = descriptor(0, CLASSIC_MEMORY / PAGE_SIZE - 1, KERNEL_DATA);
  fill_idt();
  load_gdt(&gdt_pointer);
  RELOAD_SEGMENTS(CLASSIC_KERNEL_CS, CLASSIC_KERNEL_DS);
  load_idt(&idt_pointer);
}

void descriptors_set_task(struct task *task) {
  gdt[CLASSIC_TSS(task->number) / 8] = descriptor((uintptr_t)&task->tss, sizeof task->tss - 1, AVAILABLE_TSS);
  gdt[CLASSIC_LDT(task->number) / 8] = descriptor((uintptr_t)task->ldt, sizeof task->ldt - 1, LDT);
}

void descriptors_fill_ldt(struct task *task, uint32_t code_size) {
  uint32_t base = CLASSIC_TASK_BASE(task->number);
  task->ldt[CLASSIC_USER_CS / 8] = descriptor(base, (code_size - 1) / PAGE_SIZE, TASK_CODE);
  task->ldt[CLASSIC_USER_DS / 8] = descriptor(base, CLASSIC_TASK_SIZE / PAGE_SIZE - 1, TASK_DATA);
  task->code_size = code_size;
}

void descriptors_set_timer_gate(unsigned vector) {
  set_gate(vector, (uintptr_t)timer_interrupt, GATE_INTERRUPT);
}
