/* A 32-bit program's registers, from and to a signal frame. */
#include "signal_context.h"

#include "entry_paths.h"
#include "frame.h"
#include "instructions.h"
#include "processor.h"
#include "segments.h"
#include "signal_frames.h"

void signal_context32_fill(const struct frame *frame, struct signal_context32 *out) {
  out->gs = read_gs();
  out->fs = read_fs();
  out->es = read_es();
  out->ds = read_ds();
  out->edi = (uint32_t)frame->rdi;
  out->esi = (uint32_t)frame->rsi;
  out->ebp = (uint32_t)frame->rbp;
  out->esp = out->esp_again = (uint32_t)frame->rsp;
  out->ebx = (uint32_t)frame->rbx;
  out->edx = (uint32_t)frame->rdx;
  out->ecx = (uint32_t)frame->rcx;
  out->eax = (uint32_t)frame->rax;
  out->eip = (uint32_t)frame->rip;
  out->cs = (uint32_t)frame->cs;
  out->eflags = (uint32_t)frame->rflags;
  out->ss = (uint32_t)frame->ss;
}

/* The base that comes with it is the program's; the kernel's own is put back. */
static void load_gs(uint16_t selector) {
  if (selector == read_gs()) return;
  write_gs(selector);
  write_msr(MSR_KERNEL_GS_BASE, read_msr(MSR_GS_BASE));
  write_msr(MSR_GS_BASE, (uintptr_t)&processor);
}

static void load_segments(const struct signal_context32 *in) {
  write_ds((uint16_t)in->ds);
  write_es((uint16_t)in->es);
  if (read_fs() != (uint16_t)in->fs) write_fs((uint16_t)in->fs);
  load_gs((uint16_t)in->gs);
}

void signal_context32_restore(const struct task *task, struct frame *frame,
                              const struct signal_context32 *in) {
  frame->cause = CAUSE_REPLACED;
  frame->cs = signal_selector(in->cs);
  frame->ss = signal_selector(in->ss);
  frame->rflags = signal_flags(task, in->eflags, frame->rflags);
  load_segments(in);
  frame->rdi = in->edi;
  frame->rsi = in->esi;
  frame->rbp = in->ebp;
  frame->rsp = in->esp;
  frame->rbx = in->ebx;
  frame->rdx = in->edx;
  frame->rcx = in->ecx;
  frame->rax = in->eax;
  frame->rip = in->eip;
}

void signal_context32_enter(struct frame *frame, uint32_t handler, uint32_t stack,
                            const uint32_t argument[3]) {
  frame->cause = CAUSE_REPLACED;
  frame->cs = SELECTOR_USER_CS32;
  frame->ss = SELECTOR_USER_DS;
  write_ds(SELECTOR_USER_DS);
  write_es(SELECTOR_USER_DS);
  frame->rflags &= ~(uint64_t)(FLAGS_TF | FLAGS_DF | FLAGS_RF);
  frame->rip = handler;
  frame->rsp = stack;
  frame->rax = argument[0];
  frame->rdx = argument[1];
  frame->rcx = argument[2];
}
