/* A second opinion on segments: loads of segment registers, far returns and IRET, LDTR and TR, and the
 * instructions that look at descriptors. */
#ifndef TESTS_ORACLE_SEGMENT_ORACLE_H
#define TESTS_ORACLE_SEGMENT_ORACLE_H

#include "oracle/descriptor_oracle.h"

/* A selector, where it is looked for, by whom, and the descriptor that it leads to. */
struct oracle_lookup {
  enum oracle_mode mode;
  unsigned cpl;
  uint16_t selector;
  struct oracle_tables tables;
  struct oracle_descriptor found;
  uint64_t upper; /* the second half of a system descriptor of long mode; the base's lower half is 0 */
  bool amd;
};

/* MOV to DS, ES, FS or GS, and to SS. */
struct oracle_refusal oracle_load_data(const struct oracle_lookup *lookup);
struct oracle_refusal oracle_load_stack(const struct oracle_lookup *lookup);

/* LLDT and LTR. */
struct oracle_refusal oracle_load_ldt(const struct oracle_lookup *lookup);
struct oracle_refusal oracle_load_task(const struct oracle_lookup *lookup);

/* Whether ZF is set by LAR, LSL, VERR and VERW. */
enum oracle_inspection { ORACLE_LAR, ORACLE_LSL, ORACLE_VERR, ORACLE_VERW };
bool oracle_inspect(enum oracle_inspection what, const struct oracle_lookup *lookup);

/* Far RET and IRET. */
struct oracle_return {
  struct oracle_lookup code, stack; /* the popped selectors; `stack` where one is popped */
  bool is_iret;
  uint64_t ip;
};

struct oracle_returned {
  struct oracle_refusal refusal;
  unsigned ring;
  bool pops_stack;
};

struct oracle_returned oracle_return(const struct oracle_return *r);

#endif
