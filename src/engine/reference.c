/* Where a plain instruction accesses memory, as the registers are now. */
#include "engine/reference.h"

#include "arch/bits.h"

static uint64_t low_bytes(uint64_t value, unsigned size) {
  return value << (64 - 8 * size) >> (64 - 8 * size);
}

/* The bit's number is signed, and counts in whole operands [SDM2 "BT—Bit Test"]. */
static uint64_t addend(const struct rs_cpu *cpu, const struct reference *r) {
  if (r->addend == ADDEND_AL) return (uint8_t)cpu->general[0];
  if (r->addend != ADDEND_BITS) return 0;
  unsigned unused = 64 - 8u * r->size;
  int64_t bit = (int64_t)(cpu->general[r->added_register] << unused) >> unused;
  return (uint64_t)((bit >> 3) & -(int64_t)r->size);
}

/* A string instruction whose count is zero accesses nothing. */
bool reference_offset(const struct rs_cpu *cpu, const struct reference *r, uint64_t *offset) {
  uint32_t ss = cpu->segment[RS_SEGMENT_INDEX(RS_SS)].attributes;
  if (r->repeated && low_bytes(cpu->general[1], r->operand.address_size) == 0) return false;
  struct rs_instruction operand = r->operand;
  operand.displacement += (int64_t)addend(cpu, r);
  if (r->stack && code_size_of(cpu) != CODE_64) operand.address_size = ss & SEGMENT_DB ? 4 : 2;
  *offset = instruction_operand_offset(cpu, &operand);
  return true;
}
