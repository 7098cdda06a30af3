/* The clock: counts instructions block by block, and stops at an exact count. */
#include "engine/internal.h"

static struct front *front_of(struct engine *e, uint64_t address) {
  return &e->front[(address ^ address >> 13) & (FRONT - 1)];
}

void clock_forget_blocks(struct engine *e) {
  e->front_key += UINT64_C(1) << 32;
}

void clock_refresh_limit(struct engine *e) {
  uint64_t limit = e->deadline < SPECIAL ? e->deadline : SPECIAL - 1;
  atomic_store(&e->limit, e->native ? 0 : limit);
  if (atomic_load(&e->stop_asked)) atomic_store(&e->limit, 0);
}

void clock_park(struct engine *e) {
  if (!e->at) return;
  const struct block *block = e->at->block;
  e->last_linear = block->stepped ? e->step_linear
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
  const struct front *at = e->at;
  if (at && at->block->stepped) {
    if (linear == e->step_linear) e->count -= e->ahead;
  } else if (at) {
    e->count -= at->block->count - block_index(at->block, linear - at->address);
  }
  clock_complete(e);
}

/* What the block hook needs to know of the block at `address`; NULL when there is no memory for it. */
static struct front *front_fill(struct engine *e, uint64_t address, uint32_t size) {
  struct front *f = front_of(e, address);
  struct block_place place;
  if (!translate_place(e, address, size, &place)) return NULL;
  struct block *block = blocks_find(&e->blocks, &place);
  if (!block) return NULL;
  f->address = address;
  f->key = e->front_key | size;
  f->block = block;
  f->count = block->stepped || block->checked || block->repeats ? SPECIAL : block->count;
  return f;
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
static bool is_repetition(struct engine *e, const struct front *f) {
  if (e->last_linear != f->address) return false;
  return f->block->repeats || (f->block->checked && !branches(e, f->block, 0));
}

/* A block that is stepped for a deadline that has moved is translated plain again. */
static bool is_stepped_in_vain(const struct engine *e, const struct front *f) {
  return f->block->for_deadline && e->count + f->block->count <= e->deadline;
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

static void block_slowly(struct engine *e, uint64_t address, uint32_t size) {
  if (e->exit_set && address == e->exit_linear) return;
  clock_park(e);
  if (e->native) events_native_done(e, address);
  struct front *f = front_of(e, address);
  if (f->address != address || f->key != (e->front_key | size)) f = front_fill(e, address, size);
  if (!f) {
    /* The block was forgotten, or there was no memory to describe it: translating it again makes it anew. */
    translate_again(e, address);
    events_redirect(e, address);
    return;
  }
  e->repeating = is_repetition(e, f);
  if (f->block->checked && !block_is_current(&e->blocks, f->block)) {
    if (e->repeating) e->count--;
    leave_changed_block(e, f->block, address);
    return;
  }
  if (atomic_load(&e->stop_asked) || (!e->repeating && e->count >= e->deadline)) {
    if (e->repeating) e->count--;
    events_deadline(e, address);
    return;
  }
  if (is_stepped_in_vain(e, f)) {
    translate_again(e, address);
    events_redirect(e, address);
    return;
  }
  e->ahead = 0;
  if (!f->block->stepped) {
    uint64_t added = e->repeating ? 0 : f->block->count;
    if (e->count + added > e->deadline) {
      step_for_deadline(e, address);
      return;
    }
    e->count += added;
  }
  e->at = f;
}

void clock_on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
  struct engine *e = user;
  struct front *f = front_of(e, address);
  uint64_t count = e->count + f->count;
  (void)uc;
  if (f->address == address && f->key == (e->front_key | size) &&
      count <= atomic_load_explicit(&e->limit, memory_order_relaxed)) {
    e->count = count;
    e->at = f;
    return;
  }
  block_slowly(e, address, size);
}

bool clock_step(struct engine *e, uint64_t address) {
  const struct block *block = e->at->block;
  uint64_t offset = address - e->at->address;
  bool same = offset == 0 && e->repeating;
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
