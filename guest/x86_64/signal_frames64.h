/* Going back from 64-bit handlers. */
#ifndef GUEST_SIGNAL_FRAMES64_H
#define GUEST_SIGNAL_FRAMES64_H

struct frame;
struct task;

void signal_frame_pop64(struct task *task, struct frame *frame);

#endif
