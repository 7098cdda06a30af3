/* The drawing of panels: titles, rows, what is highlighted. */
#include "window/sheet.h"

#include <string.h>

enum rs_status sheet_resize(struct sheet *sheet, int width, int height, int font_steps,
                            struct rs_error *error) {
  int size = layout_font_size(width, height, font_steps);
  if (!sheet->font || size != sheet->font_size) {
    font_close(sheet->font);
    sheet->font = NULL;
    enum rs_status status = font_open(sheet->renderer, sheet->font_file, size, &sheet->font, error);
    if (status != RS_OK) return status;
    sheet->font_size = size;
  }
  layout_compute(&sheet->layout, width, height, font_cell_width(sheet->font), font_cell_height(sheet->font));
  return RS_OK;
}

void sheet_close(struct sheet *sheet) {
  font_close(sheet->font);
  sheet->font = NULL;
}

void sheet_fill(struct sheet *sheet, struct viewer_box box, SDL_Color colour) {
  SDL_Rect rect = { box.x, box.y, box.width, box.height };
  SDL_SetRenderDrawColor(sheet->renderer, colour.r, colour.g, colour.b, colour.a);
  if (box.width > 0 && box.height > 0) SDL_RenderFillRect(sheet->renderer, &rect);
}

void sheet_text(struct sheet *sheet, int x, int y, const char *text, enum viewer_style style) {
  font_draw(sheet->font, x, y, text, strlen(text), sheet->theme->style[style].text,
            sheet->theme->style[style].bold);
}

static void clip_to(struct sheet *sheet, struct viewer_box box) {
  SDL_Rect rect = { box.x, box.y, box.width, box.height };
  SDL_RenderSetClipRect(sheet->renderer, &rect);
}

static unsigned draw_piece(struct sheet *sheet, int x, int y, const char *text, size_t bytes,
                           enum viewer_style style) {
  const struct theme *theme = sheet->theme;
  int columns = (int)text_columns(text, bytes), width = sheet->layout.cell_width;
  struct viewer_box behind = { x, y, columns * width, sheet->layout.cell_height };
  if (theme->style[style].behind.a) sheet_fill(sheet, behind, theme->style[style].behind);
  return font_draw(sheet->font, x, y, text, bytes, theme->style[style].text, theme->style[style].bold);
}

/* Spans in their styles, and what lies between them. */
static void draw_row(struct sheet *sheet, int x, int y, const struct viewer_row *row) {
  size_t at = 0, length = strlen(row->text);
  int width = sheet->layout.cell_width;
  for (unsigned i = 0; i <= row->span_count; i++) {
    bool last = i == row->span_count;
    size_t start = last ? length : row->span[i].start, end = last ? length : row->span[i].end;
    if (start > at) x += width * (int)draw_piece(sheet, x, y, row->text + at, start - at, STYLE_PLAIN);
    if (end > start)
      x += width * (int)draw_piece(sheet, x, y, row->text + start, end - start,
                                   (enum viewer_style)row->span[i].style);
    if (end > at) at = end;
  }
}

static void draw_rows(struct sheet *sheet, enum viewer_panel_id id, const struct viewer_panel *panel) {
  struct viewer_box inside = layout_inside(&sheet->layout, id), box = sheet->layout.box[id];
  int cell = sheet->layout.cell_height, padding = sheet->layout.padding;
  for (unsigned i = 0; i < panel->height && panel->first + i < panel->count; i++) {
    const struct viewer_row *row = &panel->row[panel->first + i];
    int y = inside.y + (int)i * cell;
    struct viewer_box bar = { box.x + padding / 2, y, box.width - padding / 2 * 2, cell };
    if (row->selected) sheet_fill(sheet, bar, sheet->theme->selection);
    draw_row(sheet, inside.x, y, row);
  }
}

/* How much of the panel is seen, and where that is. */
static void draw_scroll_bar(struct sheet *sheet, enum viewer_panel_id id, const struct viewer_panel *panel) {
  struct viewer_box inside = layout_inside(&sheet->layout, id), box = sheet->layout.box[id];
  int thick = sheet->layout.padding / 2, count = (int)panel->count, height = (int)panel->height;
  if (count <= height || height == 0) return;
  int length = inside.height * height / count;
  struct viewer_box thumb = { box.x + box.width - thick - 1,
                              inside.y + inside.height * (int)panel->first / count, thick,
                              length < thick ? thick : length };
  sheet_fill(sheet, thumb, sheet->theme->edge);
}

static void draw_frame(struct sheet *sheet, struct viewer_box box, SDL_Color edge, int thick) {
  sheet_fill(sheet, (struct viewer_box){ box.x, box.y, box.width, thick }, edge);
  sheet_fill(sheet, (struct viewer_box){ box.x, box.y + box.height - thick, box.width, thick }, edge);
  sheet_fill(sheet, (struct viewer_box){ box.x, box.y, thick, box.height }, edge);
  sheet_fill(sheet, (struct viewer_box){ box.x + box.width - thick, box.y, thick, box.height }, edge);
}

static void draw_title(struct sheet *sheet, enum viewer_panel_id id, const struct viewer_panel *panel) {
  struct viewer_box box = sheet->layout.box[id];
  int padding = sheet->layout.padding;
  box.height = sheet->layout.cell_height + padding;
  sheet_fill(sheet, box, panel->focused ? sheet->theme->selection : sheet->theme->title);
  sheet_text(sheet, box.x + padding, box.y + padding / 2, panel->title,
             panel->focused ? STYLE_STRONG : STYLE_LABEL);
}

static void draw_panel(struct sheet *sheet, enum viewer_panel_id id, const struct viewer_panel *panel) {
  struct viewer_box box = sheet->layout.box[id];
  int thick = sheet->layout.cell_height / 16 + 1;
  if (box.width <= 0 || box.height <= 0) return;
  clip_to(sheet, box);
  sheet_fill(sheet, box, layout_has_title(id) ? sheet->theme->panel : sheet->theme->header);
  if (layout_has_title(id)) {
    draw_title(sheet, id, panel);
    draw_frame(sheet, box, panel->focused ? sheet->theme->focus : sheet->theme->edge,
               panel->focused ? thick + 1 : thick);
  }
  draw_rows(sheet, id, panel);
  draw_scroll_bar(sheet, id, panel);
}

void sheet_draw(struct sheet *sheet, const struct viewer_picture *picture) {
  SDL_RenderSetClipRect(sheet->renderer, NULL);
  sheet_fill(sheet, sheet->layout.window, sheet->theme->background);
  for (unsigned i = 0; i < PANEL_HELP; i++)
    draw_panel(sheet, (enum viewer_panel_id)i, &picture->panel[i]);
  clip_to(sheet, sheet->layout.box[PANEL_RINGS]);
  sheet_draw_rings(sheet, picture);
  clip_to(sheet, sheet->layout.box[PANEL_TIMELINE]);
  sheet_draw_strip(sheet, &picture->timeline);
  if (picture->help) draw_panel(sheet, PANEL_HELP, &picture->panel[PANEL_HELP]);
  SDL_RenderSetClipRect(sheet->renderer, NULL);
}
