/* The physical page frames: which are free. Addresses are physical. */
#ifndef GUEST_FRAMES_H
#define GUEST_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes all whole frames of [start, end) free; what lies beyond 4 GiB is not used. */
void frames_give(uint64_t start, uint64_t end);

/* Takes every frame that [start, end) touches out of use. */
void frames_reserve(uint64_t start, uint64_t end);

/* A frame with undefined contents, or 0 when there is none. Tables and objects come from the bottom of
 * memory, as far as the kernel's direct map reaches; pages of programs from the top. */
uintptr_t frames_take_low(void);
uintptr_t frames_take_high(void);

/* `count` frames in a row that the direct map reaches, as low as they are to be had; 0 when there are none.
 */
uintptr_t frames_take_run(size_t count);

/* Gives up a frame, or one owner's share in it. */
void frames_return(uintptr_t frame);

/* Adds an owner to a frame in use; false when memory is out. */
bool frames_share(uintptr_t frame);
bool frames_shared(uintptr_t frame);

size_t frames_free(void);

#endif
