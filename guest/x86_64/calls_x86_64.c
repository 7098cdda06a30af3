/* The x86-64 system calls by number, and those that only x86-64 has. */
#include "calls_x86_64.h"

#include "bits.h"
#include "calls.h"
#include "errors.h"
#include "frame.h"
#include "instructions.h"
#include "signal_frames64.h"
#include "task.h"

/* Linux's numbers, arch/x86/entry/syscalls/syscall_64.tbl. */
#define LAST 439

#pragma GCC diagnostic ignored "-Woverride-init"

static long (*const handlers[LAST + 1])(struct call *call) = {
  [0 ... LAST] = sys_unknown,
  [0] = sys_read,
  [1] = sys_write,
  [2] = sys_open,
  [3] = sys_close,
  [4] = sys_stat64,  /* stat */
  [5] = sys_fstat64, /* fstat */
  [6] = sys_lstat64, /* lstat */
  [7] = sys_poll,
  [8] = sys_lseek,
  [9] = sys_mmap,
  [10] = sys_mprotect,
  [11] = sys_munmap,
  [12] = sys_brk,
  [13] = sys_rt_sigaction,
  [14] = sys_rt_sigprocmask,
  [15] = sys_rt_sigreturn,
  [16] = sys_ioctl,
  [17] = sys_pread,
  [18] = sys_pwrite,
  [19] = sys_readv,
  [20] = sys_writev,
  [21] = sys_access,
  [22] = sys_pipe,
  [24] = sys_sched_yield,
  [25] = sys_mremap,
  [28] = sys_madvise,
  [32] = sys_dup,
  [33] = sys_dup2,
  [34] = sys_pause,
  [35] = sys_nanosleep,
  [36] = sys_getitimer,
  [37] = sys_alarm,
  [38] = sys_setitimer,
  [39] = sys_getpid,
  [40] = sys_sendfile,
  [56] = sys_clone,
  [57] = sys_fork,
  [58] = sys_vfork,
  [59] = sys_execve,
  [60] = sys_exit,
  [61] = sys_wait4,
  [62] = sys_kill,
  [63] = sys_uname,
  [72] = sys_fcntl,
  [74] = sys_accepted, /* fsync */
  [75] = sys_accepted, /* fdatasync */
  [77] = sys_ftruncate,
  [78] = sys_getdents,
  [79] = sys_getcwd,
  [80] = sys_chdir,
  [81] = sys_fchdir,
  [82] = sys_rename,
  [83] = sys_mkdir,
  [84] = sys_rmdir,
  [85] = sys_creat,
  [86] = sys_link,
  [87] = sys_unlink,
  [88] = sys_symlink,
  [89] = sys_readlink,
  [90] = sys_chmod,
  [91] = sys_fchmod,
  [92] = sys_chown,
  [93] = sys_fchown,
  [94] = sys_lchown,
  [95] = sys_umask,
  [96] = sys_gettimeofday,
  [97] = sys_getrlimit,
  [102] = sys_get_id, /* getuid */
  [104] = sys_get_id, /* getgid */
  [107] = sys_get_id, /* geteuid */
  [108] = sys_get_id, /* getegid */
  [109] = sys_setpgid,
  [110] = sys_getppid,
  [111] = sys_getpgrp,
  [112] = sys_setsid,
  [115] = sys_get_id, /* getgroups: none */
  [121] = sys_getpgid,
  [124] = sys_getsid,
  [127] = sys_rt_sigpending,
  [130] = sys_rt_sigsuspend,
  [131] = sys_sigaltstack,
  [157] = sys_prctl,
  [158] = sys_arch_prctl,
  [160] = sys_setrlimit,
  [162] = sys_accepted, /* sync */
  [186] = sys_getpid,   /* gettid */
  [200] = sys_tkill,
  [201] = sys_time,
  [202] = sys_futex,
  [217] = sys_getdents64,
  [218] = sys_set_tid_address,
  [228] = sys_clock_gettime,
  [229] = sys_clock_getres,
  [230] = sys_clock_nanosleep,
  [231] = sys_exit, /* exit_group */
  [234] = sys_tgkill,
  [247] = sys_waitid,
  [257] = sys_openat,
  [258] = sys_mkdirat,
  [260] = sys_fchownat,
  [262] = sys_fstatat64, /* newfstatat */
  [263] = sys_unlinkat,
  [264] = sys_renameat,
  [265] = sys_linkat,
  [266] = sys_symlinkat,
  [267] = sys_readlinkat,
  [268] = sys_fchmodat,
  [269] = sys_faccessat,
  [271] = sys_ppoll,
  [273] = sys_accepted, /* set_robust_list */
  [280] = sys_utimensat,
  [292] = sys_dup3,
  [293] = sys_pipe2,
  [302] = sys_prlimit64,
  [309] = sys_getcpu,
  [316] = sys_renameat2,
  [318] = sys_getrandom,
  [332] = sys_statx,
  [334] = sys_absent,    /* rseq */
  [435] = sys_absent,    /* clone3 */
  [439] = sys_faccessat, /* faccessat2 */
};

const struct call_table calls_x86_64 = { handlers, LAST + 1 };

/* While the kernel runs, the program's GS base stands in KERNEL_GS_BASE [SDM2 "SWAPGS"]. */
long sys_arch_prctl(struct call *call) {
  enum { SET_GS = 0x1001, SET_FS = 0x1002, GET_FS = 0x1003, GET_GS = 0x1004 };
  uintptr_t code = call->argument[0], value = call->argument[1];
  uint32_t msr = code == SET_GS || code == GET_GS ? MSR_KERNEL_GS_BASE : MSR_FS_BASE;
  switch (code) {
  case SET_GS:
  case SET_FS:
    if (value >= call->task->space->user_end) return -ERROR_PERM;
    write_msr(msr, value);
    return 0;
  case GET_FS:
  case GET_GS: return call_put_word(call, value, read_msr(msr)) ? 0 : -ERROR_FAULT;
  default: return -ERROR_INVAL;
  }
}

/* The frame is another one now, and its result the one that it was interrupted with. */
long sys_rt_sigreturn(struct call *call) {
  signal_frame_pop64(call->task, call->frame);
  return frame_result(call->frame);
}
