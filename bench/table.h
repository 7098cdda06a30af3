/* What is measured, and how the figures are told. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench/subject.h"

/* Time per iteration: the difference of a long and a short run, so that starting cancels. X(NAME, how,
 * subject, iterations of the short run, of the long run) */
#define FIGURES(X)                                                                                           \
  X(OURS_LOOP3, "loop3", subject_machine, 1, 60000000)                                                       \
  X(BARE_LOOP3, "loop3", subject_bare, 1, 60000000)                                                          \
  X(QEMU_LOOP3, "loop3", subject_qemu, 1, 60000000)                                                          \
  X(OURS_LOOP8, "loop8", subject_machine, 1, 30000000)                                                       \
  X(BARE_LOOP8, "loop8", subject_bare, 1, 30000000)                                                          \
  X(QEMU_LOOP8, "loop8", subject_qemu, 1, 30000000)                                                          \
  X(OURS_LOOP30, "loop30", subject_machine, 1, 10000000)                                                     \
  X(BARE_LOOP30, "loop30", subject_bare, 1, 10000000)                                                        \
  X(QEMU_LOOP30, "loop30", subject_qemu, 1, 10000000)                                                        \
  X(OURS_INT80, "int80", subject_recorded, 1000, 301000)                                                     \
  X(QEMU_INT80, "int80", subject_qemu, 1000, 601000)                                                         \
  X(OURS_SYSCALL, "syscall", subject_recorded, 1000, 601000)                                                 \
  X(QEMU_SYSCALL, "syscall", subject_qemu, 1000, 2001000)                                                    \
  X(QEMU_TOLD_INT80, "int80", subject_qemu_told, 1000, 21000)                                                \
  X(COUNTED_INT80, "int80", subject_machine, 1000, 301000)                                                   \
  X(COUNTED_SYSCALL, "syscall", subject_machine, 1000, 601000)                                               \
  X(ARCH_INT80, "int80", subject_arch, 1000, 301000)                                                         \
  X(ARCH_SYSCALL, "syscall", subject_arch, 1000, 601000)                                                     \
  X(ENGINE_TRIVIAL, "int80", subject_engine, 1000, 1001000)                                                  \
  X(ENGINE_SEGMENTS, "int80", subject_engine_segments, 1000, 1001000)

enum figure {
#define X(name, how, subject, few, many) FIGURE_##name,
  FIGURES(X)
#undef X
      FIGURE_COUNT
};

enum { ROUNDS_MAX = 31 };

/* Nanoseconds per iteration, of each figure in each round. */
struct figures {
  unsigned rounds;
  double ns[FIGURE_COUNT][ROUNDS_MAX];
};

/* One round: every figure once, one after the other, so that what disturbs the machine disturbs all. */
enum rs_status figures_measure_round(struct figures *figures, const struct subject_run *image,
                                     struct rs_error *error);

void table_print(const struct figures *figures);

#endif
