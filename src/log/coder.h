/* Numbers to bytes and back: each record is described once, for the writer and the reader alike. */
#ifndef LOG_CODER_H
#define LOG_CODER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes of one frame. When it writes, what the values point to is read and left as it is, and there must
 * be room; when it reads, values are replaced, and after a failure they are zeros. */
struct coder {
  uint8_t *at, *end;
  bool writing;
  bool failed; /* the frame ended within a record, or a value was out of range */
};

static inline uint8_t coder_get_byte(struct coder *c) {
  if (c->at < c->end) return *c->at++;
  c->failed = true;
  return 0;
}

static inline void coder_put_byte(struct coder *c, uint8_t byte) {
  assert(c->at < c->end);
  *c->at++ = byte;
}

/* Seven bits to a byte, the low ones first; bit 7: more follow. */
static inline void coder_put(struct coder *c, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    coder_put_byte(c, (uint8_t)(value | 0x80));
  coder_put_byte(c, (uint8_t)value);
}

uint64_t coder_get(struct coder *c);

static inline void code_u64(struct coder *c, uint64_t *value) {
  if (c->writing)
    coder_put(c, *value);
  else
    *value = coder_get(c);
}

/* The difference from `base`, which both sides know, modulo 2^64; its sign is bit 0. */
static inline void code_delta(struct coder *c, uint64_t base, uint64_t *value) {
  uint64_t difference = *value - base, coded = difference << 1 ^ (UINT64_C(0) - (difference >> 63));
  code_u64(c, &coded);
  if (!c->writing) *value = base + (coded >> 1 ^ (UINT64_C(0) - (coded & 1)));
}

/* A number up to `limit`, inclusive; a reader fails at others and has 0. */
static inline uint64_t code_up_to(struct coder *c, uint64_t value, uint64_t limit) {
  code_u64(c, &value);
  if (value <= limit) return value;
  assert(!c->writing);
  c->failed = true;
  return 0;
}

static inline void code_u8(struct coder *c, uint8_t *value, uint8_t limit) {
  *value = (uint8_t)code_up_to(c, *value, limit);
}
static inline void code_u16(struct coder *c, uint16_t *value, uint16_t limit) {
  *value = (uint16_t)code_up_to(c, *value, limit);
}
static inline void code_u32(struct coder *c, uint32_t *value) {
  *value = (uint32_t)code_up_to(c, *value, UINT32_MAX);
}
static inline void code_flag(struct coder *c, bool *value) {
  *value = code_up_to(c, *value, 1) != 0;
}

/* As they are. */
void code_bytes(struct coder *c, void *bytes, size_t size);

/* A length below `room`, then that many characters; a reader terminates it and takes printable ASCII alone.
 */
void code_text(struct coder *c, char *text, size_t room);

#endif
