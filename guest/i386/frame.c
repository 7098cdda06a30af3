/* Telling the registers of a frame. */
#include "frame.h"

#include "console.h"
#include "exceptions.h"

void frame_tell(const struct frame *frame) {
  console_say("eip %x cs %x eflags %x", frame->eip, frame->cs, frame->eflags);
  console_say("eax %x ebx %x ecx %x edx %x", frame->eax, frame->ebx, frame->ecx, frame->edx);
  console_say("esi %x edi %x ebp %x ds %x es %x", frame->esi, frame->edi, frame->ebp, frame->ds, frame->es);
}
