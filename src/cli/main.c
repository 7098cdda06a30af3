/* The ringside command: finds the sub-command and gives it the rest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/orientation.h"

/* A closed standard stream would be reopened as whatever file is next, and the guest would write into that.
 * What takes its place reads as its end, and refuses what is written. */
static void streams_reserve(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", O_RDONLY);
}

/* `ringside help [COMMAND]`. */
static int help_tell(const char *name) {
  struct rs_error error;
  const struct command_row *command = name ? command_find(name) : NULL;
  if (name && !command) {
    command_unknown(name, &error);
    return cli_failed(&error);
  }
  if (command)
    fputs(command->help, stdout);
  else
    help_print(stdout);
  return 0;
}

static bool is_one_of(const char *word, const char *first, const char *second) {
  return strcmp(word, first) == 0 || strcmp(word, second) == 0;
}

static int command_dispatch(int argc, char **argv) {
  struct rs_error error;
  if (argc < 2) return orientation_print(argc > 0 ? argv[0] : "ringside", stdout);
  const char *name = argv[1];
  if (strcmp(name, "help") == 0) return help_tell(argv[2]);
  if (is_one_of(name, "--help", "-h")) return help_tell(NULL);
  if (is_one_of(name, "--version", "-V")) {
    puts("ringside " RINGSIDE_VERSION);
    return 0;
  }
  if (strcmp(name, "--complete") == 0) return complete_print(argc - 2, argv + 2, stdout);
  const struct command_row *command = command_find(name);
  if (command) return command->run(argc - 1, argv + 1);
  command_unknown(name, &error);
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
