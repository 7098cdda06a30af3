/* What a saved frame's `cause` says beyond exception vectors, and the saved `code` of each; for assembler and
 * C. */
#ifndef GUEST_ENTRY_PATHS_H
#define GUEST_ENTRY_PATHS_H

#define CAUSE_INT80 0x80
#define CAUSE_STACK_CALL                                                                                     \
  0x81 /* INT 0x81: the arguments lie on the program's stack, behind a return address */
#define CAUSE_BLOCK_CALL 0x82 /* INT 0x82: the first argument's register points to all six */
#define CAUSE_SYSCALL 0x100   /* 64-bit SYSCALL */
#define CAUSE_SYSENTER 0x101
#define CAUSE_SYSCALL32 0x102 /* AMD's SYSCALL from a 32-bit program */
#define CAUSE_CALL_GATE 0x103
#define CAUSE_TRAP_CALL 0x104 /* UD2 or LOCK NOP, recognised by the handler of #UD */

#define CAUSE_REPLACED 0x105 /* the registers are not those that came in: only IRET brings them all */

/* What a 32-bit program pushes for the call gate: the number, then the arguments in order, the number last.
 * The i386 kernel's gate has the processor copy them; a 64-bit gate cannot, and the kernel does. Either way
 * all are gone from the program's stack afterwards. */
#define CALL_GATE_WORDS 7

/* INT 0x81 and 0x82, the gate and trapped instructions take the numbers and registers of the program's own
 * class; what they take from memory are its words. */

#endif
