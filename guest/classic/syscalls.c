/* The table of system calls: those of Linux 0.12, most of which only say that they are not here. */
#include "syscalls.h"

#include "console.h"
#include "errors.h"
#include "frame.h"
#include "task.h"

/* clang-format off */
/* In the order of their numbers: the name, and the function that does it. */
#define SYSTEM_CALLS(CALL) \
  CALL(setup, absent) CALL(exit, exit) CALL(fork, fork) CALL(read, read) CALL(write, write) \
  CALL(open, open) CALL(close, close) CALL(waitpid, waitpid) CALL(creat, creat) CALL(link, absent) \
  CALL(unlink, absent) CALL(execve, absent) CALL(chdir, absent) CALL(time, absent) CALL(mknod, absent) \
  CALL(chmod, absent) CALL(chown, absent) CALL(break, absent) CALL(stat, absent) CALL(lseek, lseek) \
  CALL(getpid, getpid) CALL(mount, absent) CALL(umount, absent) CALL(setuid, absent) CALL(getuid, absent) \
  CALL(stime, absent) CALL(ptrace, absent) CALL(alarm, absent) CALL(fstat, absent) CALL(pause, absent) \
  CALL(utime, absent) CALL(stty, absent) CALL(gtty, absent) CALL(access, absent) CALL(nice, absent) \
  CALL(ftime, absent) CALL(sync, absent) CALL(kill, absent) CALL(rename, absent) CALL(mkdir, absent) \
  CALL(rmdir, absent) CALL(dup, dup) CALL(pipe, pipe) CALL(times, absent) CALL(prof, absent) \
  CALL(brk, absent) CALL(setgid, absent) CALL(getgid, absent) CALL(signal, absent) CALL(geteuid, absent) \
  CALL(getegid, absent) CALL(acct, absent) CALL(phys, absent) CALL(lock, absent) CALL(ioctl, absent) \
  CALL(fcntl, absent) CALL(mpx, absent) CALL(setpgid, absent) CALL(ulimit, absent) CALL(uname, absent) \
  CALL(umask, absent) CALL(chroot, absent) CALL(ustat, absent) CALL(dup2, absent) CALL(getppid, getppid) \
  CALL(getpgrp, absent) CALL(setsid, absent) CALL(sigaction, absent) CALL(sgetmask, absent) \
  CALL(ssetmask, absent) CALL(setreuid, absent) CALL(setregid, absent) CALL(sigsuspend, absent) \
  CALL(sigpending, absent) CALL(sethostname, absent) CALL(setrlimit, absent) CALL(getrlimit, absent) \
  CALL(getrusage, absent) CALL(gettimeofday, absent) CALL(settimeofday, absent) CALL(getgroups, absent) \
  CALL(setgroups, absent) CALL(select, absent) CALL(symlink, absent) CALL(lstat, absent) \
  CALL(readlink, absent) CALL(uselib, absent)
/* clang-format on */

/* A function in the table is called with three words; it takes as many as it declares. */
typedef void (*system_call_function)(void);
#define FUNCTION(name, function) (system_call_function) sys_##function,
#define NAME(name, function) #name,

extern const system_call_function sys_call_table[];
extern const uint32_t sys_call_count;

static long sys_absent(uint32_t first, uint32_t second, uint32_t third) {
  static const char *const names[] = { SYSTEM_CALLS(NAME) };
  unsigned number = task_call_frame(current)->registers.eax;
  console_say("task %u: no system call %u: %s(%x, %x, %x)", current->number, number, names[number],
              (uintptr_t)first, (uintptr_t)second, (uintptr_t)third);
  return -ERROR_NOSYS;
}

const system_call_function sys_call_table[] = { SYSTEM_CALLS(FUNCTION) };
const uint32_t sys_call_count = sizeof sys_call_table / sizeof sys_call_table[0];
