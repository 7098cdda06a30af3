/* Where the trials take place: fixed addresses below 64 KiB, which 16-bit code reaches too; selectors and
 * vectors. For assembler and C. */
#ifndef CONFORM_STAGE_H
#define CONFORM_STAGE_H

#define STAGE_TRY 0x8000     /* the instructions that are tried */
#define STAGE_SLOT 0x8fe0    /* one that a trial writes itself */
#define STAGE_ARRIVE 0x9000  /* where they may lead: INT VECTOR_ARRIVED every 16 bytes */
#define STAGE_OPERAND 0xa000 /* what an instruction reads or writes */
#define STAGE_STACKS 0xb000  /* STACK_COUNT stacks */
#define STAGE_STACK_SIZE 0x800
#define STAGE_END 0xf000
#define STAGE_ALIAS 0x1f0000 /* with paging, all of it again so far above, for the inner rings alone */

/* Stacks, by the letter and digit that a line names them with: u0 to u3 of the rings, k0 to k2 of the TSS, i1
 * of the interrupt stack table. */
#define STACK_USER 0
#define STACK_KERNEL 4
#define STACK_IST 7
#define STACK_COUNT 8
#define STACK_TOP(index) (STAGE_STACKS + ((index) + 1) * STAGE_STACK_SIZE)

/* The GDT's order is what the fast instructions compute with [SDM2 "SYSENTER"] [SDM2 "SYSEXIT"] [SDM2
 * "SYSRET"]. */
#define SELECTOR_CODE0 0x08
#define SELECTOR_DATA0 0x10
#define SELECTOR_CODE3_32 0x18 /* 32-bit in both guests */
#define SELECTOR_DATA3 0x20
#define SELECTOR_CODE3_64 0x28 /* 64-bit; in the 32-bit guest 16-bit */
#define SELECTOR_DATA3_64 0x30
#define SELECTOR_CODE1 0x38
#define SELECTOR_DATA1 0x40
#define SELECTOR_CODE2 0x48
#define SELECTOR_DATA2 0x50
#define SELECTOR_TSS 0x58 /* two slots wide, as all that follow up to OTHER */
#define SELECTOR_LDT 0x68
#define SELECTOR_A 0x78 /* what a trial describes */
#define SELECTOR_B 0x88
#define SELECTOR_C 0x98
#define SELECTOR_OTHER0                                                                                      \
  0xa8 /* code of the other size: 32-bit in the 64-bit guest, 16-bit in the 32-bit one */
#define SELECTOR_OTHER1 0xb0
#define SELECTOR_OTHER2 0xb8
#define SELECTOR_D 0xc0
#define SELECTOR_BEYOND 0xd0 /* the first past the limit */
#define SELECTOR_LDT_A 0x0c  /* in the LDT */
#define SELECTOR_LDT_BEYOND 0x24
#define GDT_SIZE 0xd0
#define LDT_SIZE 0x20

#define VECTOR_ARRIVED 0x20
#define VECTOR_TRIED 0x40 /* the gate that a trial describes */
#define VECTOR_COUNT 0x41

#endif
