/* What an entry stub leaves on a task's kernel stack, for assembler (offsets) and C (structs). */
#ifndef GUEST_CLASSIC_FRAME_H
#define GUEST_CLASSIC_FRAME_H

/* Offsets into struct registers. */
#define REGISTERS_EBX 0x0
#define REGISTERS_ECX 0x4
#define REGISTERS_EDX 0x8
#define REGISTERS_EAX 0xc
#define REGISTERS_SIZE 0x1c

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* From low to high addresses, pushed by the stub: what C may change. EBP, ESI and EDI it keeps, GS it does
 * not touch. */
struct registers {
  uint32_t ebx, ecx, edx;
  uint32_t eax; /* the number of a system call, then its result */
  uint32_t fs, es, ds;
};

/* Pushed by the processor; the last two only when a program was interrupted [SDM3 "Exception- or
 * Interrupt-Handler Procedures"]. */
struct interrupted {
  uint32_t eip, cs, eflags, esp, ss;
};

struct call_frame {
  struct registers registers;
  struct interrupted back;
};

struct exception_frame {
  struct registers registers;
  uint32_t vector, code;
  struct interrupted back;
};

_Static_assert(offsetof(struct registers, ebx) == REGISTERS_EBX, "as entry.S has it");
_Static_assert(offsetof(struct registers, ecx) == REGISTERS_ECX, "as entry.S has it");
_Static_assert(offsetof(struct registers, edx) == REGISTERS_EDX, "as entry.S has it");
_Static_assert(offsetof(struct registers, eax) == REGISTERS_EAX, "as entry.S has it");
_Static_assert(sizeof(struct registers) == REGISTERS_SIZE, "as entry.S has it");
#endif

#endif
