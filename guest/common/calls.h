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
  uintptr_t number;      /* as the program gave it */
};

/* Every call there is, by the file that has it. Those with 64 in the name have 64-bit layouts in what they
 * point to; of those without, several serve both sizes of words. */

/* calls_file.c */
long sys_read(struct call *call);
long sys_write(struct call *call);
long sys_readv(struct call *call);
long sys_writev(struct call *call);
long sys_pread(struct call *call);
long sys_pwrite(struct call *call);
long sys_lseek(struct call *call);
long sys_llseek(struct call *call);
long sys_sendfile(struct call *call);
long sys_ftruncate(struct call *call);
long sys_ftruncate64(struct call *call);

/* calls_descriptor.c */
long sys_close(struct call *call);
long sys_ioctl(struct call *call);
long sys_fcntl(struct call *call);
long sys_dup(struct call *call);
long sys_dup2(struct call *call);
long sys_dup3(struct call *call);
long sys_pipe(struct call *call);
long sys_pipe2(struct call *call);
long sys_poll(struct call *call);
long sys_ppoll(struct call *call);
long sys_ppoll64(struct call *call);

/* calls_path.c */
long sys_open(struct call *call);
long sys_openat(struct call *call);
long sys_creat(struct call *call);
long sys_umask(struct call *call);
long sys_mkdir(struct call *call);
long sys_mkdirat(struct call *call);
long sys_unlink(struct call *call);
long sys_rmdir(struct call *call);
long sys_unlinkat(struct call *call);
long sys_rename(struct call *call);
long sys_renameat(struct call *call);
long sys_renameat2(struct call *call);
long sys_link(struct call *call);
long sys_linkat(struct call *call);
long sys_symlink(struct call *call);
long sys_symlinkat(struct call *call);
long sys_readlink(struct call *call);
long sys_readlinkat(struct call *call);
long sys_chdir(struct call *call);
long sys_fchdir(struct call *call);
long sys_getcwd(struct call *call);

/* calls_directory.c */
long sys_getdents(struct call *call);
long sys_getdents64(struct call *call);

/* calls_stat.c */
long sys_stat64(struct call *call);
long sys_lstat64(struct call *call);
long sys_fstat64(struct call *call);
long sys_fstatat64(struct call *call);
long sys_i386_stat64(struct call *call);
long sys_i386_lstat64(struct call *call);
long sys_i386_fstat64(struct call *call);
long sys_i386_fstatat64(struct call *call);
long sys_statx(struct call *call);
long sys_access(struct call *call);
long sys_faccessat(struct call *call);
long sys_chmod(struct call *call);
long sys_fchmod(struct call *call);
long sys_fchmodat(struct call *call);
long sys_chown(struct call *call);
long sys_lchown(struct call *call);
long sys_fchown(struct call *call);
long sys_fchownat(struct call *call);
long sys_utimensat(struct call *call);
long sys_utimensat64(struct call *call);

/* calls_memory.c */
long sys_brk(struct call *call);
long sys_mmap(struct call *call);
long sys_mmap2(struct call *call);
long sys_i386_old_mmap(struct call *call);
long sys_munmap(struct call *call);
long sys_mprotect(struct call *call);
long sys_mremap(struct call *call);
long sys_madvise(struct call *call);

/* calls_task.c */
long sys_exit(struct call *call);
long sys_fork(struct call *call);
long sys_vfork(struct call *call);
long sys_clone(struct call *call);
long sys_i386_clone(struct call *call);
long sys_sched_yield(struct call *call);

/* calls_exec.c */
long sys_execve(struct call *call);

/* calls_wait.c */
long sys_wait4(struct call *call);
long sys_waitpid(struct call *call);
long sys_waitid(struct call *call);

/* calls_process.c */
long sys_getpid(struct call *call);
long sys_getppid(struct call *call);
long sys_getpgrp(struct call *call);
long sys_getpgid(struct call *call);
long sys_setpgid(struct call *call);
long sys_getsid(struct call *call);
long sys_setsid(struct call *call);
long sys_get_id(struct call *call);
long sys_uname(struct call *call);
long sys_prlimit64(struct call *call);
long sys_getrlimit(struct call *call);
long sys_setrlimit(struct call *call);
long sys_set_tid_address(struct call *call);
long sys_getcpu(struct call *call);
long sys_getrandom(struct call *call);
long sys_prctl(struct call *call);

/* calls_signal.c */
long sys_rt_sigaction(struct call *call);
long sys_rt_sigprocmask(struct call *call);
long sys_rt_sigpending(struct call *call);
long sys_rt_sigsuspend(struct call *call);
long sys_pause(struct call *call);
long sys_sigaltstack(struct call *call);
long sys_kill(struct call *call);
long sys_tkill(struct call *call);
long sys_tgkill(struct call *call);
long sys_futex(struct call *call);
long sys_i386_sigaction(struct call *call);
long sys_i386_sigprocmask(struct call *call);
long sys_i386_sigpending(struct call *call);
long sys_i386_sigsuspend(struct call *call);
long sys_i386_sigreturn(struct call *call);
long sys_i386_rt_sigreturn(struct call *call);

/* calls_thread.c */
long sys_set_thread_area(struct call *call);
long sys_get_thread_area(struct call *call);

/* calls_time.c */
long sys_time(struct call *call);
long sys_gettimeofday(struct call *call);
long sys_clock_gettime(struct call *call);
long sys_clock_gettime64(struct call *call);
long sys_clock_getres(struct call *call);
long sys_clock_getres64(struct call *call);
long sys_nanosleep(struct call *call);
long sys_alarm(struct call *call);
long sys_getitimer(struct call *call);
long sys_setitimer(struct call *call);
long sys_clock_nanosleep(struct call *call);
long sys_clock_nanosleep64(struct call *call);

/* calls.c */
long sys_accepted(struct call *call);
long sys_unknown(struct call *call);
long sys_absent(struct call *call);

/* A table by number, without holes; `count` is its bound. */
struct call_table {
  long (*const *handler)(struct call *call);
  uintptr_t count;
};

extern const struct call_table calls_i386;

/* Calls the handler of `number`; -ENOSYS beyond the table. */
long calls_dispatch(const struct call_table *table, uintptr_t number, struct call *call);

/* Puts the result where the program's register is restored from. */
void calls_finish(struct frame *frame, long result);

/* Writes a word of the caller's size. */
bool call_put_word(const struct call *call, uintptr_t address, uint64_t value);

/* Writes two words of `word_size` bytes: struct timespec and its like. */
bool call_put_pair(unsigned word_size, uintptr_t address, uint64_t first, uint64_t second);
bool call_get_pair(unsigned word_size, uintptr_t address, uint64_t out[2]);

/* Reads the `index`th word of the caller's size. */
bool call_get_word(const struct call *call, uintptr_t address, unsigned index, uint64_t *out);

#endif
