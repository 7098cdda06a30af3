/* Debug registers: MOV to and from DR0 to DR7, the breakpoints they hold, and the traps that follow what was
 * performed. */
#ifndef ARCH_DEBUG_H
#define ARCH_DEBUG_H

#include "arch/builder.h"

/* MOV DR, r and MOV r, DR, without the advance of RIP. False when it faulted. */
bool debug_load(struct builder *b, const struct rs_instruction *instruction);
bool debug_store(struct builder *b, const struct rs_instruction *instruction);

enum { DEBUG_BREAKPOINTS = 4 };

/* R/W in DR7 [SDM3 "Debug Control Register (DR7)"]. */
enum debug_condition { DEBUG_EXECUTION, DEBUG_WRITE, DEBUG_PORT, DEBUG_ACCESS };

struct debug_breakpoint {
  enum debug_condition condition;
  uint8_t size;     /* 1, 2, 4 or 8 */
  uint64_t address; /* linear, or a port; a multiple of `size` */
};

/* The breakpoint that DR`index` and DR7 describe; false when there is none that can be met. */
bool debug_breakpoint(const struct rs_cpu *cpu, unsigned index, struct debug_breakpoint *out);

/* The bits of DR6 for the #DB trap that follows what was performed, 0 for none: single-stepping [SDM3
 * "Single-Step Exception Condition"], and breakpoints on data and ports [SDM3 "Data Memory and I/O Breakpoint
 * Exception Conditions"]. After MOV SS they wait for the end of the next instruction [SDM3 "Masking
 * Exceptions and Interrupts When Switching Stacks"]. */
uint32_t debug_traps_after(const struct rs_transition *transition);

#endif
