/* A second opinion on what POPF and IRET do to each flag, in the manuals' tables. */
#ifndef TESTS_ORACLE_FLAGS_ORACLE_H
#define TESTS_ORACLE_FLAGS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

enum oracle_flags_mode { ORACLE_FLAGS_REAL, ORACLE_FLAGS_V86, ORACLE_FLAGS_PROTECTED, ORACLE_FLAGS_LONG };

struct oracle_flags {
  enum oracle_flags_mode mode;
  bool is_iret;
  unsigned cpl, size; /* operand size in bytes */
  uint64_t old, popped;
};

/* False is #GP(0); else `*flags` is what they become. */
bool oracle_flags_after(const struct oracle_flags *question, uint64_t *flags);

#endif
