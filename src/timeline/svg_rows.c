/* The rows of a timeline in SVG. */
#include <stdio.h>
#include <string.h>

#include "timeline/svg.h"

enum {
  BAR = 8,     /* the width of a lifeline while code runs there */
  BESIDE = 14, /* from a lifeline to the text beside it */
  LABEL_LINES = 3,
  REFUSED_LINES = 4,
  PLACE_LINES = 3,
  LABEL_PAD = 6, /* around a label, inside its frame */
  LABEL_CELLS = 66,
  ARROW_HEIGHT = 26,
  ROW_GAP = 6,
  BASELINE = 13, /* of a line, from its top */
  LOOP = 16,
};

static const char *bar_class(enum timeline_lane lane) {
  static const char *const name[TIMELINE_LANES] = {
    [TIMELINE_RING3] = "bar user",  [TIMELINE_V86] = "bar v86",      [TIMELINE_RING2] = "bar ring2",
    [TIMELINE_RING1] = "bar ring1", [TIMELINE_RING0] = "bar kernel", [TIMELINE_REAL] = "bar real",
  };
  return name[lane];
}

static const char *stroke_class(const struct timeline_row *row) {
  return row->fault ? "fault" : row->answer ? "answer" : "call";
}

static void draw_bar(struct svg *svg, enum timeline_lane lane, int y, int height) {
  svg_rect(svg, bar_class(lane), svg->lifeline[lane] - BAR / 2, y, BAR, height, 0);
}

/* The neighbour on one side, or the page's edge, tells how much text there is room for. */
static size_t cells_beside(const struct svg *svg, enum timeline_lane lane, bool left) {
  int edge = left ? SVG_GUTTER : svg->width - SVG_MARGIN;
  for (unsigned other = 0; other < TIMELINE_LANES; other++) {
    if (!(svg->lanes >> other & 1) || (left ? other >= (unsigned)lane : other <= (unsigned)lane)) continue;
    int at = svg->lifeline[other] + (left ? BESIDE : -BESIDE);
    if (left ? at > edge : at < edge) edge = at;
  }
  int room = left ? svg->lifeline[lane] - edge : edge - svg->lifeline[lane];
  return (size_t)(room - BESIDE) / SVG_CELL;
}

/* Where a lane's own texts stand: its labels are on the other side. */
static bool lane_is_left(const struct svg *svg, enum timeline_lane lane) {
  return lane != svg->last;
}

static void draw_beside(struct svg *svg, enum timeline_lane lane, bool left, int distance, const char *class,
                        const char *text, int y) {
  int x = svg->lifeline[lane] + (left ? -distance : distance);
  size_t cells = cells_beside(svg, lane, left) - (size_t)(distance - BESIDE + SVG_CELL - 1) / SVG_CELL;
  svg_fit(svg, class, x, y, left ? SVG_END : SVG_START, text, cells);
}

static void draw_time(struct svg *svg, const struct timeline_row *row, int y) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)row->time);
  svg_fit(svg, "mono faint", SVG_GUTTER - 16, y, SVG_END, text, (SVG_GUTTER - 20) / SVG_CELL);
}

/* A label in its frame. */
struct label {
  const char *text;
  unsigned lines, most;
  size_t cells;
  int x, width;
};

static size_t longest_line(const char *text, size_t cells, unsigned lines) {
  size_t longest = 0;
  for (unsigned i = 0; *text && i < lines; i++) {
    size_t length = output_wrap(text, cells, &text);
    longest = length > longest ? length : longest;
  }
  return longest + 1 < cells ? longest + 1 : cells;
}

static int label_height(const struct label *label) {
  return (int)label->lines * SVG_LINE + 2 * LABEL_PAD - 4;
}

/* `center` is a preference; the page's edges win. */
static void label_place(const struct svg *svg, struct label *label, int center) {
  label->lines = svg_wrap_lines(label->text, label->cells, label->most);
  label->width = (int)longest_line(label->text, label->cells, label->most) * SVG_CELL + 2 * LABEL_PAD;
  label->x = center - label->width / 2;
  if (label->x + label->width > svg->width - SVG_MARGIN) label->x = svg->width - SVG_MARGIN - label->width;
  if (label->x < SVG_GUTTER) label->x = SVG_GUTTER;
}

/* Between the lanes of a crossing; else beside its lane, towards the others. */
static struct label label_of(const struct svg *svg, const struct timeline_row *row, const char *text,
                             unsigned most) {
  struct label label = { .text = text, .most = most, .cells = LABEL_CELLS };
  int at = svg->lifeline[row->from];
  if (row->from != row->to) {
    label_place(svg, &label, (at + svg->lifeline[row->to]) / 2);
    return label;
  }
  label_place(svg, &label, 0);
  label.x = row->from == svg->last ? at - BESIDE - 4 - label.width : at + BESIDE + 4;
  return label;
}

static void label_draw(struct svg *svg, const struct label *label, const char *class, int y) {
  char frame[32];
  snprintf(frame, sizeof frame, "frame %s", class);
  svg_rect(svg, frame, label->x, y, label->width, label_height(label), 5);
  svg_wrap(svg,
           &(struct svg_text){ .class = strcmp(class, "fault") == 0 ? "mono red" : "mono",
                               .x = label->x + label->width / 2,
                               .y = y + LABEL_PAD + BASELINE - 2,
                               .anchor = SVG_MIDDLE,
                               .text = label->text },
           label->cells, label->most, SVG_LINE);
}

static int arrow_height(const struct svg *svg, const struct timeline_row *row) {
  struct label label = label_of(svg, row, row->label, LABEL_LINES);
  return label_height(&label) + ARROW_HEIGHT + ROW_GAP;
}

static void arrow_draw(struct svg *svg, const struct timeline_row *row, int y) {
  struct label label = label_of(svg, row, row->label, LABEL_LINES);
  bool right = row->from < row->to;
  int at = y + label_height(&label) + ARROW_HEIGHT / 2, end = y + arrow_height(svg, row);
  int from = svg->lifeline[row->from], to = svg->lifeline[row->to], half = BAR / 2;
  draw_bar(svg, row->from, y, at - y + 2);
  draw_bar(svg, row->to, at - 2, end - at + 2);
  svg_arrow(svg, stroke_class(row), right ? from + half : from - half, right ? to - half : to + half, at);
  label_draw(svg, &label, stroke_class(row), y);
  draw_time(svg, row, at + 4);
  draw_beside(svg, row->from, right, BESIDE, "mono", row->source, at + 4);
  draw_beside(svg, row->to, !right, BESIDE, "mono", row->target, at + 4);
}

static int loop_height(const struct svg *svg, const struct timeline_row *row) {
  struct label label = label_of(svg, row, row->label, LABEL_LINES);
  int places = 2 * SVG_LINE + 8;
  return (label_height(&label) > places ? label_height(&label) : places) + ROW_GAP;
}

/* Out of the lane and back into it, on its outer side. */
static void loop_draw(struct svg *svg, const struct timeline_row *row, int y) {
  struct label label = label_of(svg, row, row->label, LABEL_LINES);
  bool left = lane_is_left(svg, row->from);
  int out = y + 10, in = out + SVG_LINE + 2, at = svg->lifeline[row->from] + (left ? -BAR / 2 : BAR / 2),
      far = at + (left ? -LOOP : LOOP);
  const char *class = stroke_class(row);
  draw_bar(svg, row->from, y, loop_height(svg, row));
  svg_line(svg, class, at, out, far, out);
  svg_line(svg, class, far, out, far, in);
  svg_arrow(svg, class, far, at, in);
  label_draw(svg, &label, class, y + 2);
  draw_time(svg, row, out + 4);
  draw_beside(svg, row->from, left, BESIDE + LOOP, "mono", row->source, out + 4);
  draw_beside(svg, row->from, left, BESIDE + LOOP, "mono", row->target, in + 4);
}

static int span_height(const struct svg *svg, const struct timeline_row *row) {
  size_t cells = cells_beside(svg, row->from, lane_is_left(svg, row->from));
  return (1 + (int)svg_wrap_lines(row->source, cells, PLACE_LINES)) * SVG_LINE + 2 * ROW_GAP;
}

static void span_draw(struct svg *svg, const struct timeline_row *row, int y) {
  bool left = lane_is_left(svg, row->from);
  int x = svg->lifeline[row->from] + (left ? -BESIDE : BESIDE);
  draw_bar(svg, row->from, y, span_height(svg, row));
  draw_beside(svg, row->from, left, BESIDE, "sans", row->label, y + ROW_GAP + BASELINE);
  svg_wrap(svg,
           &(struct svg_text){ .class = "mono faint",
                               .x = x,
                               .y = y + ROW_GAP + BASELINE + SVG_LINE,
                               .anchor = left ? SVG_END : SVG_START,
                               .text = row->source },
           cells_beside(svg, row->from, left), PLACE_LINES, SVG_LINE);
}

/* A refusal tells what it raised, too. */
static const char *sign_text(const struct timeline_row *row, char *text, size_t size) {
  snprintf(text, size, "%s%s%s", row->label, *row->target ? " -> " : "", row->target);
  return text;
}

static int sign_height(const struct svg *svg, const struct timeline_row *row) {
  char text[2304];
  struct label label = label_of(svg, row, sign_text(row, text, sizeof text), REFUSED_LINES);
  return label_height(&label) + ROW_GAP;
}

/* Without a frame, from its lane on. */
static void mark_label_draw(struct svg *svg, const struct timeline_row *row, int y) {
  bool right = lane_is_left(svg, row->from);
  svg_wrap(svg,
           &(struct svg_text){ .class = "mono",
                               .x = svg->lifeline[row->from] + (right ? BESIDE : -BESIDE),
                               .y = y,
                               .anchor = right ? SVG_START : SVG_END,
                               .text = row->label },
           LABEL_CELLS, REFUSED_LINES, SVG_LINE);
}

static void sign_draw(struct svg *svg, const struct timeline_row *row, int y) {
  char text[2304];
  struct label label = label_of(svg, row, sign_text(row, text, sizeof text), REFUSED_LINES);
  int at = svg->lifeline[row->from], middle = y + SVG_LINE / 2 + 4;
  draw_bar(svg, row->from, y, sign_height(svg, row));
  if (row->kind == TIMELINE_MARK) {
    svg_rect(svg, "mark", at - 5, middle - 5, 10, 10, 5);
  } else {
    svg_rect(svg, "refusal", at - 9, middle - 9, 18, 18, 9);
    svg_line(svg, "cross", at - 4, middle - 4, at + 4, middle + 4);
    svg_line(svg, "cross", at + 4, middle - 4, at - 4, middle + 4);
  }
  if (row->kind == TIMELINE_MARK)
    mark_label_draw(svg, row, middle + 4);
  else
    label_draw(svg, &label, "fault", y);
  draw_time(svg, row, middle + 4);
  draw_beside(svg, row->from, lane_is_left(svg, row->from), BESIDE, "mono", row->source, middle + 4);
}

static void alone_draw(struct svg *svg, const struct timeline_row *row, int y) {
  int middle = (svg->lifeline[svg->first] + svg->lifeline[svg->last]) / 2;
  const char *class = row->fault ? "sans red" : "sans faint";
  int width = ((int)strlen(row->label) + 2) * SVG_CELL;
  svg_rect(svg, "note", middle - width / 2, y + 4, width, SVG_LINE + 2, 10);
  if (row->kind == TIMELINE_END) draw_time(svg, row, y + SVG_LINE);
  svg_fit(svg, class, middle, y + SVG_LINE, SVG_MIDDLE, row->label, LABEL_CELLS);
}

int svg_row_height(const struct svg *svg, const struct timeline_row *row) {
  int detail = row->detail ? svg_detail_height(svg, row->detail) : 0;
  switch (row->kind) {
  case TIMELINE_SPAN: return span_height(svg, row);
  case TIMELINE_CROSSING:
    return detail + (row->from == row->to ? loop_height(svg, row) : arrow_height(svg, row));
  case TIMELINE_GAP:
  case TIMELINE_END: return 2 * SVG_LINE;
  default: return detail + sign_height(svg, row);
  }
}

static void group_begin(struct svg *svg, const struct timeline_row *row) {
  static const char *const class[] = {
    [TIMELINE_SPAN] = "span",       [TIMELINE_CROSSING] = "crossing", [TIMELINE_STOP] = "crossing",
    [TIMELINE_REFUSED] = "refused", [TIMELINE_MARK] = "operation",    [TIMELINE_GAP] = "gap",
    [TIMELINE_END] = "end",
  };
  char text[96];
  snprintf(text, sizeof text, "<g class=\"%s\" data-number=\"%llu\">\n", class[row->kind],
           (unsigned long long)row -> number);
  output_text(svg->output, text);
}

void svg_row_draw(struct svg *svg, const struct timeline_row *row, int y) {
  int detail = row->detail ? svg_detail_height(svg, row->detail) : 0;
  group_begin(svg, row);
  switch (row->kind) {
  case TIMELINE_SPAN: span_draw(svg, row, y); break;
  case TIMELINE_CROSSING: (row->from == row->to ? loop_draw : arrow_draw)(svg, row, y); break;
  case TIMELINE_GAP:
  case TIMELINE_END: alone_draw(svg, row, y); break;
  default: sign_draw(svg, row, y); break;
  }
  if (detail) {
    int top = y + svg_row_height(svg, row) - detail;
    draw_bar(svg, row->to, top, detail);
    svg_detail_draw(svg, row->detail, top);
  }
  output_text(svg->output, "</g>\n");
}
