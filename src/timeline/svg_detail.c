/* A transition from the inside, in SVG: its micro-steps on the boundary, the stack before on the left, the
 * stack after and the changed registers on the right. */
#include <stdio.h>
#include <string.h>

#include "timeline/svg.h"

enum {
  PAD = 10,
  STEP_LINES = 2,
  TAG = 46, /* a step's kind */
  WORD_HEIGHT = 18,
  OFFSET_WIDTH = 60,
  NAME_WIDTH = 72,
  PANEL_CELLS = (SVG_OUTSIDE - 3 * PAD) / SVG_SMALL_CELL,
  BETWEEN_PANELS = 12,
};

static size_t step_cells(const struct svg *svg) {
  int width = svg->lifeline[svg->last] - svg->lifeline[svg->first] - 4 * PAD - TAG - 2 * PAD;
  return (size_t)(width / SVG_SMALL_CELL);
}

static int step_height(const struct svg *svg, const struct timeline_step *step) {
  return (int)svg_wrap_lines(step->text, step_cells(svg), STEP_LINES) * SVG_SMALL_LINE + 3;
}

static int steps_height(const struct svg *svg, const struct timeline_detail *detail) {
  int height = 2 * PAD;
  for (unsigned i = 0; i < detail->step_count; i++)
    height += step_height(svg, &detail->step[i]);
  return height;
}

static int stack_height(const struct timeline_stack *stack) {
  return stack->pointer ? SVG_LINE + 4 + (int)stack->count * WORD_HEIGHT : 0;
}

static bool change_is_short(const struct timeline_change *change) {
  return strlen(change->name) + strlen(change->old) + strlen(change->new) + 5 <= PANEL_CELLS;
}

static int changes_height(const struct timeline_detail *detail) {
  int height = SVG_LINE + 4;
  for (unsigned i = 0; i < detail->change_count; i++)
    height += SVG_SMALL_LINE * (change_is_short(&detail->change[i]) ? 1 : 2);
  return height;
}

static int max(int a, int b) {
  return a > b ? a : b;
}

int svg_detail_height(const struct svg *svg, const struct timeline_detail *detail) {
  int left = stack_height(&detail->before);
  int right = stack_height(&detail->after) + BETWEEN_PANELS + changes_height(detail);
  return max(steps_height(svg, detail), max(left, right)) + 2 * PAD;
}

static void draw_step(struct svg *svg, const struct timeline_step *step, int x, int y) {
  static const struct {
    const char *class, *text;
  } kind[] = {
    [BRIEF_CHECK] = { "tag check", "small" }, [BRIEF_FAILED] = { "tag failed", "small red" },
    [BRIEF_READ] = { "tag read", "small" },   [BRIEF_WRITE] = { "tag write", "small" },
    [BRIEF_WALK] = { "tag walk", "small" },
  };
  svg_rect(svg, kind[step->kind].class, x, y + 1, TAG, SVG_SMALL_LINE - 2, 3);
  svg_fit(svg, "tagname", x + TAG / 2, y + 12, SVG_MIDDLE, brief_kind_text(step->kind), 6);
  svg_wrap(svg,
           &(struct svg_text){ .class = kind[step->kind].text,
                               .x = x + TAG + PAD,
                               .y = y + 12,
                               .text = step->text,
                               .full = step->full },
           step_cells(svg), STEP_LINES, SVG_SMALL_LINE);
}

static void draw_steps(struct svg *svg, const struct timeline_detail *detail, int y) {
  int x = svg->lifeline[svg->first] + 2 * PAD;
  int width = (int)(step_cells(svg) * SVG_SMALL_CELL) + TAG + 3 * PAD;
  svg_rect(svg, "steps", x, y, width, steps_height(svg, detail), 6);
  y += PAD;
  for (unsigned i = 0; i < detail->step_count; i++) {
    draw_step(svg, &detail->step[i], x + PAD, y);
    y += step_height(svg, &detail->step[i]);
  }
}

/* One word: its distance from the pointer, a box with its value, and what was pushed or popped there. */
static void draw_word(struct svg *svg, const struct timeline_word *word, int x, int y) {
  int width = (int)strlen(word->value) * SVG_SMALL_CELL + PAD;
  int baseline = y + 13;
  svg_fit(svg, word->at_pointer ? "small strong" : "small faint", x + OFFSET_WIDTH - 20, baseline, SVG_END,
          word->offset, OFFSET_WIDTH / SVG_SMALL_CELL);
  if (word->at_pointer) svg_arrow(svg, "call", x + OFFSET_WIDTH - 17, x + OFFSET_WIDTH, y + WORD_HEIGHT / 2);
  svg_rect(svg, word->name ? "word named" : "word", x + OFFSET_WIDTH, y, width, WORD_HEIGHT, 0);
  svg_fit(svg, word->name ? "small" : "small faint", x + OFFSET_WIDTH + PAD / 2, baseline, SVG_START,
          word->value, 18);
  if (word->name)
    svg_fit(svg, "small strong", x + OFFSET_WIDTH + width + PAD / 2, baseline, SVG_START, word->name,
            NAME_WIDTH / SVG_SMALL_CELL);
}

static void draw_stack(struct svg *svg, const char *title, const struct timeline_stack *stack, int x, int y) {
  char text[80];
  if (!stack->pointer) return;
  snprintf(text, sizeof text, "%s, %s", title, stack->pointer);
  svg_fit(svg, "small strong", x, y + 12, SVG_START, text, PANEL_CELLS);
  for (unsigned i = 0; i < stack->count; i++)
    draw_word(svg, &stack->word[i], x, y + SVG_LINE + 4 + (int)i * WORD_HEIGHT);
}

static void draw_changes(struct svg *svg, const struct timeline_detail *detail, int x, int y) {
  svg_fit(svg, "small strong", x, y + 12, SVG_START, "registers changed", PANEL_CELLS);
  y += SVG_LINE + 4 + 12;
  for (unsigned i = 0; i < detail->change_count; i++) {
    const struct timeline_change *change = &detail->change[i];
    char text[256];
    bool one_line = change_is_short(change);
    snprintf(text, sizeof text, "%s %s%s%s", change->name, change->old, one_line ? " -> " : "",
             one_line ? change->new : "");
    svg_fit(svg, "small", x, y, SVG_START, text, PANEL_CELLS);
    y += SVG_SMALL_LINE;
    if (one_line) continue;
    snprintf(text, sizeof text, "  -> %s", change->new);
    svg_fit(svg, "small", x, y, SVG_START, text, PANEL_CELLS);
    y += SVG_SMALL_LINE;
  }
}

void svg_detail_draw(struct svg *svg, const struct timeline_detail *detail, int y) {
  int left = svg->lifeline[svg->first] - SVG_OUTSIDE + PAD, right = svg->lifeline[svg->last] + 2 * PAD;
  draw_steps(svg, detail, y);
  draw_stack(svg, "stack before", &detail->before, left, y);
  draw_stack(svg, "stack after", &detail->after, right, y);
  draw_changes(svg, detail, right, y + stack_height(&detail->after) + BETWEEN_PANELS);
}
