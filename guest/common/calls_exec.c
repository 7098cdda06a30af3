/* execve: the words are taken out of the old memory, then the program is exchanged. */
#include "bits.h"
#include "calls.h"
#include "console.h"
#include "errors.h"
#include "exec.h"
#include "files.h"
#include "frames.h"
#include "inodes.h"
#include "paging.h"
#include "paths.h"
#include "signals.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

#define WORDS_FRAMES 64
#define WORDS_SIZE ((size_t)WORDS_FRAMES * PAGE_SIZE)

/* Arguments and environment, copied: pointers from the start of a block, strings behind each other below its
 * end. */
struct words {
  char **pointers;
  char *strings; /* the lowest */
  unsigned count;
};

static long add_word(struct words *words, uintptr_t from) {
  char *limit = (char *)(words->pointers + words->count + 1);
  size_t space = (size_t)(words->strings - limit);
  long length;
  if (words->strings < limit || space == 0) return -ERROR_TOO_BIG;
  length = copy_string_from_user(limit, from, space);
  if (length < 0) return length == -ERROR_NAMETOOLONG ? -ERROR_TOO_BIG : length;
  words->strings -= length + 1;
  memmove(words->strings, limit, (size_t)length + 1);
  words->pointers[words->count++] = words->strings;
  return 0;
}

/* A list of pointers that ends with a null one; a null list is empty. */
static long add_list(const struct call *call, struct words *words, uintptr_t list) {
  for (unsigned i = 0; list; i++) {
    uint64_t pointer;
    long result;
    if (!call_get_word(call, list, i, &pointer)) return -ERROR_FAULT;
    if (pointer == 0) break;
    result = add_word(words, (uintptr_t)pointer);
    if (result < 0) return result;
  }
  return 0;
}

static long take_words(const struct call *call, struct words *words, struct exec_request *request) {
  static char empty[1];
  long result = add_list(call, words, call->argument[1]);
  if (result == 0 && words->count == 0) words->pointers[words->count++] = empty; /* as Linux */
  request->arguments = words->pointers;
  request->argument_count = words->count;
  if (result == 0) result = add_list(call, words, call->argument[2]);
  request->environment = words->pointers + request->argument_count;
  request->environment_count = words->count - request->argument_count;
  return result;
}

static long find_program(struct task *task, const char *name, struct path *path) {
  long result = path_walk(task, task->directory, name, true, path);
  if (result < 0) return result;
  if (!path->inode) return -ERROR_NOENT;
  if (inode_type(path->inode) != MODE_REGULAR || !(path->inode->mode & 0111)) return -ERROR_ACCES;
  return 0;
}

/* What /proc/self/exe names from now on, unless that is what led here. */
static void keep_path(struct task *task, const struct path *path) {
  char text[TASK_PATH_SIZE];
  size_t name = strlen(path->name);
  long length;
  if (!path->directory) return;
  length = path_of_directory(path->directory, text, sizeof text);
  task->program_path[0] = 0;
  if (length < 0 || (size_t)length + 1 + name > sizeof text) return;
  memcpy(task->program_path, text, sizeof text);
  length = length == 2 ? 1 : length; /* the root's slash is the separator */
  task->program_path[length - 1] = '/';
  memcpy(task->program_path + length, path->name, name + 1);
}

/* What a new program does not have of the old one's. */
static void forget(struct task *task) {
  files_close_on_exec(&task->files);
  signals_reset(task);
  task->clear_id = task->tell_id = 0;
}

static long load(struct call *call, const struct path *path, const struct exec_request *request) {
  struct task *task = call->task;
  struct inode *program = inode_hold(path->inode);
  const char *wrong = NULL;
  long result = exec_load(task, request, call->frame, &wrong);
  if (result < 0) {
    inode_release(program);
    return result;
  }
  inode_release(task->program);
  task->program = program;
  keep_path(task, path);
  forget(task);
  return 0;
}

long sys_execve(struct call *call) {
  uintptr_t block = frames_take_run(WORDS_FRAMES);
  char name[PATH_SIZE];
  struct path path = { .inode = NULL };
  struct words words;
  struct exec_request request;
  long result = copy_string_from_user(name, call->argument[0], sizeof name);
  if (block == 0) return -ERROR_NOMEM;
  words = (struct words){ paging_direct(block), (char *)paging_direct(block) + WORDS_SIZE, 0 };
  if (result >= 0) result = find_program(call->task, name, &path);
  if (result == 0) result = take_words(call, &words, &request);
  request.inode = path.inode;
  request.name = name;
  if (result == 0) result = load(call, &path, &request);
  frames_give(block, (uint64_t)block + WORDS_SIZE);
  return result;
}
