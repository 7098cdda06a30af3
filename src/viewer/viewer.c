/* The model's commands: keys and the mouse. */
#include <stdlib.h>
#include <string.h>

#include "viewer/model.h"

enum {
  FONT_STEPS = 20,
  ZOOM_MOST = 9,
  PAGE_OF_ROWS = 10,
  WHEEL_ROWS = 3,
  SCROLL_MOST = 10000,
  NEAR_PIXELS = 8
};

/* What Tab goes through. */
static const enum viewer_panel_id focus_order[] = { PANEL_TRANSITIONS, PANEL_EVENTS,    PANEL_STEPS,
                                                    PANEL_DETAIL,      PANEL_REGISTERS, PANEL_STACKS,
                                                    PANEL_TIMELINE };
enum { FOCUS_COUNT = sizeof focus_order / sizeof *focus_order };

/* The last whole event tells how long the run is; what comes behind it, whether that is all. */
static enum rs_status viewer_read_end(struct viewer *viewer, struct rs_error *error) {
  struct log_event event;
  struct rs_error trouble = { .text = "" };
  enum rs_status status = log_find_last(viewer->log, &viewer->last, error);
  if (status == RS_OK) status = moment_read(&viewer->moment, viewer->log, viewer->last, error);
  if (status != RS_OK) return status;
  viewer->total = moment_time(&viewer->moment);
  viewer->whole = viewer->moment.kind == LOG_END;
  if (viewer->whole) return RS_OK;
  log_go(viewer->log, viewer->last, NULL);
  while (log_next(viewer->log, &event, &trouble) == RS_OK && event.kind) {
  }
  memcpy(viewer->trouble, trouble.text, sizeof trouble.text);
  return RS_OK;
}

static enum rs_status viewer_begin(struct viewer *viewer, struct rs_error *error) {
  viewer->disasm = disasm_open();
  if (!viewer->disasm) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  viewer->symbols = rs_log_symbols(viewer->log);
  viewer->focus = PANEL_TRANSITIONS;
  enum rs_status status = viewer_read_end(viewer, error);
  if (status != RS_OK) return status;
  pages_init(&viewer->pages, viewer->log, viewer->last.frame + 1);
  viewer->overview.samples = viewer->pages.frames < OVERVIEW_FRAMES ? viewer->pages.frames : OVERVIEW_FRAMES;
  while (viewer->zoom < ZOOM_MOST && strip_half(viewer) >= viewer->total)
    viewer->zoom++; /* a short run fills the strip */
  viewer->transitions = number_at(viewer, viewer->last);
  viewer->here = (struct viewer_position){ viewer->last, 0 };
  viewer_move(viewer, (struct viewer_position){ .step = 0 });
  viewer_go_to(viewer, 1, 0); /* what comes before it is not what logs are opened for */
  return RS_OK;
}

enum rs_status viewer_open(struct rs_log *log, struct viewer **out, struct rs_error *error) {
  struct viewer *viewer = calloc(1, sizeof *viewer);
  *out = viewer;
  if (!viewer) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  viewer->log = log;
  enum rs_status status = viewer_begin(viewer, error);
  if (status == RS_OK) return RS_OK;
  viewer_close(viewer);
  *out = NULL;
  return status;
}

void viewer_close(struct viewer *viewer) {
  if (!viewer) return;
  pages_free(&viewer->pages);
  disasm_close(viewer->disasm);
  free(viewer);
}

struct viewer_position viewer_position(const struct viewer *viewer) {
  return viewer->here;
}

int viewer_font_steps(const struct viewer *viewer) {
  return viewer->font_steps;
}

bool viewer_is_light(const struct viewer *viewer) {
  return viewer->light;
}

void viewer_set_light(struct viewer *viewer, bool light) {
  viewer->light = light;
}

static void focus_move(struct viewer *viewer, unsigned by) {
  unsigned at = 0;
  while (at < FOCUS_COUNT - 1 && focus_order[at] != viewer->focus)
    at++;
  viewer->focus = focus_order[(at + by) % FOCUS_COUNT];
}

static void zoom_by(struct viewer *viewer, int by) {
  int zoom = viewer->zoom + by;
  if (zoom > ZOOM_MOST || (by < 0 && strip_half(viewer) > viewer->total)) return;
  viewer->zoom = zoom;
}

static void scroll_by(struct viewer *viewer, enum viewer_panel_id panel, int by) {
  int scroll = viewer->scroll[panel] + by;
  if (scroll > -SCROLL_MOST && scroll < SCROLL_MOST) viewer->scroll[panel] = scroll;
}

/* One row down or up in a panel: where rows are moments, the cursor moves; else the rows do. */
static void panel_row(struct viewer *viewer, enum viewer_panel_id panel, bool up) {
  switch (panel) {
  case PANEL_TRANSITIONS: viewer_transition(viewer, up); break;
  case PANEL_EVENTS: viewer_event(viewer, up); break;
  case PANEL_STEPS: viewer_step(viewer, up); break;
  case PANEL_TIMELINE: zoom_by(viewer, up ? 1 : -1); break;
  default: scroll_by(viewer, panel, up ? -1 : 1);
  }
}

static void rows_move(struct viewer *viewer, bool up, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    panel_row(viewer, viewer->focus, up);
}

static void font_by(struct viewer *viewer, int by) {
  int steps = viewer->font_steps + by;
  if (steps >= -FONT_STEPS && steps <= FONT_STEPS) viewer->font_steps = steps;
}

static void search_again(struct viewer *viewer, bool back) {
  if (viewer->query[0])
    scan_start(viewer, SCAN_TEXT, back);
  else
    viewer_say(viewer, "nothing has been searched for yet: / does");
}

static void search_begin(struct viewer *viewer) {
  viewer->prompt = true;
  viewer->typed[0] = 0;
}

/* Help is closed first, then a search ends; then the viewer. */
static bool leave(struct viewer *viewer) {
  if (viewer->help) {
    viewer->help = false;
    return true;
  }
  if (viewer->scan.kind == SCAN_NONE) return false;
  viewer->scan.kind = SCAN_NONE;
  viewer_say(viewer, "the search was ended");
  return true;
}

static void command_move(struct viewer *viewer, enum viewer_command command) {
  switch (command) {
  case VIEW_STEP_FORWARD: viewer_step(viewer, false); break;
  case VIEW_STEP_BACK: viewer_step(viewer, true); break;
  case VIEW_EVENT_FORWARD: viewer_event(viewer, false); break;
  case VIEW_EVENT_BACK: viewer_event(viewer, true); break;
  case VIEW_TRANSITION_FORWARD: viewer_transition(viewer, false); break;
  case VIEW_TRANSITION_BACK: viewer_transition(viewer, true); break;
  case VIEW_FAULT_FORWARD: scan_start(viewer, SCAN_FAULT, false); break;
  case VIEW_FAULT_BACK: scan_start(viewer, SCAN_FAULT, true); break;
  case VIEW_FIRST: viewer_move(viewer, (struct viewer_position){ .step = 0 }); break;
  case VIEW_LAST: viewer_move(viewer, (struct viewer_position){ viewer->last, RS_STEP_LIMIT }); break;
  case VIEW_DOWN: rows_move(viewer, false, 1); break;
  case VIEW_UP: rows_move(viewer, true, 1); break;
  case VIEW_PAGE_DOWN: rows_move(viewer, false, PAGE_OF_ROWS); break;
  case VIEW_PAGE_UP: rows_move(viewer, true, PAGE_OF_ROWS); break;
  case VIEW_SEARCH_FORWARD: search_again(viewer, false); break;
  default: search_again(viewer, true);
  }
}

bool viewer_command(struct viewer *viewer, enum viewer_command command) {
  viewer->message[0] = 0;
  if (command != VIEW_LEAVE) viewer->scan.kind = SCAN_NONE;
  switch (command) {
  case VIEW_FOCUS_FORWARD: focus_move(viewer, 1); return true;
  case VIEW_FOCUS_BACK: focus_move(viewer, FOCUS_COUNT - 1); return true;
  case VIEW_SEARCH: search_begin(viewer); return true;
  case VIEW_ZOOM_IN: zoom_by(viewer, 1); return true;
  case VIEW_ZOOM_OUT: zoom_by(viewer, -1); return true;
  case VIEW_FONT_LARGER: font_by(viewer, 1); return true;
  case VIEW_FONT_SMALLER: font_by(viewer, -1); return true;
  case VIEW_FONT_DEFAULT: viewer->font_steps = 0; return true;
  case VIEW_THEME: viewer->light = !viewer->light; return true;
  case VIEW_HELP: viewer->help = !viewer->help; return true;
  case VIEW_LEAVE: return leave(viewer);
  case VIEW_COUNT: return true;
  default: command_move(viewer, command); return true;
  }
}

/* "#12" goes there; other text is looked for from here on. */
static void prompt_accept(struct viewer *viewer) {
  viewer->prompt = false;
  if (!viewer->typed[0]) return;
  if (viewer->typed[0] == '#' && viewer->typed[1] >= '0' && viewer->typed[1] <= '9') {
    if (!viewer_go_to(viewer, strtoull(viewer->typed + 1, NULL, 10), 0))
      viewer_say(viewer, "%s: there is no such transition", viewer->typed);
    return;
  }
  memcpy(viewer->query, viewer->typed, sizeof viewer->query);
  scan_start(viewer, SCAN_TEXT, false);
}

static void prompt_key(struct viewer *viewer, const char *name) {
  size_t length = strlen(viewer->typed);
  bool printable = name[0] >= ' ' && name[0] <= '~' && !name[1];
  if (strcmp(name, "Space") == 0) name = " ";
  if (strcmp(name, "Escape") == 0)
    viewer->prompt = false;
  else if (strcmp(name, "Return") == 0 || strcmp(name, "Keypad Enter") == 0)
    prompt_accept(viewer);
  else if (strcmp(name, "Backspace") == 0 && length)
    viewer->typed[length - 1] = 0;
  else if ((printable || name[0] == ' ') && length + 1 < sizeof viewer->typed) {
    viewer->typed[length] = name[0];
    viewer->typed[length + 1] = 0;
  }
}

bool viewer_key(struct viewer *viewer, const char *name) {
  if (!viewer->prompt) return viewer_command(viewer, viewer_key_command(name));
  viewer->message[0] = 0;
  prompt_key(viewer, name);
  return true;
}

bool viewer_work(struct viewer *viewer) {
  if (viewer->scan.kind != SCAN_NONE)
    return scan_work(viewer) || viewer->overview.done < viewer->overview.samples;
  return overview_work(viewer);
}

static bool takes_focus(enum viewer_panel_id panel) {
  for (unsigned i = 0; i < FOCUS_COUNT; i++)
    if (focus_order[i] == panel) return true;
  return false;
}

/* The transition near to where the strip was clicked, else the time itself. */
static void timeline_choose(struct viewer *viewer, const struct viewer_timeline *timeline, int left,
                            int right, int x) {
  int nearest = NEAR_PIXELS;
  const struct viewer_segment *chosen = NULL;
  for (unsigned i = 0; i < timeline->segments; i++) {
    const struct viewer_segment *segment = &timeline->segment[i];
    int distance = abs(strip_x(timeline->from, timeline->to, left, right, segment->begins) - x);
    if (!segment->begun || distance >= nearest) continue;
    nearest = distance;
    chosen = segment;
  }
  if (chosen)
    viewer_move(viewer, (struct viewer_position){ chosen->at, 0 });
  else
    viewer_to_time(viewer, strip_time(timeline->from, timeline->to, left, right, x));
}

static void timeline_click(struct viewer *viewer, const struct viewer_layout *layout, int x, int y) {
  struct viewer_timeline *timeline = calloc(1, sizeof *timeline);
  struct timeline_boxes boxes = layout_timeline(layout);
  if (!timeline) return;
  strip_paint(viewer, timeline);
  int left = boxes.strip.x, right = left + boxes.strip.width;
  if (y < boxes.strip.y)
    viewer_to_time(viewer, strip_time(0, timeline->total, left, right, x));
  else
    timeline_choose(viewer, timeline, left, right, x);
  free(timeline);
}

static void row_click(struct viewer *viewer, const struct viewer_layout *layout, enum viewer_panel_id id,
                      int y) {
  struct viewer_picture *picture = calloc(1, sizeof *picture);
  struct viewer_box inside = layout_inside(layout, id);
  if (!picture) return;
  viewer_paint(viewer, layout, picture);
  const struct viewer_panel *panel = &picture->panel[id];
  unsigned row = y < inside.y ? panel->height : (unsigned)(y - inside.y) / (unsigned)layout->cell_height;
  bool there = row < panel->height && panel->first + row < panel->count;
  if (there && panel->row[panel->first + row].leads)
    viewer_move(viewer, panel->row[panel->first + row].target);
  free(picture);
}

void viewer_click(struct viewer *viewer, const struct viewer_layout *layout, int x, int y) {
  enum viewer_panel_id panel = layout_panel_at(layout, x, y);
  viewer->message[0] = 0;
  if (viewer->help) {
    viewer->help = false;
    return;
  }
  if (panel == VIEWER_PANELS) return;
  if (takes_focus(panel)) viewer->focus = panel;
  if (panel == PANEL_TIMELINE)
    timeline_click(viewer, layout, x, y);
  else
    row_click(viewer, layout, panel, y);
}

void viewer_wheel(struct viewer *viewer, const struct viewer_layout *layout, int x, int y, int turns,
                  bool control) {
  enum viewer_panel_id panel = layout_panel_at(layout, x, y);
  int most = turns < -8 ? -8 : turns > 8 ? 8 : turns;
  viewer->message[0] = 0;
  if (control)
    font_by(viewer, most);
  else if (panel == PANEL_TIMELINE)
    zoom_by(viewer, most);
  else if (takes_focus(panel))
    scroll_by(viewer, panel, -most * WHEEL_ROWS);
}
