/* The one table of checks (text and manual citation) and of things that transitions read and write. */
#ifndef RINGSIDE_CHECKS_H
#define RINGSIDE_CHECKS_H

#include <stdbool.h>

/* X(NAME, text, citation). The text states what must hold; {a} to {d} stand for the operands, {a:x} in
 * hexadecimal, {a:b} as yes or no, {a:s} as a segment register by its index, {a:e} as the name of a
 * page-table entry by its level. */
#define RS_CHECKS(X)                                                                                         \
  /* Paging */                                                                                               \
  X(PAGE_ENTRIES_VALID, "each entry down to the {b:e} ({a} read) is present, with no reserved bit set",      \
    "SDM3 \"Page-Fault Exceptions\"")                                                                        \
  X(PAGE_ENTRY_PRESENT, "{b:e} {a:x} is present", "SDM3 \"Page-Fault Exceptions\"")                          \
  X(PAGE_ENTRY_RESERVED, "{b:e} {a:x} has no reserved bit set (mask {c:x})",                                 \
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
  X(OPERAND_SEGMENT_USABLE, "segment {a:s} (selector {b:x}) is usable, not null", "SDM3 \"Limit Checking\"") \
  X(OPERAND_READABLE, "segment {a:s} may be read (type {b:x})", "SDM3 \"Type Checking\"")                    \
  X(OPERAND_WRITABLE, "segment {a:s} may be written (type {b:x})", "SDM3 \"Type Checking\"")                 \
  X(OPERAND_WITHIN_LIMIT,                                                                                    \
    "the {b}-byte operand at offset {a:x} lies within limit {c:x} (expand-down {d:b})",                      \
    "SDM3 \"Limit Checking\"")                                                                               \
  X(FETCH_WITHIN_LIMIT, "the {b}-byte instruction at {a:x} lies within code segment limit {c:x}",            \
    "SDM3 \"Limit Checking\"")                                                                               \
  X(ALIGNED, "address {a:x} is a multiple of {b} (CR0.AM and RFLAGS.AC are 1, CPL is 3)",                    \
    "SDM3 \"Interrupt 17—Alignment Check Exception (#AC)\"")                                                 \
  X(OPERAND_CANONICAL, "the {b}-byte operand at {a:x} is canonical", "SDM1 \"Canonical Addressing\"")        \
  /* Descriptors */                                                                                          \
  X(SELECTOR_WITHIN_GDT, "the descriptor of selector {a:x} lies within GDT limit {b:x}",                     \
    "SDM3 \"Segment Descriptor Tables\"")                                                                    \
  X(SELECTOR_WITHIN_LDT, "the descriptor of selector {a:x} lies within LDT limit {b:x}",                     \
    "SDM3 \"Segment Descriptor Tables\"")                                                                    \
  X(LDT_USABLE, "selector {a:x} names the LDT, and LDTR {b:x} holds one",                                    \
    "SDM3 \"Segment Descriptor Tables\"")                                                                    \
  X(DESCRIPTOR_UPPER_TYPE_ZERO, "bits 12:8 of the upper half {a:x} of a 16-byte descriptor are zero",        \
    "SDM3 \"Segment Descriptor Tables in IA-32e Mode\"")                                                     \
  /* Interrupt and exception delivery */                                                                     \
  X(GATE_WITHIN_IDT, "vector {a:x}: gate at offset {b:x} lies within IDT limit {c:x}",                       \
    "SDM3 \"Interrupt Descriptor Table (IDT)\"")                                                             \
  X(GATE_TYPE, "type {a:x} of the IDT entry is that of a gate (IA-32e mode {b:b})",                          \
    "SDM3 \"IDT Descriptors\"")                                                                              \
  X(GATE_DPL, "gate DPL {a} >= CPL {b}: this code may use the gate by a software interrupt",                 \
    "SDM3 \"Protection of Exception- and Interrupt-Handler Procedures\"")                                    \
  X(GATE_PRESENT, "the gate is present (P {a})", "SDM3 \"IDT Descriptors\"")                                 \
  X(HANDLER_SELECTOR_NOT_NULL, "the gate's code selector {a:x} is not null",                                 \
    "SDM2 \"INT n/INTO/INT3/INT1\"")                                                                         \
  X(HANDLER_IS_CODE, "the handler's segment {a:x} is code (attributes {b:x})",                               \
    "SDM2 \"INT n/INTO/INT3/INT1\"")                                                                         \
  X(HANDLER_DPL, "the handler's code segment DPL {a} <= CPL {b}: no handler is less privileged",             \
    "SDM3 \"Protection of Exception- and Interrupt-Handler Procedures\"")                                    \
  X(HANDLER_PRESENT, "the handler's code segment {a:x} is present (P {b})", "SDM2 \"INT n/INTO/INT3/INT1\"") \
  X(HANDLER_64_BIT, "the handler's code segment {a:x} is 64-bit (L {b}, D {c})", "SDM3 \"64-Bit Mode IDT\"") \
  X(HANDLER_WITHIN_LIMIT, "the handler at {a:x} lies within code segment limit {b:x}",                       \
    "SDM2 \"INT n/INTO/INT3/INT1\"")                                                                         \
  X(HANDLER_CANONICAL, "the handler's address {a:x} is canonical", "SDM2 \"INT n/INTO/INT3/INT1\"")          \
  X(V86_HANDLER_RING_0,                                                                                      \
    "the handler of interrupted virtual-8086 code is in a nonconforming segment (conforming {a:b}) of DPL "  \
    "{b} = 0",                                                                                               \
    "SDM3 \"Handling an Interrupt or Exception Through a Protected-Mode Trap or Interrupt Gate\"")           \
  X(V86_SOFTWARE_INT_IOPL, "IOPL {a} = 3: virtual-8086 code may execute INT {b:x}",                          \
    "SDM3 \"Class 3—Software Interrupt Handling in Virtual-8086 Mode\"")                                     \
  X(FAULT_DELIVERABLE, "vector {a:x} can be delivered: no further fault while a double fault is",            \
    "SDM3 \"Interrupt 8—Double Fault Exception (#DF)\"")                                                     \
  /* Stacks */                                                                                               \
  X(TSS_STACK_WITHIN_LIMIT,                                                                                  \
    "bytes {a:x} to {b:x} of TSS {c:x}, which hold the stack, lie within its limit {d:x}",                   \
    "SDM2 \"INT n/INTO/INT3/INT1\"")                                                                         \
  X(STACK_SELECTOR_NOT_NULL, "the stack selector {a:x} is not null", "SDM3 \"Stack Switching\"")             \
  X(STACK_SELECTOR_RPL, "the stack selector {a:x} has RPL {b} = ring {c} of the code that will use it",      \
    "SDM3 \"Stack Switching\"")                                                                              \
  X(STACK_IS_WRITABLE_DATA, "the stack segment {a:x} is writable data (attributes {b:x})",                   \
    "SDM3 \"Stack Switching\"")                                                                              \
  X(STACK_DPL, "the stack segment {a:x} has DPL {b} = ring {c} of the code that will use it",                \
    "SDM3 \"Stack Switching\"")                                                                              \
  X(STACK_PRESENT, "the stack segment {a:x} is present (P {b})", "SDM3 \"Stack Switching\"")                 \
  X(STACK_HAS_ROOM, "the stack has room for {b} bytes below {a:x} (limit {c:x}, expand-down {d:b})",         \
    "SDM3 \"Limit Checking\"")                                                                               \
  X(STACK_HOLDS, "the stack holds {b} bytes from {a:x} (limit {c:x}, expand-down {d:b})",                    \
    "SDM3 \"Limit Checking\"")                                                                               \
  X(STACK_CANONICAL, "stack addresses {a:x} to {b:x} are canonical",                                         \
    "SDM3 \"Stack Switching in IA-32e Mode\"")                                                               \
  /* I/O permissions */                                                                                      \
  X(IO_MAP_EXISTS, "TR holds a TSS with an I/O map base (32-bit or 64-bit {a:b}, limit {b:x} >= 0x67)",      \
    "SDM1 \"I/O Permission Bit Map\"")                                                                       \
  X(IO_MAP_WITHIN_LIMIT, "port {a:x}: the permission bytes at {b:x} lie within TSS limit {c:x}",             \
    "SDM1 \"I/O Permission Bit Map\"")                                                                       \
  X(IO_PERMITTED, "port {a:x}: the permission bits of a {b}-byte access are zero in {c:x}",                  \
    "SDM1 \"I/O Permission Bit Map\"")                                                                       \
  /* Returns (IRET, far RET) */                                                                              \
  X(RETURN_SELECTOR_NOT_NULL, "the return code selector {a:x} is not null", "SDM2 \"IRET/IRETD/IRETQ\"")     \
  X(RETURN_IS_CODE, "the return segment {a:x} is code (attributes {b:x})", "SDM2 \"IRET/IRETD/IRETQ\"")      \
  X(RETURN_NOT_INWARD, "RPL {a} of the return selector >= CPL {b}: no return leads inward",                  \
    "SDM2 \"IRET/IRETD/IRETQ\"")                                                                             \
  X(RETURN_CONFORMING_DPL, "conforming return segment's DPL {a} <= RPL {b}", "SDM2 \"IRET/IRETD/IRETQ\"")    \
  X(RETURN_DPL, "return segment's DPL {a} = RPL {b}", "SDM2 \"IRET/IRETD/IRETQ\"")                           \
  X(RETURN_PRESENT, "the return segment {a:x} is present (P {b})", "SDM2 \"IRET/IRETD/IRETQ\"")              \
  X(RETURN_L_AND_D, "the return segment does not have both L and D (L {a}, D {b})",                          \
    "SDM2 \"IRET/IRETD/IRETQ\"")                                                                             \
  X(RETURN_WITHIN_LIMIT, "return address {a:x} lies within code segment limit {b:x}",                        \
    "SDM2 \"IRET/IRETD/IRETQ\"")                                                                             \
  X(RETURN_CANONICAL, "return address {a:x} is canonical", "SDM2 \"IRET/IRETD/IRETQ\"")                      \
  X(RETURN_NULL_STACK,                                                                                       \
    "null SS {a:x} goes with a return to 64-bit code ({b:b}) of ring {c} < 3; on Intel its RPL is that "     \
    "ring",                                                                                                  \
    "SDM2 \"IRET/IRETD/IRETQ\"")                                                                             \
  X(IRET_NOT_NESTED, "NT {a} is 0: IA-32e mode has no task to return to", "SDM3 \"IRET in IA-32e Mode\"")    \
  X(IRET_V86_IOPL, "IOPL {a} = 3: virtual-8086 code may execute IRET", "SDM3 \"Sensitive Instructions\"")    \
  /* Far JMP and far CALL */                                                                                 \
  X(FAR_SELECTOR_NOT_NULL, "the far pointer's selector {a:x} is not null", "SDM2 \"JMP—Jump\"")              \
  X(FAR_TARGET_TYPE,                                                                                         \
    "descriptor {a:x} is code, a call gate or, outside IA-32e mode ({c:b}), a TSS or task gate (attributes " \
    "{b:x})",                                                                                                \
    "SDM2 \"JMP—Jump\"")                                                                                     \
  X(FAR_CODE_L_AND_D, "the target segment does not have both L and D (L {a}, D {b})", "SDM2 \"JMP—Jump\"")   \
  X(FAR_CODE_RPL, "RPL {a} of the target selector <= CPL {b}",                                               \
    "SDM3 \"Accessing Nonconforming Code Segments\"")                                                        \
  X(FAR_CODE_DPL, "the nonconforming target segment's DPL {a} = CPL {b}: the ring stays",                    \
    "SDM3 \"Accessing Nonconforming Code Segments\"")                                                        \
  X(FAR_CONFORMING_DPL, "the conforming target segment's DPL {a} <= CPL {b}",                                \
    "SDM3 \"Accessing Conforming Code Segments\"")                                                           \
  X(FAR_CODE_PRESENT, "the target segment {a:x} is present (P {b})", "SDM2 \"JMP—Jump\"")                    \
  X(FAR_WITHIN_LIMIT, "the target address {a:x} lies within code segment limit {b:x}", "SDM2 \"JMP—Jump\"")  \
  X(FAR_CANONICAL, "the target address {a:x} is canonical", "SDM2 \"JMP—Jump\"")                             \
  X(FAR_SYSTEM_DPL,                                                                                          \
    "the gate or TSS {a:x} has DPL {b} >= CPL {c} and RPL {d} of its selector: this code may use it",        \
    "SDM3 \"Accessing a Code Segment Through a Call Gate\"")                                                 \
  X(FAR_GATE_PRESENT, "gate {a:x} is present (P {b})", "SDM3 \"Call Gates\"")                                \
  X(CALL_GATE_CODE_NOT_NULL, "the call gate's code selector {a:x} is not null",                              \
    "SDM2 \"CALL—Call Procedure\"")                                                                          \
  X(CALL_GATE_IS_TO_CODE, "the call gate's target segment {a:x} is code (attributes {b:x})",                 \
    "SDM2 \"CALL—Call Procedure\"")                                                                          \
  X(CALL_GATE_CODE_DPL, "the call gate's target segment has DPL {a} <= CPL {b}: no gate leads outward",      \
    "SDM3 \"Accessing a Code Segment Through a Call Gate\"")                                                 \
  X(CALL_GATE_CODE_64_BIT, "the call gate's target segment {a:x} is 64-bit (L {b}, D {c})",                  \
    "SDM3 \"IA-32e Mode Call Gates\"")                                                                       \
  /* Task switches */                                                                                        \
  X(TASK_TSS, "descriptor {a:x} is of a TSS (attributes {b:x})", "SDM3 \"TSS Descriptor\"")                  \
  X(TASK_NOT_BUSY, "TSS {a:x} is not busy: tasks are not entered twice (attributes {b:x})",                  \
    "SDM3 \"Task Switching\"")                                                                               \
  X(TASK_BUSY, "TSS {a:x} is busy, as a task that is returned to must be (attributes {b:x})",                \
    "SDM3 \"Task Switching\"")                                                                               \
  X(TASK_TSS_LIMIT, "the limit {b:x} of TSS {a:x} is at least {c:x}", "SDM3 \"Task Switching\"")             \
  X(TASK_OLD_TSS_LIMIT, "the limit {b:x} of the old TSS {a:x} leaves room for its task up to byte {c:x}",    \
    "SDM3 \"Interrupt 10—Invalid TSS Exception (#TS)\"")                                                     \
  X(TASK_LINK_WITHIN_LIMIT, "the limit {b:x} of TSS {a:x} is beyond its back link",                          \
    "SDM3 \"Interrupt 10—Invalid TSS Exception (#TS)\"")                                                     \
  X(TASK_LDT_IN_GDT, "the new task's LDT selector {a:x} names the GDT", "SDM3 \"Task Switching\"")           \
  X(TASK_LDT_TYPE, "the new task's LDT {a:x} is one (attributes {b:x})", "SDM3 \"Task Switching\"")          \
  X(TASK_LDT_PRESENT, "the new task's LDT {a:x} is present (P {b})", "SDM3 \"Task Switching\"")              \
  X(TASK_CODE_NOT_NULL, "the new task's CS {a:x} is not null",                                               \
    "SDM3 \"Interrupt 10—Invalid TSS Exception (#TS)\"")                                                     \
  X(TASK_IS_CODE, "the new task's CS {a:x} is code (attributes {b:x})", "SDM3 \"Task Switching\"")           \
  X(TASK_CODE_DPL, "the new task's nonconforming code has DPL {a} = RPL {b}, its CPL",                       \
    "SDM3 \"Task Switching\"")                                                                               \
  X(TASK_CONFORMING_DPL, "the new task's conforming code has DPL {a} <= RPL {b}, its CPL",                   \
    "SDM3 \"Task Switching\"")                                                                               \
  X(TASK_CODE_PRESENT, "the new task's CS {a:x} is present (P {b})", "SDM3 \"Task Switching\"")              \
  X(TASK_STACK_NOT_NULL, "the new task's SS {a:x} is not null",                                              \
    "SDM3 \"Interrupt 10—Invalid TSS Exception (#TS)\"")                                                     \
  X(TASK_IP_WITHIN_LIMIT, "the new task's EIP {a:x} lies within code segment limit {b:x}",                   \
    "SDM2 \"JMP—Jump\"")                                                                                     \
  X(TASK_NO_TRAP, "the T flag {a} of the new TSS is 0: entering the task is not to be trapped",              \
    "SDM3 \"Task-Switch Exception Condition\"")                                                              \
  /* SYSCALL and SYSRET */                                                                                   \
  X(SYSCALL_ENABLED, "EFER.SCE {a} is 1", "SDM2 \"SYSCALL\"")                                                \
  X(SYSCALL_64_BIT, "the code is 64-bit (L {a}, long mode {b:b}), as Intel requires of SYSCALL and SYSRET",  \
    "SDM2 \"SYSCALL\"")                                                                                      \
  X(SYSRET_PROTECTED_MODE, "SYSRET executes in protected mode (PE {a}, VM {b})", "APM3 \"SYSRET\"")          \
  X(SYSRET_CPL, "CPL {a} is 0", "SDM2 \"SYSRET\"")                                                           \
  X(SYSRET_CANONICAL,                                                                                        \
    "the return address {a:x} in RCX is canonical, as Intel requires before the ring changes",               \
    "SDM2 \"SYSRET\"")                                                                                       \
  X(SWAPGS_64_BIT, "SWAPGS executes in 64-bit mode (L {a}, long mode {b:b})", "SDM2 \"SWAPGS\"")             \
  X(SWAPGS_CPL, "CPL {a} is 0", "SDM2 \"SWAPGS\"")                                                           \
  /* SYSENTER and SYSEXIT */                                                                                 \
  X(SYSENTER_LEGACY_MODE,                                                                                    \
    "the processor is not in long mode ({a:b}), where AMD has no SYSENTER and SYSEXIT",                      \
    "APM2 \"SYSENTER and SYSEXIT (Legacy Mode Only)\"")                                                      \
  X(SYSENTER_PROTECTED_MODE, "CR0.PE {a} is 1", "SDM2 \"SYSENTER\"")                                         \
  X(SYSENTER_CS_NOT_NULL, "IA32_SYSENTER_CS {a:x} is not a null selector", "SDM2 \"SYSENTER\"")              \
  X(SYSEXIT_CPL, "CPL {a} is 0", "SDM2 \"SYSEXIT\"")                                                         \
  X(SYSEXIT_RIP_CANONICAL, "the return address {a:x} in RDX is canonical", "SDM2 \"SYSEXIT\"")               \
  X(SYSEXIT_RSP_CANONICAL, "the return stack pointer {a:x} in RCX is canonical", "SDM2 \"SYSEXIT\"")         \
  /* Segment loads */                                                                                        \
  X(NULL_STACK_ALLOWED, "null SS {a:x} goes with 64-bit mode ({b:b}), CPL {c} < 3; on Intel its RPL is CPL", \
    "SDM2 \"MOV\"")                                                                                          \
  X(DATA_SEGMENT_IS_READABLE, "segment {a:x} is data or readable code (attributes {b:x})", "SDM2 \"MOV\"")   \
  X(DATA_SEGMENT_DPL, "segment {a:x} has DPL {b} >= its RPL and CPL {c}, or is conforming code ({d:b})",     \
    "SDM3 \"Privilege Level Checking When Accessing Data Segments\"")                                        \
  X(DATA_SEGMENT_PRESENT, "segment {a:x} is present (P {b})", "SDM2 \"MOV\"")                                \
  /* LDT and task register, inspection of descriptors */                                                     \
  X(SEGMENTED_PROTECTED_MODE,                                                                                \
    "protected mode and not virtual-8086 (PE {a}, VM {b}): the instruction exists", "SDM2 \"LLDT\"")         \
  X(TABLE_LOAD_CPL, "CPL {a} is 0", "SDM2 \"LTR\"")                                                          \
  X(SELECTOR_NAMES_GDT, "selector {a:x} names the GDT", "SDM2 \"LTR\"")                                      \
  X(SELECTOR_NOT_NULL, "selector {a:x} is not null", "SDM2 \"LTR\"")                                         \
  X(LDT_DESCRIPTOR_TYPE, "descriptor {a:x} is of an LDT (attributes {b:x})", "SDM2 \"LLDT\"")                \
  X(LDT_PRESENT, "LDT {a:x} is present (P {b})", "SDM2 \"LLDT\"")                                            \
  X(TSS_IS_AVAILABLE, "descriptor {a:x} is of an available TSS (attributes {b:x}, 64-bit {c:b})",            \
    "SDM2 \"LTR\"")                                                                                          \
  X(TSS_PRESENT, "TSS {a:x} is present (P {b})", "SDM2 \"LTR\"")                                             \
  X(SYSTEM_BASE_CANONICAL, "the base {a:x} of the LDT or TSS is canonical", "SDM2 \"LTR\"")                  \
  X(STORE_ALLOWED_BY_UMIP, "CR4.UMIP {a} is 0, or CPL {b} is 0", "SDM2 \"STR\"")                             \
  X(INSPECTED_NOT_NULL, "inspected selector {a:x} is not null (else ZF = 0)", "SDM2 \"LAR\"")                \
  X(INSPECTED_TYPE, "segment {a:x} is of a type that the instruction inspects (attributes {b:x})",           \
    "SDM2 \"LAR\"")                                                                                          \
  X(INSPECTED_DPL, "segment {a:x} has DPL {b} >= its RPL and CPL {c}, or is conforming code ({d:b})",        \
    "SDM2 \"LAR\"")                                                                                          \
  X(INSPECTED_ACCESS, "segment {a:x} may be accessed as VERR or VERW asks (attributes {b:x})",               \
    "SDM2 \"VERR/VERW\"")                                                                                    \
  /* Privileged instructions and I/O */                                                                      \
  X(INTERRUPT_FLAG_IOPL, "CPL {a} <= IOPL {b}: this code may change IF", "SDM1 \"I/O Privilege Level\"")     \
  X(V86_FLAGS_IOPL, "IOPL {a} = 3: virtual-8086 code may execute PUSHF and POPF",                            \
    "SDM3 \"Sensitive Instructions\"")                                                                       \
  X(POPF_CHANGES_IOPL, "CPL {a} is 0: POPF takes IOPL (else it keeps it)", "SDM2 \"POPF/POPFD/POPFQ\"")      \
  X(POPF_CHANGES_IF, "CPL {a} <= IOPL {b}: POPF takes IF (else it keeps it)", "SDM2 \"POPF/POPFD/POPFQ\"")   \
  X(HLT_CPL, "CPL {a} is 0", "SDM2 \"HLT\"")                                                                 \
  X(PORT_IOPL, "CPL {a} <= IOPL {b}: every port is free (else the I/O permission bitmap decides)",           \
    "SDM1 \"I/O Privilege Level\"")                                                                          \
  /* Control registers */                                                                                    \
  X(CONTROL_CPL, "CPL {a} is 0", "SDM2 \"MOV—Move to/from Control Registers\"")                              \
  X(CONTROL_REGISTER_EXISTS, "CR{a} exists (64-bit mode {b:b})",                                             \
    "SDM2 \"MOV—Move to/from Control Registers\"")                                                           \
  X(CR0_UPPER_ZERO, "bits 63:32 of the CR0 value {a:x} are zero", "SDM3 \"Control Registers\"")              \
  X(CR0_PG_WITH_PE, "the CR0 value {a:x} sets PG only with PE", "SDM3 \"Control Registers\"")                \
  X(CR0_NW_WITH_CD, "the CR0 value {a:x} sets NW only with CD", "SDM3 \"Control Registers\"")                \
  X(CR0_LONG_MODE_PAE, "CR4.PAE {a} is 1 where PG with EFER.LME enters IA-32e mode",                         \
    "SDM3 \"Initializing IA-32e Mode\"")                                                                     \
  X(CR0_LONG_MODE_CS_L, "CS.L {a} is 0 where PG with EFER.LME enters IA-32e mode",                           \
    "SDM3 \"Initializing IA-32e Mode\"")                                                                     \
  X(CR0_LONG_MODE_TSS, "TR does not hold a 16-bit TSS (attributes {a:x}) where IA-32e mode is entered",      \
    "SDM3 \"Initializing IA-32e Mode\"")                                                                     \
  X(CR0_PG_KEPT, "paging stays on in 64-bit mode (CR0 value {a:x})",                                         \
    "SDM2 \"MOV—Move to/from Control Registers\"")                                                           \
  X(CR3_RESERVED, "the CR3 value {a:x} sets no bit from {b} up", "SDM3 \"Control Registers\"")               \
  X(CR4_RESERVED, "the CR4 value {a:x} sets no reserved bit (mask {b:x})", "SDM3 \"Control Registers\"")     \
  X(CR4_PAE_KEPT, "PAE stays on in IA-32e mode (CR4 value {a:x})", "SDM3 \"Control Registers\"")             \
  X(CR4_LA57_KEPT, "LA57 does not change in IA-32e mode (CR4 {a:x}, value {b:x})",                           \
    "SDM3 \"Control Registers\"")                                                                            \
  X(CR8_RESERVED, "bits 63:4 of the CR8 value {a:x} are zero", "SDM3 \"Control Registers\"")                 \
  X(PDPTE_RESERVED, "PDPTE {a}, {b:x}, is not present or has no reserved bit set (mask {c:x})",              \
    "SDM3 \"PDPTE Registers\"")                                                                              \
  /* Debug registers */                                                                                      \
  X(DEBUG_CPL, "CPL {a} is 0", "SDM2 \"MOV—Move to/from Debug Registers\"")                                  \
  X(DEBUG_REGISTER_EXISTS, "DR{a} exists", "SDM2 \"MOV—Move to/from Debug Registers\"")                      \
  X(DEBUG_ALIAS_ALLOWED, "CR4.DE {b} is 0: DR{a} is an alias of DR6 or DR7",                                 \
    "SDM3 \"Debug Registers DR4 and DR5\"")                                                                  \
  X(DEBUG_NOT_DETECTED, "DR7.GD {a} is 0: the debug registers are free",                                     \
    "SDM3 \"Debug Control Register (DR7)\"")                                                                 \
  X(DEBUG_UPPER_ZERO, "bits 63:32 of the DR{b} value {a:x} are zero",                                        \
    "SDM3 \"Debug Registers and Intel 64 Processors\"")                                                      \
  /* MSRs */                                                                                                 \
  X(MSR_CPL, "CPL {a} is 0", "SDM2 \"WRMSR—Write to Model Specific Register\"")                              \
  X(MSR_EXISTS, "the processor has MSR {a:x}", "SDM2 \"RDMSR—Read From Model Specific Register\"")           \
  X(MSR_WRITABLE, "MSR {a:x} may be written", "SDM2 \"WRMSR—Write to Model Specific Register\"")             \
  X(MSR_RESERVED, "value {b:x} for MSR {a:x} changes no reserved bit (mask {c:x})",                          \
    "SDM2 \"WRMSR—Write to Model Specific Register\"")                                                       \
  X(MSR_CANONICAL, "address {b:x} for MSR {a:x} is canonical in the {c} bits that the processor supports",   \
    "SDM2 \"WRMSR—Write to Model Specific Register\"")                                                       \
  X(MSR_PAT_TYPES, "each byte of the PAT value {a:x} is a memory type (0, 1, 4 to 7)",                       \
    "SDM3 \"Programming the PAT\"")                                                                          \
  X(EFER_LME_KEPT, "LME changes only while paging is off (EFER {a:x}, value {b:x}, CR0.PG {c})",             \
    "SDM3 \"Initializing IA-32e Mode\"")                                                                     \
  X(EFER_LMA_KEPT, "value {b:x} keeps LMA of EFER {a:x}, as AMD requires",                                   \
    "APM2 \"Extended Feature Enable Register (EFER)\"")                                                      \
  /* System instructions */                                                                                  \
  X(SYSTEM_CPL, "CPL {a} is 0", "SDM3 \"Privileged Instructions\"")                                          \
  X(SYSTEM_OPERAND_IS_MEMORY, "the operand is memory",                                                       \
    "SDM2 \"LGDT/LIDT—Load Global/Interrupt Descriptor "                                                   \
    "Table Register\"")                                                                                      \
  X(TABLE_BASE_CANONICAL, "table base {a:x} is canonical in the {b} bits that the processor supports",       \
    "SDM2 \"LGDT/LIDT—Load Global/Interrupt Descriptor Table Register\"")                                    \
  X(AC_FLAG_CPL, "CPL {a} is 0", "SDM2 \"STAC—Set AC Flag in EFLAGS Register\"")                             \
  X(TSC_ALLOWED, "CR4.TSD {a} is 0, or CPL {b} is 0", "SDM2 \"RDTSC—Read Time-Stamp Counter\"")              \
  X(COUNTERS_ALLOWED, "CR4.PCE {a} is 1, or CPL {b} is 0",                                                   \
    "SDM2 \"RDPMC—Read Performance-Monitoring Counters\"")                                                   \
  X(COUNTER_EXISTS, "the processor has performance counter {a:x}",                                           \
    "SDM2 \"RDPMC—Read Performance-Monitoring Counters\"")                                                   \
  X(BASE_ACCESS_ENABLED, "64-bit mode ({a:b}), and CR4.FSGSBASE {b} is 1",                                   \
    "SDM2 \"RDFSBASE/RDGSBASE—Read FS/GS Segment Base\"")                                                    \
  X(BASE_CANONICAL, "base {a:x} is canonical in the {b} bits that the processor supports",                   \
    "SDM2 \"WRFSBASE/WRGSBASE—Write FS/GS Segment Base\"")                                                   \
  X(OSXSAVE_SET, "CR4.OSXSAVE {a} is 1", "SDM2 \"XGETBV—Get Value of Extended Control Register\"")           \
  X(INSTRUCTION_OFFERED, "the processor offers the instruction", "SDM2 \"CPUID—CPU Identification\"")        \
  X(IN_SYSTEM_MANAGEMENT_MODE, "the processor is in system-management mode",                                 \
    "SDM2 \"RSM—Resume From System Management Mode\"")                                                       \
  X(INSTRUCTION_DEFINED, "the instruction is a defined one", "SDM2 \"UD—Undefined Instruction\"")            \
  /* Any instruction */                                                                                      \
  X(LOCK_NOT_PREFIXED, "no LOCK prefix: this instruction takes none", "SDM2 \"LOCK\"")

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
  X(DESCRIPTOR_UPPER, "upper half of a descriptor") /* of 16 bytes, in IA-32e mode */                        \
  X(DESCRIPTOR_ACCESSED, "descriptor's accessed bit")                                                        \
  X(DESCRIPTOR_BUSY, "TSS descriptor's busy bit")                                                            \
  X(TSS_STACK_POINTER, "TSS stack pointer")                                                                  \
  X(TSS_STACK_SEGMENT, "TSS stack segment")                                                                  \
  X(TSS_IST, "TSS IST entry")                                                                                \
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
  X(PUSHED_DATA_SEGMENT, "pushed data segment") /* step.reg says which, of virtual-8086 code */              \
  X(POPPED_DATA_SEGMENT, "popped data segment")                                                              \
  X(CALLER_PARAMETER, "parameter on the caller's stack")                                                     \
  X(PUSHED_PARAMETER, "pushed parameter")                                                                    \
  X(TASK_LINK, "TSS back link")                                                                              \
  X(TASK_SAVED, "saved in the old TSS:")   /* step.reg says what */                                          \
  X(TASK_LOADED, "read from the new TSS:") /* likewise */                                                    \
  X(TASK_TRAP, "TSS debug trap flag")                                                                        \
  X(INTERRUPT_VECTOR, "interrupt vector") /* of the real-mode table */                                       \
  X(OPERAND, "operand")                   /* of the instruction itself */

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

/* Whether it is a word that a transition writes to the new stack, or reads from the old one. */
bool rs_item_is_pushed(enum rs_item item);
bool rs_item_is_popped(enum rs_item item);

#endif
