/* The whole picture, with what stands around the panels: header, status line, help. */
#include <inttypes.h>
#include <string.h>

#include "viewer/model.h"

static void headline_pen(struct viewer *viewer, struct pen *pen) {
  const struct page *page;
  const struct page_entry *entry = pages_find(&viewer->pages, viewer->here.at, &page);
  if (viewer->moment.kind == LOG_INSTRUCTION)
    instruction_pen(viewer, pen, &viewer->moment.instruction);
  else if (entry)
    pen_coloured(pen, page_headline(page, entry));
}

static void header_paint(struct viewer *viewer, struct viewer_panel *panel) {
  struct pen pen = pen_begin(panel);
  pen_text(&pen, STYLE_STRONG, "ringside");
  output_text(&pen.output, "  ");
  output_text(&pen.output, rs_log_program(viewer->log));
  pen_text(&pen, STYLE_FAINT, "   transition ");
  output_decimal(&pen.output, number_at(viewer, viewer->here.at));
  pen_text(&pen, STYLE_FAINT, " of ");
  output_decimal(&pen.output, viewer->transitions);
  pen_text(&pen, STYLE_FAINT, "   instruction ");
  output_decimal(&pen.output, moment_time(&viewer->moment));
  pen_text(&pen, STYLE_FAINT, " of ");
  output_decimal(&pen.output, viewer->total);
  pen_end(&pen);
  pen = pen_begin(panel);
  headline_pen(viewer, &pen);
  pen_end(&pen);
}

/* The prompt, else what the last command said, else what is wrong with the log, else the keys. */
static void status_paint(const struct viewer *viewer, struct viewer_panel *panel) {
  struct pen pen = pen_begin(panel);
  if (viewer->prompt) {
    pen_text(&pen, STYLE_STRONG, "/");
    output_text(&pen.output, viewer->typed);
    pen_text(&pen, STYLE_CHANGED, " ");
  } else if (viewer->message[0]) {
    pen_text(&pen, STYLE_STRONG, viewer->message);
  } else if (viewer->trouble[0]) {
    pen_text(&pen, STYLE_BAD, viewer->trouble);
  } else {
    pen_text(&pen, STYLE_FAINT,
             "Right Left: micro-step   ] [: transition   . ,: event   f F: fault   / n N: search   "
             "+ -: timeline   ?: help   q: quit");
  }
  pen_end(&pen);
}

static void help_paint(struct viewer_panel *panel) {
  panel_title(panel, "Keys");
  for (unsigned i = 0; i < VIEW_COUNT; i++) {
    struct pen pen = pen_begin(panel);
    pen_text(&pen, STYLE_STRONG, viewer_command_keys((enum viewer_command)i));
    output_column(&pen.output, 20);
    output_text(&pen.output, viewer_command_text((enum viewer_command)i));
    pen_end(&pen);
  }
  struct pen pen = pen_begin(panel);
  pen_end(&pen);
  panel_paragraph(panel, 0, STYLE_FAINT,
                  "The mouse: a click on a row or on the timeline goes there; the wheel scrolls, zooms the "
                  "timeline, and with Ctrl the font.");
}

static struct viewer_panel *panel_of(const struct viewer_layout *layout, struct viewer_picture *picture,
                                     enum viewer_panel_id id) {
  struct viewer_panel *panel = &picture->panel[id];
  panel_begin(panel, layout_columns(layout, id), layout_rows(layout, id));
  return panel;
}

static void panels_paint(struct viewer *viewer, const struct viewer_layout *layout,
                         struct viewer_picture *picture) {
  header_paint(viewer, panel_of(layout, picture, PANEL_HEADER));
  transitions_paint(viewer, panel_of(layout, picture, PANEL_TRANSITIONS));
  events_paint(viewer, panel_of(layout, picture, PANEL_EVENTS));
  steps_paint(viewer, panel_of(layout, picture, PANEL_STEPS));
  rings_paint(viewer, panel_of(layout, picture, PANEL_RINGS), &picture->rings);
  detail_paint(viewer, panel_of(layout, picture, PANEL_DETAIL));
  registers_paint(viewer, panel_of(layout, picture, PANEL_REGISTERS));
  stacks_paint(viewer, panel_of(layout, picture, PANEL_STACKS));
  status_paint(viewer, panel_of(layout, picture, PANEL_STATUS));
}

void viewer_paint(struct viewer *viewer, const struct viewer_layout *layout, struct viewer_picture *picture) {
  memset(picture, 0, sizeof *picture);
  panels_paint(viewer, layout, picture);
  struct viewer_panel *timeline = panel_of(layout, picture, PANEL_TIMELINE);
  strip_paint(viewer, &picture->timeline);
  panel_title(timeline, "Timeline: %" PRIu64 " instructions of %" PRIu64 "%s",
              picture->timeline.to - picture->timeline.from, viewer->total,
              picture->timeline.sampled ? ", the run by samples" : "");
  picture->help = viewer->help;
  if (viewer->help) help_paint(panel_of(layout, picture, PANEL_HELP));
  picture->panel[viewer->focus].focused = true;
}
