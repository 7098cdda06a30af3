/* A program's registers between the frame in which an entry saved them and the one that a handler gets; each
 * kernel has its own. */
#ifndef GUEST_SIGNAL_CONTEXT_H
#define GUEST_SIGNAL_CONTEXT_H

#include "signal_layout.h"

struct frame;
struct task;

/* All that a 32-bit program has, and back. */
void signal_context32_fill(const struct frame *frame, struct signal_context32 *out);
void signal_context32_restore(const struct task *task, struct frame *frame,
                              const struct signal_context32 *in);

/* Makes the frame enter a handler whose arguments are also in EAX, EDX and ECX. */
void signal_context32_enter(struct frame *frame, uint32_t handler, uint32_t stack,
                            const uint32_t argument[3]);

#endif
