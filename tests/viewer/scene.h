/* A probe that has been run into a log, and the viewer on it. */
#ifndef TESTS_VIEWER_SCENE_H
#define TESTS_VIEWER_SCENE_H

#include "viewer/viewer.h"

struct scene {
  FILE *file;
  struct rs_log *log;
  struct viewer *viewer;
  struct viewer_layout layout;
  struct viewer_picture *picture;
};

/* Boots a probe of guest/probes and logs it; of the log, `kept` bytes stay, or all when that is 0. Whatever
 * goes wrong fails the test. */
void scene_open(struct scene *scene, const char *probe, enum rs_trace_level level, size_t kept);

/* Another scene of the same log. */
void scene_open_again(struct scene *scene, const struct scene *other);
void scene_close(struct scene *scene);

/* Paints what is to be seen now. */
const struct viewer_picture *scene_paint(struct scene *scene);

/* Presses keys, by their names, separated by spaces. */
void scene_keys(struct scene *scene, const char *names);

/* Does all that is done in slices. */
void scene_settle(struct scene *scene);

/* The first row of a panel that has `text` in it, or NULL. */
const struct viewer_row *scene_row(struct scene *scene, enum viewer_panel_id panel, const char *text);

/* Whether `text` stands in that row in that style. */
bool row_has(const struct viewer_row *row, enum viewer_style style, const char *text);

#endif
