/* The parts of the coder that are not worth inlining. */
#include "log/coder.h"

#include <string.h>

uint64_t coder_get(struct coder *c) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = coder_get_byte(c);
    if (shift == 63 && byte > 1) break;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return value;
  }
  c->failed = true;
  return 0;
}

void code_bytes(struct coder *c, void *bytes, size_t size) {
  if (size > (size_t)(c->end - c->at)) {
    assert(!c->writing);
    c->failed = true;
    memset(bytes, 0, size);
    return;
  }
  if (c->writing)
    memcpy(c->at, bytes, size);
  else
    memcpy(bytes, c->at, size);
  c->at += size;
}

void code_text(struct coder *c, char *text, size_t room) {
  size_t length = (size_t)code_up_to(c, c->writing ? strlen(text) : 0, room - 1);
  code_bytes(c, text, length);
  if (c->writing) return;
  text[length] = 0;
  for (size_t i = 0; i < length; i++)
    if (text[i] < ' ' || text[i] > '~') c->failed = true;
  if (c->failed) text[0] = 0;
}
