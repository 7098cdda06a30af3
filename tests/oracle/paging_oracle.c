/* Paging as the manuals print it: figures of entries read as pictures, rights as the bullets of a list. */
#include "oracle/paging_oracle.h"

#include <string.h>

/* [SDM3 "Format of Paging-Structure Entries"], [APM2 "Long-Mode Page Translation"], [APM2 "Legacy-Mode Page
 * Translation"], drawn for a MAXPHYADDR of 40. The most significant bit stands first:
 *
 *   X execute-disable   a address   h address bits 39:32   0 must be zero   . ignored, or not about rights
 *   S selects a page    D dirty     A accessed             U user           W writable           P present */
#define LONG_HIGH "X...........000000000000"
#define PAE_HIGH "X00000000000000000000000"
#define PDPTE_HIGH "000000000000000000000000"
#define ADDRESS_4K "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ADDRESS_2M "aaaaaaaaaaaaaaaaaaa00000000."
#define ADDRESS_1G "aaaaaaaaaa00000000000000000."
#define ADDRESS_32 "aaaaaaaaaaaaaaaaaaaa"
#define ADDRESS_4M "aaaaaaaaaa0hhhhhhhh."
#define LOW_OF_4K_PAGE ".....DA..UWP"
#define LOW_OF_PAGE "....SDA..UWP"
#define LOW_OF_TABLE "....S.A..UWP"
#define LOW_OF_TOP_INTEL "....0.A..UWP"
#define LOW_OF_TOP_AMD "...00.A..UWP"
#define LOW_OF_PDPTE "...0000..00P"

struct picture {
  enum oracle_paging mode;
  unsigned level;
  const char *table, *page;
};

/* 5-level paging has the formats of 4-level paging. */
static const struct picture pictures[] = {
  { ORACLE_32_BIT, 1, NULL, ADDRESS_32 LOW_OF_4K_PAGE },
  { ORACLE_32_BIT, 2, ADDRESS_32 LOW_OF_TABLE, NULL },
  { ORACLE_32_BIT_PSE, 1, NULL, ADDRESS_32 LOW_OF_4K_PAGE },
  { ORACLE_32_BIT_PSE, 2, ADDRESS_32 LOW_OF_TABLE, ADDRESS_4M LOW_OF_PAGE },
  { ORACLE_PAE, 1, NULL, PAE_HIGH ADDRESS_4K LOW_OF_4K_PAGE },
  { ORACLE_PAE, 2, PAE_HIGH ADDRESS_4K LOW_OF_TABLE, PAE_HIGH ADDRESS_2M LOW_OF_PAGE },
  { ORACLE_PAE, 3, PDPTE_HIGH ADDRESS_4K LOW_OF_PDPTE, NULL },
  { ORACLE_4_LEVEL, 1, NULL, LONG_HIGH ADDRESS_4K LOW_OF_4K_PAGE },
  { ORACLE_4_LEVEL, 2, LONG_HIGH ADDRESS_4K LOW_OF_TABLE, LONG_HIGH ADDRESS_2M LOW_OF_PAGE },
  { ORACLE_4_LEVEL, 3, LONG_HIGH ADDRESS_4K LOW_OF_TABLE, LONG_HIGH ADDRESS_1G LOW_OF_PAGE },
};

static struct oracle_figure figure_read(const char *picture) {
  struct oracle_figure figure = { .exists = picture != NULL };
  for (unsigned bit = picture ? (unsigned)strlen(picture) : 0; bit-- > 0; picture++) {
    uint64_t here = UINT64_C(1) << bit;
    switch (*picture) {
    case '0': figure.zero |= here; break;
    case 'a': figure.address |= here; break;
    case 'h': figure.address_39_32 |= here; break;
    case 'X': figure.execute_disable |= here; break;
    case 'U': figure.user |= here; break;
    case 'W': figure.writable |= here; break;
    case 'A': figure.accessed |= here; break;
    case 'D': figure.dirty |= here; break;
    default: break;
    }
  }
  return figure;
}

void oracle_figures_draw(struct oracle_figures *figures, enum oracle_paging mode, bool amd) {
  static const unsigned levels[] = { 2, 2, 3, 4, 5 };
  enum oracle_paging drawn = mode == ORACLE_5_LEVEL ? ORACLE_4_LEVEL : mode;
  *figures = (struct oracle_figures){ .levels = levels[mode] };
  for (unsigned i = 0; i < sizeof pictures / sizeof *pictures; i++) {
    if (pictures[i].mode != drawn) continue;
    figures->table[pictures[i].level] = figure_read(pictures[i].table);
    figures->page[pictures[i].level] = figure_read(pictures[i].page);
  }
  for (unsigned level = 4; level <= figures->levels; level++)
    figures->table[level] =
        figure_read(amd ? LONG_HIGH ADDRESS_4K LOW_OF_TOP_AMD : LONG_HIGH ADDRESS_4K LOW_OF_TOP_INTEL);
}

/* The figure that an entry follows: where both exist, its PS flag tells. */
static const struct oracle_figure *figure_of(const struct oracle_figures *figures, unsigned level,
                                             uint64_t entry) {
  const struct oracle_figure *table = &figures->table[level], *page = &figures->page[level];
  if (!table->exists) return page;
  return page->exists && entry & 0x80 ? page : table;
}

static bool entry_is_absent(uint64_t entry) {
  return entry % 2 == 0;
}

static bool entry_is_malformed(const struct oracle_figure *figure, uint64_t entry, bool nxe) {
  return entry & figure->zero || (!nxe && entry & figure->execute_disable);
}

static bool is_32_bit(enum oracle_paging mode) {
  return mode == ORACLE_32_BIT || mode == ORACLE_32_BIT_PSE;
}

/* How much of the linear-address space one entry covers. */
static uint64_t span(enum oracle_paging mode, unsigned level) {
  static const uint64_t wide[] = { 0, 1ULL << 12, 1ULL << 21, 1ULL << 30, 1ULL << 39, 1ULL << 48 };
  static const uint64_t narrow[] = { 0, 1ULL << 12, 1ULL << 22 };
  return is_32_bit(mode) ? narrow[level] : wide[level];
}

static uint64_t root(const struct oracle_access *access) {
  switch (access->mode) {
  case ORACLE_32_BIT:
  case ORACLE_32_BIT_PSE: return access->cr3 & 0xfffff000;
  case ORACLE_PAE: return access->cr3 & 0xffffffe0;
  default: return access->cr3 & 0xfffffff000;
  }
}

/* [SDM3 "Determination of Access Rights"], bullet by bullet. */
static bool supervisor_may(const struct oracle_access *a, bool user_page, bool writable, bool executable) {
  bool smap_stops = a->smap && user_page && !(a->ac && a->who == ORACLE_SUPERVISOR);
  switch (a->kind) {
  case ORACLE_READ: return !smap_stops;
  case ORACLE_WRITE: return !smap_stops && (writable || !a->wp);
  default: return executable && !(a->smep && user_page);
  }
}

static bool user_may(const struct oracle_access *a, bool user_page, bool writable, bool executable) {
  switch (a->kind) {
  case ORACLE_READ: return user_page;
  case ORACLE_WRITE: return user_page && writable;
  default: return user_page && executable;
  }
}

/* [SDM3 "Page-Fault Exceptions"], flag by flag: P, W/R, U/S, RSVD, I/D. */
static uint32_t fault_code_of(const struct oracle_access *a, bool absent, bool malformed) {
  bool has_id = a->smep || (a->nxe && !is_32_bit(a->mode));
  uint32_t flags[5] = { !absent, a->kind == ORACLE_WRITE, a->who == ORACLE_USER, malformed,
                        a->kind == ORACLE_FETCH && has_id };
  return flags[0] + 2 * flags[1] + 4 * flags[2] + 8 * flags[3] + 16 * flags[4];
}

/* The figures of the entries that count: down to the page, or to the first that ends the search. */
static bool entries_lead_to_page(const struct oracle_figures *figures, const struct oracle_access *a,
                                 const struct oracle_figure **figure, struct oracle_translation *out) {
  uint64_t table = root(a), per_table = is_32_bit(a->mode) ? 1024 : 512, size = 4096 / per_table;
  for (unsigned i = 0; i < figures->levels; i++) {
    unsigned level = figures->levels - i;
    uint64_t entry = a->entry[i];
    out->at[i] = table + a->linear / span(a->mode, level) % per_table * size;
    out->visited = i + 1;
    figure[i] = figure_of(figures, level, entry);
    bool absent = entry_is_absent(entry), malformed = entry_is_malformed(figure[i], entry, a->nxe);
    out->error_code = fault_code_of(a, absent, !absent && malformed);
    if (absent || malformed) return false;
    if (figure[i] == &figures->page[level]) break;
    table = entry & figure[i]->address;
  }
  return true;
}

static uint64_t page_frame(const struct oracle_figure *page, uint64_t entry) {
  uint64_t high = entry & page->address_39_32;
  return (entry & page->address) + (high >> 13 << 32);
}

void oracle_translate(const struct oracle_figures *figures, const struct oracle_access *a,
                      struct oracle_translation *out) {
  const struct oracle_figure *figure[ORACLE_LEVELS];
  bool user_page = true, writable = true, executable = true;
  out->allowed = false;
  if (!entries_lead_to_page(figures, a, figure, out)) return;
  for (unsigned i = 0; i < out->visited; i++) {
    uint64_t entry = a->entry[i];
    if (figure[i]->user && !(entry & figure[i]->user)) user_page = false;
    if (figure[i]->writable && !(entry & figure[i]->writable)) writable = false;
    if (entry & figure[i]->execute_disable) executable = false;
    out->after[i] = entry | figure[i]->accessed | (a->kind == ORACLE_WRITE ? figure[i]->dirty : 0);
  }
  out->allowed = (a->who == ORACLE_USER ? user_may : supervisor_may)(a, user_page, writable, executable);
  unsigned last = out->visited - 1;
  out->physical =
      page_frame(figure[last], a->entry[last]) + a->linear % span(a->mode, figures->levels - last);
}
