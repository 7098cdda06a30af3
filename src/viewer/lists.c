/* The lists: transitions, the events around the cursor, the micro-steps of the event at hand. */
#include <inttypes.h>

#include "trace/changes.h"
#include "trace/fields.h"
#include "trace/steps.h"
#include "viewer/model.h"

static void row_leads(struct viewer_row *row, struct log_position at, unsigned step) {
  row->leads = true;
  row->target = (struct viewer_position){ at, step };
}

/* The list of transitions goes by their numbers; the run's end is the one behind the last. */
static uint64_t listed_count(const struct viewer *viewer) {
  return viewer->transitions + viewer->whole;
}

/* The one that the cursor is at or behind; 0 before the first. */
static uint64_t listed_here(struct viewer *viewer) {
  return viewer->moment.kind == LOG_END ? viewer->transitions + 1 : number_at(viewer, viewer->here.at);
}

/* The entry of a number: behind the one of `*entry`, in the same page, or else found in the log. */
static bool listed_find(struct viewer *viewer, uint64_t number, const struct page **page,
                        const struct page_entry **entry) {
  for (const struct page_entry *next = *entry; next && ++next < (*page)->entry + (*page)->count;) {
    if (next->number != number) continue;
    *entry = next;
    return true;
  }
  *entry = number > viewer->transitions ? pages_find(&viewer->pages, viewer->last, page)
                                        : viewer_entry(viewer, number, page);
  return *entry;
}

static void transition_row(struct viewer_panel *panel, const struct page *page,
                           const struct page_entry *entry, bool selected) {
  struct pen pen = pen_begin(panel);
  pen_coloured(&pen, page_brief(page, entry));
  pen_end(&pen);
  row_leads(pen.row, (struct log_position){ page->frame, entry->event }, 0);
  pen.row->selected = selected;
}

/* The first number that is seen: the cursor's stands in the middle, if there are enough on both sides. */
static uint64_t listed_first(const struct viewer *viewer, uint64_t here, unsigned height) {
  uint64_t count = listed_count(viewer), most = count > height ? count - height + 1 : 1;
  int64_t first = (int64_t)here - (int64_t)(height / 2) + viewer->scroll[PANEL_TRANSITIONS];
  if (first < 1) return 1;
  return (uint64_t)first < most ? (uint64_t)first : most;
}

void transitions_paint(struct viewer *viewer, struct viewer_panel *panel) {
  const struct page *page = NULL;
  const struct page_entry *entry = NULL;
  uint64_t here = listed_here(viewer), first = listed_first(viewer, here, panel->height);
  panel_title(panel, "Transitions, %" PRIu64 " in all", viewer->transitions);
  for (uint64_t number = first; number <= listed_count(viewer) && number - first < panel->height; number++) {
    if (!listed_find(viewer, number, &page, &entry)) return;
    transition_row(panel, page, entry, number == here);
  }
}

static void pen_changes(struct pen *pen, const struct rs_instruction_event *event) {
  enum rs_register changed[RS_REGISTER_COUNT];
  unsigned count = changes_list(event->before, event->after, changed);
  char buffer[24];
  for (unsigned i = 0; i < count; i++) {
    union rs_value new = rs_cpu_get(event->after, changed[i]);
    output_text(&pen->output, i ? ", " : "  ");
    output_text(&pen->output, register_label(event->before, changed[i], buffer));
    output_text(&pen->output, " = ");
    fields_register(&pen->output, changed[i], &new);
  }
  for (unsigned i = 0; i < event->write_count; i++) {
    output_text(&pen->output, count || i ? ", [" : "  [");
    output_hex(&pen->output, event->write[i].linear);
    output_text(&pen->output, "] = ");
    output_hex(&pen->output, event->write[i].new);
  }
}

void instruction_pen(struct viewer *viewer, struct pen *pen, const struct rs_instruction_event *event) {
  pen_style(pen, event->before->cpl ? STYLE_USER : STYLE_KERNEL);
  output_decimal(&pen->output, event->before->cpl);
  pen_style(pen, STYLE_FAINT);
  output_char(&pen->output, ' ');
  output_symbol(&pen->output, viewer->symbols, event->linear);
  output_char(&pen->output, ' ');
  output_column(&pen->output, pen->columns < 96 ? pen->columns / 3 : 32);
  pen_style(pen, STYLE_PLAIN);
  disasm_print(viewer->disasm, &pen->output, event->before, event->linear, event->bytes, event->length);
  pen_style(pen, STYLE_FAINT);
  pen_changes(pen, event);
}

static void event_row(struct viewer *viewer, struct viewer_panel *panel, const struct log_event *event,
                      struct log_position at) {
  struct pen pen = pen_begin(panel);
  const struct page *page;
  const struct page_entry *entry = pages_find(&viewer->pages, at, &page);
  if (event->kind == LOG_INSTRUCTION)
    instruction_pen(viewer, &pen, event->instruction);
  else if (entry)
    pen_coloured(&pen, page_brief(page, entry));
  pen_end(&pen);
  row_leads(pen.row, at, 0);
  pen.row->selected = log_position_compare(at, viewer->here.at) == 0;
}

/* Where the list begins: half of its height above the cursor, but filled to the end of the run. */
static struct log_position events_begin(struct viewer *viewer, unsigned height, int scroll) {
  struct log_position at = viewer->here.at, ahead, other;
  int up = (int)(height / 2) - scroll;
  for (; up > 0 && position_previous(viewer, at, &other); up--)
    at = other;
  for (; up < 0 && position_next(viewer, at, &other); up++)
    at = other;
  unsigned below = 1;
  for (ahead = at; below < height && position_next(viewer, ahead, &other); below++)
    ahead = other;
  for (; below < height && position_previous(viewer, at, &other); below++)
    at = other;
  return at;
}

void events_paint(struct viewer *viewer, struct viewer_panel *panel) {
  struct log_event event;
  bool instructions = rs_log_has_level(viewer->log, RS_TRACE_INSTRUCTIONS);
  panel_title(panel, "%s", instructions ? "Instructions and events" : "Events");
  if (!panel->height || !viewer->moment.kind) return;
  struct log_position at = events_begin(viewer, panel->height, viewer->scroll[PANEL_EVENTS]);
  bool fresh = true, there = true;
  for (; there && panel->count < panel->height; there = position_next(viewer, at, &at)) {
    /* Pages are read by the same log, which then stands elsewhere. */
    struct log_position stands = log_here(viewer->log);
    if (fresh || log_position_compare(stands, at) != 0)
      if (log_go(viewer->log, at, NULL) != RS_OK) return;
    if (log_next(viewer->log, &event, NULL) != RS_OK || !event.kind) return;
    event_row(viewer, panel, &event, at);
    fresh = false;
  }
}

static void pen_check(struct pen *pen, const struct rs_step *step) {
  pen_text(pen, step->passed ? STYLE_GOOD : STYLE_BAD, step->passed ? "ok    " : "FAILED");
  output_char(&pen->output, ' ');
  pen_style(pen, step->passed ? pen->base : STYLE_BAD);
  fields_check(&pen->output, step);
  pen_style(pen, STYLE_FAINT);
  output_text(&pen->output, "  [");
  output_text(&pen->output, rs_check_citation((enum rs_check)step->id));
  output_char(&pen->output, ']');
}

static void pen_access(struct pen *pen, const struct viewer *viewer, const struct rs_step *step) {
  bool write = step->kind == RS_STEP_WRITE;
  pen_text(pen, write ? STYLE_STRONG : STYLE_LABEL, write ? "write " : "read  ");
  output_char(&pen->output, ' ');
  fields_item(&pen->output, step);
  output_text(&pen->output, write && step_is_register(step) ? "  " : " = ");
  if (write && step_is_register(step)) {
    pen_style(pen, STYLE_FAINT);
    fields_value(&pen->output, step, &step->write.old);
    output_text(&pen->output, " \xe2\x86\x92 ");
    pen_style(pen, pen->base);
  }
  fields_value(&pen->output, step, write ? &step->write.new : &step->read.value);
  pen_style(pen, STYLE_FAINT);
  output_text(&pen->output, "  ");
  fields_meaning(&pen->output, step, viewer->symbols);
}

static void step_row(const struct viewer *viewer, struct viewer_panel *panel, unsigned index) {
  const struct rs_step *step = &viewer->moment.transition.step[index];
  struct pen pen = pen_begin(panel);
  if (index >= viewer->here.step) pen_base(&pen, STYLE_FAINT); /* still to be made */
  output_column(&pen.output, index < 10 ? 2 : index < 100 ? 1 : 0);
  output_decimal(&pen.output, index);
  output_text(&pen.output, "  ");
  if (step->kind == RS_STEP_CHECK)
    pen_check(&pen, step);
  else
    pen_access(&pen, viewer, step);
  pen_end(&pen);
  row_leads(pen.row, viewer->here.at, index + 1);
  pen.row->selected = index + 1 == viewer->here.step;
}

void steps_paint(const struct viewer *viewer, struct viewer_panel *panel) {
  unsigned steps = moment_steps(&viewer->moment), made = viewer->here.step;
  if (!steps) {
    panel_title(panel, "Micro-steps");
    panel_paragraph(panel, 0, STYLE_FAINT,
                    viewer->moment.kind == LOG_TRANSITION
                        ? "The log has none: it was recorded at --trace=transitions."
                        : "This event has none: transitions and operations do.");
    return;
  }
  panel_title(panel, "Micro-steps, %u of %u made", made, steps);
  /* A panel holds fewer rows than a task switch can have: those around the cursor. */
  unsigned first = made > VIEWER_ROWS / 2 ? made - VIEWER_ROWS / 2 : 0;
  for (unsigned i = first; i < steps && i < first + VIEWER_ROWS; i++)
    step_row(viewer, panel, i);
  panel_scroll(panel, viewer->scroll[PANEL_STEPS], made - first);
}
