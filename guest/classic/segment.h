/* The program's memory as the kernel reaches it: through FS, byte by byte. */
#ifndef GUEST_CLASSIC_SEGMENT_H
#define GUEST_CLASSIC_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "selectors.h"

static inline uint8_t get_fs_byte(uint32_t offset) {
  uint8_t byte;
  __asm__ volatile("movb %%fs:(%1), %0" : "=q"(byte) : "r"(offset));
  return byte;
}

static inline void put_fs_byte(uint8_t byte, uint32_t offset) {
  __asm__ volatile("movb %0, %%fs:(%1)" : : "q"(byte), "r"(offset) : "memory");
}

static inline void put_fs_long(uint32_t word, uint32_t offset) {
  __asm__ volatile("movl %0, %%fs:(%1)" : : "r"(word), "r"(offset) : "memory");
}

static inline void copy_from_fs(uint8_t *to, uint32_t offset, uint32_t size) {
  while (size-- > 0)
    *to++ = get_fs_byte(offset++);
}

static inline void copy_to_fs(uint32_t offset, const uint8_t *from, uint32_t size) {
  while (size-- > 0)
    put_fs_byte(*from++, offset++);
}

static inline uint32_t segment_limit(uint32_t selector) {
  uint32_t limit;
  __asm__("lsl %1, %0" : "=r"(limit) : "r"(selector));
  return limit;
}

/* Whether the program's data segment holds all of the area. Linux 0.12 leaves that to the processor, whose
 * #GP ends the task; asked before, it is an error like any other, also on machines that check no limits. */
static inline bool user_area_holds(uint32_t offset, uint32_t size) {
  uint32_t limit = segment_limit(CLASSIC_USER_DS);
  return size == 0 || (offset <= limit && size - 1 <= limit - offset);
}

#endif
