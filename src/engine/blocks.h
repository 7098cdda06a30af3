/* What is known of each translated block, by its place in physical memory. */
#ifndef ENGINE_BLOCKS_H
#define ENGINE_BLOCKS_H

#include "engine/discover.h"
#include "engine/memory.h"

/* Of which instructions the accesses are known. */
enum block_referred { REFERRED_NONE, REFERRED_OVERRIDING, REFERRED_ALL };

struct block_access {
  uint16_t offset; /* of the instruction */
  struct reference reference;
};

/* A block as the library translated it. Which instructions it holds follows from its bytes alone, so it is
 * the same block at whatever linear address and privilege level it runs. */
struct block {
  struct block *next; /* in its hash chain */
  uint64_t physical;
  uint64_t second_page; /* where it goes on when it crosses a page; else MEMORY_NO_PAGE */
  uint32_t version, second_version;
  uint16_t size;
  uint16_t count; /* instructions */
  uint16_t site_count;
  uint16_t accesses;
  uint8_t code;  /* enum code_size */
  bool complete; /* the walk knew every length */
  bool checked;  /* in a mixed page: its bytes are compared before each instruction */
  bool repeats;  /* its first instruction is a repeated string instruction */
  bool watched;  /* it has reached a page with a breakpoint on data */
  struct site *site;
  struct block_access *access; /* see blocks_refer */
  uint16_t access_count;
  uint8_t referred; /* enum block_referred */
  uint8_t *bytes;   /* as translated; of `checked` blocks */
  uint16_t offset[];
};

struct blocks {
  struct memory *memory;
  struct discoverer *discoverer;
  struct block **chain;
  struct discovery walk; /* of the block being made */
};

/* Where a block is asked for. */
struct block_place {
  uint64_t physical;
  uint64_t second_page;
  uint16_t size;
  enum code_size code;
};

bool blocks_open(struct blocks *blocks, struct memory *memory);
void blocks_close(struct blocks *blocks);

/* The block at `place`: the one made before, or a new one if its page was purged since. NULL: no memory. */
struct block *blocks_get(struct blocks *blocks, const struct block_place *place);

/* Finds the accesses to memory of the block's plain instructions, in order; of those alone that override
 * their segment, where that is enough. False: no memory. */
bool blocks_refer(struct blocks *blocks, struct block *block, enum block_referred wanted);

/* Forgets every block. */
void blocks_clear(struct blocks *blocks);

/* The instruction that begins at `offset`; `block->count` when none does. */
unsigned block_index(const struct block *block, uint64_t offset);
const struct site *block_site(const struct block *block, uint64_t offset);

/* True while memory still holds what was translated; of `checked` blocks. */
bool block_is_current(const struct blocks *blocks, const struct block *block);

/* Copies up to `size` code bytes from `offset` into the block; how many there were. */
size_t block_copy(const struct blocks *blocks, const struct block *block, uint64_t offset, uint8_t *bytes,
                  size_t size);

#endif
