/* The rules of segments as sentences of the manuals, each naming what it refuses. */
#include "oracle/segment_oracle.h"

#include <stddef.h>

enum { NP = 11, SS = 12, GP = 13 };

static bool found_in_table(const struct oracle_lookup *l) {
  return oracle_tables_hold(&l->tables, l->selector, 8);
}

static bool is_conforming_code(const struct oracle_descriptor *d) {
  return oracle_is_code(d) && oracle_is_conforming(d);
}

static bool reaches_outward_or_level(const struct oracle_lookup *l) {
  return l->found.dpl >= l->cpl && l->found.dpl >= oracle_rpl(l->selector);
}

/* [SDM2 "MOV"]: "IF DS, ES, FS, or GS is loaded with non-NULL selector" */
struct oracle_refusal oracle_load_data(const struct oracle_lookup *l) {
  if (oracle_selector_is_null(l->selector)) return oracle_nothing_refused();
  if (!found_in_table(l) || !oracle_is_readable(&l->found) ||
      !(is_conforming_code(&l->found) || reaches_outward_or_level(l)))
    return oracle_refuse(GP, l->selector);
  return l->found.present ? oracle_nothing_refused() : oracle_refuse(NP, l->selector);
}

/* A stack of `ring`: "RPL, DPL and ring are the same, and the segment is writable data". */
static struct oracle_refusal stack_of_ring(const struct oracle_lookup *l, unsigned ring) {
  if (!found_in_table(l) || oracle_rpl(l->selector) != ring || l->found.dpl != ring ||
      !oracle_is_writable(&l->found))
    return oracle_refuse(GP, l->selector);
  return l->found.present ? oracle_nothing_refused() : oracle_refuse(SS, l->selector);
}

/* [SDM2 "MOV"]: 64-bit code of rings 0 to 2 may load a null SS with its own RPL. */
struct oracle_refusal oracle_load_stack(const struct oracle_lookup *l) {
  bool null_allowed = l->mode == ORACLE_64_BIT && l->cpl != 3 && l->cpl == oracle_rpl(l->selector);
  if (oracle_selector_is_null(l->selector))
    return null_allowed ? oracle_nothing_refused() : oracle_refuse(GP, 0);
  return stack_of_ring(l, l->cpl);
}

/* --- System segments --- */

/* [SDM3 "Segment Descriptor Tables in IA-32e Mode"]: a type of zero, and a base that is canonical in as many
 * bits as the processor has: 57 of Intel's profile, 48 of AMD's. */
static bool upper_half_is_good(const struct oracle_lookup *l) {
  uint64_t base = l->upper << 32, half = UINT64_C(1) << (l->amd ? 47 : 56);
  return (l->upper >> 40) % 32 == 0 && (base < half || base >= -half);
}

static struct oracle_refusal load_system(const struct oracle_lookup *l, bool type_is_right) {
  unsigned size = oracle_is_long(l->mode) ? 16 : 8;
  if (oracle_selector_is_local(l->selector) || !oracle_tables_hold(&l->tables, l->selector, size) ||
      !type_is_right)
    return oracle_refuse(GP, l->selector);
  if (!l->found.present) return oracle_refuse(NP, l->selector);
  return oracle_is_long(l->mode) && !upper_half_is_good(l) ? oracle_refuse(GP, l->selector)
                                                           : oracle_nothing_refused();
}

struct oracle_refusal oracle_load_ldt(const struct oracle_lookup *l) {
  if (l->cpl != 0) return oracle_refuse(GP, 0);
  return oracle_selector_is_null(l->selector) ? oracle_nothing_refused() : load_system(l, l->found.type == 2);
}

struct oracle_refusal oracle_load_task(const struct oracle_lookup *l) {
  bool available = l->found.type == 9 || (l->found.type == 1 && !oracle_is_long(l->mode));
  if (l->cpl != 0 || oracle_selector_is_null(l->selector)) return oracle_refuse(GP, 0);
  return load_system(l, available);
}

/* --- LAR, LSL, VERR, VERW --- */

/* The tables "Segment and Gate Types" of [SDM2 "LAR"] and [SDM2 "LSL"], by type: L what both inspect and A
 * what LAR alone inspects, in small letters where only outside IA-32e mode. */
static bool system_type_is_inspected(enum oracle_inspection what, const struct oracle_lookup *l) {
  static const char column[17] = ".lLlaa...L.LA...";
  char row = column[l->found.type];
  bool in_this_mode = row < 'a' || !oracle_is_long(l->mode);
  bool by_lar = row != '.', by_lsl = row == 'l' || row == 'L';
  return in_this_mode && (what == ORACLE_LAR ? by_lar : what == ORACLE_LSL && by_lsl);
}

bool oracle_inspect(enum oracle_inspection what, const struct oracle_lookup *l) {
  if (oracle_selector_is_null(l->selector) || !found_in_table(l)) return false;
  if (l->found.type < 16 && !system_type_is_inspected(what, l)) return false;
  if (!is_conforming_code(&l->found) && !reaches_outward_or_level(l)) return false;
  if (what == ORACLE_VERR) return oracle_is_readable(&l->found);
  return what != ORACLE_VERW || oracle_is_writable(&l->found);
}

/* --- Returns --- */

static bool returns_to_64_bit(const struct oracle_return *r) {
  return oracle_is_long(r->code.mode) && r->code.found.l;
}

/* [SDM2 "RET"], [SDM2 "IRET/IRETD/IRETQ"] */
static struct oracle_refusal return_code(const struct oracle_lookup *l) {
  const struct oracle_descriptor *code = &l->found;
  unsigned rpl = oracle_rpl(l->selector);
  if (oracle_selector_is_null(l->selector)) return oracle_refuse(GP, 0);
  if (!found_in_table(l) || !oracle_is_code(code) || rpl < l->cpl) return oracle_refuse(GP, l->selector);
  if (oracle_is_conforming(code) ? code->dpl > rpl : code->dpl != rpl) return oracle_refuse(GP, l->selector);
  if (oracle_is_long(l->mode) && code->l && code->db) return oracle_refuse(GP, l->selector);
  return code->present ? oracle_nothing_refused() : oracle_refuse(NP, l->selector);
}

/* Null only for 64-bit code of rings 0 to 2, with that ring as RPL. */
static struct oracle_refusal return_stack(const struct oracle_return *r, unsigned ring) {
  bool null_allowed = returns_to_64_bit(r) && ring != 3 && oracle_rpl(r->stack.selector) == ring;
  if (oracle_selector_is_null(r->stack.selector))
    return null_allowed ? oracle_nothing_refused() : oracle_refuse(GP, 0);
  return stack_of_ring(&r->stack, ring);
}

static bool target_is_reachable(const struct oracle_return *r) {
  return returns_to_64_bit(r) ? oracle_is_canonical(r->ip) : r->ip <= r->code.found.limit;
}

struct oracle_returned oracle_return(const struct oracle_return *r) {
  struct oracle_returned out = { .refusal = return_code(&r->code), .ring = oracle_rpl(r->code.selector) };
  out.pops_stack = out.ring > r->code.cpl || (r->is_iret && r->code.mode == ORACLE_64_BIT);
  if (!out.refusal.vector && out.pops_stack) out.refusal = return_stack(r, out.ring);
  if (!out.refusal.vector && !target_is_reachable(r)) out.refusal = oracle_refuse(GP, 0);
  return out;
}
