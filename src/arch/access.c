/* Linear accesses of a transition: one walk per page and kind, pending writes over memory, every step told.
 */
#include "arch/access.h"

#include <assert.h>
#include <string.h>

static uint64_t low_bytes(uint64_t value, unsigned size) {
  return size >= 8 ? value : value & ((UINT64_C(1) << 8 * size) - 1);
}

/* The bytes that a pending write lays over the `size` bytes at `physical`, which now hold `value`. */
static uint64_t overlay_write(const struct rs_step *write, uint64_t physical, unsigned size, uint64_t value) {
  const uint8_t *bytes = (const uint8_t *)&write->write.new;
  for (unsigned i = 0; i < size; i++) {
    uint64_t offset = physical + i - write->write.physical;
    if (offset >= write->size) continue;
    value &= ~(UINT64_C(0xff) << 8 * i);
    value |= (uint64_t)bytes[offset] << 8 * i;
  }
  return value;
}

uint64_t physical_read(struct builder *b, uint64_t physical, unsigned size) {
  uint64_t offset = physical % GUEST_PAGE_SIZE, value = 0;
  assert(size <= 8 && offset + size <= GUEST_PAGE_SIZE);
  const uint8_t *page = b->memory->page(b->memory->context, physical - offset);
  if (!page) return low_bytes(UINT64_MAX, size);
  memcpy(&value, page + offset, size); /* hosts are little-endian, as guests are */
  for (unsigned i = 0; i < b->memory_write_count; i++) {
    const struct rs_step *write = &b->out->step[b->memory_write[i]];
    if (write->write.physical < physical + size && physical < write->write.physical + write->size)
      value = overlay_write(write, physical, size, value);
  }
  return value;
}

static uint64_t read_entry(void *context, uint64_t physical, unsigned size) {
  return physical_read(context, physical, size);
}

static void memory_written(struct builder *b) {
  assert(b->memory_write_count < sizeof b->memory_write / sizeof *b->memory_write);
  b->memory_write[b->memory_write_count++] = (uint16_t)(b->out->step_count - 1);
}

static void record_entry(struct builder *b, const struct paging_entry *entry, uint16_t walk) {
  struct rs_step *step = builder_step(b, RS_STEP_READ);
  step->id = RS_ITEM_PAGE_ENTRY;
  step->size = entry->size;
  step->level = entry->level;
  step->walk = walk;
  step->read.linear = step->read.physical = entry->physical;
  step->read.value.word[0] = entry->value;
  step->read.value.word[1] = entry->reserved;
}

static void record_update(struct builder *b, const struct paging_entry *entry, uint16_t walk) {
  struct rs_step *step = builder_step(b, RS_STEP_WRITE);
  step->id = RS_ITEM_PAGE_ACCESSED_DIRTY;
  step->size = entry->size;
  step->level = entry->level;
  step->walk = walk;
  step->write.linear = step->write.physical = entry->physical;
  step->write.old.word[0] = entry->value;
  step->write.new.word[0] = entry->updated;
  memory_written(b);
}

/* Tells the checks of a walk in the order that decides: entries root first, then the combined rights. */
static void record_checks(struct builder *b, const struct paging_walk *walk) {
  const struct paging_entry *last = &walk->entry[walk->count - 1];
  bool refused_by_entry = walk->refused && walk->right_count == 0;
  unsigned valid = walk->count - refused_by_entry;
  if (valid) check(b, RS_CHECK_PAGE_ENTRIES_VALID, true, valid, walk->entry[valid - 1].level, 0, 0);
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

/* What passes as a write passes as a read, too. */
static uint8_t kinds_allowed_by(enum access_kind kind) {
  return (uint8_t)(1U << kind | (kind == ACCESS_WRITE ? 1U << ACCESS_READ : 0));
}

static struct builder_page *page_walk(struct builder *b, uint64_t linear, enum access_kind kind,
                                      enum access_privilege privilege) {
  const struct paging_reader reader = { b, read_entry };
  struct paging_walk walk;
  paging_walk(b->after, &reader, linear, kind, privilege, &walk);
  uint16_t first = walk.count ? b->out->step_count : RS_NO_WALK;
  for (unsigned i = 0; i < walk.count; i++)
    record_entry(b, &walk.entry[i], first);
  if (walk.count) record_checks(b, &walk);
  if (walk.refused) {
    fault_page(b, walk.error_code, linear);
    return NULL;
  }
  for (unsigned i = 0; i < walk.count; i++)
    if (walk.entry[i].updated != walk.entry[i].value) record_update(b, &walk.entry[i], first);
  assert(b->page_count < BUILDER_PAGES);
  struct builder_page *page = &b->page[b->page_count++];
  page->linear_page = linear / GUEST_PAGE_SIZE;
  page->physical_page = walk.physical - walk.physical % GUEST_PAGE_SIZE;
  page->allowed = kinds_allowed_by(kind);
  page->privilege = (uint8_t)privilege;
  page->walk = first;
  return page;
}

/* The page of `linear`, walked now if this transition has not walked it for such an access; NULL when
 * refused. */
static struct builder_page *page_find(struct builder *b, uint64_t linear, enum access_kind kind,
                                      enum access_privilege privilege) {
  for (unsigned i = b->page_count; i-- > 0;) {
    struct builder_page *page = &b->page[i];
    if (page->linear_page == linear / GUEST_PAGE_SIZE && page->privilege == privilege &&
        page->allowed & 1U << kind)
      return page;
  }
  return page_walk(b, linear, kind, privilege);
}

/* The two parts of an access, the second empty unless it crosses a page. */
struct access_parts {
  unsigned size[2];
  uint64_t linear[2], physical[2];
  uint16_t walk[2];
};

/* Linear addresses wrap at 32 bits outside IA-32e mode [SDM3 "Address Translation in Protected Mode"]. */
static bool access_resolve(struct builder *b, uint64_t linear, unsigned size, enum access_kind kind,
                           enum access_privilege privilege, struct access_parts *parts) {
  unsigned room = (unsigned)(GUEST_PAGE_SIZE - linear % GUEST_PAGE_SIZE);
  bool wide = b->after->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  parts->size[0] = size < room ? size : room;
  parts->size[1] = size - parts->size[0];
  parts->linear[0] = linear;
  parts->linear[1] = wide ? linear + room : (uint32_t)(linear + room);
  for (unsigned i = 0; i < 2 && parts->size[i]; i++) {
    const struct builder_page *page = page_find(b, parts->linear[i], kind, privilege);
    if (!page) return false;
    parts->physical[i] = page->physical_page + parts->linear[i] % GUEST_PAGE_SIZE;
    parts->walk[i] = page->walk;
  }
  return true;
}

/* Copies the bytes of part `i` into `bytes`. */
static void part_read(struct builder *b, const struct access_parts *parts, unsigned i, uint8_t *bytes) {
  for (unsigned done = 0; done < parts->size[i]; done += 8) {
    unsigned size = parts->size[i] - done < 8 ? parts->size[i] - done : 8;
    uint64_t value = physical_read(b, parts->physical[i] + done, size);
    memcpy(bytes + done, &value, size);
  }
}

bool access_read(struct builder *b, const struct access *access, union rs_value *value) {
  struct access_parts parts;
  assert(access->size >= 1 && access->size <= sizeof value->word);
  if (!access_resolve(b, access->linear, access->size, ACCESS_READ, access->privilege, &parts)) return false;
  memset(value, 0, sizeof *value);
  part_read(b, &parts, 0, (uint8_t *)value);
  part_read(b, &parts, 1, (uint8_t *)value + parts.size[0]);
  struct rs_step *step = builder_step(b, RS_STEP_READ);
  step->id = (uint16_t)access->item;
  step->reg = (uint16_t)access->reg;
  step->size = access->size;
  step->walk = parts.walk[0];
  step->read.linear = access->linear;
  step->read.physical = parts.physical[0];
  step->read.value = *value;
  return true;
}

bool access_write(struct builder *b, const struct access *access, union rs_value value) {
  struct access_parts parts;
  const uint8_t *bytes = (const uint8_t *)&value;
  assert(access->size >= 1 && access->size <= sizeof value.word);
  if (!access_resolve(b, access->linear, access->size, ACCESS_WRITE, access->privilege, &parts)) return false;
  for (unsigned i = 0; i < 2 && parts.size[i]; i++, bytes += parts.size[0]) {
    struct rs_step *step = builder_step(b, RS_STEP_WRITE);
    step->id = (uint16_t)access->item;
    step->reg = (uint16_t)access->reg;
    step->size = (uint8_t)parts.size[i];
    step->walk = parts.walk[i];
    step->write.linear = parts.linear[i];
    step->write.physical = parts.physical[i];
    part_read(b, &parts, i, (uint8_t *)&step->write.old);
    memcpy(&step->write.new, bytes, parts.size[i]);
    memory_written(b);
  }
  return true;
}

bool access_probe(struct builder *b, uint64_t linear, unsigned size, enum access_kind kind,
                  enum access_privilege privilege) {
  struct access_parts parts;
  assert(size >= 1 && size <= GUEST_PAGE_SIZE);
  return access_resolve(b, linear, size, kind, privilege, &parts);
}
