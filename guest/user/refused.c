/* Makes calls that must be refused, and tells with which error: bad pointers, unknown calls, things that are
 * not there. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#if UINTPTR_MAX > UINT32_MAX
#define KERNEL_ADDRESS 0xffffffff80000000
#else
#define KERNEL_ADDRESS 0xfffff000
#endif

static void tell(const char *what, long result) {
  if (result == -1)
    printf("%s: %s\n", what, strerror(errno));
  else
    printf("%s: %ld\n", what, result);
}

static void pointers(void) {
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct iovec vector[2] = { { page, 0 }, { (void *)1, 5 } };
  struct timespec now;
  munmap(page + 4096, 4096);
  memset(page, 'x', 4096);
  tell("write from null", syscall(SYS_write, 1, 0, 5));
  tell("write from the kernel", syscall(SYS_write, 1, KERNEL_ADDRESS, 5));
  tell("write from the end of memory", syscall(SYS_write, 1, UINTPTR_MAX - 2, 5));
  tell("write of nothing", syscall(SYS_write, 1, page, 0));
  tell("writev from a bad buffer", writev(1, vector, 2));
  tell("writev from a bad vector", syscall(SYS_writev, 1, 1, 2));
  tell("uname into the kernel", syscall(SYS_uname, KERNEL_ADDRESS));
  tell("uname across an end", syscall(SYS_uname, page + 4000));
  tell("clock into null", syscall(SYS_clock_gettime, 0, 0));
  tell("good clock", syscall(SYS_clock_gettime, 1, &now));
  mprotect(page, 4096, PROT_READ);
  tell("uname into constants", syscall(SYS_uname, page));
  mprotect(page, 4096, PROT_NONE);
  tell("write from no access", syscall(SYS_write, 1, page, 1));
  tell("open of a bad path", syscall(SYS_openat, AT_FDCWD, 16, 0, 0));
}

static void numbers(void) {
  tell("call 5000", syscall(5000));
  tell("call -1", syscall(-1));
  tell("call 0x7fffffff", syscall(0x7fffffff));
}

static void files(void) {
  struct stat status;
  struct pollfd poll_one = { 77, POLLIN, 0 };
  struct termios terminal;
  tell("write to 77", write(77, "", 1));
  tell("read from 77", read(77, &status, 1));
  tell("close of 77", close(77));
  tell("fstat of 77", fstat(77, &status));
  tell("fstat of 1", fstat(1, &status));
  printf("1 is %s\n", S_ISFIFO(status.st_mode) ? "a pipe" : "something else");
  tell("seek on 1", lseek(1, 0, SEEK_CUR));
  tell("terminal of 1", ioctl(1, TCGETS, &terminal));
  tell("dup of 1", dup2(1, 9));
  tell("write to its copy", write(9, "copy\n", 5));
  tell("close of its copy", close(9));
  tell("poll of 77", poll(&poll_one, 1, 0));
  printf("events %x\n", (unsigned)poll_one.revents);
  tell("open", open("/not/there", O_RDONLY));
  tell("access", access("/not/there", R_OK));
  tell("stat", stat("/not/there", &status));
}

static void signals(void) {
  sigset_t set, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  tell("block SIGUSR2", sigprocmask(SIG_BLOCK, &set, NULL));
  tell("send it", kill(getpid(), SIGUSR2));
  tell("what is pending", sigpending(&pending));
  printf("pending: %d %d\n", sigismember(&pending, SIGUSR2), sigismember(&pending, SIGUSR1));
  signal(SIGUSR2, SIG_IGN);
  tell("unblock it, ignored", sigprocmask(SIG_UNBLOCK, &set, NULL));
}

static void others(void) {
  struct sigaction action = { .sa_handler = SIG_IGN }, old;
  tell("mmap of nothing", (long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  tell("munmap off a page", munmap((void *)1, 4096));
  tell("mprotect of nothing mapped", mprotect((void *)0x10000000, 4096, PROT_READ));
  tell("action of 0", syscall(SYS_rt_sigaction, 0, &action, 0, 8));
  tell("action of SIGKILL", sigaction(SIGKILL, &action, NULL));
  tell("ignore SIGUSR1", sigaction(SIGUSR1, &action, NULL));
  tell("its action", sigaction(SIGUSR1, NULL, &old));
  printf("ignored: %d\n", old.sa_handler == SIG_IGN);
  tell("raise it", raise(SIGUSR1));
  tell("a clock that is none", clock_gettime(99, &(struct timespec){ 0, 0 }));
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  pointers();
  numbers();
  files();
  others();
  signals();
  return 0;
}
