/* The order of culprits, and access to what failed. */
#include "explain/explanation.h"

#include <string.h>

const struct rs_step *failure_check(const struct explanation *e, unsigned i) {
  const struct rs_transition *transition = e->failure[i].transition;
  return &transition->step[transition->fault.check];
}

struct order {
  struct culprit culprit[CULPRIT_LIMIT];
  int place[CULPRIT_LIMIT]; /* where each one goes */
  unsigned count;
};

/* Those of the failure that is explained, or the others, at one distance. */
static void order_take(struct order *order, const struct explanation *e, bool main, unsigned depth) {
  for (unsigned i = 0; i < e->culprit_count; i++) {
    const struct culprit *culprit = &e->culprit[i];
    if ((culprit->failure == e->main) != main || culprit->depth != depth) continue;
    order->place[i] = (int)order->count;
    order->culprit[order->count++] = *culprit;
  }
}

void culprits_order(struct explanation *e) {
  struct order order = { .count = 0 };
  for (unsigned depth = 0; depth <= CULPRIT_DEPTH; depth++)
    order_take(&order, e, true, depth);
  for (unsigned depth = 0; depth <= CULPRIT_DEPTH; depth++)
    order_take(&order, e, false, depth);
  for (unsigned i = 0; i < order.count; i++)
    if (order.culprit[i].from != NO_CULPRIT) order.culprit[i].from = order.place[order.culprit[i].from];
  memcpy(e->culprit, order.culprit, e->culprit_count * sizeof *e->culprit);
}
