/* The peer of the round trips: QEMU's own transitions, with and without its log of interrupts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/subject.h"
#include "parameters.h"

enum { EXIT_STATUS = DONE << 1 | 1, ARGUMENTS = 24 };

static double seconds_to_ns(struct timeval time) {
  return (double)time.tv_sec * 1e9 + (double)time.tv_usec * 1e3;
}

static _Noreturn void become_qemu(const struct subject_run *run, const char *log) {
  char command_line[64], device[] = "isa-debug-exit,iobase=0xf4,iosize=4";
  snprintf(command_line, sizeof command_line, "how=%s n=%u", run->how, run->count);
  const char *argument[ARGUMENTS] = { "qemu-system-x86_64",
                                      "-accel",
                                      "tcg",
                                      "-display",
                                      "none",
                                      "-nodefaults",
                                      "-no-reboot",
                                      "-device",
                                      device,
                                      "-kernel",
                                      run->image_path,
                                      "-append",
                                      command_line,
                                      log ? "-d" : NULL,
                                      "int",
                                      "-D",
                                      log };
  execvp(argument[0], (char *const *)argument);
  _exit(127);
}

static enum rs_status qemu_run(const struct subject_run *run, const char *log, double *ns,
                               struct rs_error *error) {
  int status;
  struct rusage usage;
  pid_t child = fork();
  if (child == 0) become_qemu(run, log);
  if (child < 0 || wait4(child, &status, 0, &usage) < 0)
    return rs_fail(error, RS_IO_ERROR, "QEMU was not started: %s", strerror(errno));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_STATUS)
    return rs_fail(error, RS_IO_ERROR, "QEMU ended with wait status %#x on how=%s", (unsigned)status,
                   run->how);
  *ns = seconds_to_ns(usage.ru_utime) + seconds_to_ns(usage.ru_stime);
  return RS_OK;
}

enum rs_status subject_qemu(const struct subject_run *run, double *ns, struct rs_error *error) {
  return qemu_run(run, NULL, ns, error);
}

/* In memory, so that no disk is measured. */
enum rs_status subject_qemu_told(const struct subject_run *run, double *ns, struct rs_error *error) {
  char log[] = "/dev/shm/ringside-bench-XXXXXX";
  int file = mkstemp(log);
  if (file < 0) return rs_fail(error, RS_IO_ERROR, "%s: %s", log, strerror(errno));
  close(file);
  enum rs_status status = qemu_run(run, log, ns, error);
  unlink(log);
  return status;
}
