/* Claims about the bits of descriptors and gates, and about the I/O permissions of a TSS. */
#include "arch/descriptor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"
#include "arch/tss.h"

/* [SDM3 "Segment Descriptors"]: one descriptor with every field its own digit. */
static void a_descriptor_has_its_fields_where_the_figure_draws_them(void **state) {
  (void)state;
  struct rs_segment s = descriptor_decode(UINT64_C(0x12dbfa3456785432), 0x28);
  assert_int_equal(s.selector, 0x28);
  assert_int_equal(s.base, 0x12345678);
  assert_int_equal(s.attributes, 0xd0fa);
  assert_int_equal(s.limit, 0xb5432fff);
  s = descriptor_decode(UINT64_C(0x124b923456785432), 0);
  assert_int_equal(s.limit, 0xb5432);
}

static void encoding_undoes_decoding(void **state) {
  uint64_t random = UINT64_C(0x123456789abcdef);
  (void)state;
  for (unsigned i = 0; i < 1000; i++) {
    random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    struct rs_segment s = descriptor_decode(random, 0);
    assert_int_equal(descriptor_encode(&s), random);
  }
}

static void a_gate_has_its_fields_where_the_figures_draw_them(void **state) {
  (void)state;
  struct gate wide = gate_decode(UINT64_C(0x8765ee0500084321), UINT64_C(0x00000000cba98765), true);
  assert_int_equal(wide.offset, UINT64_C(0xcba9876587654321));
  assert_int_equal(wide.selector, 8);
  assert_int_equal(wide.type, SYSTEM_INTERRUPT_GATE);
  assert_int_equal(wide.dpl, 3);
  assert_true(wide.present);
  assert_int_equal(wide.ist, 5);
  struct gate call = gate_decode(UINT64_C(0x87654c1f00084321), UINT64_MAX, false);
  assert_int_equal(call.offset, 0x87654321);
  assert_int_equal(call.parameters, 31);
  assert_int_equal(call.type, SYSTEM_CALL_GATE);
  assert_int_equal(call.dpl, 2);
  assert_false(call.present);
  struct gate narrow = gate_decode(UINT64_C(0xdead860000084321), 0, false);
  assert_int_equal(narrow.offset, 0x4321);
  assert_true(gate_is_16_bit(&narrow) && !gate_is_16_bit(&call));
}

static void encoding_a_gate_undoes_decoding_it(void **state) {
  static const uint64_t rows[][2] = { { UINT64_C(0x8765ee0500084321), UINT64_C(0xcba98765) },
                                      { UINT64_C(0x00008e0000100000), 0 } };
  (void)state;
  for (unsigned i = 0; i < 2; i++) {
    uint64_t low, high;
    struct gate gate = gate_decode(rows[i][0], rows[i][1], true);
    gate_encode(&gate, &low, &high);
    assert_true(low == rows[i][0] && high == rows[i][1]);
  }
}

static void kinds_of_segments_follow_from_their_type(void **state) {
  (void)state;
  for (unsigned byte = 0; byte < 256; byte++) {
    struct rs_segment s = { .attributes = byte };
    bool system = !(byte & 0x10), code = byte & 8;
    assert_int_equal(segment_is_code(&s), !system && code);
    assert_int_equal(segment_is_writable_data(&s), !system && !code && byte & 2);
    assert_int_equal(segment_is_readable(&s), !system && (!code || byte & 2));
    assert_int_equal(segment_system_type(&s), system ? (int)(byte & 15) : -1);
    assert_int_equal(segment_dpl(&s), byte >> 5 & 3);
  }
}

/* --- I/O permissions [SDM1 "I/O Permission Bit Map"] --- */

static bool permits(struct flow *f, uint16_t port, unsigned size) {
  struct builder b;
  struct guest_memory memory = fake_memory_guest(f->memory);
  f->out.cause = (struct rs_cause){ 0 };
  builder_start(&b, &f->cpu, &memory, &f->out);
  bool permitted = tss_permits_port(&b, port, size);
  assert_int_equal(permitted, f->out.outcome == RS_COMPLETED);
  return permitted;
}

enum { IO_MAP = 0x80 };

static struct flow *with_io_map(void **state, enum flow_mode mode, uint32_t limit) {
  struct flow *f = *state;
  flow_enter_user(f, mode);
  f->cpu.tr.limit = limit;
  fake_poke(f->memory, &f->cpu, FAKE_TSS + 102, 2, IO_MAP);
  return f;
}

static void a_port_is_free_when_all_of_its_bits_are_zero(void **state) {
  for (unsigned bit = 0; bit < 16; bit++) {
    struct flow *f = with_io_map(state, FLOW_LONG, IO_MAP + 0x100);
    fake_poke(f->memory, &f->cpu, FAKE_TSS + IO_MAP + 8, 2, 1U << bit);
    for (unsigned port = 0; port < 13; port++)
      for (unsigned size = 1; size <= 4; size *= 2) {
        bool covered = bit >= port && bit < port + size;
        assert_int_equal(permits(f, (uint16_t)(64 + port), size), !covered);
        if (covered) flow_refused(f, VECTOR_GP, 0, RS_CHECK_IO_PERMITTED);
      }
  }
}

static void both_bytes_read_must_lie_within_the_tss_limit(void **state) {
  struct flow *f = with_io_map(state, FLOW_PROTECTED, IO_MAP + 9);
  assert_true(permits(f, 64, 1));
  assert_false(permits(f, 72, 1));
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_IO_MAP_WITHIN_LIMIT);
  fake_poke(f->memory, &f->cpu, FAKE_TSS + 102, 2, 0xffff);
  assert_false(permits(f, 0, 1));
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_IO_MAP_WITHIN_LIMIT);
}

static void without_an_io_map_no_port_is_free(void **state) {
  struct flow *f = with_io_map(state, FLOW_PROTECTED, 102);
  assert_false(permits(f, 0, 1));
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_IO_MAP_EXISTS);
  f = with_io_map(state, FLOW_PROTECTED, 0x200);
  f->cpu.tr.attributes = SEGMENT_P | SYSTEM_TSS_16_BUSY;
  assert_false(permits(f, 0, 1));
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_IO_MAP_EXISTS);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_descriptor_has_its_fields_where_the_figure_draws_them),
    CLAIM(encoding_undoes_decoding),
    CLAIM(a_gate_has_its_fields_where_the_figures_draw_them),
    CLAIM(encoding_a_gate_undoes_decoding_it),
    CLAIM(kinds_of_segments_follow_from_their_type),
    CLAIM(a_port_is_free_when_all_of_its_bits_are_zero),
    CLAIM(both_bytes_read_must_lie_within_the_tss_limit),
    CLAIM(without_an_io_map_no_port_is_free),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
