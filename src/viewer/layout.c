/* The arithmetic of the layout: a grid of three columns, or of two where there is less room. */
#include "viewer/layout.h"

enum {
  FONT_LEAST = 13,
  FONT_MOST = 160,
  ROWS_WANTED = 45, /* of text, in a window of the usual shape */
  COLUMNS_WANTED = 132,
  NARROW = 104, /* characters: below, there are two columns */
  TIMELINE_ROWS = 6,
  HELP_COLUMNS = 92,
  HELP_ROWS = 32,
};

static int least(int a, int b) {
  return a < b ? a : b;
}

static int most(int a, int b) {
  return a > b ? a : b;
}

int layout_font_size(int width, int height, int steps) {
  /* A monospaced character is 0.6 of the font's size wide, and a row 1.2 of it high. */
  int by_height = height * 10 / (ROWS_WANTED * 12), by_width = width * 10 / (COLUMNS_WANTED * 6);
  int size = least(by_height, by_width);
  for (; steps > 0; steps--)
    size += most(1, size / 10);
  for (; steps < 0; steps++)
    size -= most(1, size / 10);
  return most(FONT_LEAST, least(FONT_MOST, size));
}

/* What a panel of so many rows needs. */
static int panel_height(const struct viewer_layout *layout, enum viewer_panel_id panel, int rows) {
  return (rows + layout_has_title(panel)) * layout->cell_height + 2 * layout->padding;
}

/* Takes `size` pixels from the top of `from`, and a gap. */
static struct viewer_box take_top(struct viewer_box *from, int size, int gap) {
  struct viewer_box taken = *from;
  taken.height = most(0, least(size, from->height));
  int rest = from->height - taken.height - gap;
  from->y += taken.height + gap;
  from->height = most(0, rest);
  return taken;
}

static struct viewer_box take_left(struct viewer_box *from, int size, int gap) {
  struct viewer_box taken = *from;
  taken.width = most(0, least(size, from->width));
  int rest = from->width - taken.width - gap;
  from->x += taken.width + gap;
  from->width = most(0, rest);
  return taken;
}

static struct viewer_box take_bottom(struct viewer_box *from, int size, int gap) {
  struct viewer_box taken = *from;
  taken.height = most(0, least(size, from->height));
  taken.y = from->y + from->height - taken.height;
  from->height = most(0, from->height - taken.height - gap);
  return taken;
}

/* The height for as many whole rows as there are in `part` of 100 of a column. */
static int whole_rows(const struct viewer_layout *layout, int height, int part) {
  int rows = (height * part / 100 - 2 * layout->padding) / layout->cell_height - 1;
  return (most(1, rows) + 1) * layout->cell_height + 2 * layout->padding;
}

static void lists_place(struct viewer_layout *layout, struct viewer_box column, int gap, bool with_detail) {
  int height = column.height;
  layout->box[PANEL_TRANSITIONS] = take_top(&column, whole_rows(layout, height, with_detail ? 26 : 34), gap);
  layout->box[PANEL_EVENTS] = take_top(&column, whole_rows(layout, height, with_detail ? 19 : 27), gap);
  if (with_detail) layout->box[PANEL_DETAIL] = take_bottom(&column, whole_rows(layout, height, 29), gap);
  layout->box[PANEL_STEPS] = column;
}

static void registers_and_stacks_place(struct viewer_layout *layout, struct viewer_box column, int gap) {
  int stacks = panel_height(layout, PANEL_STACKS, 12);
  layout->box[PANEL_STACKS] = take_bottom(&column, least(stacks, whole_rows(layout, column.height, 45)), gap);
  layout->box[PANEL_REGISTERS] = column;
}

static void rings_and_detail_place(struct viewer_layout *layout, struct viewer_box column, int gap) {
  int rings = least(column.width + 2 * layout->cell_height, column.height * 46 / 100);
  layout->box[PANEL_RINGS] = take_top(&column, rings, gap);
  layout->box[PANEL_DETAIL] = column;
}

static void columns_place(struct viewer_layout *layout, struct viewer_box body, int gap) {
  int cell = layout->cell_width, characters = body.width / cell;
  int right = most(58 * cell + 2 * layout->padding, body.width * 41 / 100);
  bool narrow = characters < NARROW;
  if (narrow) right = body.width * 52 / 100;
  right = least(right, body.width);
  struct viewer_box left = body;
  left.width = most(0, body.width - right - gap);
  struct viewer_box last = { body.x + left.width + gap, body.y, right, body.height };
  registers_and_stacks_place(layout, last, gap);
  if (narrow) {
    lists_place(layout, left, gap, true);
    return;
  }
  struct viewer_box lists = take_left(&left, left.width * 57 / 100, gap);
  lists_place(layout, lists, gap, false);
  rings_and_detail_place(layout, left, gap);
}

static void help_place(struct viewer_layout *layout) {
  int width = HELP_COLUMNS * layout->cell_width + 4 * layout->padding;
  int height = panel_height(layout, PANEL_HELP, HELP_ROWS);
  width = least(width, layout->window.width - 2 * layout->padding);
  height = least(height, layout->window.height - 2 * layout->padding);
  layout->box[PANEL_HELP] =
      (struct viewer_box){ (layout->window.width - width) / 2, (layout->window.height - height) / 2,
                           most(0, width), most(0, height) };
}

/* In a window of a few pixels there is no room for all. */
static void boxes_clip(struct viewer_layout *layout) {
  for (unsigned i = 0; i < VIEWER_PANELS; i++) {
    struct viewer_box *box = &layout->box[i];
    bool inside = box->x >= 0 && box->y >= 0 && box->x + box->width <= layout->window.width &&
                  box->y + box->height <= layout->window.height;
    if (!inside) *box = (struct viewer_box){ 0, 0, 0, 0 };
  }
}

void layout_compute(struct viewer_layout *layout, int width, int height, int cell_width, int cell_height) {
  *layout = (struct viewer_layout){ .window = { 0, 0, most(1, width), most(1, height) },
                                    .cell_width = most(1, cell_width),
                                    .cell_height = most(1, cell_height) };
  layout->padding = most(2, layout->cell_height / 3);
  int gap = layout->padding;
  struct viewer_box body = { gap, 0, most(0, width - 2 * gap), height };
  struct viewer_box header = take_top(&body, panel_height(layout, PANEL_HEADER, 2), 0);
  layout->box[PANEL_HEADER] = (struct viewer_box){ 0, 0, layout->window.width, header.height };
  struct viewer_box status = take_bottom(&body, panel_height(layout, PANEL_STATUS, 1), gap);
  layout->box[PANEL_STATUS] = (struct viewer_box){ 0, status.y, layout->window.width, status.height };
  take_top(&body, gap, 0);
  layout->box[PANEL_TIMELINE] = take_bottom(&body, panel_height(layout, PANEL_TIMELINE, TIMELINE_ROWS), gap);
  columns_place(layout, body, gap);
  help_place(layout);
  boxes_clip(layout);
}

struct viewer_box layout_inside(const struct viewer_layout *layout, enum viewer_panel_id panel) {
  struct viewer_box box = layout->box[panel];
  int padding = layout->padding, top = padding;
  if (layout_has_title(panel)) top += layout->cell_height + padding / 2;
  return (struct viewer_box){ box.x + padding, box.y + top, most(0, box.width - 2 * padding),
                              most(0, box.height - top - padding / 2) };
}

struct timeline_boxes layout_timeline(const struct viewer_layout *layout) {
  struct viewer_box inside = layout_inside(layout, PANEL_TIMELINE);
  int names = least(8 * layout->cell_width, inside.width / 4); /* of the lanes */
  inside.x += names;
  inside.width -= names;
  struct timeline_boxes boxes;
  boxes.overview = take_top(&inside, layout->cell_height, layout->padding);
  inside.height = most(0, inside.height - layout->padding / 2);
  boxes.strip = inside;
  return boxes;
}

unsigned layout_columns(const struct viewer_layout *layout, enum viewer_panel_id panel) {
  return (unsigned)(layout_inside(layout, panel).width / layout->cell_width);
}

unsigned layout_rows(const struct viewer_layout *layout, enum viewer_panel_id panel) {
  return (unsigned)(layout_inside(layout, panel).height / layout->cell_height);
}

enum viewer_panel_id layout_panel_at(const struct viewer_layout *layout, int x, int y) {
  for (unsigned i = 0; i < PANEL_HELP; i++) {
    const struct viewer_box *box = &layout->box[i];
    bool inside = x >= box->x && x < box->x + box->width && y >= box->y && y < box->y + box->height;
    if (inside) return (enum viewer_panel_id)i;
  }
  return VIEWER_PANELS;
}
