/* The comparison of two processor states. */
#include "trace/changes.h"

#include <stddef.h>
#include <string.h>

#include "trace/fields.h"

bool values_differ(enum rs_register reg, const union rs_value *a, const union rs_value *b) {
  if (register_is_segment(reg))
    return a->segment.selector != b->segment.selector || a->segment.base != b->segment.base ||
           a->segment.limit != b->segment.limit || a->segment.attributes != b->segment.attributes;
  if (register_is_table(reg)) return a->table.base != b->table.base || a->table.limit != b->table.limit;
  return a->word[0] != b->word[0];
}

bool register_differs(const struct rs_cpu *before, const struct rs_cpu *after, enum rs_register reg) {
  union rs_value old = rs_cpu_get(before, reg), new = rs_cpu_get(after, reg);
  return values_differ(reg, &old, &new);
}

/* Most instructions change general registers and flags alone. The bytes between the members of a segment may
 * differ where no member does; then the members are compared for nothing. */
static bool system_state_is_equal(const struct rs_cpu *before, const struct rs_cpu *after) {
  size_t first = offsetof(struct rs_cpu, segment), size = offsetof(struct rs_cpu, tsc) - first;
  return memcmp((const char *)before + first, (const char *)after + first, size) == 0 &&
         before->cpl == after->cpl && before->interrupt_shadow == after->interrupt_shadow &&
         before->nmi_blocked == after->nmi_blocked && before->halted == after->halted;
}

unsigned changes_list(const struct rs_cpu *before, const struct rs_cpu *after,
                      enum rs_register changed[RS_REGISTER_COUNT]) {
  unsigned count = 0;
  bool general_alone = system_state_is_equal(before, after);
  unsigned end = general_alone ? RS_RFLAGS + 1 : RS_REGISTER_COUNT;
  for (unsigned i = RS_RAX; i < end; i++) {
    enum rs_register reg = (enum rs_register)i;
    if (reg == RS_RIP || reg == RS_TSC) continue;
    if (register_differs(before, after, reg)) changed[count++] = reg;
  }
  return count;
}
