/* Decodes and encodes gates. */
#include "arch/gate.h"

#include "arch/descriptor.h"

struct gate gate_decode(uint64_t low, uint64_t high, bool long_mode) {
  uint8_t type = low >> 40 & 0x1f;
  bool narrow = !(type & 8);
  return (struct gate){
    .type = type,
    .dpl = low >> 45 & 3,
    .present = low >> 47 & 1,
    .ist = long_mode ? low >> 32 & 7 : 0,
    .parameters = long_mode ? 0 : low >> 32 & 0x1f,
    .selector = low >> 16 & 0xffff,
    .offset =
        (low & 0xffff) | (narrow ? 0 : low >> 32 & 0xffff0000) | (long_mode ? (high & UINT32_MAX) << 32 : 0),
  };
}

void gate_encode(const struct gate *gate, uint64_t *low, uint64_t *high) {
  *low = (gate->offset & 0xffff) | (uint64_t)gate->selector << 16 |
         (uint64_t)(gate->ist | gate->parameters) << 32 | (uint64_t)gate->type << 40 |
         (uint64_t)gate->dpl << 45 | (uint64_t)gate->present << 47 | (gate->offset & 0xffff0000) << 32;
  *high = gate->offset >> 32;
}
