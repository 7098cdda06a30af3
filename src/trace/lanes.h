/* The tracks of a Perfetto trace, a lane for each ring of each process, and the slices open on them. */
#ifndef TRACE_LANES_H
#define TRACE_LANES_H

#include "trace/packets.h"

enum {
  LANE_DEPTH = 32,     /* slices within slices; entries beyond are not drawn as slices */
  LANE_PROCESSES = 256 /* of more, the rest is drawn as if the guest told of none */
};

/* What one ring of a process does. The numbers are those of the transitions that the slices began with; 0 is
 * a slice that no entry began: running. */
struct lane {
  uint64_t uuid;      /* 0: not described yet */
  uint64_t functions; /* the track of its functions, the same */
  unsigned depth;
  uint64_t open[LANE_DEPTH];
  const char *function; /* that executes, NULL: none is known */
};

struct process {
  uint32_t id; /* 0: the guest as a whole */
  bool described;
  struct lane ring[4];
};

/* Zeroed at the start, but for packets_init and a count of 1: the guest as a whole is process 0. */
struct lanes {
  struct packets packets;
  uint64_t time; /* of what was told last: time never goes back */
  unsigned count;
  struct process process[LANE_PROCESSES];
};

/* The process that is this task. */
struct process *lanes_process(struct lanes *lanes, const struct rs_task *task);

/* The track of the lane, or of its functions, which is described first where it is new. */
uint64_t lane_track(struct lanes *lanes, struct process *process, unsigned ring, const char *name);
uint64_t lane_function_track(struct lanes *lanes, struct process *process, unsigned ring, const char *name);

/* The slice is drawn by the caller; false when there is no room for another one. */
bool lane_push(struct lane *lane, uint64_t number);

/* Ends the innermost slice now. */
void lane_pop(struct lanes *lanes, struct lane *lane, bool unfinished);

/* Whether the slice of this entry is open. */
bool lane_has(const struct lane *lane, uint64_t number);

/* Ends all slices, of which entries stay unfinished. */
void lane_clear(struct lanes *lanes, struct lane *lane);
void lanes_clear(struct lanes *lanes);

/* Ends the function's slice. */
void lane_function_end(struct lanes *lanes, struct lane *lane);

#endif
