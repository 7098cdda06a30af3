/* Writes the same line to a file of each kind and reads it back where something was kept. */
#include "library.h"
#include "text.h"

#define SEEK_SET 0

int main(void);

static const char line[] = "one write for all\n";
enum { LENGTH = sizeof line - 1 };

static int failures;

static void expect(const char *what, int ok) {
  print("%s: %s\n", what, ok ? "ok" : "NOT ok");
  if (!ok) failures++;
}

static int comes_back(int descriptor) {
  char back[LENGTH];
  memset(back, 0, sizeof back);
  return read(descriptor, back, LENGTH) == LENGTH && memcmp(back, line, LENGTH) == 0;
}

/* Somewhere that no block begins or ends at, so that the bytes cross from one block to the next. */
static int kept_by(const char *name, int flags) {
  const int position = 3 * 1024 - 7;
  int descriptor = open(name, flags, 0644), ok;
  if (descriptor < 0) return 0;
  ok = lseek(descriptor, position, SEEK_SET) == position && write(descriptor, line, LENGTH) == LENGTH &&
       lseek(descriptor, position, SEEK_SET) == position && comes_back(descriptor);
  return close(descriptor) == 0 && ok;
}

static void try_pipe(void) {
  int ends[2];
  char byte;
  expect("pipe", pipe(ends) == 0 && write(ends[1], line, LENGTH) == LENGTH && comes_back(ends[0]));
  close(ends[1]);
  expect("pipe without a writer", read(ends[0], &byte, 1) == 0);
  close(ends[0]);
}

static void try_pipe_without_reader(void) {
  int ends[2];
  pipe(ends);
  close(ends[0]);
  expect("pipe without a reader", write(ends[1], line, LENGTH) == -1 && errno == 32);
  close(ends[1]);
}

static void try_nothing(void) {
  int descriptor = open("/dev/null", O_RDWR, 0);
  char byte;
  expect("nothing", write(descriptor, line, LENGTH) == LENGTH && read(descriptor, &byte, 1) == 0);
  close(descriptor);
}

static void try_size(void) {
  int descriptor = open("notes", O_RDONLY, 0), end = lseek(descriptor, 0, 2);
  char first = 'x';
  lseek(descriptor, 0, SEEK_SET);
  expect("size of the regular file", end == 3 * 1024 - 7 + LENGTH);
  expect("zeros before what was written", read(descriptor, &first, 1) == 1 && first == 0);
  close(descriptor);
}

int main(void) {
  expect("character device", write(1, line, LENGTH) == LENGTH);
  try_nothing();
  expect("block device", kept_by("/dev/ram", O_RDWR));
  expect("regular file", kept_by("notes", O_RDWR | O_CREAT));
  try_size();
  try_pipe();
  try_pipe_without_reader();
  return failures;
}
