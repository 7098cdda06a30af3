/* A timeline's rows as SVG. */
#ifndef TIMELINE_SVG_H
#define TIMELINE_SVG_H

#include "timeline/layout.h"
#include "trace/output.h"

/* Units of the drawing, pixels where it is shown at its size. A text of one size never takes more than its
 * cell for each character, whatever the font: no usual monospaced one is wider than 0.62 of its size, and
 * sans-serif is on average narrower. */
enum {
  SVG_CELL = 8, /* of 12.5 */
  SVG_LINE = 18,
  SVG_SMALL_CELL = 7, /* of 11 */
  SVG_SMALL_LINE = 16,
  SVG_GUTTER = 108, /* times */
  SVG_OUTSIDE = 300,
  SVG_BETWEEN = 584,          /* two lifelines; of more, each is half as far from the next */
  SVG_BETWEEN_DETAILED = 724, /* where micro-steps stand between them */
  SVG_MARGIN = 12,
  SVG_TOP = 96,
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* Where the parts of a drawing lie. */
struct svg {
  struct output *output;
  int width;
  int lifeline[TIMELINE_LANES];
  enum timeline_lane first, last;
  unsigned lanes;
};

/* svg_write.c: elements. Every text is escaped. */

struct svg_text {
  const char *class; /* "mono", "small" and others of the style sheet */
  int x, y;          /* of the baseline */
  enum svg_anchor anchor;
  const char *text;
  size_t length;    /* so much of it */
  bool cut;         /* more would follow: it ends in an ellipsis */
  const char *full; /* shown by whoever points at it; NULL: nothing */
};

void svg_text(struct svg *svg, const struct svg_text *text);

/* The whole of `text` in at most `cells` characters, else cut, with the whole of it to point at. */
void svg_fit(struct svg *svg, const char *class, int x, int y, enum svg_anchor anchor, const char *text,
             size_t cells);

/* `text` over up to `lines` lines that are `height` apart; returns how many it took. */
unsigned svg_wrap(struct svg *svg, const struct svg_text *first, size_t cells, unsigned lines, int height);

/* How many lines that will be. */
unsigned svg_wrap_lines(const char *text, size_t cells, unsigned lines);

void svg_rect(struct svg *svg, const char *class, int x, int y, int width, int height, int radius);
void svg_line(struct svg *svg, const char *class, int x1, int y1, int x2, int y2);

/* A horizontal arrow with its head at `to`. */
void svg_arrow(struct svg *svg, const char *class, int from, int to, int y);
void svg_attribute(struct svg *svg, const char *name, int value);

/* svg_rows.c, svg_detail.c: how tall each is, and its drawing from `y` down. */
int svg_row_height(const struct svg *svg, const struct timeline_row *row);
void svg_row_draw(struct svg *svg, const struct timeline_row *row, int y);
int svg_detail_height(const struct svg *svg, const struct timeline_detail *detail);
void svg_detail_draw(struct svg *svg, const struct timeline_detail *detail, int y);

#endif
