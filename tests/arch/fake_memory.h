/* A small guest for the tests of arch: sparse physical memory, page tables of any mode, descriptor tables,
 * and processors in the states that sentences name. */
#ifndef TESTS_ARCH_FAKE_MEMORY_H
#define TESTS_ARCH_FAKE_MEMORY_H

#include "arch/bits.h"
#include "arch/memory.h"
#include "arch/paging.h"
#include "ringside/transition.h"

/* --- Physical memory --- */

struct fake_memory; /* pages appear when they are written, up to FAKE_PAGES; all else is not RAM */

enum { FAKE_PAGES = 128 };

struct fake_memory *fake_memory_create(void); /* never NULL: asserts */
void fake_memory_free(struct fake_memory *m);
struct guest_memory fake_memory_guest(struct fake_memory *m);

uint64_t fake_new_page(struct fake_memory *m); /* a fresh zeroed page's physical address */
void fake_write(struct fake_memory *m, uint64_t physical, unsigned size, uint64_t value); /* 1 to 8 bytes */
uint64_t fake_read(struct fake_memory *m, uint64_t physical, unsigned size);

/* Applies the memory writes of a transition as the vm does: all, but of a faulted one A/D bits alone. */
void fake_commit(struct fake_memory *m, const struct rs_transition *transition);

/* --- Page tables, in the mode that `cpu` has in force; tables between allow everything --- */

enum {
  FAKE_P = 1,
  FAKE_RW = 2,
  FAKE_US = 4,
  FAKE_A = 0x20,
  FAKE_D = 0x40,
  FAKE_PS = 0x80,
  FAKE_G = 0x100,
};
#define FAKE_XD (UINT64_C(1) << 63)

/* Makes the leaf of `linear` at `level` (1: 4 KiB; 2 and 3: a large page) refer to `physical`. `flags` with
 * FAKE_P and, for large pages, FAKE_PS. */
void fake_map_at(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned level,
                 uint64_t physical, uint64_t flags);
/* A 4 KiB page on a fresh frame, whose physical address it returns. FAKE_P is implied. */
uint64_t fake_map(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, uint64_t flags);
/* The physical address of the entry that translates `linear` at `level`; the tables above it must exist. */
uint64_t fake_entry_address(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned level);

/* By linear address, as a supervisor without SMAP would; the page must be mapped. */
void fake_poke(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned size,
               uint64_t value);
uint64_t fake_peek(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned size);

/* --- The guest that every processor below finds itself in; these are mapped pages --- */

#define FAKE_GDT UINT64_C(0xc0001000)
#define FAKE_IDT UINT64_C(0xc0002000)
#define FAKE_TSS UINT64_C(0xc0003000)
#define FAKE_LDT UINT64_C(0xc0004000)
#define FAKE_KERNEL_STACK UINT64_C(0xc0006000) /* its top; the page below is mapped */
#define FAKE_KERNEL_CODE UINT64_C(0xc0008000)
#define FAKE_KERNEL_DATA UINT64_C(0xc0009000)
#define FAKE_USER_CODE UINT64_C(0x00400000)
#define FAKE_USER_DATA UINT64_C(0x00401000)
#define FAKE_USER_STACK UINT64_C(0x00800000) /* its top */

/* The GDT: fit for SYSCALL/SYSRET (STAR = 0x00180008 << 32) and SYSENTER/SYSEXIT (SYSENTER_CS = 8). */
enum {
  FAKE_KERNEL_CS = 0x08, /* 64-bit where the kernel is */
  FAKE_KERNEL_SS = 0x10,
  FAKE_USER_CS32 = 0x1b,
  FAKE_USER_SS = 0x23,
  FAKE_USER_CS64 = 0x2b,
  FAKE_TSS_SELECTOR = 0x40,
  FAKE_LDT_SELECTOR = 0x50,
};

/* Flat segments as the GDT has them, by selector. */
struct rs_segment fake_segment(const struct rs_cpu *cpu, uint16_t selector);

/* Descriptors: attributes in the layout of struct rs_segment; the upper half is for 16-byte ones. */
uint64_t fake_descriptor(uint64_t base, uint32_t limit, uint32_t attributes);
void fake_gdt_set(struct fake_memory *m, const struct rs_cpu *cpu, uint16_t selector, uint64_t descriptor);

/* A gate of the IDT in the size that `cpu` uses; `type` is P, DPL, S and type as the descriptor's byte 5. */
void fake_gate(struct fake_memory *m, const struct rs_cpu *cpu, uint8_t vector, uint16_t selector,
               uint64_t offset, uint8_t type, uint8_t ist);

/* --- Processors --- */

/* The kernel in 64-bit mode, 32-bit protected mode with 32-bit paging, or with PAE paging; ring 0, interrupts
 * on, NXE and WP set, RIP in FAKE_KERNEL_CODE. */
void fake_long_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model);
void fake_protected_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model);
void fake_pae_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model);
void fake_five_level_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model);

/* Moves it to ring 3 with flat user segments: the code size of its kernel's class, or compatibility mode. */
void fake_enter_user(struct rs_cpu *cpu);
void fake_enter_compatibility(struct rs_cpu *cpu);

/* --- Looking at transitions --- */

/* The last failed check of a faulted transition. */
enum rs_check fake_failed_check(const struct rs_transition *t);
/* How many steps have this kind and id (an enum rs_check or enum rs_item). */
unsigned fake_count_steps(const struct rs_transition *t, enum rs_step_kind kind, unsigned id);
/* The n-th of them, or NULL. */
const struct rs_step *fake_find_step(const struct rs_transition *t, enum rs_step_kind kind, unsigned id,
                                     unsigned n);
/* Asserts that every register of the two is the same. */
void fake_assert_same_state(const struct rs_cpu *a, const struct rs_cpu *b);

/* Asserts what holds of every transition: `after` is `before` folded over the writes; a fault names its
 * check. */
void fake_assert_sound(const struct rs_transition *t);

#endif
