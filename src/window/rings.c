/* The rings as circles, with the processor as a dot and its way as an arrow: drawn pixel by pixel, since
 * edges are to be smooth. */
#include <math.h>

#include "window/sheet.h"

struct point {
  float x, y;
};

struct drawing {
  const struct theme *theme;
  const struct viewer_rings *rings;
  float size, unit;                   /* of the square, and the width of a ring */
  struct point centre, from, to, now; /* `to` is where the arrow ends, before the dot */
};

/* How much of a pixel lies inside an edge that is `distance` away, below 0 inside. */
static float coverage(float distance) {
  float part = 0.5f - distance;
  return part < 0 ? 0 : part > 1 ? 1 : part;
}

static SDL_Color mix(SDL_Color below, SDL_Color above, float part) {
  below.r = (Uint8)((float)below.r + ((float)above.r - (float)below.r) * part + 0.5f);
  below.g = (Uint8)((float)below.g + ((float)above.g - (float)below.g) * part + 0.5f);
  below.b = (Uint8)((float)below.b + ((float)above.b - (float)below.b) * part + 0.5f);
  return below;
}

static float distance(struct point a, struct point b) {
  return sqrtf((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

/* From a point to a line between two. */
static float line_distance(struct point p, struct point a, struct point b) {
  float dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  float part = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
  part = part < 0 ? 0 : part > 1 ? 1 : part;
  return distance(p, (struct point){ a.x + dx * part, a.y + dy * part });
}

/* To the head of the arrow: two strokes back from its tip. */
static float head_distance(const struct drawing *drawing, struct point p) {
  struct point tip = drawing->to, tail = drawing->from;
  float length = distance(tip, tail), reach = drawing->unit * 0.35f;
  if (length <= 0) return drawing->size;
  struct point back = { (tail.x - tip.x) / length * reach, (tail.y - tip.y) / length * reach };
  struct point left = { tip.x + back.x - back.y * 0.7f, tip.y + back.y + back.x * 0.7f };
  struct point right = { tip.x + back.x + back.y * 0.7f, tip.y + back.y - back.x * 0.7f };
  return fminf(line_distance(p, tip, left), line_distance(p, tip, right));
}

/* Where a ring is passed, to the lower right of the centre. */
static struct point ring_point(const struct drawing *drawing, unsigned ring) {
  float radius = ((float)ring + 0.5f) * drawing->unit;
  return (struct point){ drawing->centre.x + radius * 0.866f, drawing->centre.y + radius * 0.5f };
}

/* `gap` short of `end`, coming from `start`. */
static struct point point_before(struct point end, struct point start, float gap) {
  float length = distance(end, start);
  if (length <= gap) return end;
  return (struct point){ end.x - (end.x - start.x) / length * gap, end.y - (end.y - start.y) / length * gap };
}

static SDL_Color drawing_pixel(const struct drawing *drawing, struct point p) {
  const struct theme *theme = drawing->theme;
  const struct viewer_rings *rings = drawing->rings;
  SDL_Color colour = theme->panel;
  float away = distance(p, drawing->centre), stroke = drawing->unit * 0.07f;
  for (unsigned ring = 4; ring-- > 0;) {
    float edge = away - ((float)ring + 1) * drawing->unit;
    SDL_Color fill = rings->now == ring ? theme->ring_active[ring] : theme->ring[ring];
    colour = mix(colour, theme->edge, coverage(edge));
    colour = mix(colour, fill, coverage(edge + stroke * 0.6f));
  }
  if (rings->crosses) {
    float way = fminf(line_distance(p, drawing->from, drawing->to), head_distance(drawing, p));
    SDL_Color line = rings->fault ? theme->fault : theme->cursor;
    colour = mix(colour, line, coverage(way - stroke) * (rings->now == rings->after ? 1.0f : 0.55f));
  }
  float dot = distance(p, drawing->now) - drawing->unit * 0.24f;
  colour = mix(colour, theme->background, coverage(dot - stroke));
  return mix(colour, theme->cursor, coverage(dot));
}

static void surface_fill(SDL_Surface *surface, const struct drawing *drawing) {
  for (int y = 0; y < surface->h; y++) {
    Uint32 *row = (Uint32 *)(void *)((Uint8 *)surface->pixels + (size_t)y * (size_t)surface->pitch);
    for (int x = 0; x < surface->w; x++) {
      SDL_Color colour = drawing_pixel(drawing, (struct point){ (float)x + 0.5f, (float)y + 0.5f });
      row[x] = SDL_MapRGB(surface->format, colour.r, colour.g, colour.b);
    }
  }
}

/* The rings' numbers, upwards from the centre. */
static void draw_numbers(struct sheet *sheet, struct viewer_box box, const struct drawing *drawing) {
  int cell_width = sheet->layout.cell_width, cell_height = sheet->layout.cell_height;
  for (unsigned ring = 0; ring < 4; ring++) {
    char digit[2] = { (char)('0' + ring), 0 };
    float radius = ((float)ring + 0.5f) * drawing->unit;
    int x = box.x + (int)drawing->centre.x - cell_width / 2;
    int y = box.y + (int)(drawing->centre.y - radius) - cell_height / 2;
    font_draw(sheet->font, x, y, digit, 1, sheet->theme->ring_text, true);
  }
}

static void draw_surface(struct sheet *sheet, struct viewer_box box, const struct drawing *drawing) {
  SDL_Surface *surface =
      SDL_CreateRGBSurfaceWithFormat(0, box.width, box.height, 32, SDL_PIXELFORMAT_ARGB8888);
  if (!surface) return;
  surface_fill(surface, drawing);
  SDL_Texture *texture = SDL_CreateTextureFromSurface(sheet->renderer, surface);
  SDL_Rect to = { box.x, box.y, box.width, box.height };
  if (texture) SDL_RenderCopy(sheet->renderer, texture, NULL, &to);
  SDL_DestroyTexture(texture);
  SDL_FreeSurface(surface);
}

void sheet_draw_rings(struct sheet *sheet, const struct viewer_picture *picture) {
  struct viewer_box inside = layout_inside(&sheet->layout, PANEL_RINGS);
  int text = (int)picture->panel[PANEL_RINGS].count * sheet->layout.cell_height + sheet->layout.padding;
  int height = inside.height - text, size = height < inside.width ? height : inside.width;
  if (size < 4 * sheet->layout.cell_height) return;
  struct viewer_box box = { inside.x + (inside.width - size) / 2, inside.y + text, size, size };
  struct drawing drawing = { .theme = sheet->theme,
                             .rings = &picture->rings,
                             .size = (float)size,
                             .unit = (float)size / 8.2f,
                             .centre = { (float)size / 2, (float)size / 2 } };
  drawing.from = ring_point(&drawing, picture->rings.before);
  drawing.to = point_before(ring_point(&drawing, picture->rings.after), drawing.from, drawing.unit * 0.42f);
  drawing.now = ring_point(&drawing, picture->rings.now);
  draw_surface(sheet, box, &drawing);
  draw_numbers(sheet, box, &drawing);
}
