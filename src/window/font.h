/* A monospaced font at one size: its characters as textures. */
#ifndef WINDOW_FONT_H
#define WINDOW_FONT_H

#include <SDL.h>
#include <stdbool.h>

#include "ringside/status.h"

struct font;

/* `file` NULL: the first of the usual places that has one. The font belongs to `renderer`. */
enum rs_status font_open(SDL_Renderer *renderer, const char *file, int size, struct font **out,
                         struct rs_error *error);
void font_close(struct font *font);

int font_cell_width(const struct font *font);
int font_cell_height(const struct font *font);

/* Draws the first `bytes` of UTF-8, one character to a cell, and returns how many those were. */
unsigned font_draw(struct font *font, int x, int y, const char *text, size_t bytes, SDL_Color colour,
                   bool bold);

#endif
