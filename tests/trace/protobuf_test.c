/* Claims about the wire format of protocol buffers, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/protobuf.h"

static uint8_t bytes[1024];
static struct protobuf proto;

static int start(void **state) {
  (void)state;
  proto = (struct protobuf){ .bytes = bytes, .room = sizeof bytes };
  return 0;
}

#define EXPECT(...)                                                                                          \
  do {                                                                                                       \
    const uint8_t expected[] = { __VA_ARGS__ };                                                              \
    assert_int_equal(proto.used, sizeof expected);                                                           \
    assert_memory_equal(bytes, expected, sizeof expected);                                                   \
  } while (0)

static void numbers_have_seven_bits_to_a_byte_the_low_ones_first(void **state) {
  (void)state;
  protobuf_uint(&proto, 1, 0);
  protobuf_uint(&proto, 2, 127);
  protobuf_uint(&proto, 3, 300);
  EXPECT(1 << 3, 0, 2 << 3, 127, 3 << 3, 0xac, 2);
}

static void the_largest_number_takes_ten_bytes(void **state) {
  (void)state;
  protobuf_uint(&proto, 1, UINT64_MAX);
  EXPECT(1 << 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1);
}

static void a_field_above_15_has_a_tag_of_two_bytes(void **state) {
  (void)state;
  protobuf_uint(&proto, 60, 1);
  EXPECT(0xe0, 0x03, 1);
}

static void fixed_numbers_are_little_endian(void **state) {
  (void)state;
  protobuf_fixed64(&proto, 1, UINT64_C(0x8877665544332211));
  EXPECT(1 << 3 | 1, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
}

static void texts_have_their_length_before_them(void **state) {
  (void)state;
  protobuf_text(&proto, 1, "");
  protobuf_text(&proto, 2, "ring");
  EXPECT(1 << 3 | 2, 0, 2 << 3 | 2, 4, 'r', 'i', 'n', 'g');
}

static void messages_within_messages_are_counted(void **state) {
  (void)state;
  size_t outer = protobuf_begin(&proto, 1), inner = protobuf_begin(&proto, 2);
  protobuf_uint(&proto, 3, 1);
  protobuf_end(&proto, inner);
  protobuf_end(&proto, outer);
  EXPECT(1 << 3 | 2, 4, 2 << 3 | 2, 2, 3 << 3, 1);
}

static void a_long_message_makes_room_for_its_length(void **state) {
  (void)state;
  char text[201];
  memset(text, 'x', sizeof text);
  text[200] = '\0';
  size_t message = protobuf_begin(&proto, 1);
  protobuf_text(&proto, 2, text);
  protobuf_end(&proto, message);
  assert_int_equal(proto.used, 1 + 2 + 1 + 2 + 200);
  const uint8_t head[] = { 1 << 3 | 2, 0xcb, 1, 2 << 3 | 2, 0xc8, 1 };
  assert_memory_equal(bytes, head, sizeof head);
  assert_memory_equal(bytes + sizeof head, text, 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(numbers_have_seven_bits_to_a_byte_the_low_ones_first, start),
    cmocka_unit_test_setup(the_largest_number_takes_ten_bytes, start),
    cmocka_unit_test_setup(a_field_above_15_has_a_tag_of_two_bytes, start),
    cmocka_unit_test_setup(fixed_numbers_are_little_endian, start),
    cmocka_unit_test_setup(texts_have_their_length_before_them, start),
    cmocka_unit_test_setup(messages_within_messages_are_counted, start),
    cmocka_unit_test_setup(a_long_message_makes_room_for_its_length, start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
