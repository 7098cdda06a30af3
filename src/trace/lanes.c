/* Lanes: which are described, and what is open on them. */
#include "trace/lanes.h"

/* What a track's number is made of: Ringside's own, the process's place, and which of its tracks. */
#define LANE_UUID_BASE UINT64_C(0x52494e4700000000)
enum { LANE_UUID_PROCESS = 8, LANE_UUID_RING = 1, LANE_UUID_FUNCTIONS = 5 };

struct process *lanes_process(struct lanes *lanes, const struct rs_task *task) {
  if (task->id > INT32_MAX) return &lanes->process[0]; /* Perfetto's have 31 bits */
  for (unsigned i = 0; i < lanes->count; i++)
    if (lanes->process[i].id == task->id) return &lanes->process[i];
  if (lanes->count == LANE_PROCESSES) return &lanes->process[0];
  struct process *process = &lanes->process[lanes->count++];
  process->id = task->id;
  return process;
}

static uint64_t process_uuid(const struct lanes *lanes, const struct process *process) {
  return LANE_UUID_BASE + ((uint64_t)(process - lanes->process) + 1) * (1 << LANE_UUID_PROCESS);
}

static void process_describe(struct lanes *lanes, struct process *process, const char *name) {
  if (process->described) return;
  process->described = true;
  const struct packet_track track = { .uuid = process_uuid(lanes, process),
                                      .process = process->id,
                                      .name = process->id ? name : "guest" };
  packets_track(&lanes->packets, &track);
}

/* The program's lane stands above the kernel's, and each one's functions below it. */
static uint64_t child_describe(struct lanes *lanes, struct process *process, unsigned ring, bool functions,
                               const char *name) {
  process_describe(lanes, process, name);
  char text[24];
  snprintf(text, sizeof text, functions ? "ring %u functions" : "ring %u", ring);
  uint64_t parent = process_uuid(lanes, process);
  const struct packet_track track = {
    .uuid = parent + (functions ? LANE_UUID_FUNCTIONS : LANE_UUID_RING) + ring,
    .parent = parent,
    .rank = 2 * (3 - ring) + functions,
    .name = text,
  };
  packets_track(&lanes->packets, &track);
  return track.uuid;
}

uint64_t lane_track(struct lanes *lanes, struct process *process, unsigned ring, const char *name) {
  struct lane *lane = &process->ring[ring];
  if (!lane->uuid) lane->uuid = child_describe(lanes, process, ring, false, name);
  return lane->uuid;
}

uint64_t lane_function_track(struct lanes *lanes, struct process *process, unsigned ring, const char *name) {
  struct lane *lane = &process->ring[ring];
  if (!lane->functions) lane->functions = child_describe(lanes, process, ring, true, name);
  return lane->functions;
}

bool lane_push(struct lane *lane, uint64_t number) {
  if (lane->depth == LANE_DEPTH) return false;
  lane->open[lane->depth++] = number;
  return true;
}

void lane_pop(struct lanes *lanes, struct lane *lane, bool unfinished) {
  lane->depth--;
  event_begin(&lanes->packets, PACKET_SLICE_END, lane->uuid, lanes->time);
  if (unfinished) event_truth(&lanes->packets, PACKET_NOTE_UNFINISHED, true);
  event_end(&lanes->packets);
}

bool lane_has(const struct lane *lane, uint64_t number) {
  for (unsigned i = 0; i < lane->depth; i++)
    if (lane->open[i] == number) return true;
  return false;
}

void lane_clear(struct lanes *lanes, struct lane *lane) {
  while (lane->depth)
    lane_pop(lanes, lane, lane->open[lane->depth - 1] != 0);
}

void lanes_clear(struct lanes *lanes) {
  for (unsigned i = 0; i < lanes->count; i++)
    for (unsigned ring = 0; ring < 4; ring++) {
      lane_clear(lanes, &lanes->process[i].ring[ring]);
      lane_function_end(lanes, &lanes->process[i].ring[ring]);
    }
}

void lane_function_end(struct lanes *lanes, struct lane *lane) {
  if (!lane->function) return;
  lane->function = NULL;
  event_begin(&lanes->packets, PACKET_SLICE_END, lane->functions, lanes->time);
  event_end(&lanes->packets);
}
