/* Claims about Perfetto traces of runs that no honest guest makes; tests/cli/perfetto has whole ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trace/told.h"

static struct told told;

/* A field of a message. */
struct field {
  unsigned number;
  uint64_t value; /* of a varint; else the length */
  const uint8_t *bytes;
};

static uint64_t varint(const uint8_t **at) {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    value |= (uint64_t)(**at & 0x7f) << shift;
    if (!(*(*at)++ & 0x80)) return value;
  }
}

static bool next(const uint8_t **at, const uint8_t *end, struct field *field) {
  if (*at == end) return false;
  uint64_t tag = varint(at);
  unsigned type = tag & 7;
  field->number = (unsigned)(tag >> 3);
  field->value = type == 1 ? 8 : varint(at);
  field->bytes = *at;
  if (type != 0) *at += field->value;
  assert_true(*at <= end);
  return true;
}

static bool find(const struct field *message, unsigned number, struct field *found) {
  const uint8_t *at = message->bytes, *end = at + message->value;
  while (next(&at, end, found))
    if (found->number == number) return true;
  return false;
}

/* How many events of this type (1: slice begin, 2: slice end) and how many tracks there are. */
struct count {
  unsigned begins, ends, tracks;
};

static struct count count_packets(void) {
  struct count count = { 0, 0, 0 };
  const uint8_t *at = (const uint8_t *)told_text(&told), *end = at + told.text_size;
  struct field packet, event, type;
  while (next(&at, end, &packet)) {
    if (find(&packet, 60, &event)) count.tracks++;
    if (!find(&packet, 11, &event) || !find(&event, 9, &type)) continue;
    count.begins += type.value == 1;
    count.ends += type.value == 2;
  }
  return count;
}

static void interrupt_from_kernel(uint64_t rsp) {
  struct rs_cpu cpu;
  cpu_64(&cpu, 0, TOLD_KERNEL, rsp);
  begin_int(&told, 0x20, &cpu);
  arrive_64(&told, 0, TOLD_INT80, rsp - 40);
}

static void entries_deeper_than_there_is_room_for_are_no_slices_but_their_transitions_are(void **state) {
  (void)state;
  told_open(&told, TOLD_PERFETTO, RS_TRACE_TRANSITIONS);
  for (unsigned i = 0; i < 1000; i++)
    interrupt_from_kernel(TOLD_KERNEL_STACK - 40 * i);
  struct count count = count_packets();
  assert_int_equal(count.begins, count.ends);
  assert_in_range(count.begins, 1001, 1100);
  told_free(&told);
}

static void processes_beyond_the_last_one_are_drawn_as_the_guest(void **state) {
  (void)state;
  told_open(&told, TOLD_PERFETTO, RS_TRACE_TRANSITIONS);
  for (unsigned i = 1; i < 1000; i++) {
    told.event.task.id = i;
    snprintf(told.event.task.name, sizeof told.event.task.name, "task %u", i);
    interrupt_from_kernel(TOLD_KERNEL_STACK);
  }
  struct count count = count_packets();
  assert_int_equal(count.begins, count.ends);
  assert_in_range(count.tracks, 2 * 255, 2 * 256);
  told_free(&told);
}

static void a_process_whose_number_perfetto_has_no_room_for_is_the_guest(void **state) {
  (void)state;
  told_open(&told, TOLD_PERFETTO, RS_TRACE_TRANSITIONS);
  told.event.task.id = UINT32_MAX;
  interrupt_from_kernel(TOLD_KERNEL_STACK);
  assert_int_equal(count_packets().tracks, 2);
  told_free(&told);
}

static void a_full_disk_is_reported(void **state) {
  (void)state;
  told_expect_full_disk(rs_perfetto_sink);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_deeper_than_there_is_room_for_are_no_slices_but_their_transitions_are),
    cmocka_unit_test(processes_beyond_the_last_one_are_drawn_as_the_guest),
    cmocka_unit_test(a_process_whose_number_perfetto_has_no_room_for_is_the_guest),
    cmocka_unit_test(a_full_disk_is_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
