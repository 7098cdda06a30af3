/* Claims: the trace is the same each time, and looking closer changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "vm/box.h"
#include "vm/cmocka_all.h"

typedef struct rs_trace_sink *sink_maker(FILE *file, const struct rs_text_options *options);

static char *trace_of(const char *probe, sink_maker *make, enum rs_trace_level level) {
  struct box box;
  struct rs_error error;
  struct box_image image = image_of_probe(probe);
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  box_open(&box, &image, &(struct box_options){ .level = RS_TRACE_OFF });
  const struct rs_text_options options = { .level = level, .memory = rs_machine_view(box.machine) };
  struct rs_trace_sink *sink = make(file, &options);
  assert_int_equal(rs_machine_subscribe(box.machine, sink), RS_OK);
  box_run(&box);
  assert_int_equal(sink->close(sink, &error), RS_OK);
  fclose(file);
  box_close(&box);
  image_free(&image);
  assert_true(strlen(text) > 0);
  return text;
}

static void same_each_time(sink_maker *make) {
  for (const char *const *probe = box_probes; *probe; probe++) {
    char *first = trace_of(*probe, make, RS_TRACE_INSTRUCTIONS);
    char *second = trace_of(*probe, make, RS_TRACE_INSTRUCTIONS);
    assert_string_equal(first, second);
    free(first);
    free(second);
  }
}

static void the_same_run_gives_the_same_text(void **state) {
  (void)state;
  same_each_time(rs_text_sink);
}

static void the_same_run_gives_the_same_json_lines(void **state) {
  (void)state;
  same_each_time(rs_jsonl_sink);
}

/* The events of `box` are those of `all` that its level shows. */
static void compare_shown(const struct box *box, const struct box *all) {
  size_t shown = 0;
  for (size_t i = 0; i < all->events; i++) {
    const struct box_event *event = &all->event[i];
    bool operation = event->number == 0 && event->outcome != RS_FAULTED;
    if (operation && box->sink.level < RS_TRACE_STEPS) continue;
    assert_true(shown < box->events);
    box_event_compare(&box->event[shown++], event);
  }
  assert_int_equal(shown, box->events);
}

static void no_level_changes_what_happens_or_when(void **state) {
  (void)state;
  for (const char *const *probe = box_probes; *probe; probe++) {
    struct box all;
    box_run_probe(&all, *probe, &(struct box_options){ .level = RS_TRACE_INSTRUCTIONS });
    for (enum rs_trace_level level = RS_TRACE_OFF; level < RS_TRACE_INSTRUCTIONS; level++) {
      struct box box;
      box_run_probe(&box, *probe, &(struct box_options){ .level = level });
      assert_int_equal(box.end.instructions, all.end.instructions);
      assert_int_equal(box.end.reason, all.end.reason);
      assert_int_equal(box.end.status, all.end.status);
      assert_int_equal(box.end.rip, all.end.rip);
      assert_int_equal(box_memory_sum(&box), box_memory_sum(&all));
      if (level < RS_TRACE_TRANSITIONS)
        assert_int_equal(box.events, 0);
      else
        compare_shown(&box, &all);
      box_close(&box);
    }
    box_close(&all);
  }
}

static void every_sink_sees_what_its_own_level_shows(void **state) {
  struct box all, other;
  struct box_image image = image_of_probe("boot_syscall-x86_64");
  (void)state;
  box_open(&all, &image, &(struct box_options){ .level = RS_TRACE_INSTRUCTIONS });
  memset(&other, 0, sizeof other);
  other.sink = all.sink;
  other.sink.level = RS_TRACE_TRANSITIONS;
  assert_int_equal(rs_machine_subscribe(all.machine, &other.sink), RS_OK);
  box_run(&all);
  assert_true(other.events > 0 && other.events < all.events);
  assert_int_equal(other.instructions_told, 0);
  assert_true(all.instructions_told > 0);
  compare_shown(&other, &all);
  free(other.event);
  box_close(&all);
  image_free(&image);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_run_gives_the_same_text),
    cmocka_unit_test(the_same_run_gives_the_same_json_lines),
    cmocka_unit_test(no_level_changes_what_happens_or_when),
    cmocka_unit_test(every_sink_sees_what_its_own_level_shows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
