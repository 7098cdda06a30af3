/* Times Ringside against bare Unicorn and QEMU in one run and prints the ratios. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/table.h"

enum { IMAGE_MAX = 1 << 20 };

static enum rs_status image_read(const char *path, struct subject_run *run, struct rs_error *error) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = malloc(IMAGE_MAX);
  if (!file || !bytes) {
    enum rs_status status = rs_fail(error, RS_IO_ERROR, "%s: %s", path, strerror(errno));
    if (file) fclose(file);
    free(bytes);
    return status;
  }
  run->image_path = path;
  run->image = (struct rs_blob){ bytes, fread(bytes, 1, IMAGE_MAX, file), path };
  fclose(file);
  return RS_OK;
}

static enum rs_status measure(const char *path, unsigned rounds, struct figures *figures,
                              struct rs_error *error) {
  struct subject_run run = { 0 };
  enum rs_status status = image_read(path, &run, error);
  while (!status && figures->rounds < rounds) {
    fprintf(stderr, "round %u of %u\n", figures->rounds + 1, rounds);
    status = figures_measure_round(figures, &run, error);
  }
  free((void *)run.image.bytes);
  return status;
}

int main(int argc, char **argv) {
  long rounds = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
  if (rounds < 1 || rounds > ROUNDS_MAX) {
    fprintf(stderr, "usage: %s GUEST-IMAGE ROUNDS (1 to %d)\n", argv[0], ROUNDS_MAX);
    return 2;
  }
  struct rs_error error;
  struct figures *figures = calloc(1, sizeof *figures);
  if (!figures) return 1;
  enum rs_status status = measure(argv[1], (unsigned)rounds, figures, &error);
  if (status)
    fprintf(stderr, "bench: %s\n", error.text);
  else
    table_print(figures);
  free(figures);
  return status != RS_OK;
}
