/* The x86-64 kernel's GDT, IDT and TSS. */
#include "descriptors.h"

#include "bits.h"
#include "entry_paths.h"
#include "instructions.h"
#include "processor.h"
#include "selectors.h"
#include "text.h"

#define EMERGENCY_STACK 4096
#define EXCEPTION_COUNT 32
#define GATE_INTERRUPT 0x8e
#define GATE_FOR_USER 0xee /* DPL 3 */
#define CALL_GATE_FOR_USER 0xec

/* [SDM3 "64-Bit Mode IDT"] */
struct gate {
  uint16_t offset_low, selector;
  uint8_t stack_index, type;
  uint16_t offset_middle;
  uint32_t offset_high, zero;
};

/* [SDM3 "Task Management in 64-bit Mode"] */
struct task_state {
  uint32_t reserved0;
  uint64_t rsp[3], reserved1, stack_table[7], reserved2;
  uint16_t reserved3, port_map;
} __attribute__((packed));

enum { STACK_DOUBLE_FAULT = 1, STACK_NMI = 2 };

extern void (*const exception_stubs[EXCEPTION_COUNT])(void);
extern const char interrupt_timer[], interrupt_spurious[];
extern const char entry_int80[], entry_stack_call[], entry_block_call[], entry_call_gate[];

static struct task_state task_state;
static char double_fault_stack[EMERGENCY_STACK] __attribute__((aligned(16)));
static char nmi_stack[EMERGENCY_STACK] __attribute__((aligned(16)));
static struct gate idt[CAUSE_BLOCK_CALL + 1];

/* Flat segments, marked accessed so that no load needs to write. */
static uint64_t gdt[X86_64_GDT_ENTRIES] = {
  [SELECTOR_KERNEL_CS / 8] = 0x00af9b000000ffff, [SELECTOR_KERNEL_DS / 8] = 0x00cf93000000ffff,
  [SELECTOR_USER_CS32 / 8] = 0x00cffb000000ffff, [SELECTOR_USER_DS / 8] = 0x00cff3000000ffff,
  [SELECTOR_USER_CS64 / 8] = 0x00affb000000ffff, [SELECTOR_USER_DS64 / 8] = 0x00cff3000000ffff,
};

static void set_gate(unsigned vector, uintptr_t target, uint8_t type, uint8_t stack_index) {
  idt[vector] = (struct gate){
    .offset_low = (uint16_t)target,
    .selector = SELECTOR_KERNEL_CS,
    .stack_index = stack_index,
    .type = type,
    .offset_middle = (uint16_t)(target >> 16),
    .offset_high = (uint32_t)(target >> 32),
  };
}

static void fill_idt(void) {
  for (unsigned vector = 0; vector < EXCEPTION_COUNT; vector++)
    set_gate(vector, (uintptr_t)exception_stubs[vector], GATE_INTERRUPT, 0);
  set_gate(VECTOR_TIMER, (uintptr_t)interrupt_timer, GATE_INTERRUPT, 0);
  set_gate(VECTOR_SPURIOUS, (uintptr_t)interrupt_spurious, GATE_INTERRUPT, 0);
  idt[VECTOR_BP].type = idt[VECTOR_OF].type = GATE_FOR_USER;
  idt[VECTOR_DF].stack_index = STACK_DOUBLE_FAULT;
  idt[VECTOR_NMI].stack_index = STACK_NMI;
  set_gate(CAUSE_INT80, (uintptr_t)entry_int80, GATE_FOR_USER, 0);
  set_gate(CAUSE_STACK_CALL, (uintptr_t)entry_stack_call, GATE_FOR_USER, 0);
  set_gate(CAUSE_BLOCK_CALL, (uintptr_t)entry_block_call, GATE_FOR_USER, 0);
}

/* [SDM3 "IA-32e Mode Call Gates"]: 16 bytes, and nothing is copied. */
static void fill_call_gate(void) {
  uint64_t target = (uintptr_t)entry_call_gate;
  gdt[SELECTOR_CALL_GATE / 8] = (target & 0xffff) | SELECTOR_KERNEL_CS << 16 |
                                (uint64_t)CALL_GATE_FOR_USER << 40 | (target >> 16 & 0xffff) << 48;
  gdt[SELECTOR_CALL_GATE / 8 + 1] = target >> 32;
}

/* [SDM3 "TSS Descriptor in 64-bit mode"]. With the port map past the limit no port is open to programs. */
static void fill_task_state(void) {
  uint64_t base = (uintptr_t)&task_state, limit = sizeof task_state - 1;
  task_state.rsp[0] = processor.stack;
  task_state.stack_table[STACK_DOUBLE_FAULT - 1] = (uintptr_t)double_fault_stack + EMERGENCY_STACK;
  task_state.stack_table[STACK_NMI - 1] = (uintptr_t)nmi_stack + EMERGENCY_STACK;
  task_state.port_map = sizeof task_state;
  gdt[X86_64_TSS / 8] = limit | (base & 0xffffff) << 16 | UINT64_C(0x89) << 40 | (base >> 24 & 0xff) << 56;
  gdt[X86_64_TSS / 8 + 1] = base >> 32;
}

static void reload_segments(void) {
  __asm__ volatile("pushq %0\n\t"
                   "leaq 1f(%%rip), %%rax\n\t"
                   "pushq %%rax\n\t"
                   "lretq\n"
                   "1:\tmovl %1, %%ss"
                   :
                   : "i"(SELECTOR_KERNEL_CS), "r"(SELECTOR_KERNEL_DS)
                   : "rax", "memory");
}

void descriptors_init(void) {
  const struct table_pointer gdt_pointer = { sizeof gdt - 1, (uintptr_t)gdt };
  const struct table_pointer idt_pointer = { sizeof idt - 1, (uintptr_t)idt };
  fill_idt();
  fill_call_gate();
  fill_task_state();
  load_gdt(&gdt_pointer);
  reload_segments();
  load_idt(&idt_pointer);
  load_task_register(X86_64_TSS);
}

/* A trap on the first instruction of entry_sysenter has SYSENTER's stack. */
void descriptors_set_kernel_stack(uintptr_t top) {
  task_state.rsp[0] = top;
  if (processor.sysenter) write_msr(MSR_SYSENTER_ESP, top);
}

void descriptors_set_tls(unsigned slot, uint64_t descriptor) {
  gdt[X86_64_TLS_FIRST + slot] = descriptor;
}

uint64_t descriptors_tls(unsigned slot) {
  return gdt[X86_64_TLS_FIRST + slot];
}

unsigned descriptors_tls_first(void) {
  return X86_64_TLS_FIRST;
}
