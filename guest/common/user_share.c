/* Copying an address space page by page, when they are written to. */
#include "user_share.h"

#include "bits.h"
#include "frames.h"
#include "instructions.h"
#include "paging.h"
#include "task.h"
#include "user_memory.h"

static bool share_entry(uintptr_t *from, uintptr_t *to) {
  uintptr_t frame = *from & PAGING_FRAME;
  if (frame && !frames_share(frame)) return false;
  if (*from & PAGE_WRITE) *from ^= PAGE_WRITE | PAGE_COPY;
  *to = *from;
  return true;
}

static bool share_pages(uintptr_t to_root, const struct address_space *from) {
  uintptr_t *entry, *copy;
  for (uintptr_t at = 0; (entry = paging_next_entry(from->root, &at, from->user_end)); at += PAGE_SIZE) {
    if (!(*entry & PAGE_HELD)) continue;
    copy = paging_entry(to_root, at, true);
    if (!copy || !share_entry(entry, copy)) return false;
  }
  return true;
}

bool user_share_space(struct address_space *to, const struct address_space *from) {
  bool shared;
  *to = *from;
  to->root = paging_create_root();
  if (to->root == 0) return false;
  shared = share_pages(to->root, from);
  write_cr3(from->root); /* what may no longer be written is forgotten */
  if (!shared) user_free_space(to);
  return shared;
}

bool user_copy_on_write(const struct address_space *space, uintptr_t address) {
  const uintptr_t *entry = address < space->user_end ? paging_entry(space->root, address, false) : NULL;
  return entry && *entry & PAGE_COPY && user_own_page(space, address);
}

bool user_own_page(const struct address_space *space, uintptr_t address) {
  uintptr_t *entry = paging_entry(space->root, address, false);
  uintptr_t frame = *entry & PAGING_FRAME;
  if (frames_shared(frame)) {
    uintptr_t copy = frames_take_high();
    if (copy == 0) return false;
    paging_copy_frame(copy, frame);
    frames_return(frame);
    *entry = (*entry & ~(uintptr_t)PAGING_FRAME) | copy;
  }
  if (*entry & PAGE_COPY) *entry ^= PAGE_COPY | PAGE_WRITE;
  invalidate_page(address);
  return true;
}

void user_free_space(struct address_space *space) {
  uintptr_t *entry;
  if ((read_cr3() & PAGING_FRAME) == space->root) write_cr3(paging_kernel_root());
  for (uintptr_t at = 0; (entry = paging_next_entry(space->root, &at, space->user_end)); at += PAGE_SIZE)
    if (*entry & PAGING_FRAME) frames_return(*entry & PAGING_FRAME);
  paging_free_root(space->root);
  space->root = 0;
}

bool user_mend_page(struct task *task, uintptr_t address, bool present, bool write) {
  if (!present) return user_grow_stack(task, address);
  return write && user_copy_on_write(task->space, address);
}
