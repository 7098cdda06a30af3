/* Where each field stands. */
#include "viewer/bit_fields.h"

#include "arch/descriptor.h"
#include "trace/fields.h"

/* [SDM3 "IDT Descriptors"] */
static const struct bit_field gate_32[] = {
  { "offset 15:0", 15, 0 }, { "selector", 31, 16 }, { "type", 43, 40 },         { "S", 44, 44 },
  { "DPL", 46, 45 },        { "P", 47, 47 },        { "offset 31:16", 63, 48 }, { NULL, 0, 0 },
};
/* [SDM3 "64-Bit Mode IDT"] */
static const struct bit_field gate_64[] = {
  { "offset 15:0", 15, 0 },
  { "selector", 31, 16 },
  { "IST", 34, 32 },
  { "type", 43, 40 },
  { "S", 44, 44 },
  { "DPL", 46, 45 },
  { "P", 47, 47 },
  { "offset 31:16", 63, 48 },
  { "offset 63:32", 95, 64 },
  { NULL, 0, 0 },
};
/* [SDM3 "Call Gates"] */
static const struct bit_field call_gate[] = {
  { "offset 15:0", 15, 0 }, { "selector", 31, 16 }, { "parameters", 36, 32 }, { "type", 43, 40 },
  { "S", 44, 44 },          { "DPL", 46, 45 },      { "P", 47, 47 },          { "offset 31:16", 63, 48 },
  { NULL, 0, 0 },
};
/* [SDM3 "Segment Descriptors"] */
static const struct bit_field descriptor[] = {
  { "limit 15:0", 15, 0 },  { "base 15:0", 31, 16 }, { "base 23:16", 39, 32 }, { "type", 43, 40 },
  { "S", 44, 44 },          { "DPL", 46, 45 },       { "P", 47, 47 },          { "limit 19:16", 51, 48 },
  { "AVL", 52, 52 },        { "L", 53, 53 },         { "D/B", 54, 54 },        { "G", 55, 55 },
  { "base 31:24", 63, 56 }, { NULL, 0, 0 },
};
/* [SDM3 "Segment Descriptor Tables in IA-32e Mode"] */
static const struct bit_field descriptor_upper[] = {
  { "base 63:32", 31, 0 },
  { "must be 0", 44, 40 },
  { NULL, 0, 0 },
};
/* [SDM3 "Hierarchical Paging Structures: an Overview"] */
static const struct bit_field page_entry_32[] = {
  { "P", 0, 0 }, { "R/W", 1, 1 }, { "U/S", 2, 2 }, { "PWT", 3, 3 },     { "PCD", 4, 4 }, { "A", 5, 5 },
  { "D", 6, 6 }, { "PS", 7, 7 },  { "G", 8, 8 },   { "frame", 31, 12 }, { NULL, 0, 0 },
};
static const struct bit_field page_entry_64[] = {
  { "P", 0, 0 }, { "R/W", 1, 1 }, { "U/S", 2, 2 }, { "PWT", 3, 3 },     { "PCD", 4, 4 },  { "A", 5, 5 },
  { "D", 6, 6 }, { "PS", 7, 7 },  { "G", 8, 8 },   { "frame", 51, 12 }, { "XD", 63, 63 }, { NULL, 0, 0 },
};
/* [SDM3 "Fast System Calls in 64-Bit Mode"] */
static const struct bit_field star[] = {
  { "legacy EIP", 31, 0 },
  { "SYSCALL CS", 47, 32 },
  { "SYSRET CS", 63, 48 },
  { NULL, 0, 0 },
};
/* [SDM3 "Segment Selectors"] */
static const struct bit_field selector[] = {
  { "RPL", 1, 0 },
  { "TI", 2, 2 },
  { "index", 15, 3 },
  { NULL, 0, 0 },
};
/* [SDM3 "Error Code"] */
static const struct bit_field error_code[] = {
  { "EXT", 0, 0 }, { "IDT", 1, 1 }, { "TI", 2, 2 }, { "index", 15, 3 }, { NULL, 0, 0 },
};
/* [SDM1 "EFLAGS Register"] */
static const struct bit_field flags[] = {
  { "CF", 0, 0 },   { "PF", 2, 2 },     { "AF", 4, 4 },   { "ZF", 6, 6 },
  { "SF", 7, 7 },   { "TF", 8, 8 },     { "IF", 9, 9 },   { "DF", 10, 10 },
  { "OF", 11, 11 }, { "IOPL", 13, 12 }, { "NT", 14, 14 }, { "RF", 16, 16 },
  { "VM", 17, 17 }, { "AC", 18, 18 },   { "ID", 21, 21 }, { NULL, 0, 0 },
};
/* [SDM1 "The 8086 Processor"]: an entry of the real-mode table. */
static const struct bit_field vector[] = { { "IP", 15, 0 }, { "CS", 31, 16 }, { NULL, 0, 0 } };

static bool is_gate(uint64_t raw) {
  struct rs_segment segment = descriptor_decode(raw, 0);
  switch (segment_system_type(&segment)) {
  case SYSTEM_CALL_GATE_16:
  case SYSTEM_CALL_GATE:
  case SYSTEM_TASK_GATE: return true;
  default: return false;
  }
}

static const struct bit_field *fields_of_register(enum rs_register reg) {
  if (register_is_segment(reg)) return selector;
  if (reg == RS_RFLAGS || reg == RS_FMASK) return flags;
  return reg == RS_STAR ? star : NULL;
}

const struct bit_field *bit_fields_of(const struct rs_step *step, const union rs_value *value) {
  switch (step->id) {
  case RS_ITEM_REGISTER:
  case RS_ITEM_TASK_SAVED:
  case RS_ITEM_TASK_LOADED: return fields_of_register((enum rs_register)step->reg);
  case RS_ITEM_PAGE_ENTRY:
  case RS_ITEM_PAGE_ACCESSED_DIRTY: return step->size == 8 ? page_entry_64 : page_entry_32;
  case RS_ITEM_IDT_GATE: return step->size == 16 ? gate_64 : gate_32;
  case RS_ITEM_GDT_DESCRIPTOR:
  case RS_ITEM_LDT_DESCRIPTOR: return is_gate(value->word[0]) ? call_gate : descriptor;
  case RS_ITEM_DESCRIPTOR_UPPER: return descriptor_upper;
  case RS_ITEM_TSS_STACK_SEGMENT:
  case RS_ITEM_PUSHED_SS:
  case RS_ITEM_PUSHED_CS:
  case RS_ITEM_POPPED_SS:
  case RS_ITEM_POPPED_CS:
  case RS_ITEM_PUSHED_DATA_SEGMENT:
  case RS_ITEM_POPPED_DATA_SEGMENT:
  case RS_ITEM_TASK_LINK: return selector;
  case RS_ITEM_PUSHED_FLAGS:
  case RS_ITEM_POPPED_FLAGS: return flags;
  case RS_ITEM_PUSHED_ERROR_CODE: return error_code;
  case RS_ITEM_INTERRUPT_VECTOR: return vector;
  default: return NULL;
  }
}

uint64_t bit_field_value(const struct bit_field *field, const union rs_value *value) {
  unsigned width = field->high - field->low + 1u;
  uint64_t word = value->word[field->low / 64] >> field->low % 64;
  return width == 64 ? word : word & ((UINT64_C(1) << width) - 1);
}

union rs_value bit_fields_word(const struct rs_step *step, const union rs_value *value) {
  bool segment = step_is_register(step) && register_is_segment((enum rs_register)step->reg);
  if (!segment) return *value;
  return (union rs_value){ .word = { value->segment.selector, 0 } };
}
