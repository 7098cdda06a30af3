/* A running program: its address space, its files, its end. */
#ifndef GUEST_TASK_H
#define GUEST_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files.h"

#define TASK_ID 1 /* of the one process, and of its one thread */
#define KERNEL_STACK_SIZE 0x4000
#define SIGNAL_COUNT 64
#define TASK_NAME_SIZE 64
#define TASK_PATH_SIZE 256

struct frame;
struct inode;

/* Signals by number, as far as the kernel sends them itself. */
enum signal_number {
  SIGNAL_ILL = 4,
  SIGNAL_TRAP = 5,
  SIGNAL_ABRT = 6,
  SIGNAL_BUS = 7,
  SIGNAL_FPE = 8,
  SIGNAL_SEGV = 11,
  SIGNAL_PIPE = 13,
  SIGNAL_CHLD = 17,
  SIGNAL_CONT = 18,
  SIGNAL_STOP = 19,
  SIGNAL_URG = 23,
  SIGNAL_WINCH = 28,
};

/* What the program asked to happen at a signal; kept so that it reads back, handlers are not run. */
struct signal_action {
  uint64_t handler, flags, restorer, mask;
};

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

struct task {
  struct address_space own_space;
  struct address_space *space; /* its own, or one that it shares */
  struct file_table files;
  struct inode *directory;               /* where its relative paths begin */
  struct inode *program;                 /* what it runs: /proc/self/exe */
  unsigned file_mask;                    /* permissions that new files do not get: umask */
  uint64_t signal_mask, signals_pending; /* signal 1 is bit 0 */
  struct signal_action actions[SIGNAL_COUNT];
  char name[TASK_NAME_SIZE];
  char program_path[TASK_PATH_SIZE];
  char kernel_stack[KERNEL_STACK_SIZE] __attribute__((aligned(16)));
};

/* The task that runs. */
struct task *task_current(void);

/* Ends the program, and with it the machine: there is one program. */
_Noreturn void task_exit(uint8_t status);

/* Ends the program by a signal: status 128 + signal, and a line that says why, formatted as text_format does.
 */
_Noreturn void task_kill(unsigned signal, const char *format, ...);

/* Ends a program whose registers IRET refuses to take. */
_Noreturn void task_refuse_return(void);

#endif
