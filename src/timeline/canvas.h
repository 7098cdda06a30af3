/* One line of a terminal at a time: characters, box drawing and colours by column. */
#ifndef TIMELINE_CANVAS_H
#define TIMELINE_CANVAS_H

#include "ringside/timeline.h"
#include "trace/output.h"

/* X(NAME, in Unicode, in ASCII): each takes one column. */
#define CANVAS_GLYPHS(X)                                                                                     \
  X(LIFELINE, "│", '|')                                                                                      \
  X(ACTIVE, "┃", '#')                                                                                        \
  X(BOUNDARY, "╎", '.')                                                                                      \
  X(LEVEL, "─", '-')                                                                                         \
  X(THROUGH, "┼", '+')                                                                                       \
  X(TO_RIGHT, "▶", '>')                                                                                      \
  X(TO_LEFT, "◀", '<')                                                                                       \
  X(BRANCH_RIGHT, "┠", '#')                                                                                  \
  X(BRANCH_LEFT, "┨", '#')                                                                                   \
  X(DOWN_RIGHT, "╭", '+')                                                                                    \
  X(DOWN_LEFT, "╮", '+')                                                                                     \
  X(UP_RIGHT, "╰", '+')                                                                                      \
  X(UP_LEFT, "╯", '+')                                                                                       \
  X(CUT, "…", '~')                                                                                           \
  X(REFUSED, "✗", 'x')                                                                                       \
  X(MARK, "◆", 'o')                                                                                          \
  X(STEP, "●", '*')

enum canvas_glyph {
#define X(name, unicode, ascii) CANVAS_##name,
  CANVAS_GLYPHS(X)
#undef X
      CANVAS_GLYPH_COUNT
};

struct canvas {
  unsigned width;
  bool ascii;
  struct canvas_cell {
    char c; /* 0: the glyph */
    uint8_t glyph, colour;
  } cell[RS_TIMELINE_WIDTH_MAX];
};

void canvas_clear(struct canvas *canvas);

/* Columns outside the canvas are left out. */
void canvas_glyph(struct canvas *canvas, unsigned column, enum canvas_glyph glyph, enum colour colour);

/* `length` columns of text; returns the column behind it. */
unsigned canvas_text(struct canvas *canvas, unsigned column, const char *text, size_t length,
                     enum colour colour);

/* At most `room` columns: a text that is longer ends in an ellipsis. */
unsigned canvas_fit(struct canvas *canvas, unsigned column, const char *text, size_t room,
                    enum colour colour);

/* The line, without the spaces at its end. */
void canvas_print(const struct canvas *canvas, struct output *output);

#endif
