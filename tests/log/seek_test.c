/* Seeking: every place found is the one that reading from the beginning comes to, in whole logs and in cut
 * ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log/sample.h"
#include "log/seek.h"

/* Enough for several frames. */
enum { ROUNDS = 1500 };

/* What identifies an event. */
struct mark {
  struct log_position position;
  unsigned kind;
  uint64_t number, instructions, rip;
};

struct fixture {
  struct piece log;
  FILE *file;
  struct rs_log *open;
  struct mark *mark;
  size_t count;
};

static struct mark mark_of(const struct log_event *event, struct log_position position) {
  struct mark mark = { .position = position, .kind = event->kind };
  switch (event->kind) {
  case LOG_TRANSITION:
    mark.number = event->transition->number;
    mark.instructions = event->transition->instructions;
    mark.rip = event->transition->transition->after.rip;
    break;
  case LOG_INSTRUCTION:
    mark.instructions = event->instruction->instructions;
    mark.rip = event->instruction->after->rip;
    break;
  case LOG_MACRO:
    mark.instructions = event->macro->instructions;
    mark.rip = event->macro->cpu->rip;
    break;
  default: mark.instructions = event->end->instructions; mark.rip = event->end->rip;
  }
  return mark;
}

static void mark_add(struct fixture *fixture, struct mark mark) {
  fixture->mark = realloc(fixture->mark, (fixture->count + 1) * sizeof *fixture->mark);
  assert_non_null(fixture->mark);
  fixture->mark[fixture->count++] = mark;
}

/* Opens the first `size` bytes of `log` and reads them through. */
static void fixture_open(struct fixture *fixture, struct piece log, size_t size) {
  struct rs_error error;
  struct log_event event;
  *fixture = (struct fixture){ .log = log, .file = fmemopen(log.bytes, size, "rb") };
  assert_non_null(fixture->file);
  assert_int_equal(rs_log_open(fixture->file, "log", &fixture->open, &error), RS_OK);
  while (true) {
    struct log_position position = log_here(fixture->open);
    if (log_next(fixture->open, &event, &error) != RS_OK || !event.kind) return;
    mark_add(fixture, mark_of(&event, position));
  }
}

static void fixture_close(struct fixture *fixture) {
  rs_log_close(fixture->open);
  fclose(fixture->file);
  free(fixture->mark);
}

static struct piece sample_log(void) {
  struct piece log, told;
  sample_run(ROUNDS, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  free(told.bytes);
  return log;
}

static void expect_mark(struct fixture *fixture, struct log_position position, const struct mark *mark) {
  struct rs_error error;
  struct log_event event;
  assert_int_equal(log_position_compare(position, mark->position), 0);
  assert_int_equal(log_go(fixture->open, position, &error), RS_OK);
  assert_int_equal(log_next(fixture->open, &event, &error), RS_OK);
  struct mark found = mark_of(&event, position);
  assert_true(found.kind == mark->kind && found.number == mark->number &&
              found.instructions == mark->instructions && found.rip == mark->rip);
}

/* Every place of a small part of the log, and some of the rest. */
static size_t stride(const struct fixture *fixture, size_t i) {
  return i < 200 || i + 200 > fixture->count ? 1 : 97;
}

static void every_position_gives_the_event_that_stood_there(void **state) {
  struct piece log = sample_log();
  struct fixture fixture;
  (void)state;
  fixture_open(&fixture, log, log.size);
  assert_true(fixture.mark[fixture.count - 1].position.frame >= 4);
  for (size_t i = fixture.count; i-- > 0; i -= i > stride(&fixture, i) ? stride(&fixture, i) - 1 : 0)
    expect_mark(&fixture, fixture.mark[i].position, &fixture.mark[i]);
  fixture_close(&fixture);
  free(log.bytes);
}

static void position_grows_with_the_run(void **state) {
  struct piece log = sample_log();
  struct fixture fixture;
  (void)state;
  fixture_open(&fixture, log, log.size);
  for (size_t i = 1; i < fixture.count; i++)
    assert_true(log_position_compare(fixture.mark[i - 1].position, fixture.mark[i].position) < 0);
  fixture_close(&fixture);
  free(log.bytes);
}

/* The first mark that holds, or the last of all. */
static const struct mark *first_mark(const struct fixture *fixture, uint64_t number, uint64_t instructions) {
  for (size_t i = 0; i < fixture->count; i++) {
    const struct mark *mark = &fixture->mark[i];
    if (number ? mark->number >= number : mark->instructions >= instructions) return mark;
  }
  return &fixture->mark[fixture->count - 1];
}

static void expect_found(struct fixture *fixture, uint64_t value) {
  struct log_position position;
  struct rs_error error;
  assert_int_equal(log_find_transition(fixture->open, value, &position, &error), RS_OK);
  expect_mark(fixture, position, first_mark(fixture, value, 0));
  assert_int_equal(log_find_instruction(fixture->open, value, &position, &error), RS_OK);
  expect_mark(fixture, position, first_mark(fixture, 0, value));
}

static void transition_and_instruction_are_found_wherever_they_are(void **state) {
  struct piece log = sample_log();
  struct fixture fixture;
  (void)state;
  fixture_open(&fixture, log, log.size);
  for (uint64_t value = 0; value < 2 * ROUNDS + 100; value += value < 50 ? 1 : 61)
    expect_found(&fixture, value);
  expect_found(&fixture, UINT64_MAX);
  fixture_close(&fixture);
  free(log.bytes);
}

static void event_before_is_found_across_frames(void **state) {
  struct piece log = sample_log();
  struct fixture fixture;
  struct log_position position;
  struct rs_error error;
  bool there;
  (void)state;
  fixture_open(&fixture, log, log.size);
  for (size_t i = 1; i < fixture.count; i++) {
    if (fixture.mark[i].position.event > 1) continue;
    assert_int_equal(log_find_previous(fixture.open, fixture.mark[i].position, &position, &there, &error),
                     RS_OK);
    assert_true(there);
    expect_mark(&fixture, position, &fixture.mark[i - 1]);
  }
  assert_int_equal(log_find_previous(fixture.open, fixture.mark[0].position, &position, &there, &error),
                   RS_OK);
  assert_false(there);
  fixture_close(&fixture);
  free(log.bytes);
}

/* Without its table a log is gone through; what is whole of it is found all the same. */
static void cut_log_is_sought_up_to_its_last_whole_frame(void **state) {
  struct piece log = sample_log();
  struct rs_error error;
  (void)state;
  for (size_t part = 2; part <= 10; part++) {
    struct fixture fixture;
    struct log_position position;
    fixture_open(&fixture, log, log.size * part / 10 - 1);
    assert_true(fixture.count > 0);
    assert_int_equal(log_find_last(fixture.open, &position, &error), RS_OK);
    expect_mark(&fixture, position, &fixture.mark[fixture.count - 1]);
    expect_found(&fixture, fixture.mark[fixture.count - 1].number / 2 + 1);
    fixture_close(&fixture);
  }
  free(log.bytes);
}

static void frame_says_what_came_about_before_it(void **state) {
  struct piece log = sample_log();
  struct fixture fixture;
  struct log_here here;
  struct rs_error error;
  uint32_t count = 0, next = 0;
  uint64_t number = 0, instructions = 0;
  (void)state;
  fixture_open(&fixture, log, log.size);
  assert_int_equal(log_count_frames(fixture.open, &count, &error), RS_OK);
  for (size_t i = 0; i < fixture.count; i++) {
    if (fixture.mark[i].position.frame == next) {
      assert_int_equal(log_find_frame(fixture.open, next++, &here, &error), RS_OK);
      assert_int_equal(here.number, number);
      assert_int_equal(here.instructions, instructions);
      assert_int_equal(here.task.id, i ? 7 : 0);
    }
    if (fixture.mark[i].number) number = fixture.mark[i].number;
    instructions = fixture.mark[i].instructions;
  }
  assert_int_equal(next, count);
  assert_int_equal(log_find_frame(fixture.open, count, &here, &error), RS_BAD_LOG);
  fixture_close(&fixture);
  free(log.bytes);
}

struct followed {
  unsigned count;
  uint64_t number[LOG_ENTRIES];
};

static void follow(void *context, const struct rs_transition_event *event) {
  struct followed *followed = context;
  assert_true(followed->count < LOG_ENTRIES);
  followed->number[followed->count++] = event->number;
}

static void entries_that_nothing_returned_from_are_given_to_who_comes_late(void **state) {
  struct piece log = sample_log();
  struct fixture fixture;
  struct log_here here;
  struct rs_error error;
  uint32_t count = 0;
  (void)state;
  fixture_open(&fixture, log, log.size);
  assert_int_equal(log_count_frames(fixture.open, &count, &error), RS_OK);
  for (uint32_t frame = 0; frame < count; frame++) {
    struct followed followed = { .count = 0 };
    assert_int_equal(log_find_frame(fixture.open, frame, &here, &error), RS_OK);
    assert_int_equal(log_follow_entries(fixture.open, &here, follow, &followed, &error), RS_OK);
    assert_int_equal(followed.count, here.entry_count);
    assert_true((followed.count > 0) == (frame > 0));
    for (unsigned i = 0; i < followed.count; i++)
      assert_true(followed.number[i] == here.entry[i] && (i == 0 || here.entry[i] > here.entry[i - 1]));
  }
  fixture_close(&fixture);
  free(log.bytes);
}

/* A table that lies about where frames begin is found out, or leads nowhere; it is never believed. */
static void changed_table_is_not_believed(void **state) {
  struct piece log = sample_log();
  struct rs_error error;
  (void)state;
  for (size_t back = 1; back < 80; back++) {
    struct log_position position;
    struct fixture fixture;
    log.bytes[log.size - back] ^= 0x11;
    fixture_open(&fixture, log, log.size);
    enum rs_status status = log_find_transition(fixture.open, ROUNDS, &position, &error);
    assert_true(status == RS_OK || status == RS_BAD_LOG);
    if (status == RS_OK) expect_mark(&fixture, position, first_mark(&fixture, ROUNDS, 0));
    fixture_close(&fixture);
    log.bytes[log.size - back] ^= 0x11;
  }
  free(log.bytes);
}

/* A file that can be read but forward is read from its beginning. */
static void part_is_shown_as_the_whole_shows_it(void **state) {
  struct piece log = sample_log(), part, shown;
  struct rs_error error;
  (void)state;
  for (uint64_t from = 1; from < 2 * ROUNDS; from += 199) {
    const struct rs_log_filter filter = { .from = from, .to = from + 10 };
    assert_int_equal(sample_show(&log, RS_TRACE_STEPS, SAMPLE_TEXT, &filter, &part, &error), RS_OK);
    assert_int_equal(sample_show_forward(&log, RS_TRACE_STEPS, SAMPLE_TEXT, &filter, &shown, &error), RS_OK);
    assert_int_equal(part.size, shown.size);
    assert_memory_equal(part.bytes, shown.bytes, part.size);
    free(part.bytes);
    free(shown.bytes);
  }
  free(log.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_position_gives_the_event_that_stood_there),
    cmocka_unit_test(position_grows_with_the_run),
    cmocka_unit_test(transition_and_instruction_are_found_wherever_they_are),
    cmocka_unit_test(event_before_is_found_across_frames),
    cmocka_unit_test(cut_log_is_sought_up_to_its_last_whole_frame),
    cmocka_unit_test(frame_says_what_came_about_before_it),
    cmocka_unit_test(entries_that_nothing_returned_from_are_given_to_who_comes_late),
    cmocka_unit_test(changed_table_is_not_believed),
    cmocka_unit_test(part_is_shown_as_the_whole_shows_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
