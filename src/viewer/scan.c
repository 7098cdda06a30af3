/* The search for a place of some kind, in slices. */
#include "viewer/model.h"

enum { FRAMES_AT_ONCE = 4 };

static const char *scan_what(const struct viewer *viewer) {
  return viewer->scan.kind == SCAN_FAULT ? "a fault" : viewer->query;
}

/* Whether a place is one to stop at, given what was found in this frame before. */
static bool scan_takes(const struct scan *scan, struct viewer_position place) {
  int order = viewer_position_compare(place, scan->start);
  return scan->back ? order < 0 : order > 0;
}

/* Of the faults of a frame: the first one behind the start, or the last one before it. */
static bool scan_faults(struct viewer *viewer, const struct page *page, struct viewer_position *found) {
  const struct scan *scan = &viewer->scan;
  bool any = false;
  for (uint32_t i = 0; i < page->count; i++) {
    const struct page_entry *entry = &page->entry[i];
    struct viewer_position place = { { page->frame, entry->event }, 0 };
    if (!entry->fault || !scan_takes(scan, place)) continue;
    *found = place;
    any = true;
    if (!scan->back) break;
  }
  return any;
}

/* The same of all events, by what is in them. */
static bool scan_text(struct viewer *viewer, const struct page *page, struct viewer_position *found) {
  const struct scan *scan = &viewer->scan;
  struct log_event event;
  uint32_t index = 0;
  bool any = false;
  if (log_go(viewer->log, (struct log_position){ page->frame, 0 }, NULL) != RS_OK) return false;
  for (uint32_t i = 0; i < page->events; i++) {
    struct viewer_position place = { { page->frame, i }, 0 };
    if (log_next(viewer->log, &event, NULL) != RS_OK || !event.kind) break;
    bool listed = index < page->count && page->entry[index].event == i;
    const char *headline = listed ? page_headline(page, &page->entry[index]) : NULL;
    index += listed;
    if (!event_matches(&event, headline, viewer->query, viewer->symbols, viewer->disasm, &place.step))
      continue;
    if (!scan_takes(scan, place)) continue;
    *found = place;
    any = true;
    if (!scan->back) break;
  }
  return any;
}

/* Looks into one frame; true when the way ends there. */
static bool scan_frame(struct viewer *viewer) {
  struct scan *scan = &viewer->scan;
  struct viewer_position found;
  const struct page *page = pages_get(&viewer->pages, scan->frame);
  bool text = scan->kind == SCAN_TEXT;
  if (page && (text ? scan_text(viewer, page, &found) : scan_faults(viewer, page, &found))) {
    scan->kind = SCAN_NONE;
    viewer_move(viewer, found);
    viewer_say(viewer, "%s", "");
    return true;
  }
  bool over = scan->back ? scan->frame == 0 : scan->frame >= viewer->last.frame;
  if (over) {
    viewer_say(viewer, "%s: none %s here", scan_what(viewer), scan->back ? "before" : "behind");
    scan->kind = SCAN_NONE;
    return true;
  }
  scan->frame = scan->back ? scan->frame - 1 : scan->frame + 1;
  return false;
}

bool scan_work(struct viewer *viewer) {
  for (unsigned i = 0; i < FRAMES_AT_ONCE && viewer->scan.kind != SCAN_NONE; i++)
    if (scan_frame(viewer)) return false;
  if (viewer->scan.kind == SCAN_NONE) return false;
  viewer_say(viewer, "looking for %s in frame %u of %u; Escape ends it", scan_what(viewer),
             viewer->scan.frame + 1, viewer->pages.frames);
  return true;
}

void scan_start(struct viewer *viewer, enum scan_kind kind, bool back) {
  viewer->scan =
      (struct scan){ .kind = kind, .back = back, .frame = viewer->here.at.frame, .start = viewer->here };
  scan_work(viewer);
}
