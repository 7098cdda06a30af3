/* The files that a kernel is started with, as multiboot modules. */
#ifndef CLI_MODULES_H
#define CLI_MODULES_H

#include <stddef.h>

#include "cli/cli.h"

/* All zeros is an empty list; modules_free frees it, also after a failure. */
struct modules {
  struct file *file;        /* read whole, owned as are their names; [0, read) */
  struct rs_module *module; /* count of them, which point into the files and texts */
  char **text;              /* owned */
  size_t count, read;
};

/* Adds a blob that is somebody else's, or a file that is read now, whose name is the first `length` bytes of
 * `path`. Takes over `text`, also when it fails; NULL means that memory ran out. */
enum rs_status modules_add(struct modules *modules, const struct rs_blob *blob, char *text,
                           struct rs_error *error);
enum rs_status modules_add_file(struct modules *modules, const char *path, size_t length, char *text,
                                struct rs_error *error);

void modules_free(struct modules *modules);

#endif
