/* Far transfers as the tables of [SDM2 "JMP"] and [SDM2 "CALL"]: one function for each kind of target. */
#include "oracle/transfer_oracle.h"

enum { NP = 11, SS = 12, GP = 13 };

static struct oracle_transferred refused(uint8_t vector, uint16_t selector) {
  return (struct oracle_transferred){ .refusal = oracle_refuse(vector, selector) };
}

/* Who may use a gate or a TSS: those for whom it could be a data segment. */
static bool may_use_named(const struct oracle_transfer *t) {
  return t->named.dpl >= t->cpl && t->named.dpl >= oracle_rpl(t->selector);
}

static bool target_is_in_code(const struct oracle_transfer *t, const struct oracle_descriptor *code,
                              uint64_t ip) {
  return oracle_is_long(t->mode) && code->l ? oracle_is_canonical(ip) : ip <= code->limit;
}

/* --- The end of every transfer to code --- */

struct arrival {
  const struct oracle_descriptor *code;
  unsigned ring, words, size;
  uint64_t ip;
};

static struct oracle_transferred arrive(const struct oracle_transfer *t, const struct arrival *a) {
  bool inward = a->ring < t->cpl;
  uint64_t top = inward ? oracle_pointer_of_tss(t->mode, &t->tss) : t->current.pointer;
  const struct oracle_descriptor *ss = inward ? &t->tss.stack.segment : &t->current.segment;
  bool looked_up = inward && !oracle_is_long(t->mode);
  if (t->is_call && ((inward && !oracle_pointer_is_loadable(t->mode, top)) ||
                     !oracle_stack_has_room(t->mode, ss, top, a->words, a->size)))
    return refused(SS, looked_up ? t->tss.ss : 0);
  if (!target_is_in_code(t, a->code, a->ip)) return refused(GP, 0);
  struct oracle_transferred out = { .ring = a->ring, .inward = inward, .target = a->ip, .pointer = top };
  if (!t->is_call) return out;
  out.words = a->words;
  out.size = a->size;
  out.pointer = oracle_pointer_after(t->mode, ss, top, a->words * a->size);
  return out;
}

/* --- Code --- */

/* "CONFORMING-CODE-SEGMENT" and "NONCONFORMING-CODE-SEGMENT" */
static struct oracle_transferred to_code(const struct oracle_transfer *t) {
  const struct oracle_descriptor *code = &t->named;
  bool is_long = oracle_is_long(t->mode), to_64_bit = is_long && code->l;
  bool permitted = oracle_is_conforming(code) ? code->dpl <= t->cpl
                                              : code->dpl == t->cpl && oracle_rpl(t->selector) <= t->cpl;
  if ((to_64_bit && code->db) || !permitted) return refused(GP, t->selector);
  if (!code->present) return refused(NP, t->selector);
  uint64_t ip = to_64_bit ? t->offset : t->offset % UINT64_C(0x100000000);
  return arrive(t, &(struct arrival){ code, t->cpl, 2, t->size, ip });
}

/* --- Call gates --- */

/* JMP stays in its ring; CALL goes to that of nonconforming code. */
static bool gate_code_is_permitted(const struct oracle_transfer *t) {
  const struct oracle_descriptor *code = &t->code;
  if (!oracle_is_code(code)) return false;
  if (oracle_is_long(t->mode) && (!code->l || code->db)) return false;
  if (t->is_call || oracle_is_conforming(code)) return code->dpl <= t->cpl;
  return code->dpl == t->cpl;
}

static struct oracle_transferred through_gate_to_ring(const struct oracle_transfer *t, unsigned ring) {
  bool is_long = oracle_is_long(t->mode), wide = t->named.type == ORACLE_CALL_GATE;
  struct arrival a = { &t->code, ring, 2, is_long ? 8 : wide ? 4 : 2, t->gate.offset };
  if (!wide) a.ip %= 0x10000;
  if (ring < t->cpl) {
    struct oracle_refusal refusal = oracle_stack_of_tss(t->mode, &t->tss, &t->tables, ring, 0);
    if (refusal.vector) return (struct oracle_transferred){ .refusal = refusal };
    a.words = 4 + (is_long ? 0U : t->gate.parameters);
  }
  return arrive(t, &a);
}

static struct oracle_transferred through_gate(const struct oracle_transfer *t) {
  bool is_long = oracle_is_long(t->mode), inward = t->is_call && !oracle_is_conforming(&t->code);
  if (!may_use_named(t)) return refused(GP, t->selector);
  if (!t->named.present) return refused(NP, t->selector);
  if (is_long && !oracle_tables_hold(&t->tables, t->selector, 16)) return refused(GP, t->selector);
  if (oracle_selector_is_null(t->gate.selector)) return refused(GP, 0);
  if (!oracle_tables_hold(&t->tables, t->gate.selector, 8) || !gate_code_is_permitted(t))
    return refused(GP, t->gate.selector);
  if (!t->code.present) return refused(NP, t->gate.selector);
  return through_gate_to_ring(t, inward ? t->code.dpl : t->cpl);
}

/* --- Tasks --- */

static struct oracle_transferred to_task(const struct oracle_descriptor *tss, uint16_t selector) {
  if (tss->type != ORACLE_TSS_16 && tss->type != ORACLE_TSS) return refused(GP, selector);
  if (!tss->present) return refused(NP, selector);
  return (struct oracle_transferred){ .switches_task = true };
}

static struct oracle_transferred through_task_gate(const struct oracle_transfer *t) {
  uint16_t selector = t->gate.selector;
  if (!may_use_named(t)) return refused(GP, t->selector);
  if (!t->named.present) return refused(NP, t->selector);
  if (oracle_selector_is_local(selector) || !oracle_tables_hold(&t->tables, selector, 8))
    return refused(GP, selector);
  return to_task(&t->code, selector);
}

static struct oracle_transferred to_named_task(const struct oracle_transfer *t) {
  if (!may_use_named(t) || oracle_selector_is_local(t->selector)) return refused(GP, t->selector);
  return to_task(&t->named, t->selector);
}

struct oracle_transferred oracle_transfer(const struct oracle_transfer *t) {
  bool is_long = oracle_is_long(t->mode);
  if (oracle_selector_is_null(t->selector)) return refused(GP, 0);
  if (!oracle_tables_hold(&t->tables, t->selector, 8)) return refused(GP, t->selector);
  if (oracle_is_code(&t->named)) return to_code(t);
  if (t->named.type == ORACLE_CALL_GATE || (!is_long && t->named.type == ORACLE_CALL_GATE_16))
    return through_gate(t);
  if (is_long) return refused(GP, t->selector);
  return t->named.type == ORACLE_TASK_GATE ? through_task_gate(t) : to_named_task(t);
}
