/* System calls: recognised in a transition into the kernel, decoded, and matched with their return. */
#ifndef TRACE_CALLS_H
#define TRACE_CALLS_H

#include "ringside/trace.h"
#include "trace/linux.h"
#include "trace/output.h"

enum linux_abi { LINUX_NONE, LINUX_X86_64, LINUX_I386 };

struct call {
  enum linux_abi abi; /* LINUX_NONE: not a system call */
  uint64_t number;
  const struct linux_call *known; /* NULL: the number is not in use */
  uint64_t argument[6];
};

/* Recognises a system call by its mechanism: INT 0x80, SYSENTER and SYSCALL outside 64-bit mode carry i386
 * numbers, SYSCALL from 64-bit mode x86-64 numbers; any other way in is no system call of Linux. */
void call_decode(const struct rs_transition *transition, const struct rs_memory_view *memory,
                 struct call *call);

/* `write(1, "hi\n", 3)`; memory is read as it was before the transition. */
void call_print(struct output *output, const struct call *call, const struct rs_cpu *before,
                const struct rs_memory_view *memory);

/* "3", "-1 EFAULT", "0x7f0000000000": what the kernel leaves in the result register. */
void call_print_result(struct output *output, const struct call *call, uint64_t result);

#endif
