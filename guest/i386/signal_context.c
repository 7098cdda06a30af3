/* A program's registers, from and to a signal frame. */
#include "signal_context.h"

#include "entry_paths.h"
#include "frame.h"
#include "segments.h"
#include "signal_frames.h"

bool signal_frame_push(struct frame *frame, const struct signal_delivery *delivery) {
  return signal_frame_push32(frame, delivery);
}

void signal_context32_fill(const struct frame *frame, struct signal_context32 *out) {
  out->gs = read_gs();
  out->fs = read_fs();
  out->es = frame->es;
  out->ds = frame->ds;
  out->edi = frame->edi;
  out->esi = frame->esi;
  out->ebp = frame->ebp;
  out->esp = out->esp_again = frame->esp;
  out->ebx = frame->ebx;
  out->edx = frame->edx;
  out->ecx = frame->ecx;
  out->eax = frame->eax;
  out->eip = frame->eip;
  out->cs = frame->cs;
  out->eflags = frame->eflags;
  out->ss = frame->ss;
}

void signal_context32_restore(const struct task *task, struct frame *frame,
                              const struct signal_context32 *in) {
  frame->cause = CAUSE_REPLACED;
  frame->cs = signal_selector(in->cs);
  frame->ss = signal_selector(in->ss);
  frame->eflags = signal_flags(task, in->eflags, frame->eflags);
  frame->ds = (uint16_t)in->ds;
  frame->es = (uint16_t)in->es;
  write_fs((uint16_t)in->fs);
  write_gs((uint16_t)in->gs);
  frame->edi = in->edi;
  frame->esi = in->esi;
  frame->ebp = in->ebp;
  frame->esp = in->esp;
  frame->ebx = in->ebx;
  frame->edx = in->edx;
  frame->ecx = in->ecx;
  frame->eax = in->eax;
  frame->eip = in->eip;
}

void signal_context32_enter(struct frame *frame, uint32_t handler, uint32_t stack,
                            const uint32_t argument[3]) {
  frame->cause = CAUSE_REPLACED;
  frame->cs = SELECTOR_USER_CS32;
  frame->ss = frame->ds = frame->es = SELECTOR_USER_DS;
  frame->eflags &= ~(uint32_t)(FLAGS_TF | FLAGS_DF | FLAGS_RF);
  frame->eip = handler;
  frame->esp = stack;
  frame->eax = argument[0];
  frame->edx = argument[1];
  frame->ecx = argument[2];
}
