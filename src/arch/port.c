/* IN, OUT, INS and OUTS: permission, the memory operand, the port access, and the string registers. */
#include "arch/port.h"

#include <assert.h>
#include <string.h>

#include "arch/access.h"
#include "arch/descriptor.h"
#include "arch/operand.h"
#include "arch/perform.h"
#include "arch/tss.h"

static uint64_t width_mask(unsigned size) {
  return size >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;
}

/* [SDM1 "Protected-Mode I/O"], [SDM1 "I/O Permission Bit Map"]: virtual-8086 code is subject to the bitmap
 * whatever its IOPL; real-address mode has CPL 0. */
static bool port_permitted(struct builder *b, uint16_t port, unsigned size) {
  unsigned cpl = b->before->cpl, iopl = cpu_iopl(b->before);
  if (!cpu_is_v86(b->before) && check(b, RS_CHECK_PORT_IOPL, cpl <= iopl, cpl, iopl, 0, 0)) return true;
  return tss_permits_port(b, port, size);
}

static uint16_t port_of(const struct builder *b, const struct rs_instruction *instruction) {
  return (uint16_t)(instruction->immediate_port ? instruction->immediate
                                                : b->before->general[RS_RDX - RS_RAX]);
}

static void port_ask(struct builder *b, const struct rs_instruction *instruction, bool input,
                     uint64_t value) {
  uint8_t size = instruction->data_size;
  b->out->port = (struct rs_port_access){ .wanted = true,
                                          .input = input,
                                          .size = size,
                                          .port = port_of(b, instruction),
                                          .value = (uint32_t)(value & width_mask(size)) };
}

static bool in_out_perform(struct builder *b, const struct rs_instruction *instruction) {
  uint64_t rax = b->before->general[0];
  uint8_t size = instruction->data_size;
  bool input = instruction->operation == RS_OP_IN;
  if (!port_permitted(b, port_of(b, instruction), size)) return false;
  port_ask(b, instruction, input, input ? 0 : rax);
  if (input) write_register(b, RS_RAX, register_merged(rax, 0, size));
  advance_rip(b, instruction);
  return true;
}

static struct access string_access(const struct builder *b, const struct rs_instruction *instruction,
                                   uint64_t linear) {
  return (struct access){ linear, instruction->data_size, operand_privilege(b), RS_ITEM_OPERAND,
                          RS_NO_REGISTER };
}

static bool ins_move(struct builder *b, const struct rs_instruction *instruction) {
  uint64_t linear;
  if (!operand_linear(b, instruction, instruction->data_size, ACCESS_WRITE, &linear)) return false;
  const struct access access = string_access(b, instruction, linear);
  if (!access_write(b, &access, 0)) return false;
  port_ask(b, instruction, true, 0);
  return true;
}

static bool outs_move(struct builder *b, const struct rs_instruction *instruction) {
  uint64_t linear;
  union rs_value value;
  if (!operand_linear(b, instruction, instruction->data_size, ACCESS_READ, &linear)) return false;
  const struct access access = string_access(b, instruction, linear);
  if (!access_read(b, &access, &value)) return false;
  port_ask(b, instruction, false, value.word[0]);
  return true;
}

/* Adds `by` to the part of a register that the address size selects. */
static void register_step(struct builder *b, const struct rs_instruction *instruction, enum rs_register reg,
                          uint64_t by) {
  uint64_t old = b->after->general[reg - RS_RAX];
  write_register(b, reg, register_merged(old, old + by, instruction->address_size));
}

/* An event that comes before the next repetition pushes RF set, so that no instruction breakpoint is met
 * twice [SDM3 "Instruction-Breakpoint Exception Condition"]. */
static void repetition_end(struct builder *b) {
  if (!(b->after->rflags & RFLAGS_RF)) write_register(b, RS_RFLAGS, b->after->rflags | RFLAGS_RF);
}

/* With F2 or F3 [SDM2 "REP/REPE/REPZ/REPNE/REPNZ—Repeat String Operation Prefix"] the count is tested first.
 */
static bool string_perform(struct builder *b, const struct rs_instruction *instruction) {
  bool input = instruction->operation == RS_OP_INS, repeated = instruction->rep || instruction->repne;
  uint64_t count = b->before->general[RS_RCX - RS_RAX] & width_mask(instruction->address_size);
  uint64_t step = b->before->rflags & RFLAGS_DF ? -(uint64_t)instruction->data_size : instruction->data_size;
  if (!repeated || count > 0) {
    if (!port_permitted(b, port_of(b, instruction), instruction->data_size)) return false;
    if (!(input ? ins_move(b, instruction) : outs_move(b, instruction))) return false;
    register_step(b, instruction, input ? RS_RDI : RS_RSI, step);
    if (repeated) register_step(b, instruction, RS_RCX, UINT64_MAX);
  }
  if (!repeated || count <= 1)
    advance_rip(b, instruction);
  else
    repetition_end(b);
  return true;
}

bool port_perform(struct builder *b, const struct rs_instruction *instruction) {
  switch (instruction->operation) {
  case RS_OP_IN:
  case RS_OP_OUT: return in_out_perform(b, instruction);
  case RS_OP_INS:
  case RS_OP_OUTS: return string_perform(b, instruction);
  default: assert(!"a port instruction"); return false;
  }
}

/* The next `size` bytes of what the port gave go to a step that wrote zeros for them. */
static void step_fill(struct rs_step *step, uint64_t *value) {
  memcpy(&step->write.new, value, step->size);
  *value >>= 8 * step->size;
}

void port_input_finish(struct rs_transition *out, uint32_t value) {
  uint64_t rest = value & width_mask(out->port.size);
  assert(out->outcome == RS_COMPLETED && out->port.wanted && out->port.input);
  for (unsigned i = 0; i < out->step_count; i++) {
    struct rs_step *step = &out->step[i];
    if (step->kind != RS_STEP_WRITE) continue;
    if (step->id == RS_ITEM_OPERAND) step_fill(step, &rest);
    if (step->reg != RS_RAX) continue;
    step->write.new.word[0] |= rest;
    out->after.general[0] = step->write.new.word[0];
  }
}
