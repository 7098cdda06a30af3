/* Which bits and bytes of what it looks at a check is about. */
#include <stdbool.h>

#include "arch/bits.h"
#include "explain/causes.h"

/* Registers of many bits, of which a check asks for few. */
static const struct {
  enum rs_check check;
  enum suspect_index suspect;
  uint64_t bits;
} bits_rows[] = {
  { RS_CHECK_IRET_NOT_NESTED, SUSPECT_INDEX_RFLAGS, RFLAGS_NT },
  { RS_CHECK_INTERRUPT_FLAG_IOPL, SUSPECT_INDEX_RFLAGS, RFLAGS_IOPL },
  { RS_CHECK_IO_PERMITTED, SUSPECT_INDEX_RFLAGS, RFLAGS_IOPL },
  { RS_CHECK_PORT_IOPL, SUSPECT_INDEX_RFLAGS, RFLAGS_IOPL },
  { RS_CHECK_V86_SOFTWARE_INT_IOPL, SUSPECT_INDEX_RFLAGS, RFLAGS_IOPL },
  { RS_CHECK_V86_FLAGS_IOPL, SUSPECT_INDEX_RFLAGS, RFLAGS_IOPL },
  { RS_CHECK_IRET_V86_IOPL, SUSPECT_INDEX_RFLAGS, RFLAGS_IOPL },
  { RS_CHECK_PAGE_SMAP, SUSPECT_INDEX_RFLAGS, RFLAGS_AC },
  { RS_CHECK_ALIGNED, SUSPECT_INDEX_RFLAGS, RFLAGS_AC },
  { RS_CHECK_ALIGNED, SUSPECT_INDEX_CR0, CR0_AM },
  { RS_CHECK_PAGE_SMAP, SUSPECT_INDEX_CR4, CR4_SMAP },
  { RS_CHECK_PAGE_SMEP, SUSPECT_INDEX_CR4, CR4_SMEP },
  { RS_CHECK_CR0_LONG_MODE_PAE, SUSPECT_INDEX_CR4, CR4_PAE },
  { RS_CHECK_BASE_ACCESS_ENABLED, SUSPECT_INDEX_CR4, CR4_FSGSBASE },
  { RS_CHECK_OSXSAVE_SET, SUSPECT_INDEX_CR4, CR4_OSXSAVE },
  { RS_CHECK_STORE_ALLOWED_BY_UMIP, SUSPECT_INDEX_CR4, CR4_UMIP },
  { RS_CHECK_TSC_ALLOWED, SUSPECT_INDEX_CR4, CR4_TSD },
  { RS_CHECK_COUNTERS_ALLOWED, SUSPECT_INDEX_CR4, CR4_PCE },
  { RS_CHECK_DEBUG_ALIAS_ALLOWED, SUSPECT_INDEX_CR4, CR4_DE },
  { RS_CHECK_SYSCALL_ENABLED, SUSPECT_INDEX_EFER, EFER_SCE },
  { RS_CHECK_PAGE_ENTRY_RESERVED, SUSPECT_INDEX_EFER, EFER_NXE },
  { RS_CHECK_SYSENTER_LEGACY_MODE, SUSPECT_INDEX_EFER, EFER_LMA },
  { RS_CHECK_SYSENTER_PROTECTED_MODE, SUSPECT_INDEX_CR0, CR0_PE },
  { RS_CHECK_SEGMENTED_PROTECTED_MODE, SUSPECT_INDEX_CR0, CR0_PE },
  { RS_CHECK_DEBUG_NOT_DETECTED, SUSPECT_INDEX_DR7, DR7_GD },
};

uint64_t check_bits(enum rs_check check, enum suspect_index suspect) {
  for (unsigned i = 0; i < sizeof bits_rows / sizeof *bits_rows; i++)
    if (bits_rows[i].check == check && bits_rows[i].suspect == suspect) return bits_rows[i].bits;
  return 0;
}

/* A gate has its selector in bytes 2 and 3; it and a descriptor have type, DPL and P in byte 5; L, D and G
 * are in byte 6 of a descriptor. A page-table entry has P, R/W and U/S in byte 0 and XD in byte 7. */
static const struct {
  enum rs_check check;
  uint8_t gate, gate_size, descriptor, descriptor_size;
} focus_rows[] = {
  { RS_CHECK_GATE_TYPE, 5, 1, 0, 0 },
  { RS_CHECK_GATE_DPL, 5, 1, 0, 0 },
  { RS_CHECK_GATE_PRESENT, 5, 1, 0, 0 },
  { RS_CHECK_HANDLER_SELECTOR_NOT_NULL, 2, 2, 0, 0 },
  { RS_CHECK_HANDLER_IS_CODE, 2, 2, 5, 1 },
  { RS_CHECK_HANDLER_DPL, 2, 2, 5, 1 },
  { RS_CHECK_HANDLER_PRESENT, 2, 2, 5, 1 },
  { RS_CHECK_HANDLER_64_BIT, 2, 2, 6, 1 },
  { RS_CHECK_HANDLER_CANONICAL, 8, 4, 0, 0 },
  { RS_CHECK_V86_HANDLER_RING_0, 2, 2, 5, 1 },
  { RS_CHECK_STACK_IS_WRITABLE_DATA, 0, 0, 5, 1 },
  { RS_CHECK_STACK_DPL, 0, 0, 5, 1 },
  { RS_CHECK_STACK_PRESENT, 0, 0, 5, 1 },
  { RS_CHECK_RETURN_IS_CODE, 0, 0, 5, 1 },
  { RS_CHECK_RETURN_CONFORMING_DPL, 0, 0, 5, 1 },
  { RS_CHECK_RETURN_DPL, 0, 0, 5, 1 },
  { RS_CHECK_RETURN_PRESENT, 0, 0, 5, 1 },
  { RS_CHECK_RETURN_L_AND_D, 0, 0, 6, 1 },
  { RS_CHECK_FAR_TARGET_TYPE, 0, 0, 5, 1 },
  { RS_CHECK_FAR_CODE_L_AND_D, 0, 0, 6, 1 },
  { RS_CHECK_FAR_CODE_DPL, 0, 0, 5, 1 },
  { RS_CHECK_FAR_CONFORMING_DPL, 0, 0, 5, 1 },
  { RS_CHECK_FAR_CODE_PRESENT, 0, 0, 5, 1 },
  { RS_CHECK_FAR_SYSTEM_DPL, 0, 0, 5, 1 },
  { RS_CHECK_FAR_GATE_PRESENT, 0, 0, 5, 1 },
  { RS_CHECK_CALL_GATE_CODE_NOT_NULL, 0, 0, 2, 2 },
  { RS_CHECK_CALL_GATE_IS_TO_CODE, 0, 0, 5, 1 },
  { RS_CHECK_CALL_GATE_CODE_DPL, 0, 0, 5, 1 },
  { RS_CHECK_CALL_GATE_CODE_64_BIT, 0, 0, 6, 1 },
  { RS_CHECK_TASK_TSS, 0, 0, 5, 1 },
  { RS_CHECK_TASK_NOT_BUSY, 0, 0, 5, 1 },
  { RS_CHECK_TASK_BUSY, 0, 0, 5, 1 },
  { RS_CHECK_TASK_TSS_LIMIT, 0, 0, 0, 2 },
  { RS_CHECK_DATA_SEGMENT_IS_READABLE, 0, 0, 5, 1 },
  { RS_CHECK_DATA_SEGMENT_DPL, 0, 0, 5, 1 },
  { RS_CHECK_DATA_SEGMENT_PRESENT, 0, 0, 5, 1 },
  { RS_CHECK_LDT_DESCRIPTOR_TYPE, 0, 0, 5, 1 },
  { RS_CHECK_LDT_PRESENT, 0, 0, 5, 1 },
  { RS_CHECK_TSS_IS_AVAILABLE, 0, 0, 5, 1 },
  { RS_CHECK_TSS_PRESENT, 0, 0, 5, 1 },
};

static void entry_focus(enum rs_check check, uint8_t *first, uint8_t *size) {
  if (check == RS_CHECK_PAGE_ENTRY_RESERVED) return;
  *first = check == RS_CHECK_PAGE_EXECUTABLE ? 7 : 0;
  *size = 1;
}

void check_focus(enum rs_check check, enum rs_item item, uint8_t *first, uint8_t *size) {
  bool gate = item == RS_ITEM_IDT_GATE;
  *first = *size = 0;
  if (item == RS_ITEM_PAGE_ENTRY) entry_focus(check, first, size);
  if (!gate && item != RS_ITEM_GDT_DESCRIPTOR && item != RS_ITEM_LDT_DESCRIPTOR) return;
  for (unsigned i = 0; i < sizeof focus_rows / sizeof *focus_rows; i++) {
    if (focus_rows[i].check != check) continue;
    *first = gate ? focus_rows[i].gate : focus_rows[i].descriptor;
    *size = gate ? focus_rows[i].gate_size : focus_rows[i].descriptor_size;
  }
}
