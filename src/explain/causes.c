/* The table of causes by check. */
#include "explain/causes.h"

#include <assert.h>
#include <stddef.h>

#define S(name) SUSPECT(name)

/* X(CHECK, suspects in no order, first mistake, second mistake) */
#define PAGING_CAUSES(X)                                                                                     \
  X(PAGE_ENTRIES_VALID, S(ENTRY) | S(ADDRESS), "the page tables do not map the page", NULL)                  \
  X(PAGE_ENTRY_PRESENT, S(ENTRY) | S(ADDRESS),                                                               \
    "the page was never mapped: a stack that grew past its end, code or data outside what the page tables "  \
    "cover",                                                                                                 \
    "the address is wrong: a null pointer or one that was overwritten, a GS or FS base that is not the "     \
    "kernel's (SWAPGS left out, or done twice), a table of function pointers with a hole")                   \
  X(PAGE_ENTRY_RESERVED, S(ENTRY),                                                                           \
    "bit 63 (XD) is set while EFER.NXE is 0, or PS at a level that has no large pages",                      \
    "the frame number was shifted wrongly, or something else was written over the page table")               \
  X(PAGE_USER, S(ENTRY) | S(ADDRESS),                                                                        \
    "U/S must be 1 at every level, in the PML4E, PDPTE and PDE as well as in the PTE",                       \
    "a program in ring 3 was given a pointer into the kernel, or was sent to an address of the kernel's")    \
  X(PAGE_WRITABLE, S(ENTRY) | S(ADDRESS),                                                                    \
    "R/W must be 1 at every level; with CR0.WP the kernel is bound by it, too",                              \
    "a page that is copied on write is written by a kernel whose page-fault handler does not copy it")       \
  X(PAGE_EXECUTABLE, S(ENTRY) | S(ADDRESS),                                                                  \
    "XD is set in an entry of any level: the kernel's own code was mapped with the flags of data",           \
    "execution has left the code: a return address or a function pointer was overwritten")                   \
  X(PAGE_SMEP, S(ENTRY) | S(ADDRESS) | S(CR4),                                                               \
    "the kernel jumped to an address of the program's: a function pointer that was not checked",             \
    "the kernel's code is in a page whose entries all say U/S 1")                                            \
  X(PAGE_SMAP, S(ENTRY) | S(ADDRESS) | S(CR4) | S(RFLAGS),                                                   \
    "the kernel touches the program's memory without STAC before and CLAC after",                            \
    "a page of the kernel's own (its stack, the IDT, the GDT, the TSS) is mapped as a user page")            \
  X(LINEAR_CANONICAL, S(ADDRESS),                                                                            \
    "an address whose bits 63:47 are not all alike: a pointer was cut, or made of two halves wrongly",       \
    "a register that holds no address was used as one: it was not restored, or was overwritten")             \
  X(PDPTE_RESERVED, S(OPERAND), "with PAE the four PDPTEs have no R/W, U/S and A bits: these are reserved",  \
    "CR3 does not point to the table of the PDPTEs")

#define OPERAND_CAUSES(X)                                                                                    \
  X(OPERAND_SEGMENT_USABLE, S(SEGMENT) | S(ADDRESS),                                                         \
    "the segment register holds a null selector: the kernel did not load DS, ES, FS or GS on its way in",    \
    "a return to an outer ring cleared the register because its segment was too privileged for that ring")   \
  X(OPERAND_READABLE, S(SEGMENT), "the segment is code that may only be executed", NULL)                     \
  X(OPERAND_WRITABLE, S(SEGMENT), "the segment is code, or data without the W bit",                          \
    "CS was used to write, with an override")                                                                \
  X(OPERAND_WITHIN_LIMIT, S(SEGMENT) | S(ADDRESS),                                                           \
    "the limit is in bytes without G, and the last valid offset, not the size",                              \
    "an offset below the limit of an expand-down segment, where nothing is valid")                           \
  X(FETCH_WITHIN_LIMIT, S(CS) | S(ADDRESS), "the code segment's limit is smaller than the code",             \
    "execution has left the code")                                                                           \
  X(ALIGNED, S(ADDRESS) | S(RFLAGS) | S(CR0),                                                                \
    "RFLAGS.AC was set in ring 3 where CR0.AM allows it: every access must be aligned then", NULL)           \
  X(OPERAND_CANONICAL, S(ADDRESS),                                                                           \
    "an address whose bits 63:47 are not all alike: a pointer was cut, or made of two halves wrongly", NULL)

#define DESCRIPTOR_CAUSES(X)                                                                                 \
  X(SELECTOR_WITHIN_GDT, S(GDTR) | S(SELECTOR),                                                              \
    "the limit that LGDT loads is the table's size in bytes minus 1, and a TSS or LDT takes two entries in " \
    "64-bit mode",                                                                                           \
    "the selector is none: something else was popped or loaded in its place, or an index was not shifted "   \
    "by 3")                                                                                                  \
  X(SELECTOR_WITHIN_LDT, S(LDTR) | S(SELECTOR), "bit 2 of the selector says LDT where the GDT was meant",    \
    "the LDT's limit is too small")                                                                          \
  X(LDT_USABLE, S(SELECTOR) | S(LDTR), "bit 2 of the selector says LDT, and LLDT was never executed",        \
    "the selector is none: something else was popped or loaded in its place")                                \
  X(DESCRIPTOR_UPPER_TYPE_ZERO, S(UPPER) | S(DESCRIPTOR),                                                    \
    "in 64-bit mode a TSS, LDT or call gate takes 16 bytes: the next descriptor was put into its second "    \
    "half",                                                                                                  \
    NULL)

#define DELIVERY_CAUSES(X)                                                                                   \
  X(GATE_WITHIN_IDT, S(IDTR),                                                                                \
    "the limit that LIDT loads is the table's size in bytes minus 1: 16 bytes a gate in 64-bit mode, 8 in "  \
    "32-bit mode",                                                                                           \
    "LIDT was never executed, or was given the wrong address, so that base and limit are something else")    \
  X(GATE_TYPE, S(GATE) | S(IDTR),                                                                            \
    "the type is 0xe (interrupt gate) or 0xf (trap gate), with bit 4 (S) 0; a task gate is 0x5, and not in " \
    "64-bit mode",                                                                                           \
    "the gate was never filled in, has 8 bytes where 64-bit mode reads 16, or the IDT's base is wrong")      \
  X(GATE_DPL, S(GATE),                                                                                       \
    "a gate that programs use by INT n, INT3 or INTO needs DPL 3: 0xee in 32-bit and 64-bit mode, not 0x8e", \
    "a program may not use this vector, and did")                                                            \
  X(GATE_PRESENT, S(GATE) | S(IDTR),                                                                         \
    "nothing was installed for this vector: every exception and every interrupt that is not masked needs a " \
    "gate",                                                                                                  \
    "the type byte has no bit 7: 0x0e instead of 0x8e; or the IDT's base is wrong")                          \
  X(HANDLER_SELECTOR_NOT_NULL, S(GATE) | S(IDTR),                                                            \
    "the gate's selector was not filled in, or offset and selector stand in the wrong order", NULL)          \
  X(HANDLER_IS_CODE, S(GATE) | S(DESCRIPTOR),                                                                \
    "the gate's selector is that of a data segment, or the GDT is not the one that it was written for",      \
    NULL)                                                                                                    \
  X(HANDLER_DPL, S(GATE) | S(DESCRIPTOR),                                                                    \
    "the gate's selector is that of the user's code: handlers run in ring 0",                                \
    "the kernel's code descriptor has DPL 3")                                                                \
  X(HANDLER_PRESENT, S(DESCRIPTOR) | S(GATE), "the code descriptor's P bit is 0", NULL)                      \
  X(HANDLER_64_BIT, S(DESCRIPTOR) | S(GATE),                                                                 \
    "the kernel's code descriptor needs L 1 and D 0: access byte 0x9a, flags 0xa, not 0xc",                  \
    "the gate's selector is that of 32-bit code from before long mode")                                      \
  X(HANDLER_WITHIN_LIMIT, S(GATE) | S(DESCRIPTOR),                                                           \
    "the gate's two halves of the offset are mixed up, or the kernel's code segment has no G bit", NULL)     \
  X(HANDLER_CANONICAL, S(GATE),                                                                              \
    "the gate's offset is in three parts: 15:0, 31:16 and 63:32; one of them is missing or was shifted "     \
    "wrongly",                                                                                               \
    NULL)                                                                                                    \
  X(V86_HANDLER_RING_0, S(GATE) | S(DESCRIPTOR),                                                             \
    "handlers of interrupts in virtual-8086 mode must be in nonconforming code of DPL 0", NULL)              \
  X(V86_SOFTWARE_INT_IOPL, S(RFLAGS),                                                                        \
    "with IOPL below 3 the monitor has to emulate INT in its #GP handler, and this one did not", NULL)       \
  X(FAULT_DELIVERABLE, 0,                                                                                    \
    "a handler for #DF on a stack of its own (a task gate, or in 64-bit mode an IST entry) keeps a broken "  \
    "stack from becoming a triple fault",                                                                    \
    NULL)

#define STACK_CAUSES(X)                                                                                      \
  X(TSS_STACK_WITHIN_LIMIT, S(TR),                                                                           \
    "LTR was never executed: without a TSS the processor finds no stack for ring 0",                         \
    "the TSS descriptor's limit is too small: 0x67 at least")                                                \
  X(STACK_SELECTOR_NOT_NULL, S(STACK_SEGMENT) | S(TR),                                                       \
    "SS0 of the TSS was never set: it is the selector of the kernel's data segment",                         \
    "TR points to something that is no TSS, or to another one than was filled in")                           \
  X(STACK_SELECTOR_RPL, S(STACK_SEGMENT) | S(POPPED_SS) | S(SELECTOR),                                       \
    "the RPL of SS must be the ring that uses the stack: 3 for a program (0x23, 0x2b), 0 in SS0",            \
    "the frame of an IRET was put together with a selector of the other ring")                               \
  X(STACK_IS_WRITABLE_DATA, S(DESCRIPTOR) | S(STACK_SEGMENT) | S(POPPED_SS) | S(SELECTOR),                   \
    "the stack's selector is that of a code segment, or of data without the W bit",                          \
    "STAR or the frame is one entry of the GDT off: SYSRET takes SS from STAR[63:48]+8, CS from +16")        \
  X(STACK_DPL, S(DESCRIPTOR) | S(STACK_SEGMENT) | S(POPPED_SS) | S(SELECTOR),                                \
    "the stack's selector is that of the other ring's data segment",                                         \
    "the descriptor's DPL is wrong: 3 for a program's stack, 0 for the kernel's")                            \
  X(STACK_PRESENT, S(DESCRIPTOR) | S(STACK_SEGMENT) | S(POPPED_SS), "the data descriptor's P bit is 0",      \
    NULL)                                                                                                    \
  X(STACK_HAS_ROOM, S(STACK_POINTER) | S(STACK_SEGMENT),                                                     \
    "ESP0 of the TSS was never set: a push below 0 wraps and is beyond the limit", "the stack has run over") \
  X(STACK_HOLDS, S(STACK_POINTER) | S(SS), "more was popped than had been pushed", NULL)                     \
  X(STACK_CANONICAL, S(STACK_POINTER) | S(TR),                                                               \
    "RSP0 or the IST entry of the TSS holds no address: its two halves are mixed up, or the TSS is laid "    \
    "out wrongly (RSP0 is at offset 4, IST1 at 0x24)",                                                       \
    "TR points to something that is no TSS")                                                                 \
  X(IO_MAP_EXISTS, S(TR), "the TSS is too small for an I/O map base, or none is loaded",                     \
    "a program used a port: IOPL and the I/O map decide whether it may")                                     \
  X(IO_MAP_WITHIN_LIMIT, S(IO_MAP) | S(TR),                                                                  \
    "the I/O map base lies at or beyond the TSS's limit, which permits no port; the map also needs a byte "  \
    "of ones behind it",                                                                                     \
    "a program used a port that its kernel did not give it")                                                 \
  X(IO_PERMITTED, S(IO_MAP) | S(RFLAGS), "the port's bit in the I/O map is 1, which forbids it (0 permits)", \
    "the map's base in the TSS is off, so that other bytes are taken for the map")

const char mistake_of_frame[] = "the stack pointer is not where the delivery left it: an error code was not "
                                "popped (ADD RSP, 8 before IRET), or "
                                "pushes and pops do not match";

#define RETURN_CAUSES(X)                                                                                     \
  X(RETURN_SELECTOR_NOT_NULL, S(POPPED_CS), mistake_of_frame, "the frame was put together without a CS")     \
  X(RETURN_IS_CODE, S(POPPED_CS) | S(DESCRIPTOR), mistake_of_frame,                                          \
    "CS in the frame is the selector of a data segment; STAR one entry off has the same effect")             \
  X(RETURN_NOT_INWARD, S(POPPED_CS), mistake_of_frame,                                                       \
    "the RPL of CS in the frame is 0 to 2 while a program executes the return")                              \
  X(RETURN_CONFORMING_DPL, S(POPPED_CS) | S(DESCRIPTOR),                                                     \
    "the code segment is conforming and too privileged for "                                                 \
    "the RPL in the frame",                                                                                  \
    NULL)                                                                                                    \
  X(RETURN_DPL, S(POPPED_CS) | S(DESCRIPTOR),                                                                \
    "the RPL of CS in the frame must be the segment's DPL: a program's selector ends in 3 (0x1b, 0x33)",     \
    "the user's code descriptor has DPL 0")                                                                  \
  X(RETURN_PRESENT, S(POPPED_CS) | S(DESCRIPTOR), "the code descriptor's P bit is 0", NULL)                  \
  X(RETURN_L_AND_D, S(DESCRIPTOR) | S(POPPED_CS),                                                            \
    "L and D may not both be 1: flags 0xa for 64-bit code, "                                                 \
    "0xc for 32-bit code",                                                                                   \
    NULL)                                                                                                    \
  X(RETURN_WITHIN_LIMIT, S(POPPED_IP) | S(DESCRIPTOR), mistake_of_frame,                                     \
    "the code segment's limit is too small")                                                                 \
  X(RETURN_CANONICAL, S(POPPED_IP), mistake_of_frame,                                                        \
    "the saved instruction pointer was overwritten, or made of two halves wrongly")                          \
  X(RETURN_NULL_STACK, S(POPPED_SS),                                                                         \
    "SS in the frame is null, which only 64-bit code of rings 0 to 2 may "                                   \
    "have: a return to ring 3 needs the user's data selector",                                               \
    mistake_of_frame)                                                                                        \
  X(IRET_NOT_NESTED, S(RFLAGS) | S(FMASK),                                                                   \
    "NT is set: POPF loaded it, or a program set it and the entry did not clear it "                         \
    "(SYSENTER keeps it, SYSCALL clears what FMASK says)",                                                   \
    NULL)                                                                                                    \
  X(IRET_V86_IOPL, S(RFLAGS),                                                                                \
    "with IOPL below 3 the monitor has to emulate IRET in its #GP handler, and this "                        \
    "one did not",                                                                                           \
    NULL)

#define FAR_CAUSES(X)                                                                                        \
  X(FAR_SELECTOR_NOT_NULL, S(TARGET),                                                                        \
    "the far pointer's selector is 0: offset and selector stand in the wrong "                               \
    "order, or it was never filled in",                                                                      \
    NULL)                                                                                                    \
  X(FAR_TARGET_TYPE, S(DESCRIPTOR) | S(TARGET),                                                              \
    "the selector is that of a data segment or of no descriptor at "                                         \
    "all",                                                                                                   \
    "a TSS or task gate, which IA-32e mode does not switch to")                                              \
  X(FAR_CODE_L_AND_D, S(DESCRIPTOR),                                                                         \
    "L and D may not both be 1: flags 0xa for 64-bit code, 0xc for 32-bit "                                  \
    "code",                                                                                                  \
    NULL)                                                                                                    \
  X(FAR_CODE_RPL, S(TARGET), "the selector's RPL is that of an outer ring", NULL)                            \
  X(FAR_CODE_DPL, S(DESCRIPTOR) | S(TARGET),                                                                 \
    "a far jump or call to a segment does not change the ring: a program needs a gate, a kernel a return",   \
    "the code descriptor's DPL is wrong")                                                                    \
  X(FAR_CONFORMING_DPL, S(DESCRIPTOR) | S(TARGET), "conforming code may be called from outer rings only",    \
    NULL)                                                                                                    \
  X(FAR_CODE_PRESENT, S(DESCRIPTOR), "the code descriptor's P bit is 0", NULL)                               \
  X(FAR_WITHIN_LIMIT, S(TARGET) | S(DESCRIPTOR),                                                             \
    "the code segment's limit is too small, or the offset is "                                               \
    "wrong",                                                                                                 \
    NULL)                                                                                                    \
  X(FAR_CANONICAL, S(TARGET), "the target's upper half is missing or wrong", NULL)                           \
  X(FAR_SYSTEM_DPL, S(DESCRIPTOR) | S(TARGET),                                                               \
    "a call gate that programs use needs DPL 3, whatever its target's DPL is",                               \
    "the selector's RPL is more than the gate's DPL")                                                        \
  X(FAR_GATE_PRESENT, S(DESCRIPTOR), "the gate's P bit is 0: type byte 0xec for programs, not 0x6c", NULL)   \
  X(CALL_GATE_CODE_NOT_NULL, S(DESCRIPTOR), "the gate's code selector was not filled in", NULL)              \
  X(CALL_GATE_IS_TO_CODE, S(DESCRIPTOR), "the gate's selector is that of a data segment", NULL)              \
  X(CALL_GATE_CODE_DPL, S(DESCRIPTOR),                                                                       \
    "the gate's selector is that of less privileged code: a call leads "                                     \
    "inward or stays",                                                                                       \
    "the kernel's code descriptor has a wrong DPL")                                                          \
  X(CALL_GATE_CODE_64_BIT, S(DESCRIPTOR), "in IA-32e mode a call gate leads to 64-bit code alone: L 1, D 0", \
    NULL)

#define TASK_CAUSES(X)                                                                                       \
  X(TASK_TSS, S(SELECTOR) | S(DESCRIPTOR), "the task gate or back link names a descriptor that is no TSS",   \
    "NT was set where no task is nested, so that IRET took the back link for one")                           \
  X(TASK_NOT_BUSY, S(DESCRIPTOR) | S(SELECTOR),                                                              \
    "a task called or jumped to itself, or to one that waits for it", NULL)                                  \
  X(TASK_BUSY, S(DESCRIPTOR) | S(SELECTOR), "the back link names a task that did not call this one", NULL)   \
  X(TASK_TSS_LIMIT, S(DESCRIPTOR), "the TSS descriptor's limit is below 0x67 (0x2b of a 16-bit one)", NULL)  \
  X(TASK_OLD_TSS_LIMIT, S(TR), "the task that is left has a TSS too small to be saved in", NULL)             \
  X(TASK_LINK_WITHIN_LIMIT, S(TR), "NT is set while TR holds no TSS with a back link", NULL)                 \
  X(TASK_LDT_IN_GDT, S(TASK_FIELD), "the LDT field of the TSS is not a selector of the GDT", NULL)           \
  X(TASK_LDT_TYPE, S(TASK_FIELD) | S(DESCRIPTOR), "the LDT field of the TSS names no LDT", NULL)             \
  X(TASK_LDT_PRESENT, S(DESCRIPTOR) | S(TASK_FIELD), "the LDT descriptor's P bit is 0", NULL)                \
  X(TASK_CODE_NOT_NULL, S(TASK_FIELD), "CS of the new task's TSS was never filled in", NULL)                 \
  X(TASK_IS_CODE, S(SELECTOR) | S(DESCRIPTOR), "CS of the new task's TSS names no code segment", NULL)       \
  X(TASK_CODE_DPL, S(DESCRIPTOR) | S(TASK_FIELD), "the RPL of CS in the TSS must be the segment's DPL",      \
    NULL)                                                                                                    \
  X(TASK_CONFORMING_DPL, S(DESCRIPTOR) | S(TASK_FIELD),                                                      \
    "conforming code may not be more privileged than the "                                                   \
    "task",                                                                                                  \
    NULL)                                                                                                    \
  X(TASK_CODE_PRESENT, S(DESCRIPTOR), "the code descriptor's P bit is 0", NULL)                              \
  X(TASK_STACK_NOT_NULL, S(TASK_FIELD), "SS of the new task's TSS was never filled in", NULL)                \
  X(TASK_IP_WITHIN_LIMIT, S(TASK_FIELD) | S(DESCRIPTOR), "EIP of the new task's TSS is wrong", NULL)         \
  X(TASK_NO_TRAP, S(TASK_FIELD), "the T flag of the TSS asks for a #DB at every switch to the task", NULL)

#define FAST_CALL_CAUSES(X)                                                                                  \
  X(SYSCALL_ENABLED, S(EFER), "EFER.SCE (bit 0) must be set before the first SYSCALL or SYSRET", NULL)       \
  X(SYSCALL_64_BIT, S(CS),                                                                                   \
    "Intel knows SYSCALL and SYSRET in 64-bit mode alone: 32-bit programs need "                             \
    "SYSENTER or INT 0x80 there",                                                                            \
    NULL)                                                                                                    \
  X(SYSRET_PROTECTED_MODE, S(CR0) | S(RFLAGS), "SYSRET was executed in real-address or virtual-8086 mode",   \
    NULL)                                                                                                    \
  X(SYSRET_CPL, S(CPL), "SYSRET belongs to ring 0", NULL)                                                    \
  X(SYSRET_CANONICAL, S(RCX),                                                                                \
    "the program put a return address beyond its half into the saved RCX: check it "                         \
    "before SYSRET, or return by IRET (Linux does)",                                                         \
    "RCX was not restored before SYSRET")                                                                    \
  X(SWAPGS_64_BIT, S(CS), "SWAPGS exists in 64-bit mode alone", NULL)                                        \
  X(SWAPGS_CPL, S(CPL), "SWAPGS belongs to ring 0", NULL)                                                    \
  X(SYSENTER_LEGACY_MODE, S(EFER),                                                                           \
    "AMD has no SYSENTER in long mode, not even in compatibility mode: use "                                 \
    "SYSCALL or INT 0x80",                                                                                   \
    NULL)                                                                                                    \
  X(SYSENTER_PROTECTED_MODE, S(CR0), "SYSENTER was executed in real-address mode", NULL)                     \
  X(SYSENTER_CS_NOT_NULL, S(SYSENTER_CS),                                                                    \
    "IA32_SYSENTER_CS (MSR 0x174) was never written: it is the selector "                                    \
    "of the kernel's code, and of three more after it",                                                      \
    NULL)                                                                                                    \
  X(SYSEXIT_CPL, S(CPL), "SYSEXIT belongs to ring 0", NULL)                                                  \
  X(SYSEXIT_RIP_CANONICAL, S(RDX), "RDX must hold the program's return address before SYSEXIT", NULL)        \
  X(SYSEXIT_RSP_CANONICAL, S(RCX), "RCX must hold the program's stack pointer before SYSEXIT", NULL)

#define SEGMENT_CAUSES(X)                                                                                    \
  X(NULL_STACK_ALLOWED, S(SELECTOR) | S(OPERAND), "SS may be null in 64-bit mode of rings 0 to 2 alone",     \
    NULL)                                                                                                    \
  X(DATA_SEGMENT_IS_READABLE, S(SELECTOR) | S(DESCRIPTOR),                                                   \
    "the selector is that of a system segment, a gate or "                                                   \
    "execute-only code",                                                                                     \
    "the GDT is not the one that the selector was meant for")                                                \
  X(DATA_SEGMENT_DPL, S(DESCRIPTOR) | S(SELECTOR), "a program loaded the kernel's data selector",            \
    "the data descriptor's DPL is 0 where programs are to use it: access byte 0xf2, not 0x92")               \
  X(DATA_SEGMENT_PRESENT, S(DESCRIPTOR) | S(SELECTOR), "the data descriptor's P bit is 0", NULL)             \
  X(SEGMENTED_PROTECTED_MODE, S(CR0) | S(RFLAGS),                                                            \
    "the instruction does not exist in real-address and "                                                    \
    "virtual-8086 mode: set CR0.PE first",                                                                   \
    NULL)                                                                                                    \
  X(TABLE_LOAD_CPL, S(CPL), "a program executed an instruction of the kernel's", NULL)                       \
  X(SELECTOR_NAMES_GDT, S(SELECTOR) | S(OPERAND),                                                            \
    "bit 2 of the selector says LDT: TSS and LDT descriptors "                                               \
    "stand in the GDT",                                                                                      \
    NULL)                                                                                                    \
  X(SELECTOR_NOT_NULL, S(OPERAND), "LTR was given 0: the index of the TSS descriptor, times 8", NULL)        \
  X(LDT_DESCRIPTOR_TYPE, S(DESCRIPTOR) | S(OPERAND),                                                         \
    "the descriptor's type is not 2 (LDT): access byte 0x82", NULL)                                          \
  X(LDT_PRESENT, S(DESCRIPTOR) | S(OPERAND), "the LDT descriptor's P bit is 0", NULL)                        \
  X(TSS_IS_AVAILABLE, S(DESCRIPTOR) | S(OPERAND),                                                            \
    "the access byte of a TSS that is to be loaded is 0x89; LTR was executed twice, which finds it busy "    \
    "(0x8b)",                                                                                                \
    "the selector is that of another descriptor")                                                            \
  X(TSS_PRESENT, S(DESCRIPTOR) | S(OPERAND), "the TSS descriptor's P bit is 0: access byte 0x89, not 0x09",  \
    NULL)                                                                                                    \
  X(SYSTEM_BASE_CANONICAL, S(UPPER) | S(DESCRIPTOR),                                                         \
    "bits 63:32 of the base stand in the second half of the "                                                \
    "16 bytes, and are missing or wrong",                                                                    \
    NULL)                                                                                                    \
  X(STORE_ALLOWED_BY_UMIP, S(CR4), "CR4.UMIP keeps programs from SGDT, SIDT, SLDT, STR and SMSW", NULL)      \
  X(INSPECTED_NOT_NULL, S(OPERAND), "LAR, LSL, VERR and VERW say ZF 0 of a null selector", NULL)             \
  X(INSPECTED_TYPE, S(DESCRIPTOR), "LAR and LSL say ZF 0 of types that they do not know", NULL)              \
  X(INSPECTED_DPL, S(DESCRIPTOR), "LAR, LSL, VERR and VERW say ZF 0 of what this ring may not use", NULL)    \
  X(INSPECTED_ACCESS, S(DESCRIPTOR), "VERR and VERW say ZF 0 of what may not be read, or written", NULL)

#define PRIVILEGE_CAUSES(X)                                                                                  \
  X(INTERRUPT_FLAG_IOPL, S(RFLAGS) | S(CPL),                                                                 \
    "a program executed CLI or STI: with IOPL below 3 that is the "                                          \
    "kernel's",                                                                                              \
    "the kernel runs in ring 3 without knowing it: its code selector is a program's")                        \
  X(V86_FLAGS_IOPL, S(RFLAGS),                                                                               \
    "with IOPL below 3 the monitor has to emulate PUSHF and POPF in its #GP "                                \
    "handler",                                                                                               \
    NULL)                                                                                                    \
  X(POPF_CHANGES_IOPL, S(CPL), "POPF in an outer ring leaves IOPL as it is, without a fault", NULL)          \
  X(POPF_CHANGES_IF, S(RFLAGS), "POPF in an outer ring leaves IF as it is, without a fault", NULL)           \
  X(HLT_CPL, S(CPL),                                                                                         \
    "a program executed HLT: it ran past its end, or returned from where nothing called it", NULL)           \
  X(PORT_IOPL, S(RFLAGS), "IOPL is below CPL: then the I/O permission map decides", NULL)                    \
  X(CONTROL_CPL, S(CPL), "a program executed MOV from or to a control register", NULL)                       \
  X(SYSTEM_CPL, S(CPL), "a program executed an instruction of the kernel's",                                 \
    "kernel code was entered without a change of ring: a jump instead of a gate")                            \
  X(AC_FLAG_CPL, S(CPL), "STAC and CLAC belong to ring 0", NULL)                                             \
  X(MSR_CPL, S(CPL), "a program executed RDMSR or WRMSR", NULL)                                              \
  X(DEBUG_CPL, S(CPL), "a program executed MOV from or to a debug register", NULL)                           \
  X(TSC_ALLOWED, S(CR4), "CR4.TSD keeps programs from RDTSC", NULL)                                          \
  X(COUNTERS_ALLOWED, S(CR4), "CR4.PCE is 0, which keeps programs from RDPMC", NULL)

#define CONTROL_CAUSES(X)                                                                                    \
  X(CONTROL_REGISTER_EXISTS, 0, "there are CR0, CR2, CR3, CR4 and, in 64-bit mode, CR8", NULL)               \
  X(CR0_UPPER_ZERO, S(OPERAND), "the value has bits above 31: a register was not cleared before", NULL)      \
  X(CR0_PG_WITH_PE, S(OPERAND), "PG without PE: protected mode comes first, or with it", NULL)               \
  X(CR0_NW_WITH_CD, S(OPERAND), "NW without CD: caches are switched off with both", NULL)                    \
  X(CR0_LONG_MODE_PAE, S(CR4), "long mode needs CR4.PAE before CR0.PG", NULL)                                \
  X(CR0_LONG_MODE_CS_L, S(CS),                                                                               \
    "long mode must be entered from a code segment without L; the far jump to a "                            \
    "64-bit one comes after CR0.PG",                                                                         \
    NULL)                                                                                                    \
  X(CR0_LONG_MODE_TSS, S(TR), "TR holds a 16-bit TSS, which long mode does not know", NULL)                  \
  X(CR0_PG_KEPT, S(OPERAND), "paging cannot be switched off in 64-bit mode: go to compatibility mode first", \
    NULL)                                                                                                    \
  X(CR3_RESERVED, S(OPERAND),                                                                                \
    "CR3 takes a physical address: a linear one of the kernel's has bits above it", NULL)                    \
  X(CR4_RESERVED, S(OPERAND), "a bit of CR4 that this processor does not have: ask CPUID first", NULL)       \
  X(CR4_PAE_KEPT, S(OPERAND), "PAE stays set in long mode: the value was made anew instead of OR-ed", NULL)  \
  X(CR4_LA57_KEPT, S(OPERAND), "LA57 is switched before long mode is entered", NULL)                         \
  X(CR8_RESERVED, S(OPERAND), "CR8 is a priority from 0 to 15: not the TPR's byte", NULL)                    \
  X(DEBUG_REGISTER_EXISTS, 0, "there are DR0 to DR7", NULL)                                                  \
  X(DEBUG_ALIAS_ALLOWED, S(CR4), "with CR4.DE the names DR4 and DR5 are not DR6 and DR7", NULL)              \
  X(DEBUG_NOT_DETECTED, S(DR7), "DR7.GD asks for a #DB at every use of a debug register", NULL)              \
  X(DEBUG_UPPER_ZERO, S(OPERAND), "the value has bits above 31", NULL)                                       \
  X(MSR_EXISTS, S(RCX),                                                                                      \
    "the number in ECX is wrong, or the processor does not have that MSR: ask CPUID first", NULL)            \
  X(MSR_WRITABLE, S(RCX), "the MSR can only be read", NULL)                                                  \
  X(MSR_RESERVED, S(OPERAND), "EDX was not cleared, so that rubbish went into bits 63:32",                   \
    "a bit that this "                                                                                       \
    "processor does not have: ask CPUID first")                                                              \
  X(MSR_CANONICAL, S(OPERAND),                                                                               \
    "EDX must hold bits 63:32 of the address, and holds something else: it was not "                         \
    "shifted down, or was left from before",                                                                 \
    NULL)                                                                                                    \
  X(MSR_PAT_TYPES, S(OPERAND), "the memory types are 0, 1, 4, 5, 6 and 7", NULL)                             \
  X(EFER_LME_KEPT, S(CR0) | S(OPERAND), "LME is set before paging is: then it stays", NULL)                  \
  X(EFER_LMA_KEPT, S(OPERAND),                                                                               \
    "EFER was written without LMA: read it, and change only what is to be changed", NULL)

#define SYSTEM_CAUSES(X)                                                                                     \
  X(SYSTEM_OPERAND_IS_MEMORY, 0, "the instruction takes memory: six bytes, ten in 64-bit mode", NULL)        \
  X(TABLE_BASE_CANONICAL, S(OPERAND),                                                                        \
    "the base that LGDT or LIDT reads begins at offset 2 and has 8 bytes in "                                \
    "64-bit mode: four of them belong to something else",                                                    \
    NULL)                                                                                                    \
  X(COUNTER_EXISTS, S(RCX), "the number in ECX is of no counter", NULL)                                      \
  X(BASE_ACCESS_ENABLED, S(CR4) | S(CS),                                                                     \
    "RDFSBASE and its like need CR4.FSGSBASE (bit 16): ask CPUID, then set "                                 \
    "it",                                                                                                    \
    NULL)                                                                                                    \
  X(BASE_CANONICAL, S(OPERAND), "the base is no canonical address", NULL)                                    \
  X(OSXSAVE_SET, S(CR4), "XGETBV and XSETBV need CR4.OSXSAVE (bit 18)", NULL)                                \
  X(INSTRUCTION_OFFERED, 0, "the processor does not have the instruction: ask CPUID first", NULL)            \
  X(IN_SYSTEM_MANAGEMENT_MODE, 0, "RSM exists in system-management mode alone", NULL)                        \
  X(INSTRUCTION_DEFINED, S(ADDRESS),                                                                         \
    "UD2: the compiler puts it where code must not come (a function that does "                              \
    "not return did, or __builtin_unreachable)",                                                             \
    "execution has left the code, and what it found there is no instruction")                                \
  X(LOCK_NOT_PREFIXED, 0, "LOCK stands before an instruction that does not take it", NULL)

static const struct check_causes rows[RS_CHECK_COUNT] = {
#define X(name, suspects, first, second) [RS_CHECK_##name] = { suspects, { first, second } },
  PAGING_CAUSES(X) OPERAND_CAUSES(X) DESCRIPTOR_CAUSES(X) DELIVERY_CAUSES(X) STACK_CAUSES(X) RETURN_CAUSES(X)
      FAR_CAUSES(X) TASK_CAUSES(X) FAST_CALL_CAUSES(X) SEGMENT_CAUSES(X) PRIVILEGE_CAUSES(X) CONTROL_CAUSES(X)
          SYSTEM_CAUSES(X)
#undef X
};

const struct check_causes *check_causes(enum rs_check check) {
  assert(check < RS_CHECK_COUNT);
  return &rows[check];
}
