/* What an event is told by in lists and headlines. */
#ifndef VIEWER_TELLING_H
#define VIEWER_TELLING_H

#include "log/reader.h"
#include "trace/headline.h"

enum { TELLING_LINE = 1024, TELLING_PARAGRAPH = 2048, TELLING_CAUSE = 24 };

struct telling {
  char headline[TELLING_LINE];  /* as `ringside show` has it, with the colours of trace/output.h */
  char brief[TELLING_LINE];     /* shorter, without the places, which leaves room for the system call */
  char more[TELLING_PARAGRAPH]; /* why the processor shut down, or "" */
  char cause[TELLING_CAUSE];    /* "syscall", "#PF"; "" of what is no transition */
};

/* Of any event but an instruction, which the story has been told of. */
void telling_fill(struct telling *telling, const struct story *story, const struct log_event *event);

#endif
