/* A small run told to a log and to a text or JSON Lines sink at once, and logs shown from memory. */
#ifndef TESTS_LOG_SAMPLE_H
#define TESTS_LOG_SAMPLE_H

#include "ringside/log.h"

/* Text or a log in memory; freed by its owner. */
struct piece {
  char *bytes;
  size_t size;
};

enum sample_format { SAMPLE_TEXT, SAMPLE_JSONL };

/* `rounds` system calls with a fault, instructions and a macro-step each: the log, and what the sink of that
 * level and format told of the same run. */
void sample_run(unsigned rounds, enum rs_trace_level level, enum sample_format format, struct piece *log,
                struct piece *told);

/* What show prints of `log`, as far as it goes, and the status; `error` must be non-NULL. */
enum rs_status sample_show(const struct piece *log, enum rs_trace_level level, enum sample_format format,
                           const struct rs_log_filter *filter, struct piece *told, struct rs_error *error);

/* The same by a file that can be read but forward. */
enum rs_status sample_show_forward(const struct piece *log, enum rs_trace_level level,
                                   enum sample_format format, const struct rs_log_filter *filter,
                                   struct piece *told, struct rs_error *error);

#endif
