/* Seeking: by halves among the frames, each of which says what had come about before it; then event by event.
 */
#include "log/seek.h"

#include "log/log.h"

int log_position_compare(struct log_position a, struct log_position b) {
  if (a.frame != b.frame) return a.frame < b.frame ? -1 : 1;
  return (a.event > b.event) - (a.event < b.event);
}

bool log_can_go(const struct rs_log *log) {
  return log->frames.start >= 0;
}

struct log_position log_here(const struct rs_log *log) {
  bool within = log->ended || log->coder.at < log->coder.end;
  if (log->entered && within) return (struct log_position){ log->entered - 1, log->events };
  return (struct log_position){ log->entered, 0 };
}

/* The frame is the next one that is entered. */
static enum rs_status frame_go(struct rs_log *log, uint32_t frame, struct rs_error *error) {
  enum rs_status status = frames_find(&log->frames, error);
  if (status == RS_OK) status = frames_go(&log->frames, log->first + frame, error);
  if (status != RS_OK) return status;
  log->coder = (struct coder){ .at = log->frames.frame, .end = log->frames.frame };
  log->entered = frame;
  log->events = 0;
  log->ended = false;
  return RS_OK;
}

enum rs_status log_go(struct rs_log *log, struct log_position position, struct rs_error *error) {
  struct log_event event = { .kind = LOG_HERE };
  enum rs_status status = frame_go(log, position.frame, error);
  for (uint32_t i = 0; i < position.event && status == RS_OK && event.kind; i++)
    status = log_next(log, &event, error);
  return status;
}

enum rs_status log_count_frames(struct rs_log *log, uint32_t *count, struct rs_error *error) {
  enum rs_status status = frames_find(&log->frames, error);
  if (status != RS_OK) return status;
  *count = (uint32_t)(log->frames.count - log->first);
  if (log->frames.count > log->first) return RS_OK;
  return log_fail(log, "is cut off", error);
}

enum rs_status log_find_frame(struct rs_log *log, uint32_t frame, struct log_here *here,
                              struct rs_error *error) {
  bool there = false;
  enum rs_status status = frame_go(log, frame, error);
  if (status == RS_OK) status = log_enter(log, &there, error);
  if (status == RS_OK && !there) status = log_fail(log, "is cut off", error);
  if (status == RS_OK) *here = log->here;
  return status;
}

/* What is looked for: an event of at least `value`. */
struct goal {
  uint64_t (*of_frame)(const struct log_here *here); /* before its first event */
  uint64_t (*of_event)(const struct log_event *event);
  uint64_t value;
};

static uint64_t here_number(const struct log_here *here) {
  return here->number;
}

static uint64_t event_number(const struct log_event *event) {
  return event->kind == LOG_TRANSITION ? event->transition->number : 0;
}

static uint64_t here_instructions(const struct log_here *here) {
  return here->instructions;
}

static uint64_t event_instructions(const struct log_event *event) {
  switch (event->kind) {
  case LOG_TRANSITION: return event->transition->instructions;
  case LOG_INSTRUCTION: return event->instruction->instructions;
  case LOG_MACRO: return event->macro->instructions;
  default: return event->end->instructions;
  }
}

/* The last frame before which the goal had not been reached. */
static enum rs_status frame_find(struct rs_log *log, const struct goal *goal, uint32_t *frame,
                                 struct rs_error *error) {
  struct log_here here;
  uint32_t count = 0, first = 0;
  enum rs_status status = log_count_frames(log, &count, error);
  while (status == RS_OK && count - first > 1) {
    uint32_t middle = first + (count - first) / 2;
    status = log_find_frame(log, middle, &here, error);
    if (status == RS_OK && goal->of_frame(&here) < goal->value)
      first = middle;
    else
      count = middle;
  }
  *frame = first;
  return status;
}

static enum rs_status goal_find(struct rs_log *log, const struct goal *goal, struct log_position *out,
                                struct rs_error *error) {
  struct log_event event = { .kind = LOG_HERE };
  uint32_t frame;
  enum rs_status status = frame_find(log, goal, &frame, error);
  if (status == RS_OK) status = frame_go(log, frame, error);
  while (status == RS_OK && event.kind) {
    *out = log_here(log);
    status = log_next(log, &event, error);
    if (status == RS_OK && event.kind && goal->of_event(&event) >= goal->value) return RS_OK;
  }
  return status == RS_OK || status == RS_BAD_LOG ? log_find_last(log, out, error) : status;
}

enum rs_status log_find_transition(struct rs_log *log, uint64_t number, struct log_position *out,
                                   struct rs_error *error) {
  const struct goal goal = { here_number, event_number, number };
  return goal_find(log, &goal, out, error);
}

enum rs_status log_find_instruction(struct rs_log *log, uint64_t instructions, struct log_position *out,
                                    struct rs_error *error) {
  const struct goal goal = { here_instructions, event_instructions, instructions };
  return goal_find(log, &goal, out, error);
}

/* The last whole event of a frame; false in `*there` where it has none. */
static enum rs_status frame_last(struct rs_log *log, uint32_t frame, struct log_position *out, bool *there,
                                 struct rs_error *error) {
  struct log_event event = { .kind = LOG_HERE };
  *there = false;
  enum rs_status status = frame_go(log, frame, error);
  while (status == RS_OK && event.kind) {
    struct log_position here = log_here(log);
    if (here.frame != frame) return RS_OK;
    status = log_next(log, &event, error);
    if (status != RS_OK || !event.kind) break;
    *out = here;
    *there = true;
  }
  return status == RS_BAD_LOG ? RS_OK : status;
}

enum rs_status log_find_previous(struct rs_log *log, struct log_position position, struct log_position *out,
                                 bool *there, struct rs_error *error) {
  *there = position.event > 0;
  *out = (struct log_position){ position.frame, position.event - 1 };
  if (*there || position.frame == 0) return RS_OK;
  return frame_last(log, position.frame - 1, out, there, error);
}

enum rs_status log_find_last(struct rs_log *log, struct log_position *out, struct rs_error *error) {
  uint32_t count = 0;
  bool there = false;
  enum rs_status status = log_count_frames(log, &count, error);
  while (status == RS_OK && !there && count > 0)
    status = frame_last(log, --count, out, &there, error);
  return status == RS_OK && !there ? log_fail(log, "is damaged", error) : status;
}

enum rs_status log_follow_entries(struct rs_log *log, const struct log_here *here,
                                  void (*follow)(void *context, const struct rs_transition_event *event),
                                  void *context, struct rs_error *error) {
  enum rs_status status = RS_OK;
  for (unsigned i = 0; i < here->entry_count && status == RS_OK; i++) {
    struct log_position position;
    struct log_event event;
    status = log_find_transition(log, here->entry[i], &position, error);
    if (status == RS_OK) status = log_go(log, position, error);
    if (status == RS_OK) status = log_next(log, &event, error);
    if (status == RS_OK && event.kind == LOG_TRANSITION) follow(context, event.transition);
  }
  return status;
}
