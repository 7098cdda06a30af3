/* The guest's page tables: its own memory, and a window whose translation a trial describes. */
#ifndef CONFORM_PAGES_H
#define CONFORM_PAGES_H

#include <stdint.h>

#include "bits.h"
#include "class.h"

/* The way in which translation is done: in the 64-bit guest there is one. */
struct pages_mode {
  const char *name;
  unsigned levels, entry_size;
  uintptr_t window; /* what the window's pages begin with, whatever their size */
  uint32_t cr4;     /* what selects it, of the bits that say which tables there are */
};

#define PAGES_MODES (LONG_MODE ? 1 : 2)
extern const struct pages_mode pages_modes[PAGES_MODES];

#define PAGES_LEVELS_MAX 4
#define PAGES_ALL_RIGHTS (PAGE_PRESENT | PAGE_WRITE | PAGE_USER)

/* Describes memory as the guest itself needs it, without the window: the stage for every ring, its alias at
 * STAGE_ALIAS and everything else for the inner rings. Returns what CR3 has to be. */
uintptr_t pages_describe(const struct pages_mode *mode);

/* Makes the window a page of the size that `leaf` is the level of, which begins at address 0, with all
 * rights. */
void pages_describe_window(unsigned leaf);

/* The window's entry of a level. */
uint64_t pages_entry(unsigned level);
void pages_set_entry(unsigned level, uint64_t value);

#endif
