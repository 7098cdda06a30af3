/* The viewer's model: what a log looks like at a moment of its run, and what keys and the mouse do. It knows
 * nothing of windows: it takes commands and gives pictures. */
#ifndef VIEWER_VIEWER_H
#define VIEWER_VIEWER_H

#include "ringside/log.h"
#include "viewer/keys.h"
#include "viewer/layout.h"
#include "viewer/rows.h"
#include "viewer/telling.h"

/* Where the processor is among the rings. */
struct viewer_rings {
  uint8_t before, now, after; /* of the event, at the micro-step */
  bool crosses;               /* the event leads from `before` to `after`, and those differ */
  bool fault;
};

enum { VIEWER_BUCKETS = 512, VIEWER_SEGMENTS = 1024 };

/* The strip: the whole run in buckets, and the part around the cursor ring by ring. Times are numbers of
 * executed instructions. */
struct viewer_timeline {
  uint64_t total;                /* of the whole run */
  uint64_t now;                  /* the cursor */
  uint64_t from, to;             /* the strip */
  uint64_t exact_from, exact_to; /* the part of it that the segments tell; of the rest the buckets do */
  bool sampled;                  /* the buckets know only some of the run's frames */
  struct viewer_bucket {
    bool known, fault;
    uint8_t user; /* the share of it that is spent outside ring 0, of 255 */
  } bucket[VIEWER_BUCKETS];
  unsigned segments;
  struct viewer_segment {
    uint64_t begins, ends;
    uint8_t ring;
    bool fault, chosen; /* what begins it: a fault; the event at hand */
    bool begun;         /* it begins with a transition, at `at` */
    bool merged, whole; /* of several that stand too close; how long it is, is known */
    struct log_position at;
    char cause[TELLING_CAUSE];
  } segment[VIEWER_SEGMENTS];
};

/* Everything that can be seen. */
struct viewer_picture {
  struct viewer_panel panel[VIEWER_PANELS];
  struct viewer_rings rings;
  struct viewer_timeline timeline;
  bool help;
};

struct viewer;

/* The log stays the caller's and must outlive the viewer. A log that is cut off or damaged is viewed as far
 * as it is whole. */
enum rs_status viewer_open(struct rs_log *log, struct viewer **out, struct rs_error *error);
void viewer_close(struct viewer *viewer);

struct viewer_position viewer_position(const struct viewer *viewer);

/* To transition `number`, with `step` of its micro-steps made (as many as it has at most). False: there is no
 * such transition. */
bool viewer_go_to(struct viewer *viewer, uint64_t number, unsigned step);

/* False: the viewer is to be left. */
bool viewer_command(struct viewer *viewer, enum viewer_command command);

/* A key by its name in the table of keys.h, or a character typed; false as above. */
bool viewer_key(struct viewer *viewer, const char *name);

/* The mouse, at a pixel of the layout. `turns`: of the wheel, away from the user above 0. */
void viewer_click(struct viewer *viewer, const struct viewer_layout *layout, int x, int y);
void viewer_wheel(struct viewer *viewer, const struct viewer_layout *layout, int x, int y, int turns,
                  bool control);

/* What takes long is done in slices: true while there is more to do, a search or the strip of the whole run.
 */
bool viewer_work(struct viewer *viewer);

/* Steps of the font's size that were asked for, and whether the light theme is. */
int viewer_font_steps(const struct viewer *viewer);
bool viewer_is_light(const struct viewer *viewer);
void viewer_set_light(struct viewer *viewer, bool light);

/* The picture for a layout. */
void viewer_paint(struct viewer *viewer, const struct viewer_layout *layout, struct viewer_picture *picture);

/* Where a time stands between `left` and `right`, and the other way round. */
int strip_x(uint64_t from, uint64_t to, int left, int right, uint64_t time);
uint64_t strip_time(uint64_t from, uint64_t to, int left, int right, int x);

#endif
