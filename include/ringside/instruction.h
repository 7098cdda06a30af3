/* A decoded sensitive instruction: one that transfers control between rings or touches privileged state. */
#ifndef RINGSIDE_INSTRUCTION_H
#define RINGSIDE_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

/* X(NAME, mnemonic). Everything that `arch` performs, in the manuals' spelling. */
/* clang-format off */
#define RS_OPERATIONS(X) \
  X(INT, "int") X(INT3, "int3") X(INTO, "into") X(INT1, "int1") X(IRET, "iret") X(SYSCALL, "syscall") \
  X(SYSRET, "sysret") X(SYSENTER, "sysenter") X(SYSEXIT, "sysexit") X(SWAPGS, "swapgs") \
  X(FAR_JMP, "jmp far") X(FAR_CALL, "call far") X(FAR_RET, "ret far") X(RDMSR, "rdmsr") \
  X(WRMSR, "wrmsr") X(MOV_FROM_CR, "mov from cr") X(MOV_TO_CR, "mov to cr") \
  X(MOV_FROM_DR, "mov from dr") X(MOV_TO_DR, "mov to dr") X(CLTS, "clts") X(LMSW, "lmsw") \
  X(SMSW, "smsw") X(LGDT, "lgdt") X(LIDT, "lidt") X(SGDT, "sgdt") X(SIDT, "sidt") X(LLDT, "lldt") \
  X(SLDT, "sldt") X(LTR, "ltr") X(STR, "str") X(INVLPG, "invlpg") X(INVPCID, "invpcid") X(INVD, "invd") \
  X(WBINVD, "wbinvd") X(MOV_TO_SEGMENT, "mov to segment") X(POP_SEGMENT, "pop segment") \
  X(LOAD_FAR_POINTER, "load far pointer") X(LAR, "lar") X(LSL, "lsl") X(VERR, "verr") X(VERW, "verw") \
  X(ARPL, "arpl") X(CLI, "cli") X(STI, "sti") X(PUSHF, "pushf") X(POPF, "popf") X(CLAC, "clac") \
  X(STAC, "stac") X(IN, "in") X(OUT, "out") X(INS, "ins") X(OUTS, "outs") X(HLT, "hlt") \
  X(CPUID, "cpuid") X(RDTSC, "rdtsc") X(RDTSCP, "rdtscp") X(RDPMC, "rdpmc") X(RDRAND, "rdrand") \
  X(RDSEED, "rdseed") X(XGETBV, "xgetbv") X(XSETBV, "xsetbv") X(MONITOR, "monitor") X(MWAIT, "mwait") \
  X(RDFSBASE, "rdfsbase") X(RDGSBASE, "rdgsbase") X(WRFSBASE, "wrfsbase") X(WRGSBASE, "wrgsbase") \
  X(RDPID, "rdpid") X(RSM, "rsm") X(UD, "ud") X(VEX, "vex")
/* clang-format on */

enum rs_operation {
  RS_OP_NONE,
#define X(name, text) RS_OP_##name,
  RS_OPERATIONS(X)
#undef X
      RS_OPERATION_COUNT
};

const char *rs_operation_name(enum rs_operation operation);

enum { RS_NO_INDEX = 0xff }; /* "no register" in the fields below */

/* The longest instruction is 15 bytes [SDM2 "Instruction Prefixes"]. */
struct rs_instruction {
  enum rs_operation operation;
  uint8_t length; /* 1 to 15 */
  uint8_t bytes[15];
  /* 2, 4 or 8: the effective operand-size attribute, or the width that the manuals fix (8 for MOV CR in
   * 64-bit mode, 2 for LLDT). */
  uint8_t operand_size;
  uint8_t address_size;         /* 2, 4 or 8 */
  bool lock, rep, repne, rex_w; /* the prefixes found; what LOCK means is the operation's business */
  /* ModRM: `reg` is the /r field (general, segment, control or debug register, extended by REX.R). */
  uint8_t reg;
  bool has_modrm;
  bool memory; /* an operand is memory (r/m, or that of INS and OUTS); otherwise `rm` is a general register */
  uint8_t rm;
  uint8_t segment; /* effective segment of the memory operand, ES CS SS DS FS GS order, override applied */
  uint8_t base, index; /* general register numbers or RS_NO_INDEX */
  uint8_t scale;       /* 1, 2, 4 or 8 */
  bool rip_relative;
  int64_t displacement;
  uint64_t immediate;     /* INT's vector, RET's count, port number, far offset */
  uint16_t selector;      /* of a direct far pointer */
  bool immediate_port;    /* IN/OUT with an immediate port, not DX */
  uint8_t data_size;      /* IN/OUT/INS/OUTS: 1, 2 or 4 bytes */
  uint8_t loaded_segment; /* what MOV, POP and LOAD_FAR_POINTER load, ES CS SS DS FS GS order */
};

#endif
