/* `ringside explain`: why a logged run went wrong. */
#include "ringside/explain.h"

#include "cli/view.h"

static enum rs_status explain_tell(struct rs_log *log, const struct options *options, FILE *file,
                                   struct rs_error *error) {
  const struct rs_explain_options how = { .at = options->at,
                                          .json = options->format == FORMAT_JSON,
                                          .colour = cli_colour_wanted(options->colour, file) };
  return rs_explain(log, &how, file, error);
}

int command_explain(int argc, char **argv) {
  struct rs_error error;
  struct options options;
  int exit_status = 0;
  enum rs_status status = options_parse(COMMAND_EXPLAIN, argc, argv, &options, &error);
  if (status == RS_OK && options.help) {
    fputs(help_explain, stdout);
  } else if (status == RS_OK) {
    status = view_arguments_check("explain", &options, &error);
    if (status == RS_OK) status = view_tell(&options, options.trace_file, explain_tell, &error);
  }
  if (status != RS_OK) exit_status = cli_failed(&error);
  options_free(&options);
  return exit_status;
}
