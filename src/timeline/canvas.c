/* The drawing of lines in a terminal. */
#include "timeline/canvas.h"

#include <string.h>

void canvas_clear(struct canvas *canvas) {
  for (unsigned i = 0; i < canvas->width; i++)
    canvas->cell[i] = (struct canvas_cell){ .c = ' ' };
}

void canvas_glyph(struct canvas *canvas, unsigned column, enum canvas_glyph glyph, enum colour colour) {
  if (column >= canvas->width) return;
  canvas->cell[column] = (struct canvas_cell){ .glyph = (uint8_t)glyph, .colour = (uint8_t)colour };
}

unsigned canvas_text(struct canvas *canvas, unsigned column, const char *text, size_t length,
                     enum colour colour) {
  for (size_t i = 0; i < length && column + i < canvas->width; i++)
    canvas->cell[column + i] = (struct canvas_cell){ .c = text[i], .colour = (uint8_t)colour };
  return column + (unsigned)length;
}

unsigned canvas_fit(struct canvas *canvas, unsigned column, const char *text, size_t room,
                    enum colour colour) {
  size_t length = strlen(text);
  if (length <= room) return canvas_text(canvas, column, text, length, colour);
  if (!room) return column;
  unsigned end = canvas_text(canvas, column, text, room - 1, colour);
  canvas_glyph(canvas, end, CANVAS_CUT, colour);
  return end + 1;
}

static void cell_print(const struct canvas *canvas, struct output *output, const struct canvas_cell *cell) {
  static const struct {
    const char *unicode;
    char ascii;
  } glyph[] = {
#define X(name, unicode, ascii) { unicode, ascii },
    CANVAS_GLYPHS(X)
#undef X
  };
  if (cell->c)
    output_char(output, cell->c);
  else if (canvas->ascii)
    output_char(output, glyph[cell->glyph].ascii);
  else
    output_text(output, glyph[cell->glyph].unicode);
}

void canvas_print(const struct canvas *canvas, struct output *output) {
  unsigned end = canvas->width;
  enum colour colour = COLOUR_NONE;
  while (end && canvas->cell[end - 1].c == ' ')
    end--;
  for (unsigned i = 0; i < end; i++) {
    const struct canvas_cell *cell = &canvas->cell[i];
    if (cell->colour != colour && cell->c != ' ') {
      output_colour(output, COLOUR_NONE);
      colour = (enum colour)cell->colour;
      if (colour) output_colour(output, colour);
    }
    cell_print(canvas, output, cell);
  }
  if (colour) output_colour(output, COLOUR_NONE);
  output_line(output);
}
