/* The one table of checks (text and manual citation) and of things that transitions read and write. */
#ifndef RINGSIDE_CHECKS_H
#define RINGSIDE_CHECKS_H

/* X(NAME, text, citation). The text states what must hold; {a} to {d} stand for the operands, {a:x} in
 * hexadecimal, {a:b} as yes or no. */
#define RS_CHECKS(X)                                                                                         \
  /* Paging */                                                                                               \
  X(PAGE_ENTRIES_VALID, "all {a} entries down to level {b} are present, with no reserved bit set",           \
    "SDM3 \"Page-Fault Exceptions\"")                                                                        \
  X(PAGE_ENTRY_PRESENT, "level {b} entry {a:x} is present", "SDM3 \"Page-Fault Exceptions\"")                \
  X(PAGE_ENTRY_RESERVED, "level {b} entry {a:x} has no reserved bit set (mask {c:x})",                       \
    "SDM3 \"Page-Fault Exceptions\"")                                                                        \
  X(PAGE_USER, "user-mode access to a user page (U/S of all levels {a})",                                    \
    "SDM3 \"Determination of Access Rights\"")                                                               \
  X(PAGE_WRITABLE, "write to a writable page (R/W of all levels {a}, CR0.WP {b}, user {c:b})",               \
    "SDM3 \"Determination of Access Rights\"")                                                               \
  X(PAGE_EXECUTABLE, "fetch from an executable page (XD of any level {a})",                                  \
    "SDM3 \"Determination of Access Rights\"")                                                               \
  X(PAGE_SMEP, "supervisor fetch not from a user page (CR4.SMEP {a}, U/S {b})",                              \
    "SDM3 \"Determination of Access Rights\"")                                                               \
  X(PAGE_SMAP, "supervisor access to a user page allowed (CR4.SMAP {a}, RFLAGS.AC {b}, implicit {c:b})",     \
    "SDM3 \"Determination of Access Rights\"")                                                               \
  X(LINEAR_CANONICAL, "linear address {a:x} is canonical", "SDM1 \"Canonical Addressing\"")                  \
  /* Memory operands */                                                                                      \
  X(OPERAND_SEGMENT_USABLE, "segment {a} (selector {b:x}) is usable, not null", "SDM3 \"Limit Checking\"")   \
  X(OPERAND_READABLE, "segment {a} may be read (type {b:x})", "SDM3 \"Type Checking\"")                      \
  X(OPERAND_WRITABLE, "segment {a} may be written (type {b:x})", "SDM3 \"Type Checking\"")                   \
  X(OPERAND_WITHIN_LIMIT, "offset {a:x}, {b} bytes, lies within limit {c:x} (expand-down {d:b})",            \
    "SDM3 \"Limit Checking\"")                                                                               \
  X(OPERAND_CANONICAL, "operand at {a:x}, {b} bytes, is canonical", "SDM1 \"Canonical Addressing\"")         \
  /* Interrupt and exception delivery */                                                                     \
  X(GATE_WITHIN_IDT, "vector {a:x}: gate at offset {b:x} lies within IDT limit {c:x}",                       \
    "SDM3 \"Interrupt Descriptor Table (IDT)\"")

enum rs_check {
#define X(name, text, citation) RS_CHECK_##name,
  RS_CHECKS(X)
#undef X
      RS_CHECK_COUNT
};

/* X(NAME, text): what a read or write step concerns. */
#define RS_ITEMS(X)                                                                                          \
  X(REGISTER, "register")                                                                                    \
  X(PAGE_ENTRY, "page-table entry") /* step.level says which */                                              \
  X(PAGE_ACCESSED_DIRTY, "accessed and dirty bits")                                                          \
  X(IDT_GATE, "IDT gate")                                                                                    \
  X(GDT_DESCRIPTOR, "GDT descriptor")                                                                        \
  X(LDT_DESCRIPTOR, "LDT descriptor")                                                                        \
  X(DESCRIPTOR_ACCESSED, "accessed bit of a descriptor")                                                     \
  X(DESCRIPTOR_BUSY, "busy bit of a TSS descriptor")                                                         \
  X(TSS_STACK_POINTER, "TSS stack pointer")                                                                  \
  X(TSS_STACK_SEGMENT, "TSS stack segment")                                                                  \
  X(TSS_IST, "TSS interrupt stack table entry")                                                              \
  X(TSS_IO_MAP_BASE, "TSS I/O map base")                                                                     \
  X(IO_PERMISSION, "I/O permission bits")                                                                    \
  X(PUSHED_SS, "pushed SS")                                                                                  \
  X(PUSHED_SP, "pushed stack pointer")                                                                       \
  X(PUSHED_FLAGS, "pushed flags")                                                                            \
  X(PUSHED_CS, "pushed CS")                                                                                  \
  X(PUSHED_IP, "pushed instruction pointer")                                                                 \
  X(PUSHED_ERROR_CODE, "pushed error code")                                                                  \
  X(POPPED_IP, "popped instruction pointer")                                                                 \
  X(POPPED_CS, "popped CS")                                                                                  \
  X(POPPED_FLAGS, "popped flags")                                                                            \
  X(POPPED_SP, "popped stack pointer")                                                                       \
  X(POPPED_SS, "popped SS")                                                                                  \
  X(OPERAND, "operand") /* of the instruction itself */

enum rs_item {
#define X(name, text) RS_ITEM_##name,
  RS_ITEMS(X)
#undef X
      RS_ITEM_COUNT
};

const char *rs_check_name(enum rs_check check); /* "PAGE_USER" */
const char *rs_check_text(enum rs_check check);
const char *rs_check_citation(enum rs_check check);
const char *rs_item_text(enum rs_item item);

#endif
