/* The files that a kernel is started with, as multiboot modules. */
#include "cli/modules.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more; false when memory is out, and what was there stays. */
static bool grow(struct modules *modules) {
  size_t count = modules->count + 1;
  struct rs_module *module = realloc(modules->module, count * sizeof *module);
  if (module) modules->module = module;
  char **text = realloc(modules->text, count * sizeof *text);
  if (text) modules->text = text;
  return module && text;
}

enum rs_status modules_add(struct modules *modules, const struct rs_blob *blob, char *text,
                           struct rs_error *error) {
  if (!text || !grow(modules)) {
    free(text);
    return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  }
  modules->text[modules->count] = text;
  modules->module[modules->count] = (struct rs_module){ *blob, text };
  modules->count++;
  return RS_OK;
}

/* Reads the next file; its name stays with it. */
static enum rs_status read_next(struct modules *modules, const char *path, size_t length,
                                struct rs_error *error) {
  struct file *file = realloc(modules->file, (modules->read + 1) * sizeof *file);
  if (file) modules->file = file;
  char *name = file ? strndup(path, length) : NULL;
  if (!name) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  enum rs_status status = file_read(name, &file[modules->read], error);
  if (status == RS_OK)
    modules->read++;
  else
    free(name);
  return status;
}

enum rs_status modules_add_file(struct modules *modules, const char *path, size_t length, char *text,
                                struct rs_error *error) {
  enum rs_status status = read_next(modules, path, length, error);
  if (status != RS_OK) {
    free(text);
    return status;
  }
  const struct file *file = &modules->file[modules->read - 1];
  return modules_add(modules, &(struct rs_blob){ file->bytes, file->size, file->name }, text, error);
}

void modules_free(struct modules *modules) {
  for (size_t i = 0; i < modules->read; i++) {
    free((void *)modules->file[i].name);
    file_free(&modules->file[i]);
  }
  for (size_t i = 0; i < modules->count; i++)
    free(modules->text[i]);
  free(modules->file);
  free(modules->module);
  free(modules->text);
}
