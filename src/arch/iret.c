/* IRET in protected and IA-32e mode, and from protected to virtual-8086 mode. */
#include "arch/iret.h"

#include "arch/far_return.h"
#include "arch/segment.h"
#include "arch/task.h"
#include "arch/tss.h"

/* Flags that the popped image replaces, by the privilege of the code that executes IRET
 * [SDM2 "IRET/IRETD/IRETQ"]. */
static uint64_t iret_flags_mask(const struct rs_cpu *cpu, uint8_t operand_size) {
  uint64_t mask = RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_TF | RFLAGS_DF |
                  RFLAGS_OF | RFLAGS_NT;
  if (operand_size > 2) mask |= RFLAGS_RF | RFLAGS_AC | RFLAGS_ID;
  if (cpu->cpl <= cpu_iopl(cpu)) mask |= RFLAGS_IF;
  if (cpu->cpl == 0) mask |= RFLAGS_IOPL | (operand_size > 2 ? RFLAGS_VIF | RFLAGS_VIP : 0);
  return mask;
}

static uint64_t iret_flags(const struct rs_cpu *cpu, uint64_t popped, uint8_t operand_size) {
  uint64_t mask = iret_flags_mask(cpu, operand_size);
  return (cpu->rflags & ~mask & ~RFLAGS_RF) | (popped & mask);
}

/* The six words above the three that every IRET pops. */
static bool iret_pop_v86(struct builder *b, struct stack *stack, uint64_t *sp, uint16_t *selector) {
  static const enum rs_register order[] = { RS_SS, RS_ES, RS_DS, RS_FS, RS_GS };
  if (!stack_holds(b, stack, 6, 0) || !stack_pop(b, stack, RS_ITEM_POPPED_SP, RS_RSP, sp)) return false;
  for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
    enum rs_item item = order[i] == RS_SS ? RS_ITEM_POPPED_SS : RS_ITEM_POPPED_DATA_SEGMENT;
    uint64_t word;
    if (!stack_pop(b, stack, item, order[i], &word)) return false;
    selector[RS_SEGMENT_INDEX(order[i])] = (uint16_t)word;
  }
  return true;
}

/* [SDM3 "Entering Virtual-8086 Mode"] */
static bool iret_to_v86(struct builder *b, struct far_return *r, uint64_t flags) {
  uint16_t selector[RS_SEGMENT_COUNT];
  if (!iret_pop_v86(b, &r->stack, &r->sp, selector)) return false;
  selector[RS_SEGMENT_INDEX(RS_CS)] = r->cs;
  if (!check(b, RS_CHECK_RETURN_WITHIN_LIMIT, r->ip <= UINT16_MAX, r->ip, UINT16_MAX, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  for (enum rs_register reg = RS_ES; reg <= RS_GS; reg++) {
    const struct rs_segment segment = segment_of_v86(selector[RS_SEGMENT_INDEX(reg)]);
    write_segment(b, reg, &segment);
  }
  write_register(b, RS_RSP, r->sp);
  write_register(b, RS_CPL, 3);
  write_register(b, RS_RFLAGS, (flags & RFLAGS_DEFINED) | RFLAGS_FIXED);
  jump_to(b, r->ip);
  return true;
}

static bool iret_pop(struct builder *b, struct far_return *r, uint64_t *flags) {
  uint64_t cs;
  if (!stack_holds(b, &r->stack, 3, 0) || !stack_pop(b, &r->stack, RS_ITEM_POPPED_IP, RS_RIP, &r->ip) ||
      !stack_pop(b, &r->stack, RS_ITEM_POPPED_CS, RS_CS, &cs) ||
      !stack_pop(b, &r->stack, RS_ITEM_POPPED_FLAGS, RS_RFLAGS, flags))
    return false;
  r->cs = (uint16_t)cs;
  return true;
}

/* IRET in 64-bit mode pops SS:RSP always, elsewhere only for an outer ring [SDM3 "IRET in IA-32e Mode"]. */
static bool iret_in_ring(struct builder *b, struct far_return *r, uint64_t flags, uint8_t operand_size) {
  if (!far_return_check_code(b, r)) return false;
  bool pops_stack = r->outer || cpu_is_64_bit_mode(b->before);
  if ((pops_stack && !far_return_pop_stack(b, r)) || !far_return_check_ip(b, r) ||
      !far_return_mark_accessed(b, r, pops_stack))
    return false;
  far_return_write(b, r, pops_stack, 0);
  write_register(b, RS_RFLAGS, iret_flags(b->before, flags, operand_size));
  jump_to(b, r->ip);
  return true;
}

/* The back link of the current TSS names the task that a nested one returns to. */
static bool iret_from_nested_task(struct builder *b, const struct rs_instruction *instruction) {
  struct task_switch s = { .cause = TASK_IRET,
                           .return_ip = rip_after(b->before, instruction),
                           .flags = b->before->rflags & ~(RFLAGS_NT | RFLAGS_RF) };
  b->out->cause.mechanism = RS_MECHANISM_TASK_SWITCH;
  return tss_back_link(b, &s.selector) && task_switch(b, &s);
}

bool iret_perform(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  bool long_mode = cpu_is_long_mode(cpu), nested = cpu->rflags & RFLAGS_NT;
  uint64_t flags;
  unblock_nmi(b);
  if (!(cpu->cr0 & CR0_PE) || cpu_is_v86(cpu)) return iret_perform_8086(b, instruction);
  if (long_mode && !check(b, RS_CHECK_IRET_NOT_NESTED, !nested, nested, 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  if (nested) return iret_from_nested_task(b, instruction);
  struct far_return r = { .stack = stack_current(cpu, instruction->operand_size) };
  if (!iret_pop(b, &r, &flags)) return false;
  bool to_v86 = !long_mode && cpu->cpl == 0 && flags & RFLAGS_VM; /* 16-bit images have no VM */
  return to_v86 ? iret_to_v86(b, &r, flags) : iret_in_ring(b, &r, flags, instruction->operand_size);
}
