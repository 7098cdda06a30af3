/* Open files and descriptors: open, creat, close, dup, pipe. */
#include "console.h"
#include "errors.h"
#include "files.h"
#include "paging.h"
#include "segment.h"
#include "syscalls.h"
#include "text.h"

#define OPEN_FILES 64
#define FLAG_ACCESS 03
#define FLAG_CREAT 0100
#define FLAG_EXCL 0200
#define FLAG_TRUNC 01000
#define FLAG_APPEND 02000
#define WRITE_ONLY 01
#define READ_WRITE 02

static struct open_file open_files[OPEN_FILES];

struct open_file *file_of(uint32_t descriptor) {
  return descriptor < TASK_FILES ? current->files[descriptor] : NULL;
}

/* The lowest descriptor that is free, or TASK_FILES. */
static unsigned free_descriptor(const struct task *task) {
  unsigned descriptor = 0;
  while (descriptor < TASK_FILES && task->files[descriptor])
    descriptor++;
  return descriptor;
}

static struct open_file *free_file(void) {
  for (unsigned i = 0; i < OPEN_FILES; i++)
    if (open_files[i].count == 0) return &open_files[i];
  return NULL;
}

/* Opens an inode in the task; a descriptor, or a negative error number. */
static long open_inode(struct task *task, struct inode *inode, unsigned access) {
  unsigned descriptor = free_descriptor(task);
  struct open_file *file = free_file();
  if (descriptor == TASK_FILES) return -ERROR_MFILE;
  if (!file) return -ERROR_NFILE;
  *file = (struct open_file){ .count = 1, .inode = inode, .access = access };
  task->files[descriptor] = file;
  if (access & OPEN_FOR_READ) inode->readers++;
  if (access & OPEN_FOR_WRITE) inode->writers++;
  return (long)descriptor;
}

static void forget_pipe(struct inode *inode) {
  page_return(inode->page);
  inode_free(inode);
}

/* Who waits at the other end of a pipe learns that this one is closed. */
static void close_file(struct open_file *file) {
  struct inode *inode = file->inode;
  if (--file->count > 0) return;
  if (file->access & OPEN_FOR_READ) inode->readers--;
  if (file->access & OPEN_FOR_WRITE) inode->writers--;
  if ((inode->mode & MODE_TYPE) != MODE_PIPE) return;
  task_wake(inode);
  if (!inode->readers && !inode->writers) forget_pipe(inode);
}

static void close_descriptor(struct task *task, uint32_t descriptor) {
  close_file(task->files[descriptor]);
  task->files[descriptor] = NULL;
}

void files_share(struct task *to, const struct task *from) {
  for (unsigned i = 0; i < TASK_FILES; i++) {
    to->files[i] = from->files[i];
    if (to->files[i]) to->files[i]->count++;
  }
}

void files_close_all(struct task *task) {
  for (unsigned i = 0; i < TASK_FILES; i++)
    if (task->files[i]) close_descriptor(task, i);
}

static struct inode *make_device(const char *name, unsigned mode, unsigned device) {
  struct inode *inode = inode_make(name, mode);
  inode->device = device;
  return inode;
}

void files_init(struct task *task) {
  struct inode *terminal = make_device("/dev/tty", MODE_CHARACTER | 0666, DEVICE(MAJOR_TERMINAL, 0));
  struct inode *errors = make_device("/dev/errors", MODE_CHARACTER | 0222, DEVICE(MAJOR_TERMINAL, 1));
  make_device("/dev/null", MODE_CHARACTER | 0666, DEVICE(MAJOR_MEMORY, 3));
  make_device("/dev/ram", MODE_BLOCK | 0666, DEVICE(MAJOR_MEMORY, 1));
  open_inode(task, terminal, OPEN_FOR_READ);
  open_inode(task, terminal, OPEN_FOR_WRITE);
  open_inode(task, errors, OPEN_FOR_WRITE);
}

/* Fetches a name; 0 or a negative error number. */
static long get_name(uint32_t offset, char *name) {
  for (unsigned i = 0; i < NAME_SIZE; i++) {
    if (!user_area_holds(offset + i, 1)) return -ERROR_FAULT;
    name[i] = (char)get_fs_byte(offset + i);
    if (name[i] == 0) return i > 0 ? 0 : -ERROR_NOENT;
  }
  return -ERROR_NAMETOOLONG;
}

static unsigned access_of(uint32_t flags) {
  switch (flags & FLAG_ACCESS) {
  case WRITE_ONLY: return OPEN_FOR_WRITE;
  case READ_WRITE: return OPEN_FOR_READ | OPEN_FOR_WRITE;
  default: return OPEN_FOR_READ;
  }
}

long sys_open(uint32_t name_offset, uint32_t flags, uint32_t mode) {
  char name[NAME_SIZE];
  long result = get_name(name_offset, name);
  if (result < 0) return result;
  struct inode *inode = inode_find(name);
  if (!inode && !(flags & FLAG_CREAT)) return -ERROR_NOENT;
  if (inode && flags & FLAG_CREAT && flags & FLAG_EXCL) return -ERROR_EXIST;
  if (!inode) inode = inode_make(name, MODE_REGULAR | (mode & 07777));
  if (!inode) return -ERROR_NOSPC;
  result = open_inode(current, inode, access_of(flags));
  if (result < 0) return result;
  if (flags & FLAG_TRUNC && (inode->mode & MODE_TYPE) == MODE_REGULAR) file_truncate(inode);
  current->files[result]->append = flags & FLAG_APPEND;
  return result;
}

long sys_creat(uint32_t name, uint32_t mode) {
  return sys_open(name, FLAG_CREAT | FLAG_TRUNC | WRITE_ONLY, mode);
}

long sys_close(uint32_t descriptor) {
  if (!file_of(descriptor)) return -ERROR_INVAL;
  close_descriptor(current, descriptor);
  return 0;
}

long sys_dup(uint32_t descriptor) {
  struct open_file *file = file_of(descriptor);
  unsigned copy = free_descriptor(current);
  if (!file) return -ERROR_BADF;
  if (copy == TASK_FILES) return -ERROR_MFILE;
  current->files[copy] = file;
  file->count++;
  return (long)copy;
}

static struct inode *make_pipe(void) {
  struct inode *inode = inode_make("", MODE_PIPE | 0600);
  if (!inode) return NULL;
  inode->page = page_take();
  if (inode->page) return inode;
  inode_free(inode);
  return NULL;
}

/* Both ends; at an error none stays open. */
static long open_ends(struct inode *inode, long *ends) {
  ends[0] = open_inode(current, inode, OPEN_FOR_READ);
  if (ends[0] < 0) {
    forget_pipe(inode);
    return ends[0];
  }
  ends[1] = open_inode(current, inode, OPEN_FOR_WRITE);
  if (ends[1] >= 0) return 0;
  close_descriptor(current, (uint32_t)ends[0]);
  return ends[1];
}

long sys_pipe(uint32_t descriptors) {
  long ends[2], result;
  if (!user_area_holds(descriptors, 8)) return -ERROR_FAULT;
  struct inode *inode = make_pipe();
  if (!inode) return -ERROR_NFILE;
  result = open_ends(inode, ends);
  if (result < 0) return result;
  put_fs_long((uint32_t)ends[0], descriptors);
  put_fs_long((uint32_t)ends[1], descriptors + 4);
  return 0;
}
