/* The ringside command: finds the sub-command and gives it the rest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const struct command_row {
  const char *name;
  int (*run)(int argc, char **argv);
} commands[] = {
  { "run", command_run },
  { "boot", command_boot },
  { "show", command_show },
};

/* A closed standard stream would be reopened as whatever file is next, and the guest would write into that.
 * What takes its place reads as its end, and refuses what is written. */
static void streams_reserve(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", O_RDONLY);
}

static int command_dispatch(int argc, char **argv) {
  struct rs_error error;
  const char *name = argc > 1 ? argv[1] : "--help";
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
    fputs(help_ringside, argc > 1 ? stdout : stderr);
    return argc > 1 ? 0 : STATUS_FAILED;
  }
  if (strcmp(name, "--version") == 0) {
    puts("ringside " RINGSIDE_VERSION);
    return 0;
  }
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(name, commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
  rs_fail(&error, RS_BAD_ARGUMENT, "%s: no such command; there are run, boot and show (ringside --help)",
          name);
  return cli_failed(&error);
}

int main(int argc, char **argv) {
  struct rs_error error;
  streams_reserve();
  /* By the line, so that what the guest writes stands where the trace tells of it. */
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  int exit_status = command_dispatch(argc, argv);
  if (exit_status != 0 || (fflush(stdout) == 0 && !ferror(stdout))) return exit_status;
  rs_fail(&error, RS_IO_ERROR, "standard output: %s", strerror(errno));
  return cli_failed(&error);
}
