/* An open log: what its parts share. */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include "log/frames.h"
#include "log/reader.h"

struct rs_log {
  const char *name;
  struct log_frames frames;
  struct coder coder;
  struct log_state state;
  struct log_facts facts;
  struct rs_symbols *symbols;
  struct symbol_image *image; /* being collected */
  uint32_t image_index;
  uint64_t first;                /* the index of the first frame that holds events */
  uint32_t entered;              /* the number of the frame of events that is entered next */
  struct log_here here;          /* of the frame at hand, the one before it */
  uint32_t events;               /* read of the frame at hand */
  bool ended;                    /* the run's end has been told */
  uint64_t number, instructions; /* what the last whole record came to */
  /* The event at hand. */
  struct log_transition told;
  struct rs_instruction_event instruction;
  struct log_macro macro;
  struct rs_end_event end;
  struct rs_cpu before; /* after it: state.cpu */
  struct rs_transition transition;
};

/* Fails with RS_BAD_LOG: how far the log is whole, and `what` it is then; or with RS_IO_ERROR and errno. */
enum rs_status log_fail(const struct rs_log *log, const char *what, struct rs_error *error);
enum rs_status log_fail_reading(const struct rs_log *log, struct rs_error *error);

/* Reads the next frame; `*there` is false where the file ends instead. */
enum rs_status log_frame(struct rs_log *log, bool *there, struct rs_error *error);

/* Reads the next frame of events, and what had come about before it. */
enum rs_status log_enter(struct rs_log *log, bool *there, struct rs_error *error);

#endif
