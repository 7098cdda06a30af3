/* A second opinion on far JMP and far CALL: to code, through call gates, and to tasks. */
#ifndef TESTS_ORACLE_TRANSFER_ORACLE_H
#define TESTS_ORACLE_TRANSFER_ORACLE_H

#include "oracle/stack_oracle.h"

/* The types of what a far pointer may name, beside code. */
enum oracle_target_type {
  ORACLE_TSS_16 = 1,
  ORACLE_CALL_GATE_16 = 4,
  ORACLE_TASK_GATE = 5,
  ORACLE_TSS = 9,
  ORACLE_CALL_GATE = 12,
};

struct oracle_transfer {
  enum oracle_mode mode;
  bool is_call;
  unsigned cpl, size; /* operand size in bytes */
  uint16_t selector;  /* of the far pointer */
  uint64_t offset;
  struct oracle_tables tables;
  struct oracle_descriptor named; /* what the selector leads to; of a gate type, DPL and P count */
  struct oracle_gate_target {
    uint16_t selector;
    uint64_t offset; /* every bit of the offset fields */
    uint8_t parameters;
  } gate;
  struct oracle_descriptor code; /* what the gate's selector leads to */
  struct oracle_tss tss;         /* with the stack for the gate's ring */
  struct oracle_stack current;
};

struct oracle_transferred {
  struct oracle_refusal refusal;
  bool switches_task;
  unsigned ring;
  bool inward;          /* with the stack of the TSS */
  unsigned words, size; /* pushed, and bytes of each */
  uint64_t pointer, target;
};

struct oracle_transferred oracle_transfer(const struct oracle_transfer *t);

#endif
