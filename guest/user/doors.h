/* The ways into the kernel, each as a procedure with the registers of a system call; for assembler and C. */
#ifndef GUEST_USER_DOORS_H
#define GUEST_USER_DOORS_H

/* Offsets into struct registers: general registers in the order of their encoding, then the rest. */
#ifdef __x86_64__
#define REGISTERS_GENERAL 16
#define REGISTERS_WORD 8
#define REGISTERS_XMM_COUNT 16
#else
#define REGISTERS_GENERAL 8
#define REGISTERS_WORD 4
#define REGISTERS_XMM_COUNT 8
#endif
#define REGISTERS_FLAGS (REGISTERS_GENERAL * REGISTERS_WORD)
#define REGISTERS_SEGMENT (REGISTERS_FLAGS + REGISTERS_WORD)
#define REGISTERS_SEGMENTS 6
#define REGISTERS_XMM 256

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

struct registers {
  uintptr_t general[REGISTERS_GENERAL]; /* of RSP: not loaded */
  uintptr_t flags;
  uint16_t segment[REGISTERS_SEGMENTS]; /* es cs ss ds fs gs; not loaded */
  uint8_t xmm[REGISTERS_XMM_COUNT][16] __attribute__((aligned(REGISTERS_XMM)));
};

_Static_assert(offsetof(struct registers, flags) == REGISTERS_FLAGS, "as doors.S has it");
_Static_assert(offsetof(struct registers, segment) == REGISTERS_SEGMENT, "as doors.S has it");
_Static_assert(offsetof(struct registers, xmm) == REGISTERS_XMM, "as doors.S has it");

/* Takes number, arguments and leaves the result in the registers of the class's own system calls, all else
 * kept; in 64-bit programs RCX and R11 may change. */
typedef void door_procedure(void);

struct door {
  const char *name;
  door_procedure *enter;
  bool narrow_numbers; /* i386 numbers in a 64-bit program */
};

/* The door of a name; NULL when this class has none. */
const struct door *door_find(const char *name);

/* Loads the registers, goes through the door, and stores what they are then. */
void door_pass(const struct door *door, struct registers *registers);

/* The registers for a call; the flags are plain. */
void door_prepare(struct registers *registers, long number, const uintptr_t argument[6]);

/* `write` and its like by name of the wide or narrow number. */
long door_number(const struct door *door, long native, long narrow);
#endif

#endif
