/* The complete architectural state of the one processor, as plain values. */
#ifndef RINGSIDE_CPU_H
#define RINGSIDE_CPU_H

#include <stdbool.h>
#include <stdint.h>

/* Register names in encoding order. X(NAME, text in 64-bit mode). */
/* clang-format off */
#define RS_GENERAL_REGISTERS(X) \
  X(RAX, "rax") X(RCX, "rcx") X(RDX, "rdx") X(RBX, "rbx") \
  X(RSP, "rsp") X(RBP, "rbp") X(RSI, "rsi") X(RDI, "rdi") \
  X(R8, "r8") X(R9, "r9") X(R10, "r10") X(R11, "r11") \
  X(R12, "r12") X(R13, "r13") X(R14, "r14") X(R15, "r15")

#define RS_SEGMENT_REGISTERS(X) X(ES, "es") X(CS, "cs") X(SS, "ss") X(DS, "ds") X(FS, "fs") X(GS, "gs")
/* clang-format on */

/* Model-specific registers that the processor keeps: X(NAME, text, MSR number). */
#define RS_MODEL_SPECIFIC_REGISTERS(X)                                                                       \
  X(EFER, "IA32_EFER", 0xc0000080)                                                                           \
  X(STAR, "IA32_STAR", 0xc0000081)                                                                           \
  X(LSTAR, "IA32_LSTAR", 0xc0000082)                                                                         \
  X(CSTAR, "IA32_CSTAR", 0xc0000083)                                                                         \
  X(FMASK, "IA32_FMASK", 0xc0000084)                                                                         \
  X(KERNEL_GS_BASE, "IA32_KERNEL_GS_BASE", 0xc0000102)                                                       \
  X(TSC_AUX, "IA32_TSC_AUX", 0xc0000103)                                                                     \
  X(SYSENTER_CS, "IA32_SYSENTER_CS", 0x174)                                                                  \
  X(SYSENTER_ESP, "IA32_SYSENTER_ESP", 0x175)                                                                \
  X(SYSENTER_EIP, "IA32_SYSENTER_EIP", 0x176)                                                                \
  X(PAT, "IA32_PAT", 0x277)                                                                                  \
  X(APIC_BASE, "IA32_APIC_BASE", 0x1b)                                                                       \
  X(MISC_ENABLE, "IA32_MISC_ENABLE", 0x1a0)

/* Every register that a step may read or write. Values fit `union rs_value` in the member named beside the
 * range. */
enum rs_register {
  RS_NO_REGISTER, /* the step concerns memory */
#define X(name, text) RS_##name,
  RS_GENERAL_REGISTERS(X) /* word */
#undef X
  RS_RIP,
  RS_RFLAGS,
  RS_CPL, /* word */
#define X(name, text) RS_##name,
  RS_SEGMENT_REGISTERS(X) /* segment */
#undef X
  RS_LDTR,
  RS_TR, /* segment */
  RS_GDTR,
  RS_IDTR, /* table */
  RS_CR0,
  RS_CR2,
  RS_CR3,
  RS_CR4,
  RS_CR8, /* word */
  RS_DR0,
  RS_DR1,
  RS_DR2,
  RS_DR3,
  RS_DR6,
  RS_DR7, /* word */
#define X(name, text, number) RS_##name,
  RS_MODEL_SPECIFIC_REGISTERS(X) /* word */
#undef X
  RS_TSC,              /* word; time-stamp counter at the start of the transition */
  RS_INTERRUPT_SHADOW, /* word: enum rs_shadow */
  RS_NMI_BLOCKED,      /* word: 0 or 1 */
  RS_HALTED,           /* word: 0 or 1 */
  RS_REGISTER_COUNT
};

#define RS_SEGMENT_COUNT 6 /* in `rs_cpu.segment`: ES CS SS DS FS GS, the encoding order */
#define RS_SEGMENT_INDEX(reg) ((unsigned)(reg) - (unsigned)RS_ES)

/* Attributes in the layout of [SDM3 "Guest Register State"], access rights:
 *
 *   15  14  13  12   11..9  8         7   6..5  4   3..0
 *   G   D/B  L  AVL    0    unusable  P   DPL   S   type
 *
 * but for "unusable", which has bit 16 there. A null selector loads an unusable segment. */
struct rs_segment {
  uint16_t selector;
  uint16_t attributes;
  uint32_t limit; /* in bytes, already scaled by G */
  uint64_t base;
};

struct rs_table_register {
  uint64_t base;
  uint16_t limit; /* in bytes, the last valid offset */
};

/* The shadow during which interrupts are held off after STI, MOV SS or POP SS. */
enum rs_shadow { RS_SHADOW_NONE, RS_SHADOW_STI, RS_SHADOW_MOV_SS };

/* Whose manual decides where the two differ. */
enum rs_cpu_model { RS_CPU_INTEL, RS_CPU_AMD };

struct rs_cpu {
  enum rs_cpu_model model;
  uint8_t cpl;              /* 0 to 3 */
  uint8_t interrupt_shadow; /* enum rs_shadow */
  bool nmi_blocked;
  bool halted;
  uint64_t general[16]; /* index = encoding: rax rcx rdx rbx rsp rbp rsi rdi r8.. */
  uint64_t rip;         /* an offset into CS; upper half zero outside 64-bit mode */
  uint64_t rflags;
  struct rs_segment segment[RS_SEGMENT_COUNT];
  struct rs_segment ldtr;
  struct rs_segment tr;
  struct rs_table_register gdtr;
  struct rs_table_register idtr;
  uint64_t cr0, cr2, cr3, cr4, cr8;
  uint64_t dr[4], dr6, dr7;
  /* DR6's bits of #DB traps that have not been delivered yet [SDM3 "Guest Non-Register State"]: MOV SS makes
   * them wait for the end of the next instruction. */
  uint32_t debug_pending;
  /* FS and GS bases are `segment[].base`; the MSRs 0xc0000100 and 0xc0000101 are views of them. */
  uint64_t msr[RS_TSC - RS_EFER]; /* index: RS_MSR_INDEX */
  uint64_t tsc;                   /* the vm derives it from the instructions executed */
};

#define RS_MSR_INDEX(reg) ((unsigned)(reg) - (unsigned)RS_EFER)

/* The value of one register, or of up to 16 bytes of memory. */
union rs_value {
  uint64_t word[2]; /* word[0] is the low one; unused bits are zero */
  struct rs_segment segment;
  struct rs_table_register table;
};

/* The name that the manuals use for `reg`, in 64-bit mode's spelling ("rsp", "IA32_LSTAR"); static storage.
 */
const char *rs_register_name(enum rs_register reg);

/* Reads one register. */
union rs_value rs_cpu_get(const struct rs_cpu *cpu, enum rs_register reg);

/* Replaces one register, checking nothing: checks are the transitions' work. */
void rs_cpu_set(struct rs_cpu *cpu, enum rs_register reg, union rs_value value);

#endif
