/* Instructions as text, by Capstone. */
#ifndef TRACE_DISASM_H
#define TRACE_DISASM_H

#include "ringside/cpu.h"
#include "ringside/trace.h"
#include "trace/output.h"

struct disasm;

/* NULL when memory is short. */
struct disasm *disasm_open(void);
void disasm_close(struct disasm *disasm);

/* "mov eax, 1", decoded for the code segment of `cpu`; "(not decoded)" for what Capstone does not know. */
void disasm_print(struct disasm *disasm, struct output *output, const struct rs_cpu *cpu, uint64_t address,
                  const uint8_t *bytes, size_t size);

enum { DISASM_WRITES = 4 };

/* The memory that the instruction may write when executed in the state `cpu`: linear addresses and sizes (up
 * to 8 bytes each, 32 in all) of its operands and its pushes; returns how many. The first `*certain` of them
 * it writes whatever it finds; of the others Capstone does not know it (it takes MOVUPS, ROL and FST for
 * readers), or it depends: they are written when they change. What only its data tells (XSAVE, scatters) is
 * left out, and what the steps of a performed instruction tell. */
unsigned disasm_writes(struct disasm *disasm, const struct rs_cpu *cpu, const uint8_t *bytes, size_t size,
                       struct rs_memory_change writes[DISASM_WRITES], unsigned *certain);

#endif
