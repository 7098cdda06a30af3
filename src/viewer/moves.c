/* From one moment to another. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "viewer/model.h"

void viewer_say(struct viewer *viewer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(viewer->message, sizeof viewer->message, format, arguments);
  va_end(arguments);
}

/* A place that cannot be read is left alone, and the status line says why. */
void viewer_move(struct viewer *viewer, struct viewer_position position) {
  struct rs_error error;
  if (log_position_compare(position.at, viewer->here.at) != 0 || !viewer->moment.kind) {
    if (moment_read(&viewer->moment, viewer->log, position.at, &error) != RS_OK) {
      viewer_say(viewer, "%s", error.text);
      if (moment_read(&viewer->moment, viewer->log, viewer->here.at, NULL) != RS_OK) viewer->moment.kind = 0;
      return;
    }
  }
  unsigned steps = moment_steps(&viewer->moment);
  viewer->here = position;
  if (viewer->here.step > steps) viewer->here.step = steps;
  memset(viewer->scroll, 0, sizeof viewer->scroll);
}

bool position_next(struct viewer *viewer, struct log_position from, struct log_position *out) {
  if (log_position_compare(from, viewer->last) >= 0) return false;
  const struct page *page = pages_get(&viewer->pages, from.frame);
  *out = page && from.event + 1 < page->events ? (struct log_position){ from.frame, from.event + 1 }
                                               : (struct log_position){ from.frame + 1, 0 };
  return log_position_compare(*out, viewer->last) <= 0;
}

bool position_previous(struct viewer *viewer, struct log_position from, struct log_position *out) {
  if (from.event) {
    *out = (struct log_position){ from.frame, from.event - 1 };
    return true;
  }
  if (!from.frame) return false;
  const struct page *page = pages_get(&viewer->pages, from.frame - 1);
  if (!page || !page->events) return false;
  *out = (struct log_position){ from.frame - 1, page->events - 1 };
  return true;
}

void viewer_event(struct viewer *viewer, bool back) {
  struct viewer_position to = { .step = 0 };
  bool there = back ? position_previous(viewer, viewer->here.at, &to.at)
                    : position_next(viewer, viewer->here.at, &to.at);
  if (there)
    viewer_move(viewer, to);
  else
    viewer_say(viewer, back ? "this is the first event" : "this is the last event");
}

void viewer_step(struct viewer *viewer, bool back) {
  struct viewer_position to = viewer->here;
  if (back ? to.step > 0 : to.step < moment_steps(&viewer->moment)) {
    to.step = back ? to.step - 1 : to.step + 1;
    viewer_move(viewer, to);
    return;
  }
  viewer_event(viewer, back);
  if (!back || log_position_compare(to.at, viewer->here.at) == 0) return;
  to = viewer->here;
  to.step = moment_steps(&viewer->moment);
  viewer_move(viewer, to);
}

uint64_t number_at(struct viewer *viewer, struct log_position at) {
  const struct page *page = pages_get(&viewer->pages, at.frame);
  if (!page) return 0;
  uint32_t index = page_find(page, at.event);
  if (index < page->count && page->entry[index].event == at.event) index++;
  while (index--)
    if (page->entry[index].number) return page->entry[index].number;
  return page->number;
}

const struct page_entry *viewer_entry(struct viewer *viewer, uint64_t number, const struct page **page) {
  struct log_position at;
  if (number == 0 || number > viewer->transitions) return NULL;
  if (log_find_transition(viewer->log, number, &at, NULL) != RS_OK) return NULL;
  const struct page_entry *entry = pages_find(&viewer->pages, at, page);
  return entry && entry->number == number ? entry : NULL;
}

bool viewer_go_to(struct viewer *viewer, uint64_t number, unsigned step) {
  struct viewer_position to = { .step = step };
  if (number == 0 || number > viewer->transitions) return false;
  if (log_find_transition(viewer->log, number, &to.at, NULL) != RS_OK) return false;
  viewer_move(viewer, to);
  return true;
}

void viewer_transition(struct viewer *viewer, bool back) {
  uint64_t number = number_at(viewer, viewer->here.at);
  bool at_one = viewer->moment.kind == LOG_TRANSITION && viewer->moment.event.number;
  if (!back)
    number++;
  else if (at_one && !viewer->here.step)
    number--;
  if (viewer_go_to(viewer, number, 0)) return;
  viewer_say(viewer, back ? "this is the first transition" : "this is the last transition");
}

void viewer_to_time(struct viewer *viewer, uint64_t instructions) {
  struct viewer_position to = { .step = 0 };
  if (log_find_instruction(viewer->log, instructions, &to.at, NULL) != RS_OK) return;
  if (log_position_compare(to.at, viewer->last) > 0) to.at = viewer->last;
  viewer_move(viewer, to);
}
