/* Those who run the round-trip guest, or a part of it, and say what it took them. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "ringside/machine.h"
#include "ringside/status.h"

/* One run of the guest in guest/bench. */
struct subject_run {
  const char *image_path;
  struct rs_blob image;
  const char *how; /* int80, syscall, loop3, loop8 or loop30 */
  uint32_t count;
};

/* Each runs once and tells the processor time it took, start-up included, in nanoseconds. Processor time, not
 * the clock on the wall: the machine may have other work. */
enum rs_status subject_bare(const struct subject_run *run, double *ns, struct rs_error *error);
enum rs_status subject_qemu(const struct subject_run *run, double *ns, struct rs_error *error);
/* With -d int into a file. */
enum rs_status subject_qemu_told(const struct subject_run *run, double *ns, struct rs_error *error);
/* As --trace=transitions does, with a sink that only counts. */
enum rs_status subject_machine(const struct subject_run *run, double *ns, struct rs_error *error);
/* Every micro-step of every transition computed and kept in memory. */
enum rs_status subject_recorded(const struct subject_run *run, double *ns, struct rs_error *error);
/* The two transitions of a round trip through arch alone, against a copy of the guest's memory. */
enum rs_status subject_arch(const struct subject_run *run, double *ns, struct rs_error *error);
/* The user loop through the engine alone: the entry is performed as if it did nothing, first with the
 * registers that every instruction may change, then with the segments of code and stack told to have changed,
 * too. */
enum rs_status subject_engine(const struct subject_run *run, double *ns, struct rs_error *error);
enum rs_status subject_engine_segments(const struct subject_run *run, double *ns, struct rs_error *error);

/* The processor time of this process so far, in nanoseconds. */
double clock_processor_time(void);

#endif
