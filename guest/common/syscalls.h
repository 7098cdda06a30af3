/* What the entry stubs call for a system call. */
#ifndef GUEST_SYSCALLS_H
#define GUEST_SYSCALLS_H

#include <stdbool.h>

struct frame;

/* Runs the call that the frame asks for and leaves its result there. Whether the stub may go back by its own
 * instruction; otherwise by IRET. */
bool do_syscall(struct frame *frame);

#endif
