/* Tasks, each a process of one thread: its program, its memory, its files, its signals, its end. */
#ifndef GUEST_TASK_H
#define GUEST_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alarms.h"
#include "files.h"
#include "signals.h"
#include "thread_state.h"

#define TASK_LIMIT 64
#define TASK_FIRST 1 /* the number of the first task, with whose end the machine ends */
#define KERNEL_STACK_SIZE 0x4000
#define TASK_NAME_SIZE 64
#define TASK_PATH_SIZE 256

struct frame;
struct inode;

/* Where a program's memory lies. */
struct address_space {
  uintptr_t root;     /* physical address of the page tables */
  uintptr_t user_end; /* the program's addresses are below */
  bool wide;          /* a 64-bit program */
  uintptr_t break_start, break_now;
  uintptr_t mmap_top, mmap_hint; /* no free address lies between the hint and the top */
  uintptr_t stack_top;
  unsigned stack_protection;
};

enum task_state {
  TASK_READY,
  TASK_ASLEEP,
  TASK_ZOMBIE, /* ended, and its parent has not been told yet */
  TASK_DEAD,   /* ended, and nobody wants to know */
};

struct task {
  int32_t id, group, session;
  enum task_state state;
  struct task *parent;
  bool orphan; /* its own parent has ended; nobody waits for it */
  unsigned wait_status;
  uintptr_t kernel_sp; /* while another task runs */
  const void *channel; /* that it sleeps on */
  bool deaf;           /* no signal ends this sleep */
  struct alarms alarms;
  uintptr_t tell_id, clear_id; /* where a new task finds its number, and loses it at its end */
  struct task *lender;         /* whose memory it uses */
  bool lent;                   /* it waits for its memory back */
  struct address_space own_space;
  struct address_space *space; /* its own, or the lender's */
  struct file_table files;
  struct inode *directory; /* where its relative paths begin */
  struct inode *program;   /* what it runs: /proc/self/exe */
  unsigned file_mask;      /* permissions that new files do not get: umask */
  struct signals signals;
  char name[TASK_NAME_SIZE];
  char program_path[TASK_PATH_SIZE];
  struct thread_state thread;
  char kernel_stack[KERNEL_STACK_SIZE] __attribute__((aligned(16)));
};

/* The task that runs. */
struct task *task_current(void);

/* The first task, which is there from the beginning. */
struct task *task_first(void);

/* The task in place `index` of the table, below TASK_LIMIT, or NULL. */
struct task *task_at(unsigned index);

/* The task with a number, dead ones apart; or NULL. */
struct task *task_find(int32_t id);

/* The frame by which a new task enters its program, at the top of its stack. */
struct frame *task_frame(struct task *task);

/* A task that is as the running one, which entered the kernel by `frame`, but for its memory and its stacks,
 * which it does not have yet, and that does not run yet. NULL when there are too many, or memory is out:
 * *error is told. */
struct task *task_create(const struct frame *frame, long *error);

/* Lets a task run that task_create made, with the frame that it has. */
void task_start(struct task *task);

/* Closes a task's files and lets go of its directory and its program. */
void task_let_go(struct task *task);

/* Forgets a task that does not run. */
void task_free(struct task *task);

/* What a program that goes by one name is called in the kernel's lines and in traces. */
void task_set_name(struct task *task, const char *name);

/* Keeps the symbol ringside_task true: to be called before CR3 is written for a task. */
void task_announce(const struct task *task);

/* Gives up the task's memory: to the lender, or for good. */
void task_release_space(struct task *task);

/* Ends the running program, for its parent to be told; the first task's end is the machine's. */
_Noreturn void task_exit(uint8_t status);

/* Ends the running program by a signal, and with a line that says why, formatted as text_format does; no line
 * for NULL. */
_Noreturn void task_kill(unsigned signal, const char *format, ...);

/* Ends a program whose registers IRET refuses to take. */
_Noreturn void task_refuse_return(void);

#endif
