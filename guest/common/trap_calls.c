/* System calls by an instruction that is none: UD2 or LOCK NOP, recognised by the handler of #UD. */
#include "trap_calls.h"

#include "entry_paths.h"
#include "frame.h"
#include "syscalls.h"
#include "text.h"
#include "user_memory.h"

#define LENGTH 2

static const uint8_t ud2[LENGTH] = { 0x0f, 0x0b };
static const uint8_t lock_nop[LENGTH] = { 0xf0, 0x90 };

static const uint8_t *chosen;

void trap_calls_choose(const char *entry) {
  chosen = NULL;
  if (text_equals(entry, "ud2")) chosen = ud2;
  if (text_equals(entry, "locknop")) chosen = lock_nop;
}

/* #UD is a fault: the frame's return address is the instruction itself [SDM3 "Interrupt 6—Invalid Opcode
 * Exception (#UD)"], and only the kernel knows how long it is. */
bool trap_call(struct frame *frame) {
  uint8_t bytes[LENGTH];
  if (!chosen || !copy_from_user(bytes, frame_pc(frame), LENGTH)) return false;
  if (bytes[0] != chosen[0] || bytes[1] != chosen[1]) return false;
  frame->cause = CAUSE_TRAP_CALL;
  frame->code = frame_number(frame);
  frame_go_on(frame, frame_pc(frame) + LENGTH);
  do_syscall(frame);
  return true;
}
