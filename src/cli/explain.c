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

static enum rs_status explain_perform(struct options *options, int *exit_status, struct rs_error *error) {
  enum rs_status status = view_arguments_check("explain", options, error);
  (void)exit_status;
  return status == RS_OK ? view_tell(options, options->trace_file, explain_tell, error) : status;
}

int command_explain(int argc, char **argv) {
  return view_command(COMMAND_EXPLAIN, argc, argv, explain_perform);
}
