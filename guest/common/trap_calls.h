/* System calls by an instruction that is none: UD2 or LOCK NOP, recognised by the handler of #UD. */
#ifndef GUEST_TRAP_CALLS_H
#define GUEST_TRAP_CALLS_H

#include <stdbool.h>

struct frame;

/* entry=ud2 or entry=locknop; with any other word no instruction is taken for a call. */
void trap_calls_choose(const char *entry);

/* Of a #UD in a program: when the instruction is the chosen one, makes the call, and the program goes on
 * behind it. */
bool trap_call(struct frame *frame);

#endif
