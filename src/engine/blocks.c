/* What is known of each translated block, by its place in physical memory. */
#include "engine/blocks.h"

#include <stdlib.h>
#include <string.h>

enum { CHAINS = 1 << 14, SIZE_MAX_BLOCK = 2 * MEMORY_PAGE, INSTRUCTION_MAX = 15 };

bool blocks_open(struct blocks *blocks, struct memory *memory) {
  blocks->memory = memory;
  blocks->discoverer = discoverer_open();
  blocks->chain = calloc(CHAINS, sizeof(struct block *));
  return blocks->discoverer && blocks->chain;
}

static void block_free(struct block *block) {
  free(block->site);
  free(block->access);
  free(block->bytes);
  free(block);
}

void blocks_clear(struct blocks *blocks) {
  for (unsigned i = 0; i < CHAINS; i++) {
    while (blocks->chain[i]) {
      struct block *block = blocks->chain[i];
      blocks->chain[i] = block->next;
      block_free(block);
    }
  }
}

void blocks_close(struct blocks *blocks) {
  if (blocks->chain) blocks_clear(blocks);
  free(blocks->chain);
  discoverer_close(blocks->discoverer);
}

static struct block **chain_of(const struct blocks *blocks, const struct block_place *place) {
  uint64_t hash = (place->physical ^ place->physical >> 14) + place->size;
  return &blocks->chain[hash & (CHAINS - 1)];
}

static bool is_at(const struct block *block, const struct block_place *place) {
  return block->physical == place->physical && block->size == place->size && block->code == place->code &&
         block->second_page == place->second_page;
}

static uint32_t version_of(const struct blocks *blocks, uint64_t physical) {
  const struct page *page = memory_page(blocks->memory, physical);
  return page ? page->version : 0;
}

static struct block *find(const struct blocks *blocks, const struct block_place *place) {
  struct block *block = *chain_of(blocks, place);
  while (block && !is_at(block, place))
    block = block->next;
  if (!block || block->version != version_of(blocks, place->physical) ||
      block->second_version != version_of(blocks, place->second_page))
    return NULL;
  return block;
}

/* Code lies in one page or in two that need not be neighbours. */
static size_t copy_code(const struct blocks *blocks, uint64_t physical, uint64_t second_page, size_t size,
                        uint8_t *bytes) {
  size_t first = MEMORY_PAGE - (size_t)(physical & MEMORY_PAGE_MASK);
  if (first > size) first = size;
  const uint8_t *host = memory_host(blocks->memory, physical);
  const uint8_t *second = size > first ? memory_host(blocks->memory, second_page) : host;
  if (!host || !second) return 0;
  memcpy(bytes, host, first);
  memcpy(bytes + first, second, size - first);
  return size;
}

size_t block_copy(const struct blocks *blocks, const struct block *block, uint64_t offset, uint8_t *bytes,
                  size_t size) {
  uint64_t physical = block->physical + offset, second = block->second_page;
  if (offset >= block->size) return 0;
  if (size > block->size - offset) size = (size_t)(block->size - offset);
  if ((physical ^ block->physical) & ~MEMORY_PAGE_MASK) physical = second + (physical & MEMORY_PAGE_MASK);
  return copy_code(blocks, physical, second, size, bytes);
}

bool block_is_current(const struct blocks *blocks, const struct block *block) {
  uint8_t now[SIZE_MAX_BLOCK];
  return block_copy(blocks, block, 0, now, block->size) == block->size &&
         memcmp(now, block->bytes, block->size) == 0;
}

static bool in_mixed_page(const struct blocks *blocks, const struct block_place *place) {
  const struct page *page = memory_page(blocks->memory, place->physical);
  const struct page *second = memory_page(blocks->memory, place->second_page);
  return (page && page->state & PAGE_MIXED) || (second && second->state & PAGE_MIXED);
}

static void *copy_of(const void *bytes, size_t size) {
  void *copy = malloc(size);
  if (copy) memcpy(copy, bytes, size);
  return copy;
}

static void remove_block(const struct blocks *blocks, const struct block_place *place) {
  struct block **link = chain_of(blocks, place);
  while (*link && !is_at(*link, place))
    link = &(*link)->next;
  if (!*link) return;
  struct block *old = *link;
  *link = old->next;
  block_free(old);
}

/* The walk as a block, without its place in the table; NULL: no memory. */
static struct block *allocate(const struct discovery *walk, const uint8_t *bytes, size_t size, bool checked) {
  struct block *block = calloc(1, sizeof *block + walk->count * sizeof block->offset[0]);
  if (!block) return NULL;
  memcpy(block->offset, walk->offset, walk->count * sizeof block->offset[0]);
  if (walk->site_count) block->site = copy_of(walk->site, walk->site_count * sizeof *walk->site);
  if (checked) block->bytes = copy_of(bytes, size);
  if ((walk->site_count && !block->site) || (checked && !block->bytes)) {
    block_free(block);
    return NULL;
  }
  return block;
}

/* How many bytes of code there are at `place`, with what its last instruction may need beyond the block: the
 * library stops in the middle of one that CPL 3 may not execute (LGDT before its operand, MOV CR before its
 * ModRM). */
static size_t available_at(const struct block_place *place) {
  size_t wanted = place->size + INSTRUCTION_MAX - 1;
  size_t first = MEMORY_PAGE - (size_t)(place->physical & MEMORY_PAGE_MASK);
  if (place->second_page == MEMORY_NO_PAGE) return wanted < first ? wanted : first;
  return wanted < first + MEMORY_PAGE ? wanted : first + MEMORY_PAGE;
}

/* Reads the code at `place`. */
static struct block *make(struct blocks *blocks, const struct block_place *place) {
  struct discovery *walk = &blocks->walk;
  uint8_t bytes[SIZE_MAX_BLOCK];
  size_t available = copy_code(blocks, place->physical, place->second_page, available_at(place), bytes);
  size_t size = available < place->size ? available : place->size;
  discover_block(blocks->discoverer, bytes, size, available, place->code, walk);
  bool checked = in_mixed_page(blocks, place);
  struct block *block = allocate(walk, bytes, size, checked);
  if (!block) return NULL;
  block->physical = place->physical;
  block->second_page = place->second_page;
  block->version = version_of(blocks, place->physical);
  block->second_version = version_of(blocks, place->second_page);
  block->size = place->size;
  block->count = (uint16_t)walk->count;
  block->site_count = (uint16_t)walk->site_count;
  block->accesses = (uint16_t)walk->accesses;
  block->code = (uint8_t)place->code;
  block->complete = walk->complete && size > 0;
  block->checked = checked;
  block->repeats = walk->repeats;
  return block;
}

struct block *blocks_get(struct blocks *blocks, const struct block_place *place) {
  struct block *block = find(blocks, place);
  if (block) return block;
  remove_block(blocks, place);
  block = make(blocks, place);
  if (!block) return NULL;
  struct block **chain = chain_of(blocks, place);
  block->next = *chain;
  return *chain = block;
}

static unsigned refer_at(struct blocks *blocks, const struct block *block, uint16_t offset,
                         struct reference reference[DISCOVER_REFERENCES]) {
  uint8_t bytes[INSTRUCTION_MAX];
  size_t length = block_copy(blocks, block, offset, bytes, sizeof bytes);
  if (block->referred != REFERRED_ALL && !discover_overrides(bytes, length, block->code)) return 0;
  if (block_site(block, offset)) return 0;
  return discover_references(blocks->discoverer, bytes, length, block->code, reference);
}

static bool append(struct block *block, uint16_t offset, const struct reference *found, unsigned count) {
  size_t size = (block->access_count + count) * sizeof *block->access;
  struct block_access *more = realloc(block->access, size);
  if (!more) return false;
  block->access = more;
  for (unsigned i = 0; i < count; i++)
    block->access[block->access_count++] = (struct block_access){ offset, found[i] };
  return true;
}

bool blocks_refer(struct blocks *blocks, struct block *block, enum block_referred wanted) {
  struct reference found[DISCOVER_REFERENCES];
  if (block->referred >= wanted) return true;
  block->referred = (uint8_t)wanted;
  block->access_count = 0;
  for (unsigned i = 0; i < block->count; i++) {
    unsigned count = refer_at(blocks, block, block->offset[i], found);
    if (count > 0 && !append(block, block->offset[i], found, count)) return false;
  }
  return true;
}

unsigned block_index(const struct block *block, uint64_t offset) {
  unsigned low = 0, high = block->count;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    if (block->offset[middle] < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < block->count && block->offset[low] == offset ? low : block->count;
}

const struct site *block_site(const struct block *block, uint64_t offset) {
  for (unsigned i = 0; i < block->site_count; i++) {
    if (block->site[i].offset == offset) return &block->site[i];
  }
  return NULL;
}
