/* A second opinion on delivery through the IDT: from the gate, the handler's segment and the stacks, what
 * must happen. */
#ifndef TESTS_ORACLE_GATE_ORACLE_H
#define TESTS_ORACLE_GATE_ORACLE_H

#include "oracle/stack_oracle.h"

enum oracle_source {
  ORACLE_SOFTWARE,
  ORACLE_PRIVILEGED_SOFTWARE,
  ORACLE_EXCEPTION,
  ORACLE_EXTERNAL,
  ORACLE_NMI,
  ORACLE_SOURCES
};

struct oracle_delivery {
  enum oracle_mode mode;
  enum oracle_source source;
  unsigned cpl;
  uint8_t vector;
  bool has_error_code;
  uint64_t flags;
  struct oracle_tables tables;
  uint32_t idt_limit;
  struct oracle_gate {
    uint8_t type; /* with S as the fifth bit */
    uint8_t dpl, ist;
    bool present;
    uint16_t selector;
    uint64_t offset; /* every bit of the offset fields */
  } gate;
  struct oracle_descriptor code; /* that the gate's selector leads to, if it leads anywhere */
  struct oracle_tss tss;         /* with the stack for the handler's ring, in long mode for the ring or IST */
  struct oracle_stack current;   /* that of the interrupted code */
};

enum oracle_ending { ORACLE_COMPLETED, ORACLE_FAULTED, ORACLE_TASK_SWITCH };

struct oracle_entry {
  enum oracle_ending ending;
  uint8_t vector; /* of the fault */
  uint32_t error_code;
  unsigned ring;
  bool switched;        /* to the stack that the TSS gives */
  unsigned words, size; /* pushed, and bytes of each */
  uint64_t pointer, target, flags;
};

void oracle_deliver(const struct oracle_delivery *delivery, struct oracle_entry *out);

#endif
