/* Page walks as a transition tells them: the entries read, the checks, the accessed and dirty bits. */
#include "arch/walk.h"

static void record_entry(struct builder *b, const struct paging_entry *entry, uint16_t walk) {
  const struct step_head head = {
    .kind = RS_STEP_READ, .size = entry->size, .level = entry->level, .id = RS_ITEM_PAGE_ENTRY, .walk = walk
  };
  struct rs_step *step = builder_step(b, head);
  step->read.linear = step->read.physical = entry->physical;
  step->read.value.word[0] = entry->value;
  step->read.value.word[1] = entry->reserved;
}

static void record_update(struct builder *b, struct paging_entry *entry, uint16_t walk) {
  const struct step_head head = { .kind = RS_STEP_WRITE,
                                  .size = entry->size,
                                  .level = entry->level,
                                  .id = RS_ITEM_PAGE_ACCESSED_DIRTY,
                                  .walk = walk };
  struct rs_step *step = builder_step(b, head);
  step->write.linear = step->write.physical = entry->physical;
  step->write.old.word[0] = entry->value;
  step->write.new.word[0] = entry->value = entry->updated;
  step->write.old.word[1] = step->write.new.word[1] = 0;
  builder_memory_written(b, entry->physical, entry->size);
}

/* Tells the checks of a walk in the order that decides: entries root first, then the combined rights. The
 * first `kept` entries were told before. */
static void record_checks(struct builder *b, const struct paging_walk *walk, unsigned kept) {
  const struct paging_entry *last = &walk->entry[walk->count - 1];
  bool refused_by_entry = walk->refused && walk->right_count == 0;
  unsigned valid = walk->count - refused_by_entry;
  if (valid > kept)
    check(b, RS_CHECK_PAGE_ENTRIES_VALID, true, valid - kept, walk->entry[valid - 1].level, 0, 0);
  if (refused_by_entry) {
    bool present = walk->check == RS_CHECK_PAGE_ENTRY_RESERVED;
    check(b, RS_CHECK_PAGE_ENTRY_PRESENT, present, last->value, last->level, 0, 0);
    if (present) check(b, RS_CHECK_PAGE_ENTRY_RESERVED, false, last->value, last->level, last->reserved, 0);
  }
  for (unsigned i = 0; i < walk->right_count; i++) {
    const struct paging_check *right = &walk->right[i];
    check(b, right->id, right->passed, right->operand[0], right->operand[1], right->operand[2], 0);
  }
}

/* --- Walks that were made before --- */

static inline struct walk_key key_of(const struct rs_cpu *cpu, uint64_t linear, enum access_kind kind,
                                     enum access_privilege privilege, unsigned kept) {
  return (struct walk_key){
    .linear_page = linear / GUEST_PAGE_SIZE,
    .cr0 = cpu->cr0,
    .cr3 = cpu->cr3,
    .cr4 = cpu->cr4,
    .efer = cpu->msr[RS_MSR_INDEX(RS_EFER)],
    .how = kind | (uint32_t)privilege << 4 | (uint32_t)kept << 8 | (uint32_t)cpu->model << 12 |
           (uint32_t) !!(cpu->rflags & RFLAGS_AC) << 16,
  };
}

static inline bool keys_equal(const struct walk_key *a, const struct walk_key *b) {
  return a->linear_page == b->linear_page && a->cr3 == b->cr3 && a->how == b->how && a->cr0 == b->cr0 &&
         a->cr4 == b->cr4 && a->efer == b->efer;
}

static inline struct walk_made *made_slot(struct walk_memo *memo, const struct walk_key *key) {
  return &memo->made[(key->linear_page ^ key->linear_page >> 9 ^ (key->how * 37 >> 4)) % WALK_MEMO];
}

/* True when memory still holds every entry. */
static inline bool entries_hold(const struct walk_made *made) {
  bool hold = true;
  if (made->size == 8) {
    for (unsigned i = 0; i < made->count; i++)
      hold &= host_load(made->host[i], 8) == made->value[i];
  } else {
    for (unsigned i = 0; i < made->count; i++)
      hold &= host_load(made->host[i], 4) == made->value[i];
  }
  return hold;
}

/* Tells the walk of `made`, whose steps are the last `made->step_count`, again. */
static void made_tell(struct builder *b, const struct walk_made *made, unsigned kept, uint16_t walk) {
  struct rs_transition *out = b->out;
  struct rs_step *step = &out->step[out->step_count];
  unsigned entries = made->walk.count - kept;
  assert(out->step_count + made->step_count <= RS_STEP_LIMIT);
  memcpy(step, made->step, made->step_count * sizeof *step);
  for (unsigned i = 0; i < entries; i++)
    step[i].walk = walk;
  out->step_count = (uint16_t)(out->step_count + made->step_count);
}

/* Remembers the walk that was told from step `first` on, if all its entries are in RAM. */
static void made_keep(const struct builder *b, struct walk_made *made, const struct walk_key *key,
                      unsigned first) {
  const struct paging_walk *walk = &b->own_walk;
  made->count = 0;
  for (unsigned i = 0; i < walk->count; i++) {
    const struct paging_entry *entry = &walk->entry[i];
    if (entry->physical >= b->memory->ram_size) return;
    made->host[i] = b->memory->ram + entry->physical;
    made->value[i] = entry->value;
    made->size = entry->size;
  }
  made->count = (uint8_t)walk->count;
  made->step_count = (uint8_t)(b->out->step_count - first);
  assert(made->step_count <= WALK_STEPS);
  made->key = *key;
  made->walk = *walk;
  memcpy(made->step, &b->out->step[first], made->step_count * sizeof *made->step);
}

/* --- The walk --- */

/* Makes it, in `b->own_walk`, and tells it; false when refused. `walk` is what its steps say it belongs to.
 */
static bool walk_make(struct builder *b, uint64_t linear, enum access_kind kind,
                      enum access_privilege privilege, unsigned kept, uint16_t walk) {
  struct paging_walk *made = &b->own_walk;
  if (b->walk != made && kept) *made = *b->walk;
  b->walk = made;
  paging_walk_on(b->after, &b->entries, linear, kind, privilege, kept, made);
  for (unsigned i = kept; i < made->count; i++)
    record_entry(b, &made->entry[i], walk);
  if (made->count) record_checks(b, made, kept);
  return !made->refused || fault_page(b, made->error_code, linear);
}

/* Tells the accessed and dirty bits that it sets; false when there are none. */
static bool walk_update(struct builder *b, uint16_t walk) {
  struct paging_walk *made = &b->own_walk;
  bool updates = false;
  for (unsigned i = 0; i < made->count; i++) {
    if (made->entry[i].updated == made->entry[i].value) continue;
    record_update(b, &made->entry[i], walk);
    updates = true;
  }
  return updates;
}

bool walk_record(struct builder *b, uint64_t linear, enum access_kind kind, enum access_privilege privilege) {
  uint16_t from = b->walk_first, first = b->out->step_count;
  unsigned kept = from == RS_NO_WALK ? 0 : paging_shared_entries(b->walk, b->walk_linear, linear);
  uint16_t walk = kept ? from : first;
  const struct walk_key key = key_of(b->after, linear, kind, privilege, kept);
  bool remembers = b->memory->memo && b->memory_write_count == 0; /* no write to an entry is pending */
  struct walk_made *made = remembers ? made_slot(b->memory->memo, &key) : NULL;

  b->walk_first = RS_NO_WALK;
  if (made && made->count && keys_equal(&made->key, &key) && entries_hold(made)) {
    made_tell(b, made, kept, walk);
    b->walk = &made->walk;
  } else {
    if (!walk_make(b, linear, kind, privilege, kept, walk)) return false;
    if (!walk_update(b, kept == b->walk->count ? from : first) && made) made_keep(b, made, &key, first);
  }
  b->walk_linear = linear;
  if (b->walk->count) b->walk_first = kept == b->walk->count ? from : first; /* what read the last entry */
  return true;
}
