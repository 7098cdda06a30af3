/* Fork: a second task with a copy of the first one's memory, TSS and files. */
#include "console.h"
#include "descriptors.h"
#include "errors.h"
#include "files.h"
#include "frame.h"
#include "layout.h"
#include "paging.h"
#include "syscalls.h"
#include "task.h"

/* What system_call leaves in the registers, pushed by sys_fork. */
struct fork_registers {
  uint32_t gs, esi, edi, ebp;
};

long task_fork(const struct fork_registers *kept, const struct call_frame *frame);

/* The child goes on where the call returns to, in ring 3, with 0: its first task switch takes it there. */
static void fill_tss(struct task_segment *tss, const struct fork_registers *kept,
                     const struct call_frame *frame) {
  tss->eax = 0;
  tss->ebx = frame->registers.ebx;
  tss->ecx = frame->registers.ecx;
  tss->edx = frame->registers.edx;
  tss->esi = kept->esi;
  tss->edi = kept->edi;
  tss->ebp = kept->ebp;
  tss->ds = frame->registers.ds;
  tss->es = frame->registers.es;
  tss->fs = frame->registers.fs;
  tss->gs = kept->gs;
  tss->eip = frame->back.eip;
  tss->cs = frame->back.cs;
  tss->eflags = frame->back.eflags;
  tss->esp = frame->back.esp;
  tss->ss = frame->back.ss;
}

long task_fork(const struct fork_registers *kept, const struct call_frame *frame) {
  struct task *child = task_create();
  if (!child) return -ERROR_AGAIN;
  if (!paging_copy(CLASSIC_TASK_BASE(current->number), CLASSIC_TASK_BASE(child->number))) {
    task_free(child);
    return -ERROR_AGAIN;
  }
  fill_tss(&child->tss, kept, frame);
  descriptors_fill_ldt(child, current->code_size);
  files_share(child, current);
  child->parent = current->number;
  child->state = TASK_READY;
  return (long)child->pid;
}
