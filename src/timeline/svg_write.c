/* The elements of an SVG, written so that no text can be more than text. */
#include <string.h>

#include "timeline/svg.h"

static void print_escaped(struct output *output, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    switch (c) {
    case '&': output_text(output, "&amp;"); break;
    case '<': output_text(output, "&lt;"); break;
    case '>': output_text(output, "&gt;"); break;
    case '"': output_text(output, "&quot;"); break;
    default: output_char(output, c >= ' ' && c <= '~' ? c : '?');
    }
  }
}

void svg_attribute(struct svg *svg, const char *name, int value) {
  output_char(svg->output, ' ');
  output_text(svg->output, name);
  output_text(svg->output, "=\"");
  output_signed(svg->output, value);
  output_char(svg->output, '"');
}

static void element_begin(struct svg *svg, const char *name, const char *class) {
  output_char(svg->output, '<');
  output_text(svg->output, name);
  output_text(svg->output, " class=\"");
  output_text(svg->output, class);
  output_char(svg->output, '"');
}

static void element_end(struct svg *svg) {
  output_text(svg->output, "/>");
  output_line(svg->output);
}

void svg_text(struct svg *svg, const struct svg_text *text) {
  static const char *const anchor[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
  struct output *output = svg->output;
  element_begin(svg, "text", text->class);
  svg_attribute(svg, "x", text->x);
  svg_attribute(svg, "y", text->y);
  output_text(output, anchor[text->anchor]);
  output_char(output, '>');
  if (text->full) {
    output_text(output, "<title>");
    print_escaped(output, text->full, strlen(text->full));
    output_text(output, "</title>");
  }
  print_escaped(output, text->text, text->length);
  if (text->cut) output_text(output, "&#8230;");
  output_text(output, "</text>");
  output_line(output);
}

void svg_fit(struct svg *svg, const char *class, int x, int y, enum svg_anchor anchor, const char *text,
             size_t cells) {
  size_t length = strlen(text);
  bool cut = length > cells;
  if (!length) return;
  svg_text(svg,
           &(struct svg_text){ class, x, y, anchor, text, cut ? cells - 1 : length, cut, cut ? text : NULL });
}

unsigned svg_wrap(struct svg *svg, const struct svg_text *first, size_t cells, unsigned lines, int height) {
  const char *rest = first->text;
  unsigned line = 0;
  for (; *rest && line < lines; line++) {
    struct svg_text part = *first;
    part.text = rest;
    part.length = output_wrap(rest, cells, &rest);
    part.cut = *rest && line + 1 == lines;
    if (part.cut && part.length == cells) part.length--;
    if (part.cut && !part.full) part.full = first->text;
    part.y += height * (int)line;
    svg_text(svg, &part);
  }
  return line;
}

unsigned svg_wrap_lines(const char *text, size_t cells, unsigned lines) {
  unsigned line = 0;
  for (; *text && line < lines; line++)
    output_wrap(text, cells, &text);
  return line;
}

void svg_rect(struct svg *svg, const char *class, int x, int y, int width, int height, int radius) {
  element_begin(svg, "rect", class);
  svg_attribute(svg, "x", x);
  svg_attribute(svg, "y", y);
  svg_attribute(svg, "width", width);
  svg_attribute(svg, "height", height);
  if (radius) svg_attribute(svg, "rx", radius);
  element_end(svg);
}

void svg_line(struct svg *svg, const char *class, int x1, int y1, int x2, int y2) {
  element_begin(svg, "line", class);
  svg_attribute(svg, "x1", x1);
  svg_attribute(svg, "y1", y1);
  svg_attribute(svg, "x2", x2);
  svg_attribute(svg, "y2", y2);
  element_end(svg);
}

static void print_point(struct output *output, int x, int y) {
  output_signed(output, x);
  output_char(output, ',');
  output_signed(output, y);
}

enum { HEAD_LENGTH = 11, HEAD_HALF = 5 };

void svg_arrow(struct svg *svg, const char *class, int from, int to, int y) {
  int back = to > from ? -HEAD_LENGTH : HEAD_LENGTH;
  char head[32];
  struct output name;
  svg_line(svg, class, from, y, to + back, y);
  output_init(&name, NULL, head, sizeof head, false);
  output_text(&name, class);
  output_text(&name, " head");
  element_begin(svg, "polygon", output_finish(&name));
  output_text(svg->output, " points=\"");
  print_point(svg->output, to, y);
  output_char(svg->output, ' ');
  print_point(svg->output, to + back, y - HEAD_HALF);
  output_char(svg->output, ' ');
  print_point(svg->output, to + back, y + HEAD_HALF);
  output_char(svg->output, '"');
  element_end(svg);
}
