/* Rows of text in styles, and the panels that they fill. */
#ifndef VIEWER_ROWS_H
#define VIEWER_ROWS_H

#include "log/seek.h"
#include "trace/output.h"

/* What a piece of text is; a theme says how that looks. */
enum viewer_style {
  STYLE_PLAIN,
  STYLE_FAINT,
  STYLE_STRONG,
  STYLE_LABEL,  /* the name of what follows */
  STYLE_USER,   /* of rings 1 to 3 */
  STYLE_KERNEL, /* of ring 0 */
  STYLE_GOOD,
  STYLE_BAD,
  STYLE_CHANGED, /* by the micro-step at hand */
  STYLE_TOUCHED, /* by an earlier one of the same transition */
  STYLE_COUNT
};

enum { VIEWER_TEXT = 384, VIEWER_SPANS = 24, VIEWER_ROWS = 224, VIEWER_TITLE = 128 };

/* A moment of the run: `step` micro-steps of the event at `at` have been made. */
struct viewer_position {
  struct log_position at;
  unsigned step;
};

int viewer_position_compare(struct viewer_position a, struct viewer_position b);

struct viewer_row {
  char text[VIEWER_TEXT]; /* UTF-8; what no span covers is plain */
  unsigned span_count;
  struct viewer_span {
    uint16_t start, end; /* bytes */
    uint8_t style;       /* enum viewer_style */
  } span[VIEWER_SPANS];
  bool selected;
  bool leads; /* a click on it goes to `target` */
  struct viewer_position target;
};

struct viewer_panel {
  char title[VIEWER_TITLE];
  unsigned columns, height; /* the room for rows, in characters */
  unsigned count, first;    /* rows; those from `first` on are seen */
  bool focused;
  struct viewer_row row[VIEWER_ROWS];
};

/* Empties the panel and gives it its room. */
void panel_begin(struct viewer_panel *panel, unsigned columns, unsigned height);

void panel_title(struct viewer_panel *panel, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A new row; the last one again when the panel is full. */
struct viewer_row *panel_add(struct viewer_panel *panel);

/* Where there are more rows than fit: lets row `wanted` be seen, then moves on by `scroll` rows. */
void panel_scroll(struct viewer_panel *panel, int scroll, unsigned wanted);

/* Writes one row: text goes into `output`, in the style set last. */
struct pen {
  struct output output;
  struct viewer_row *row;
  unsigned columns;
  size_t from;         /* where the style at hand began */
  uint8_t style, base; /* `base` is what pen_text and pen_hex go back to */
};

/* A new row of the panel. */
struct pen pen_begin(struct viewer_panel *panel);
void pen_base(struct pen *pen, enum viewer_style base);
void pen_style(struct pen *pen, enum viewer_style style);
void pen_text(struct pen *pen, enum viewer_style style, const char *text);
void pen_hex(struct pen *pen, enum viewer_style style, uint64_t value, unsigned digits);

/* Text with the colours that trace/output.h gives it on terminals. */
void pen_coloured(struct pen *pen, const char *text);

/* Ends the row; what does not fit is cut, and an ellipsis says so. */
void pen_end(struct pen *pen);

/* `text` in as many rows as it takes, all from `indent` on. */
void panel_paragraph(struct viewer_panel *panel, unsigned indent, enum viewer_style style, const char *text);

/* How many characters `bytes` of UTF-8 are. */
unsigned text_columns(const char *text, size_t bytes);

#endif
