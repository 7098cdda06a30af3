/* Gates: entries of the IDT, and call and task gates of the GDT and LDT. */
#ifndef ARCH_GATE_H
#define ARCH_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* [SDM3 "IDT Descriptors"], [SDM3 "Call Gates"]: eight bytes, little endian.
 *
 *   63           48 47  46 45 44 43  40 39      32
 *   offset 31:16    P   DPL   0  type   parameters
 *   31           16 15            0
 *   selector        offset 15:0
 *
 * A 16-bit (286) gate has no offset 31:16 and ignores the field; a task gate has no offset at all. In IA-32e
 * mode bits 34:32 are the IST index, and eight more bytes follow [SDM3 "64-Bit Mode IDT"]: offset 63:32, then
 * a reserved doubleword. */
struct gate {
  uint8_t type; /* with the S bit as bit 4: of an IDT gate an enum system_type */
  uint8_t dpl;
  bool present;
  uint8_t ist;        /* 0 to 7; 0 outside IA-32e mode */
  uint8_t parameters; /* of a call gate, 0 to 31 */
  uint16_t selector;
  uint64_t offset;
};

/* `high` is the second half of a 16-byte gate; outside long mode it is not looked at. */
struct gate gate_decode(uint64_t low, uint64_t high, bool long_mode);

/* The two halves; the second is zero for a gate of eight bytes. */
void gate_encode(const struct gate *gate, uint64_t *low, uint64_t *high);

/* Gates for 32-bit and 64-bit code have bit 3 of their type. */
static inline bool gate_is_16_bit(const struct gate *gate) {
  return !(gate->type & 8);
}

#endif
