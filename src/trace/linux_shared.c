/* The system calls from 424 on, which have the same number in every ABI of Linux. */
#include <stddef.h>

#include "trace/linux.h"

enum { SHARED_FIRST = 424 };

static const struct linux_call call[] = {
  [424 - SHARED_FIRST] = { "pidfd_send_signal", NULL },
  [425 - SHARED_FIRST] = { "io_uring_setup", NULL },
  [426 - SHARED_FIRST] = { "io_uring_enter", NULL },
  [427 - SHARED_FIRST] = { "io_uring_register", NULL },
  [428 - SHARED_FIRST] = { "open_tree", NULL },
  [429 - SHARED_FIRST] = { "move_mount", NULL },
  [430 - SHARED_FIRST] = { "fsopen", NULL },
  [431 - SHARED_FIRST] = { "fsconfig", NULL },
  [432 - SHARED_FIRST] = { "fsmount", NULL },
  [433 - SHARED_FIRST] = { "fspick", NULL },
  [434 - SHARED_FIRST] = { "pidfd_open", "dx" },
  [435 - SHARED_FIRST] = { "clone3", "pz" },
  [436 - SHARED_FIRST] = { "close_range", "uux" },
  [437 - SHARED_FIRST] = { "openat2", "aspz" },
  [438 - SHARED_FIRST] = { "pidfd_getfd", NULL },
  [439 - SHARED_FIRST] = { "faccessat2", "asox" },
  [440 - SHARED_FIRST] = { "process_madvise", NULL },
  [441 - SHARED_FIRST] = { "epoll_pwait2", NULL },
  [442 - SHARED_FIRST] = { "mount_setattr", NULL },
  [443 - SHARED_FIRST] = { "quotactl_fd", NULL },
  [444 - SHARED_FIRST] = { "landlock_create_ruleset", NULL },
  [445 - SHARED_FIRST] = { "landlock_add_rule", NULL },
  [446 - SHARED_FIRST] = { "landlock_restrict_self", NULL },
  [447 - SHARED_FIRST] = { "memfd_secret", NULL },
  [448 - SHARED_FIRST] = { "process_mrelease", NULL },
  [449 - SHARED_FIRST] = { "futex_waitv", NULL },
  [450 - SHARED_FIRST] = { "set_mempolicy_home_node", NULL },
};

const struct linux_call *linux_shared_call(uint64_t number) {
  return number >= SHARED_FIRST && number - SHARED_FIRST < sizeof call / sizeof call[0]
             ? &call[number - SHARED_FIRST]
             : NULL;
}
