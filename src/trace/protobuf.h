/* Protocol buffers' wire format, into a buffer that the caller made large enough. */
#ifndef TRACE_PROTOBUF_H
#define TRACE_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/* What exceeds `room` is the programmer's error. */
struct protobuf {
  uint8_t *bytes;
  size_t used, room;
};

void protobuf_uint(struct protobuf *p, unsigned field, uint64_t value); /* uint32, uint64, bool, enum */
void protobuf_fixed64(struct protobuf *p, unsigned field, uint64_t value);
void protobuf_text(struct protobuf *p, unsigned field, const char *text);

/* A message within: what is put between the two belongs to it. */
size_t protobuf_begin(struct protobuf *p, unsigned field);
void protobuf_end(struct protobuf *p, size_t begun);

#endif
