/* The clock: counts instructions block by block, and stops at an exact count. */
#include "engine/internal.h"

#include "engine/watch.h"

/* Asked at every event, and nearly always for nothing: a load is cheaper than a store that others must see.
 */
void clock_refresh_limit(struct engine *e) {
  uint64_t limit = e->deadline < SPECIAL ? e->deadline : SPECIAL - 1;
  if (e->native || e->device_open || e->watch_open) limit = 0;
  if (atomic_load(&e->limit) != limit) atomic_store(&e->limit, limit);
  if (atomic_load(&e->stop_asked)) atomic_store(&e->limit, 0);
}

void clock_park(struct engine *e) {
  if (!e->at) return;
  const struct block *block = e->at->block;
  e->last_linear = e->at->stepped ? e->step_linear
                   : block->count ? e->at->address + block->offset[block->count - 1]
                                  : NO_LINEAR;
  e->at = NULL;
}

void clock_complete(struct engine *e) {
  e->at = NULL;
  e->ahead = 0;
  e->last_linear = e->step_linear = NO_LINEAR;
}

void clock_settle(struct engine *e, uint64_t linear) {
  const struct piece *at = e->at;
  if (at && at->stepped) {
    if (linear == e->step_linear) e->count -= e->ahead;
  } else if (at) {
    e->count -= at->block->count - block_index(at->block, linear - at->address);
  }
  clock_complete(e);
}

/* True when the instruction at `offset` of the block has a near branch. */
static bool branches(struct engine *e, const struct block *block, uint64_t offset) {
  uint8_t bytes[15];
  size_t length = block_copy(&e->blocks, block, offset, bytes, sizeof bytes);
  return discover_operands(e->blocks.discoverer, bytes, length, block->code).branch != BRANCH_NONE;
}

/* True when the block begins with the instruction that was counted last and that has not been completed: a
 * further repetition of a string instruction; or a store that the library executes again, in a block of its
 * own, because it hit the page of its own code. */
static bool is_repetition(struct engine *e, const struct piece *p) {
  if (e->last_linear != p->address) return false;
  return p->block->repeats || (p->block->checked && !branches(e, p->block, 0));
}

/* A block that is stepped for a deadline that has moved, or for breakpoints that are gone, is translated
 * plain again. */
static bool is_stepped_in_vain(const struct engine *e, const struct piece *p) {
  return (p->for_deadline && e->count + p->block->count <= e->deadline) || (p->for_watch && !e->watched);
}

static void step_for_deadline(struct engine *e, uint64_t address) {
  e->deadline_block = address;
  translate_again(e, address);
  events_redirect(e, address);
}

/* Memory no longer holds what was translated: all code of the page is read anew. */
static void leave_changed_block(struct engine *e, const struct block *block, uint64_t address) {
  clock_complete(e);
  translate_purge(e, block->physical);
  translate_purge(e, block->second_page);
  events_redirect(e, address);
}

/* All cases but the plain one; false when the block must not run, because execution goes on elsewhere. */
static bool enter_slowly(struct engine *e, const struct piece *p, uint64_t address) {
  clock_park(e);
  if (e->device_open) translate_close_device(e);
  if (e->watch_open && !(p->block && p->stepped)) watch_close(e);
  if (e->native && !events_native_done(e, address)) return false;
  if (!p->block || is_stepped_in_vain(e, p)) {
    translate_again(e, address);
    events_redirect(e, address);
    return false;
  }
  e->repeating = is_repetition(e, p);
  if (e->met) {
    events_watched(e, address, e->repeating ? p->block : NULL);
    return false;
  }
  if (p->block->checked && !block_is_current(&e->blocks, p->block)) {
    if (e->repeating) e->count--;
    leave_changed_block(e, p->block, address);
    return false;
  }
  if (atomic_load(&e->stop_asked) || (!e->repeating && e->count >= e->deadline)) {
    if (e->repeating) e->count--;
    events_deadline(e, address);
    return false;
  }
  return true;
}

/* The common case of SPECIAL: one more repetition of the string instruction that ran last, and nothing else
 * to see to. It counts as nothing. */
static bool repeats_plainly(struct engine *e, const struct piece *p) {
  if (e->at != p || p->stepped || !p->block || !p->block->repeats || p->block->checked) return false;
  if (atomic_load_explicit(&e->limit, memory_order_relaxed) == 0) return false;
  e->repeating = true;
  return true;
}

/* Apart, so that the quick way needs no stack frame. */
__attribute__((noinline)) static void block_slowly(struct engine *e, const struct piece *p,
                                                   uint64_t address) {
  if (repeats_plainly(e, p)) return;
  if (e->exit_set && address == e->exit_linear) return;
  if (!enter_slowly(e, p, address)) return;
  e->ahead = 0;
  if (!p->stepped) {
    uint64_t added = e->repeating ? 0 : p->block->count;
    if (e->count + added > e->deadline) {
      step_for_deadline(e, address);
      return;
    }
    e->count += added;
  }
  e->at = p;
}

void clock_on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
  const struct piece *p = user;
  struct engine *e = p->engine;
  uint64_t count = e->count + p->count;
  (void)uc, (void)size;
  if (count <= atomic_load_explicit(&e->limit, memory_order_relaxed)) {
    e->count = count;
    e->at = p;
    return;
  }
  block_slowly(e, p, address);
}

bool clock_is_exact(const struct engine *e) {
  return e->native || (e->at && (e->at->stepped || e->at->block->count == 1));
}

bool clock_step(struct engine *e, uint64_t address) {
  const struct block *block = e->at->block;
  uint64_t offset = address - e->at->address;
  bool same = offset == 0 && e->repeating;
  if (e->device_open) translate_close_device(e);
  if (e->met) {
    events_watched(e, address, NULL);
    return false;
  }
  if (e->step_linear == address && e->ahead > 0) same = !branches(e, block, offset);
  if (block->checked && !block_is_current(&e->blocks, block)) {
    if (same) e->count--;
    leave_changed_block(e, block, address);
    return false;
  }
  e->repeating = same;
  e->step_linear = address;
  e->ahead = 1;
  if (same) return true;
  if (e->count >= e->deadline) {
    events_deadline(e, address);
    return false;
  }
  e->count++;
  return true;
}
