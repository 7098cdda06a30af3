/* Linear accesses of a transition: one walk per page and kind, pending writes over memory, every step told.
 */
#include "arch/access.h"

#include <assert.h>
#include <string.h>

#include "arch/descriptor.h"

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

/* Hosts are little-endian, as guests are. The common sizes are loads; the rest is for what crosses a page. */
static uint64_t host_load(const uint8_t *bytes, unsigned size) {
  uint64_t value = 0;
  uint32_t half;
  switch (size) {
  case 8: memcpy(&value, bytes, 8); return value;
  case 4: memcpy(&half, bytes, 4); return half;
  default:
    for (unsigned i = 0; i < size; i++)
      value |= (uint64_t)bytes[i] << 8 * i;
    return value;
  }
}

/* Apart, because hardly any read is of what was just written. */
__attribute__((noinline)) static uint64_t overlay_all(const struct builder *b, uint64_t physical,
                                                      unsigned size, uint64_t value) {
  for (unsigned i = 0; i < b->memory_write_count; i++) {
    const struct rs_step *write = &b->out->step[b->memory_write[i]];
    if (write->write.physical < physical + size && physical < write->write.physical + write->size)
      value = overlay_write(write, physical, size, value);
  }
  return value;
}

/* What the page at `host`, which holds `physical`, has there under the pending writes. */
static inline uint64_t page_read(const struct builder *b, const uint8_t *host, uint64_t physical,
                                 unsigned size) {
  if (!host) return low_bytes(UINT64_MAX, size);
  uint64_t value = host_load(host + physical % GUEST_PAGE_SIZE, size);
  bool overlaps = physical < b->written_to && b->written_from < physical + size;
  return overlaps ? overlay_all(b, physical, size, value) : value;
}

static const uint8_t *host_page(const struct builder *b, uint64_t physical) {
  return b->memory->page(b->memory->context, physical - physical % GUEST_PAGE_SIZE);
}

uint64_t physical_read(struct builder *b, uint64_t physical, unsigned size) {
  assert(size <= 8 && physical % GUEST_PAGE_SIZE + size <= GUEST_PAGE_SIZE);
  return page_read(b, host_page(b, physical), physical, size);
}

static uint64_t read_entry(void *context, uint64_t physical, unsigned size) {
  return physical_read(context, physical, size);
}

static void memory_written(struct builder *b) {
  assert(b->memory_write_count < sizeof b->memory_write / sizeof *b->memory_write);
  unsigned index = b->out->step_count - 1U;
  const struct rs_step *step = &b->out->step[index];
  uint64_t from = step->write.physical, to = from + step->size;
  b->memory_write[b->memory_write_count++] = (uint16_t)index;
  if (from < b->written_from) b->written_from = from;
  if (to > b->written_to) b->written_to = to;
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

static void record_update(struct builder *b, struct paging_entry *entry, uint16_t walk) {
  struct rs_step *step = builder_step(b, RS_STEP_WRITE);
  step->id = RS_ITEM_PAGE_ACCESSED_DIRTY;
  step->size = entry->size;
  step->level = entry->level;
  step->walk = walk;
  step->write.linear = step->write.physical = entry->physical;
  step->write.old.word[0] = entry->value;
  step->write.new.word[0] = entry->value = entry->updated;
  step->write.old.word[1] = step->write.new.word[1] = 0;
  memory_written(b);
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

/* Walks `linear` and tells it, from the first entry that the last walk does not share; false when refused. */
static bool walk_record(struct builder *b, uint64_t linear, enum access_kind kind,
                        enum access_privilege privilege) {
  const struct paging_reader reader = { b, read_entry };
  struct paging_walk *walk = &b->walk;
  uint16_t from = b->walk_first, first = b->out->step_count;
  unsigned kept = from == RS_NO_WALK ? 0 : paging_shared_entries(walk, b->walk_linear, linear);
  paging_walk_on(b->after, &reader, linear, kind, privilege, kept, walk);
  b->walk_first = RS_NO_WALK;
  for (unsigned i = kept; i < walk->count; i++)
    record_entry(b, &walk->entry[i], kept ? from : first);
  if (walk->count) record_checks(b, walk, kept);
  if (walk->refused) return fault_page(b, walk->error_code, linear);
  uint16_t told = kept == walk->count ? from : first; /* by the walk that read the last entry */
  for (unsigned i = 0; i < walk->count; i++)
    if (walk->entry[i].updated != walk->entry[i].value) record_update(b, &walk->entry[i], told);
  b->walk_linear = linear;
  if (walk->count) b->walk_first = told;
  return true;
}

static inline uint16_t access_bit(enum access_kind kind, enum access_privilege privilege) {
  return (uint16_t)(1U << (3 * privilege + kind));
}

/* What passes as a write passes as a read, too. */
static uint16_t bits_allowed_by(enum access_kind kind, enum access_privilege privilege) {
  uint16_t bit = access_bit(kind, privilege);
  return kind == ACCESS_WRITE ? bit | access_bit(ACCESS_READ, privilege) : bit;
}

__attribute__((noinline)) static struct builder_page *
page_walk(struct builder *b, uint64_t linear, enum access_kind kind, enum access_privilege privilege) {
  if (!walk_record(b, linear, kind, privilege)) return NULL;
  assert(b->page_count < BUILDER_PAGES);
  struct builder_page *page = &b->page[b->page_count++];
  page->linear_page = linear / GUEST_PAGE_SIZE;
  page->physical_page = b->walk.physical - b->walk.physical % GUEST_PAGE_SIZE;
  page->host = host_page(b, page->physical_page);
  page->allowed = bits_allowed_by(kind, privilege);
  page->walk = b->walk_first;
  return page;
}

/* The page of `linear`, walked now if this transition has not walked it for such an access; NULL when
 * refused. */
static inline struct builder_page *page_find(struct builder *b, uint64_t linear, enum access_kind kind,
                                             enum access_privilege privilege) {
  uint16_t bit = access_bit(kind, privilege);
  for (struct builder_page *page = b->page + b->page_count; page-- > b->page;)
    if (page->linear_page == linear / GUEST_PAGE_SIZE && page->allowed & bit) return page;
  return page_walk(b, linear, kind, privilege);
}

/* Up to 16 bytes in two registers: a union rs_value, stored by words and copied whole, would cost a stall of
 * the store buffer for each access. */
struct words {
  uint64_t low, high;
};

/* `value` with as many empty bytes before it; 1 to 15. */
static struct words words_shift_up(struct words value, unsigned bytes) {
  if (bytes >= 8) return (struct words){ 0, value.low << 8 * (bytes - 8) };
  return (struct words){ value.low << 8 * bytes, value.high << 8 * bytes | value.low >> (64 - 8 * bytes) };
}

static inline struct words page_words(const struct builder *b, const struct builder_page *page,
                                      uint64_t linear, unsigned size) {
  uint64_t physical = page->physical_page + linear % GUEST_PAGE_SIZE;
  if (size <= 8) return (struct words){ page_read(b, page->host, physical, size), 0 };
  return (struct words){ page_read(b, page->host, physical, 8),
                         page_read(b, page->host, physical + 8, size - 8) };
}

/* How many bytes of an access lie in its first page. */
static unsigned first_part(uint64_t linear, unsigned size) {
  unsigned room = (unsigned)(GUEST_PAGE_SIZE - linear % GUEST_PAGE_SIZE);
  return size < room ? size : room;
}

/* Linear addresses wrap at 32 bits outside IA-32e mode [SDM3 "Logical and Linear Addresses"]. */
static uint64_t linear_after(const struct builder *b, uint64_t linear, unsigned bytes) {
  return cpu_is_long_mode(b->after) ? linear + bytes : (uint32_t)(linear + bytes);
}

static bool crosses_page(const struct access *access) {
  return access->linear % GUEST_PAGE_SIZE + access->size > GUEST_PAGE_SIZE;
}

/* The rest of an access that begins with `read`, from the page after. */
static bool read_second_page(struct builder *b, const struct access *access, struct words *read) {
  unsigned size = first_part(access->linear, access->size), rest = access->size - size;
  uint64_t next = linear_after(b, access->linear, size);
  const struct builder_page *page = page_find(b, next, ACCESS_READ, access->privilege);
  if (!page) return false;
  struct words high = words_shift_up(page_words(b, page, next, rest), size);
  read->low |= high.low;
  read->high |= high.high;
  return true;
}

bool access_read(struct builder *b, const struct access *access, union rs_value *value) {
  assert(access->size >= 1 && access->size <= sizeof value->word);
  const struct builder_page *page = page_find(b, access->linear, ACCESS_READ, access->privilege);
  if (!page) return false;
  bool crosses = crosses_page(access);
  unsigned size = crosses ? first_part(access->linear, access->size) : access->size;
  struct words read = page_words(b, page, access->linear, size);
  if (crosses && !read_second_page(b, access, &read)) return false;
  struct rs_step *step = builder_step(b, RS_STEP_READ);
  step->id = (uint16_t)access->item;
  step->reg = (uint16_t)access->reg;
  step->size = access->size;
  step->walk = page->walk;
  step->read.linear = access->linear;
  step->read.physical = page->physical_page + access->linear % GUEST_PAGE_SIZE;
  step->read.value.word[0] = value->word[0] = read.low;
  step->read.value.word[1] = value->word[1] = read.high;
  return true;
}

static inline void page_write(struct builder *b, const struct access *access, const struct builder_page *page,
                              uint64_t linear, unsigned size, uint64_t value) {
  uint64_t physical = page->physical_page + linear % GUEST_PAGE_SIZE;
  uint64_t old = page_read(b, page->host, physical, size);
  struct rs_step *step = builder_step(b, RS_STEP_WRITE);
  step->id = (uint16_t)access->item;
  step->reg = (uint16_t)access->reg;
  step->size = (uint8_t)size;
  step->walk = page->walk;
  step->write.linear = linear;
  step->write.physical = physical;
  step->write.old.word[0] = old;
  step->write.old.word[1] = 0;
  step->write.new.word[0] = low_bytes(value, size);
  step->write.new.word[1] = 0;
  memory_written(b);
}

/* Both pages are walked before the first write. */
static bool write_across_pages(struct builder *b, const struct access *access, uint64_t value) {
  unsigned size = first_part(access->linear, access->size), rest = access->size - size;
  uint64_t next = linear_after(b, access->linear, size);
  const struct builder_page *page = page_find(b, access->linear, ACCESS_WRITE, access->privilege);
  const struct builder_page *second = page ? page_find(b, next, ACCESS_WRITE, access->privilege) : NULL;
  if (!second) return false;
  page_write(b, access, page, access->linear, size, value);
  page_write(b, access, second, next, rest, value >> 8 * size);
  return true;
}

bool access_write(struct builder *b, const struct access *access, uint64_t value) {
  assert(access->size >= 1 && access->size <= sizeof value);
  if (crosses_page(access)) return write_across_pages(b, access, value);
  const struct builder_page *page = page_find(b, access->linear, ACCESS_WRITE, access->privilege);
  if (page) page_write(b, access, page, access->linear, access->size, value);
  return page;
}

bool access_probe(struct builder *b, uint64_t linear, unsigned size, enum access_kind kind,
                  enum access_privilege privilege) {
  unsigned first = first_part(linear, size);
  assert(size >= 1 && size <= GUEST_PAGE_SIZE);
  if (!page_find(b, linear, kind, privilege)) return false;
  return first == size || page_find(b, linear_after(b, linear, first), kind, privilege);
}
