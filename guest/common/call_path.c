/* Paths as system calls get them. */
#include "call_path.h"

#include "calls.h"
#include "errors.h"
#include "files.h"
#include "task.h"
#include "user_memory.h"

/* Where a relative path begins. */
static long start_of(struct call *call, uintptr_t directory, struct inode **out) {
  const struct file *file;
  if ((int32_t)directory == (int32_t)PATH_FROM_TASK) {
    *out = call->task->directory;
    return 0;
  }
  file = files_get(call->task, directory);
  if (!file) return -ERROR_BADF;
  *out = file->inode;
  return inode_type(file->inode) == MODE_DIRECTORY ? 0 : -ERROR_NOTDIR;
}

static long walk_text(struct call *call, uintptr_t directory, const char *text, bool follow,
                      struct path *out) {
  struct inode *start = inode_root();
  long result = text[0] == '/' ? 0 : start_of(call, directory, &start);
  return result < 0 ? result : path_walk(call->task, start, text, follow, out);
}

long call_walk(struct call *call, uintptr_t directory, uintptr_t path, bool follow, struct path *out) {
  char text[PATH_SIZE];
  long length = copy_string_from_user(text, path, sizeof text);
  return length < 0 ? length : walk_text(call, directory, text, follow, out);
}

/* The open file itself, or the task's directory. */
static long find_itself(struct call *call, uintptr_t directory, struct inode **out) {
  const struct file *file = files_get(call->task, directory);
  *out = (int32_t)directory == (int32_t)PATH_FROM_TASK ? call->task->directory : file ? file->inode : NULL;
  return *out ? 0 : -ERROR_BADF;
}

long call_find(struct call *call, uintptr_t directory, uintptr_t path, uintptr_t flags, struct inode **out) {
  char text[PATH_SIZE];
  struct path found;
  long result = 0;
  text[0] = 0;
  if (path || !(flags & PATH_EMPTY)) result = copy_string_from_user(text, path, sizeof text);
  if (result < 0) return result;
  if (text[0] == 0 && flags & PATH_EMPTY) return find_itself(call, directory, out);
  result = walk_text(call, directory, text, !(flags & PATH_NO_FOLLOW), &found);
  if (result < 0) return result;
  *out = found.inode;
  return found.inode ? 0 : -ERROR_NOENT;
}
