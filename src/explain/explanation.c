/* The order of culprits, and access to what failed. */
#include "explain/explanation.h"

#include <string.h>

const struct rs_step *failure_check(const struct explanation *e, unsigned i) {
  const struct rs_transition *transition = e->failure[i].transition;
  return &transition->step[transition->fault.check];
}

/* Those of the failure that is explained, or the others, from `count` on; where each goes is kept in `place`.
 */
static unsigned culprits_take(const struct explanation *e, bool main, struct culprit *to, unsigned count,
                              int *place) {
  for (unsigned i = 0; i < e->culprit_count; i++) {
    if ((e->culprit[i].failure == e->main) != main) continue;
    place[i] = (int)count;
    to[count++] = e->culprit[i];
  }
  return count;
}

void culprits_order(struct explanation *e) {
  struct culprit ordered[CULPRIT_LIMIT];
  int place[CULPRIT_LIMIT];
  unsigned count = culprits_take(e, true, ordered, 0, place);
  culprits_take(e, false, ordered, count, place);
  for (unsigned i = 0; i < e->culprit_count; i++)
    if (ordered[i].from != NO_CULPRIT) ordered[i].from = place[ordered[i].from];
  memcpy(e->culprit, ordered, e->culprit_count * sizeof *ordered);
}
