/* What arch alone takes: both transitions of a round trip, computed again and again from the same state. */
#include <stdlib.h>

#include "arch/perform.h"
#include "bench/snapshot.h"

static bool half_perform(const struct snapshot_half *half, const struct guest_memory *memory,
                         struct rs_transition *out) {
  return instruction_perform(&half->cpu, memory, &half->instruction, out) == RS_COMPLETED;
}

static enum rs_status perform_all(struct snapshot *snapshot, uint32_t count, struct rs_error *error) {
  const struct guest_memory memory = snapshot_view(snapshot);
  struct rs_transition *out = malloc(sizeof *out);
  enum rs_status status = out ? RS_OK : rs_fail(error, RS_OUT_OF_MEMORY, "no memory for a transition");
  for (uint32_t i = 0; i < count && !status; i++)
    if (!half_perform(&snapshot->enter, &memory, out) || !half_perform(&snapshot->leave, &memory, out))
      status = rs_fail(error, RS_BAD_IMAGE, "arch alone: a transition did not complete");
  free(out);
  return status;
}

enum rs_status subject_arch(const struct subject_run *run, double *ns, struct rs_error *error) {
  struct snapshot snapshot;
  enum rs_status status = snapshot_take(run, &snapshot, error);
  if (status) return status;
  double start = clock_processor_time();
  status = perform_all(&snapshot, run->count, error);
  *ns = clock_processor_time() - start;
  snapshot_free(&snapshot);
  return status;
}
