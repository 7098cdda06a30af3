/* Segment and system descriptors: their layout, their decoding, and their lookup by selector. */
#ifndef ARCH_DESCRIPTOR_H
#define ARCH_DESCRIPTOR_H

#include "arch/builder.h"

/* [SDM3 "Segment Descriptors"]: eight bytes, little endian.
 *
 *   63        56 55  54  53  52  51         48 47  46 45 44 43    40 39        32
 *   base 31:24   G   D/B L   AVL limit 19:16   P   DPL   S  type     base 23:16
 *   31                         16 15                         0
 *   base 15:0                     limit 15:0
 *
 * In IA-32e mode the LDT and TSS descriptors have eight more [SDM3 "Segment Descriptor Tables in IA-32e
 * Mode"]: base 63:32, then a doubleword whose bits 12:8 must be zero. */

/* Types of system descriptors, S = 0 [SDM3 "System Descriptor Types"]. In IA-32e mode those with bit 3 clear,
 * but for the LDT, and the task gate are reserved, and the others are the 64-bit ones. */
enum system_type {
  SYSTEM_TSS_16_AVAILABLE = 1,
  SYSTEM_LDT = 2,
  SYSTEM_TSS_16_BUSY = 3,
  SYSTEM_CALL_GATE_16 = 4,
  SYSTEM_TASK_GATE = 5,
  SYSTEM_INTERRUPT_GATE_16 = 6,
  SYSTEM_TRAP_GATE_16 = 7,
  SYSTEM_TSS_AVAILABLE = 9,
  SYSTEM_TSS_BUSY = 11,
  SYSTEM_CALL_GATE = 12,
  SYSTEM_INTERRUPT_GATE = 14,
  SYSTEM_TRAP_GATE = 15,
};

/* A descriptor found by its selector. */
struct descriptor {
  uint64_t linear;           /* of its first byte */
  uint64_t raw;              /* its first eight bytes */
  struct rs_segment segment; /* decoded, `selector` as it was looked up */
};

/* The segment of an eight-byte descriptor. */
struct rs_segment descriptor_decode(uint64_t raw, uint16_t selector);

/* The eight bytes that decode to `segment`; its limit must be representable with its G bit. */
uint64_t descriptor_encode(const struct rs_segment *segment);

/* A null selector: index 0 of the GDT, whatever its RPL [SDM3 "Segment Selectors"]. */
static inline bool selector_is_null(uint16_t selector) {
  return (selector & ~SELECTOR_RPL) == 0;
}

static inline uint8_t selector_rpl(uint16_t selector) {
  return selector & SELECTOR_RPL;
}

/* An error code names a selector without its RPL [SDM3 "Error Code"]. */
static inline uint32_t selector_error(uint16_t selector) {
  return selector & (uint32_t)~SELECTOR_RPL;
}

static inline uint8_t segment_dpl(const struct rs_segment *segment) {
  return (segment->attributes & SEGMENT_DPL) >> SEGMENT_DPL_SHIFT;
}

static inline bool segment_is_present(const struct rs_segment *segment) {
  return segment->attributes & SEGMENT_P;
}

static inline bool segment_is_code(const struct rs_segment *segment) {
  return (segment->attributes & (SEGMENT_S | SEGMENT_CODE)) == (SEGMENT_S | SEGMENT_CODE);
}

static inline bool segment_is_conforming(const struct rs_segment *segment) {
  return segment->attributes & SEGMENT_CONFORMING;
}

static inline bool segment_is_writable_data(const struct rs_segment *segment) {
  return (segment->attributes & (SEGMENT_S | SEGMENT_CODE | SEGMENT_WRITABLE)) ==
         (SEGMENT_S | SEGMENT_WRITABLE);
}

/* Data, or code that may be read. */
static inline bool segment_is_readable(const struct rs_segment *segment) {
  return (segment->attributes & SEGMENT_S) &&
         (segment->attributes & (SEGMENT_CODE | SEGMENT_READABLE)) != SEGMENT_CODE;
}

/* The system type, or -1 of a code or data segment. */
static inline int segment_system_type(const struct rs_segment *segment) {
  return segment->attributes & SEGMENT_S ? -1 : (int)(segment->attributes & SEGMENT_TYPE);
}

/* 16-bit or 32-bit, available or busy: types 1, 3, 9 and 11. */
static inline bool segment_is_tss(const struct rs_segment *segment) {
  return !(segment->attributes & SEGMENT_S) && (segment->attributes & 5) == SYSTEM_TSS_16_AVAILABLE;
}

/* The bit of a TSS's type that says busy, and the one that says 32-bit. */
enum { TSS_BUSY = 2, TSS_32_BIT = 8 };

static inline bool tss_is_16_bit(const struct rs_segment *tss) {
  return !(tss->attributes & TSS_32_BIT);
}

/* What a null selector loads: an unusable segment, with the DPL that the stack segment needs. */
static inline struct rs_segment segment_null(uint16_t selector, uint8_t dpl) {
  return (struct rs_segment){ .selector = selector,
                              .attributes = SEGMENT_UNUSABLE | (uint32_t)dpl << SEGMENT_DPL_SHIFT };
}

/* Checks that the selector's descriptor, `size` bytes long, lies within the GDT or LDT that it names; raises
 * nothing. */
bool descriptor_is_within_table(struct builder *b, uint16_t selector, unsigned size);

/* Reads the first eight bytes of a descriptor that is within its table. False on a page fault, or on `vector`
 * with the selector where its address is not canonical. */
bool descriptor_read(struct builder *b, uint16_t selector, uint8_t vector, struct descriptor *out);

/* Both: outside the table is `vector` with the selector as error code. */
bool descriptor_load(struct builder *b, uint16_t selector, uint8_t vector, struct descriptor *out);

/* Reads and checks the eight bytes that a system descriptor or call gate has besides in IA-32e mode, all
 * sixteen within the table. */
bool descriptor_read_upper_half(struct builder *b, uint8_t vector, const struct descriptor *d,
                                uint64_t *upper);

/* The same of an LDT or TSS, whose base it completes. */
bool descriptor_read_upper(struct builder *b, uint8_t vector, struct descriptor *d);

/* Sets the accessed bit of a code or data segment, in memory and in `d->segment`, where it is clear. */
bool descriptor_mark_accessed(struct builder *b, struct descriptor *d);

/* Sets bits of the type, in memory and in `d->segment`: the accessed bit, or a TSS's busy bit. */
bool descriptor_write_type(struct builder *b, struct descriptor *d, uint32_t set, enum rs_item item);

/* Clears a TSS's busy bit, in memory and in `d->segment`. */
bool descriptor_clear_busy(struct builder *b, struct descriptor *d);

/* Reads a system structure (IDT, GDT, LDT, TSS): an implicit supervisor access. An address that is not
 * canonical raises `vector` with `error_code` in IA-32e mode; elsewhere addresses wrap at 4 GiB. */
bool system_read(struct builder *b, uint64_t linear, uint8_t size, enum rs_item item, uint8_t vector,
                 uint32_t error_code, union rs_value *value);

static inline bool cpu_is_long_mode(const struct rs_cpu *cpu) {
  return cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
}

static inline bool cpu_is_64_bit_mode(const struct rs_cpu *cpu) {
  return cpu_is_long_mode(cpu) && (cpu->segment[RS_SEGMENT_INDEX(RS_CS)].attributes & SEGMENT_L);
}

static inline bool cpu_is_v86(const struct rs_cpu *cpu) {
  return (cpu->cr0 & CR0_PE) && (cpu->rflags & RFLAGS_VM);
}

/* [SDM3 "Interrupt 17—Alignment Check Exception (#AC)"] */
static inline bool cpu_checks_alignment(const struct rs_cpu *cpu) {
  return cpu->cpl == 3 && cpu->cr0 & CR0_AM && cpu->rflags & RFLAGS_AC;
}

static inline unsigned cpu_iopl(const struct rs_cpu *cpu) {
  return (unsigned)((cpu->rflags & RFLAGS_IOPL) >> RFLAGS_IOPL_SHIFT);
}

#endif
