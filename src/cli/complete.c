/* Completion: words from the tables, descriptions and the kinds of values from the help texts. */
#include "cli/complete.h"

#include <string.h>

#include "cli/commands.h"

/* What a shell is told where files may stand: all of them, or those whose name ends so. */
static const char any_file[] = "@file", log_file[] = "@file .ring";

/* After "  --name" at the beginning of a line of the help text, or ", --name" after another option; NULL
 * where there is none. */
static const char *help_find(const char *help, const char *name) {
  char pattern[48];
  snprintf(pattern, sizeof pattern, "--%s", name);
  size_t length = strlen(pattern);
  for (const char *at = help; (at = strstr(at, pattern)) != NULL; at += length) {
    const char *line = at;
    while (line > help && line[-1] != '\n')
      line--;
    bool row = strncmp(line, "  -", 3) == 0 && at - line < 20;
    if (row && strchr("= ,\n", at[length])) return at + length;
  }
  return NULL;
}

/* The first line that describes the option, in `*length` characters. */
static const char *description_find(const char *help, const char *name, size_t *length) {
  const char *at = help_find(help, name);
  *length = 0;
  if (!at) return "";
  const char *columns = strstr(at, "  "), *end = strchr(at, '\n');
  if (!columns || !end) return "";
  const char *text = columns + strspn(columns, " ");
  if (end < columns) text = end + strspn(end, "\n ");
  *length = strcspn(text, "\n");
  return text;
}

static void command_names_print(FILE *file) {
  for (unsigned i = 0; i < COMMAND_COUNT; i++)
    fprintf(file, "%s\t%s\n", command_rows[i].name, command_rows[i].summary);
  fputs("help\twhat a command does and all its options\n", file);
}

static void options_print(enum command command, FILE *file) {
  const char *name;
  bool takes_value;
  for (unsigned i = 0; (name = options_name(command, i, &takes_value)) != NULL; i++) {
    size_t length;
    const char *text = description_find(command_rows[command].help, name, &length);
    fprintf(file, "--%s%s\t%.*s\n", name, takes_value ? "=" : "", (int)length, text);
  }
}

/* What help calls it, after '=' or a blank, is the name of a kind of file. */
static bool value_is_file(const char *help, const char *name) {
  static const char *const kinds[] = { "FILE", "ARCHIVE", "HOST" };
  const char *at = help_find(help, name);
  for (size_t i = 0; at && i < sizeof kinds / sizeof *kinds; i++)
    if (strncmp(at + 1, kinds[i], strlen(kinds[i])) == 0) return true;
  return false;
}

static void values_print(enum command command, const char *option, FILE *file) {
  const char *help = command_rows[command].help;
  const char *name = strcmp(option, "-o") == 0 ? "output" : option + strspn(option, "-"), *word;
  if (*name == '\0') {
    size_t usage = strcspn(help, "\n");
    const char *logs = strstr(help, ".ring");
    fprintf(file, "%s\n", logs && logs < help + usage ? log_file : any_file);
    return;
  }
  for (unsigned i = 0; (word = options_word(command, name, i)) != NULL; i++)
    fprintf(file, "%s\n", word);
  if (value_is_file(help, name)) fprintf(file, "%s\n", any_file);
}

int complete_print(int count, char **arguments, FILE *file) {
  const struct command_row *row = count > 0 ? command_find(arguments[0]) : NULL;
  if (count == 0)
    command_names_print(file);
  else if (row && count == 1)
    options_print((enum command)(row - command_rows), file);
  else if (row)
    values_print((enum command)(row - command_rows), arguments[1], file);
  return row || count == 0 ? 0 : STATUS_FAILED;
}
