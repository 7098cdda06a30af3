/* The state in which a round trip starts and returns, taken from a run of the whole machine. */
#ifndef BENCH_SNAPSHOT_H
#define BENCH_SNAPSHOT_H

#include "arch/walk.h"
#include "bench/subject.h"
#include "ringside/transition.h"

enum { SNAPSHOT_MEMORY = 2 << 20 }; /* what the guest maps, linear = physical */

/* One sensitive instruction and the processor before it. */
struct snapshot_half {
  bool known;
  struct rs_cpu cpu;
  struct rs_instruction instruction;
};

struct snapshot {
  struct snapshot_half enter, leave;
  uint8_t *memory; /* SNAPSHOT_MEMORY bytes, page-aligned; as it was at the end */
  struct walk_memo walks;
};

enum rs_status snapshot_take(const struct subject_run *run, struct snapshot *out, struct rs_error *error);
void snapshot_free(struct snapshot *snapshot);

struct guest_memory snapshot_view(struct snapshot *snapshot);

/* Runs the guest to its end, told to `sink`; the machine is the caller's to free, and NULL on failure. */
enum rs_status machine_run_guest(const struct subject_run *run, struct rs_trace_sink *sink, double *ns,
                                 struct rs_machine **out, struct rs_error *error);

#endif
