/* The TLB's fill hook, W^X per physical page, and what is done when a block is translated. */
#include "engine/alignment.h"
#include "engine/internal.h"
#include "engine/limits.h"
#include "engine/watch.h"

#include <stdlib.h>

#include "arch/bits.h"

/* Host bytes of translated code, measured by filling the buffer: a block without anything takes 320, the
 * worst of the plain instructions (SHLD of memory) 320 more, each access of ENTER and PUSHA 95, a hook
 * some 70. */
enum { BYTES_OF_BLOCK = 384, BYTES_OF_INSTRUCTION = 400, BYTES_OF_ACCESS = 112, ACCESSES_AT_MOST = 62 };

/* Non-canonical, so that no guest address is ever like it. */
#define ALIAS UINT64_C(0x4000000000000000)
#define NOWHERE UINT64_C(0x4100000000000000)

#define BUDGET (UINT64_C(56) << 20) /* of the translation buffer, see ENGINE_BUFFER */

void translate_flush(struct engine *e) {
  uc_ctl_flush_tlb(e->uc);
  e->generation++;
}

void translate_close_device(struct engine *e) {
  e->device_open = false;
  clock_refresh_limit(e);
  translate_flush(e);
}

void translate_flush_code(struct engine *e) {
  clock_park(e);
  uc_ctl_flush_tb(e->uc);
  memory_forget_code(&e->memory);
  blocks_clear(&e->blocks);
  translate_free_pieces(e);
  if (!translate_prepare(e)) e->failure = RS_OUT_OF_MEMORY;
  translate_flush(e);
  e->translated = 0;
}

static void fill_pieces(struct engine *e) {
  struct pieces *more = calloc(1, sizeof *more);
  if (!more) return;
  more->next = e->pieces;
  e->pieces = more;
}

bool translate_prepare(struct engine *e) {
  if (!e->pieces || e->pieces->used == PIECES) fill_pieces(e);
  if (!e->pieces || e->pieces->used == PIECES) return false;
  e->blank = &e->pieces->piece[e->pieces->used++];
  *e->blank = (struct piece){ .engine = e, .count = SPECIAL };
  *e->block_user = *e->code_user = e->blank;
  return true;
}

void translate_free_pieces(struct engine *e) {
  while (e->pieces) {
    struct pieces *next = e->pieces->next;
    free(e->pieces);
    e->pieces = next;
  }
  e->blank = NULL;
}

void translate_drop(struct engine *e, uint64_t linear) {
  for (const struct pieces *list = e->pieces; list; list = list->next) {
    for (unsigned i = 0; i < list->used; i++) {
      const struct piece *p = &list->piece[i];
      if (linear - p->address < p->size) translate_purge(e, p->physical);
    }
  }
}

static void remember_code(struct engine *e, uint64_t linear, uint64_t physical) {
  struct mapped *m = &e->mapped[linear / MEMORY_PAGE & (MAPPED - 1)];
  *m = (struct mapped){ linear, physical, e->generation };
}

uint64_t translate_code(struct engine *e, uint64_t linear) {
  uint64_t page = linear & ~MEMORY_PAGE_MASK, offset = linear & MEMORY_PAGE_MASK;
  const struct mapped *m = &e->mapped[page / MEMORY_PAGE & (MAPPED - 1)];
  if (m->linear == page && m->generation == e->generation) return m->physical + offset;
  struct engine_translation t;
  if (!address_is_canonical(e->cpu, page) ||
      !e->client.translate(e->client.context, page, ACCESS_FETCH, e->cpu->rflags & RFLAGS_AC, &t) ||
      !memory_page(&e->memory, t.physical))
    return MEMORY_NO_PAGE;
  remember_code(e, page, t.physical);
  return t.physical + offset;
}

/* What an instruction that is executing natively jumps to is looked up as the code that it has entered. */
static void follow_native(struct engine *e) {
  if (!e->native) return;
  context_begin(&e->context);
  context_fetch_system(&e->context, e->cpu);
}

static bool place_of(struct engine *e, uint64_t linear, uint32_t size, struct block_place *place) {
  uint64_t last = linear + size - 1;
  place->physical = translate_code(e, linear);
  place->size = (uint16_t)size;
  place->code = code_size_of(e->cpu);
  place->second_page = MEMORY_NO_PAGE;
  if (place->physical == MEMORY_NO_PAGE || size == 0 || size > MEMORY_PAGE) return false;
  if (!((linear ^ last) & ~MEMORY_PAGE_MASK)) return true;
  place->second_page = translate_code(e, last & ~MEMORY_PAGE_MASK);
  return place->second_page != MEMORY_NO_PAGE;
}

static bool refuse(struct engine *e, enum refusal why, uint64_t linear, enum access_kind kind) {
  e->refusal = why;
  e->refused_page = linear;
  e->refused_kind = kind;
  return false;
}

/* The library drops blocks by linear address; ALIAS is one that always leads to the page. */
static void drop_blocks(struct engine *e, uint64_t physical) {
  e->alias = physical & ~MEMORY_PAGE_MASK;
  uc_ctl_remove_cache(e->uc, ALIAS, ALIAS + MEMORY_PAGE);
  e->alias = MEMORY_NO_PAGE;
}

void translate_purge(struct engine *e, uint64_t physical) {
  struct page *page = memory_page(&e->memory, physical);
  if (!page || !(page->state & PAGE_CODE)) return;
  drop_blocks(e, physical);
  page->version++;
  if (!(page->state & PAGE_MIXED)) page->state &= (uint8_t)~PAGE_CODE;
  translate_flush(e);
}

void translate_mix(struct engine *e, uint64_t physical) {
  struct page *page = memory_page(&e->memory, physical);
  if (!page) return;
  translate_purge(e, physical);
  page->state = PAGE_CODE | PAGE_MIXED;
}

static bool runs_in(const struct engine *e, uint64_t physical) {
  if (!e->at) return false;
  const struct block *block = e->at->block;
  return !((block->physical ^ physical) & ~MEMORY_PAGE_MASK) || block->second_page == physical;
}

/* A write to a page with code; false when the block under way would have to be dropped. */
static bool allow_write(struct engine *e, struct page *page, uint64_t linear, uint64_t physical) {
  if (!(page->state & PAGE_CODE) || page->state & PAGE_MIXED) return true;
  if (runs_in(e, physical)) {
    e->self_written = physical;
    return refuse(e, REFUSED_SELF_WRITE, linear, ACCESS_WRITE);
  }
  if (memory_note_purge(page, e->count)) {
    translate_mix(e, physical);
  } else {
    translate_purge(e, physical);
  }
  return true;
}

/* Grants what W^X leaves of the client's translation; the access itself is among it. */
static uint32_t grant(struct engine *e, struct page *page, enum access_kind kind,
                      const struct engine_translation *t) {
  if (kind == ACCESS_FETCH && !(page->state & PAGE_CODE)) {
    bool revoke = page->state & PAGE_WRITABLE;
    page->state = PAGE_CODE;
    if (revoke) translate_flush(e);
  }
  bool code = page->state & PAGE_CODE, mixed = page->state & PAGE_MIXED;
  uint32_t granted = t->readable ? UC_PROT_READ : 0;
  if (code && t->executable) granted |= UC_PROT_EXEC;
  if ((!code || mixed) && (t->writable || kind == ACCESS_WRITE)) {
    granted |= UC_PROT_WRITE;
    page->state |= PAGE_WRITABLE;
  }
  return granted;
}

/* A device's answer may change what comes next, and depends on the time: each access is made in a stepped
 * block, and the TLB forgets it at once. */
static bool fill_device(struct engine *e, uint64_t linear, enum access_kind kind,
                        const struct engine_translation *t, uc_tlb_entry *entry) {
  if (kind == ACCESS_FETCH) return refuse(e, REFUSED_NO_MEMORY, linear, kind);
  if (!clock_is_exact(e)) return refuse(e, REFUSED_DEVICE, linear, kind);
  e->device_open = true;
  clock_refresh_limit(e);
  entry->perms = UC_PROT_READ | (t->writable || kind == ACCESS_WRITE ? UC_PROT_WRITE : 0);
  return true;
}

static enum access_kind kind_of(uc_mem_type type) {
  if (type == UC_MEM_FETCH) return ACCESS_FETCH;
  return type == UC_MEM_WRITE ? ACCESS_WRITE : ACCESS_READ;
}

static bool fill(struct engine *e, uint64_t linear, enum access_kind kind, const struct engine_translation *t,
                 bool watched, uc_tlb_entry *entry) {
  struct page *page = memory_page(&e->memory, t->physical);
  if (!page) return fill_device(e, linear, kind, t, entry);
  if (watched && kind != ACCESS_FETCH && !clock_is_exact(e)) return refuse(e, REFUSED_WATCHED, linear, kind);
  if (kind == ACCESS_WRITE && !allow_write(e, page, linear, t->physical)) return false;
  entry->perms = grant(e, page, kind, t);
  if (entry->perms & UC_PROT_EXEC) remember_code(e, linear, t->physical);
  return true;
}

bool translate_on_fill(uc_engine *uc, uint64_t linear, uc_mem_type type, uc_tlb_entry *entry, void *user) {
  struct engine *e = user;
  struct engine_translation t;
  enum access_kind kind = kind_of(type);
  (void)uc;
  if (e->alias != MEMORY_NO_PAGE) {
    entry->paddr = e->alias;
    entry->perms = UC_PROT_READ | UC_PROT_EXEC;
    return true;
  }
  if (kind == ACCESS_FETCH) follow_native(e);
  if (!address_is_canonical(e->cpu, linear)) return refuse(e, REFUSED_NONCANONICAL, linear, kind);
  if (!e->client.translate(e->client.context, linear, kind, e->cpu->rflags & RFLAGS_AC, &t)) {
    e->refused_code = t.error_code;
    return refuse(e, REFUSED_PAGE, linear, kind);
  }
  bool watched = watch_covers(e, linear);
  entry->paddr = t.physical;
  if (!fill(e, linear, kind, &t, watched, entry)) return false;
  if (watched) watch_lead(e, linear, kind, entry);
  return true;
}

void translate_again(struct engine *e, uint64_t linear) {
  uint64_t physical = translate_code(e, linear);
  if (physical == MEMORY_NO_PAGE) return;
  uc_ctl_remove_cache(e->uc, linear, linear + 1);
}

void translate_open_window(struct engine *e, uint64_t begin, uint64_t end) {
  *e->window_begin = begin;
  *e->window_end = end;
}

void translate_close_window(struct engine *e) {
  if (e->tracing) {
    translate_open_window(e, 1, 0); /* an empty range means every address */
  } else {
    translate_open_window(e, NOWHERE, NOWHERE);
  }
}

static bool window_covers(const struct engine *e, uint64_t begin, uint64_t end) {
  return e->tracing || (*e->window_begin <= begin && end <= *e->window_end);
}

/* The addresses of the block that must be hooked: from the first sensitive instruction to the one after the
 * last, where a native execution is seen to be over. */
static bool wants_window(const struct engine *e, const struct piece *p, uint64_t *begin, uint64_t *end) {
  const struct block *block = p->block;
  *begin = p->address;
  *end = p->address + block->size - 1u;
  if (p->stepped || p->aligned) return true;
  *begin = UINT64_MAX;
  *end = 0;
  if (block->site_count > 0) {
    unsigned last = block_index(block, block->site[block->site_count - 1].offset);
    *begin = p->address + block->site[0].offset;
    *end = p->address + block->offset[last + 1 < block->count ? last + 1 : last];
  }
  breakpoints_window(e, p, begin, end);
  marks_window(e, p, begin, end);
  limits_window(p, begin, end);
  return *begin <= *end;
}

static void note_instructions(struct engine *e, const struct block *block, unsigned count) {
  uint64_t unknown = count > block->count ? count - block->count : 0u;
  uint64_t accesses = block->accesses + unknown * ACCESSES_AT_MOST;
  e->translated += count * (uint64_t)BYTES_OF_INSTRUCTION + accesses * BYTES_OF_ACCESS;
}

/* Describes the piece that was just translated, and provides the next one. A block of which not every
 * instruction is known is stepped; one of a single instruction is counted exactly in any case. */
static enum rs_status describe(struct engine *e, const uc_tb *tb) {
  struct piece *p = e->blank;
  struct block_place place;
  if (!place_of(e, tb->pc, tb->size, &place)) return RS_ENGINE_FAILED;
  p->block = blocks_get(&e->blocks, &place);
  if (!p->block) return RS_OUT_OF_MEMORY;
  bool regular = p->block->complete && p->block->count == tb->icount;
  bool single = regular && tb->icount == 1;
  bool for_deadline = e->deadline_block == tb->pc, for_device = e->device_block == tb->pc;
  p->address = tb->pc;
  p->physical = place.physical;
  p->size = place.size;
  p->marked = marks_find(e, p->address, p->size) != NO_MARK;
  p->for_deadline = for_deadline && !for_device && regular && !p->block->checked && !single;
  if (for_device && e->watched) p->block->watched = true;
  p->for_watch = p->block->watched && e->watched && regular && !p->block->checked && !single;
  p->aligned = alignment_is_checked(e);
  p->stepped =
      !single && (for_deadline || for_device || p->for_watch || p->aligned || !regular || p->block->checked);
  p->count = p->stepped || p->block->checked || p->block->repeats ? SPECIAL : tb->icount;
  if (!limits_describe(e, p)) return RS_OUT_OF_MEMORY;
  note_instructions(e, p->block, tb->icount);
  return translate_prepare(e) ? RS_OK : RS_OUT_OF_MEMORY;
}

/* The library has translated a block and is about to run it. A sensitive one is translated a second time with
 * the code hook's range around what is sensitive: hooks cost nothing elsewhere. */
void translate_on_edge(uc_engine *uc, uc_tb *now, uc_tb *before, void *user) {
  struct engine *e = user;
  uint64_t begin, end;
  (void)uc, (void)before;
  clock_park(e);
  follow_native(e);
  e->translated += BYTES_OF_BLOCK;
  if (e->translated > BUDGET) {
    translate_flush_code(e);
    translate_close_window(e);
    events_redirect(e, now->pc);
    return;
  }
  if (now->size == 0) return; /* nothing but the end of the run, see fault.c */
  const struct piece *p = e->blank;
  e->failure = describe(e, now);
  if (e->failure != RS_OK) {
    uc_emu_stop(e->uc);
    return;
  }
  if (wants_window(e, p, &begin, &end) && !window_covers(e, begin, end)) {
    translate_open_window(e, begin, end);
    translate_again(e, now->pc);
    events_redirect(e, now->pc);
    return;
  }
  if (e->deadline_block == now->pc) e->deadline_block = NO_LINEAR;
  if (e->device_block == now->pc) e->device_block = NO_LINEAR;
  translate_close_window(e);
}
