/* System calls on the program's memory. */
#include "bits.h"
#include "calls.h"
#include "errors.h"
#include "files.h"
#include "inodes.h"
#include "task.h"
#include "user_memory.h"

/* Linux's numbers. */
#define MAP_PRIVATE 2
#define MAP_TYPE 0xf
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_FIXED_NOREPLACE 0x100000
#define MREMAP_MAYMOVE 1
#define PROT_ALL 7
#define FILL_PIECE 1024

static uint64_t round_up(uint64_t value) {
  return (value + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

static bool aligned(uintptr_t address) {
  return address % PAGE_SIZE == 0;
}

/* Checks a page-aligned start and any length; the length in whole pages, or 0 when the range is not the
 * program's. */
static size_t whole_pages(const struct task *task, uintptr_t start, uintptr_t length) {
  if (!aligned(start) || !user_range_fits(task, start, length)) return 0;
  return (size_t)round_up(length);
}

/* Like Linux, answers with the break as it is when it cannot be moved. */
long sys_brk(struct call *call) {
  struct task *task = call->task;
  uintptr_t wanted = call->argument[0];
  uintptr_t old_end = (uintptr_t)round_up(task->space->break_now), new_end = (uintptr_t)round_up(wanted);
  if (wanted < task->space->break_start || !user_range_fits(task, wanted, 0))
    return (long)task->space->break_now;
  if (new_end < old_end) user_unmap(task, new_end, old_end - new_end);
  if (new_end > old_end &&
      (user_any_mapped(task, old_end, new_end - old_end) || new_end > task->space->mmap_top ||
       user_map(task, old_end, new_end - old_end, USER_READ | USER_WRITE) != 0))
    return (long)task->space->break_now;
  task->space->break_now = wanted;
  return (long)wanted;
}

static long map_fixed(struct task *task, uintptr_t start, size_t size, unsigned protection, uintptr_t flags) {
  if (size == 0 || start == 0) return start == 0 ? -ERROR_PERM : -ERROR_NOMEM;
  if (flags & MAP_FIXED_NOREPLACE && user_any_mapped(task, start, size)) return -ERROR_EXIST;
  user_unmap(task, start, size);
  return user_map(task, start, size, protection);
}

/* Fills fresh pages from a file, which they are a copy of. */
static long fill(struct task *task, const struct file *file, uint64_t offset, uintptr_t start, size_t size,
                 unsigned protection) {
  char piece[FILL_PIECE];
  for (size_t done = 0, count; done < size; done += count) {
    size_t wanted = size - done < sizeof piece ? size - done : sizeof piece;
    count = contents_read(&file->inode->contents, offset + done, piece, wanted);
    if (count == 0) break;
    if (!copy_to_user(start + done, piece, count)) return -ERROR_FAULT;
  }
  return user_protect(task, start, size, protection);
}

/* Maps pages at *start, or where there is room, and says there where; 0 or a negative error number. */
static long place(struct task *task, uintptr_t *start, uintptr_t length, unsigned protection,
                  uintptr_t flags) {
  size_t size = (size_t)round_up(length);
  if (!user_range_fits(task, 0, length)) return -ERROR_NOMEM;
  if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
    if (!aligned(*start)) return -ERROR_INVAL;
    return map_fixed(task, *start, whole_pages(task, *start, length), protection, flags);
  }
  *start = user_find_gap(task, size);
  return *start ? user_map(task, *start, size, protection) : -ERROR_NOMEM;
}

/* A file can be mapped privately, or shared by those who only read: both are copies of what it is now. */
static long check_file(const struct file *file, const uintptr_t argument[6], uint64_t offset) {
  bool shared = (argument[3] & MAP_TYPE) != MAP_PRIVATE;
  if (!file) return -ERROR_BADF;
  if ((file->flags & OPEN_ACCESS) == OPEN_WRITE_ONLY) return -ERROR_ACCES;
  if (shared && argument[2] & USER_WRITE && (file->flags & OPEN_ACCESS) != OPEN_READ_WRITE)
    return -ERROR_ACCES;
  if (inode_type(file->inode) != MODE_REGULAR || (shared && argument[2] & USER_WRITE)) return -ERROR_NODEV;
  return offset % PAGE_SIZE ? -ERROR_INVAL : 0;
}

static long map(struct call *call, const uintptr_t argument[6], uint64_t offset) {
  struct task *task = call->task;
  bool anonymous = argument[3] & MAP_ANONYMOUS;
  const struct file *file = anonymous ? NULL : files_get(task, argument[4]);
  unsigned protection = argument[2] & PROT_ALL;
  uintptr_t start = argument[0];
  long result;
  if (argument[1] == 0) return -ERROR_INVAL;
  result = anonymous ? 0 : check_file(file, argument, offset);
  if (result < 0) return result;
  result = place(task, &start, argument[1], anonymous ? protection : USER_READ | USER_WRITE, argument[3]);
  if (result == 0 && file)
    result = fill(task, file, offset, start, (size_t)round_up(argument[1]), protection);
  return result < 0 ? result : (long)start;
}

long sys_mmap(struct call *call) {
  return map(call, call->argument, call->argument[5]);
}

/* The offset is in pages. */
long sys_mmap2(struct call *call) {
  return map(call, call->argument, (uint64_t)call->argument[5] * PAGE_SIZE);
}

/* i386's first mmap: its arguments stand in memory. */
long sys_i386_old_mmap(struct call *call) {
  uintptr_t argument[6];
  for (unsigned i = 0; i < 6; i++) {
    uint64_t word;
    if (!call_get_word(call, call->argument[0], i, &word)) return -ERROR_FAULT;
    argument[i] = (uintptr_t)word;
  }
  return map(call, argument, argument[5]);
}

long sys_munmap(struct call *call) {
  size_t size = whole_pages(call->task, call->argument[0], call->argument[1]);
  if (size == 0) return -ERROR_INVAL;
  user_unmap(call->task, call->argument[0], size);
  return 0;
}

long sys_mprotect(struct call *call) {
  size_t size = whole_pages(call->task, call->argument[0], call->argument[1]);
  if (!aligned(call->argument[0])) return -ERROR_INVAL;
  if (call->argument[1] == 0) return 0;
  if (size == 0) return -ERROR_NOMEM;
  return user_protect(call->task, call->argument[0], size, call->argument[2] & PROT_ALL);
}

/* Growing where it stands when the next addresses are free, elsewhere when the caller allows it. The new
 * pages can be read and written: protections of a mapping are not kept apart from its pages. */
static long grow(struct task *task, uintptr_t start, size_t old_size, size_t new_size, bool may_move) {
  uintptr_t end = start + old_size, to;
  size_t more = new_size - old_size;
  if (user_range_fits(task, start, new_size) && !user_any_mapped(task, end, more)) {
    long result = user_map(task, end, more, USER_READ | USER_WRITE);
    return result < 0 ? result : (long)start;
  }
  to = may_move ? user_find_gap(task, new_size) : 0;
  if (to == 0 || user_map(task, to + old_size, more, USER_READ | USER_WRITE) != 0) return -ERROR_NOMEM;
  if (user_move(task, start, to, old_size) == 0) return (long)to;
  user_unmap(task, to, new_size);
  return -ERROR_NOMEM;
}

long sys_mremap(struct call *call) {
  struct task *task = call->task;
  uintptr_t start = call->argument[0];
  size_t old_size = whole_pages(task, start, call->argument[1]);
  size_t new_size = (size_t)round_up(call->argument[2]);
  if (old_size == 0 || new_size == 0 || call->argument[3] & ~(uintptr_t)MREMAP_MAYMOVE) return -ERROR_INVAL;
  if (!user_all_mapped(task, start, old_size)) return -ERROR_FAULT;
  if (!user_range_fits(task, 0, call->argument[2])) return -ERROR_NOMEM;
  if (new_size < old_size) user_unmap(task, start + new_size, old_size - new_size);
  if (new_size <= old_size) return (long)start;
  return grow(task, start, old_size, new_size, call->argument[3] & MREMAP_MAYMOVE);
}

/* MADV_DONTNEED promises zeros; all other advice may be ignored. */
long sys_madvise(struct call *call) {
  enum { DONT_NEED = 4 };
  size_t size = whole_pages(call->task, call->argument[0], call->argument[1]);
  if (!aligned(call->argument[0])) return -ERROR_INVAL;
  if (call->argument[1] == 0 || call->argument[2] != DONT_NEED) return 0;
  if (size == 0 || !user_all_mapped(call->task, call->argument[0], size)) return -ERROR_NOMEM;
  return user_clear(call->task, call->argument[0], size);
}
