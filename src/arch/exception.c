/* Classes of exceptions, faults within faults up to shutdown, and the requests that deliver them. */
#include "arch/exception.h"

#include <assert.h>

#include "arch/builder.h"
#include "arch/perform.h"

#define VECTOR_BIT(vector) (UINT32_C(1) << (vector))

static bool vector_in(uint32_t set, uint8_t vector) {
  return vector < 32 && set >> vector & 1;
}

enum exception_class exception_class_of(enum rs_interrupt_source source, uint8_t vector) {
  static const uint32_t contributory = VECTOR_BIT(VECTOR_DE) | VECTOR_BIT(VECTOR_TS) | VECTOR_BIT(VECTOR_NP) |
                                       VECTOR_BIT(VECTOR_SS) | VECTOR_BIT(VECTOR_GP) | VECTOR_BIT(VECTOR_CP);
  if (source != RS_SOURCE_EXCEPTION) return EXCEPTION_BENIGN;
  if (vector == VECTOR_DF) return EXCEPTION_DOUBLE_FAULT;
  if (vector == VECTOR_PF) return EXCEPTION_PAGE_FAULT;
  return vector_in(contributory, vector) ? EXCEPTION_CONTRIBUTORY : EXCEPTION_BENIGN;
}

bool exception_has_error_code(uint8_t vector) {
  static const uint32_t set = VECTOR_BIT(VECTOR_DF) | VECTOR_BIT(VECTOR_TS) | VECTOR_BIT(VECTOR_NP) |
                              VECTOR_BIT(VECTOR_SS) | VECTOR_BIT(VECTOR_GP) | VECTOR_BIT(VECTOR_PF) |
                              VECTOR_BIT(VECTOR_AC) | VECTOR_BIT(VECTOR_CP);
  return vector_in(set, vector);
}

bool exception_is_fault(uint8_t vector) {
  static const uint32_t set = VECTOR_BIT(VECTOR_DE) | VECTOR_BIT(VECTOR_BR) | VECTOR_BIT(VECTOR_UD) |
                              VECTOR_BIT(VECTOR_NM) | VECTOR_BIT(VECTOR_TS) | VECTOR_BIT(VECTOR_NP) |
                              VECTOR_BIT(VECTOR_SS) | VECTOR_BIT(VECTOR_GP) | VECTOR_BIT(VECTOR_PF) |
                              VECTOR_BIT(VECTOR_MF) | VECTOR_BIT(VECTOR_AC) | VECTOR_BIT(VECTOR_XM) |
                              VECTOR_BIT(VECTOR_CP);
  return vector_in(set, vector);
}

struct rs_interrupt_request exception_request(const struct rs_fault *fault, uint64_t rip) {
  return (struct rs_interrupt_request){
    .vector = fault->vector,
    .source = RS_SOURCE_EXCEPTION,
    .has_error_code = fault->has_error_code,
    .error_code = fault->error_code,
    .has_cr2 = fault->has_cr2,
    .cr2 = fault->cr2,
    .dr6 = fault->dr6,
    .return_rip = rip,
  };
}

bool exception_combine(const struct rs_interrupt_request *first, const struct rs_fault *second,
                       uint64_t return_rip, struct rs_interrupt_request *next) {
  /* [SDM3 "Conditions for Generating a Double Fault"]: rows the first class, columns the second. */
  static const enum {
    SERIAL,
    DOUBLE,
    SHUTDOWN
  } verdict[4][3] = {
    [EXCEPTION_BENIGN] = { SERIAL, SERIAL, SERIAL },
    [EXCEPTION_CONTRIBUTORY] = { SERIAL, DOUBLE, SERIAL },
    [EXCEPTION_PAGE_FAULT] = { SERIAL, DOUBLE, DOUBLE },
    [EXCEPTION_DOUBLE_FAULT] = { SERIAL, SHUTDOWN, SHUTDOWN },
  };
  enum exception_class old = exception_class_of(first->source, first->vector);
  enum exception_class new = exception_class_of(RS_SOURCE_EXCEPTION, second->vector);
  assert(new < EXCEPTION_DOUBLE_FAULT); /* no transition raises #DF: it is made here */
  if (verdict[old][new] == SHUTDOWN) return false;
  *next = exception_request(second, return_rip);
  if (verdict[old][new] == DOUBLE) {
    next->vector = VECTOR_DF;
    next->has_error_code = true;
    next->error_code = 0;
  }
  next->dr6 |= first->dr6;                  /* the first has written it already */
  if (first->has_cr2 && !second->has_cr2) { /* the first page fault has written CR2 already */
    next->has_cr2 = true;
    next->cr2 = first->cr2;
  }
  return true;
}

void shutdown_enter(const struct rs_cpu *before, const struct rs_interrupt_request *first,
                    struct rs_transition *out) {
  static const struct guest_memory none = { 0 };
  struct builder b;
  builder_start(&b, before, &none, out);
  out->cause.mechanism = RS_MECHANISM_SHUTDOWN;
  out->cause.interrupt = *first;
  check(&b, RS_CHECK_FAULT_DELIVERABLE, false, first->vector, 0, 0, 0);
  if (first->has_cr2) write_register(&b, RS_CR2, first->cr2);
  out->outcome = RS_SHUTDOWN;
}
