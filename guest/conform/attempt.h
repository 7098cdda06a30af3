/* One try of one instruction: the state it starts in, and what the next interrupt or exception finds. */
#ifndef CONFORM_ATTEMPT_H
#define CONFORM_ATTEMPT_H

#include <stdint.h>

#include "class.h"

/* In the order in which `capture` pushes them, so that a changed one is found by its number. */
enum attempt_register { REG_DI, REG_SI, REG_BP, REG_BX, REG_DX, REG_CX, REG_AX, REG_11 /* 64-bit alone */ };

enum attempt_segment { SEG_GS, SEG_FS, SEG_ES, SEG_DS, SEG_COUNT };

/* attempt.S knows these offsets. */
struct attempt {
  uintptr_t ip, cs, flags, sp, ss; /* as IRET takes them */
  uintptr_t segment[SEG_COUNT];
  uintptr_t reg[REG_COUNT];
  unsigned ignored; /* set of 1 << enum attempt_register whose outcome is not told */
};

struct capture {
  uintptr_t segment[SEG_COUNT];
  uintptr_t reg[REG_COUNT];
  uintptr_t vector, error;
  uintptr_t ip, cs, flags;
  uintptr_t sp, ss; /* pushed by 64-bit gates always, by 32-bit ones only from an outer ring */
};

/* Enters the state and returns with the first exception or interrupt: where it was saved. */
const struct capture *attempt_make(const struct attempt *attempt);

/* Loads CS, SS, DS and ES from the stage's GDT. */
void attempt_segments_load(void);

/* The entries of the vectors 0 to VECTOR_ARRIVED, CAPTURE_STUB_SIZE bytes each. */
extern char capture_stubs[];
#define CAPTURE_STUB_SIZE 16

#endif
