/* Measures the figures, compares them with the goals, and prints both. */
#include "bench/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recipe {
  const char *how;
  enum rs_status (*subject)(const struct subject_run *run, double *ns, struct rs_error *error);
  uint32_t few, many;
};

static enum rs_status figure_measure(const struct recipe *recipe, const struct subject_run *image, double *ns,
                                     struct rs_error *error) {
  struct subject_run run = *image;
  double few, many;
  run.how = recipe->how;
  run.count = recipe->few;
  enum rs_status status = recipe->subject(&run, &few, error);
  run.count = recipe->many;
  if (!status) status = recipe->subject(&run, &many, error);
  if (!status) *ns = (many - few) / (recipe->many - recipe->few);
  return status;
}

enum rs_status figures_measure_round(struct figures *figures, const struct subject_run *image,
                                     struct rs_error *error) {
  static const struct recipe recipes[FIGURE_COUNT] = {
#define X(name, how, subject, few, many) { how, subject, few, many },
    FIGURES(X)
#undef X
  };
  for (unsigned i = 0; i < FIGURE_COUNT; i++) {
    enum rs_status status = figure_measure(&recipes[i], image, &figures->ns[i][figures->rounds], error);
    if (status) return status;
  }
  figures->rounds++;
  return RS_OK;
}

static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(const double *values, unsigned count) {
  double sorted[ROUNDS_MAX];
  memcpy(sorted, values, count * sizeof *values);
  qsort(sorted, count, sizeof *sorted, compare_numbers);
  return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* Which way the ratio is told: how many times as fast as the peer, or how many times its time. */
enum comparison { SPEED_AT_LEAST, TIME_AT_MOST };

struct row {
  const char *what, *peer_name;
  enum figure ours, peer;
  enum comparison comparison;
  double goal; /* 0: none, told as information */
};

static const struct row rows[] = {
  { "loop, 3 instructions", "bare Unicorn", FIGURE_OURS_LOOP3, FIGURE_BARE_LOOP3, SPEED_AT_LEAST, 0 },
  { "loop, 8 instructions", "bare Unicorn", FIGURE_OURS_LOOP8, FIGURE_BARE_LOOP8, SPEED_AT_LEAST, 0.75 },
  { "loop, 30 instructions", "bare Unicorn", FIGURE_OURS_LOOP30, FIGURE_BARE_LOOP30, SPEED_AT_LEAST, 0.95 },
  { "loop, 3 instructions", "QEMU", FIGURE_OURS_LOOP3, FIGURE_QEMU_LOOP3, SPEED_AT_LEAST, 0 },
  { "loop, 8 instructions", "QEMU", FIGURE_OURS_LOOP8, FIGURE_QEMU_LOOP8, SPEED_AT_LEAST, 0 },
  { "loop, 30 instructions", "QEMU", FIGURE_OURS_LOOP30, FIGURE_QEMU_LOOP30, SPEED_AT_LEAST, 0 },
  { "int 0x80 + iretq", "QEMU", FIGURE_OURS_INT80, FIGURE_QEMU_INT80, TIME_AT_MOST, 1.5 },
  { "syscall + sysret", "QEMU", FIGURE_OURS_SYSCALL, FIGURE_QEMU_SYSCALL, TIME_AT_MOST, 2.5 },
  { "int 0x80 + iretq", "QEMU -d int, int 0x80", FIGURE_OURS_INT80, FIGURE_QEMU_TOLD_INT80, SPEED_AT_LEAST,
    15 },
  { "syscall + sysret", "QEMU -d int, int 0x80", FIGURE_OURS_SYSCALL, FIGURE_QEMU_TOLD_INT80, SPEED_AT_LEAST,
    15 },
};

static double row_ratio(const struct row *row, const struct figures *figures) {
  double ratio[ROUNDS_MAX];
  for (unsigned i = 0; i < figures->rounds; i++) {
    double speed = figures->ns[row->peer][i] / figures->ns[row->ours][i];
    ratio[i] = row->comparison == SPEED_AT_LEAST ? speed : 1 / speed;
  }
  return median(ratio, figures->rounds);
}

static void row_print(const struct row *row, const struct figures *figures) {
  double ratio = row_ratio(row, figures);
  bool fast = row->comparison == SPEED_AT_LEAST;
  printf("%-22s %9.1f  %-22s %9.1f  %6.2fx %-9s", row->what, median(figures->ns[row->ours], figures->rounds),
         row->peer_name, median(figures->ns[row->peer], figures->rounds), ratio,
         fast ? "the speed" : "the time");
  if (row->goal == 0) {
    printf("\n");
    return;
  }
  bool reached = fast ? ratio >= row->goal : ratio <= row->goal;
  printf("  %s %-5.4g  %s\n", fast ? ">=" : "<=", row->goal, reached ? "reached" : "NOT reached");
}

/* Where a round trip's time goes: what arch and the engine take alone, and what is left. */
static void split_print(const char *what, enum figure whole, enum figure counted, enum figure arch,
                        const struct figures *figures) {
  double all = median(figures->ns[whole], figures->rounds);
  double unkept = median(figures->ns[counted], figures->rounds);
  double computed = median(figures->ns[arch], figures->rounds);
  double engine = 2 * median(figures->ns[FIGURE_ENGINE_SEGMENTS], figures->rounds);
  printf(
      "%-22s %9.1f = arch alone %.1f + engine alone, twice %.1f + keeping the steps %.1f + the rest %.1f\n",
      what, all, computed, engine, all - unkept, unkept - computed - engine);
}

void table_print(const struct figures *figures) {
  printf(
      "Nanoseconds of processor time per iteration, medians of %u rounds; ratios are medians of the rounds' "
      "own.\n\n",
      figures->rounds);
  printf("%-22s %9s  %-22s %9s  %-17s  %s\n", "what", "ours", "peer", "peer's", "  ratio", "goal");
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
    row_print(&rows[i], figures);
  printf(
      "\nWhere the time of a round trip goes (two transitions, the loop's own instructions in the rest):\n");
  split_print("int 0x80 + iretq", FIGURE_OURS_INT80, FIGURE_COUNTED_INT80, FIGURE_ARCH_INT80, figures);
  split_print("syscall + sysret", FIGURE_OURS_SYSCALL, FIGURE_COUNTED_SYSCALL, FIGURE_ARCH_SYSCALL, figures);
  printf(
      "engine alone: %.1f for an instruction performed as nothing, %.1f with its segments told as changed\n",
      median(figures->ns[FIGURE_ENGINE_TRIVIAL], figures->rounds),
      median(figures->ns[FIGURE_ENGINE_SEGMENTS], figures->rounds));
}
