/* A log from memory, keys, pictures. */
#include "viewer/viewer_attempt.h"

#include <stdlib.h>
#include <string.h>

#include "viewer/viewer.h"

static void require(bool holds) {
  if (!holds) abort();
}

static void panel_check(const struct viewer_panel *panel) {
  require(panel->count <= VIEWER_ROWS && panel->first <= panel->count);
  require(memchr(panel->title, 0, sizeof panel->title) != NULL);
  for (unsigned i = 0; i < panel->count; i++) {
    const struct viewer_row *row = &panel->row[i];
    const char *end = memchr(row->text, 0, sizeof row->text);
    require(end && row->span_count <= VIEWER_SPANS);
    require(text_columns(row->text, (size_t)(end - row->text)) <= panel->columns || panel->columns < 16);
    for (unsigned s = 0; s < row->span_count; s++)
      require(row->span[s].start <= row->span[s].end && row->span[s].end <= end - row->text &&
              row->span[s].style < STYLE_COUNT);
  }
}

static void picture_check(struct viewer *viewer, struct viewer_picture *picture) {
  struct viewer_layout layout;
  layout_compute(&layout, 1280, 720, 8, 16);
  viewer_paint(viewer, &layout, picture);
  for (unsigned i = 0; i < VIEWER_PANELS; i++)
    panel_check(&picture->panel[i]);
  require(picture->timeline.segments <= VIEWER_SEGMENTS);
  require(picture->rings.before < 4 && picture->rings.now < 4 && picture->rings.after < 4);
}

static void view(struct viewer *viewer, struct viewer_picture *picture) {
  static const char *const keys[] = {
    "Home", "Right", "Right", ".", "]",   "f",    "Left", "-",   "-",    "F",    "/", "a", "Return", "n",
    "N",    ",",     "+",     "[", "End", "Left", "Up",   "Tab", "Down", "Home", "t", "t", "Right"
  };
  for (unsigned i = 0; i < 50 && viewer_work(viewer); i++) {
  }
  for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
    require(viewer_key(viewer, keys[i]));
    if (i % 3 == 0) picture_check(viewer, picture);
  }
}

bool viewer_attempt(const uint8_t *bytes, size_t size) {
  struct rs_error error;
  struct rs_log *log;
  struct viewer *viewer;
  bool viewed = false;
  struct viewer_picture *picture = malloc(sizeof *picture);
  FILE *file = size ? fmemopen((void *)(uintptr_t)bytes, size, "rb") : NULL;
  if (file && picture && rs_log_open(file, "hostile.ring", &log, &error) == RS_OK) {
    error.text[0] = 0;
    if (viewer_open(log, &viewer, &error) == RS_OK) {
      view(viewer, picture);
      viewed = true;
      viewer_close(viewer);
    } else {
      require(error.text[0] && !strchr(error.text, '\n'));
    }
    rs_log_close(log);
  }
  if (file) fclose(file);
  free(picture);
  return viewed;
}
