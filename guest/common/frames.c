/* The physical page frames below 4 GiB, as a bitmap searched from both ends. */
#include "frames.h"

#include "bits.h"
#include "paging.h"
#include "text.h"

#define FRAME_COUNT UINT32_C(0x100000) /* 4 GiB of them */
#define WORD_BITS 32
#define ALL_BITS UINT32_MAX
#define WORD_COUNT (FRAME_COUNT / WORD_BITS)

/* A set bit is a free frame. No free frame lies in a word below `low` or above `high`. */
static struct {
  uint32_t free[WORD_COUNT];
  size_t count, low, high;
  uint32_t limit;   /* no frame was ever free from here on */
  uint16_t *owners; /* by frame, how many there are beyond the first; NULL until somebody shares */
} frames;

static unsigned bits_in(uint32_t word) {
  unsigned count = 0;
  for (; word; word &= word - 1)
    count++;
  return count;
}

/* Sets the bits of `mask` in one word to free or not. */
static void set(size_t word, uint32_t mask, bool is_free) {
  uint32_t changed = (is_free ? ~frames.free[word] : frames.free[word]) & mask;
  if (changed == 0) return;
  frames.free[word] ^= changed;
  if (!is_free) {
    frames.count -= bits_in(changed);
    return;
  }
  frames.count += bits_in(changed);
  if (word < frames.low) frames.low = word;
  if (word > frames.high) frames.high = word;
}

/* Frames [at, stop), a word at a time. */
static void set_range(uint32_t at, uint32_t stop, bool is_free) {
  while (at < stop) {
    uint32_t bit = at % WORD_BITS, left = stop - at;
    uint32_t count = left < WORD_BITS - bit ? left : WORD_BITS - bit;
    set(at / WORD_BITS, ALL_BITS >> (WORD_BITS - count) << bit, is_free);
    at += count;
  }
}

/* Frees whole words from `at` on, as far as none of their frames is free; where it stopped. Almost all of
 * memory comes this way when the kernel starts, so the loop is short. */
static uint32_t give_words(uint32_t at, uint32_t stop) {
  size_t first = at / WORD_BITS, word = first, end = stop / WORD_BITS;
  while (word < end && frames.free[word] == 0)
    frames.free[word++] = ALL_BITS;
  if (word == first) return at;
  frames.count += (word - first) * WORD_BITS;
  if (first < frames.low) frames.low = first;
  if (word - 1 > frames.high) frames.high = word - 1;
  return (uint32_t)(word * WORD_BITS);
}

static uint32_t frame_number(uint64_t address) {
  return address / PAGE_SIZE < FRAME_COUNT ? (uint32_t)(address / PAGE_SIZE) : FRAME_COUNT;
}

void frames_give(uint64_t start, uint64_t end) {
  uint32_t at = frame_number(start + PAGE_SIZE - 1), stop = frame_number(end);
  if (stop > frames.limit) frames.limit = stop;
  uint32_t aligned = (at + WORD_BITS - 1) / WORD_BITS * WORD_BITS;
  if (aligned < stop) {
    set_range(at, aligned, true);
    at = give_words(aligned, stop);
  }
  set_range(at, stop, true);
}

void frames_reserve(uint64_t start, uint64_t end) {
  set_range(frame_number(start), frame_number(end + PAGE_SIZE - 1), false);
}

static uintptr_t take(size_t word, unsigned bit) {
  set(word, UINT32_C(1) << bit, false);
  return ((uintptr_t)word * WORD_BITS + bit) * PAGE_SIZE;
}

uintptr_t frames_take_low(void) {
  unsigned bit;
  if (frames.count == 0) return 0;
  while (frames.free[frames.low] == 0)
    frames.low++;
  bit = (unsigned)__builtin_ctz(frames.free[frames.low]);
  if (((uint64_t)frames.low * WORD_BITS + bit) * PAGE_SIZE >= paging_direct_size()) return 0;
  return take(frames.low, bit);
}

uintptr_t frames_take_high(void) {
  if (frames.count == 0) return 0;
  while (frames.free[frames.high] == 0)
    frames.high--;
  return take(frames.high, WORD_BITS - 1 - (unsigned)__builtin_clz(frames.free[frames.high]));
}

static bool is_free(uint32_t frame) {
  return frames.free[frame / WORD_BITS] >> frame % WORD_BITS & 1;
}

uintptr_t frames_take_run(size_t count) {
  uint32_t at = (uint32_t)(frames.low * WORD_BITS), length = 0;
  while (at < frames.limit && length < count)
    length = is_free(at++) ? length + 1 : 0;
  if (length < count || (uint64_t)at * PAGE_SIZE > paging_direct_size()) return 0;
  set_range(at - (uint32_t)count, at, false);
  return (uintptr_t)(at - count) * PAGE_SIZE;
}

/* Only when somebody shares for the first time: most machines run one program. */
static bool make_owners(void) {
  size_t size = frames.limit * sizeof *frames.owners;
  uintptr_t run = frames_take_run((size + PAGE_SIZE - 1) / PAGE_SIZE);
  if (run == 0) return false;
  frames.owners = paging_direct(run);
  memset(frames.owners, 0, size);
  return true;
}

bool frames_share(uintptr_t frame) {
  if (!frames.owners && !make_owners()) return false;
  if (frames.owners[frame / PAGE_SIZE] == UINT16_MAX) return false;
  frames.owners[frame / PAGE_SIZE]++;
  return true;
}

bool frames_shared(uintptr_t frame) {
  return frames.owners && frames.owners[frame / PAGE_SIZE] > 0;
}

void frames_return(uintptr_t frame) {
  if (frames_shared(frame))
    frames.owners[frame / PAGE_SIZE]--;
  else
    frames_give(frame, (uint64_t)frame + PAGE_SIZE);
}

size_t frames_free(void) {
  return frames.count;
}
