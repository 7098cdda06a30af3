/* What the parts of the witness share: the instruction that the engine executes, and what it came to. */
#ifndef VM_WITNESS_H
#define VM_WITNESS_H

#include "arch/memory.h"
#include "ringside/witness.h"
#include "vm/vm.h"

enum { WITNESS_PAGES = 24 }; /* that one instruction writes to, and more */

struct witness {
  bool predicted;        /* transition[0] awaits its witness */
  uint64_t instructions; /* executed before it */
  /* Pages of RAM as they were before the engine wrote to them. */
  unsigned page_count;
  struct witness_page {
    uint64_t physical;
    uint8_t before[GUEST_PAGE_SIZE];
  } page[WITNESS_PAGES];
  struct rs_witness found;
};

/* One difference between what was predicted and what the engine made of it. */
struct witness_difference {
  const struct rs_transition *prediction;
  const struct rs_cpu *engine; /* its state after */
  bool refused;                /* it raised `vector` instead; the rest is not there */
  uint8_t vector;
  enum rs_register reg; /* RS_NO_REGISTER: the aligned 8 bytes of memory at `physical` */
  uint64_t physical;
  union rs_value ours, theirs;
};

/* witness_compare.c: after the engine has executed the instruction; whether everything was as predicted. */
bool witness_compare(struct rs_machine *vm);

/* The same of its refusal. */
void witness_note_refusal(struct rs_machine *vm, uint8_t vector);

/* Keeps a page as it is now, unless it is kept already. */
void witness_keep_page(struct rs_machine *vm, uint64_t physical);

/* Takes back what the engine has written. */
void witness_restore_pages(struct rs_machine *vm);

/* witness_errors.c: which known error of the engine the difference is. */
enum rs_engine_error witness_explain(const struct witness_difference *difference);

#endif
