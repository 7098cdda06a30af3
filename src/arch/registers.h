/* Where each register lives in struct rs_cpu, for those who move many of them. */
#ifndef ARCH_REGISTERS_H
#define ARCH_REGISTERS_H

#include "ringside/cpu.h"

enum register_shape { SHAPE_NONE, SHAPE_WORD, SHAPE_BYTE, SHAPE_FLAG, SHAPE_SEGMENT, SHAPE_TABLE };

struct register_place {
  uint16_t offset; /* in struct rs_cpu */
  uint8_t shape;   /* enum register_shape */
};

extern const struct register_place register_places[RS_REGISTER_COUNT];

static inline uint64_t general_register(const struct rs_cpu *cpu, enum rs_register reg) {
  return cpu->general[reg - RS_RAX];
}

static inline void *register_at(struct rs_cpu *cpu, enum rs_register reg) {
  return (char *)cpu + register_places[reg].offset;
}

/* A word, byte or flag. */
static inline uint64_t register_word(const struct rs_cpu *cpu, enum rs_register reg) {
  const void *at = (const char *)cpu + register_places[reg].offset;
  switch (register_places[reg].shape) {
  case SHAPE_WORD: return *(const uint64_t *)at;
  case SHAPE_BYTE: return *(const uint8_t *)at;
  default: return *(const bool *)at;
  }
}

/* Replaces a word, byte or flag, and returns what it was. */
static inline uint64_t register_exchange(struct rs_cpu *cpu, enum rs_register reg, uint64_t value) {
  void *at = register_at(cpu, reg);
  uint64_t old = register_word(cpu, reg);
  switch (register_places[reg].shape) {
  case SHAPE_WORD: *(uint64_t *)at = value; break;
  case SHAPE_BYTE: *(uint8_t *)at = (uint8_t)value; break;
  default: *(bool *)at = value != 0;
  }
  return old;
}

#endif
