/* Claims about the decoder of sensitive instructions: what it recognises, in which mode, and how it reads it.
 */
#include "arch/instruction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arch/bits.h"

enum { IN_16 = 1, IN_32 = 2, IN_64 = 4, LEGACY = IN_16 | IN_32, EVERYWHERE = LEGACY | IN_64 };

static const struct mode {
  enum code_size size;
  int bit;
} modes[] = { { CODE_16, IN_16 }, { CODE_32, IN_32 }, { CODE_64, IN_64 } };

/* Bytes written as hexadecimal digits; returns how many. */
static size_t bytes_of(const char *text, uint8_t *bytes) {
  size_t count = 0;
  unsigned value;
  int used;
  while (sscanf(text, " %2x%n", &value, &used) == 1) {
    bytes[count++] = (uint8_t)value;
    text += used;
  }
  return count;
}

static bool decode(const char *text, enum code_size size, struct rs_instruction *out) {
  uint8_t bytes[32];
  size_t count = bytes_of(text, bytes);
  return instruction_decode(bytes, count, size, out);
}

/* Each operation, the modes that have it, and whether all of `bytes` belong to it in those modes. */
static const struct claim {
  const char *bytes;
  int modes;
  enum rs_operation operation;
} claims[] = {
  { "cd 80", EVERYWHERE, RS_OP_INT },
  { "cc", EVERYWHERE, RS_OP_INT3 },
  { "ce", LEGACY, RS_OP_INTO },
  { "f1", EVERYWHERE, RS_OP_INT1 },
  { "cf", EVERYWHERE, RS_OP_IRET },
  { "0f 05", EVERYWHERE, RS_OP_SYSCALL },
  { "0f 07", EVERYWHERE, RS_OP_SYSRET },
  { "0f 34", EVERYWHERE, RS_OP_SYSENTER },
  { "0f 35", EVERYWHERE, RS_OP_SYSEXIT },
  { "0f 01 f8", IN_64, RS_OP_SWAPGS },
  { "ea 11 22 33 44", IN_16, RS_OP_FAR_JMP },
  { "ea 11 22 33 44 55 66", IN_32, RS_OP_FAR_JMP },
  { "66 ea 11 22 33 44 55 66", IN_16, RS_OP_FAR_JMP },
  { "66 ea 11 22 33 44", IN_32, RS_OP_FAR_JMP },
  { "ff 28", EVERYWHERE, RS_OP_FAR_JMP },
  { "ff e8", EVERYWHERE, RS_OP_UD },
  { "9a 11 22 33 44", IN_16, RS_OP_FAR_CALL },
  { "9a 11 22 33 44 55 66", IN_32, RS_OP_FAR_CALL },
  { "ff 18", EVERYWHERE, RS_OP_FAR_CALL },
  { "ff d8", EVERYWHERE, RS_OP_UD },
  { "ff 20", 0, RS_OP_NONE },
  { "ca 08 00", EVERYWHERE, RS_OP_FAR_RET },
  { "cb", EVERYWHERE, RS_OP_FAR_RET },
  { "0f 32", EVERYWHERE, RS_OP_RDMSR },
  { "0f 30", EVERYWHERE, RS_OP_WRMSR },
  { "0f 20 c0", EVERYWHERE, RS_OP_MOV_FROM_CR },
  { "0f 22 d8", EVERYWHERE, RS_OP_MOV_TO_CR },
  { "0f 21 f8", EVERYWHERE, RS_OP_MOV_FROM_DR },
  { "0f 23 f8", EVERYWHERE, RS_OP_MOV_TO_DR },
  { "0f 22 00", EVERYWHERE, RS_OP_MOV_TO_CR }, /* mod is ignored */
  { "0f 22 44", EVERYWHERE, RS_OP_MOV_TO_CR },
  { "0f 23 84", EVERYWHERE, RS_OP_MOV_TO_DR },
  { "0f 06", EVERYWHERE, RS_OP_CLTS },
  { "0f 01 f0", EVERYWHERE, RS_OP_LMSW },
  { "0f 01 30", EVERYWHERE, RS_OP_LMSW },
  { "0f 01 e0", EVERYWHERE, RS_OP_SMSW },
  { "0f 01 20", EVERYWHERE, RS_OP_SMSW },
  { "0f 01 10", EVERYWHERE, RS_OP_LGDT },
  { "0f 01 18", EVERYWHERE, RS_OP_LIDT },
  { "0f 01 00", EVERYWHERE, RS_OP_SGDT },
  { "0f 01 08", EVERYWHERE, RS_OP_SIDT },
  { "0f 01 c1", 0, RS_OP_NONE }, /* VMCALL */
  { "0f 01 d8", 0, RS_OP_NONE }, /* VMRUN */
  { "0f 01 e8", 0, RS_OP_NONE }, /* SERIALIZE */
  { "0f 01 28", 0, RS_OP_NONE },
  { "0f 00 d0", EVERYWHERE, RS_OP_LLDT },
  { "0f 00 10", EVERYWHERE, RS_OP_LLDT },
  { "0f 00 c0", EVERYWHERE, RS_OP_SLDT },
  { "0f 00 00", EVERYWHERE, RS_OP_SLDT },
  { "0f 00 d8", EVERYWHERE, RS_OP_LTR },
  { "0f 00 18", EVERYWHERE, RS_OP_LTR },
  { "0f 00 c8", EVERYWHERE, RS_OP_STR },
  { "0f 00 08", EVERYWHERE, RS_OP_STR },
  { "0f 00 e0", EVERYWHERE, RS_OP_VERR },
  { "0f 00 28", EVERYWHERE, RS_OP_VERW },
  { "0f 00 f0", 0, RS_OP_NONE },
  { "0f 01 38", EVERYWHERE, RS_OP_INVLPG },
  { "66 0f 38 82 00", EVERYWHERE, RS_OP_INVPCID },
  { "66 0f 38 82 c0", 0, RS_OP_NONE },
  { "0f 38 82 00", 0, RS_OP_NONE },
  { "66 f3 0f 38 82 00", 0, RS_OP_NONE },
  { "0f 08", EVERYWHERE, RS_OP_INVD },
  { "0f 09", EVERYWHERE, RS_OP_WBINVD },
  { "8e d8", EVERYWHERE, RS_OP_MOV_TO_SEGMENT },
  { "8e 18", EVERYWHERE, RS_OP_MOV_TO_SEGMENT },
  { "8e c8", 0, RS_OP_NONE }, /* CS cannot be loaded so */
  { "8e f0", 0, RS_OP_NONE },
  { "8e f8", 0, RS_OP_NONE },
  { "8c d8", 0, RS_OP_NONE },
  { "07", LEGACY, RS_OP_POP_SEGMENT },
  { "17", LEGACY, RS_OP_POP_SEGMENT },
  { "1f", LEGACY, RS_OP_POP_SEGMENT },
  { "0f a1", EVERYWHERE, RS_OP_POP_SEGMENT },
  { "0f a9", EVERYWHERE, RS_OP_POP_SEGMENT },
  { "06", 0, RS_OP_NONE },
  { "0f a0", 0, RS_OP_NONE },
  { "c4 40 01", LEGACY, RS_OP_LOAD_FAR_POINTER },
  { "c5 40 01", LEGACY, RS_OP_LOAD_FAR_POINTER },
  { "0f b2 00", EVERYWHERE, RS_OP_LOAD_FAR_POINTER },
  { "0f b4 00", EVERYWHERE, RS_OP_LOAD_FAR_POINTER },
  { "0f b5 00", EVERYWHERE, RS_OP_LOAD_FAR_POINTER },
  { "0f b2 c0", 0, RS_OP_NONE },
  { "0f 02 c3", EVERYWHERE, RS_OP_LAR },
  { "0f 03 00", EVERYWHERE, RS_OP_LSL },
  { "63 c8", LEGACY, RS_OP_ARPL },
  { "fa", EVERYWHERE, RS_OP_CLI },
  { "fb", EVERYWHERE, RS_OP_STI },
  { "9c", EVERYWHERE, RS_OP_PUSHF },
  { "9d", EVERYWHERE, RS_OP_POPF },
  { "0f 01 ca", EVERYWHERE, RS_OP_CLAC },
  { "0f 01 cb", EVERYWHERE, RS_OP_STAC },
  { "66 0f 01 ca", EVERYWHERE, RS_OP_UD },
  { "f3 0f 01 cb", EVERYWHERE, RS_OP_UD },
  { "e4 60", EVERYWHERE, RS_OP_IN },
  { "e5 60", EVERYWHERE, RS_OP_IN },
  { "ec", EVERYWHERE, RS_OP_IN },
  { "ed", EVERYWHERE, RS_OP_IN },
  { "e6 f4", EVERYWHERE, RS_OP_OUT },
  { "e7 f4", EVERYWHERE, RS_OP_OUT },
  { "ee", EVERYWHERE, RS_OP_OUT },
  { "ef", EVERYWHERE, RS_OP_OUT },
  { "6c", EVERYWHERE, RS_OP_INS },
  { "f3 6d", EVERYWHERE, RS_OP_INS },
  { "6e", EVERYWHERE, RS_OP_OUTS },
  { "f3 6f", EVERYWHERE, RS_OP_OUTS },
  { "f4", EVERYWHERE, RS_OP_HLT },
  { "0f a2", EVERYWHERE, RS_OP_CPUID },
  { "0f 31", EVERYWHERE, RS_OP_RDTSC },
  { "0f 01 f9", EVERYWHERE, RS_OP_RDTSCP },
  { "0f 33", EVERYWHERE, RS_OP_RDPMC },
  { "0f c7 f0", EVERYWHERE, RS_OP_RDRAND },
  { "66 0f c7 f0", EVERYWHERE, RS_OP_RDRAND },
  { "f2 0f c7 f0", EVERYWHERE, RS_OP_UD },
  { "f3 0f c7 f0", EVERYWHERE, RS_OP_UD },
  { "0f c7 30", 0, RS_OP_NONE }, /* VMPTRLD */
  { "0f c7 08", 0, RS_OP_NONE }, /* CMPXCHG8B */
  { "0f c7 f8", EVERYWHERE, RS_OP_RDSEED },
  { "f3 0f c7 f8", EVERYWHERE, RS_OP_RDPID },
  { "0f 01 d0", EVERYWHERE, RS_OP_XGETBV },
  { "0f 01 d1", EVERYWHERE, RS_OP_XSETBV },
  { "f2 0f 01 d0", EVERYWHERE, RS_OP_UD },
  { "0f 01 c8", EVERYWHERE, RS_OP_MONITOR },
  { "0f 01 c9", EVERYWHERE, RS_OP_MWAIT },
  { "f3 0f ae c0", IN_64, RS_OP_RDFSBASE },
  { "f3 0f ae c8", IN_64, RS_OP_RDGSBASE },
  { "f3 48 0f ae d0", IN_64, RS_OP_WRFSBASE },
  { "f3 0f ae d8", IN_64, RS_OP_WRGSBASE },
  { "0f ae c0", 0, RS_OP_NONE },
  { "f3 0f ae 00", 0, RS_OP_NONE }, /* FXSAVE */
  { "f3 f2 0f ae c0", 0, RS_OP_NONE },
  { "0f aa", EVERYWHERE, RS_OP_RSM },
  { "0f 0b", EVERYWHERE, RS_OP_UD },
  { "0f b9 c0", EVERYWHERE, RS_OP_UD },
  { "0f ff 00", EVERYWHERE, RS_OP_UD },
  { "90", 0, RS_OP_NONE },
  { "f0 90", 0, RS_OP_NONE },
  { "0f 1f 00", 0, RS_OP_NONE },
  { "62 f1 7c 48 28 c0", 0, RS_OP_NONE }, /* EVEX */
  { "c5 f8", EVERYWHERE, RS_OP_VEX },
  { "c4 e2", EVERYWHERE, RS_OP_VEX },
  { "c5 78", IN_64, RS_OP_VEX },
};

static const size_t claim_count = sizeof claims / sizeof *claims;

static void each_operation_is_recognised_in_its_modes_and_nowhere_else(void **state) {
  (void)state;
  for (size_t i = 0; i < claim_count; i++) {
    uint8_t bytes[32];
    size_t count = bytes_of(claims[i].bytes, bytes);
    for (size_t m = 0; m < 3; m++) {
      struct rs_instruction out;
      bool whole = instruction_decode(bytes, count, modes[m].size, &out) && out.length == count;
      bool expected = claims[i].modes & modes[m].bit;
      if (whole != expected || (whole && out.operation != claims[i].operation))
        fail_msg("%s in %u-bit code", claims[i].bytes, 8u * modes[m].size);
      if (whole) assert_memory_equal(out.bytes, bytes, count);
    }
  }
}

static void every_operation_has_a_claim(void **state) {
  (void)state;
  for (int operation = RS_OP_NONE + 1; operation < RS_OPERATION_COUNT; operation++) {
    bool claimed = false;
    for (size_t i = 0; i < claim_count; i++)
      claimed |= (int)claims[i].operation == operation && claims[i].modes;
    if (!claimed) fail_msg("%s", rs_operation_name((enum rs_operation)operation));
  }
}

static void an_instruction_cut_short_is_not_decoded(void **state) {
  (void)state;
  for (size_t i = 0; i < claim_count; i++) {
    uint8_t bytes[32];
    size_t count = bytes_of(claims[i].bytes, bytes);
    for (size_t m = 0; m < 3; m++) {
      struct rs_instruction out;
      if (!(claims[i].modes & modes[m].bit)) continue;
      for (size_t shorter = 0; shorter < count; shorter++)
        assert_false(instruction_decode(bytes, shorter, modes[m].size, &out));
    }
  }
}

static void fifteen_bytes_are_an_instruction_and_sixteen_are_not(void **state) {
  (void)state;
  uint8_t bytes[16];
  struct rs_instruction out;
  memset(bytes, 0x2e, sizeof bytes);
  bytes[14] = 0xfa;
  assert_true(instruction_decode(bytes, sizeof bytes, CODE_32, &out));
  assert_int_equal(out.length, 15);
  bytes[14] = 0x2e;
  bytes[15] = 0xfa;
  assert_false(instruction_decode(bytes, sizeof bytes, CODE_32, &out));
  memset(bytes, 0x2e, sizeof bytes);
  assert_false(instruction_decode(bytes, sizeof bytes, CODE_64, &out));
}

/* Effective operand size in 16-, 32- and 64-bit code; 0 where there is no such instruction. */
static const struct size_claim {
  const char *bytes;
  uint8_t size[3];
} size_claims[] = {
  { "cf", { 2, 4, 4 } },
  { "66 cf", { 4, 2, 2 } },
  { "48 cf", { 0, 0, 8 } },
  { "66 48 cf", { 0, 0, 8 } },
  { "48 66 cf", { 0, 0, 2 } }, /* a REX before another prefix is ignored */
  { "48 40 cf", { 0, 0, 4 } }, /* and so is a REX before a REX */
  { "9c", { 2, 4, 8 } },
  { "66 9c", { 4, 2, 2 } },
  { "48 9c", { 0, 0, 8 } },
  { "9d", { 2, 4, 8 } },
  { "66 9d", { 4, 2, 2 } },
  { "0f a1", { 2, 4, 8 } },
  { "66 0f a9", { 4, 2, 2 } },
  { "cb", { 2, 4, 4 } },
  { "48 cb", { 0, 0, 8 } },
  { "0f 20 c0", { 4, 4, 8 } },
  { "66 0f 22 c0", { 4, 4, 8 } },
  { "0f 21 c0", { 4, 4, 8 } },
  { "0f 01 10", { 2, 4, 8 } },
  { "66 0f 01 10", { 4, 2, 8 } },
  { "0f 01 00", { 2, 4, 8 } },
  { "0f 07", { 4, 4, 4 } },
  { "48 0f 07", { 0, 0, 8 } },
  { "0f 35", { 4, 4, 4 } },
  { "48 0f 35", { 0, 0, 8 } },
  { "ff 28", { 2, 4, 4 } },
  { "48 ff 28", { 0, 0, 8 } },
  { "0f 00 d0", { 2, 2, 2 } },
  { "66 8e d8", { 2, 2, 2 } },
  { "0f 00 c8", { 2, 4, 4 } },
  { "48 0f 00 c8", { 0, 0, 8 } },
  { "66 0f 38 82 00", { 4, 4, 8 } },
  { "f3 0f ae c0", { 0, 0, 4 } },
  { "f3 48 0f ae c0", { 0, 0, 8 } },
  { "66 f3 0f ae c0", { 0, 0, 4 } },
  { "48 f3 0f ae c0", { 0, 0, 4 } },
  { "f3 0f c7 f8", { 4, 4, 8 } },
  { "66 0f c7 f0", { 4, 2, 2 } },
};

static void operand_sizes_are_those_of_the_manuals_in_each_mode(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof size_claims / sizeof *size_claims; i++)
    for (size_t m = 0; m < 3; m++) {
      struct rs_instruction out;
      if (!size_claims[i].size[m]) continue;
      assert_true(decode(size_claims[i].bytes, modes[m].size, &out));
      if (out.operand_size != size_claims[i].size[m])
        fail_msg("%s in %u-bit code: %u", size_claims[i].bytes, 8u * modes[m].size, out.operand_size);
    }
}

static void a_port_instruction_knows_its_data_size_and_port(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    enum code_size mode;
    uint8_t data_size;
    bool immediate;
  } rows[] = {
    { "e4 f4", CODE_64, 1, true },  { "e5 f4", CODE_64, 4, true },    { "66 e7 f4", CODE_64, 2, true },
    { "e5 f4", CODE_16, 2, true },  { "66 e5 f4", CODE_16, 4, true }, { "ee", CODE_32, 1, false },
    { "66 ef", CODE_32, 2, false }, { "48 ef", CODE_64, 4, false },   { "6c", CODE_64, 1, false },
    { "66 6d", CODE_64, 2, false }, { "48 6f", CODE_64, 4, false },   { "6f", CODE_16, 2, false },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct rs_instruction out;
    assert_true(decode(rows[i].bytes, rows[i].mode, &out));
    assert_int_equal(out.data_size, rows[i].data_size);
    assert_int_equal(out.immediate_port, rows[i].immediate);
    if (rows[i].immediate) assert_int_equal(out.immediate, 0xf4);
  }
}

static void string_io_names_its_memory_operand(void **state) {
  (void)state;
  struct rs_instruction out;
  assert_true(decode("64 6c", CODE_32, &out)); /* INS ignores the override */
  assert_true(out.memory && !out.has_modrm);
  assert_int_equal(out.segment, RS_SEGMENT_INDEX(RS_ES));
  assert_int_equal(out.base, 7);
  assert_true(decode("64 f3 6e", CODE_32, &out));
  assert_true(out.rep);
  assert_int_equal(out.segment, RS_SEGMENT_INDEX(RS_FS));
  assert_int_equal(out.base, 6);
  assert_true(decode("6e", CODE_32, &out));
  assert_int_equal(out.segment, RS_SEGMENT_INDEX(RS_DS));
}

static void immediates_and_far_pointers_are_taken_whole(void **state) {
  (void)state;
  struct rs_instruction out;
  assert_true(decode("ea 78 56 34 12 08 00", CODE_32, &out));
  assert_int_equal(out.immediate, 0x12345678);
  assert_int_equal(out.selector, 8);
  assert_true(decode("9a 34 12 10 00", CODE_16, &out));
  assert_int_equal(out.immediate, 0x1234);
  assert_int_equal(out.selector, 0x10);
  assert_true(decode("ca 0c ff", CODE_64, &out));
  assert_int_equal(out.immediate, 0xff0c);
  assert_true(decode("cd ff", CODE_64, &out));
  assert_int_equal(out.immediate, 0xff);
}

static void loads_of_segments_name_the_segment_register(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    enum rs_register loaded;
    uint8_t reg;
  } rows[] = {
    { "07", RS_ES, 0 },       { "17", RS_SS, 2 },    { "1f", RS_DS, 3 },       { "0f a1", RS_FS, 4 },
    { "0f a9", RS_GS, 5 },    { "8e c0", RS_ES, 0 }, { "8e d0", RS_SS, 2 },    { "8e e8", RS_GS, 5 },
    { "c4 08", RS_ES, 1 },    { "c5 18", RS_DS, 3 }, { "0f b2 10", RS_SS, 2 }, { "0f b4 28", RS_FS, 5 },
    { "0f b5 38", RS_GS, 7 },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct rs_instruction out;
    assert_true(decode(rows[i].bytes, CODE_32, &out));
    assert_int_equal(out.loaded_segment, RS_SEGMENT_INDEX(rows[i].loaded));
    assert_int_equal(out.reg, rows[i].reg);
  }
}

static void rex_r_extends_control_and_general_but_not_segment_registers(void **state) {
  (void)state;
  struct rs_instruction out;
  assert_true(decode("44 0f 22 c7", CODE_64, &out));
  assert_int_equal(out.reg, 8);
  assert_int_equal(out.rm, 7);
  assert_true(decode("41 0f 20 d8", CODE_64, &out));
  assert_int_equal(out.reg, 3);
  assert_int_equal(out.rm, 8);
  assert_true(decode("45 8e df", CODE_64, &out));
  assert_int_equal(out.reg, RS_SEGMENT_INDEX(RS_DS));
  assert_int_equal(out.rm, 15);
  assert_true(
      decode("f0 0f 20 c0", CODE_32, &out)); /* AMD's CR8 [APM2 "CR8 (Task Priority Register, TPR)"] */
  assert_true(out.lock);
  assert_int_equal(out.reg, 0);
}

/* LIDT with every addressing form: the address is told by distinct register values. */
static const struct address_claim {
  const char *bytes;
  enum code_size mode;
  uint64_t offset;
  enum rs_register segment;
} address_claims[] = {
  { "0f 01 18", CODE_16, 0x3333 + 0x6666, RS_DS },                      /* [bx+si] */
  { "0f 01 1a", CODE_16, 0x5555 + 0x6666, RS_SS },                      /* [bp+si] */
  { "0f 01 1b", CODE_16, 0x5555 + 0x7777, RS_SS },                      /* [bp+di] */
  { "0f 01 1d", CODE_16, 0x7777, RS_DS },                               /* [di] */
  { "0f 01 1e 34 f2", CODE_16, 0xf234, RS_DS },                         /* [disp16] */
  { "0f 01 5e ff", CODE_16, 0x5554, RS_SS },                            /* [bp-1] */
  { "0f 01 9f 00 f0", CODE_16, 0x2333, RS_DS },                         /* [bx+f000], wrapped */
  { "67 0f 01 18", CODE_16, 0x11110000, RS_DS },                        /* [eax] */
  { "0f 01 18", CODE_32, 0x11110000, RS_DS },                           /* [eax] */
  { "0f 01 5d 10", CODE_32, 0x11115565, RS_SS },                        /* [ebp+10] */
  { "0f 01 1c 24", CODE_32, 0x11114444, RS_SS },                        /* [esp] */
  { "0f 01 1d 44 33 22 11", CODE_32, 0x11223344, RS_DS },               /* [disp32] */
  { "0f 01 1c b5 00 00 00 80", CODE_32, 0xc4459998, RS_DS },            /* [esi*4+80000000] */
  { "0f 01 1c 40", CODE_32, 0x33330000, RS_DS },                        /* [eax+eax*2] */
  { "0f 01 5c 2d 00", CODE_32, 0x2222aaaa, RS_SS },                     /* [ebp+ebp] */
  { "0f 01 9c 25 00 00 00 01", CODE_32, 0x12115555, RS_SS },            /* [ebp+1000000] */
  { "67 0f 01 18", CODE_32, 0x3333 + 0x6666, RS_DS },                   /* [bx+si] */
  { "0f 01 18", CODE_64, 0x1111111111110000, RS_DS },                   /* [rax] */
  { "67 0f 01 18", CODE_64, 0x11110000, RS_DS },                        /* [eax] */
  { "0f 01 1d fe ff ff ff", CODE_64, 0x400005, RS_DS },                 /* [rip-2] */
  { "67 0f 01 1d 00 00 00 80", CODE_64, 0x80400008, RS_DS },            /* [eip-80000000] */
  { "41 0f 01 1d 00 00 00 00", CODE_64, 0x400008, RS_DS },              /* REX.B does not change it */
  { "0f 01 1c 25 00 00 00 80", CODE_64, 0xffffffff80000000, RS_DS },    /* [disp32] */
  { "41 0f 01 5d 00", CODE_64, 0x111111111111dddd, RS_DS },             /* [r13] */
  { "41 0f 01 1c 24", CODE_64, 0x111111111111cccc, RS_DS },             /* [r12] */
  { "42 0f 01 1c 20", CODE_64, 0x222222222222cccc, RS_DS },             /* [rax+r12] */
  { "0f 01 1c 20", CODE_64, 0x1111111111110000, RS_DS },                /* [rax], no index */
  { "49 0f 01 1c 05 10 00 00 00", CODE_64, 0x1111111111110010, RS_DS }, /* [rax+10]: no base, not r13 */
  { "65 0f 01 18", CODE_64, 0x1111111111110000, RS_GS },
  { "65 2e 0f 01 18", CODE_64, 0x1111111111110000, RS_GS }, /* CS is ignored */
  { "3e 0f 01 1c 24", CODE_64, 0x1111111111114444, RS_SS }, /* DS is ignored */
  { "65 2e 0f 01 18", CODE_32, 0x11110000, RS_CS },         /* the last counts */
  { "3e 0f 01 1c 24", CODE_32, 0x11114444, RS_DS },
};

static void memory_operands_are_addressed_as_the_manuals_tables_say(void **state) {
  (void)state;
  struct rs_cpu cpu = { .rip = 0x400000 };
  for (unsigned i = 0; i < 16; i++)
    cpu.general[i] = 0x1111111111110000 + 0x1111 * i;
  for (size_t i = 0; i < sizeof address_claims / sizeof *address_claims; i++) {
    const struct address_claim *claim = &address_claims[i];
    struct rs_instruction out;
    assert_true(decode(claim->bytes, claim->mode, &out));
    assert_int_equal(out.operation, RS_OP_LIDT);
    uint64_t offset = instruction_operand_offset(&cpu, &out);
    if (offset != claim->offset || out.segment != RS_SEGMENT_INDEX(claim->segment))
      fail_msg("%s: %llx", claim->bytes, (unsigned long long)offset);
  }
}

static void the_code_size_is_that_of_cs_and_64_needs_long_mode(void **state) {
  (void)state;
  struct rs_cpu cpu = { 0 };
  uint16_t *attributes = &cpu.segment[RS_SEGMENT_INDEX(RS_CS)].attributes;
  uint64_t *efer = &cpu.msr[RS_MSR_INDEX(RS_EFER)];
  assert_int_equal(code_size_of(&cpu), CODE_16);
  *attributes = SEGMENT_DB;
  assert_int_equal(code_size_of(&cpu), CODE_32);
  *attributes = SEGMENT_L | SEGMENT_DB;
  assert_int_equal(code_size_of(&cpu), CODE_32);
  *efer = EFER_LMA;
  assert_int_equal(code_size_of(&cpu), CODE_64);
  *attributes = SEGMENT_DB;
  assert_int_equal(code_size_of(&cpu), CODE_32);
  *attributes = 0;
  assert_int_equal(code_size_of(&cpu), CODE_16);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_operation_is_recognised_in_its_modes_and_nowhere_else),
    cmocka_unit_test(every_operation_has_a_claim),
    cmocka_unit_test(an_instruction_cut_short_is_not_decoded),
    cmocka_unit_test(fifteen_bytes_are_an_instruction_and_sixteen_are_not),
    cmocka_unit_test(operand_sizes_are_those_of_the_manuals_in_each_mode),
    cmocka_unit_test(a_port_instruction_knows_its_data_size_and_port),
    cmocka_unit_test(string_io_names_its_memory_operand),
    cmocka_unit_test(immediates_and_far_pointers_are_taken_whole),
    cmocka_unit_test(loads_of_segments_name_the_segment_register),
    cmocka_unit_test(rex_r_extends_control_and_general_but_not_segment_registers),
    cmocka_unit_test(memory_operands_are_addressed_as_the_manuals_tables_say),
    cmocka_unit_test(the_code_size_is_that_of_cs_and_64_needs_long_mode),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
