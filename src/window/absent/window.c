/* What stands in for the viewer in builds without SDL. */
#include "ringside/view.h"

enum rs_status rs_view(struct rs_log *log, const struct rs_view_options *options, struct rs_error *error) {
  (void)log;
  (void)options;
  return rs_fail(error, RS_UNSUPPORTED,
                 "this build has no viewer: build again where SDL2, SDL2_ttf and libpng are (Debian: "
                 "libsdl2-dev libsdl2-ttf-dev libpng-dev)");
}
