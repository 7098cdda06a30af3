/* The data segment registers, read and loaded; a load that faults gives a null selector instead. */
#ifndef GUEST_SEGMENTS_H
#define GUEST_SEGMENTS_H

#include <stdint.h>

#ifdef __x86_64__
#define SEGMENTS_POINTER ".quad"
#else
#define SEGMENTS_POINTER ".long"
#endif

#define SEGMENT_REGISTER(name)                                                                               \
  static inline uint16_t read_##name(void) {                                                                 \
    uint32_t selector;                                                                                       \
    __asm__ volatile("movl %%" #name ", %0" : "=r"(selector));                                               \
    return (uint16_t)selector;                                                                               \
  }                                                                                                          \
  static inline void write_##name(uint16_t selector) {                                                       \
    uint32_t value = selector;                                                                               \
    __asm__ volatile("1:\tmovl %0, %%" #name "\n\t"                                                          \
                     ".pushsection .text.fixups, \"ax\"\n"                                                   \
                     "2:\txorl %0, %0\n\t"                                                                   \
                     "jmp 1b\n\t"                                                                            \
                     ".popsection\n\t"                                                                       \
                     ".pushsection .exceptions, \"a\"\n\t" SEGMENTS_POINTER " 1b, 2b\n\t"                    \
                     ".popsection"                                                                           \
                     : "+r"(value)                                                                           \
                     :                                                                                       \
                     : "memory");                                                                            \
  }

SEGMENT_REGISTER(ds)
SEGMENT_REGISTER(es)
SEGMENT_REGISTER(fs)
SEGMENT_REGISTER(gs)

#endif
