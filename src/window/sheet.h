/* Where a picture is drawn: a renderer, a font, a theme. */
#ifndef WINDOW_SHEET_H
#define WINDOW_SHEET_H

#include "viewer/viewer.h"
#include "window/font.h"
#include "window/theme.h"

struct sheet {
  SDL_Renderer *renderer;
  struct font *font;
  const struct theme *theme;
  struct viewer_layout layout;
  const char *font_file;
  int font_size;
};

/* Loads the font that suits a size in pixels, unless it is there, and computes the layout. */
enum rs_status sheet_resize(struct sheet *sheet, int width, int height, int font_steps,
                            struct rs_error *error);
void sheet_close(struct sheet *sheet);

/* Draws it all. */
void sheet_draw(struct sheet *sheet, const struct viewer_picture *picture);

/* Parts of it. */
void sheet_fill(struct sheet *sheet, struct viewer_box box, SDL_Color colour);
void sheet_text(struct sheet *sheet, int x, int y, const char *text, enum viewer_style style);
void sheet_draw_rings(struct sheet *sheet, const struct viewer_picture *picture);
void sheet_draw_strip(struct sheet *sheet, const struct viewer_timeline *timeline);

#endif
