/* Following paths, part by part. */
#include "paths.h"

#include "errors.h"
#include "heap.h"
#include "task.h"
#include "text.h"

#define LINK_LIMIT 16

struct walk {
  struct task *task;
  struct inode *at; /* the directory that was reached */
  unsigned links;   /* followed so far */
};

static long follow_path(struct walk *walk, const char *text, bool follow, struct path *out);

/* Cuts the next part off: its length; *rest moves behind it and its slashes. */
static size_t next_part(const char **rest, const char **part) {
  size_t length = 0;
  *part = *rest;
  while ((*part)[length] && (*part)[length] != '/')
    length++;
  *rest += length;
  while (**rest == '/')
    (*rest)++;
  return length;
}

static bool is_dots(const char *part, size_t length) {
  return length <= 2 && part[0] == '.' && (length == 1 || part[1] == '.');
}

/* What a link leads to, from the directory that holds it. */
static long follow_link(struct walk *walk, const struct inode *link, struct path *out) {
  if (++walk->links > LINK_LIMIT) return -ERROR_LOOP;
  if (link->link.is_program) {
    *out = (struct path){ .inode = walk->task ? walk->task->program : NULL };
    return out->inode ? 0 : -ERROR_NOENT;
  }
  return link->link.target ? follow_path(walk, link->link.target, true, out) : -ERROR_NOENT;
}

/* One part, looked up in the directory reached. */
static long look_up(struct walk *walk, const char *part, size_t length, bool follow, struct path *out) {
  if (inode_type(walk->at) != MODE_DIRECTORY) return -ERROR_NOTDIR;
  if (length >= NAME_SIZE) return -ERROR_NAMETOOLONG;
  if (is_dots(part, length)) {
    *out = (struct path){ .inode = length == 1 ? walk->at : walk->at->directory.parent };
    return 0;
  }
  out->directory = walk->at;
  out->inode = directory_find(walk->at, part, length);
  memcpy(out->name, part, length);
  out->name[length] = 0;
  if (out->inode && follow && inode_type(out->inode) == MODE_LINK) return follow_link(walk, out->inode, out);
  return 0;
}

/* Links on the way are always followed, as is one at the end that slashes follow. */
static long follow_path(struct walk *walk, const char *text, bool follow, struct path *out) {
  const char *rest = text, *part;
  if (*text == 0) return -ERROR_NOENT;
  if (*text == '/') walk->at = inode_root();
  while (*rest == '/')
    rest++;
  *out = (struct path){ .inode = walk->at };
  while (*rest) {
    size_t length = next_part(&rest, &part);
    bool ends_so = part[length] == '/';
    long result = look_up(walk, part, length, follow || *rest || ends_so, out);
    if (result < 0) return result;
    if (!*rest && ends_so && out->inode && inode_type(out->inode) != MODE_DIRECTORY) return -ERROR_NOTDIR;
    if (!*rest) break;
    if (!out->inode) return -ERROR_NOENT;
    walk->at = out->inode;
  }
  return 0;
}

long path_walk(struct task *task, struct inode *start, const char *text, bool follow, struct path *out) {
  struct walk walk = { task, start, 0 };
  return follow_path(&walk, text, follow, out);
}

long path_find(struct task *task, const char *text, struct inode **out) {
  struct path path;
  long result = path_walk(task, task->directory, text, true, &path);
  if (result < 0) return result;
  *out = path.inode;
  return path.inode ? 0 : -ERROR_NOENT;
}

static struct inode *make_one(const struct path *path, unsigned mode) {
  struct inode *inode;
  if (path->inode) return inode_type(path->inode) == (mode & MODE_TYPE) ? path->inode : NULL;
  inode = inode_create(mode);
  if (!inode) return NULL;
  if (directory_add(path->directory, path->name, inode) != 0) {
    inode_release(inode);
    return NULL;
  }
  inode_release(inode); /* its name holds it */
  return inode;
}

struct inode *path_make(const char *text, unsigned mode) {
  char prefix[PATH_SIZE];
  struct path path;
  struct inode *made = NULL;
  size_t length = strlen(text);
  if (length >= sizeof prefix) return NULL;
  for (size_t at = 1; at <= length; at++) {
    bool last = at == length;
    if (!last && text[at] != '/') continue;
    memcpy(prefix, text, at);
    prefix[at] = 0;
    if (path_walk(NULL, inode_root(), prefix, true, &path) != 0) return NULL;
    made = make_one(&path, last ? mode : MODE_DIRECTORY | 0755);
    if (!made) return NULL;
  }
  return made;
}

/* Written from the end, then moved to the front. */
long path_of_directory(const struct inode *directory, char *out, size_t size) {
  const struct inode *root = inode_root();
  size_t at = size, length;
  if (size < 2) return -ERROR_RANGE;
  out[--at] = 0;
  if (directory == root) out[--at] = '/';
  for (; directory != root; directory = directory->directory.parent) {
    const char *name = directory_name(directory);
    if (!name) return -ERROR_NOENT;
    length = strlen(name);
    if (length + 1 > at) return -ERROR_RANGE;
    at -= length;
    memcpy(out + at, name, length);
    out[--at] = '/';
  }
  memmove(out, out + at, size - at);
  return (long)(size - at);
}
