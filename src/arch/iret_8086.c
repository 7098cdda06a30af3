/* IRET in real-address and virtual-8086 mode. */
#include "arch/descriptor.h"
#include "arch/iret.h"
#include "arch/segment.h"
#include "arch/stack.h"

/* [SDM2 "IRET/IRETD/IRETQ"]: virtual-8086 code keeps IOPL. */
static uint64_t iret_8086_flags_mask(uint8_t operand_size, bool v86) {
  uint64_t mask = operand_size == 2 ? RFLAGS_DEFINED & 0xffff : UINT64_C(0x257fd5);
  return v86 ? mask & ~RFLAGS_IOPL : mask;
}

static bool iret_8086_pop(struct builder *b, struct stack *stack, uint64_t *ip, uint64_t *cs,
                          uint64_t *flags) {
  return stack_holds(b, stack, 3, 0) && stack_pop(b, stack, RS_ITEM_POPPED_IP, RS_RIP, ip) &&
         stack_pop(b, stack, RS_ITEM_POPPED_CS, RS_CS, cs) &&
         stack_pop(b, stack, RS_ITEM_POPPED_FLAGS, RS_RFLAGS, flags);
}

bool iret_perform_8086(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  const struct rs_segment *old = &cpu->segment[RS_SEGMENT_INDEX(RS_CS)];
  struct stack stack = stack_current(cpu, instruction->operand_size);
  bool v86 = cpu_is_v86(cpu);
  uint64_t ip, cs, flags;
  if (v86 && !check(b, RS_CHECK_IRET_V86_IOPL, cpu_iopl(cpu) == 3, cpu_iopl(cpu), 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  if (!iret_8086_pop(b, &stack, &ip, &cs, &flags)) return false;
  if (!check(b, RS_CHECK_RETURN_WITHIN_LIMIT, ip <= old->limit, ip, old->limit, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  const struct rs_segment code = v86 ? segment_of_v86((uint16_t)cs) : segment_of_real_mode(old, (uint16_t)cs);
  uint64_t mask = iret_8086_flags_mask(instruction->operand_size, v86);
  write_register(b, RS_RSP, stack.pointer);
  write_segment(b, RS_CS, &code);
  write_register(b, RS_RFLAGS, (cpu->rflags & ~mask & ~RFLAGS_RF) | (flags & mask) | RFLAGS_FIXED);
  jump_to(b, ip);
  return true;
}
