/* Flags as columns of a table: S set from the stack, . unchanged, 0 cleared. */
#include "oracle/flags_oracle.h"

#include <stddef.h>

/* From left to right: ID VIP VIF AC VM  RF NT IOPL (two)  OF DF IF TF SF ZF AF PF CF */
static const uint8_t column_bit[] = { 21, 20, 19, 18, 17, 16, 14, 13, 12, 11, 10, 9, 8, 7, 6, 4, 2, 0 };
enum { COLUMNS = sizeof column_bit };

/* Whoever may change IF has CPL <= IOPL, and whoever may change IOPL has CPL 0. */
enum who { RING_0, IF_TOO, NEITHER };

static const struct row {
  bool is_iret, virtual_8086, wide;
  enum who who;
  const char *effect;
} rows[] = {
  /* [SDM2 "POPF/POPFD/POPFQ"], "Effect of POPF/POPFD on the EFLAGS Register" */
  { false, false, false, RING_0, ".....0SSSSSSSSSSSS" },
  { false, false, true, RING_0, "S..S.0SSSSSSSSSSSS" },
  { false, false, false, IF_TOO, ".....0S..SSSSSSSSS" },
  { false, false, true, IF_TOO, "S..S.0S..SSSSSSSSS" },
  { false, false, false, NEITHER, ".....0S..SS.SSSSSS" },
  { false, false, true, NEITHER, "S..S.0S..SS.SSSSSS" },
  { false, true, false, IF_TOO, ".....0S..SSSSSSSSS" },
  { false, true, true, IF_TOO, "S..S.0S..SSSSSSSSS" },
  /* [SDM2 "IRET/IRETD/IRETQ"], from protected and IA-32e mode */
  { true, false, false, RING_0, ".....0SSSSSSSSSSSS" },
  { true, false, true, RING_0, "SSSS.SSSSSSSSSSSSS" },
  { true, false, false, IF_TOO, ".....0S..SSSSSSSSS" },
  { true, false, true, IF_TOO, "S..S.SS..SSSSSSSSS" },
  { true, false, false, NEITHER, ".....0S..SS.SSSSSS" },
  { true, false, true, NEITHER, "S..S.SS..SS.SSSSSS" },
  { true, true, false, IF_TOO, ".....0S..SSSSSSSSS" },
  { true, true, true, IF_TOO, "S..S.SS..SSSSSSSSS" },
};

/* From real-address mode IRETD takes "tempEFLAGS AND 257FD5H" */
static const char iretd_of_real_mode[] = "S..S.SSSSSSSSSSSSS";

/* and to virtual-8086 mode everything, VM first of all. */
static const char iretd_to_virtual_8086[] = "SSSSSSSSSSSSSSSSSS";

static const char *effect_of(const struct oracle_flags *q) {
  bool v86 = q->mode == ORACLE_FLAGS_V86, wide = q->size > 2;
  unsigned iopl = q->old >> 12 & 3;
  enum who who = q->cpl == 0 ? RING_0 : q->cpl <= iopl ? IF_TOO : NEITHER;
  if (q->is_iret && wide && q->mode == ORACLE_FLAGS_REAL) return iretd_of_real_mode;
  if (q->is_iret && wide && q->mode == ORACLE_FLAGS_PROTECTED && q->cpl == 0 && q->popped >> 17 & 1)
    return iretd_to_virtual_8086;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].is_iret == q->is_iret && rows[i].virtual_8086 == v86 && rows[i].wide == wide &&
        rows[i].who == who)
      return rows[i].effect;
  return NULL; /* virtual-8086 code with an IOPL below 3 */
}

bool oracle_flags_after(const struct oracle_flags *q, uint64_t *flags) {
  const char *effect = effect_of(q);
  if (!effect) return false;
  *flags = q->old;
  for (unsigned i = 0; i < COLUMNS; i++) {
    uint64_t flag = UINT64_C(1) << column_bit[i];
    if (effect[i] != '.') *flags &= ~flag;
    if (effect[i] == 'S') *flags |= q->popped & flag;
  }
  return true;
}
