/* What a saved frame's `cause` says beyond exception vectors, and the saved `code` of each; for assembler and
 * C. */
#ifndef GUEST_ENTRY_PATHS_H
#define GUEST_ENTRY_PATHS_H

#define CAUSE_INT80 0x80
#define CAUSE_SYSCALL 0x100 /* 64-bit SYSCALL */
#define CAUSE_SYSENTER 0x101
#define CAUSE_SYSCALL32 0x102 /* AMD's SYSCALL from a 32-bit program */

#endif
