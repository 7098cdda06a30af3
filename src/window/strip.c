/* The timeline: the whole run as a bar, and a strip with a lane for each side of the boundary. */
#include <stdio.h>
#include <string.h>

#include "window/sheet.h"

static struct viewer_box lane_box(struct viewer_box strip, bool kernel) {
  int gap = strip.height / 12, height = (strip.height - gap) / 2;
  return (struct viewer_box){ strip.x, strip.y + (kernel ? height + gap : 0), strip.width, height };
}

static void draw_name(struct sheet *sheet, struct viewer_box lane, const char *name,
                      enum viewer_style style) {
  int x = layout_inside(&sheet->layout, PANEL_TIMELINE).x;
  sheet_text(sheet, x, lane.y + (lane.height - sheet->layout.cell_height) / 2, name, style);
}

/* One column of pixels for each place: what share of it was the user's. */
static void draw_overview(struct sheet *sheet, const struct viewer_timeline *timeline,
                          struct viewer_box box) {
  const struct theme *theme = sheet->theme;
  for (int x = 0; x < box.width; x++) {
    const struct viewer_bucket *bucket = &timeline->bucket[x * VIEWER_BUCKETS / box.width];
    int user = box.height * bucket->user / 255;
    struct viewer_box column = { box.x + x, box.y, 1, box.height };
    sheet_fill(sheet, column, bucket->known ? theme->kernel : theme->unknown);
    column.height = user;
    if (bucket->known) sheet_fill(sheet, column, theme->user);
    column.height = box.height / 3;
    if (bucket->fault) sheet_fill(sheet, column, theme->fault);
  }
}

/* The part that the strip shows, and the cursor. */
static void draw_window(struct sheet *sheet, const struct viewer_timeline *timeline, struct viewer_box box) {
  int thick = sheet->layout.cell_height / 10 + 1, right = box.x + box.width;
  int from = strip_x(0, timeline->total, box.x, right, timeline->from);
  int to = strip_x(0, timeline->total, box.x, right, timeline->to);
  int now = strip_x(0, timeline->total, box.x, right, timeline->now);
  int width = to - from > thick ? to - from : thick;
  sheet_fill(sheet, (struct viewer_box){ from, box.y + box.height, width, thick }, sheet->theme->focus);
  sheet_fill(sheet, (struct viewer_box){ now - thick / 2, box.y - thick, thick, box.height + 2 * thick },
             sheet->theme->cursor);
}

static void draw_count(struct sheet *sheet, struct viewer_box box, uint64_t count) {
  char text[24];
  int length = snprintf(text, sizeof text, "%llu", (unsigned long long)count);
  int width = length * sheet->layout.cell_width;
  if (width + 2 * sheet->layout.cell_width > box.width || sheet->layout.cell_height > box.height) return;
  const SDL_Color dark = { 16, 20, 24, 255 };
  font_draw(sheet->font, box.x + (box.width - width) / 2,
            box.y + (box.height - sheet->layout.cell_height) / 2, text, (size_t)length, dark, false);
}

/* The cause stands in the other lane, which is empty there. */
static void draw_cause(struct sheet *sheet, const struct viewer_segment *segment, struct viewer_box other) {
  size_t room = (size_t)(other.width / sheet->layout.cell_width), length = strlen(segment->cause);
  int x = other.x + sheet->layout.cell_width / 2;
  int y = other.y + (other.height - sheet->layout.cell_height) / 2;
  enum viewer_style style = segment->fault ? STYLE_BAD : segment->chosen ? STYLE_STRONG : STYLE_FAINT;
  if (length && length < room && !segment->merged) sheet_text(sheet, x, y, segment->cause, style);
}

static void draw_segment(struct sheet *sheet, const struct viewer_timeline *timeline,
                         const struct viewer_segment *segment, struct viewer_box strip) {
  int right = strip.x + strip.width, thick = sheet->layout.cell_height / 12 + 1;
  int x = strip_x(timeline->from, timeline->to, strip.x, right, segment->begins);
  int end = strip_x(timeline->from, timeline->to, strip.x, right, segment->ends);
  struct viewer_box lane = lane_box(strip, segment->ring == 0), other = lane_box(strip, segment->ring != 0);
  lane.x = other.x = x;
  lane.width = other.width = end - x > thick ? end - x : thick;
  sheet_fill(sheet, lane, segment->ring ? sheet->theme->user : sheet->theme->kernel);
  if (segment->whole) draw_count(sheet, lane, segment->ends - segment->begins);
  if (!segment->begun || segment->begins < timeline->from) return;
  struct viewer_box crossing = { x, strip.y, segment->chosen ? 2 * thick : thick, strip.height };
  sheet_fill(sheet, crossing, segment->fault ? sheet->theme->fault : sheet->theme->edge);
  draw_cause(sheet, segment, other);
}

/* What the segments do not reach, as the buckets have it: the lane or lanes where time was spent. */
static void draw_rest(struct sheet *sheet, const struct viewer_timeline *timeline, struct viewer_box strip) {
  struct viewer_box user = lane_box(strip, false), kernel = lane_box(strip, true);
  user.width = kernel.width = 1;
  for (int x = strip.x; x < strip.x + strip.width; x++) {
    uint64_t time = strip_time(timeline->from, timeline->to, strip.x, strip.x + strip.width, x);
    int bucket = strip_x(0, timeline->total + 1, 0, VIEWER_BUCKETS - 1, time);
    const struct viewer_bucket *known = &timeline->bucket[bucket];
    if (time >= timeline->exact_from && time <= timeline->exact_to) continue;
    user.x = kernel.x = x;
    if (known->known && known->user) sheet_fill(sheet, user, sheet->theme->user);
    if (known->known && known->user < 255) sheet_fill(sheet, kernel, sheet->theme->kernel);
  }
}

static void draw_cursor(struct sheet *sheet, const struct viewer_timeline *timeline,
                        struct viewer_box strip) {
  int thick = sheet->layout.cell_height / 10 + 1;
  int x = strip_x(timeline->from, timeline->to, strip.x, strip.x + strip.width, timeline->now);
  sheet_fill(sheet, (struct viewer_box){ x - thick / 2, strip.y - thick, thick, strip.height + 2 * thick },
             sheet->theme->cursor);
}

void sheet_draw_strip(struct sheet *sheet, const struct viewer_timeline *timeline) {
  struct timeline_boxes boxes = layout_timeline(&sheet->layout);
  if (boxes.strip.width < 4 || boxes.strip.height < 4) return;
  draw_name(sheet, boxes.overview, "run", STYLE_LABEL);
  draw_name(sheet, lane_box(boxes.strip, false), "user", STYLE_USER);
  draw_name(sheet, lane_box(boxes.strip, true), "kernel", STYLE_KERNEL);
  draw_overview(sheet, timeline, boxes.overview);
  draw_window(sheet, timeline, boxes.overview);
  draw_rest(sheet, timeline, boxes.strip);
  for (unsigned i = 0; i < timeline->segments; i++)
    draw_segment(sheet, timeline, &timeline->segment[i], boxes.strip);
  draw_cursor(sheet, timeline, boxes.strip);
}
