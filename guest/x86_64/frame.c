/* Telling the registers of a frame. */
#include "frame.h"

#include "console.h"
#include "exceptions.h"

void frame_tell(const struct frame *frame) {
  console_say("rip %x cs %x rflags %x rsp %x ss %x", frame->rip, frame->cs, frame->rflags, frame->rsp,
              frame->ss);
  console_say("rax %x rbx %x rcx %x rdx %x", frame->rax, frame->rbx, frame->rcx, frame->rdx);
  console_say("rsi %x rdi %x rbp %x", frame->rsi, frame->rdi, frame->rbp);
  console_say("r8 %x r9 %x r10 %x r11 %x", frame->r8, frame->r9, frame->r10, frame->r11);
  console_say("r12 %x r13 %x r14 %x r15 %x", frame->r12, frame->r13, frame->r14, frame->r15);
}
