/* Delivery through the interrupt vector table of real-address mode. */
#include "arch/descriptor.h"
#include "arch/interrupt.h"
#include "arch/segment.h"
#include "arch/stack.h"

/* No error code is pushed, and the exceptions of this mode have none [SDM3 "Interrupt and Exception
 * Handling" in "8086 Emulation"]. */
bool interrupt_enter_real_mode(struct builder *b, const struct rs_interrupt_request *request) {
  const struct rs_table_register *idtr = &b->after->idtr;
  struct rs_segment code = b->before->segment[RS_SEGMENT_INDEX(RS_CS)];
  struct stack stack = stack_current(b->before, 2);
  uint32_t offset = (uint32_t)request->vector * 4;
  union rs_value vector;
  if (!check(b, RS_CHECK_GATE_WITHIN_IDT, offset + 3 <= idtr->limit, request->vector, offset, idtr->limit, 0))
    return fault_plain(b, VECTOR_GP);
  if (!system_read(b, idtr->base + offset, 4, RS_ITEM_INTERRUPT_VECTOR, VECTOR_GP, 0, &vector) ||
      !stack_has_room(b, &stack, 3, 0) ||
      !stack_push(b, &stack, RS_ITEM_PUSHED_FLAGS, RS_RFLAGS, b->before->rflags) ||
      !stack_push(b, &stack, RS_ITEM_PUSHED_CS, RS_CS, code.selector) ||
      !stack_push(b, &stack, RS_ITEM_PUSHED_IP, RS_RIP, request->return_rip))
    return false;
  code = segment_of_real_mode(&code, (uint16_t)(vector.word[0] >> 16));
  interrupt_write_side_effects(b, request);
  write_register(b, RS_RSP, stack.pointer);
  write_segment(b, RS_CS, &code);
  write_register(b, RS_RFLAGS, b->before->rflags & ~(RFLAGS_IF | RFLAGS_TF | RFLAGS_AC | RFLAGS_RF));
  jump_to(b, vector.word[0] & 0xffff);
  return true;
}
