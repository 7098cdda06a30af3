/* The i386 kernel's GDT, IDT and TSS. */
#include "descriptors.h"

#include "bits.h"
#include "entry_paths.h"
#include "gates32.h"
#include "instructions.h"
#include "processor.h"
#include "selectors.h"

#define EXCEPTION_COUNT 32
#define TRAP_STACK_WORDS 1024
#define CALL_GATE_FOR_USER 0xec

/* [SDM3 "Task-State Segment (TSS)"]. The words before it are a stack for an exception at the first
 * instruction of entry_sysenter, which runs with ESP pointing at `esp0`. */
struct task_state {
  uint32_t trap_stack[TRAP_STACK_WORDS];
  uint32_t link, esp0, ss0, unused[22];
  uint16_t debug_trap, port_map;
};

#define TASK_STATE_SIZE (sizeof(struct task_state) - offsetof(struct task_state, link))

extern void (*const exception_stubs[EXCEPTION_COUNT])(void);
extern const char interrupt_timer[], interrupt_spurious[];
extern const char entry_int80[], entry_stack_call[], entry_block_call[], entry_call_gate[];

static struct task_state task_state;
static struct gate idt[CAUSE_BLOCK_CALL + 1];

/* Flat segments, marked accessed so that no load needs to write. */
static uint64_t gdt[I386_GDT_ENTRIES] = {
  [SELECTOR_KERNEL_CS / 8] = 0x00cf9b000000ffff,
  [SELECTOR_KERNEL_DS / 8] = 0x00cf93000000ffff,
  [SELECTOR_USER_CS32 / 8] = 0x00cffb000000ffff,
  [SELECTOR_USER_DS / 8] = 0x00cff3000000ffff,
};

static void set_gate(unsigned vector, uintptr_t target, uint8_t type) {
  idt[vector] = gate_to(SELECTOR_KERNEL_CS, target, type);
}

static void fill_idt(void) {
  for (unsigned vector = 0; vector < EXCEPTION_COUNT; vector++)
    set_gate(vector, (uintptr_t)exception_stubs[vector], GATE_INTERRUPT);
  set_gate(VECTOR_TIMER, (uintptr_t)interrupt_timer, GATE_INTERRUPT);
  set_gate(VECTOR_SPURIOUS, (uintptr_t)interrupt_spurious, GATE_INTERRUPT);
  idt[VECTOR_BP].type = idt[VECTOR_OF].type = GATE_TRAP_FOR_USER;
  set_gate(CAUSE_INT80, (uintptr_t)entry_int80, GATE_TRAP_FOR_USER);
  set_gate(CAUSE_STACK_CALL, (uintptr_t)entry_stack_call, GATE_TRAP_FOR_USER);
  set_gate(CAUSE_BLOCK_CALL, (uintptr_t)entry_block_call, GATE_TRAP_FOR_USER);
}

/* [SDM3 "Call Gates"] */
static void fill_call_gate(void) {
  uint64_t target = (uintptr_t)entry_call_gate;
  gdt[SELECTOR_CALL_GATE / 8] = (target & 0xffff) | SELECTOR_KERNEL_CS << 16 |
                                (uint64_t)(CALL_GATE_FOR_USER << 8 | CALL_GATE_WORDS) << 32 |
                                (target >> 16) << 48;
}

/* [SDM3 "TSS Descriptor"]. With the port map past the limit no port is open to programs. */
static void fill_task_state(void) {
  uint64_t base = (uintptr_t)&task_state.link, limit = TASK_STATE_SIZE - 1;
  task_state.esp0 = processor.stack;
  task_state.ss0 = SELECTOR_KERNEL_DS;
  task_state.port_map = TASK_STATE_SIZE;
  gdt[I386_TSS / 8] = limit | (base & 0xffffff) << 16 | UINT64_C(0x89) << 40 | (base >> 24) << 56;
}

void descriptors_init(void) {
  const struct table_pointer gdt_pointer = { sizeof gdt - 1, (uintptr_t)gdt };
  const struct table_pointer idt_pointer = { sizeof idt - 1, (uintptr_t)idt };
  fill_idt();
  fill_call_gate();
  fill_task_state();
  load_gdt(&gdt_pointer);
  RELOAD_SEGMENTS(SELECTOR_KERNEL_CS, SELECTOR_KERNEL_DS);
  load_idt(&idt_pointer);
  load_task_register(I386_TSS);
}

void descriptors_set_kernel_stack(uintptr_t top) {
  task_state.esp0 = top;
}

void descriptors_set_tls(unsigned slot, uint64_t descriptor) {
  gdt[I386_TLS_FIRST + slot] = descriptor;
}

uint64_t descriptors_tls(unsigned slot) {
  return gdt[I386_TLS_FIRST + slot];
}

unsigned descriptors_tls_first(void) {
  return I386_TLS_FIRST;
}

uintptr_t descriptors_kernel_stack_field(void) {
  return (uintptr_t)&task_state.esp0;
}
