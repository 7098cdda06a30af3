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

enum { DISASM_READS = 2 };

/* What an instruction makes of what: for those who look for where a value came from. */
struct disasm_sources {
  uint16_t values;          /* the general registers that what it writes is made of: a set of 1 << number */
  uint16_t addresses;       /* those that address its memory operand */
  enum rs_register segment; /* whose base is added to that, RS_NO_REGISTER where there is no memory operand */
  /* The memory it takes its value from, if it does: of what it writes to `written` (linear), of a string
   * move: one byte of it. */
  bool string;
  unsigned read_count;
  struct {
    uint64_t linear;
    uint8_t size;
  } read[DISASM_READS];
};

/* False for what Capstone does not know, and what is performed: the steps of those tell it. `cpu` is the
 * state before. */
bool disasm_sources(struct disasm *disasm, const struct rs_cpu *cpu, const uint8_t *bytes, size_t size,
                    uint64_t written, struct disasm_sources *out);

/* The general registers that an instruction writes, whether that changes them or not: a set of 1 << number.
 * None of what Capstone does not know, and of what is performed. */
uint16_t disasm_written(struct disasm *disasm, const struct rs_cpu *cpu, const uint8_t *bytes, size_t size);

#endif
