/* Where the address of a refused access came from: a table's register, a stack pointer, what addresses the
 * operand. */
#include "arch/descriptor.h"
#include "explain/inquiry.h"

static bool lies_in(uint64_t linear, uint64_t base, uint64_t limit) {
  return linear - base <= limit;
}

/* Of a system structure that is addressed by a register. */
static bool add_table_of(const struct inquiry *q, uint64_t linear) {
  const struct rs_cpu *cpu = &q->transition->before;
  if (lies_in(linear, cpu->idtr.base, cpu->idtr.limit) && !inquiry_last_read(q, RS_ITEM_IDT_GATE))
    inquiry_add_register(q, RS_IDTR);
  else if (lies_in(linear, cpu->gdtr.base, cpu->gdtr.limit))
    inquiry_add_register(q, RS_GDTR);
  else if (lies_in(linear, cpu->tr.base, cpu->tr.limit))
    inquiry_add_register(q, RS_TR);
  else if (lies_in(linear, cpu->ldtr.base, cpu->ldtr.limit))
    inquiry_add_register(q, RS_LDTR);
  else
    return false;
  return true;
}

/* Of the stack that a delivery or a return uses. */
static void add_stack_of(const struct inquiry *q) {
  const struct rs_cause *cause = &q->transition->cause;
  if (cause->mechanism == RS_MECHANISM_INTERRUPT || cause->mechanism == RS_MECHANISM_FAR_TRANSFER)
    inquiry_add_stack_pointer(q);
  else
    inquiry_add_register(q, RS_RSP);
}

static void add_general_set(const struct inquiry *q, uint16_t set) {
  for (unsigned i = 0; i < 16; i++)
    if (set >> i & 1) inquiry_add_general(q, i);
}

/* Segments whose base is 0 as they are meant to be say nothing. */
static void add_base(const struct inquiry *q, enum rs_register segment) {
  bool always = segment == RS_FS || segment == RS_GS;
  if (segment < RS_ES || segment > RS_GS) return;
  if (always || q->transition->before.segment[RS_SEGMENT_INDEX(segment)].base)
    inquiry_add_register(q, segment);
  if (segment == RS_GS && cpu_is_64_bit_mode(&q->transition->before) && q->transition->before.cpl == 0)
    inquiry_add_bits(q, RS_KERNEL_GS_BASE, 0, true); /* what SWAPGS would bring */
}

/* Of the two addresses that a string move has, the one that was refused. */
static uint16_t sources_nearest(const struct inquiry *q, uint16_t addresses) {
  static const uint16_t string = 1U << (RS_RSI - RS_RAX) | 1U << (RS_RDI - RS_RAX);
  uint64_t linear = q->transition->fault.cr2;
  if (addresses != string || !q->transition->fault.has_cr2) return addresses;
  for (unsigned i = RS_RSI - RS_RAX; i <= RS_RDI - RS_RAX; i++)
    if (linear - q->transition->before.general[i] < 16) return (uint16_t)(1U << i);
  return addresses;
}

/* What addresses the operand of the instruction that failed. */
static void add_operand_address(const struct inquiry *q) {
  const struct rs_instruction *instruction = &q->transition->cause.instruction;
  struct disasm_sources sources;
  if (q->transition->cause.has_instruction) {
    if (!instruction->memory) return;
    add_base(q, (enum rs_register)(RS_ES + instruction->segment % RS_SEGMENT_COUNT));
    inquiry_add_general(q, instruction->base);
    inquiry_add_general(q, instruction->index);
    return;
  }
  if (!q->failure->length ||
      !disasm_sources(q->disasm, &q->transition->before, q->failure->bytes, q->failure->length, 0, &sources))
    return;
  add_base(q, sources.segment);
  add_general_set(q, sources_nearest(q, sources.addresses));
  if (sources.segment == RS_NO_REGISTER) inquiry_add_register(q, RS_RSP); /* a push, a pop, a call */
}

/* The address that an access without instruction was refused for. */
static bool refused_address(const struct inquiry *q, uint64_t *linear) {
  *linear = q->transition->fault.cr2;
  if (q->transition->fault.has_cr2) return true;
  *linear = q->check->operand[0];
  return q->check->id == RS_CHECK_LINEAR_CANONICAL || q->check->id == RS_CHECK_OPERAND_CANONICAL ||
         q->check->id == RS_CHECK_ALIGNED;
}

void inquiry_add_address(const struct inquiry *q) {
  const struct rs_transition *transition = q->transition;
  uint64_t linear;
  bool known = refused_address(q, &linear);
  bool undefined = transition->cause.has_instruction && transition->cause.instruction.operation == RS_OP_UD;
  bool fetch = undefined || (known && linear - q->failure->address < 16);
  if (transition->cause.mechanism == RS_MECHANISM_OPERATION)
    fetch ? inquiry_add_register(q, RS_RIP) : add_operand_address(q);
  else if (!known || !add_table_of(q, linear))
    add_stack_of(q);
}
