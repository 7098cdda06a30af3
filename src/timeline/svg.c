/* The timeline as one SVG picture: a sink that keeps rows until it is closed. */
#include "timeline/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/build.h"

enum { SVG_BUFFER = 1 << 16, MARKS = 8, MARKS_ALONE = 200, TITLE_SIZE = 320, TITLE_CELLS = 100 };

struct svg_sink {
  struct rs_trace_sink sink;
  struct timeline_builder builder;
  struct timeline_layout layout;
  struct output output;
  unsigned limit, crossings;
  uint64_t first, last; /* the crossings shown */
  char program[TITLE_SIZE];
  char buffer[SVG_BUFFER];
};

static const char style[] =
    "<style>\n"
    "text{fill:#1b1f24;font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,"
    "\"DejaVu Sans\",sans-serif;font-size:12.5px}\n"
    ".mono,.small{font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans Mono\","
    "\"Liberation Mono\",monospace;white-space:pre}\n"
    ".small{font-size:11px}\n"
    ".faint{fill:#57606a}.red{fill:#a40e26}.strong{font-weight:700}\n"
    ".title{font-size:18px;font-weight:600}.lane{font-size:15px;font-weight:600}\n"
    ".tagname{font-size:10px;font-weight:600;fill:#fff}\n"
    ".page,.note{fill:#fff}\n"
    ".tint.user{fill:#edf4fc}.tint.v86{fill:#eaf6f0}.tint.ring2{fill:#f3effb}.tint.ring1{fill:#f8eef6}\n"
    ".tint.kernel{fill:#fdf5e6}.tint.real{fill:#f2f2ef}\n"
    ".bar.user{fill:#2f6fb3}.bar.v86{fill:#2e8062}.bar.ring2{fill:#6a51a3}.bar.ring1{fill:#9a4f86}\n"
    ".bar.kernel{fill:#b26a00}.bar.real{fill:#6b6b5e}\n"
    ".lifeline{stroke:#8c959f;stroke-width:1.5}\n"
    ".boundary{stroke:#8c959f;stroke-width:1.5;stroke-dasharray:2 5}\n"
    ".call,.answer,.fault{fill:none;stroke:#1b1f24;stroke-width:2}\n"
    ".answer{stroke-dasharray:7 4}.fault{stroke:#c0202b}\n"
    ".call.head,.answer.head{fill:#1b1f24;stroke:none}.fault.head{fill:#c0202b;stroke:none}\n"
    ".frame{fill:#fff;stroke:#8c959f;stroke-width:1;stroke-dasharray:none}\n"
    ".frame.fault{fill:#fff5f5;stroke:#c0202b}\n"
    ".steps{fill:#fff;stroke:#57606a}\n"
    ".tag.check{fill:#1a7f37}.tag.failed{fill:#c0202b}.tag.read{fill:#0b5cad}.tag.write{fill:#9a5b00}\n"
    ".tag.walk{fill:#57606a}\n"
    ".word{fill:#fff;stroke:#8c959f}.word.named{fill:#fff3c4;stroke:#8a6100}\n"
    ".mark{fill:#57606a}.refusal{fill:#c0202b}.cross{stroke:#fff;stroke-width:2.5}\n"
    "</style>\n";

static const char *lane_class(unsigned lane) {
  static const char *const name[TIMELINE_LANES] = { "tint user",  "tint v86",    "tint ring2",
                                                    "tint ring1", "tint kernel", "tint real" };
  return name[lane];
}

/* Two lanes are SVG_BETWEEN apart, more of them half as far each. */
static void lanes_place(struct svg *svg, unsigned lanes, bool details) {
  unsigned count = 0;
  for (unsigned lane = 0; lane < TIMELINE_LANES; lane++)
    count += lanes >> lane & 1;
  int x = SVG_GUTTER + SVG_OUTSIDE, between = details ? SVG_BETWEEN_DETAILED : SVG_BETWEEN;
  int apart = count == 2 ? between : between / 2;
  svg->lanes = lanes;
  svg->first = TIMELINE_RING3; /* always there */
  for (unsigned lane = 0; lane < TIMELINE_LANES; lane++) {
    if (!(lanes >> lane & 1)) continue;
    svg->lifeline[lane] = x;
    svg->last = (enum timeline_lane)lane;
    x += apart;
  }
  svg->width = x - apart + SVG_OUTSIDE + SVG_MARGIN;
}

/* The tint of each lane reaches to the middle between it and the next; there is the boundary. */
static void draw_lanes(struct svg *svg, int height) {
  int left = SVG_GUTTER - SVG_MARGIN, bottom = height - SVG_MARGIN;
  for (unsigned lane = 0, next; lane < TIMELINE_LANES; lane = next) {
    for (next = lane + 1; next < TIMELINE_LANES && !(svg->lanes >> next & 1);)
      next++;
    int at = svg->lifeline[lane];
    int right = next < TIMELINE_LANES ? (at + svg->lifeline[next]) / 2 : svg->width - SVG_MARGIN;
    svg_rect(svg, lane_class(lane), left, SVG_TOP - 40, right - left, bottom - SVG_TOP + 40, 0);
    svg_fit(svg, "lane", at, SVG_TOP - 18, SVG_MIDDLE, timeline_lane_name((enum timeline_lane)lane), 40);
    svg_line(svg, "lifeline", at, SVG_TOP - 8, at, bottom - 8);
    if (next < TIMELINE_LANES) svg_line(svg, "boundary", right, SVG_TOP - 40, right, bottom);
    left = right;
  }
}

static void draw_head(struct svg_sink *sink, struct svg *svg, int height) {
  struct output *output = svg->output;
  char title[TITLE_SIZE + 80];
  output_text(output, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
  output_decimal(output, (uint64_t)svg->width);
  output_char(output, ' ');
  output_decimal(output, (uint64_t)height);
  output_char(output, '"');
  svg_attribute(svg, "width", svg->width);
  svg_attribute(svg, "height", height);
  output_text(output, ">\n");
  output_text(output, style);
  svg_rect(svg, "page", 0, 0, svg->width, height, 0);
  snprintf(title, sizeof title, "%s%s#%llu to #%llu", sink->program, *sink->program ? ": " : "",
           (unsigned long long)sink->first, (unsigned long long)sink->last);
  if (sink->first == sink->last) *strstr(title + strlen(sink->program), " to #") = 0;
  if (!sink->crossings) snprintf(title, sizeof title, "%s", sink->program);
  svg_fit(svg, "title", SVG_MARGIN, 32, SVG_START, title, TITLE_CELLS);
  svg_fit(svg, "sans faint", SVG_GUTTER - 16, SVG_TOP - 18, SVG_END, "instruction", 11);
}

static void picture_draw(struct svg_sink *sink) {
  const struct timeline_layout *layout = &sink->layout;
  struct svg svg = { .output = &sink->output };
  int y = SVG_TOP, height = SVG_TOP + 2 * SVG_MARGIN;
  lanes_place(&svg, layout->lanes, sink->sink.level >= RS_TRACE_STEPS);
  for (size_t i = 0; i < layout->count; i++)
    height += svg_row_height(&svg, &layout->row[i]);
  draw_head(sink, &svg, height);
  draw_lanes(&svg, height);
  for (size_t i = 0; i < layout->count; i++) {
    svg_row_draw(&svg, &layout->row[i], y);
    y += svg_row_height(&svg, &layout->row[i]);
  }
  output_text(svg.output, "</svg>\n");
}

/* Whether the picture has no place for more. */
static bool is_full(const struct svg_sink *svg) {
  return svg->crossings == svg->limit;
}

static void svg_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct svg_sink *svg = (struct svg_sink *)sink;
  bool shown = !sink->muted && !is_full(svg);
  svg->builder.full = is_full(svg);
  timeline_build_transition(&svg->builder, event, shown);
  if (!shown || !event->number) return;
  if (!svg->crossings++) svg->first = event->number;
  svg->last = event->number;
}

static void svg_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *event) {
  timeline_build_instruction(&((struct svg_sink *)sink)->builder, event);
}

static void svg_macro(struct rs_trace_sink *sink, const struct rs_macro_event *event) {
  struct svg_sink *svg = (struct svg_sink *)sink;
  if (!is_full(svg)) timeline_build_macro(&svg->builder, event);
}

static void svg_end(struct rs_trace_sink *sink, const struct rs_end_event *event) {
  timeline_build_end(&((struct svg_sink *)sink)->builder, event);
}

static enum rs_status svg_close(struct rs_trace_sink *sink, struct rs_error *error) {
  struct svg_sink *svg = (struct svg_sink *)sink;
  picture_draw(svg);
  enum rs_status status = output_close(&svg->output, error);
  if (status == RS_OK) status = timeline_build_status(&svg->builder, error);
  timeline_layout_free(&svg->layout);
  free(svg);
  return status;
}

struct rs_trace_sink *rs_timeline_svg_sink(FILE *file, const struct rs_timeline_options *options) {
  struct svg_sink *svg = calloc(1, sizeof *svg);
  if (!svg) return NULL;
  bool details = options->level >= RS_TRACE_STEPS;
  svg->sink = (struct rs_trace_sink){ .level = options->level,
                                      .wants_stacks = details,
                                      .transition = svg_transition,
                                      .instruction = svg_instruction,
                                      .macro = svg_macro,
                                      .end = svg_end,
                                      .close = svg_close };
  svg->limit = details ? RS_TIMELINE_SVG_DETAILS : RS_TIMELINE_SVG_CROSSINGS;
  timeline_layout_init(&svg->layout);
  timeline_build_init(&svg->builder, options, &svg->layout);
  svg->builder.marks_most = options->level == RS_TRACE_MACRO ? MARKS_ALONE : MARKS;
  output_init(&svg->output, file, svg->buffer, sizeof svg->buffer, false);
  const char *program = options->program ? options->program : "", *slash = strrchr(program, '/');
  snprintf(svg->program, sizeof svg->program, "%s", slash ? slash + 1 : program);
  return &svg->sink;
}
