/* A child that never gives the processor back: its parent goes on all the same when the kernel was told
 * `timer`. */
#include "library.h"

int main(void);

int main(void) {
  int ends[2];
  char byte = 1;
  pipe(ends);
  if (fork() == 0) {
    write(ends[1], &byte, 1);
    for (;;)
      __asm__ volatile("");
  }
  read(ends[0], &byte, 1);
  print("taken from the child by the timer\n");
  return 0;
}
