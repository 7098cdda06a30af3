/* A second task of the 32-bit guest, in a TSS of either size. */
#ifndef CONFORM_TASKS_H
#define CONFORM_TASKS_H

#include "trial.h"

/* In the order of a TSS. */
enum task_segment { TASK_ES, TASK_CS, TASK_SS, TASK_DS, TASK_FS, TASK_GS, TASK_LDT, TASK_SEGMENT_COUNT };

struct task {
  bool wide, trap; /* a 32-bit TSS; its T flag */
  uint32_t ip, flags, sp;
  uint16_t segment[TASK_SEGMENT_COUNT];
};

/* At STAGE_ARRIVE in a ring, with that ring's segments and stack. */
struct task task_in_ring(unsigned ring, bool wide);

/* Writes its TSS, which SELECTOR_A then describes with `access` and a limit that is `missing` bytes short. */
void task_write(const struct task *task, unsigned access, unsigned missing);

/* Remembers both TSSs; adds the words of them that have changed since. */
void task_keep(void);
void task_tell_changes(void);

/* What the current TSS names as the task to return to. */
void task_link(unsigned selector);

#endif
