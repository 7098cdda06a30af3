/* Task switches by JMP, CALL, INT, an exception and IRET: the TSS and the gate that lead to it, and what the
 * new task finds. In the 32-bit guest alone: IA-32e mode has none. */
#include "tasks.h"

#include "bits.h"
#include "far.h"
#include "groups.h"

TRY(int);
TRY(iret);

#define GATE SELECTOR_B
#define TYPE_BUSY 2
#define BUSY_OF(way) ((way) == BY_NESTED_IRET ? TYPE_BUSY : 0)

enum way { BY_JMP, BY_CALL, BY_JMP_GATE, BY_CALL_GATE, BY_INT, BY_EXCEPTION, BY_NESTED_IRET, WAYS };

static const char *const names[WAYS] = { "jmp", "call", "jmp-gate", "call-gate", "int", "exception", "iret" };

/* How the switch is asked for. */
struct ask {
  enum way way;
  unsigned ring, rpl, selector, gate_access;
};

static struct ask ask_by(enum way way, unsigned ring) {
  return (struct ask){ way, ring, 0, SELECTOR_A, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_TASK_GATE };
}

/* The exception is #GP, whose error code goes to the new task's stack. */
static struct attempt exception_start(unsigned ring) {
  static const struct instruction mov_ds = { INSTRUCTION("mov-ds", "\x8e\xd8"), 0, 0 };
  struct attempt attempt = trial_start(ring, trial_place(&mov_ds));
  attempt.reg[REG_AX] = SELECTOR_BEYOND;
  return attempt;
}

static struct attempt start(const struct ask *ask) {
  struct far_pointer direct = far_to(ask->way == BY_CALL, ask->selector | ask->rpl);
  struct far_pointer gate = far_to(ask->way == BY_CALL_GATE, GATE | ask->rpl);
  struct attempt attempt = trial_start(ask->ring, ask->way == BY_INT ? try_int : try_iret);
  tables_set_call_gate(GATE, ask->gate_access, ask->selector, 0, 0);
  if (ask->way == BY_INT) tables_set_gate(VECTOR_TRIED, ask->gate_access, ask->selector, 0, 0);
  if (ask->way == BY_EXCEPTION) tables_set_gate(VECTOR_GP, ask->gate_access, ask->selector, 0, 0);
  if (ask->way <= BY_CALL) return far_start(ask->ring, &direct);
  if (ask->way <= BY_CALL_GATE) return far_start(ask->ring, &gate);
  if (ask->way == BY_EXCEPTION) return exception_start(ask->ring);
  if (ask->way == BY_NESTED_IRET) {
    task_link(ask->selector);
    attempt.flags |= FLAGS_NT;
  }
  return attempt;
}

static void make(const struct ask *ask) {
  struct attempt attempt = start(ask);
  tables_change_registers();
  task_keep();
  trial_make_system(&attempt);
  task_tell_changes();
  output_line();
}

/* The type, DPL and presence of what should be a TSS. A far transfer takes a gate for a gate. */
static void descriptors(void) {
  static const uint16_t gates = 1 << 4 | 1 << 5 | 1 << 12;
  for (unsigned i = 0; i < 128 * WAYS * 2 * 4; i++) {
    unsigned index = i, low = pick(&index, 128), access = (low & 0x70) << 1 | (low & 0xf),
             way = pick(&index, WAYS);
    struct ask ask = ask_by(way, pick(&index, 2) * 3);
    struct task task = task_in_ring(3, access & 8);
    ask.rpl = index;
    if ((way <= BY_CALL && gates >> (access & 15) & 1) || (way > BY_CALL && ask.rpl > 0)) continue;
    if (!trial_open("task.descriptor")) continue;
    output_add(" %s ring=%u rpl=%u access=%x", names[way], ask.ring, ask.rpl, access);
    task_write(&task, access, 0);
    make(&ask);
  }
}

/* The least limit of a TSS of each size. */
static void limits(void) {
  for (unsigned i = 0; i < WAYS * 2 * 10; i++) {
    unsigned index = i, way = pick(&index, WAYS), wide = pick(&index, 2);
    struct ask ask = ask_by(way, 0);
    struct task task = task_in_ring(3, wide);
    if (!trial_open("task.limit")) continue;
    output_add(" %s wide=%u missing=%u", names[way], wide, index);
    task_write(&task, ACCESS_PRESENT | (wide ? TYPE_TSS : TYPE_TSS & ~8) | BUSY_OF(way), index);
    make(&ask);
  }
}

/* The task gate against the ring and the RPL. */
static void gates(void) {
  for (unsigned i = 0; i < 4 * 4 * 4 * 4 * 2; i++) {
    unsigned index = i, way = BY_JMP_GATE + pick(&index, 4), dpl = pick(&index, 4), rpl = pick(&index, 4);
    struct ask ask = ask_by(way, pick(&index, 4));
    struct task task = task_in_ring(3, true);
    ask.rpl = rpl;
    ask.gate_access = index << 7 | ACCESS_DPL(dpl) | TYPE_TASK_GATE;
    if ((way >= BY_INT && rpl > 0) || !trial_open("task.gate")) continue;
    output_add(" %s ring=%u rpl=%u access=%x", names[way], ask.ring, rpl, ask.gate_access);
    task_write(&task, ACCESS_PRESENT | TYPE_TSS, 0);
    make(&ask);
  }
}

/* What a gate or the back link names. */
static void selectors(void) {
  static const uint16_t named[] = {
    0,      3, SELECTOR_BEYOND, SELECTOR_LDT_A, SELECTOR_LDT_BEYOND, 0xffff,
    0xfff8, 4, SELECTOR_TSS,    SELECTOR_LDT,   SELECTOR_CODE0,      SELECTOR_A | 3
  };
  for (unsigned i = 0; i < COUNT(named) * WAYS * 2; i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], way = pick(&index, WAYS);
    struct ask ask = ask_by(way, index * 3);
    struct task task = task_in_ring(3, true);
    ask.selector = selector;
    if (way <= BY_CALL || !trial_open("task.selector")) continue;
    output_add(" %s ring=%u selector=%x", names[way], ask.ring, selector);
    task_write(&task, ACCESS_PRESENT | TYPE_TSS | BUSY_OF(way), 0);
    *tables_slot(SELECTOR_LDT_A) = *tables_slot(SELECTOR_A);
    make(&ask);
  }
}

/* All that is saved and loaded, with flags that count in the new task. What a 16-bit TSS leaves in the upper
 * half of ESP is undefined, so that its task cannot be in ring 0. */
static void states(void) {
  static const uint32_t flags[] = { 0, 0x8d5, FLAGS_IF, FLAGS_DF, FLAGS_IOPL, FLAGS_NT, FLAGS_RF, FLAGS_AC };
  for (unsigned i = 0; i < WAYS * COUNT(flags) * 4 * 2 * 2; i++) {
    unsigned index = i, way = pick(&index, WAYS), set = flags[pick(&index, COUNT(flags))],
             target = pick(&index, 4);
    struct ask ask = ask_by(way, pick(&index, 2) * 3);
    struct task task = task_in_ring(target, index);
    if ((!index && target == 0) || !trial_open("task.state")) continue;
    output_add(" %s ring=%u target=%u wide=%u flags=%x", names[way], ask.ring, target, index, set);
    task.flags |= set;
    task_write(&task, ACCESS_PRESENT | ACCESS_DPL(3) | (index ? TYPE_TSS : TYPE_TSS & ~8) | BUSY_OF(way), 0);
    make(&ask);
  }
}

static void traps(void) {
  for (unsigned i = 0; i < WAYS * 2; i++) {
    unsigned index = i, way = pick(&index, WAYS);
    struct ask ask = ask_by(way, 0);
    struct task task = task_in_ring(index * 3, true);
    if (!trial_open("task.trap")) continue;
    output_add(" %s target=%u", names[way], index * 3);
    task.trap = true;
    task_write(&task, ACCESS_PRESENT | TYPE_TSS | BUSY_OF(way), 0);
    make(&ask);
  }
}

/* Each segment of the new task, as every kind of descriptor. The switch is made by then: the fault is the new
 * task's. */
static void segments(void) {
  static const char *const segment_names[] = { "es", "cs", "ss", "ds", "fs", "gs", "ldt" };
  for (unsigned i = 0; i < TASK_SEGMENT_COUNT * 256 * 2; i++) {
    unsigned index = i, segment = pick(&index, TASK_SEGMENT_COUNT), access = pick(&index, 256),
             rpl = index * 3;
    struct ask ask = ask_by(BY_JMP, 0);
    struct task task = task_in_ring(3, true);
    if ((segment == TASK_CS && rpl < 3) || !trial_open("task.segment")) continue;
    output_add(" %s rpl=%u access=%x", segment_names[segment], rpl, access);
    *tables_slot(SELECTOR_C) = segment == TASK_LDT ? *tables_slot(SELECTOR_LDT) : descriptor_flat(access);
    if (segment == TASK_LDT)
      *tables_slot(SELECTOR_C) ^= (uint64_t)(access ^ (ACCESS_PRESENT | TYPE_LDT)) << 40;
    task.segment[segment] = (uint16_t)(SELECTOR_C | rpl);
    task_write(&task, ACCESS_PRESENT | TYPE_TSS, 0);
    make(&ask);
  }
}

static void segment_selectors(void) {
  static const uint16_t named[] = {
    0, 1, 3, SELECTOR_BEYOND, SELECTOR_BEYOND | 3, SELECTOR_LDT_A | 3, SELECTOR_LDT_BEYOND | 3, 0xffff, 4, 7
  };
  for (unsigned i = 0; i < TASK_SEGMENT_COUNT * COUNT(named); i++) {
    unsigned index = i, segment = pick(&index, TASK_SEGMENT_COUNT), selector = named[index];
    struct ask ask = ask_by(BY_CALL, 3);
    struct task task = task_in_ring(3, true);
    if ((segment == TASK_CS && (selector & 3) < 3) || !trial_open("task.segment-selector")) continue;
    output_add(" segment=%u selector=%x", segment, selector);
    *tables_slot(SELECTOR_LDT_A) =
        descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(3) | (segment == TASK_CS ? TYPE_CODE : TYPE_DATA));
    task.segment[segment] = selector;
    task_write(&task, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_TSS, 0);
    make(&ask);
  }
}

void group_tasks(void) {
  if (LONG_MODE) return;
  descriptors();
  limits();
  gates();
  selectors();
  states();
  traps();
  segments();
  segment_selectors();
}
