/* The state of a task as its TSS keeps it, and the qualifying of its segments; internal to task switches. */
#ifndef ARCH_TASK_STATE_H
#define ARCH_TASK_STATE_H

#include "arch/task.h"

struct task_state {
  uint8_t word; /* 2 or 4: of a 16-bit or a 32-bit TSS */
  uint64_t cr3; /* of a 32-bit TSS */
  uint64_t ip, flags, general[8];
  uint16_t selector[RS_SEGMENT_COUNT], ldt;
  bool trap;
};

/* Saves the current task in the TSS that TR names, whose pages were probed. */
bool task_state_save(struct builder *b, const struct task_switch *s);

/* Walks what the switch will write of the old TSS, so that it cannot fault half way; #TS beyond its limit. */
bool task_state_probe_old(struct builder *b);

/* Reads the state of the task of `tss`. */
bool task_state_read(struct builder *b, const struct rs_segment *tss, struct task_state *state);

/* Makes it that of the processor: everything but the descriptors of the segments, which become unusable until
 * they are qualified. `nested` sets NT. */
void task_state_write(struct builder *b, const struct task_state *state, bool nested);

/* Loads the descriptors of LDTR and the segment registers, in the context of the new task. */
bool task_segments_load(struct builder *b, const struct task_state *state);

#endif
