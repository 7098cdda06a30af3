/* `ringside explain`: why a logged run went wrong. */
#include <errno.h>
#include <string.h>

#include "cli/view.h"
#include "ringside/explain.h"

static enum rs_status explain_to(FILE *log, const struct options *options, struct rs_error *error) {
  const char *name = options->trace_file;
  FILE *file = name ? fopen(name, "w") : stdout;
  if (!file) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  const struct rs_explain_options how = { .at = options->at,
                                          .json = options->format == FORMAT_JSON,
                                          .colour = cli_colour_wanted(options->colour, file) };
  enum rs_status status = rs_explain(log, options->arguments[0], &how, file, error);
  if (name && fclose(file) != 0 && status == RS_OK)
    status = rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  return status;
}

static enum rs_status explain_with(const struct options *options, struct rs_error *error) {
  enum rs_status status = view_arguments_check("explain", options, error);
  if (status != RS_OK) return status;
  const char *name = options->arguments[0];
  FILE *file = fopen(name, "rb");
  if (!file) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  status = explain_to(file, options, error);
  fclose(file);
  return status;
}

int command_explain(int argc, char **argv) {
  struct rs_error error;
  struct options options;
  int exit_status = 0;
  enum rs_status status = options_parse(COMMAND_EXPLAIN, argc, argv, &options, &error);
  if (status == RS_OK && options.help)
    fputs(help_explain, stdout);
  else if (status == RS_OK)
    status = explain_with(&options, &error);
  if (status != RS_OK) exit_status = cli_failed(&error);
  options_free(&options);
  return exit_status;
}
