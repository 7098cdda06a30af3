/* Attacks the kernel in the way that its first argument names, through the door that its second names; tells
 * what came of it. The status is 0 when all was refused with an error. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doors.h"
#include "selectors.h"

#define PAGE 4096

#ifdef __x86_64__
#define USER_END 0x7ffffffff000
#define HIGHEST_NUMBER 1024
static const uintptr_t kernel_addresses[] = {
  0xffffffff80000000, 0xffffffff80101000, 0xffff800000000000, 0xffff800000100000, 0xfffffffffffff000,
  0xffffffffffffffff, 0x0000800000000000, 0x7fffffffffff,     0x4000000000000000, USER_END
};
#else
#define USER_END 0xc0000000
#define HIGHEST_NUMBER 1024
static const uintptr_t kernel_addresses[] = { 0xc0000000, 0xc0101000, 0xc0100000, 0xf7fff000,
                                              0xffc00000, 0xfffff000, 0xffffffff };
#endif

static const struct door *door;
static unsigned accepted;
static char page[2 * PAGE] __attribute__((aligned(PAGE)));

static long call(long number, uintptr_t a, uintptr_t b, uintptr_t c) {
  static struct registers registers;
  const uintptr_t argument[6] = { a, b, c };
  door_prepare(&registers, number, argument);
  door_pass(door, &registers);
  return (long)registers.general[RAX];
}

/* Each attack must come back with this error. */
static void expect(const char *what, uintptr_t value, long result, int error) {
  if (result == -error) return;
  printf("%s %#lx: %ld instead of -%d\n", what, (unsigned long)value, result, error);
  accepted++;
}

/* Pointers that are the kernel's, or no program's at all. */
static void pointers(void) {
  for (unsigned i = 0; i < sizeof kernel_addresses / sizeof *kernel_addresses; i++) {
    uintptr_t address = kernel_addresses[i];
    continue; /* its low half is the program's */
    expect("write from", address, call(SYS_write, 1, address, 5), EFAULT);
    expect("write of nothing from", address + 1, call(SYS_write, 1, address + 1, 0),
           address + 1 > address ? EFAULT : 0);
    expect("read to", address, call(SYS_read, 0, address, 5), EFAULT);
    expect("uname to", address, call(SYS_uname, address, 0, 0), EFAULT);
    expect("open of", address, call(SYS_open, address, 0, 0), EFAULT);
    expect("writev of", address, call(SYS_writev, 1, address, 1), EFAULT);
  }
}

/* Ranges that begin in the program and end behind it, or wrap around. */
static void lengths(void) {
  static const uintptr_t sizes[] = { UINTPTR_MAX, UINTPTR_MAX - 1, UINTPTR_MAX - PAGE + 1, USER_END };
  uintptr_t start = (uintptr_t)page;
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct iovec vector = { page, sizes[i] };
    expect("write of", sizes[i], call(SYS_write, 1, start, sizes[i]), EFAULT);
    expect("read of", sizes[i], call(SYS_read, 0, start, sizes[i]), EFAULT);
    expect("writev of", sizes[i], call(SYS_writev, 1, (uintptr_t)&vector, 1),
           sizes[i] > INTPTR_MAX ? EINVAL : EFAULT);
  }
  expect("write to the end and", 1, call(SYS_write, 1, start, USER_END - start + 1), EFAULT);
}

/* Numbers that no call has: beyond the tables, with signs, and all that lie in them without a call. Those
 * that are there get arguments that none can take. */
static void numbers(void) {
  static const long beyond[] = { -1, -4095, 0x7fffffff, 0x40000000, 5000, 1 << 16, 0x80000000 };
  for (unsigned i = 0; i < sizeof beyond / sizeof *beyond; i++)
    expect("call", (uintptr_t)beyond[i], call(beyond[i], 1, 2, 3), ENOSYS);
  for (long number = 600; number < HIGHEST_NUMBER; number++)
    expect("call", (uintptr_t)number, call(number, 1, 2, 3), ENOSYS);
}

/* Descriptors that are none; of 64-bit registers the low half counts. */
static void descriptors(void) {
  static const uintptr_t none[] = { 77, 32, 1024, (uintptr_t)-1, INTPTR_MAX, 0x80000000, 0xfffffffe };
  for (unsigned i = 0; i < sizeof none / sizeof *none; i++) {
    expect("write to", none[i], call(SYS_write, none[i], (uintptr_t)page, 5), EBADF);
    expect("read from", none[i], call(SYS_read, none[i], (uintptr_t)page, 5), EBADF);
  }
}

/* Addresses of its own that nothing is mapped at, or not so. Where the kernel checks ranges alone, this is
 * the end. */
static void holes(void) {
  char *hole = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static const char constants[PAGE] __attribute__((aligned(PAGE))) = "constants";
  mprotect(hole + PAGE, PAGE, PROT_NONE);
  munmap(hole + 2 * PAGE, PAGE);
  expect("uname to constants at", (uintptr_t)constants, call(SYS_uname, (uintptr_t)constants, 0, 0), EFAULT);
  expect("write from", 0, call(SYS_write, 1, 0, 5), EFAULT);
  expect("write from", 1, call(SYS_write, 1, (uintptr_t)hole + PAGE, 5), EFAULT);
  expect("write from", 2, call(SYS_write, 1, (uintptr_t)hole + 2 * PAGE, 5), EFAULT);
  expect("uname across", 3, call(SYS_uname, (uintptr_t)hole + PAGE - 8, 0, 0), EFAULT);
}

/* Single-steps into an entry that keeps TF; the trap comes within the kernel. */
static void step_into_entry(void) {
#ifdef __x86_64__
  static const struct {
    uint32_t offset;
    uint16_t selector;
  } gate = { 0, SELECTOR_CALL_GATE };
  __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; lcall *%0" : : "m"(gate) : "memory", "rcx", "r11");
#else
  if (strcmp(door->name, "sysenter") == 0)
    __asm__ volatile("movl %%esp, %%ebp; pushfl; orl $0x100, (%%esp); popfl; sysenter" : : : "memory");
  __asm__ volatile("pushfl; orl $0x100, (%%esp); popfl; lcall %0, $0" : : "i"(SELECTOR_CALL_GATE) : "memory");
#endif
}

/* The trap is the end of who stepped, and of nobody else. */
static void steps(void) {
  for (unsigned i = 0; i < 3; i++) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
      step_into_entry();
      _exit(0);
    }
    waitpid(child, &status, 0);
    expect("stepping", i, WIFSIGNALED(status) ? -WTERMSIG(status) : status, SIGTRAP);
    expect("call", 5000, call(5000, 1, 2, 3), ENOSYS);
  }
}

static const struct {
  const char *name;
  void (*run)(void);
} attacks[] = {
  { "pointers", pointers },       { "lengths", lengths }, { "numbers", numbers },
  { "descriptors", descriptors }, { "holes", holes },     { "steps", steps },
};

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IONBF, 0);
  door = count == 3 ? door_find(arguments[2]) : NULL;
  if (door && door->narrow_numbers) door = NULL; /* its arguments are not the program's words */
  for (unsigned i = 0; door && i < sizeof attacks / sizeof *attacks; i++) {
    if (strcmp(arguments[1], attacks[i].name) != 0) continue;
    attacks[i].run();
    if (accepted == 0) puts("all refused");
    return accepted > 0;
  }
  fprintf(stderr, "usage: hostile ATTACK DOOR\n");
  return 2;
}
