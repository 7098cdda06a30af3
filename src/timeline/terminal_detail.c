/* A transition from the inside, in a terminal: micro-steps on the boundary, stacks and registers left of it.
 */
#include <string.h>

#include "timeline/terminal.h"

enum {
  PANEL_ROOM = 256,
  PANEL_TEXT = 96,
  PANEL_COLUMN = 2,
  WORD_OFFSET = 4,
  WORD_VALUE = 11,
  CHANGE_OLD = 8,
  STEP_KIND = 7
};

/* What stands left of the boundary, line by line. */
struct panel {
  unsigned count;
  struct panel_line {
    char text[PANEL_TEXT];
    enum colour colour;
  } line[PANEL_ROOM];
};

static struct output *panel_line_begin(struct panel *panel, struct output *output, enum colour colour) {
  struct panel_line *line = &panel->line[panel->count < PANEL_ROOM - 1 ? panel->count++ : PANEL_ROOM - 1];
  line->colour = colour;
  output_init(output, NULL, line->text, sizeof line->text, false);
  return output;
}

static void panel_text(struct panel *panel, enum colour colour, const char *text, const char *more) {
  struct output output;
  output_text(panel_line_begin(panel, &output, colour), text);
  output_text(&output, more);
  output_finish(&output);
}

static void panel_word(struct panel *panel, const struct timeline_word *word) {
  struct output output;
  panel_line_begin(panel, &output, word->name ? COLOUR_NONE : COLOUR_FAINT);
  output_text(&output, word->at_pointer ? "SP>" : "");
  output_column(&output, WORD_OFFSET);
  output_text(&output, word->offset);
  output_column(&output, WORD_VALUE);
  output_text(&output, word->value);
  if (word->name) {
    output_text(&output, "  ");
    output_text(&output, word->name);
  }
  output_finish(&output);
}

static void panel_stack(struct panel *panel, const char *title, const struct timeline_stack *stack) {
  if (!stack->pointer) return;
  panel_text(panel, COLOUR_BOLD, title, stack->pointer);
  for (unsigned i = 0; i < stack->count; i++)
    panel_word(panel, &stack->word[i]);
  panel_text(panel, COLOUR_NONE, "", "");
}

/* On one line where there is room, else on two. */
static void panel_change(struct panel *panel, const struct timeline_change *change, size_t room) {
  struct output output;
  panel_line_begin(panel, &output, COLOUR_NONE);
  output_text(&output, change->name);
  output_column(&output, CHANGE_OLD);
  output_text(&output, change->old);
  if (output.column + strlen(" -> ") + strlen(change->new) <= room) {
    output_text(&output, " -> ");
    output_text(&output, change->new);
    output_finish(&output);
  } else {
    output_finish(&output);
    panel_text(panel, COLOUR_NONE, "     -> ", change->new);
  }
}

static void panel_changes(struct panel *panel, const struct timeline_detail *detail, size_t room) {
  panel_text(panel, COLOUR_BOLD, "registers changed", "");
  for (unsigned i = 0; i < detail->change_count; i++)
    panel_change(panel, &detail->change[i], room);
}

static void panel_fill(struct panel *panel, const struct timeline_detail *detail, size_t room) {
  panel->count = 0;
  panel_stack(panel, "stack before: ", &detail->before);
  panel_stack(panel, "stack after: ", &detail->after);
  panel_changes(panel, detail, room);
}

/* Where the telling of the steps has come to. */
struct steps_cursor {
  unsigned step;
  const char *rest; /* of the step's text; NULL: it has not begun */
};

/* One line of a step from the boundary on. */
static void put_step(struct terminal *terminal, const struct timeline_detail *detail,
                     struct steps_cursor *cursor, unsigned boundary) {
  const struct timeline_step *step = &detail->step[cursor->step];
  struct canvas *canvas = &terminal->canvas;
  enum colour colour = step->kind == BRIEF_FAILED ? COLOUR_RED : COLOUR_NONE;
  unsigned column = boundary + 2 + STEP_KIND;
  if (!cursor->rest) {
    const char *kind = brief_kind_text(step->kind);
    canvas_glyph(canvas, boundary, step->kind == BRIEF_FAILED ? CANVAS_REFUSED : CANVAS_STEP, colour);
    canvas_text(canvas, boundary + 2, kind, strlen(kind), colour ? colour : COLOUR_FAINT);
    cursor->rest = step->text;
  }
  const char *text = cursor->rest;
  size_t length = output_wrap(text, canvas->width - column, &cursor->rest);
  canvas_text(canvas, column, text, length, colour);
  if (*cursor->rest) return;
  cursor->step++;
  cursor->rest = NULL;
}

void terminal_detail(struct terminal *terminal, const struct timeline_row *row) {
  const struct timeline_detail *detail = row->detail;
  struct canvas *canvas = &terminal->canvas;
  unsigned boundary = terminal_boundary(terminal, row);
  size_t room = boundary - PANEL_COLUMN - 1;
  struct panel panel;
  struct steps_cursor cursor = { .step = 0 };
  panel_fill(&panel, detail, room);
  for (unsigned line = 0; line < panel.count || cursor.step < detail->step_count; line++) {
    canvas_clear(canvas);
    canvas_glyph(canvas, boundary, CANVAS_BOUNDARY, COLOUR_FAINT);
    if (line < panel.count)
      canvas_fit(canvas, PANEL_COLUMN, panel.line[line].text, room, panel.line[line].colour);
    if (cursor.step < detail->step_count) put_step(terminal, detail, &cursor, boundary);
    canvas_print(canvas, terminal->output);
  }
}
