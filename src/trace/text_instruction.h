/* The level `instructions` of the text sink. */
#ifndef TRACE_TEXT_INSTRUCTION_H
#define TRACE_TEXT_INSTRUCTION_H

#include "ringside/trace.h"
#include "trace/disasm.h"

/* `3 main+0x4   b801000000   mov eax, 1   rax 0x0 -> 0x1`, with a newline. */
void text_instruction_print(struct output *output, struct disasm *disasm, const struct rs_symbols *symbols,
                            const struct rs_instruction_event *event);

#endif
