/* The system calls: each takes a struct call and returns a result or a negative error number. */
#ifndef GUEST_CALLS_H
#define GUEST_CALLS_H

#include <stdbool.h>
#include <stdint.h>

struct frame;
struct task;

/* One call as an entry path brought it. */
struct call {
  struct task *task;
  struct frame *frame;
  unsigned word_size;    /* of the caller's ABI: 8, or 4 for the i386 numbers */
  uintptr_t argument[6]; /* in the ABI's order; zero-extended */
};

/* X(name): every call there is; those with 32 or 64 in the name differ in the layout of what they point to.
 */
#define CALLS(X)                                                                                             \
  X(read)                                                                                                    \
  X(write)                                                                                                   \
  X(readv)                                                                                                   \
  X(writev)                                                                                                  \
  X(close)                                                                                                   \
  X(lseek) X(llseek) X(pread) X(pwrite) X(ioctl) X(fcntl) X(dup) X(dup2) X(dup3) X(poll) X(open) X(openat)   \
      X(stat_path) X(access_path) X(fstat64) X(fstatat64) X(i386_fstat64) X(i386_fstatat64) X(statx)         \
          X(readlink) X(readlinkat) X(getcwd) X(brk) X(mmap) X(mmap2) X(i386_old_mmap) X(munmap) X(mprotect) \
              X(mremap) X(madvise) X(exit) X(getpid) X(getppid) X(get_id) X(uname) X(prlimit64) X(getrlimit) \
                  X(setrlimit) X(set_tid_address) X(accepted) X(rt_sigaction) X(rt_sigprocmask)              \
                      X(sigaltstack) X(kill) X(tgkill) X(futex) X(arch_prctl) X(set_thread_area)             \
                          X(get_thread_area) X(getrandom) X(getcpu) X(time) X(gettimeofday) X(clock_gettime) \
                              X(clock_gettime64) X(clock_getres) X(clock_getres64) X(nanosleep)              \
                                  X(clock_nanosleep) X(clock_nanosleep64) X(unknown)

#define X(name) long sys_##name(struct call *call);
CALLS(X)
#undef X

/* A table by number, without holes; `count` is its bound. */
struct call_table {
  long (*const *handler)(struct call *call);
  uintptr_t count;
};

extern const struct call_table calls_i386;

/* Calls the handler of `number`; -ENOSYS beyond the table. */
long calls_dispatch(const struct call_table *table, uintptr_t number, struct call *call);

/* Writes a word of the caller's size. */
bool call_put_word(const struct call *call, uintptr_t address, uint64_t value);

/* Writes two words of `word_size` bytes: struct timespec and its like. */
bool call_put_pair(unsigned word_size, uintptr_t address, uint64_t first, uint64_t second);

/* Reads the `index`th word of the caller's size. */
bool call_get_word(const struct call *call, uintptr_t address, unsigned index, uint64_t *out);

#endif
