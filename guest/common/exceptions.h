/* What the exception stubs call. */
#ifndef GUEST_EXCEPTIONS_H
#define GUEST_EXCEPTIONS_H

struct frame;

/* Handles an exception or an interrupt: mends it, or ends the program, or the machine. Returning continues
 * the frame. */
void do_exception(struct frame *frame);

/* Every register of a frame, in lines on the console; each kernel has its own. */
void frame_tell(const struct frame *frame);

#endif
