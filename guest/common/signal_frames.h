/* Making a program run a handler, and going back to where it was. */
#ifndef GUEST_SIGNAL_FRAMES_H
#define GUEST_SIGNAL_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

struct frame;
struct task;

/* A handler to be run; `mask` is what the program goes on with after it. */
struct signal_delivery {
  struct task *task;
  unsigned number;
  uint64_t mask;
};

/* Writes the running program's registers, as they are in `frame`, onto the stack of its handler, and makes
 * `frame` enter the handler. False when they cannot be written there. */
bool signal_frame_push(struct frame *frame, const struct signal_delivery *delivery);

/* The same for programs of 32 bits. */
bool signal_frame_push32(struct frame *frame, const struct signal_delivery *delivery);

/* Back from a handler that one of the above entered: the registers come from the program's stack, and
 * whatever it does not own is refused, and told. */
void signal_frame_pop32(struct task *task, struct frame *frame);
void signal_frame_pop_info32(struct task *task, struct frame *frame);

/* Where a frame of `size` bytes and its FPU image end: below the stack pointer, or at the top of the
 * alternate stack. 0 when that stack is full. */
uintptr_t signal_frame_top(const struct signal_delivery *delivery, uintptr_t stack);

/* The FPU's state to and from a program's memory; from nowhere, it is as at the start of a program. False
 * when that is not its memory, or no state that the processor takes. */
bool signal_fpu_put(uintptr_t address);
bool signal_fpu_get(uintptr_t address);

/* The flags that a program may set for itself; others it asked for are told. */
uintptr_t signal_flags(const struct task *task, uintptr_t wanted, uintptr_t now);

/* Selectors to go back with: of a lower privilege level than 3 they are the end of the program. */
uint16_t signal_selector(uint32_t selector);

#endif
