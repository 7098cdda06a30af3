/* The decoding of descriptors and page-table entries into words. */
#include "trace/descriptors.h"

#include "arch/bits.h"
#include "trace/bit_names.h"

/* System types [SDM3 "System Descriptor Types"]. */
enum {
  TYPE_TSS_16 = 1,
  TYPE_LDT,
  TYPE_TSS_16_BUSY,
  TYPE_CALL_16,
  TYPE_TASK_GATE,
  TYPE_INTERRUPT_16,
  TYPE_TRAP_16,
  TYPE_TSS_32 = 9,
  TYPE_TSS_32_BUSY = 11,
  TYPE_CALL_32,
  TYPE_INTERRUPT_32 = 14,
  TYPE_TRAP_32
};

#define PAGE_PS (UINT64_C(1) << 7)
#define PAGE_FRAME UINT64_C(0x000ffffffffff000) /* bits 51..12 */
#define PAGE_FLAGS (UINT64_C(0x1ff) | UINT64_C(1) << 63)

static bool type_is_gate(unsigned type) {
  return (type >= TYPE_CALL_16 && type <= TYPE_TRAP_16) || type == TYPE_CALL_32 || type >= TYPE_INTERRUPT_32;
}

static const char *gate_name(unsigned type) {
  switch (type) {
  case TYPE_CALL_16:
  case TYPE_CALL_32: return "call gate";
  case TYPE_TASK_GATE: return "task gate";
  case TYPE_INTERRUPT_16:
  case TYPE_INTERRUPT_32: return "interrupt gate";
  case TYPE_TRAP_16:
  case TYPE_TRAP_32: return "trap gate";
  default: return "no gate";
  }
}

static void print_dpl_present(struct output *output, uint32_t attributes) {
  output_text(output, ", DPL ");
  output_decimal(output, (attributes & SEGMENT_DPL) >> SEGMENT_DPL_SHIFT);
  output_text(output, attributes & SEGMENT_P ? ", P" : ", not present");
}

/* [SDM3 "IDT Descriptors"], [SDM3 "64-Bit Mode IDT"]:
 *
 *   127..96  95..64         63..48         47..40         39..32     31..16    15..0
 *   0        offset 63..32  offset 31..16  P DPL S type   IST/count  selector  offset 15..0
 */
void descriptor_print_gate(struct output *output, const uint64_t *word, unsigned size) {
  uint32_t attributes = (uint32_t)(word[0] >> 40) & 0xff;
  unsigned type = attributes & SEGMENT_TYPE, extra = (unsigned)(word[0] >> 32) & 0x1f;
  uint64_t offset = (word[0] & 0xffff) | (word[0] >> 32 & 0xffff0000);
  bool wide = size == 16;
  if (wide) offset |= word[1] << 32;
  if (attributes & SEGMENT_S) {
    output_text(output, "no gate but a segment");
  } else {
    output_text(output, wide ? "64-bit " : type == TYPE_TASK_GATE ? "" : type >= 8 ? "32-bit " : "16-bit ");
    output_text(output, gate_name(type));
  }
  print_dpl_present(output, attributes);
  output_text(output, ", ");
  output_hex_wide(output, word[0] >> 16 & 0xffff, 4);
  if (type != TYPE_TASK_GATE) {
    output_char(output, ':');
    output_hex(output, offset);
  }
  bool call = type == TYPE_CALL_16 || type == TYPE_CALL_32;
  if (!call && !wide) return;
  output_text(output, call ? ", count " : ", IST ");
  output_decimal(output, call ? extra : extra & 7);
}

static const char *system_name(unsigned type) {
  switch (type) {
  case TYPE_TSS_16: return "16-bit TSS, available";
  case TYPE_LDT: return "LDT";
  case TYPE_TSS_16_BUSY: return "16-bit TSS, busy";
  case TYPE_TSS_32: return "TSS, available";
  case TYPE_TSS_32_BUSY: return "TSS, busy";
  default: return "reserved type";
  }
}

static void print_code_or_data(struct output *output, uint32_t attributes) {
  if (attributes & SEGMENT_CODE) {
    output_text(output, attributes & SEGMENT_L ? "64-bit" : attributes & SEGMENT_DB ? "32-bit" : "16-bit");
    output_text(output, attributes & SEGMENT_READABLE ? " code, execute/read" : " code, execute only");
    if (attributes & SEGMENT_CONFORMING) output_text(output, ", conforming");
  } else {
    output_text(output, attributes & SEGMENT_WRITABLE ? "data, read/write" : "data, read only");
    if (attributes & SEGMENT_EXPAND_DOWN) output_text(output, ", expand down");
    if (attributes & SEGMENT_DB) output_text(output, ", B");
  }
  if (attributes & SEGMENT_ACCESSED) output_text(output, ", accessed");
}

/* `attributes` as struct rs_segment has them; `limit` in bytes. */
static void print_segment(struct output *output, uint32_t attributes, uint64_t base, uint32_t limit) {
  if (attributes & SEGMENT_S)
    print_code_or_data(output, attributes);
  else
    output_text(output, system_name(attributes & SEGMENT_TYPE));
  print_dpl_present(output, attributes);
  if (attributes & SEGMENT_G) output_text(output, ", G");
  output_text(output, ", base ");
  output_hex(output, base);
  output_text(output, ", limit ");
  output_hex(output, limit);
}

/* [SDM3 "Segment Descriptors"]:
 *
 *   127..96  95..64       63..56       55..52     51..48        47..40        39..16      15..0
 *   0        base 63..32  base 31..24  G DB L AVL limit 19..16  P DPL S type  base 23..0  limit 15..0
 */
void descriptor_print(struct output *output, const uint64_t *word, unsigned size) {
  uint32_t attributes = (uint32_t)(word[0] >> 40) & 0xf0ff;
  if (!(attributes & SEGMENT_S) && type_is_gate(attributes & SEGMENT_TYPE)) {
    descriptor_print_gate(output, word, size);
    return;
  }
  uint32_t limit = (uint32_t)((word[0] & 0xffff) | (word[0] >> 32 & 0xf0000));
  uint64_t base = (word[0] >> 16 & 0xffffff) | (word[0] >> 32 & 0xff000000);
  if (size == 16) base |= word[1] << 32;
  print_segment(output, attributes, base, attributes & SEGMENT_G ? limit << 12 | 0xfff : limit);
}

void descriptor_print_segment(struct output *output, enum rs_register reg, const struct rs_segment *segment) {
  if (segment->attributes & SEGMENT_UNUSABLE) {
    output_text(output, "unusable");
    if ((reg != RS_FS && reg != RS_GS) || !segment->base) return;
    output_text(output, ", base ");
    output_hex(output, segment->base);
    return;
  }
  print_segment(output, segment->attributes, segment->base, segment->limit);
}

/* Where the frame of an entry begins: [SDM3 "Paging-Structure Entries"]. */
static uint64_t page_frame(uint64_t value, unsigned level, unsigned size) {
  bool large = (value & PAGE_PS) && (level == 2 || level == 3);
  if (size == 8)
    return value & PAGE_FRAME & (large ? ~((UINT64_C(0x1000) << 9 * (level - 1)) - 1) : UINT64_MAX);
  if (!large) return value & 0xfffff000;
  return (value & 0xffc00000) | (value >> 13 & 0xff) << 32; /* PSE-36 */
}

void descriptor_print_page_entry(struct output *output, uint64_t value, unsigned level, unsigned size) {
  uint64_t flags = value & PAGE_FLAGS;
  bool pat = level == 1 && (flags & PAGE_PS); /* bit 7 of a PTE */
  if (pat) flags &= ~PAGE_PS;
  bits_print(output, bits_page_entry, flags, "not present");
  if (pat) output_text(output, "|PAT");
  if (!(value & 1)) return;
  output_text(output, ", frame ");
  output_hex(output, page_frame(value, level, size));
}
