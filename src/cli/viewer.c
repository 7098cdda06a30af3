/* `ringside view`: a log in a window, or one step of it as a picture. */
#include "cli/view.h"

enum { PICTURE_WIDTH = 1280, PICTURE_HEIGHT = 720 };

static enum rs_status viewer_arguments_check(const struct options *options, struct rs_error *error) {
  enum rs_status status = view_arguments_check("view", options, error);
  if (status != RS_OK) return status;
  if (options->trace_file)
    return rs_fail(error, RS_BAD_ARGUMENT, "-o: view has no output but --screenshot=FILE");
  if (options->view.step && !options->at)
    return rs_fail(error, RS_BAD_ARGUMENT, "--step: needs --at, the transition whose step it is");
  return RS_OK;
}

/* Nothing is written to `file`. */
static enum rs_status viewer_tell(struct rs_log *log, const struct options *options, FILE *file,
                                  struct rs_error *error) {
  struct rs_view_options view = options->view;
  (void)file;
  view.title = options->arguments[0];
  view.at = options->at;
  if (view.screenshot && !view.width) {
    view.width = PICTURE_WIDTH;
    view.height = PICTURE_HEIGHT;
  }
  return rs_view(log, &view, error);
}

int command_view(int argc, char **argv) {
  struct rs_error error;
  struct options options;
  int exit_status = 0;
  enum rs_status status = options_parse(COMMAND_VIEW, argc, argv, &options, &error);
  if (status == RS_OK && !options.help) status = viewer_arguments_check(&options, &error);
  if (status == RS_OK && options.help)
    fputs(help_view, stdout);
  else if (status == RS_OK)
    status = view_tell(&options, NULL, viewer_tell, &error);
  if (status != RS_OK) exit_status = cli_failed(&error);
  options_free(&options);
  return exit_status;
}
