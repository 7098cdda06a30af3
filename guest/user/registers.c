/* Looks whether system calls keep all registers, and whether anything of the kernel's leaks through those
 * that they may change: through the door that its argument names, by default the class's own, with all flags
 * that a program may set. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "doors.h"

#define CARRY_TO_OVERFLOW 0x8d5 /* CF, PF, AF, ZF, SF, OF */
#define FLAG_DF 0x400
#define FLAG_NT 0x4000
#define FLAG_AC 0x40000
#define FLAG_ID 0x200000
#define FLAGS_PLAIN 0x202

#ifdef __x86_64__
#define KERNEL_ADDRESS 0xffffffff80000000
#define OWN_DOOR "syscall"
static const char *const names[] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                     "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };
#else
#define KERNEL_ADDRESS 0xfffff000
#define OWN_DOOR "int80"
static const char *const names[] = { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" };
#endif

/* The i386 numbers of the calls below, for 64-bit programs that use them. */
enum { NARROW_READ = 3, NARROW_WRITE = 4, NARROW_GETPID = 20, NARROW_UNAME = 122 };

static char constants[] = "some bytes";
static unsigned changed;

static void complain(const char *call, const char *what, uintptr_t before, uintptr_t after) {
  printf("%s: %s was %lx, is %lx\n", call, what, (unsigned long)before, (unsigned long)after);
  changed++;
}

/* RCX and R11 have the return address and the flags where SYSRET needs them: nothing that the program does
 * not know. */
static bool may_hold(unsigned i, uintptr_t value, const struct registers *before) {
#ifdef __x86_64__
  extern char door_syscall[], door_enter[];
  if (i == RCX) return value >= (uintptr_t)door_syscall && value < (uintptr_t)door_enter;
  if (i == R11) return value == before->flags;
#endif
  (void)i, (void)value, (void)before;
  return false;
}

static void compare(const char *call, const struct registers *before, const struct registers *after) {
  for (unsigned i = 0; i < REGISTERS_GENERAL; i++) {
    if (i == RAX || i == RSP || after->general[i] == before->general[i]) continue;
    if (!may_hold(i, after->general[i], before))
      complain(call, names[i], before->general[i], after->general[i]);
  }
  if (after->flags != before->flags) complain(call, "flags", before->flags, after->flags);
  for (unsigned i = 0; i < REGISTERS_SEGMENTS; i++)
    if (after->segment[i] != before->segment[i])
      complain(call, "a segment register", before->segment[i], after->segment[i]);
  if (memcmp(after->xmm, before->xmm, sizeof after->xmm) != 0) complain(call, "an XMM register", 0, 1);
}

static void mark(struct registers *registers) {
  for (unsigned i = 0; i < REGISTERS_GENERAL; i++)
    registers->general[i] = 0x11111111u * (i % 15) + i;
  memset(registers->xmm, 0xa5, sizeof registers->xmm);
}

static void try(const struct door *door, const char *call, long number, const uintptr_t argument[6],
                uintptr_t flags) {
  static struct registers before, after;
  static bool segments_known;
  mark(&before);
  door_prepare(&before, number, argument);
  before.flags = flags;
  after = before;
  door_pass(door, &after);
  if (!segments_known) memcpy(before.segment, after.segment, sizeof before.segment);
  segments_known = true;
  compare(call, &before, &after);
}

static void try_all(const struct door *door, uintptr_t flags) {
  const uintptr_t none[6] = { 1, 2, 3, 4, 5, 6 }, nothing[6] = { 1, (uintptr_t)constants, 0, 4, 5, 6 };
  const uintptr_t kernel[6] = { 1, KERNEL_ADDRESS, 5, 4, 5, 6 },
                  closed[6] = { 77, (uintptr_t)constants, 5, 4, 5, 6 };
  const uintptr_t name[6] = { KERNEL_ADDRESS, 2, 3, 4, 5, 6 };
  try(door, "call 5000", 5000, none, flags);
  try(door, "call -1", -1, none, flags);
  try(door, "getpid", door_number(door, SYS_getpid, NARROW_GETPID), none, flags);
  try(door, "write of nothing", door_number(door, SYS_write, NARROW_WRITE), nothing, flags);
  try(door, "write from the kernel", door_number(door, SYS_write, NARROW_WRITE), kernel, flags);
  try(door, "read from 77", door_number(door, SYS_read, NARROW_READ), closed, flags);
  try(door, "uname into the kernel", door_number(door, SYS_uname, NARROW_UNAME), name, flags);
}

int main(int count, char **arguments) {
  static const uintptr_t flags[] = { 0, CARRY_TO_OVERFLOW, FLAG_DF, FLAG_NT, FLAG_AC, FLAG_ID };
  const struct door *door = door_find(count == 2 ? arguments[1] : OWN_DOOR);
  if (!door) {
    fprintf(stderr, "usage: registers [DOOR]\n");
    return 2;
  }
  for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
    try_all(door, FLAGS_PLAIN | flags[i]);
  printf("%u changed\n", changed);
  return changed > 0;
}
