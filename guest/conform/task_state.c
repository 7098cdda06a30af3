/* The TSS of the second task, and what a switch writes to it and to the first one's. */
#include "attempt.h"
#include "bits.h"
#include "tasks.h"
#include "text.h"

#define REGISTERS 8
#define REGISTER_SP 4

static uint8_t tss[TSS_SIZE] __attribute__((aligned(128)));
static uint8_t kept[2][TSS_SIZE];

struct task task_in_ring(unsigned ring, bool wide) {
  uint16_t data = (uint16_t)tables_data(ring), code = (uint16_t)tables_code(ring);
  return (struct task){ .wide = wide,
                        .ip = STAGE_ARRIVE,
                        .flags = FLAGS_FIXED,
                        .sp = STACK_TOP(STACK_KERNEL + 2),
                        .segment = { data, code, data, data, data, data, SELECTOR_LDT } };
}

static void put(unsigned *at, unsigned size, uint32_t value) {
  memcpy(tss + *at, &value, size);
  *at += size;
}

/* [SDM3 "Task-State Segment (TSS)"], [SDM3 "16-Bit Task-State Segment (TSS)"]. General registers are told
 * apart by their values. */
void task_write(const struct task *task, unsigned access, unsigned missing) {
  unsigned at = 0, size = task->wide ? 4 : 2, last = task->wide ? 0x67 : 0x2b;
  memset(tss, 0, sizeof tss);
  put(&at, size, 0);
  for (unsigned ring = 0; ring < 3; ring++) {
    put(&at, size, STACK_TOP(STACK_KERNEL + ring));
    put(&at, size, tables_data(ring));
  }
  if (task->wide) put(&at, size, 0x5000); /* CR3 */
  put(&at, size, task->ip);
  put(&at, size, task->flags);
  for (unsigned i = 0; i < REGISTERS; i++)
    put(&at, size, i == REGISTER_SP ? task->sp : 0x1110u * (i + 1));
  for (unsigned i = 0; i < TASK_SEGMENT_COUNT; i++)
    if (task->wide || (i != TASK_FS && i != TASK_GS)) put(&at, size, task->segment[i]);
  if (task->wide) put(&at, size, (uint32_t)TSS_SIZE << 16 | task->trap);
  *tables_slot(SELECTOR_A) = descriptor(access, 0, (uint32_t)(uintptr_t)tss, last - missing);
}

/* Where the first task is saved is emptied, so that what a line tells depends on its own case alone. */
void task_keep(void) {
  memset(tables_tss + 0x20, 0, 0x40);
  memcpy(kept[0], tables_tss, TSS_SIZE);
  memcpy(kept[1], tss, TSS_SIZE);
}

static void tell(const char *name, const uint8_t *now, const uint8_t *before) {
  for (unsigned at = 0; at + 2 <= TSS_BITMAP; at += 2) {
    uint16_t value;
    memcpy(&value, now + at, 2);
    if (memcmp(now + at, before + at, 2)) output_add(" %s%x=%x", name, at, value);
  }
}

void task_tell_changes(void) {
  tell("old", tables_tss, kept[0]);
  tell("new", tss, kept[1]);
  task_link(0);
}

void task_link(unsigned selector) {
  uint16_t link = (uint16_t)selector;
  memcpy(tables_tss, &link, sizeof link);
}
