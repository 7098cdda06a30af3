/* Puts one delivery at a time to arch and to the oracle, and compares how they end. */
#ifndef TESTS_ORACLE_GATE_CASES_H
#define TESTS_ORACLE_GATE_CASES_H

#include "oracle/gate_oracle.h"
#include "oracle/stage.h"

enum { GATE_CODE = 0x10, GATE_STACK = 0x20, GATE_LOCAL = 4, GATE_VECTOR = 0x21 };

struct gate_subject {
  struct stage *stage;
  struct oracle_delivery d; /* the question; gate_agrees makes the stage what it says */
};

/* A delivery from `cpl` that completes in ring 0: a present interrupt gate of DPL 3 to 32-bit or 64-bit code,
 * and a good stack in the TSS. */
void gate_begin(struct gate_subject *g, struct stage *stage, enum oracle_mode mode, unsigned cpl);

/* Another ring for the handler and for its stack. */
void gate_ring(struct gate_subject *g, unsigned ring);

void gate_agrees(struct gate_subject *g);

/* Calls `judge` for every mode and ring. */
typedef void gate_judge(struct gate_subject *g);
void gate_every_mode(struct stage *stage, gate_judge *judge);

#endif
