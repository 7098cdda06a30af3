/* Draws hostile logs, and compares them with themselves. */
#include "compare/view_attempt.h"

#include <stdlib.h>
#include <string.h>

#include "log/sample.h"
#include "ringside/compare.h"
#include "ringside/timeline.h"

static void require(bool holds) {
  if (!holds) abort();
}

static void require_told(enum rs_status status, const struct rs_error *error) {
  require(status == RS_OK || status == RS_BAD_LOG);
  require(status == RS_OK || (error->text[0] && !strchr(error->text, '\n')));
}

struct opened {
  FILE *file;
  struct rs_log *log; /* NULL: it is none */
};

static struct opened log_open(const struct piece *piece) {
  struct rs_error error = { .status = RS_OK };
  struct opened opened = { fmemopen(piece->bytes, piece->size, "rb"), NULL };
  require(opened.file != NULL);
  require_told(rs_log_open(opened.file, "drawn.ring", &opened.log, &error), &error);
  return opened;
}

static void log_close(struct opened *opened) {
  rs_log_close(opened->log);
  fclose(opened->file);
}

/* False: it is no log. */
static bool draw(const struct piece *piece, bool svg, FILE *out) {
  static const struct rs_log_filter all;
  struct rs_error error = { .status = RS_OK };
  struct opened opened = log_open(piece);
  bool is_log = opened.log != NULL;
  if (is_log) {
    const struct rs_timeline_options options = { .level = RS_TRACE_INSTRUCTIONS,
                                                 .symbols = rs_log_symbols(opened.log),
                                                 .memory = rs_log_memory(opened.log),
                                                 .program = rs_log_program(opened.log),
                                                 .width = RS_TIMELINE_WIDTH_MIN };
    struct rs_trace_sink *sink = (svg ? rs_timeline_svg_sink : rs_timeline_sink)(out, &options);
    require(sink != NULL);
    require_told(rs_log_show(opened.log, &all, sink, &error), &error);
    require(sink->close(sink, &error) == RS_OK);
  }
  log_close(&opened);
  return is_log;
}

static void compare(const struct piece *piece, bool json, FILE *out) {
  static const char *const name[] = { "a.ring", "b.ring" };
  const struct rs_compare_options options = { .json = json, .width = RS_COMPARE_WIDTH_MIN };
  struct rs_error error = { .status = RS_OK };
  struct opened a = log_open(piece), b = log_open(piece);
  bool same;
  if (a.log && b.log) {
    enum rs_status status =
        rs_compare((struct rs_log *const[]){ a.log, b.log }, name, &options, out, &same, &error);
    require_told(status, &error);
    require(same == (status == RS_OK));
  }
  log_close(&a);
  log_close(&b);
}

bool view_attempt(const uint8_t *bytes, size_t size) {
  const struct piece piece = { (char *)bytes, size };
  bool is_log = false;
  char *text;
  size_t length;
  if (size == 0) return false;
  FILE *out = open_memstream(&text, &length);
  require(out != NULL);
  for (unsigned i = 0; i < 2; i++) {
    is_log = draw(&piece, i, out);
    compare(&piece, i, out);
  }
  fclose(out);
  free(text);
  return is_log;
}
