/* CLI, STI, PUSHF, POPF and HLT: who may execute them, and which flags change for whom. */
#include "arch/privilege.h"

#include <assert.h>

#include "arch/descriptor.h"
#include "arch/stack.h"

/* [SDM2 "CLI—Clear Interrupt Flag"]: virtual-8086 code has CPL 3, real-address mode CPL 0, so that one
 * comparison serves every mode. */
static bool may_change_if(struct builder *b) {
  unsigned cpl = b->before->cpl, iopl = cpu_iopl(b->before);
  return check(b, RS_CHECK_INTERRUPT_FLAG_IOPL, cpl <= iopl, cpl, iopl, 0, 0) || fault_code(b, VECTOR_GP, 0);
}

static bool cli_perform(struct builder *b, const struct rs_instruction *instruction) {
  if (!may_change_if(b)) return false;
  write_register(b, RS_RFLAGS, b->before->rflags & ~RFLAGS_IF);
  advance_rip(b, instruction);
  return true;
}

/* Interrupts stay held off for one more instruction, if they were held off before [SDM2 "STI—Set Interrupt
 * Flag"]. */
static bool sti_perform(struct builder *b, const struct rs_instruction *instruction) {
  if (!may_change_if(b)) return false;
  write_register(b, RS_RFLAGS, b->before->rflags | RFLAGS_IF);
  advance_rip(b, instruction);
  if (!(b->before->rflags & RFLAGS_IF)) write_register(b, RS_INTERRUPT_SHADOW, RS_SHADOW_STI);
  return true;
}

/* [SDM3 "Sensitive Instructions"] */
static bool may_move_flags(struct builder *b) {
  unsigned iopl = cpu_iopl(b->before);
  if (!cpu_is_v86(b->before)) return true;
  return check(b, RS_CHECK_V86_FLAGS_IOPL, iopl == 3, iopl, 0, 0, 0) || fault_code(b, VECTOR_GP, 0);
}

/* [SDM2 "PUSHF/PUSHFD/PUSHFQ—Push EFLAGS Register Onto the Stack"]: VM and RF are not stored. */
static bool pushf_perform(struct builder *b, const struct rs_instruction *instruction) {
  struct stack stack = stack_current(b->before, instruction->operand_size);
  uint64_t flags = b->before->rflags & ~(RFLAGS_VM | RFLAGS_RF);
  if (!may_move_flags(b) || !stack_has_room(b, &stack, 1, 0) ||
      !stack_push(b, &stack, RS_ITEM_PUSHED_FLAGS, RS_RFLAGS, flags))
    return false;
  write_register(b, RS_RSP, stack.pointer);
  advance_rip(b, instruction);
  return true;
}

/* The flags that POPF takes from the stack [SDM2 "POPF/POPFD/POPFQ—Pop Stack Into EFLAGS Register"], "Effect
 * of POPF/POPFD on the EFLAGS Register": never VM, VIP, VIF and RF; of 16 bits the low half alone. */
static uint64_t flags_taken(struct builder *b, uint8_t operand_size) {
  unsigned cpl = b->before->cpl, iopl = cpu_iopl(b->before);
  uint64_t kept = RFLAGS_FIXED | RFLAGS_VM | RFLAGS_VIP | RFLAGS_VIF | RFLAGS_RF;
  if (!check(b, RS_CHECK_POPF_CHANGES_IOPL, cpl == 0, cpl, 0, 0, 0)) kept |= RFLAGS_IOPL;
  if (!check(b, RS_CHECK_POPF_CHANGES_IF, cpl <= iopl, cpl, iopl, 0, 0)) kept |= RFLAGS_IF;
  return RFLAGS_DEFINED & ~kept & (operand_size == 2 ? UINT16_MAX : UINT32_MAX);
}

static bool popf_perform(struct builder *b, const struct rs_instruction *instruction) {
  struct stack stack = stack_current(b->before, instruction->operand_size);
  uint64_t popped;
  if (!may_move_flags(b) || !stack_holds(b, &stack, 1, 0) ||
      !stack_pop(b, &stack, RS_ITEM_POPPED_FLAGS, RS_RFLAGS, &popped))
    return false;
  uint64_t taken = flags_taken(b, instruction->operand_size);
  write_register(b, RS_RFLAGS, (b->before->rflags & ~taken) | (popped & taken));
  write_register(b, RS_RSP, stack.pointer);
  advance_rip(b, instruction);
  return true;
}

static bool hlt_perform(struct builder *b, const struct rs_instruction *instruction) {
  unsigned cpl = b->before->cpl;
  if (!check(b, RS_CHECK_HLT_CPL, cpl == 0, cpl, 0, 0, 0)) return fault_code(b, VECTOR_GP, 0);
  advance_rip(b, instruction);
  write_register(b, RS_HALTED, 1);
  return true;
}

bool privilege_perform(struct builder *b, const struct rs_instruction *instruction) {
  switch (instruction->operation) {
  case RS_OP_CLI: return cli_perform(b, instruction);
  case RS_OP_STI: return sti_perform(b, instruction);
  case RS_OP_PUSHF: return pushf_perform(b, instruction);
  case RS_OP_POPF: return popf_perform(b, instruction);
  case RS_OP_HLT: return hlt_perform(b, instruction);
  default: assert(!"one of privilege.h"); return false;
  }
}
