/* A program's pages. The page tables are the only record: an entry with PAGE_HELD is in use, present or not.
 */
#include "user_memory.h"

#include "bits.h"
#include "errors.h"
#include "frames.h"
#include "instructions.h"
#include "layout.h"
#include "paging.h"
#include "processor.h"
#include "task.h"
#include "user_share.h"

static uintptr_t rights(unsigned protection) {
  uintptr_t bits = PAGE_HELD;
  if (protection == 0) return bits;
  bits |= PAGE_PRESENT | PAGE_USER;
  if (protection & USER_WRITE) bits |= PAGE_WRITE;
  if (processor.nx && !(protection & USER_EXECUTE)) bits |= PAGING_NO_EXECUTE;
  return bits;
}

bool user_range_fits(const struct task *task, uintptr_t start, uint64_t size) {
  return start <= task->space->user_end && size <= task->space->user_end - start;
}

static bool page_mapped(struct task *task, uintptr_t address) {
  const uintptr_t *entry = paging_entry(task->space->root, address, false);
  return entry && *entry & PAGE_HELD;
}

bool user_any_mapped(struct task *task, uintptr_t start, size_t size) {
  const uintptr_t *entry;
  for (uintptr_t at = start; (entry = paging_next_entry(task->space->root, &at, start + size));
       at += PAGE_SIZE)
    if (*entry & PAGE_HELD) return true;
  return false;
}

bool user_all_mapped(struct task *task, uintptr_t start, size_t size) {
  for (uintptr_t at = start; at - start < size; at += PAGE_SIZE)
    if (!page_mapped(task, at)) return false;
  return true;
}

/* What is shared is not written to before it is copied. */
static uintptr_t entry_of(uintptr_t frame, unsigned protection) {
  uintptr_t entry = frame | rights(protection);
  if (entry & PAGE_WRITE && frames_shared(frame)) entry ^= PAGE_WRITE | PAGE_COPY;
  return entry;
}

/* Sets the rights of one entry, with a frame of its own as soon as it can be reached. */
static long set_page(uintptr_t *entry, uintptr_t address, unsigned protection) {
  uintptr_t frame = *entry & PAGING_FRAME;
  if (frame == 0 && protection != 0) {
    frame = frames_take_high();
    if (frame == 0) return -ERROR_NOMEM;
    paging_clear_frame(frame);
  }
  if (*entry & PAGE_PRESENT) {
    *entry = entry_of(frame, protection);
    invalidate_page(address);
  } else {
    *entry = entry_of(frame, protection);
  }
  return 0;
}

long user_map(struct task *task, uintptr_t start, size_t size, unsigned protection) {
  if (protection != 0 && size / PAGE_SIZE > frames_free()) return -ERROR_NOMEM;
  for (uintptr_t at = start; at - start < size; at += PAGE_SIZE) {
    uintptr_t *entry = paging_entry(task->space->root, at, true);
    if (!entry || set_page(entry, at, protection) != 0) {
      user_unmap(task, start, at - start);
      return -ERROR_NOMEM;
    }
  }
  return 0;
}

static void clear_entry(uintptr_t *entry, uintptr_t address) {
  bool present = *entry & PAGE_PRESENT;
  *entry = 0;
  if (present) invalidate_page(address);
}

void user_unmap(struct task *task, uintptr_t start, size_t size) {
  uintptr_t *entry;
  for (uintptr_t at = start; (entry = paging_next_entry(task->space->root, &at, start + size));
       at += PAGE_SIZE) {
    if (*entry & PAGING_FRAME) frames_return(*entry & PAGING_FRAME);
    clear_entry(entry, at);
  }
  if (start < task->space->mmap_top && start + size > task->space->mmap_hint)
    task->space->mmap_hint = start + size;
}

long user_protect(struct task *task, uintptr_t start, size_t size, unsigned protection) {
  for (uintptr_t at = start; at - start < size; at += PAGE_SIZE) {
    uintptr_t *entry = paging_entry(task->space->root, at, false);
    if (!entry || !(*entry & PAGE_HELD) || set_page(entry, at, protection) != 0) return -ERROR_NOMEM;
  }
  return 0;
}

long user_clear(struct task *task, uintptr_t start, size_t size) {
  uintptr_t *entry;
  for (uintptr_t at = start; (entry = paging_next_entry(task->space->root, &at, start + size));
       at += PAGE_SIZE) {
    if ((*entry & PAGING_FRAME) == 0) continue;
    if (frames_shared(*entry & PAGING_FRAME) && !user_own_page(task->space, at)) return -ERROR_NOMEM;
    paging_clear_frame(*entry & PAGING_FRAME);
  }
  return 0;
}

long user_move(struct task *task, uintptr_t from, uintptr_t to, size_t size) {
  for (size_t at = 0; at < size; at += PAGE_SIZE)
    if (!paging_entry(task->space->root, to + at, true)) return -ERROR_NOMEM;
  for (size_t at = 0; at < size; at += PAGE_SIZE) {
    uintptr_t *entry = paging_entry(task->space->root, from + at, false);
    *paging_entry(task->space->root, to + at, false) = *entry;
    clear_entry(entry, from + at);
  }
  user_unmap(task, from, size);
  return 0;
}

/* Where the free stretch that ends at `end` begins, looking no further than `wanted` bytes need; a missing
 * table is free as a whole. */
static uintptr_t free_start(struct task *task, uintptr_t end, size_t wanted) {
  uintptr_t at = end;
  while (at > PAGE_SIZE && end - at < wanted) {
    const uintptr_t *entry = paging_entry(task->space->root, at - PAGE_SIZE, false);
    if (entry && *entry & PAGE_HELD) break;
    at -= PAGE_SIZE;
    if (!entry) at &= ~(paging_missing_size(task->space->root, at) - 1);
  }
  return at;
}

uintptr_t user_find_gap(struct task *task, size_t size) {
  uintptr_t end =
      task->space->mmap_hint < task->space->mmap_top ? task->space->mmap_hint : task->space->mmap_top;
  bool first = true;
  while (end > task->space->break_now) {
    uintptr_t start = free_start(task, end, size);
    if (end - start >= size && end - size >= task->space->break_now) {
      if (first) task->space->mmap_hint = end - size;
      return end - size;
    }
    if (start < end) first = false;
    end = start < end ? start : end - PAGE_SIZE;
  }
  return 0;
}

bool user_grow_stack(struct task *task, uintptr_t address) {
  uintptr_t page = address & PAGING_FRAME;
  if (address >= task->space->stack_top || task->space->stack_top - address > USER_STACK_LIMIT ||
      page_mapped(task, page))
    return false;
  return user_map(task, page, PAGE_SIZE, task->space->stack_protection) == 0;
}
