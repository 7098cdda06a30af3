/* The same write to four kinds of files: a regular file, a pipe, a block device, the console; what was
 * written is read back. Not for Linux, whose block devices are somebody's. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whether what `out` takes comes back from `in`. */
static int same(int out, int in, const char *text) {
  char back[32] = "";
  size_t size = strlen(text);
  if (write(out, text, size) != (ssize_t)size) return 0;
  if (out == in) lseek(in, 0, SEEK_SET);
  return read(in, back, size) == (ssize_t)size && strcmp(back, text) == 0;
}

int main(void) {
  static const char line[] = "to the console\n";
  int file = open("/tmp/file", O_RDWR | O_CREAT, 0600), block = open("/dev/ram0", O_RDWR), ends[2];
  if (file < 0 || block < 0 || pipe(ends) != 0) return 1;
  if (!same(file, file, "to a file")) return 2;
  if (!same(ends[1], ends[0], "through a pipe")) return 3;
  if (!same(block, block, "to a block device")) return 4;
  return write(1, line, sizeof line - 1) == sizeof line - 1 ? 0 : 5;
}
