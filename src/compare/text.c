/* A comparison as text in two columns. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compare/report.h"
#include "trace/brief.h"

enum { NAMES = 33, KIND = 7, BETWEEN = 3 };

/* Where the two columns of the summary begin and how wide they are. */
static unsigned cell_width(unsigned width) {
  return (width - NAMES) / 2;
}

static void print_part(struct output *output, const char *text, size_t room) {
  size_t length = strlen(text);
  if (length <= room) {
    output_text(output, text);
    return;
  }
  output_bytes(output, text, room - 2);
  output_text(output, "..");
}

static void print_row(struct output *output, unsigned width, const char *name, const char *first,
                      const char *second) {
  unsigned cell = cell_width(width);
  bool differ = strcmp(first, second) != 0;
  output_text(output, name);
  output_column(output, NAMES);
  if (differ) output_colour(output, COLOUR_BOLD);
  print_part(output, first, cell - 1);
  output_column(output, NAMES + cell);
  print_part(output, second, cell - 1);
  if (differ) output_colour(output, COLOUR_NONE);
  output_line(output);
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static void figure_print(char *text, size_t size, const struct figure *figure,
                         const struct run_tally *tally) {
  uint64_t value = figure_value(figure, tally), calls = tally->calls.count;
  if (figure->for_each_call && !calls)
    snprintf(text, size, "-");
  else if (figure->for_each_call)
    snprintf(text, size, "%" PRIu64 ".%" PRIu64 " each", value / calls, value % calls * 10 / calls);
  else
    snprintf(text, size, "%" PRIu64, value);
}

/* What neither run does is not told. */
static void print_figure(struct output *output, const struct comparison *comparison, unsigned width,
                         const struct figure *figure) {
  char text[2][64];
  bool any = false;
  for (unsigned i = 0; i < 2; i++) {
    figure_print(text[i], sizeof text[i], figure, &comparison->side[i].counter.tally);
    any = any || figure_value(figure, &comparison->side[i].counter.tally);
  }
  if (any) print_row(output, width, figure->text, text[0], text[1]);
}

static void print_summary(struct output *output, const struct comparison *comparison, unsigned width) {
  const struct side *a = &comparison->side[0], *b = &comparison->side[1];
  output_colour(output, COLOUR_BOLD);
  print_row(output, width, "", base_name(a->name), base_name(b->name));
  output_colour(output, COLOUR_NONE);
  print_row(output, width, "program", base_name(rs_log_program(a->log)), base_name(rs_log_program(b->log)));
  print_row(output, width, "recorded at", report_level_name(a->log), report_level_name(b->log));
  print_row(output, width, "processor", report_model_name(a->model), report_model_name(b->model));
  for (const struct figure *figure = report_figures; figure->key; figure++)
    if (figure_is_known(figure, comparison)) print_figure(output, comparison, width, figure);
}

/* One side of a row while its lines are printed. */
struct half {
  const char *kind, *rest;
  unsigned indent; /* before the text */
};

static void half_print(struct output *output, struct half *half, unsigned column, size_t room) {
  if (!half->kind && !*half->rest) return;
  output_column(output, column);
  if (half->kind) output_text(output, half->kind);
  half->kind = NULL;
  if (!*half->rest) return;
  const char *text = half->rest;
  size_t length = output_wrap(text, room - half->indent, &half->rest);
  output_column(output, column + half->indent);
  output_bytes(output, text, length);
}

/* Two texts beside each other, over as many lines as they take, and what stands between them on the first. */
static void print_halves(struct output *output, unsigned width, struct half half[2], char sign,
                         enum colour colour) {
  size_t room = (width - BETWEEN) / 2;
  do {
    output_colour(output, colour);
    half_print(output, &half[0], 0, room);
    if (sign != ' ' || half[1].kind || *half[1].rest) {
      output_column(output, (unsigned)room + 1);
      output_char(output, sign);
    }
    half_print(output, &half[1], (unsigned)room + BETWEEN, room);
    output_colour(output, COLOUR_NONE);
    output_line(output);
    sign = ' ';
  } while (half[0].kind || *half[0].rest || half[1].kind || *half[1].rest);
}

static void print_aligned_row(struct output *output, const struct comparison *comparison, unsigned pick,
                              const struct align_row *row, unsigned width, bool same) {
  static const char sign[] = { [ALIGN_BOTH] = '|', [ALIGN_FIRST] = '<', [ALIGN_SECOND] = '>' };
  static const enum colour colour[] = {
    [ALIGN_BOTH] = COLOUR_NONE, [ALIGN_FIRST] = COLOUR_USER, [ALIGN_SECOND] = COLOUR_KERNEL
  };
  char text[2][SIDE_LINE];
  struct half half[2] = { { NULL, "", KIND }, { NULL, "", KIND } };
  for (unsigned i = 0; i < 2; i++) {
    if (row->side == (i ? ALIGN_FIRST : ALIGN_SECOND)) continue;
    const struct rs_transition *transition = side_pick(&comparison->side[i], pick)->transition;
    half[i].kind = brief_kind_text(brief_kind(&transition->step[row->step[i]]));
    half[i].rest = row_text(comparison, pick, row, i, text[i], sizeof text[i]);
  }
  print_halves(output, width, half, same ? ' ' : sign[row->side], colour[row->side]);
}

/* `text` from column `indent` on, behind `head`, on as many lines as it takes. */
static void print_wrapped(struct output *output, unsigned width, unsigned indent, const char *head,
                          const char *text) {
  output_text(output, head);
  do {
    const char *line = text;
    size_t length = output_wrap(text, width - indent, &text);
    if (indent) output_column(output, indent);
    output_bytes(output, line, length);
    output_line(output);
  } while (*text);
}

static void print_aligned(struct output *output, const struct comparison *comparison, unsigned pick,
                          unsigned width) {
  const struct alignment *alignment = &comparison->alignment[pick];
  unsigned count[3] = { 0 }, other = 0;
  char text[160];
  struct half head[2];
  output_line(output);
  for (unsigned i = 0; i < 2; i++)
    head[i] = (struct half){ NULL, side_pick(&comparison->side[i], pick)->headline, 0 };
  print_halves(output, width, head, ' ', COLOUR_BOLD);
  for (unsigned i = 0; i < alignment->count; i++) {
    const struct align_row *row = &alignment->row[i];
    bool same = row_is_same(comparison, pick, row);
    count[row->side]++;
    other += row->side == ALIGN_BOTH && !same;
    print_aligned_row(output, comparison, pick, row, width, same);
  }
  snprintf(text, sizeof text,
           "%u in common, %u of them with other values (|); %u on the left alone (<), %u on the right (>)",
           count[ALIGN_BOTH], other, count[ALIGN_FIRST], count[ALIGN_SECOND]);
  print_wrapped(output, width, 0, "", text);
}

/* Of logs that end too early nobody knows. */
static void print_equal(struct output *output, const struct comparison *comparison) {
  const struct side *a = &comparison->side[0], *b = &comparison->side[1];
  output_text(output, "the same run");
  if (a->status != RS_OK || b->status != RS_OK)
    output_text(output, " as far as both are whole");
  else if (rs_log_level(a->log) != rs_log_level(b->log))
    output_text(output, ", as far as both logs tell it");
  output_line(output);
}

static void print_difference(struct output *output, const struct comparison *comparison, unsigned width) {
  static const char *const sign[] = { "  <", "  >" };
  const struct difference *difference = &comparison->difference;
  char text[DIFFERENCE_TEXT + 128], second[64] = "";
  if (!difference->found) {
    print_equal(output, comparison);
    return;
  }
  uint64_t first = difference->event[0] ? difference->event[0] : difference->event[1];
  if (difference->event[1] && first != difference->event[1])
    snprintf(second, sizeof second, " of the first log and %" PRIu64 " of the second", difference->event[1]);
  snprintf(text, sizeof text, "the first difference is in event %" PRIu64 "%s: %s", first, second,
           difference->what);
  print_wrapped(output, width, 0, "", text);
  for (unsigned i = 0; i < 2; i++) {
    print_wrapped(output, width, 4, sign[i], difference->headline[i]);
    if (*difference->value[i]) print_wrapped(output, width, 6, "", difference->value[i]);
  }
}

void report_text(const struct comparison *comparison, const struct rs_compare_options *options,
                 struct output *output) {
  if (!options->difference_only) {
    print_summary(output, comparison, options->width);
    for (unsigned i = 0; i < PICKS; i++)
      if (pick_is_there(comparison, i)) print_aligned(output, comparison, i, options->width);
    output_line(output);
  }
  print_difference(output, comparison, options->width);
}
