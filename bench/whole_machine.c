/* The whole of Ringside, through its public interface, with a sink that counts or one that keeps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/snapshot.h"
#include "bench/subject.h"
#include "parameters.h"

enum { MEMORY = 16 << 20, EXIT_STATUS = DONE << 1 | 1, KEPT = 256 << 10 };

enum rs_status machine_run_guest(const struct subject_run *run, struct rs_trace_sink *sink, double *ns,
                                 struct rs_machine **out, struct rs_error *error) {
  char command_line[64];
  struct rs_end_event end;
  const struct rs_machine_config config = { .model = RS_CPU_INTEL, .memory = MEMORY, .limit = UINT64_MAX };
  snprintf(command_line, sizeof command_line, "how=%s n=%u", run->how, run->count);
  enum rs_status status = rs_machine_create(&config, out, error);
  if (status) return status;
  status = rs_machine_boot(*out, &run->image, command_line, NULL, 0, error);
  if (!status) status = rs_machine_subscribe(*out, sink);
  double start = clock_processor_time();
  if (!status) status = rs_machine_run(*out, &end, error);
  *ns = clock_processor_time() - start;
  if (!status && (end.reason != RS_END_EXIT || end.status != EXIT_STATUS))
    status = rs_fail(error, RS_BAD_IMAGE, "how=%s ended by reason %d with status %d at %#llx", run->how,
                     end.reason, end.status, (unsigned long long)end.rip);
  if (status) {
    rs_machine_free(*out);
    *out = NULL;
  }
  return status;
}

struct counter {
  struct rs_trace_sink sink; /* first */
  uint64_t transitions;
};

static void count_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  (void)event;
  ((struct counter *)sink)->transitions++;
}

enum rs_status subject_machine(const struct subject_run *run, double *ns, struct rs_error *error) {
  struct counter counter = { .sink = { .level = RS_TRACE_TRANSITIONS, .transition = count_transition } };
  struct rs_machine *machine;
  enum rs_status status = machine_run_guest(run, &counter.sink, ns, &machine, error);
  if (status) return status;
  rs_machine_free(machine);
  return RS_OK;
}

/* The last transitions, as they were told: cause, outcome, the state before, and every step. The state after
 * any step follows from these. */
struct recorder {
  struct rs_trace_sink sink; /* first */
  uint64_t transitions;
  size_t used;
  uint8_t kept[KEPT];
};

static void keep_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct recorder *recorder = (struct recorder *)sink;
  const struct rs_transition *transition = event->transition;
  size_t head = offsetof(struct rs_transition, after);
  size_t steps = transition->step_count * sizeof *transition->step;
  if (recorder->used + head + steps > sizeof recorder->kept) recorder->used = 0;
  memcpy(recorder->kept + recorder->used, transition, head);
  memcpy(recorder->kept + recorder->used + head, transition->step, steps);
  recorder->used += head + steps;
  recorder->transitions++;
}

enum rs_status subject_recorded(const struct subject_run *run, double *ns, struct rs_error *error) {
  struct rs_machine *machine;
  struct recorder *recorder = calloc(1, sizeof *recorder);
  if (!recorder) return rs_fail(error, RS_OUT_OF_MEMORY, "no memory to record in");
  recorder->sink = (struct rs_trace_sink){ .level = RS_TRACE_STEPS, .transition = keep_transition };
  enum rs_status status = machine_run_guest(run, &recorder->sink, ns, &machine, error);
  if (!status) rs_machine_free(machine);
  if (!status && recorder->transitions < 2 * (uint64_t)run->count)
    status = rs_fail(error, RS_BAD_ARGUMENT, "how=%s: only %llu transitions were told", run->how,
                     (unsigned long long)recorder->transitions);
  free(recorder);
  return status;
}
