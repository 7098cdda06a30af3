/* Runs one round trip and keeps its two instructions, the processor before each, and the guest's memory. */
#include "bench/snapshot.h"

#include <stdlib.h>

struct catcher {
  struct rs_trace_sink sink; /* first */
  struct snapshot *snapshot;
};

static void half_keep(struct snapshot_half *half, const struct rs_transition *transition) {
  half->known = true;
  half->cpu = transition->before;
  half->instruction = transition->cause.instruction;
}

/* The first transition out of ring 3, and the one after it. */
static void catch_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct snapshot *snapshot = ((struct catcher *)sink)->snapshot;
  if (snapshot->enter.known && !snapshot->leave.known) half_keep(&snapshot->leave, event->transition);
  if (!snapshot->enter.known && event->transition->before.cpl == 3)
    half_keep(&snapshot->enter, event->transition);
}

enum rs_status snapshot_take(const struct subject_run *run, struct snapshot *out, struct rs_error *error) {
  struct subject_run once = *run;
  struct catcher catcher = { { .level = RS_TRACE_TRANSITIONS, .transition = catch_transition }, out };
  struct rs_machine *machine;
  double ns;
  once.count = 1;
  *out = (struct snapshot){ .memory = aligned_alloc(GUEST_PAGE_SIZE, SNAPSHOT_MEMORY) };
  if (!out->memory) return rs_fail(error, RS_OUT_OF_MEMORY, "no memory for a copy of the guest's");
  enum rs_status status = machine_run_guest(&once, &catcher.sink, &ns, &machine, error);
  if (!status) {
    size_t copied = rs_machine_peek(machine, 0, out->memory, SNAPSHOT_MEMORY);
    if (copied != SNAPSHOT_MEMORY || !out->leave.known)
      status = rs_fail(error, RS_BAD_IMAGE, "how=%s: no round trip was seen", run->how);
    rs_machine_free(machine);
  }
  if (status) snapshot_free(out);
  return status;
}

void snapshot_free(struct snapshot *snapshot) {
  free(snapshot->memory);
  snapshot->memory = NULL;
}

struct guest_memory snapshot_view(struct snapshot *snapshot) {
  return (
      struct guest_memory){ .ram = snapshot->memory, .ram_size = SNAPSHOT_MEMORY, .memo = &snapshot->walks };
}
