/* The only place in the trace that knows Capstone. */
#include "trace/disasm.h"

#include <capstone.h>
#include <stdlib.h>

#include "arch/instruction.h"

enum { MODES = 3 };

struct disasm {
  csh handle[MODES]; /* 16, 32, 64 bits */
  cs_insn *instruction;
};

static unsigned mode_index(enum code_size size) {
  switch (size) {
  case CODE_16: return 0;
  case CODE_32: return 1;
  default: return 2;
  }
}

void disasm_close(struct disasm *disasm) {
  if (!disasm) return;
  if (disasm->instruction) cs_free(disasm->instruction, 1);
  for (unsigned i = 0; i < MODES; i++) {
    if (disasm->handle[i]) cs_close(&disasm->handle[i]);
  }
  free(disasm);
}

struct disasm *disasm_open(void) {
  static const cs_mode mode[] = { CS_MODE_16, CS_MODE_32, CS_MODE_64 };
  struct disasm *disasm = calloc(1, sizeof *disasm);
  if (!disasm) return NULL;
  bool opened = true;
  for (unsigned i = 0; i < MODES; i++)
    opened = opened && cs_open(CS_ARCH_X86, mode[i], &disasm->handle[i]) == CS_ERR_OK;
  if (opened) disasm->instruction = cs_malloc(disasm->handle[0]);
  if (disasm->instruction) return disasm;
  disasm_close(disasm);
  return NULL;
}

void disasm_print(struct disasm *disasm, struct output *output, const struct rs_cpu *cpu, uint64_t address,
                  const uint8_t *bytes, size_t size) {
  csh handle = disasm->handle[mode_index(code_size_of(cpu))];
  if (!cs_disasm_iter(handle, &bytes, &size, &address, disasm->instruction)) {
    output_text(output, "(not decoded)");
    return;
  }
  output_text(output, disasm->instruction->mnemonic);
  if (!disasm->instruction->op_str[0]) return;
  output_char(output, ' ');
  output_text(output, disasm->instruction->op_str);
}
