/* Linear accesses of a transition: one walk per page and kind, pending writes over memory, every step told.
 */
#include "arch/access.h"

#include <assert.h>
#include <string.h>

#include "arch/descriptor.h"
#include "arch/walk.h"

/* The `size` low bytes; 1 to 8. */
static inline uint64_t low_bytes(uint64_t value, unsigned size) {
  static const uint64_t mask[] = { 0,          UINT8_MAX,    UINT16_MAX,     0xffffff,
                                   UINT32_MAX, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
                                   UINT64_MAX };
  return value & mask[size];
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
static uint64_t page_read(const struct builder *b, const uint8_t *host, uint64_t physical, unsigned size) {
  uint64_t value = 0;
  if (!host) return low_bytes(UINT64_MAX, size);
  for (unsigned i = 0; i < size; i++)
    value |= (uint64_t)host[physical % GUEST_PAGE_SIZE + i] << 8 * i;
  return paging_is_pending(&b->entries, physical, size) ? overlay_all(b, physical, size, value) : value;
}

static inline const uint8_t *host_page(const struct builder *b, uint64_t physical) {
  return guest_memory_page(b->memory, physical - physical % GUEST_PAGE_SIZE);
}

uint64_t physical_read(struct builder *b, uint64_t physical, unsigned size) {
  assert(size <= 8 && physical % GUEST_PAGE_SIZE + size <= GUEST_PAGE_SIZE);
  return page_read(b, host_page(b, physical), physical, size);
}

uint64_t access_read_entry(void *builder, uint64_t physical, unsigned size) {
  return physical_read(builder, physical, size);
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
  page->physical_page = b->walk->physical - b->walk->physical % GUEST_PAGE_SIZE;
  page->host = host_page(b, page->physical_page);
  page->allowed = bits_allowed_by(kind, privilege);
  page->walk = b->walk_first;
  return page;
}

/* The page of `linear`, if this transition has walked it for such an access; else NULL. */
static inline const struct builder_page *page_known(const struct builder *b, uint64_t linear,
                                                    enum access_kind kind, enum access_privilege privilege) {
  for (unsigned i = b->page_count; i-- > 0;) {
    const struct builder_page *page = &b->page[i];
    if (page->linear_page == linear / GUEST_PAGE_SIZE && page->allowed & access_bit(kind, privilege))
      return page;
  }
  return NULL;
}

/* The page of `linear`, walked now if it is not known yet; NULL when refused. */
static inline const struct builder_page *page_find(struct builder *b, uint64_t linear, enum access_kind kind,
                                                   enum access_privilege privilege) {
  const struct builder_page *page = page_known(b, linear, kind, privilege);
  return page ? page : page_walk(b, linear, kind, privilege);
}

/* True when the `size` bytes at `linear` are those that `page` has in host memory, and no others. */
static inline bool page_has(const struct builder *b, const struct builder_page *page, uint64_t linear,
                            unsigned size) {
  unsigned offset = linear % GUEST_PAGE_SIZE;
  return page->host && offset <= GUEST_PAGE_SIZE - size &&
         !paging_is_pending(&b->entries, page->physical_page + offset, size);
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

static inline bool read_record(struct builder *b, const struct access *access,
                               const struct builder_page *page, struct words read, union rs_value *value) {
  const struct step_head head = {
    .kind = RS_STEP_READ, .size = access->size, .id = access->item, .reg = access->reg, .walk = page->walk
  };
  struct rs_step *step = builder_step(b, head);
  step->read.linear = access->linear;
  step->read.physical = page->physical_page + access->linear % GUEST_PAGE_SIZE;
  step->read.value.word[0] = value->word[0] = read.low;
  step->read.value.word[1] = value->word[1] = read.high;
  return true;
}

/* The bytes that a load for this access takes from its page. */
static inline unsigned load_span(unsigned size) {
  return size > 8 ? 16 : 8;
}

/* One that `page` has. */
static inline bool read_here(struct builder *b, const struct access *access, const struct builder_page *page,
                             union rs_value *value) {
  const uint8_t *host = page->host + access->linear % GUEST_PAGE_SIZE;
  unsigned size = access->size;
  struct words read = { host_load(host, 8), 0 };
  if (size <= 8)
    read.low = low_bytes(read.low, size);
  else
    read.high = low_bytes(host_load(host + 8, 8), size - 8);
  return read_record(b, access, page, read, value);
}

/* Any: of a page that is not walked yet, across pages, where there is no memory, under pending writes. */
__attribute__((noinline)) static bool read_any(struct builder *b, const struct access *access,
                                               union rs_value *value) {
  const struct builder_page *page = page_find(b, access->linear, ACCESS_READ, access->privilege);
  if (!page) return false;
  if (page_has(b, page, access->linear, load_span(access->size))) return read_here(b, access, page, value);
  bool crosses = crosses_page(access);
  unsigned size = crosses ? first_part(access->linear, access->size) : access->size;
  struct words read = page_words(b, page, access->linear, size);
  if (crosses && !read_second_page(b, access, &read)) return false;
  return read_record(b, access, page, read, value);
}

bool access_read(struct builder *b, const struct access *access, union rs_value *value) {
  assert(access->size >= 1 && access->size <= sizeof value->word);
  const struct builder_page *page = page_known(b, access->linear, ACCESS_READ, access->privilege);
  if (!page || !page_has(b, page, access->linear, load_span(access->size))) return read_any(b, access, value);
  return read_here(b, access, page, value);
}

static inline void write_record(struct builder *b, const struct access *access,
                                const struct builder_page *page, uint64_t linear, unsigned size, uint64_t old,
                                uint64_t value) {
  const struct step_head head = {
    .kind = RS_STEP_WRITE, .size = (uint8_t)size, .id = access->item, .reg = access->reg, .walk = page->walk
  };
  uint64_t physical = page->physical_page + linear % GUEST_PAGE_SIZE;
  struct rs_step *step = builder_step(b, head);
  step->write.linear = linear;
  step->write.physical = physical;
  step->write.old.word[0] = old;
  step->write.old.word[1] = 0;
  step->write.new.word[0] = low_bytes(value, size);
  step->write.new.word[1] = 0;
  builder_memory_written(b, physical, size);
}

static void page_write(struct builder *b, const struct access *access, const struct builder_page *page,
                       uint64_t linear, unsigned size, uint64_t value) {
  uint64_t physical = page->physical_page + linear % GUEST_PAGE_SIZE;
  write_record(b, access, page, linear, size, page_read(b, page->host, physical, size), value);
}

static inline bool write_here(struct builder *b, const struct access *access, const struct builder_page *page,
                              uint64_t value) {
  uint64_t old = low_bytes(host_load(page->host + access->linear % GUEST_PAGE_SIZE, 8), access->size);
  write_record(b, access, page, access->linear, access->size, old, value);
  return true;
}

/* Any. Both pages are walked before the first write. */
__attribute__((noinline)) static bool write_any(struct builder *b, const struct access *access,
                                                uint64_t value) {
  unsigned size = first_part(access->linear, access->size), rest = access->size - size;
  uint64_t next = linear_after(b, access->linear, size);
  const struct builder_page *page = page_find(b, access->linear, ACCESS_WRITE, access->privilege);
  if (!page) return false;
  if (page_has(b, page, access->linear, sizeof value)) return write_here(b, access, page, value);
  const struct builder_page *second = rest ? page_find(b, next, ACCESS_WRITE, access->privilege) : page;
  if (!second) return false;
  page_write(b, access, page, access->linear, size, value);
  if (rest) page_write(b, access, second, next, rest, value >> 8 * size);
  return true;
}

bool access_write(struct builder *b, const struct access *access, uint64_t value) {
  assert(access->size >= 1 && access->size <= sizeof value);
  const struct builder_page *page = page_known(b, access->linear, ACCESS_WRITE, access->privilege);
  if (!page || !page_has(b, page, access->linear, sizeof value)) return write_any(b, access, value);
  return write_here(b, access, page, value);
}

bool access_is_aligned(struct builder *b, uint64_t linear, unsigned alignment) {
  if (!cpu_checks_alignment(b->after)) return true;
  return check(b, RS_CHECK_ALIGNED, linear % alignment == 0, linear, alignment, 0, 0) ||
         fault_code(b, VECTOR_AC, 0);
}

bool access_probe(struct builder *b, uint64_t linear, unsigned size, enum access_kind kind,
                  enum access_privilege privilege) {
  unsigned first = first_part(linear, size);
  assert(size >= 1 && size <= GUEST_PAGE_SIZE);
  if (!page_find(b, linear, kind, privilege)) return false;
  return first == size || page_find(b, linear_after(b, linear, first), kind, privilege);
}
