/* Where the panels stand in a window of a given size, in pixels. */
#ifndef VIEWER_LAYOUT_H
#define VIEWER_LAYOUT_H

#include <stdbool.h>

enum viewer_panel_id {
  PANEL_HEADER,
  PANEL_TRANSITIONS,
  PANEL_EVENTS,
  PANEL_STEPS,
  PANEL_RINGS,
  PANEL_DETAIL,
  PANEL_REGISTERS,
  PANEL_STACKS,
  PANEL_TIMELINE,
  PANEL_STATUS,
  PANEL_HELP, /* above all the others, when it is there */
  VIEWER_PANELS
};

struct viewer_box {
  int x, y, width, height;
};

struct viewer_layout {
  struct viewer_box window;
  int cell_width, cell_height;          /* of a character */
  int padding;                          /* between a panel's edge and its text */
  struct viewer_box box[VIEWER_PANELS]; /* an empty one is not there */
};

/* The height of the font that suits a window, in pixels. */
int layout_font_size(int width, int height, int steps);

void layout_compute(struct viewer_layout *layout, int width, int height, int cell_width, int cell_height);

/* Where a panel's rows stand: beneath its title, if it has one. */
struct viewer_box layout_inside(const struct viewer_layout *layout, enum viewer_panel_id panel);

/* What the timeline's panel holds: the whole run, and beneath it the strip with a lane for each side. */
struct timeline_boxes {
  struct viewer_box overview, strip;
};
struct timeline_boxes layout_timeline(const struct viewer_layout *layout);

/* How many characters and rows fit there. */
unsigned layout_columns(const struct viewer_layout *layout, enum viewer_panel_id panel);
unsigned layout_rows(const struct viewer_layout *layout, enum viewer_panel_id panel);

/* The panel at a pixel, but for the help; VIEWER_PANELS between them. */
enum viewer_panel_id layout_panel_at(const struct viewer_layout *layout, int x, int y);

static inline bool layout_has_title(enum viewer_panel_id panel) {
  return panel != PANEL_HEADER && panel != PANEL_STATUS;
}

#endif
