/* Two tasks and two pipes: each waits for the other's byte, so that the processor goes to and fro. */
#include "library.h"

#define ROUNDS 3

int main(void);

static int child(int in, int out) {
  char byte;
  while (read(in, &byte, 1) == 1) {
    print("child: %u\n", byte);
    byte++;
    write(out, &byte, 1);
  }
  return 7;
}

static void parent(int in, int out) {
  char byte = 1;
  for (int round = 0; round < ROUNDS; round++) {
    write(out, &byte, 1);
    read(in, &byte, 1);
    print("parent: %u\n", byte);
  }
}

int main(void) {
  int down[2], up[2], status = 0, pid;
  volatile int copied = 1;
  pipe(down);
  pipe(up);
  pid = fork();
  if (pid == 0) {
    copied = 2;
    close(down[1]);
    exit(child(down[0], up[1]));
  }
  parent(up[0], down[1]);
  close(down[1]);
  print("waited for the child: %u\n", waitpid(-1, &status, 0) == pid);
  print("its exit code: %u, the parent's own copy: %u\n", EXIT_CODE(status), copied);
  return waitpid(-1, &status, 0) == -1 && errno == 10 ? 0 : 1;
}
