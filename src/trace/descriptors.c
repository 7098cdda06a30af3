/* The decoding of descriptors and page-table entries into words. */
#include "trace/descriptors.h"

#include "arch/bits.h"
#include "arch/descriptor.h"
#include "arch/gate.h"
#include "trace/bit_names.h"

#define PAGE_P UINT64_C(1)
#define PAGE_PS (UINT64_C(1) << 7)
#define PAGE_FRAME UINT64_C(0x000ffffffffff000) /* bits 51..12 */
#define PAGE_FLAGS (UINT64_C(0x1ff) | UINT64_C(1) << 63)

static const char *gate_name(unsigned type) {
  switch (type) {
  case SYSTEM_CALL_GATE_16:
  case SYSTEM_CALL_GATE: return "call gate";
  case SYSTEM_TASK_GATE: return "task gate";
  case SYSTEM_INTERRUPT_GATE_16:
  case SYSTEM_INTERRUPT_GATE: return "interrupt gate";
  case SYSTEM_TRAP_GATE_16:
  case SYSTEM_TRAP_GATE: return "trap gate";
  default: return NULL;
  }
}

static void print_dpl_present(struct output *output, uint32_t attributes) {
  output_text(output, ", DPL ");
  output_decimal(output, (attributes & SEGMENT_DPL) >> SEGMENT_DPL_SHIFT);
  output_text(output, attributes & SEGMENT_P ? ", P" : ", not present");
}

static void print_gate_type(struct output *output, const struct gate *gate, bool wide) {
  const char *name = gate_name(gate->type);
  if (!name) {
    output_text(output, "no gate, type ");
    output_hex(output, gate->type);
    return;
  }
  if (gate->type != SYSTEM_TASK_GATE)
    output_text(output, wide ? "64-bit " : gate_is_16_bit(gate) ? "16-bit " : "32-bit ");
  output_text(output, name);
}

void descriptor_print_gate(struct output *output, const uint64_t *word, unsigned size) {
  bool wide = size == 16;
  struct gate gate = gate_decode(word[0], word[1], wide);
  bool call = gate.type == SYSTEM_CALL_GATE || gate.type == SYSTEM_CALL_GATE_16;
  print_gate_type(output, &gate, wide);
  print_dpl_present(output, (uint32_t)gate.dpl << SEGMENT_DPL_SHIFT | (gate.present ? SEGMENT_P : 0));
  output_text(output, ", ");
  output_hex_wide(output, gate.selector, 4);
  if (gate.type != SYSTEM_TASK_GATE) {
    output_char(output, ':');
    output_hex(output, gate.offset);
  }
  if (!call && !wide) return;
  output_text(output, call ? ", count " : ", IST ");
  output_decimal(output, call ? gate.parameters : gate.ist);
}

static const char *system_name(unsigned type) {
  switch (type) {
  case SYSTEM_TSS_16_AVAILABLE: return "16-bit TSS, available";
  case SYSTEM_LDT: return "LDT";
  case SYSTEM_TSS_16_BUSY: return "16-bit TSS, busy";
  case SYSTEM_TSS_AVAILABLE: return "TSS, available";
  case SYSTEM_TSS_BUSY: return "TSS, busy";
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

void descriptor_print(struct output *output, uint64_t raw) {
  struct rs_segment segment = descriptor_decode(raw, 0);
  bool system = !(segment.attributes & SEGMENT_S);
  if (system && gate_name(segment.attributes & SEGMENT_TYPE))
    descriptor_print_gate(output, (uint64_t[]){ raw, 0 }, 8);
  else
    print_segment(output, segment.attributes, segment.base, segment.limit);
}

void descriptor_print_upper(struct output *output, uint64_t raw) {
  output_text(output, "base 63..32 ");
  output_hex(output, (uint32_t)raw);
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

/* Where the frame of an entry begins: [SDM3 "4-Level Paging and 5-Level Paging"]. */
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
  if (!(value & PAGE_P)) {
    output_text(output, "not present");
    return;
  }
  bits_print(output, bits_page_entry, pat ? flags & ~PAGE_PS : flags, "");
  output_text(output, pat ? "|PAT, frame " : ", frame ");
  output_hex(output, page_frame(value, level, size));
}
