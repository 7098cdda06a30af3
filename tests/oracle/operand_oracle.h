/* A second opinion on memory operands: what the hidden part of a segment register lets an access reach. */
#ifndef TESTS_ORACLE_OPERAND_ORACLE_H
#define TESTS_ORACLE_OPERAND_ORACLE_H

#include "oracle/descriptor_oracle.h"

struct oracle_operand {
  enum oracle_mode mode;
  bool is_real;  /* real-address mode, whatever `mode` says */
  bool is_stack; /* by SS */
  bool is_based; /* by FS or GS, whose bases count in 64-bit mode */
  bool is_write;
  bool usable; /* of the register */
  struct oracle_descriptor segment;
  uint64_t base, offset;
  unsigned size; /* in bytes */
};

struct oracle_refusal oracle_operand(const struct oracle_operand *o);

/* Where an operand that is not refused lies. */
uint64_t oracle_operand_linear(const struct oracle_operand *o);

#endif
