/* Pictures without a window. */
#ifndef WINDOW_SCREENSHOT_H
#define WINDOW_SCREENSHOT_H

#include "ringside/view.h"
#include "viewer/viewer.h"

/* Draws the moment that the viewer is at, and writes it as a PNG file. */
enum rs_status screenshot_write(struct viewer *viewer, const struct rs_view_options *options,
                                struct rs_error *error);

#endif
