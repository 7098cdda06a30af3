/* Claims about the buses: who answers, how wide accesses are split, what nobody answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/bus.h"

/* A device that remembers its accesses as (offset, size, value). */
struct recorder {
  unsigned count;
  struct {
    uint64_t offset, value;
    unsigned size;
  } access[8];
};

static void record(struct recorder *recorder, uint64_t offset, unsigned size, uint64_t value) {
  assert_true(recorder->count < 8);
  recorder->access[recorder->count].offset = offset;
  recorder->access[recorder->count].size = size;
  recorder->access[recorder->count++].value = value;
}

static uint32_t port_in(void *device, uint16_t offset, unsigned size) {
  record(device, offset, size, 0);
  return 0x44332211u >> 8 * (offset & 3) & (UINT32_MAX >> (32 - 8 * size));
}

static void port_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  record(device, offset, size, value);
}

static uint64_t mmio_read(void *device, uint64_t offset, unsigned size) {
  record(device, offset, size, 0);
  return UINT64_C(0x8877665544332211);
}

static void mmio_write(void *device, uint64_t offset, unsigned size, uint64_t value) {
  record(device, offset, size, value);
}

static struct bus bus_with_ports(struct recorder *recorder, uint16_t first, uint16_t last, uint8_t sizes) {
  *recorder = (struct recorder){ 0 };
  struct bus bus = { 0 };
  bus_add_ports(&bus, &(struct port_range){ first, last, sizes, recorder, port_in, port_out });
  return bus;
}

static struct bus bus_with_mmio(struct recorder *recorder) {
  *recorder = (struct recorder){ 0 };
  struct bus bus = { 0 };
  bus_add_mmio(&bus, &(struct mmio_range){ 0xfee00000, 0xfee00fff, recorder, mmio_read, mmio_write });
  return bus;
}

static void nobody_reads_as_all_ones_in_every_size(void **state) {
  (void)state;
  struct bus bus = { 0 };
  assert_int_equal(bus_port_in(&bus, 0x80, 1), 0xff);
  assert_int_equal(bus_port_in(&bus, 0x80, 2), 0xffff);
  assert_int_equal(bus_port_in(&bus, 0x80, 4), 0xffffffff);
  for (unsigned size = 1; size <= 8; size++)
    assert_true(bus_mmio_read(&bus, 0xfee00000, size) == UINT64_MAX >> (64 - 8 * size));
  bus_port_out(&bus, 0x80, 4, 1);
  bus_mmio_write(&bus, 0xfee00000, 8, 1);
}

static void a_wide_access_to_byte_ports_is_split_low_byte_first(void **state) {
  (void)state;
  struct recorder recorder;
  struct bus bus = bus_with_ports(&recorder, 0x3f8, 0x3ff, 1);
  assert_int_equal(bus_port_in(&bus, 0x3f8, 4), 0x44332211);
  bus_port_out(&bus, 0x3fa, 2, 0xbbaa);
  const uint64_t offset[] = { 0, 1, 2, 3, 2, 3 }, value[] = { 0, 0, 0, 0, 0xaa, 0xbb };
  assert_int_equal(recorder.count, 6);
  for (unsigned i = 0; i < 6; i++) {
    assert_int_equal(recorder.access[i].size, 1);
    assert_int_equal(recorder.access[i].offset, offset[i]);
    assert_int_equal(recorder.access[i].value, value[i]);
  }
}

static void a_wide_access_over_the_end_of_a_device_meets_what_is_there(void **state) {
  (void)state;
  struct recorder recorder;
  struct bus bus = bus_with_ports(&recorder, 0x3f8, 0x3ff, 1);
  assert_int_equal(bus_port_in(&bus, 0x3ff, 2), 0xff44);
  assert_int_equal(bus_port_in(&bus, 0x3f7, 2), 0x11ff);
}

static void a_device_gets_the_sizes_it_takes_whole(void **state) {
  (void)state;
  struct recorder recorder;
  struct bus bus = bus_with_ports(&recorder, 0x100, 0x103, 2 | 4);
  assert_int_equal(bus_port_in(&bus, 0x100, 4), 0x44332211);
  assert_int_equal(bus_port_in(&bus, 0x102, 2), 0x4433);
  assert_int_equal(bus_port_in(&bus, 0x100, 1), 0xff);
  assert_int_equal(recorder.count, 2);
  /* Two bytes over, so it becomes two halves: one within, one beside. */
  assert_int_equal(bus_port_in(&bus, 0x102, 4), 0xffff4433);
}

static void ports_wrap_round_at_64_ki(void **state) {
  (void)state;
  struct recorder recorder;
  struct bus bus = bus_with_ports(&recorder, 0, 0, 1);
  assert_int_equal(bus_port_in(&bus, 0xffff, 2), 0x11ff);
}

static void an_out_carries_no_bits_beyond_its_size(void **state) {
  (void)state;
  struct recorder recorder;
  struct bus bus = bus_with_ports(&recorder, 0x100, 0x100, 1);
  bus_port_out(&bus, 0x100, 1, 0x12345678);
  assert_int_equal(recorder.access[0].value, 0x78);
}

static void a_missing_direction_is_answered_by_nobody(void **state) {
  (void)state;
  struct bus bus = { 0 };
  bus_add_ports(&bus, &(struct port_range){ 0x100, 0x103, 4, NULL, NULL, NULL });
  assert_int_equal(bus_port_in(&bus, 0x100, 4), 0xffffffff);
  bus_port_out(&bus, 0x100, 4, 1);
}

static void mmio_within_a_device_reaches_it_in_every_size(void **state) {
  (void)state;
  struct recorder recorder;
  struct bus bus = bus_with_mmio(&recorder);
  assert_true(bus_mmio_read(&bus, 0xfee00ff8, 8) == UINT64_C(0x8877665544332211));
  assert_true(bus_mmio_read(&bus, 0xfee00000, 3) == 0x332211);
  bus_mmio_write(&bus, 0xfee00020, 2, 0x12345678);
  assert_int_equal(recorder.access[0].offset, 0xff8);
  assert_int_equal(recorder.access[2].offset, 0x20);
  assert_int_equal(recorder.access[2].value, 0x5678);
}

static void mmio_over_the_edge_of_a_device_is_answered_by_nobody(void **state) {
  (void)state;
  struct recorder recorder;
  struct bus bus = bus_with_mmio(&recorder);
  assert_true(bus_mmio_read(&bus, 0xfee00ffd, 4) == UINT32_MAX);
  assert_true(bus_mmio_read(&bus, 0xfedfffff, 2) == UINT16_MAX);
  bus_mmio_write(&bus, 0xfee00fff, 2, 1);
  assert_true(bus_mmio_read(&bus, UINT64_MAX, 8) == UINT64_MAX);
  assert_int_equal(recorder.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nobody_reads_as_all_ones_in_every_size),
    cmocka_unit_test(a_wide_access_to_byte_ports_is_split_low_byte_first),
    cmocka_unit_test(a_wide_access_over_the_end_of_a_device_meets_what_is_there),
    cmocka_unit_test(a_device_gets_the_sizes_it_takes_whole),
    cmocka_unit_test(ports_wrap_round_at_64_ki),
    cmocka_unit_test(an_out_carries_no_bits_beyond_its_size),
    cmocka_unit_test(a_missing_direction_is_answered_by_nobody),
    cmocka_unit_test(mmio_within_a_device_reaches_it_in_every_size),
    cmocka_unit_test(mmio_over_the_edge_of_a_device_is_answered_by_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
