/* A run as a file: the sink that writes a log, and what prints one (docs/log-format.md). */
#ifndef RINGSIDE_LOG_H
#define RINGSIDE_LOG_H

#include "ringside/trace.h"

struct rs_log_options {
  enum rs_trace_level level;
  enum rs_cpu_model model;
  const char *program;              /* what runs; for whom it may concern */
  const struct rs_symbols *symbols; /* may be NULL; all of them are written at once */
  struct rs_memory_view memory;     /* for what system calls point to; read may be NULL */
};

/* Writes the log to `file`, which stays the caller's. NULL when memory is short. */
struct rs_trace_sink *rs_log_sink(FILE *file, const struct rs_log_options *options);

struct rs_log;

/* Opens a log, hostile input, at the present position of `file`, which stays the caller's and must outlive
 * it. RS_BAD_LOG: it is none, or of a newer format, or damaged or cut off before its first event. `name` is
 * for messages and must outlive the log, too. */
enum rs_status rs_log_open(FILE *file, const char *name, struct rs_log **out, struct rs_error *error);
void rs_log_close(struct rs_log *log);

/* The level it was recorded at, what ran, and the symbols it carries. */
enum rs_trace_level rs_log_level(const struct rs_log *log);
const char *rs_log_program(const struct rs_log *log);
const struct rs_symbols *rs_log_symbols(const struct rs_log *log);

/* What was read of the guest's memory when the event at hand was told; nothing else can be read. */
struct rs_memory_view rs_log_memory(struct rs_log *log);

/* Whether what was recorded is all that a trace at `level` tells. */
bool rs_log_has_level(const struct rs_log *log, enum rs_trace_level level);

/* Which events are to be told; zero-initialised: all. Those that are left out are followed all the same, so
 * that a return is told with the call it answers. */
struct rs_log_filter {
  bool by_ring, by_vector, by_mechanism, by_task, only_faults;
  uint8_t ring;                /* before or after the event */
  uint8_t vector;              /* delivered, or raised */
  enum rs_mechanism mechanism; /* of transitions and operations */
  uint32_t task;               /* the guest's process that runs after it */
  uint64_t from, to;           /* transitions' numbers, and what comes between them; `to` 0: to the end */
};

/* Feeds `sink` what a run at its level would have told it. RS_BAD_LOG when the log is damaged, or ends before
 * its run does; all that is whole has been told by then. */
enum rs_status rs_log_show(struct rs_log *log, const struct rs_log_filter *filter, struct rs_trace_sink *sink,
                           struct rs_error *error);

#endif
