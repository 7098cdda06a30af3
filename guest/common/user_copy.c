/* Copies between the kernel and the running program, its pointers checked in the way that was chosen. */
#include "bits.h"
#include "console.h"
#include "errors.h"
#include "paging.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"
#include "user_share.h"

size_t user_copy(void *to, const void *from, size_t size);

extern const char user_copy_end[];

static enum { CHECK_FIXUP, CHECK_RANGE, CHECK_MAPPING } check;

void user_pointers_choose(const char *word) {
  if (text_equals(word, "fixup"))
    check = CHECK_FIXUP;
  else if (text_equals(word, "range"))
    check = CHECK_RANGE;
  else if (text_equals(word, "mapping"))
    check = CHECK_MAPPING;
  else
    console_refuse("user_pointers=%s: expected fixup, range or mapping", word);
}

bool user_pointer_trusted(uintptr_t pc) {
  return check == CHECK_RANGE && pc >= (uintptr_t)user_copy && pc < (uintptr_t)user_copy_end;
}

static bool page_allows(struct task *task, uintptr_t address, bool write) {
  uintptr_t wanted = PAGE_PRESENT | PAGE_USER | (write ? PAGE_WRITE : 0);
  const uintptr_t *entry = paging_entry(task->space->root, address, false);
  return entry && (*entry & wanted) == wanted;
}

/* How many bytes of a range the program could itself read, or write; what a fault would map is mapped. */
static size_t accessible(struct task *task, uintptr_t start, size_t size, bool write) {
  size_t done = 0;
  while (done < size) {
    uintptr_t at = start + done;
    size_t piece = PAGE_SIZE - at % PAGE_SIZE;
    if (!page_allows(task, at, write) &&
        !(user_mend_page(task, at, page_allows(task, at, false), write) && page_allows(task, at, write)))
      break;
    done += piece < size - done ? piece : size - done;
  }
  return done;
}

/* How many bytes may be tried. */
static size_t allowed(uintptr_t address, size_t size, bool write) {
  struct task *task = task_current();
  if (!user_range_fits(task, address, size)) return 0;
  return check == CHECK_MAPPING ? accessible(task, address, size, write) : size;
}

size_t copy_some_from_user(void *to, uintptr_t from, size_t size) {
  size = allowed(from, size, false);
  return size - user_copy(to, (const void *)from, size);
}

size_t copy_some_to_user(uintptr_t to, const void *from, size_t size) {
  size = allowed(to, size, true);
  return size - user_copy((void *)to, from, size);
}

bool copy_from_user(void *to, uintptr_t from, size_t size) {
  return copy_some_from_user(to, from, size) == size;
}

bool copy_to_user(uintptr_t to, const void *from, size_t size) {
  return copy_some_to_user(to, from, size) == size;
}

/* Piece by piece to the ends of pages, so that what lies behind the string need not be mapped. */
long copy_string_from_user(char *to, uintptr_t from, size_t size) {
  size_t done = 0;
  while (done < size) {
    size_t piece = PAGE_SIZE - (from + done) % PAGE_SIZE;
    if (piece > size - done) piece = size - done;
    if (!copy_from_user(to + done, from + done, piece)) return -ERROR_FAULT;
    for (size_t end = done + piece; done < end; done++)
      if (to[done] == 0) return (long)done;
  }
  return -ERROR_NAMETOOLONG;
}
