/* The table of tasks and their turns. */
#include "task.h"

#include "console.h"
#include "descriptors.h"
#include "frame.h"
#include "instructions.h"
#include "layout.h"
#include "paging.h"

/* Saves the processor's state in the TSS of the task that runs and loads another's. */
void task_switch(uint32_t tss);

struct task *current;

static struct task *tasks[CLASSIC_TASKS];

static uint32_t stack_top(const struct task *task) {
  return (uint32_t)task + PAGE_SIZE;
}

struct task *task_of(unsigned number) {
  return tasks[number];
}

struct call_frame *task_call_frame(struct task *task) {
  return (struct call_frame *)stack_top(task) - 1;
}

/* With the port map past the limit no port is open to programs. */
static void fill_tss(struct task *task) {
  task->tss = (struct task_segment){
    .esp0 = stack_top(task),
    .ss0 = CLASSIC_KERNEL_DS,
    .cr3 = paging_directory(),
    .eflags = FLAGS_FIXED | FLAGS_IF,
    .cs = CLASSIC_USER_CS,
    .ss = CLASSIC_USER_DS,
    .ds = CLASSIC_USER_DS,
    .es = CLASSIC_USER_DS,
    .fs = CLASSIC_USER_DS,
    .gs = CLASSIC_USER_DS,
    .ldt = CLASSIC_LDT(task->number),
    .port_map = sizeof task->tss,
  };
}

/* The first free place above task 0's, and CLASSIC_TASKS when there is none. */
static unsigned free_number(void) {
  unsigned number = TASK_FIRST;
  while (number < CLASSIC_TASKS && tasks[number])
    number++;
  return number;
}

static struct task *create(unsigned number) {
  static unsigned last_pid;
  struct task *task = number < CLASSIC_TASKS ? page_take() : NULL;
  if (!task) return NULL;
  task->state = TASK_WAITING;
  task->number = number;
  task->pid = number ? ++last_pid : 0;
  fill_tss(task);
  descriptors_fill_ldt(task, CLASSIC_TASK_SIZE);
  descriptors_set_task(task);
  return tasks[number] = task;
}

struct task *task_create(void) {
  return create(free_number());
}

void task_free(struct task *task) {
  paging_free(CLASSIC_TASK_BASE(task->number));
  tasks[task->number] = NULL;
  page_return(task);
}

void tasks_init(void) {
  current = create(0);
  if (!current) console_refuse("memory is too small");
  load_task_register(CLASSIC_TSS(0));
  __asm__ volatile("lldt %0" : : "r"((uint16_t)CLASSIC_LDT(0)));
}

/* In turn, beginning with the one after the task that runs, which comes last. */
static struct task *next_ready(void) {
  for (unsigned i = 1; i <= CLASSIC_TASKS; i++) {
    struct task *task = tasks[(current->number + i) % CLASSIC_TASKS];
    if (task && task->number && task->state == TASK_READY) return task;
  }
  return tasks[0];
}

void schedule(void) {
  struct task *next = next_ready();
  next->ticks = TASK_SLICE;
  if (next == current) return;
  current = next;
  task_switch(CLASSIC_TSS(next->number));
}

void task_sleep(const void *what) {
  current->waits_for = what;
  current->state = TASK_WAITING;
  schedule();
}

void task_wake(const void *what) {
  for (unsigned i = TASK_FIRST; i < CLASSIC_TASKS; i++)
    if (tasks[i] && tasks[i]->state == TASK_WAITING && tasks[i]->waits_for == what)
      tasks[i]->state = TASK_READY;
}

void task_yield_if_due(void) {
  if (current->ticks <= 0) schedule();
}
