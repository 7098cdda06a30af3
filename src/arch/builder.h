/* Builds a transition step by step: records checks, reads and writes, and keeps the state they lead to. */
#ifndef ARCH_BUILDER_H
#define ARCH_BUILDER_H

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "arch/bits.h"
#include "arch/memory.h"
#include "arch/paging.h"
#include "arch/registers.h"
#include "ringside/transition.h"

enum { BUILDER_PAGES = 64 }; /* pages that one transition can walk; asserted */

struct builder {
  const struct rs_cpu *before; /* = &out->before */
  struct rs_cpu *after;        /* = &out->after; follows every register write */
  const struct guest_memory *memory;
  struct rs_transition *out;
  /* The walks of this transition, so that each page is walked and told once per kind of access. */
  struct builder_page {
    uint64_t linear_page;
    uint64_t physical_page;
    const uint8_t *host; /* its bytes; NULL where there is no memory */
    uint16_t allowed;    /* set of access_bit(kind, privilege) that were checked and passed */
    uint16_t walk;       /* index of the first step of the walk */
  } page[BUILDER_PAGES];
  unsigned page_count;
  /* The last walk, of `walk_linear`: one that shares its upper entries reads and tells only the rest. It is
   * in `own_walk`, or among the walks that `memory` remembers. */
  const struct paging_walk *walk;
  struct paging_walk own_walk;
  uint64_t walk_linear;
  uint16_t walk_first; /* index of its first step, RS_NO_WALK when there is none to share */
  /* Steps that write memory, newest last: the overlay that later reads see. */
  uint16_t memory_write[128];
  unsigned memory_write_count;
  struct paging_reader entries; /* how walks see memory; all pending writes lie within its bounds */
  bool no_return;               /* see builder_pass_point_of_no_return */
  /* OR-ed into the error codes of #TS, #NP, #SS and #GP raised from here: ERROR_EXT while delivering an event
   * that is external to the program [SDM3 "Error Code"]. */
  uint32_t ext;
};

/* Starts `out` from `before`; `out->cause` keeps what the caller has set. */
void builder_start(struct builder *b, const struct rs_cpu *before, const struct guest_memory *memory,
                   struct rs_transition *out);

/* What a step is, but for its operands. */
struct step_head {
  enum rs_step_kind kind;
  bool passed;
  uint8_t size, level;
  unsigned id; /* enum rs_check or enum rs_item */
  enum rs_register reg;
  uint16_t walk;
};

/* The next free step, for the few writers of steps in arch. Of the union they write what the kind and the
 * item have; the rest keeps what was there, because clearing it would cost a fifth of a transition. Here,
 * like check, because a transition takes some fifty of them; and the head in one store, because field by
 * field it costs as much as all the rest. */
static inline struct rs_step *builder_step(struct builder *b, struct step_head head) {
  struct rs_transition *out = b->out;
  unsigned index = out->step_count;
  struct rs_step *step = &out->step[index];
  const uint64_t word = (uint64_t)head.kind | (uint64_t)head.passed << 8 | (uint64_t)head.size << 16 |
                        (uint64_t)head.level << 24 | (uint64_t)head.id << 32 | (uint64_t)head.reg << 48;
  assert(index < RS_STEP_LIMIT);
  static_assert(offsetof(struct rs_step, passed) == 1 && offsetof(struct rs_step, size) == 2 &&
                    offsetof(struct rs_step, level) == 3 && offsetof(struct rs_step, id) == 4 &&
                    offsetof(struct rs_step, reg) == 6 && offsetof(struct rs_step, walk) == sizeof word,
                "the head is written as one word");
  out->step_count = (uint16_t)(index + 1);
  memcpy(step, &word, sizeof word);
  step->walk = head.walk;
  return step;
}

/* Records a check, its operands in the order that its text names them (0 where there is none), and returns
 * `passed`, so that it reads: if (!check(b, ...)) return fault_code(b, ...). */
static inline bool check(struct builder *b, enum rs_check id, bool passed, uint64_t operand_a,
                         uint64_t operand_b, uint64_t operand_c, uint64_t operand_d) {
  const struct step_head head = { .kind = RS_STEP_CHECK, .passed = passed, .id = id, .walk = RS_NO_WALK };
  struct rs_step *step = builder_step(b, head);
  step->operand[0] = operand_a;
  step->operand[1] = operand_b;
  step->operand[2] = operand_c;
  step->operand[3] = operand_d;
  return passed;
}

/* A transition checks first and writes last: no register write may precede a fault (asserted), and of the
 * memory writes that do, the commit keeps only RS_ITEM_PAGE_ACCESSED_DIRTY. So what can fault is probed
 * before it is written. Task switches alone check after they have written, beyond their point of no return:
 * a fault from there on has the outcome RS_TASK_FAULTED.
 *
 * Outcome RS_FAULTED, decided by the last failed check. Always returns false, so that callers can return it.
 * fault_code ORs `b->ext` into the error code, and leaves it out in real mode, which has none
 * [SDM3 "8086 Emulation"]; fault_plain has no error code; fault_debug is #DB, for the reason that
 * `dr6` names. */
bool fault_code(struct builder *b, uint8_t vector, uint32_t error_code);
bool fault_plain(struct builder *b, uint8_t vector);
bool fault_debug(struct builder *b, uint32_t dr6);
bool fault_page(struct builder *b, uint32_t error_code, uint64_t cr2);

/* Adds the last step, a write of memory, to the pending ones. */
static inline void builder_memory_written(struct builder *b, uint64_t physical, unsigned size) {
  assert(b->memory_write_count < sizeof b->memory_write / sizeof *b->memory_write);
  b->memory_write[b->memory_write_count++] = (uint16_t)(b->out->step_count - 1U);
  b->out->memory_writes++;
  if (physical < b->entries.pending_from) b->entries.pending_from = physical;
  if (physical + size > b->entries.pending_to) b->entries.pending_to = physical + size;
}

/* From here on a fault belongs to the new task, and all that was written before it stays. */
void builder_pass_point_of_no_return(struct builder *b);

/* A check whose failure is #GP(0), and the commonest of them: that CPL is 0, as it is in real-address mode
 * and is not in virtual-8086 mode. */
bool require(struct builder *b, enum rs_check id, bool passed, uint64_t operand_a, uint64_t operand_b,
             uint64_t operand_c);
bool require_ring_0(struct builder *b, enum rs_check id);

/* The head of a register's write. */
static inline struct rs_step *builder_write(struct builder *b, enum rs_register reg, uint8_t size) {
  const struct step_head head = {
    .kind = RS_STEP_WRITE, .size = size, .id = RS_ITEM_REGISTER, .reg = reg, .walk = RS_NO_WALK
  };
  struct rs_step *step = builder_step(b, head);
  static_assert(RS_REGISTER_COUNT <= 64, "rs_transition.written holds them all");
  b->out->written |= UINT64_C(1) << reg;
  step->write.linear = step->write.physical = 0;
  return step;
}

/* Records and applies a write of a register (the whole register, whatever its width). Which one is nearly
 * always known when this is compiled. */
static inline void write_register(struct builder *b, enum rs_register reg, uint64_t value) {
  if (reg >= RS_CR0 && reg <= RS_CR4) { /* what was walked before may no longer hold */
    b->page_count = 0;
    b->walk_first = RS_NO_WALK;
  }
  struct rs_step *step = builder_write(b, reg, sizeof value);
  step->write.old.word[0] = register_exchange(b->after, reg, value);
  step->write.old.word[1] = 0;
  step->write.new.word[0] = value;
  step->write.new.word[1] = 0;
}

void write_segment(struct builder *b, enum rs_register reg, const struct rs_segment *value);
void write_table(struct builder *b, enum rs_register reg, struct rs_table_register value);

/* The one register write that survives a fault: IRET ends the blocking of NMIs even when it faults
 * [SDM3 "Handling Multiple NMIs"]. */
void unblock_nmi(struct builder *b);

/* Records that an MSR, or any register that is a word, was read, and returns it. */
static inline uint64_t read_msr(struct builder *b, enum rs_register reg) {
  const struct step_head head = {
    .kind = RS_STEP_READ, .size = sizeof(uint64_t), .id = RS_ITEM_REGISTER, .reg = reg, .walk = RS_NO_WALK
  };
  struct rs_step *step = builder_step(b, head);
  step->read.linear = step->read.physical = 0;
  step->read.value.word[1] = 0;
  return step->read.value.word[0] = register_word(b->after, reg);
}

/* The last write of an instruction that falls through: RIP moves past it, and with it end the interrupt
 * shadow and RF [SDM3 "Instruction-Breakpoint Exception Condition"]. Outside 64-bit mode EIP wraps at 4 GiB,
 * in 16-bit code as well: at 64 KiB there is the segment's limit or nothing [SDM3 "Segment Wraparound"]. */
void advance_rip(struct builder *b, const struct rs_instruction *instruction);

/* The same for one that goes elsewhere; RF is the caller's, because some of them load it. */
void jump_to(struct builder *b, uint64_t rip);

/* jump_to for those that keep the flags, so that only RF ends. */
void branch_to(struct builder *b, uint64_t rip);

/* The address after the instruction. */
uint64_t rip_after(const struct rs_cpu *cpu, const struct rs_instruction *instruction);

#endif
