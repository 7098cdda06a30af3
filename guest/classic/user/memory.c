/* More memory than there is: who asks for it ends, or does not come to be, and all of it is free again. */
#include <stdint.h>

#include "library.h"

#define PAGE_SIZE 4096
#define SOME 0x200000 /* what the program has above its own end */
#define MOST 0xa00000 /* more than half of what the kernel can have */
#define ALL 0x3f00000 /* more than there is */

int main(void);

static void touch(uint32_t from, uint32_t to) {
  for (; from < to; from += PAGE_SIZE)
    *(volatile char *)from = 1;
}

static void touch_by_kernel(uint32_t from, uint32_t to) {
  int disk = open("/dev/ram", O_RDONLY, 0);
  for (; from < to; from += PAGE_SIZE) {
    lseek(disk, 0, 0);
    read(disk, (char *)from, 1);
  }
}

static void in_child(const char *what, void (*use)(uint32_t, uint32_t)) {
  int status = 0;
  if (fork() == 0) {
    use(SOME, ALL);
    exit(0);
  }
  waitpid(-1, &status, 0);
  print("%s: ended by signal %u\n", what, ENDED_BY_SIGNAL(status));
}

static void no_room(const char *what) {
  int pid = fork();
  if (pid == 0) exit(0);
  if (pid < 0) print("%s: -1, errno %u\n", what, errno);
}

int main(void) {
  in_child("used by the program", touch);
  in_child("used by the kernel for it", touch_by_kernel);
  in_child("used once more", touch);
  touch(SOME, MOST);
  no_room("no room for a copy");
  no_room("nor for another");
  return 0;
}
