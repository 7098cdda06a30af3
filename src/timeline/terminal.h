/* A timeline's rows as lines of a terminal. */
#ifndef TIMELINE_TERMINAL_H
#define TIMELINE_TERMINAL_H

#include "timeline/canvas.h"
#include "timeline/layout.h"

struct terminal {
  struct output *output;
  struct canvas canvas;
  unsigned lanes; /* as the last heading had them; 0: there was none */
  unsigned lifeline[TIMELINE_LANES];
  unsigned first, last; /* the outermost lanes */
  unsigned outside;     /* columns left of the first lifeline and right of the last */
};

/* Draws the row; before it a heading where the lanes have changed. */
void terminal_row(struct terminal *terminal, const struct timeline_layout *layout,
                  const struct timeline_row *row);

/* For terminal_detail.c: a line with its lifelines, `from` and `to` active, and what makes it an output. */
void terminal_line_begin(struct terminal *terminal, enum timeline_lane from, enum timeline_lane to);
void terminal_line_end(struct terminal *terminal);

/* The middle between the row's lanes, or between the row's lane and its neighbour. */
unsigned terminal_boundary(const struct terminal *terminal, const struct timeline_row *row);

/* A transition from the inside: its micro-steps on the boundary, stacks and registers beside them. */
void terminal_detail(struct terminal *terminal, const struct timeline_row *row);

#endif
