/* Colours. */
#ifndef WINDOW_THEME_H
#define WINDOW_THEME_H

#include <SDL.h>

#include "viewer/rows.h"

struct theme {
  SDL_Color background, panel, title, header, edge, focus, selection, cursor;
  SDL_Color user, kernel, fault, unknown; /* areas of the timeline */
  SDL_Color ring[4];                      /* from the innermost on, where the processor is not */
  SDL_Color ring_active[4];               /* and where it is */
  SDL_Color ring_text;
  struct {
    SDL_Color text, behind; /* `behind`.a 0: nothing */
    bool bold;
  } style[STYLE_COUNT];
};

const struct theme *theme_get(bool light);

#endif
