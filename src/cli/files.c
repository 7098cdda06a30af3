/* Host files: a whole file in memory, with one line for each way that this can fail. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"

/* More than any guest can hold. */
static const off_t file_size_limit = (off_t)RS_MEMORY_MAX;

static enum rs_status file_measure(FILE *stream, const char *name, size_t *size, struct rs_error *error) {
  struct stat facts;
  if (fstat(fileno(stream), &facts) != 0) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  if (!S_ISREG(facts.st_mode)) return rs_fail(error, RS_IO_ERROR, "%s: is not a regular file", name);
  if (facts.st_size > file_size_limit)
    return rs_fail(error, RS_BAD_IMAGE, "%s: is larger than any guest's memory", name);
  *size = (size_t)facts.st_size;
  return RS_OK;
}

static enum rs_status file_fill(FILE *stream, struct file *file, struct rs_error *error) {
  file->bytes = malloc(file->size ? file->size : 1);
  if (!file->bytes)
    return rs_fail(error, RS_OUT_OF_MEMORY, "%s: %s", file->name, rs_status_text(RS_OUT_OF_MEMORY));
  if (fread(file->bytes, 1, file->size, stream) == file->size) return RS_OK;
  return rs_fail(error, RS_IO_ERROR, "%s: could not be read whole", file->name);
}

enum rs_status file_read(const char *name, struct file *file, struct rs_error *error) {
  *file = (struct file){ .name = name };
  FILE *stream = fopen(name, "rb");
  if (!stream) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  enum rs_status status = file_measure(stream, name, &file->size, error);
  if (status == RS_OK) status = file_fill(stream, file, error);
  fclose(stream);
  if (status != RS_OK) file_free(file);
  return status;
}

void file_free(struct file *file) {
  free(file->bytes);
  file->bytes = NULL;
  file->size = 0;
}
