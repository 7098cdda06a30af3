/* A timeline in a terminal: lifelines, spans beside them, arrows between them. */
#include "timeline/terminal.h"

#include <stdio.h>
#include <string.h>

enum { GUTTER = 12, OUTSIDE_LEAST = 14, OUTSIDE_MOST = 44, LABEL_LINES = 8 };

static enum colour lane_colour(enum timeline_lane lane) {
  return lane == TIMELINE_RING0 || lane == TIMELINE_REAL ? COLOUR_KERNEL : COLOUR_USER;
}

static enum colour row_colour(const struct timeline_row *row) {
  return row->fault ? COLOUR_RED : COLOUR_BOLD;
}

static bool lane_is_there(const struct terminal *terminal, unsigned lane) {
  return terminal->lanes >> lane & 1;
}

/* The lane to the right of `lane`, or TIMELINE_LANES. */
static unsigned lane_next(const struct terminal *terminal, unsigned lane) {
  do
    lane++;
  while (lane < TIMELINE_LANES && !lane_is_there(terminal, lane));
  return lane;
}

/* The outermost lifelines leave room for texts outside; the others stand at equal distances between them. */
static void lanes_place(struct terminal *terminal, unsigned lanes) {
  unsigned width = terminal->canvas.width, outside = (width - GUTTER) * 2 / 7, count = 0, i = 0;
  outside = outside < OUTSIDE_LEAST ? OUTSIDE_LEAST : outside > OUTSIDE_MOST ? OUTSIDE_MOST : outside;
  terminal->lanes = lanes;
  terminal->outside = outside;
  terminal->first = TIMELINE_LANES;
  for (unsigned lane = 0; lane < TIMELINE_LANES; lane++) {
    if (!lane_is_there(terminal, lane)) continue;
    if (!count++) terminal->first = lane;
    terminal->last = lane;
  }
  unsigned left = GUTTER + outside, span = width - outside - 1 - left;
  for (unsigned lane = terminal->first; lane < TIMELINE_LANES; lane = lane_next(terminal, lane))
    terminal->lifeline[lane] = left + span * i++ / (count - 1);
}

void terminal_line_begin(struct terminal *terminal, enum timeline_lane from, enum timeline_lane to) {
  struct canvas *canvas = &terminal->canvas;
  canvas_clear(canvas);
  for (unsigned lane = terminal->first; lane < TIMELINE_LANES; lane = lane_next(terminal, lane)) {
    bool active = lane == (unsigned)from || lane == (unsigned)to;
    unsigned next = lane_next(terminal, lane), at = terminal->lifeline[lane];
    canvas_glyph(canvas, at, active ? CANVAS_ACTIVE : CANVAS_LIFELINE,
                 active ? lane_colour((enum timeline_lane)lane) : COLOUR_FAINT);
    if (next < TIMELINE_LANES)
      canvas_glyph(canvas, (at + terminal->lifeline[next]) / 2, CANVAS_BOUNDARY, COLOUR_FAINT);
  }
}

void terminal_line_end(struct terminal *terminal) {
  canvas_print(&terminal->canvas, terminal->output);
}

unsigned terminal_boundary(const struct terminal *terminal, const struct timeline_row *row) {
  unsigned a = row->from, b = row->to;
  if (a == b) b = lane_next(terminal, a);
  if (b == TIMELINE_LANES)
    for (b = a - 1; b > terminal->first && !lane_is_there(terminal, b);)
      b--;
  return (terminal->lifeline[a] + terminal->lifeline[b]) / 2;
}

static void put_time(struct terminal *terminal, const struct timeline_row *row) {
  char text[32];
  int length = snprintf(text, sizeof text, "%10llu", (unsigned long long)row->time);
  canvas_text(&terminal->canvas, 0, text, (size_t)length, COLOUR_FAINT);
}

/* Beside a lifeline, on the outer side: `text` ends before it, or begins behind it. */
static void put_left(struct terminal *terminal, unsigned lifeline, const char *text, enum colour colour) {
  size_t room = lifeline - GUTTER - 1, length = strlen(text);
  unsigned at = lifeline - 1 - (unsigned)(length < room ? length : room);
  canvas_fit(&terminal->canvas, at, text, room, colour);
}

static void put_right(struct terminal *terminal, unsigned lifeline, const char *text, enum colour colour) {
  canvas_fit(&terminal->canvas, lifeline + 2, text, terminal->canvas.width - lifeline - 2, colour);
}

/* The first lane's texts stand left of it, all others' right of theirs. */
static void put_beside(struct terminal *terminal, enum timeline_lane lane, const char *text,
                       enum colour colour) {
  unsigned at = terminal->lifeline[lane];
  if ((unsigned)lane == terminal->first)
    put_left(terminal, at, text, colour);
  else
    put_right(terminal, at, text, colour);
}

static void heading(struct terminal *terminal, unsigned lanes) {
  bool again = terminal->lanes != 0;
  lanes_place(terminal, lanes);
  if (again) output_line(terminal->output);
  canvas_clear(&terminal->canvas);
  canvas_text(&terminal->canvas, 0, "instruction", 11, COLOUR_FAINT);
  for (unsigned lane = terminal->first; lane < TIMELINE_LANES; lane = lane_next(terminal, lane)) {
    const char *name = timeline_lane_name((enum timeline_lane)lane);
    unsigned length = (unsigned)strlen(name), at = terminal->lifeline[lane] - length / 2;
    canvas_text(&terminal->canvas, at, name, length, lane_colour((enum timeline_lane)lane));
  }
  terminal_line_end(terminal);
}

/* As many lines as `text` takes from `column` on, LABEL_LINES at most. */
static void put_label(struct terminal *terminal, const struct timeline_row *row, const char *text,
                      unsigned column, enum colour colour) {
  size_t room = terminal->canvas.width - column;
  for (unsigned i = 0; *text && i < LABEL_LINES; i++) {
    const char *rest;
    terminal_line_begin(terminal, row->from, row->from);
    size_t length = output_wrap(text, room, &rest);
    unsigned end = canvas_text(&terminal->canvas, column, text, length, colour);
    if (*rest && i + 1 == LABEL_LINES) canvas_glyph(&terminal->canvas, end - 1, CANVAS_CUT, colour);
    terminal_line_end(terminal);
    text = rest;
  }
}

/* In the last lane a label stands left of the lifeline when it is short enough. */
static unsigned label_column(const struct terminal *terminal, const struct timeline_row *row,
                             const char *text) {
  unsigned left = terminal->lifeline[row->from < row->to ? row->from : row->to];
  size_t length = strlen(text);
  if (row->from != row->to || (unsigned)row->from != terminal->last) return left + 2;
  unsigned room = left - GUTTER - 2;
  return length < room ? left - 1 - (unsigned)length : GUTTER;
}

static void draw_arrow(struct terminal *terminal, const struct timeline_row *row) {
  unsigned from = terminal->lifeline[row->from], to = terminal->lifeline[row->to];
  bool right = from < to;
  struct canvas *canvas = &terminal->canvas;
  enum colour colour = row_colour(row);
  for (unsigned x = (right ? from : to) + 1; x < (right ? to : from); x++) {
    bool line = !canvas->cell[x].c;
    canvas_glyph(canvas, x, line ? CANVAS_THROUGH : CANVAS_LEVEL, colour);
  }
  canvas_glyph(canvas, from, right ? CANVAS_BRANCH_RIGHT : CANVAS_BRANCH_LEFT, lane_colour(row->from));
  canvas_glyph(canvas, right ? to - 1 : to + 1, right ? CANVAS_TO_RIGHT : CANVAS_TO_LEFT, colour);
}

static void row_arrow(struct terminal *terminal, const struct timeline_row *row) {
  bool right = row->from < row->to;
  put_label(terminal, row, row->label, label_column(terminal, row, row->label), row_colour(row));
  terminal_line_begin(terminal, row->from, row->to);
  put_time(terminal, row);
  draw_arrow(terminal, row);
  (right ? put_left : put_right)(terminal, terminal->lifeline[row->from], row->source, COLOUR_NONE);
  (right ? put_right : put_left)(terminal, terminal->lifeline[row->to], row->target, COLOUR_NONE);
  terminal_line_end(terminal);
}

/* Out of a lane and back into it, on its outer side. */
static void loop_half(struct terminal *terminal, const struct timeline_row *row, bool back,
                      const char *place) {
  bool left = (unsigned)row->from == terminal->first;
  unsigned at = terminal->lifeline[row->from], near = left ? at - 1 : at + 1, far = left ? at - 2 : at + 2;
  enum colour colour = row_colour(row);
  struct canvas *canvas = &terminal->canvas;
  static const enum canvas_glyph corner[2][2] = { { CANVAS_DOWN_LEFT, CANVAS_UP_LEFT },
                                                  { CANVAS_DOWN_RIGHT, CANVAS_UP_RIGHT } };
  canvas_glyph(canvas, near, !back ? CANVAS_LEVEL : left ? CANVAS_TO_RIGHT : CANVAS_TO_LEFT, colour);
  canvas_glyph(canvas, far, corner[left][back], colour);
  (left ? put_left : put_right)(terminal, far, place, COLOUR_NONE);
}

static void row_loop(struct terminal *terminal, const struct timeline_row *row) {
  put_label(terminal, row, row->label, label_column(terminal, row, row->label), row_colour(row));
  for (unsigned back = 0; back < 2; back++) {
    terminal_line_begin(terminal, row->from, row->from);
    if (!back) put_time(terminal, row);
    loop_half(terminal, row, back, back ? row->target : row->source);
    terminal_line_end(terminal);
  }
}

/* "7 instructions in main" on one line where it fits, else on two and more. */
static void row_span(struct terminal *terminal, const struct timeline_row *row) {
  char whole[256];
  size_t room = terminal->outside - 2;
  snprintf(whole, sizeof whole, "%s %s", row->label, row->source);
  bool one_line = strlen(whole) <= room;
  terminal_line_begin(terminal, row->from, row->from);
  put_beside(terminal, row->from, one_line ? whole : row->label, COLOUR_FAINT);
  terminal_line_end(terminal);
  const char *text = one_line ? "" : row->source, *rest;
  for (unsigned i = 0; *text && i < LABEL_LINES; i++, text = rest) {
    size_t length = output_wrap(text, room, &rest);
    snprintf(whole, sizeof whole, "%.*s", (int)length, text);
    terminal_line_begin(terminal, row->from, row->from);
    put_beside(terminal, row->from, whole, COLOUR_FAINT);
    terminal_line_end(terminal);
  }
}

/* A sign on the lifeline and a text about it; of a refusal also where, and what it raised. */
static void row_sign(struct terminal *terminal, const struct timeline_row *row, enum canvas_glyph glyph) {
  char text[2304];
  unsigned at = terminal->lifeline[row->from];
  enum colour colour = row_colour(row);
  snprintf(text, sizeof text, "%s%s%s", row->label, *row->target ? " -> " : "", row->target);
  put_label(terminal, row, text, label_column(terminal, row, text), row->fault ? COLOUR_RED : COLOUR_NONE);
  terminal_line_begin(terminal, row->from, row->from);
  put_time(terminal, row);
  canvas_glyph(&terminal->canvas, at, glyph, colour);
  put_beside(terminal, row->from, row->source, COLOUR_NONE);
  terminal_line_end(terminal);
}

static void row_alone(struct terminal *terminal, const struct timeline_row *row) {
  char text[128];
  snprintf(text, sizeof text, row->kind == TIMELINE_GAP ? "( %s )" : "%s", row->label);
  terminal_line_begin(terminal, row->from, row->from);
  if (row->kind == TIMELINE_END) put_time(terminal, row);
  size_t length = strlen(text);
  unsigned middle = terminal_boundary(terminal, row), at = middle - (unsigned)length / 2;
  if (length / 2 + GUTTER > middle) at = GUTTER;
  canvas_fit(&terminal->canvas, at, text, terminal->canvas.width - at, row_colour(row));
  terminal_line_end(terminal);
}

void terminal_row(struct terminal *terminal, const struct timeline_layout *layout,
                  const struct timeline_row *row) {
  if (terminal->lanes != layout->lanes) heading(terminal, layout->lanes);
  switch (row->kind) {
  case TIMELINE_SPAN: row_span(terminal, row); break;
  case TIMELINE_CROSSING:
    if (row->from == row->to)
      row_loop(terminal, row);
    else
      row_arrow(terminal, row);
    break;
  case TIMELINE_STOP:
  case TIMELINE_REFUSED: row_sign(terminal, row, CANVAS_REFUSED); break;
  case TIMELINE_MARK: row_sign(terminal, row, CANVAS_MARK); break;
  case TIMELINE_GAP:
  case TIMELINE_END: row_alone(terminal, row); break;
  }
  if (row->detail) terminal_detail(terminal, row);
}
