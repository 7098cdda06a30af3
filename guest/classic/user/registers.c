/* A system call gives back every register but EAX, in the task that made it and in a copy of it. */
#include "library.h"

int main(void);
int registers_differ(void);

int main(void) {
  int status = 0;
  if (fork() == 0) exit(registers_differ());
  waitpid(-1, &status, 0);
  print("differ: %u, in the child: %u\n", registers_differ(), EXIT_CODE(status));
  return registers_differ();
}
