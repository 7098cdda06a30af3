/* MOV to a segment register, POP of one, and LDS, LES, LFS, LGS, LSS. */
#include <assert.h>

#include "arch/operand.h"
#include "arch/segment.h"
#include "arch/stack.h"

/* 64-bit code of rings 0 to 2 may load a null SS [SDM2 "MOV—Move"]. */
static bool load_null_stack(struct builder *b, uint16_t selector, struct rs_segment *out) {
  uint8_t cpl = b->before->cpl;
  bool wide = cpu_is_64_bit_mode(b->before);
  *out = segment_null(selector, cpl);
  bool allowed = wide && cpl < 3 && segment_null_stack_rpl_allows(b->before, selector, cpl);
  return check(b, RS_CHECK_NULL_STACK_ALLOWED, allowed, selector, wide, cpl, 0) ||
         fault_code(b, VECTOR_GP, 0);
}

static bool load_stack(struct builder *b, uint16_t selector, struct rs_segment *out) {
  struct descriptor d;
  if (selector_is_null(selector)) return load_null_stack(b, selector, out);
  if (!segment_load_stack(b, selector, b->before->cpl, VECTOR_GP, &d) || !descriptor_mark_accessed(b, &d))
    return false;
  *out = d.segment;
  return true;
}

/* AMD leaves what is behind FS or GS as it was when the selector is null [APM2 "Segment Registers in 64-Bit
 * Mode"]. Outside 64-bit mode it is undefined there: the same is done. */
static bool load_data(struct builder *b, enum rs_register reg, uint16_t selector, struct rs_segment *out) {
  const struct rs_segment *old = &b->before->segment[RS_SEGMENT_INDEX(reg)];
  if (!segment_load_data(b, selector, out)) return false;
  if (selector_is_null(selector) && b->before->model == RS_CPU_AMD && (reg == RS_FS || reg == RS_GS)) {
    out->base = old->base;
    out->limit = old->limit;
  }
  return true;
}

static bool load_segment(struct builder *b, enum rs_register reg, uint16_t selector, struct rs_segment *out) {
  const struct rs_cpu *cpu = b->before;
  if (cpu_is_v86(cpu))
    *out = segment_of_v86(selector);
  else if (!(cpu->cr0 & CR0_PE))
    *out = segment_of_real_mode(&cpu->segment[RS_SEGMENT_INDEX(reg)], selector);
  else
    return reg == RS_SS ? load_stack(b, selector, out) : load_data(b, reg, selector, out);
  return true;
}

static enum rs_register loaded_register(const struct rs_instruction *instruction) {
  assert(instruction->loaded_segment < RS_SEGMENT_COUNT);
  return (enum rs_register)(RS_ES + instruction->loaded_segment);
}

/* After MOV SS and POP SS the next instruction completes before an interrupt comes, so that it can load SP
 * [SDM3 "Masking Exceptions and Interrupts When Switching Stacks"]. LSS needs no such help. */
static void write_moved_segment(struct builder *b, const struct rs_instruction *instruction,
                                const struct rs_segment *segment) {
  enum rs_register reg = loaded_register(instruction);
  write_segment(b, reg, segment);
  advance_rip(b, instruction);
  if (reg == RS_SS) write_register(b, RS_INTERRUPT_SHADOW, RS_SHADOW_MOV_SS);
}

static bool mov_perform(struct builder *b, const struct rs_instruction *instruction) {
  struct rs_segment segment;
  uint64_t selector;
  if (!operand_read_word(b, instruction, &selector) ||
      !load_segment(b, loaded_register(instruction), (uint16_t)selector, &segment))
    return false;
  write_moved_segment(b, instruction, &segment);
  return true;
}

static bool pop_perform(struct builder *b, const struct rs_instruction *instruction) {
  enum rs_register reg = loaded_register(instruction);
  struct stack stack = stack_current(b->before, instruction->operand_size);
  enum rs_item item = reg == RS_SS ? RS_ITEM_POPPED_SS : RS_ITEM_POPPED_DATA_SEGMENT;
  struct rs_segment segment;
  uint64_t selector;
  if (!stack_holds(b, &stack, 1, 0) || !stack_pop(b, &stack, item, reg, &selector) ||
      !load_segment(b, reg, (uint16_t)selector, &segment))
    return false;
  write_register(b, RS_RSP, stack.pointer);
  write_moved_segment(b, instruction, &segment);
  return true;
}

static bool far_pointer_perform(struct builder *b, const struct rs_instruction *instruction) {
  struct rs_segment segment;
  uint64_t offset;
  uint16_t selector;
  if (!operand_read_far_pointer(b, instruction, &offset, &selector) ||
      !load_segment(b, loaded_register(instruction), selector, &segment))
    return false;
  write_segment(b, loaded_register(instruction), &segment);
  write_register(b, (enum rs_register)(RS_RAX + instruction->reg),
                 register_merged(b->before->general[instruction->reg], offset, instruction->operand_size));
  advance_rip(b, instruction);
  return true;
}

bool segment_perform(struct builder *b, const struct rs_instruction *instruction) {
  switch (instruction->operation) {
  case RS_OP_MOV_TO_SEGMENT: return mov_perform(b, instruction);
  case RS_OP_POP_SEGMENT: return pop_perform(b, instruction);
  case RS_OP_LOAD_FAR_POINTER: return far_pointer_perform(b, instruction);
  default: assert(!"one of segment.h"); return false;
  }
}
