/* The physical page frames below 4 GiB, as a bitmap searched from both ends. */
#include "frames.h"

#include <stdbool.h>

#include "bits.h"

#define FRAME_COUNT (UINT64_C(0x100000000) / PAGE_SIZE)
#define WORD_BITS 32
#define WORD_COUNT (FRAME_COUNT / WORD_BITS)

/* A set bit is a free frame. No free frame lies in a word below `low` or above `high`. */
static struct {
  uint32_t free[WORD_COUNT];
  size_t count, low, high;
} frames;

static void set(uint64_t number, bool is_free) {
  size_t word = number / WORD_BITS;
  uint32_t bit = UINT32_C(1) << number % WORD_BITS;
  if (!!(frames.free[word] & bit) == is_free) return;
  frames.free[word] ^= bit;
  if (!is_free) {
    frames.count--;
    return;
  }
  frames.count++;
  if (word < frames.low) frames.low = word;
  if (word > frames.high) frames.high = word;
}

/* All frames of a word that were all in use: memory is given by the million, and a trace may tell each step.
 */
static bool set_word(size_t word) {
  if (frames.free[word] != 0) return false;
  set((uint64_t)word * WORD_BITS, true);
  frames.free[word] = UINT32_MAX;
  frames.count += WORD_BITS - 1;
  return true;
}

void frames_give(uint64_t start, uint64_t end) {
  uint64_t number = (start + PAGE_SIZE - 1) / PAGE_SIZE, last = end / PAGE_SIZE;
  if (last > FRAME_COUNT) last = FRAME_COUNT;
  while (number < last) {
    bool whole = number % WORD_BITS == 0 && last - number >= WORD_BITS && set_word(number / WORD_BITS);
    if (!whole) set(number, true);
    number += whole ? WORD_BITS : 1;
  }
}

void frames_reserve(uint64_t start, uint64_t end) {
  uint64_t number = start / PAGE_SIZE;
  for (; number * PAGE_SIZE < end && number < FRAME_COUNT; number++)
    set(number, false);
}

static uintptr_t take(size_t word, unsigned bit) {
  uint64_t number = (uint64_t)word * WORD_BITS + bit;
  set(number, false);
  return (uintptr_t)(number * PAGE_SIZE);
}

uintptr_t frames_take_low(void) {
  if (frames.count == 0) return 0;
  while (frames.free[frames.low] == 0)
    frames.low++;
  return take(frames.low, (unsigned)__builtin_ctz(frames.free[frames.low]));
}

uintptr_t frames_take_high(void) {
  if (frames.count == 0) return 0;
  while (frames.free[frames.high] == 0)
    frames.high--;
  return take(frames.high, WORD_BITS - 1 - (unsigned)__builtin_clz(frames.free[frames.high]));
}

void frames_return(uintptr_t frame) {
  set(frame / PAGE_SIZE, true);
}

size_t frames_free(void) {
  return frames.count;
}
