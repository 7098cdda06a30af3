/* A log in a window, or one moment of it as a picture. */
#ifndef RINGSIDE_VIEW_H
#define RINGSIDE_VIEW_H

#include "ringside/log.h"

struct rs_view_options {
  const char *font;       /* a file; NULL: a monospaced font where systems usually have one */
  const char *screenshot; /* a PNG file to write instead of opening a window; NULL: none */
  const char *title;      /* of the window */
  bool light;             /* the light theme */
  unsigned width, height; /* in pixels; 0: what suits the screen */
  uint64_t at;            /* the transition to begin with; 0: the first one */
  unsigned step;          /* and how many of its micro-steps have been made; as many as it has at most */
};

/* Shows `log` until the user leaves, or writes the picture. RS_UNSUPPORTED: this build has no viewer, or
 * there is no screen. */
enum rs_status rs_view(struct rs_log *log, const struct rs_view_options *options, struct rs_error *error);

#endif
