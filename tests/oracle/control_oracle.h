/* A second opinion on what may be loaded into CR0, CR4 and EFER, and what is in force afterwards. */
#ifndef TESTS_ORACLE_CONTROL_ORACLE_H
#define TESTS_ORACLE_CONTROL_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

struct oracle_control {
  bool amd;
  unsigned cpl;
  uint64_t cr0, cr4, efer;
  bool cs_l, tss_16;
  bool pdptes_good; /* as CR3 finds them */
};

enum oracle_control_register { ORACLE_CR0, ORACLE_CR4, ORACLE_EFER };

/* False is #GP(0); else `state` becomes what is in force. */
bool oracle_control_load(enum oracle_control_register which, uint64_t value, struct oracle_control *state);

#endif
