/* Operands by [SDM3 "Limit Checking"], [SDM3 "Type Checking"] and [SDM1 "Canonical Addressing"]. */
#include "oracle/operand_oracle.h"

enum { SS = 12, GP = 13 };

static bool is_typed(const struct oracle_operand *o) {
  return !o->is_real && o->mode != ORACLE_VIRTUAL_8086;
}

static bool type_permits(const struct oracle_operand *o) {
  if (!is_typed(o)) return true;
  return o->usable && (o->is_write ? oracle_is_writable(&o->segment) : oracle_is_readable(&o->segment));
}

/* The lowest and the highest offset that may be used. */
static bool bounds_permit(const struct oracle_operand *o) {
  uint64_t low = 0, high = o->segment.limit;
  if (oracle_is_expand_down(&o->segment)) {
    low = (uint64_t)o->segment.limit + 1;
    high = o->segment.db ? UINT32_MAX : UINT16_MAX;
  }
  for (uint64_t at = o->offset; at < o->offset + o->size; at++)
    if (at < low || at > high) return false;
  return true;
}

uint64_t oracle_operand_linear(const struct oracle_operand *o) {
  if (o->mode == ORACLE_64_BIT && !o->is_real) return o->is_based ? o->base + o->offset : o->offset;
  return (o->base + o->offset) % UINT64_C(0x100000000);
}

static bool address_permits(const struct oracle_operand *o) {
  uint64_t linear = oracle_operand_linear(o);
  return oracle_is_canonical(linear) && oracle_is_canonical(linear + o->size - 1);
}

struct oracle_refusal oracle_operand(const struct oracle_operand *o) {
  bool permitted = o->mode == ORACLE_64_BIT ? address_permits(o) : type_permits(o) && bounds_permit(o);
  return permitted ? oracle_nothing_refused() : oracle_refuse(o->is_stack ? SS : GP, 0);
}
