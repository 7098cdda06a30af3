/* The encoding of protocol buffers: tags, varints, and lengths before what they count. */
#include "trace/protobuf.h"

#include <assert.h>
#include <string.h>

enum wire_type { WIRE_VARINT, WIRE_FIXED64, WIRE_LENGTH };

enum { VARINT_MAX = 10 };

static void put(struct protobuf *p, const void *bytes, size_t size) {
  assert(size <= p->room - p->used);
  memcpy(p->bytes + p->used, bytes, size);
  p->used += size;
}

/* Seven bits to a byte, the low ones first; bit 7 says that more follow. */
static size_t varint(uint8_t bytes[VARINT_MAX], uint64_t value) {
  size_t size = 0;
  for (; value >= 0x80; value >>= 7)
    bytes[size++] = (uint8_t)(value | 0x80);
  bytes[size++] = (uint8_t)value;
  return size;
}

static void put_varint(struct protobuf *p, uint64_t value) {
  uint8_t bytes[VARINT_MAX];
  put(p, bytes, varint(bytes, value));
}

static void put_tag(struct protobuf *p, unsigned field, enum wire_type type) {
  put_varint(p, (uint64_t)field << 3 | type);
}

void protobuf_uint(struct protobuf *p, unsigned field, uint64_t value) {
  put_tag(p, field, WIRE_VARINT);
  put_varint(p, value);
}

void protobuf_fixed64(struct protobuf *p, unsigned field, uint64_t value) {
  uint8_t bytes[8];
  for (unsigned i = 0; i < 8; i++)
    bytes[i] = (uint8_t)(value >> 8 * i);
  put_tag(p, field, WIRE_FIXED64);
  put(p, bytes, sizeof bytes);
}

void protobuf_text(struct protobuf *p, unsigned field, const char *text) {
  size_t length = strlen(text);
  put_tag(p, field, WIRE_LENGTH);
  put_varint(p, length);
  put(p, text, length);
}

size_t protobuf_begin(struct protobuf *p, unsigned field) {
  put_tag(p, field, WIRE_LENGTH);
  return p->used;
}

/* The length is known only now: what it counts makes room for it. */
void protobuf_end(struct protobuf *p, size_t begun) {
  uint8_t length[VARINT_MAX];
  size_t inside = p->used - begun, size = varint(length, inside);
  assert(size <= p->room - p->used);
  memmove(p->bytes + begun + size, p->bytes + begun, inside);
  memcpy(p->bytes + begun, length, size);
  p->used += size;
}
