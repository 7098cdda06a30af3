/* Two tasks for the tests of task switches: the current one of the guest, and another whose TSS is at hand.
 */
#ifndef TESTS_ARCH_TWO_TASKS_H
#define TESTS_ARCH_TWO_TASKS_H

#include "arch/flow.h"

enum { TASK_SELECTOR = 0x78, TASK_VECTOR = 0x30 };
#define TASK_TSS FAKE_KERNEL_DATA

/* Offsets in a 32-bit TSS [SDM3 "Task-State Segment (TSS)"] and in a 16-bit one. */
enum {
  TSS32_LINK = 0,
  TSS32_CR3 = 28,
  TSS32_EIP = 32,
  TSS32_EFLAGS = 36,
  TSS32_EAX = 40,
  TSS32_ESP = 56,
  TSS32_ES = 72,
  TSS32_CS = 76,
  TSS32_SS = 80,
  TSS32_DS = 84,
  TSS32_FS = 88,
  TSS32_GS = 92,
  TSS32_LDT = 96,
  TSS32_T = 100,
  TSS16_IP = 14,
  TSS16_FLAG = 16,
  TSS16_AX = 18,
  TSS16_SP = 26,
  TSS16_ES = 34,
  TSS16_CS = 36,
  TSS16_SS = 38,
  TSS16_DS = 40,
  TSS16_LDT = 42
};

#define TASK_EIP (FAKE_KERNEL_CODE + 0x100)
#define TASK_ESP (FAKE_KERNEL_STACK - 0x200)
#define TASK_EFLAGS (RFLAGS_FIXED | RFLAGS_ZF | RFLAGS_IF)

/* What switches. */
enum task_way {
  BY_JMP,
  BY_CALL,
  BY_JMP_GATE,
  BY_CALL_GATE,
  BY_INT,
  BY_EXCEPTION,
  BY_EXTERNAL,
  BY_IRET,
  WAY_COUNT
};

/* A fresh guest in ring 0, with a 32-bit TSS for each task, or a 16-bit one. The task at TASK_SELECTOR is
 * ready to be switched to by `way`: by a task gate at FLOW_SPARE, by vector TASK_VECTOR, or as the back link.
 */
void two_tasks(struct flow *f, enum task_way way);
void two_tasks_narrow(struct flow *f, enum task_way way, bool old_narrow, bool new_narrow);

/* Performs the switch. */
enum rs_outcome switch_by(struct flow *f, enum task_way way);

/* A field of the new task's TSS, and of the old one's after the last switch. */
void task_set(struct flow *f, unsigned offset, unsigned size, uint64_t value);
uint64_t old_task_get(struct flow *f, unsigned offset, unsigned size);

/* The descriptor of the new task's TSS. */
void task_descriptor(struct flow *f, uint32_t limit, uint32_t attributes);

bool way_is_gate(enum task_way way);
bool way_nests(enum task_way way);
bool way_is_event(enum task_way way); /* EXT is set in its error codes */

#endif
