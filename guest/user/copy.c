/* Copies its input to its output, then counts it on the errors. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
  char buffer[3000];
  unsigned long bytes = 0, lines = 0;
  ssize_t count;
  while ((count = read(0, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < count; i++)
      lines += buffer[i] == '\n';
    bytes += (unsigned long)count;
    if (write(1, buffer, (size_t)count) != count) return 1;
  }
  fprintf(stderr, "%lu bytes, %lu lines\n", bytes, lines);
  return count == 0 ? 0 : 2;
}
