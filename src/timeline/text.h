/* A text on its way into a layout. */
#ifndef TIMELINE_TEXT_H
#define TIMELINE_TEXT_H

#include "timeline/layout.h"
#include "trace/output.h"

enum { TIMELINE_TEXT = 2048 };

struct text {
  struct output output;
  char bytes[TIMELINE_TEXT];
};

static inline struct output *text_begin(struct text *text) {
  output_init(&text->output, NULL, text->bytes, sizeof text->bytes, false);
  return &text->output;
}

static inline const char *text_end(struct text *text, struct timeline_layout *layout) {
  return timeline_layout_text(layout, output_finish(&text->output));
}

#endif
