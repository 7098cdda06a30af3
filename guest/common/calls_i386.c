/* The i386 system calls by number, for both kernels: 32-bit programs have one ABI. */
#include "calls.h"

/* Linux's numbers, arch/x86/entry/syscalls/syscall_32.tbl. */
#define LAST 439

#pragma GCC diagnostic ignored "-Woverride-init"

static long (*const handlers[LAST + 1])(struct call *call) = {
  [0 ... LAST] = sys_unknown,
  [1] = sys_exit,
  [3] = sys_read,
  [4] = sys_write,
  [5] = sys_open,
  [6] = sys_close,
  [13] = sys_time,
  [19] = sys_lseek,
  [20] = sys_getpid,
  [24] = sys_get_id,    /* getuid */
  [33] = sys_stat_path, /* access: the path comes first */
  [37] = sys_kill,
  [41] = sys_dup,
  [45] = sys_brk,
  [47] = sys_get_id, /* getgid */
  [49] = sys_get_id, /* geteuid */
  [50] = sys_get_id, /* getegid */
  [54] = sys_ioctl,
  [55] = sys_fcntl,
  [63] = sys_dup2,
  [64] = sys_getppid,
  [75] = sys_setrlimit,
  [76] = sys_getrlimit,
  [78] = sys_gettimeofday,
  [85] = sys_readlink,
  [80] = sys_get_id, /* getgroups: none */
  [90] = sys_i386_old_mmap,
  [91] = sys_munmap,
  [106] = sys_stat_path,
  [107] = sys_stat_path, /* lstat */
  [122] = sys_uname,
  [125] = sys_mprotect,
  [140] = sys_llseek,
  [145] = sys_readv,
  [146] = sys_writev,
  [158] = sys_accepted, /* sched_yield */
  [162] = sys_nanosleep,
  [163] = sys_mremap,
  [168] = sys_poll,
  [174] = sys_rt_sigaction,
  [175] = sys_rt_sigprocmask,
  [176] = sys_rt_sigpending,
  [180] = sys_pread,
  [181] = sys_pwrite,
  [183] = sys_getcwd,
  [186] = sys_sigaltstack,
  [191] = sys_getrlimit, /* ugetrlimit */
  [192] = sys_mmap2,
  [195] = sys_stat_path, /* stat64 */
  [196] = sys_stat_path, /* lstat64 */
  [197] = sys_i386_fstat64,
  [199] = sys_get_id, /* getuid32 */
  [200] = sys_get_id, /* getgid32 */
  [201] = sys_get_id, /* geteuid32 */
  [202] = sys_get_id, /* getegid32 */
  [205] = sys_get_id, /* getgroups32 */
  [219] = sys_madvise,
  [221] = sys_fcntl,  /* fcntl64 */
  [224] = sys_getpid, /* gettid */
  [238] = sys_tkill,
  [240] = sys_futex,
  [243] = sys_set_thread_area,
  [244] = sys_get_thread_area,
  [252] = sys_exit, /* exit_group */
  [258] = sys_set_tid_address,
  [265] = sys_clock_gettime,
  [266] = sys_clock_getres,
  [267] = sys_clock_nanosleep,
  [270] = sys_tgkill,
  [295] = sys_openat,
  [300] = sys_i386_fstatat64,
  [305] = sys_readlinkat,
  [307] = sys_access_path, /* faccessat */
  [309] = sys_poll,        /* ppoll: the time and the mask do not matter */
  [311] = sys_accepted,    /* set_robust_list */
  [318] = sys_getcpu,
  [330] = sys_dup3,
  [340] = sys_prlimit64,
  [355] = sys_getrandom,
  [383] = sys_statx,
  [403] = sys_clock_gettime64,
  [406] = sys_clock_getres64,
  [407] = sys_clock_nanosleep64,
  [414] = sys_poll,        /* ppoll_time64 */
  [422] = sys_futex,       /* futex_time64 */
  [439] = sys_access_path, /* faccessat2 */
};

const struct call_table calls_i386 = { handlers, LAST + 1 };
