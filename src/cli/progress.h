/* One line on the terminal that tells how far a long command has come, and is gone when it ends. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#include "ringside/trace.h"

/* Drawn by a thread of its own, after two seconds, so that nobody who works has to look at the clock. Nothing
 * of it happens where standard error is no terminal. */
struct progress {
  struct rs_trace_sink sink; /* counts instructions; first, because sinks know themselves alone */
  _Atomic uint64_t instructions;
  pthread_t thread;
  pthread_mutex_t lock; /* of what follows, and of the terminal */
  pthread_cond_t ends;
  bool wanted, running, ending, drawn;
  bool within_line; /* somebody else has begun one that has not ended */
  FILE *file;       /* a log that is read, or a trace that is written */
  uint64_t total;   /* of a log: its size */
};

/* To be called first. It must outlive the stream, whose locks are its own. */
void progress_init(struct progress *progress);

/* A stream to standard error of which no line stands within the progress. NULL when it cannot be had. */
FILE *progress_errors(struct progress *progress);

/* While `log` is read and what is made of it goes to `output`. */
void progress_read(struct progress *progress, FILE *log, FILE *output);

/* While `trace` is written and the guest may write to standard output; whether anything will be drawn, and
 * progress->sink is to count. */
bool progress_write(struct progress *progress, FILE *trace);

/* The line is gone, if there was one; nothing is to be ended where nothing began. */
void progress_end(struct progress *progress);

#endif
