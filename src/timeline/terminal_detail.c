/* A transition from the inside, in a terminal: micro-steps on the boundary, stacks and registers left of it.
 */
#include <stdio.h>
#include <string.h>

#include "timeline/terminal.h"

enum { PANEL_ROOM = 256, PANEL_TEXT = 72, PANEL_COLUMN = 2, STEP_KIND = 7 };

/* What stands left of the boundary, line by line. */
struct panel {
  unsigned count;
  struct panel_line {
    char text[PANEL_TEXT];
    enum colour colour;
  } line[PANEL_ROOM];
};

static void panel_add(struct panel *panel, enum colour colour, const char *first, const char *second,
                      const char *third) {
  if (panel->count == PANEL_ROOM) return;
  struct panel_line *line = &panel->line[panel->count++];
  struct output text;
  output_init(&text, NULL, line->text, sizeof line->text, false);
  output_text(&text, first);
  output_text(&text, second);
  output_text(&text, third);
  output_finish(&text);
  line->colour = colour;
}

static void panel_stack(struct panel *panel, const char *title, const struct timeline_stack *stack) {
  if (!stack->pointer) return;
  panel_add(panel, COLOUR_BOLD, title, stack->pointer, "");
  for (unsigned i = 0; i < stack->count; i++) {
    const struct timeline_word *word = &stack->word[i];
    char place[32];
    snprintf(place, sizeof place, "%s %5s  ", word->at_pointer ? "SP>" : "   ", word->offset);
    char name[32];
    snprintf(name, sizeof name, "%s%s", word->name ? "  " : "", word->name ? word->name : "");
    panel_add(panel, word->name ? COLOUR_NONE : COLOUR_FAINT, place, word->value, name);
  }
}

static void panel_changes(struct panel *panel, const struct timeline_detail *detail, size_t room) {
  panel_add(panel, COLOUR_BOLD, "registers changed", "", "");
  for (unsigned i = 0; i < detail->change_count; i++) {
    const struct timeline_change *change = &detail->change[i];
    char name[32], new[PANEL_TEXT];
    snprintf(name, sizeof name, "%-7s ", change->name);
    snprintf(new, sizeof new, " -> %s", change->new);
    if (strlen(name) + strlen(change->old) + strlen(new) <= room) {
      panel_add(panel, COLOUR_NONE, name, change->old, new);
    } else {
      panel_add(panel, COLOUR_NONE, name, change->old, "");
      panel_add(panel, COLOUR_NONE, "    ", new, "");
    }
  }
}

static void panel_fill(struct panel *panel, const struct timeline_detail *detail, size_t room) {
  panel->count = 0;
  panel_stack(panel, "stack before: ", &detail->before);
  if (panel->count) panel_add(panel, COLOUR_NONE, "", "", "");
  panel_stack(panel, "stack after: ", &detail->after);
  if (panel->count) panel_add(panel, COLOUR_NONE, "", "", "");
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
