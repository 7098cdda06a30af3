/* The decoder against Capstone: every opcode of one and two bytes, every ModRM, every prefix, in each mode.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <capstone/capstone.h>
#include <cmocka.h>

#include "arch/instruction.h"

/* The Capstone ids of each operation. */
static const struct name {
  enum rs_operation operation;
  unsigned id[7];
} names[] = {
  { RS_OP_INT, { X86_INS_INT } },
  { RS_OP_INT3, { X86_INS_INT3 } },
  { RS_OP_INTO, { X86_INS_INTO } },
  { RS_OP_INT1, { X86_INS_INT1 } },
  { RS_OP_IRET, { X86_INS_IRET, X86_INS_IRETD, X86_INS_IRETQ } },
  { RS_OP_SYSCALL, { X86_INS_SYSCALL } },
  { RS_OP_SYSRET, { X86_INS_SYSRET, X86_INS_SYSRETQ } },
  { RS_OP_SYSENTER, { X86_INS_SYSENTER } },
  { RS_OP_SYSEXIT, { X86_INS_SYSEXIT, X86_INS_SYSEXITQ } },
  { RS_OP_SWAPGS, { X86_INS_SWAPGS } },
  { RS_OP_FAR_JMP, { X86_INS_LJMP, X86_INS_JMP } },
  { RS_OP_FAR_CALL, { X86_INS_LCALL, X86_INS_CALL } },
  { RS_OP_FAR_RET, { X86_INS_RETF, X86_INS_RETFQ } },
  { RS_OP_RDMSR, { X86_INS_RDMSR } },
  { RS_OP_WRMSR, { X86_INS_WRMSR } },
  { RS_OP_MOV_FROM_CR, { X86_INS_MOV } },
  { RS_OP_MOV_TO_CR, { X86_INS_MOV } },
  { RS_OP_MOV_FROM_DR, { X86_INS_MOV } },
  { RS_OP_MOV_TO_DR, { X86_INS_MOV } },
  { RS_OP_CLTS, { X86_INS_CLTS } },
  { RS_OP_LMSW, { X86_INS_LMSW } },
  { RS_OP_SMSW, { X86_INS_SMSW } },
  { RS_OP_LGDT, { X86_INS_LGDT } },
  { RS_OP_LIDT, { X86_INS_LIDT } },
  { RS_OP_SGDT, { X86_INS_SGDT } },
  { RS_OP_SIDT, { X86_INS_SIDT } },
  { RS_OP_LLDT, { X86_INS_LLDT } },
  { RS_OP_SLDT, { X86_INS_SLDT } },
  { RS_OP_LTR, { X86_INS_LTR } },
  { RS_OP_STR, { X86_INS_STR } },
  { RS_OP_INVLPG, { X86_INS_INVLPG } },
  { RS_OP_INVPCID, { X86_INS_INVPCID } },
  { RS_OP_INVD, { X86_INS_INVD } },
  { RS_OP_WBINVD, { X86_INS_WBINVD, X86_INS_WBNOINVD } },
  { RS_OP_MOV_TO_SEGMENT, { X86_INS_MOV } },
  { RS_OP_POP_SEGMENT, { X86_INS_POP } },
  { RS_OP_LOAD_FAR_POINTER, { X86_INS_LES, X86_INS_LDS, X86_INS_LSS, X86_INS_LFS, X86_INS_LGS } },
  { RS_OP_LAR, { X86_INS_LAR } },
  { RS_OP_LSL, { X86_INS_LSL } },
  { RS_OP_VERR, { X86_INS_VERR } },
  { RS_OP_VERW, { X86_INS_VERW } },
  { RS_OP_ARPL, { X86_INS_ARPL } },
  { RS_OP_CLI, { X86_INS_CLI } },
  { RS_OP_STI, { X86_INS_STI } },
  { RS_OP_PUSHF, { X86_INS_PUSHF, X86_INS_PUSHFD, X86_INS_PUSHFQ } },
  { RS_OP_POPF, { X86_INS_POPF, X86_INS_POPFD, X86_INS_POPFQ } },
  { RS_OP_CLAC, { X86_INS_CLAC } },
  { RS_OP_STAC, { X86_INS_STAC } },
  { RS_OP_IN, { X86_INS_IN } },
  { RS_OP_OUT, { X86_INS_OUT } },
  { RS_OP_INS, { X86_INS_INSB, X86_INS_INSW, X86_INS_INSD } },
  { RS_OP_OUTS, { X86_INS_OUTSB, X86_INS_OUTSW, X86_INS_OUTSD } },
  { RS_OP_HLT, { X86_INS_HLT } },
  { RS_OP_CPUID, { X86_INS_CPUID } },
  { RS_OP_RDTSC, { X86_INS_RDTSC } },
  { RS_OP_RDTSCP, { X86_INS_RDTSCP } },
  { RS_OP_RDPMC, { X86_INS_RDPMC } },
  { RS_OP_RDRAND, { X86_INS_RDRAND } },
  { RS_OP_RDSEED, { X86_INS_RDSEED } },
  { RS_OP_XGETBV, { X86_INS_XGETBV } },
  { RS_OP_XSETBV, { X86_INS_XSETBV } },
  { RS_OP_MONITOR, { X86_INS_MONITOR } },
  { RS_OP_MWAIT, { X86_INS_MWAIT } },
  { RS_OP_RDFSBASE, { X86_INS_RDFSBASE } },
  { RS_OP_RDGSBASE, { X86_INS_RDGSBASE } },
  { RS_OP_WRFSBASE, { X86_INS_WRFSBASE } },
  { RS_OP_WRGSBASE, { X86_INS_WRGSBASE } },
  { RS_OP_RDPID, { X86_INS_RDPID } },
  { RS_OP_RSM, { X86_INS_RSM } },
  { RS_OP_UD, { X86_INS_UD0, X86_INS_UD1, X86_INS_UD2 } },
};

enum { NAME_COUNT = sizeof names / sizeof *names, IDS = sizeof names[0].id / sizeof names[0].id[0] };

/* The ids of each operation, and those that stand for a sensitive instruction and for nothing else. */
struct dictionary {
  const struct name *of[RS_OPERATION_COUNT];
  bool sensitive[X86_INS_ENDING];
};

static void dictionary_fill(struct dictionary *d) {
  static const unsigned shared[] = { 0, X86_INS_MOV, X86_INS_POP, X86_INS_JMP, X86_INS_CALL };
  memset(d, 0, sizeof *d);
  for (size_t i = 0; i < NAME_COUNT; i++) {
    d->of[names[i].operation] = &names[i];
    for (size_t n = 0; n < IDS; n++)
      d->sensitive[names[i].id[n]] = true;
  }
  for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
    d->sensitive[shared[i]] = false;
}

static bool dictionary_matches(const struct dictionary *d, enum rs_operation operation, unsigned id) {
  for (size_t n = 0; n < IDS; n++)
    if (id && d->of[operation]->id[n] == id) return true;
  return false;
}

/* One encoding as both see it. */
struct verdict {
  struct dictionary dictionary;
  enum code_size size;
  uint8_t bytes[16];
  bool ours, theirs;
  struct rs_instruction instruction;
  cs_insn *capstone;
};

struct tally {
  unsigned long sensitive, differences;
};

static bool verdicts_agree(const struct verdict *v) {
  if (!v->ours) return !v->theirs || !v->dictionary.sensitive[v->capstone->id];
  return v->theirs && v->capstone->size == v->instruction.length &&
         dictionary_matches(&v->dictionary, v->instruction.operation, v->capstone->id);
}

/* Where Capstone 5 is known to differ from the manuals. */
static bool difference_is_known(const struct verdict *v) {
  const struct rs_instruction *insn = &v->instruction;
  if (!v->ours) return v->size != CODE_64 && v->capstone->id == X86_INS_SWAPGS; /* it is 64-bit mode's */
  if (insn->lock) return true; /* Capstone refuses LOCK where it raises #UD; decoding keeps the operation */
  if (insn->operation == RS_OP_UD) return true;  /* UD0 and UD1 without ModRM; CLAC with 66, F2 or F3 */
  if (insn->operation == RS_OP_VEX) return true; /* the prefix alone is decoded: it is refused */
  if (insn->operation == RS_OP_INVPCID) return v->size == CODE_16; /* it has no mode of its own */
  return insn->bytes[0] == 0x66 && insn->operation >= RS_OP_RDFSBASE && insn->operation <= RS_OP_WRGSBASE;
}

static void compare(csh handle, struct verdict *v, struct tally *tally) {
  const uint8_t *code = v->bytes;
  size_t left = 15;
  uint64_t address = 0;
  v->ours = instruction_decode(v->bytes, 15, v->size, &v->instruction);
  v->theirs = cs_disasm_iter(handle, &code, &left, &address, v->capstone);
  tally->sensitive += v->ours;
  if (verdicts_agree(v) || difference_is_known(v)) return;
  const uint8_t *b = v->bytes;
  tally->differences++;
  print_error("%u-bit: %02x %02x %02x %02x %02x %02x: %s (%u); Capstone: %s %s (%u)\n", 8u * v->size, b[0],
              b[1], b[2], b[3], b[4], b[5], v->ours ? rs_operation_name(v->instruction.operation) : "plain",
              v->ours ? v->instruction.length : 0u, v->theirs ? v->capstone->mnemonic : "nothing",
              v->theirs ? v->capstone->op_str : "", v->theirs ? v->capstone->size : 0u);
}

/* Every opcode with every ModRM after `prefix`; a SIB byte and a displacement follow. */
static void compare_after(csh handle, struct verdict *v, const char *prefix, struct tally *tally) {
  size_t length = strlen(prefix);
  for (unsigned i = 0; i < 2 * 256 * 256; i++) {
    bool escape = i >> 16;
    memset(v->bytes, 0, sizeof v->bytes);
    memcpy(v->bytes, prefix, length);
    uint8_t *at = v->bytes + length;
    if (escape) *at++ = 0x0f;
    *at++ = (uint8_t)(i >> 8);
    *at++ = (uint8_t)i;
    *at++ = 0x25;
    *at = 0x11;
    compare(handle, v, tally);
  }
}

static void compare_in_mode(enum code_size size, cs_mode mode) {
  static const char *const prefixes[] = { "",         "\x66",     "\x67",     "\xf0",    "\xf2", "\xf3",
                                          "\x2e",     "\x64",     "\x48",     "\x44",    "\x41", "\x66\x48",
                                          "\x48\x66", "\xf3\x48", "\x66\xf3", "\x67\x66" };
  csh handle;
  struct tally tally = { 0, 0 };
  assert_int_equal(cs_open(CS_ARCH_X86, mode, &handle), CS_ERR_OK);
  struct verdict v = { .size = size, .capstone = cs_malloc(handle) };
  dictionary_fill(&v.dictionary);
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    compare_after(handle, &v, prefixes[i], &tally);
  cs_free(v.capstone, 1);
  cs_close(&handle);
  assert_int_equal(tally.differences, 0);
  assert_true(tally.sensitive > 100000);
}

static void capstone_agrees_in_16_bit_code(void **state) {
  (void)state;
  compare_in_mode(CODE_16, CS_MODE_16);
}

static void capstone_agrees_in_32_bit_code(void **state) {
  (void)state;
  compare_in_mode(CODE_32, CS_MODE_32);
}

static void capstone_agrees_in_64_bit_code(void **state) {
  (void)state;
  compare_in_mode(CODE_64, CS_MODE_64);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(capstone_agrees_in_16_bit_code),
    cmocka_unit_test(capstone_agrees_in_32_bit_code),
    cmocka_unit_test(capstone_agrees_in_64_bit_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
