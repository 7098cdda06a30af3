/* Instructions as text, by Capstone. */
#ifndef TRACE_DISASM_H
#define TRACE_DISASM_H

#include "ringside/cpu.h"
#include "trace/output.h"

struct disasm;

/* NULL when memory is short. */
struct disasm *disasm_open(void);
void disasm_close(struct disasm *disasm);

/* "mov eax, 1", decoded for the code segment of `cpu`; "(not decoded)" for what Capstone does not know. */
void disasm_print(struct disasm *disasm, struct output *output, const struct rs_cpu *cpu, uint64_t address,
                  const uint8_t *bytes, size_t size);

#endif
