/* Page tables of every mode, as one chain for the guest's memory and one for the window. */
#include "pages.h"

#include "bits.h"
#include "stage.h"
#include "text.h"

#define LOW_SIZE 0x200000

#if LONG_MODE
const struct pages_mode pages_modes[PAGES_MODES] = { { "4-level", 4, 8, (uintptr_t)1 << 39, CR4_PAE } };
#else
const struct pages_mode pages_modes[PAGES_MODES] = { { "32-bit", 2, 4, 0x80000000, CR4_PSE },
                                                     { "pae", 3, 8, 0x80000000, CR4_PAE } };
#endif

/* By level; the window's root is the first chain's. */
static uint8_t low[PAGES_LEVELS_MAX + 1][0x1000] __attribute__((aligned(0x1000)));
static uint8_t window[PAGES_LEVELS_MAX][0x1000] __attribute__((aligned(0x1000)));
static const struct pages_mode *current;

static unsigned index_of(unsigned level, uintptr_t linear) {
  unsigned bits = current->entry_size == 8 ? 9 : 10;
  return (unsigned)(linear >> (12 + bits * (level - 1))) & ((1u << bits) - 1);
}

static void *entry_at(uint8_t *table, unsigned index) {
  return table + index * current->entry_size;
}

static void entry_set(uint8_t *table, unsigned index, uint64_t value) {
  memcpy(entry_at(table, index), &value, current->entry_size);
}

/* An entry of the PDPT of PAE paging has no rights: those bits are reserved [SDM3 "PDPTE Registers"]. */
static uint64_t table_rights(unsigned level) {
  return current->levels == 3 && level == 3 ? PAGE_PRESENT : PAGES_ALL_RIGHTS;
}

static uint64_t page_entry(uintptr_t address) {
  if (address >= STAGE_TRY && address < STAGE_END) return address | PAGES_ALL_RIGHTS;
  if (address >= STAGE_ALIAS + STAGE_TRY && address < STAGE_ALIAS + STAGE_END) address -= STAGE_ALIAS;
  return address | PAGE_PRESENT | PAGE_WRITE;
}

static uint8_t *window_table(unsigned level) {
  return level == current->levels ? low[level] : window[level];
}

/* What is described already may be in use. */
static void memory_describe(const struct pages_mode *mode) {
  current = mode;
  memset(low, 0, sizeof low);
  for (unsigned level = mode->levels; level > 1; level--)
    entry_set(low[level], 0, (uintptr_t)low[level - 1] | table_rights(level));
  for (uintptr_t address = 0; address < LOW_SIZE; address += PAGE_SIZE)
    entry_set(low[1], index_of(1, address), page_entry(address));
}

uintptr_t pages_describe(const struct pages_mode *mode) {
  if (mode != current) memory_describe(mode);
  pages_set_entry(mode->levels, 0);
  return (uintptr_t)low[mode->levels];
}

void pages_describe_window(unsigned leaf) {
  static const uint64_t offset = STAGE_OPERAND;
  for (unsigned level = current->levels; level > leaf; level--)
    pages_set_entry(level, (uintptr_t)window[level - 1] | table_rights(level));
  pages_set_entry(leaf, leaf > 1 ? PAGES_ALL_RIGHTS | PAGE_LARGE : offset | PAGES_ALL_RIGHTS);
}

uint64_t pages_entry(unsigned level) {
  uint64_t value = 0;
  memcpy(&value, entry_at(window_table(level), index_of(level, current->window | STAGE_OPERAND)),
         current->entry_size);
  return value;
}

void pages_set_entry(unsigned level, uint64_t value) {
  entry_set(window_table(level), index_of(level, current->window | STAGE_OPERAND), value);
}
