/* The descriptor tables of the stage: how each trial finds them, and how it changes them. */
#ifndef CONFORM_TABLES_H
#define CONFORM_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "class.h"
#include "stage.h"

/* A descriptor's access byte [SDM3 "Segment Descriptors"]. */
#define ACCESS_PRESENT 0x80
#define ACCESS_DPL(ring) ((ring) << 5)
#define ACCESS_TYPE 0x1f /* with S */
#define TYPE_DATA 0x13   /* writable, accessed */
#define TYPE_CODE 0x1b   /* readable, accessed */
#define TYPE_LDT 0x02
#define TYPE_TASK_GATE 0x05
#define TYPE_TSS 0x09 /* available; 32-bit, or 64-bit in long mode */
#define TYPE_TSS_BUSY 0x0b
#define TYPE_CALL_GATE 0x0c
#define TYPE_INTERRUPT_GATE 0x0e
#define TYPE_TRAP_GATE 0x0f
#define GATE_SIZE (LONG_MODE ? 16 : 8)

/* The types of gate that lead to a handler, in the guest's mode; the 16-bit ones last. */
extern const uint8_t gate_types[GATE_TYPES];

/* Selectors for CS, SS and data: null, out of the tables, in the LDT, of a system segment. */
enum { SPECIAL_SELECTORS = 13 };
extern const uint16_t special_selectors[SPECIAL_SELECTORS];

/* The bits above the limit's upper four. */
#define DESCRIPTOR_LONG 0x2u
#define DESCRIPTOR_BIG 0x4u
#define DESCRIPTOR_PAGES 0x8u

#define LIMIT_ALL 0xfffffu

/* `limit` is the descriptor's field: in pages with DESCRIPTOR_PAGES. */
uint64_t descriptor(unsigned access, unsigned bits, uint32_t base, uint32_t limit);

/* Flat: all addresses, or in a segment that grows down all past the first page; of the guest's own size where
 * it is code. */
uint64_t descriptor_flat(unsigned access);

/* Everything as it is before each trial. */
void tables_reset(void);

/* Remembers the descriptors; adds to the line the access bytes of those that have changed since. */
void tables_keep(void);
void tables_tell_changes(void);

/* Once: builds the tables, and loads GDTR, IDTR, LDTR and TR. */
void tables_init(void);

/* What a selector of the GDT, or of the LDT, finds. */
uint64_t *tables_slot(unsigned selector);

void tables_set_gate(unsigned vector, unsigned access, unsigned selector, uintptr_t offset, unsigned stack);

/* A call gate takes the place of a descriptor, in the 64-bit guest of two. */
void tables_set_call_gate(unsigned selector, unsigned access, unsigned target, uintptr_t offset,
                          unsigned count);

/* The stack of a ring in the TSS; `selector` counts only in the 32-bit guest. */
void tables_set_ring_stack(unsigned ring, unsigned selector, uintptr_t sp);

/* Number 1 to 7 of the interrupt stack table, in the 64-bit guest. */
void tables_set_interrupt_stack(unsigned number, uintptr_t sp);

/* Until the next reset. All ports are permitted while the bitmap is at TSS_BITMAP. */
void tables_set_idt_limit(unsigned limit);
void tables_set_tss_limit(unsigned limit);
void tables_set_io_bitmap(unsigned base);
void tables_deny_port(unsigned port);

/* Describes the stage's TSS (types from 8 on) or LDT in another place. */
void tables_describe_system(unsigned selector, unsigned access);

/* This trial may change LDTR or TR: the next reset loads them again. */
void tables_change_registers(void);

/* Flat code and data of a ring, with the RPL of that ring. */
unsigned tables_code(unsigned ring);
unsigned tables_data(unsigned ring);
unsigned tables_other_code(unsigned ring);

#define TSS_BITMAP 104
#define TSS_SIZE (TSS_BITMAP + 0x20 + 1) /* ports below 0x100, and the byte of ones */
extern uint8_t tables_tss[TSS_SIZE];

#endif
