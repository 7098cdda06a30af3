/* Probes, logs and pictures. */
#include "viewer/scene.h"

#include <stdlib.h>
#include <string.h>

#include "ringside/machine.h"
#include "vm/cmocka_all.h"

enum { CELL_WIDTH = 8, CELL_HEIGHT = 16, WIDTH = 1280, HEIGHT = 720, IMAGE_MOST = 1 << 20 };

static void require(enum rs_status status, const struct rs_error *error) {
  if (status != RS_OK) fail_msg("%s", error->text);
}

static struct rs_blob image_read(const char *probe) {
  char name[512];
  snprintf(name, sizeof name, "%s/%s", PROBES, probe);
  FILE *file = fopen(name, "rb");
  void *bytes = malloc(IMAGE_MOST);
  if (!file || !bytes) fail_msg("%s: cannot be read", name);
  size_t size = fread(bytes, 1, IMAGE_MOST, file);
  fclose(file);
  return (struct rs_blob){ bytes, size, "the probe" };
}

static void machine_log(struct rs_machine *machine, const struct rs_blob *image, FILE *file,
                        enum rs_trace_level level) {
  struct rs_error error;
  struct rs_end_event end;
  struct rs_symbols *symbols;
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  require(rs_symbols_add_elf(symbols, image->bytes, image->size, 0, &error), &error);
  const struct rs_log_options options = {
    .level = level, .program = "probe", .symbols = symbols, .memory = rs_machine_view(machine)
  };
  struct rs_trace_sink *sink = rs_log_sink(file, &options);
  assert_non_null(sink);
  require(rs_machine_subscribe(machine, sink), &error);
  require(rs_machine_boot(machine, image, NULL, NULL, 0, &error), &error);
  require(rs_machine_run(machine, &end, &error), &error);
  require(sink->close(sink, &error), &error);
  rs_symbols_free(symbols);
}

static FILE *probe_log(const char *probe, enum rs_trace_level level) {
  struct rs_error error;
  struct rs_machine *machine;
  struct rs_blob image = image_read(probe);
  FILE *file = tmpfile(), *output = tmpfile();
  assert_non_null(file);
  assert_non_null(output);
  const struct rs_machine_config config = {
    .memory = 16 << 20, .limit = 200000, .output = output, .errors = output
  };
  require(rs_machine_create(&config, &machine, &error), &error);
  machine_log(machine, &image, file, level);
  rs_machine_free(machine);
  fclose(output);
  free((void *)(uintptr_t)image.bytes);
  return file;
}

/* A file of its own with the first `kept` bytes. */
static FILE *file_copy(FILE *from, size_t kept) {
  FILE *to = tmpfile();
  assert_non_null(to);
  rewind(from);
  for (int c; kept-- && (c = getc(from)) != EOF;)
    putc(c, to);
  return to;
}

static void scene_begin(struct scene *scene, FILE *file) {
  struct rs_error error;
  *scene = (struct scene){ .file = file, .picture = calloc(1, sizeof *scene->picture) };
  assert_non_null(scene->picture);
  rewind(file);
  require(rs_log_open(file, "probe.ring", &scene->log, &error), &error);
  require(viewer_open(scene->log, &scene->viewer, &error), &error);
  layout_compute(&scene->layout, WIDTH, HEIGHT, CELL_WIDTH, CELL_HEIGHT);
}

void scene_open(struct scene *scene, const char *probe, enum rs_trace_level level, size_t kept) {
  FILE *whole = probe_log(probe, level);
  FILE *file = file_copy(whole, kept ? kept : SIZE_MAX);
  fclose(whole);
  scene_begin(scene, file);
}

void scene_open_again(struct scene *scene, const struct scene *other) {
  scene_begin(scene, file_copy(other->file, SIZE_MAX));
}

void scene_close(struct scene *scene) {
  viewer_close(scene->viewer);
  rs_log_close(scene->log);
  fclose(scene->file);
  free(scene->picture);
}

const struct viewer_picture *scene_paint(struct scene *scene) {
  viewer_paint(scene->viewer, &scene->layout, scene->picture);
  return scene->picture;
}

void scene_keys(struct scene *scene, const char *names) {
  char name[32];
  while (*names) {
    size_t length = strcspn(names, " ");
    assert_true(length < sizeof name);
    memcpy(name, names, length);
    name[length] = 0;
    assert_true(viewer_key(scene->viewer, name));
    names += length + strspn(names + length, " ");
  }
}

void scene_settle(struct scene *scene) {
  while (viewer_work(scene->viewer)) {
  }
}

const struct viewer_row *scene_row(struct scene *scene, enum viewer_panel_id panel, const char *text) {
  const struct viewer_panel *painted = &scene_paint(scene)->panel[panel];
  for (unsigned i = painted->first; i < painted->count && i < painted->first + painted->height; i++)
    if (strstr(painted->row[i].text, text)) return &painted->row[i];
  return NULL;
}

bool row_has(const struct viewer_row *row, enum viewer_style style, const char *text) {
  for (unsigned i = 0; row && i < row->span_count; i++) {
    const struct viewer_span *span = &row->span[i];
    size_t length = span->end - span->start;
    char piece[VIEWER_TEXT];
    memcpy(piece, row->text + span->start, length);
    piece[length] = 0;
    if (span->style == style && strstr(piece, text)) return true;
  }
  return false;
}
