/* Paths as system calls get them: in the program's memory, from a directory of its choice. */
#ifndef GUEST_CALL_PATH_H
#define GUEST_CALL_PATH_H

#include <stdint.h>

#include "paths.h"

struct call;

/* Linux's numbers of AT_. */
#define PATH_FROM_TASK ((uintptr_t)-100) /* AT_FDCWD */
#define PATH_NO_FOLLOW 0x100
#define PATH_REMOVE_DIRECTORY 0x200
#define PATH_FOLLOW 0x400
#define PATH_EMPTY 0x1000

/* Follows the path at a user address, from an open directory or PATH_FROM_TASK, as path_walk does; also
 * -EFAULT, -EBADF. */
long call_walk(struct call *call, uintptr_t directory, uintptr_t path, bool follow, struct path *out);

/* The same for what must exist; with PATH_EMPTY in the flags an empty path, or none, means the open file
 * itself. */
long call_find(struct call *call, uintptr_t directory, uintptr_t path, uintptr_t flags, struct inode **out);

#endif
