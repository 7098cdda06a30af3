/* The table of commands, and what is made of it. */
#include "cli/commands.h"

#include <string.h>

const struct command_row command_rows[COMMAND_COUNT] = {
  [COMMAND_RUN] = { "run", "run a static Linux program on the tiny kernel that comes with Ringside", help_run,
                    command_run },
  [COMMAND_BOOT] = { "boot", "boot a kernel image of your own: multiboot 1, or a plain ELF", help_boot,
                     command_boot },
  [COMMAND_SHOW] = { "show", "print what a run has logged with -o FILE.ring", help_show, command_show },
  [COMMAND_TIMELINE] = { "timeline", "draw a log, ring beside ring: in the terminal, or as SVG",
                         help_timeline, command_timeline },
  [COMMAND_COMPARE] = { "compare", "lay two logs side by side, and say where they first differ", help_compare,
                        command_compare },
  [COMMAND_EXPLAIN] = { "explain", "say why a logged run went wrong: the check, the value, who wrote it",
                        help_explain, command_explain },
  [COMMAND_VIEW] = { "view", "look at a log in a window, step by step, forward and back", help_view,
                     command_view },
};

const struct command_row *command_find(const char *name) {
  for (unsigned i = 0; i < COMMAND_COUNT; i++)
    if (strcmp(name, command_rows[i].name) == 0) return &command_rows[i];
  return NULL;
}

enum { NAME_LIMIT = 31 };

/* How many letters have to be put in, taken out or replaced to make `b` of `a` (Levenshtein). */
static unsigned distance(const char *a, const char *b) {
  unsigned row[NAME_LIMIT + 1];
  size_t width = strlen(b);
  for (unsigned j = 0; j <= width; j++)
    row[j] = j;
  for (unsigned i = 1; a[i - 1]; i++) {
    unsigned diagonal = row[0];
    row[0] = i;
    for (unsigned j = 1; j <= width; j++) {
      unsigned best = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
    }
  }
  return row[width];
}

/* NULL when no command is like it: half of its letters must agree. */
static const struct command_row *command_nearest(const char *name) {
  const struct command_row *nearest = NULL;
  size_t length = strlen(name), best = length / 2 + 1;
  for (unsigned i = 0; i < COMMAND_COUNT && length <= NAME_LIMIT; i++) {
    unsigned apart = distance(name, command_rows[i].name);
    if (apart >= best) continue;
    best = apart;
    nearest = &command_rows[i];
  }
  return nearest;
}

enum rs_status command_unknown(const char *name, struct rs_error *error) {
  const struct command_row *nearest = command_nearest(name);
  if (nearest)
    return rs_fail(error, RS_BAD_ARGUMENT, "%s: no such command; did you mean %s? (see ringside help)", name,
                   nearest->name);
  return rs_fail(error, RS_BAD_ARGUMENT, "%s: no such command (see ringside help)", name);
}

void help_print(FILE *file) {
  fputs(help_head, file);
  for (unsigned i = 0; i < COMMAND_COUNT; i++)
    fprintf(file, "  %-10s%s\n", command_rows[i].name, command_rows[i].summary);
  fputs(help_foot, file);
}
