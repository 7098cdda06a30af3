/* System calls on names: opening, making, removing and moving them, and the task's own directory. */
#include "bits.h"
#include "call_path.h"
#include "calls.h"
#include "errors.h"
#include "files.h"
#include "heap.h"
#include "inodes.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

/* What fcntl tells later. */
#define OPEN_KEPT                                                                                            \
  (OPEN_ACCESS | OPEN_APPEND | OPEN_NONBLOCK | OPEN_LARGE | OPEN_DIRECTORY | OPEN_NO_FOLLOW | OPEN_PATH)

/* A name can come into the directory that the path leads to. */
static long check_free(const struct path *path) {
  if (path->inode) return -ERROR_EXIST;
  if (path->directory->links == 0) return -ERROR_NOENT;
  return 0;
}

/* A new inode under the path's name; -ENOSPC when memory is out. */
static long create(struct task *task, struct path *path, unsigned mode) {
  long result = check_free(path);
  struct inode *inode;
  if (result < 0) return result;
  inode = inode_create((mode & MODE_TYPE) == MODE_LINK ? mode : mode & ~task->file_mask);
  if (!inode) return -ERROR_NOSPC;
  result = directory_add(path->directory, path->name, inode);
  path->inode = inode;
  inode_release(inode); /* its name holds it */
  return result;
}

/* What opening asks of an inode that is there. */
static long check_open(const struct inode *inode, uintptr_t flags) {
  unsigned type = inode_type(inode);
  bool writes = (flags & OPEN_ACCESS) != OPEN_READ_ONLY || flags & OPEN_TRUNCATE;
  if (type == MODE_LINK && !(flags & OPEN_PATH)) return -ERROR_LOOP;
  if (flags & OPEN_DIRECTORY && type != MODE_DIRECTORY) return -ERROR_NOTDIR;
  if (type == MODE_DIRECTORY && (writes || flags & OPEN_CREATE)) return -ERROR_ISDIR;
  return 0;
}

static long open_inode(struct call *call, struct inode *inode, uintptr_t flags) {
  unsigned kept = (unsigned)flags & OPEN_KEPT;
  struct file *file;
  if (flags & OPEN_TRUNCATE && inode_type(inode) == MODE_REGULAR) {
    (void)contents_resize(&inode->contents, 0);
    inode_touch(inode);
  }
  if (call->word_size == sizeof(uint64_t)) kept |= OPEN_LARGE; /* as Linux tells it there */
  file = file_open(inode, kept);
  return file ? files_install(&call->task->files, file, 0, flags & OPEN_CLOEXEC) : -ERROR_NOMEM;
}

static long open_at(struct call *call, uintptr_t directory, uintptr_t address, uintptr_t flags,
                    uintptr_t mode) {
  bool exclusive = (flags & (OPEN_CREATE | OPEN_EXCLUSIVE)) == (OPEN_CREATE | OPEN_EXCLUSIVE);
  struct path path;
  long result = call_walk(call, directory, address, !(flags & OPEN_NO_FOLLOW) && !exclusive, &path);
  if (result < 0) return result;
  if (exclusive && path.inode) return -ERROR_EXIST;
  if (!path.inode && flags & OPEN_CREATE)
    result = create(call->task, &path, MODE_REGULAR | ((unsigned)mode & MODE_PERMISSIONS));
  else
    result = path.inode ? check_open(path.inode, flags) : -ERROR_NOENT;
  return result < 0 ? result : open_inode(call, path.inode, flags);
}

long sys_open(struct call *call) {
  return open_at(call, PATH_FROM_TASK, call->argument[0], call->argument[1], call->argument[2]);
}

long sys_openat(struct call *call) {
  return open_at(call, call->argument[0], call->argument[1], call->argument[2], call->argument[3]);
}

long sys_creat(struct call *call) {
  uintptr_t flags = OPEN_CREATE | OPEN_WRITE_ONLY | OPEN_TRUNCATE;
  return open_at(call, PATH_FROM_TASK, call->argument[0], flags, call->argument[1]);
}

long sys_umask(struct call *call) {
  unsigned old = call->task->file_mask;
  call->task->file_mask = (unsigned)call->argument[0] & 0777;
  return (long)old;
}

static long make_directory(struct call *call, uintptr_t directory, uintptr_t address, uintptr_t mode) {
  struct path path;
  long result = call_walk(call, directory, address, false, &path);
  return result < 0 ? result
                    : create(call->task, &path, MODE_DIRECTORY | ((unsigned)mode & MODE_PERMISSIONS));
}

long sys_mkdir(struct call *call) {
  return make_directory(call, PATH_FROM_TASK, call->argument[0], call->argument[1]);
}

long sys_mkdirat(struct call *call) {
  return make_directory(call, call->argument[0], call->argument[1], call->argument[2]);
}

/* Whether the name can go: a directory by rmdir alone, and empty. */
static long check_removal(const struct path *path, bool of_directory) {
  if (!path->inode) return -ERROR_NOENT;
  if (!path->directory) return of_directory ? -ERROR_BUSY : -ERROR_ISDIR;
  if ((inode_type(path->inode) == MODE_DIRECTORY) != of_directory)
    return of_directory ? -ERROR_NOTDIR : -ERROR_ISDIR;
  return of_directory && path->inode->directory.first ? -ERROR_NOTEMPTY : 0;
}

static long remove_name(struct call *call, uintptr_t directory, uintptr_t address, bool of_directory) {
  struct path path;
  long result = call_walk(call, directory, address, false, &path);
  if (result == 0) result = check_removal(&path, of_directory);
  if (result == 0) directory_remove(path.directory, path.name);
  return result;
}

long sys_unlink(struct call *call) {
  return remove_name(call, PATH_FROM_TASK, call->argument[0], false);
}

long sys_rmdir(struct call *call) {
  return remove_name(call, PATH_FROM_TASK, call->argument[0], true);
}

long sys_unlinkat(struct call *call) {
  return remove_name(call, call->argument[0], call->argument[1], call->argument[2] & PATH_REMOVE_DIRECTORY);
}

static bool is_within(const struct inode *directory, const struct inode *above) {
  while (directory != above && directory != inode_root())
    directory = directory->directory.parent;
  return directory == above;
}

/* Whether a name may take the place of another. */
static long check_move(const struct path *from, const struct path *to) {
  bool moves_directory = from->inode && inode_type(from->inode) == MODE_DIRECTORY;
  if (!from->inode) return -ERROR_NOENT;
  if (!from->directory || !to->directory) return -ERROR_BUSY;
  if (moves_directory && is_within(to->directory, from->inode)) return -ERROR_INVAL;
  return to->inode ? check_removal(to, moves_directory) : check_free(to);
}

static long move_name(struct call *call, const uintptr_t from_at[2], const uintptr_t to_at[2]) {
  struct path from, to;
  long result = call_walk(call, from_at[0], from_at[1], false, &from);
  if (result == 0) result = call_walk(call, to_at[0], to_at[1], false, &to);
  if (result == 0) result = check_move(&from, &to);
  if (result < 0 || from.inode == to.inode) return result;
  inode_hold(from.inode);
  if (to.inode) directory_remove(to.directory, to.name);
  directory_remove(from.directory, from.name);
  result = directory_add(to.directory, to.name, from.inode);
  if (result < 0)
    (void)directory_add(from.directory, from.name, from.inode); /* into the memory it just left */
  inode_release(from.inode);
  return result;
}

long sys_rename(struct call *call) {
  const uintptr_t from[2] = { PATH_FROM_TASK, call->argument[0] },
                  to[2] = { PATH_FROM_TASK, call->argument[1] };
  return move_name(call, from, to);
}

/* renameat, and renameat2 without flags. */
long sys_renameat(struct call *call) {
  return move_name(call, &call->argument[0], &call->argument[2]);
}

long sys_renameat2(struct call *call) {
  return call->argument[4] ? -ERROR_INVAL : sys_renameat(call);
}

static long add_link(struct call *call, const uintptr_t from_at[2], const uintptr_t to_at[2], bool follow) {
  struct path from, to;
  long result = call_walk(call, from_at[0], from_at[1], follow, &from);
  if (result == 0) result = call_walk(call, to_at[0], to_at[1], false, &to);
  if (result == 0 && !from.inode) result = -ERROR_NOENT;
  if (result == 0) result = check_free(&to);
  if (result < 0) return result;
  if (inode_type(from.inode) == MODE_DIRECTORY) return -ERROR_PERM;
  return directory_add(to.directory, to.name, from.inode);
}

long sys_link(struct call *call) {
  const uintptr_t from[2] = { PATH_FROM_TASK, call->argument[0] },
                  to[2] = { PATH_FROM_TASK, call->argument[1] };
  return add_link(call, from, to, false);
}

long sys_linkat(struct call *call) {
  return add_link(call, &call->argument[0], &call->argument[2], call->argument[4] & PATH_FOLLOW);
}

static long make_link(struct call *call, uintptr_t target, uintptr_t directory, uintptr_t address) {
  char text[PATH_SIZE];
  struct path path;
  long length = copy_string_from_user(text, target, sizeof text), result;
  char *kept;
  if (length <= 0) return length < 0 ? length : -ERROR_NOENT;
  result = call_walk(call, directory, address, false, &path);
  if (result == 0) result = check_free(&path);
  if (result < 0) return result;
  kept = heap_take((size_t)length + 1);
  if (!kept) return -ERROR_NOSPC;
  memcpy(kept, text, (size_t)length + 1);
  result = create(call->task, &path, MODE_LINK | 0777);
  if (result < 0)
    heap_return(kept, (size_t)length + 1);
  else
    path.inode->link.target = kept;
  return result;
}

long sys_symlink(struct call *call) {
  return make_link(call, call->argument[0], PATH_FROM_TASK, call->argument[1]);
}

long sys_symlinkat(struct call *call) {
  return make_link(call, call->argument[0], call->argument[1], call->argument[2]);
}

static long read_link(struct call *call, uintptr_t directory, uintptr_t address, uintptr_t buffer,
                      size_t size) {
  struct path path;
  const char *target;
  size_t length;
  long result = call_walk(call, directory, address, false, &path);
  if (result < 0) return result;
  if (!path.inode) return -ERROR_NOENT;
  if (size == 0 || size > INT32_MAX || inode_type(path.inode) != MODE_LINK) return -ERROR_INVAL;
  target = path.inode->link.is_program ? call->task->program_path : path.inode->link.target;
  length = strlen(target);
  if (size > length) size = length;
  return copy_to_user(buffer, target, size) ? (long)size : -ERROR_FAULT;
}

long sys_readlink(struct call *call) {
  return read_link(call, PATH_FROM_TASK, call->argument[0], call->argument[1], call->argument[2]);
}

long sys_readlinkat(struct call *call) {
  return read_link(call, call->argument[0], call->argument[1], call->argument[2], call->argument[3]);
}

static long enter(struct task *task, struct inode *directory) {
  if (inode_type(directory) != MODE_DIRECTORY) return -ERROR_NOTDIR;
  inode_hold(directory);
  inode_release(task->directory);
  task->directory = directory;
  return 0;
}

long sys_chdir(struct call *call) {
  struct inode *directory;
  long result = call_find(call, PATH_FROM_TASK, call->argument[0], 0, &directory);
  return result < 0 ? result : enter(call->task, directory);
}

long sys_fchdir(struct call *call) {
  const struct file *file = files_get(call->task, call->argument[0]);
  return file ? enter(call->task, file->inode) : -ERROR_BADF;
}

long sys_getcwd(struct call *call) {
  char text[PATH_SIZE];
  long size = path_of_directory(call->task->directory, text, sizeof text);
  if (size < 0) return size;
  if ((uintptr_t)size > call->argument[1]) return -ERROR_RANGE;
  return copy_to_user(call->argument[0], text, (size_t)size) ? size : -ERROR_FAULT;
}
