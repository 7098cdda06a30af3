/* From a path to what it names. */
#ifndef GUEST_PATHS_H
#define GUEST_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "inodes.h"

#define PATH_SIZE 1024 /* of a path, with its end */

struct task;

/* Where a path leads. */
struct path {
  struct inode *directory; /* that holds the last part; NULL when the path ends in none, as / or .. do */
  struct inode *inode;     /* what it names; NULL when the directory has no such name */
  char name[NAME_SIZE];    /* the last part */
};

/* Follows a path from the root or from `start`. A symbolic link at its end is followed if `follow` says so. 0
 * also when only the last part is missing; -ENOENT, -ENOTDIR, -ELOOP or -ENAMETOOLONG. Nothing is held.
 * `task` may be NULL: then no program runs yet. */
long path_walk(struct task *task, struct inode *start, const char *text, bool follow, struct path *out);

/* What an existing path names, from the task's directory; links are followed. */
long path_find(struct task *task, const char *text, struct inode **out);

/* Makes what a path from the root names, with the mode's type, and the directories on the way; what is there
 * already of that type serves. NULL when that is not possible. */
struct inode *path_make(const char *text, unsigned mode);

/* The path of a directory from the root, with its end: its length, or -ERANGE or -ENOENT. */
long path_of_directory(const struct inode *directory, char *out, size_t size);

#endif
