/* What the manuals say of each exception vector. */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "ringside/transition.h"

/* [SDM3 "Conditions for Generating a Double Fault"] */
enum exception_class {
  EXCEPTION_BENIGN,
  EXCEPTION_CONTRIBUTORY,
  EXCEPTION_PAGE_FAULT,
  EXCEPTION_DOUBLE_FAULT
};

/* Software interrupts, external interrupts and NMIs are benign whatever their vector. */
enum exception_class exception_class_of(enum rs_interrupt_source source, uint8_t vector);

/* True for exceptions that push an error code in protected and long mode [SDM3 "Error Code"]. */
bool exception_has_error_code(uint8_t vector);

/* True for exceptions whose return address is that of the instruction, so that it is executed again: their
 * handler finds RF set in the pushed flags [SDM3 "Instruction-Breakpoint Exception Condition"]. #DB, which is
 * of either kind, and the aborts do not count. */
bool exception_is_fault(uint8_t vector);

#endif
