/* The first words to a newcomer, with commands that work here and now. */
#include "cli/orientation.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Where the example program is, seen from the binary: beside it where it was built, or installed with it. */
static const char *const example_places[] = { "guest/user/hello-x86_64", RINGSIDE_EXAMPLES "/hello-x86_64" };

/* Where the binary is, up to the last '/': as it was called, or, where PATH found it, as the kernel has it.
 */
static bool directory_find(const char *self, char *directory, size_t size) {
  char path[PATH_MAX];
  ssize_t length = 0;
  if (!strchr(self, '/')) {
    length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return false;
    path[length] = '\0';
    self = path;
  }
  const char *slash = strrchr(self, '/');
  length = slash ? slash - self + 1 : 0;
  return snprintf(directory, size, "%.*s", (int)length, self) < (int)size;
}

static bool example_find(const char *self, char *path, size_t size) {
  char directory[PATH_MAX];
  if (!directory_find(self, directory, sizeof directory)) return false;
  for (size_t i = 0; i < sizeof example_places / sizeof *example_places; i++) {
    int length = snprintf(path, size, "%s%s", directory, example_places[i]);
    if (length > 0 && (size_t)length < size && access(path, R_OK) == 0) return true;
  }
  return false;
}

int orientation_print(const char *self, FILE *file) {
  char example[PATH_MAX + sizeof RINGSIDE_EXAMPLES];
  const char *program = example_find(self, example, sizeof example) ? example : "./a-static-program";
  fprintf(file,
          "Ringside runs real i386 and x86-64 code and tells each way into and out of the kernel, check by\n"
          "check, as the processor manuals define it. Try, in this order:\n"
          "\n"
          "  %s run %s\n"
          "  %s run --trace=steps -o hello.ring %s\n"
          "  %s show --mechanism=syscall hello.ring\n"
          "\n"
          "The first tells each transition in a line; the second logs every micro-step of them; the third\n"
          "shows the system calls of that log. `%s help` lists all commands.\n",
          self, program, self, program, self, self);
  return 0;
}
