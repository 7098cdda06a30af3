/* The commands: one row for each, from which help, suggestions and completion are made. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

struct command_row {
  const char *name;
  const char *summary; /* one line for the list of commands, 70 characters at most */
  const char *help;
  int (*run)(int argc, char **argv);
};

/* By enum command: COMMAND_COUNT of them. */
extern const struct command_row command_rows[COMMAND_COUNT];

/* NULL when there is none. */
const struct command_row *command_find(const char *name);

/* Tells that there is no such command, and which one was probably meant. */
enum rs_status command_unknown(const char *name, struct rs_error *error);

/* The list of commands. */
void help_print(FILE *file);

#endif
