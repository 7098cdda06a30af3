/* Copies between the kernel and the running program: checked by range here, by mapping through the exception
 * table. */
#include "bits.h"
#include "errors.h"
#include "task.h"
#include "user_memory.h"

size_t user_copy(void *to, const void *from, size_t size);

size_t copy_some_from_user(void *to, uintptr_t from, size_t size) {
  if (!user_range_fits(task_current(), from, size)) return 0;
  return size - user_copy(to, (const void *)from, size);
}

size_t copy_some_to_user(uintptr_t to, const void *from, size_t size) {
  if (!user_range_fits(task_current(), to, size)) return 0;
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
