/* Tasks: what the kernel knows of each, and which of them runs. */
#ifndef GUEST_CLASSIC_TASK_H
#define GUEST_CLASSIC_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bits.h"
#include "selectors.h"

#define TASK_FILES 20
#define TASK_FIRST 1 /* the program that the machine runs for */
#define TASK_SLICE 5 /* ticks of the timer */
#define SIGNAL_SEGV 11

struct open_file;
struct call_frame;

/* What the processor saves and loads at a task switch [SDM3 "Task-State Segment (TSS)"]. */
struct task_segment {
  uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3;
  uint32_t eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
  uint32_t es, cs, ss, ds, fs, gs, ldt;
  uint16_t debug_trap, port_map;
};

enum task_state { TASK_READY, TASK_WAITING, TASK_ENDED };

/* The page that holds it ends with the task's kernel stack. */
struct task {
  enum task_state state;
  unsigned number; /* its slots of the GDT and its 64 MiB */
  unsigned pid;
  unsigned parent;      /* a number; 0 when the parent is the kernel */
  uint32_t exit_status; /* as waitpid tells it */
  const void *waits_for;
  int ticks; /* of its turn that are left */
  uint32_t code_size;
  struct open_file *files[TASK_FILES];
  uint64_t ldt[3];
  struct task_segment tss;
};

/* The task that runs. */
extern struct task *current;

/* Makes what runs now task 0, which has nothing to do but to be there when no other can run. */
void tasks_init(void);

/* A new task, not yet ready, with a TSS that enters its ring 3 at nothing; NULL when there are too many or
 * memory is out. */
struct task *task_create(void);

/* Gives a task that does not run back, with the memory of its program. */
void task_free(struct task *task);

struct task *task_of(unsigned number); /* NULL: no such task */

/* Lets the next ready task run; returns when it is this one's turn again. */
void schedule(void);

/* Waits until somebody wakes those who wait for `what`. */
void task_sleep(const void *what);
void task_wake(const void *what);

/* Called on the way out of a system call. */
void task_yield_if_due(void);

/* Ends the task that runs, with a status as waitpid tells it; the first task's end is the machine's. */
_Noreturn void task_end(uint32_t exit_status);

/* The frame of the system call that a task makes. */
struct call_frame *task_call_frame(struct task *task);

#endif
