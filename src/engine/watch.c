/* Breakpoints on data: the page that holds one is reached through a device of our own, which sees every
 * access to it, so that all other memory costs nothing. */
#include "engine/watch.h"

#include <string.h>

#include "engine/handle.h"

/* Beyond every physical address: one page for each breakpoint. */
#define WATCH (UINT64_C(1) << 52)
#define WATCH_SIZE ((uint64_t)ENGINE_BREAKPOINTS * MEMORY_PAGE)

static uint64_t page_of(uint64_t address) {
  return address & ~MEMORY_PAGE_MASK;
}

/* Notes the breakpoints that an access to `size` bytes from `offset` of a watched page has met. */
static void note(struct engine *e, unsigned number, uint64_t offset, uint64_t size, enum access_kind kind) {
  uint64_t linear = page_of(e->breakpoint[number].linear) + offset;
  for (unsigned i = 0; i < ENGINE_BREAKPOINTS; i++) {
    const struct engine_breakpoint *b = &e->breakpoint[i];
    if (!(e->watched >> i & 1 && b->kinds >> kind & 1)) continue;
    if (linear - b->linear < b->size || b->linear - linear < size) e->met |= (uint8_t)(1u << i);
  }
}

static uint64_t on_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
  struct engine *e = user;
  uint64_t physical = e->watch_physical[offset / MEMORY_PAGE] + (offset & MEMORY_PAGE_MASK), value = 0;
  const uint8_t *host = memory_host(&e->memory, physical);
  (void)uc;
  e->watch_read = offset;
  if (!host) return engine_device_read(e, physical, size);
  memcpy(&value, host, size);
  return value;
}

static void on_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user) {
  struct engine *e = user;
  uint64_t physical = e->watch_physical[offset / MEMORY_PAGE] + (offset & MEMORY_PAGE_MASK);
  uint8_t *host = memory_host(&e->memory, physical);
  (void)uc;
  note(e, (unsigned)(offset / MEMORY_PAGE), offset & MEMORY_PAGE_MASK, size, ACCESS_WRITE);
  if (host)
    memcpy(host, &value, size);
  else
    engine_device_write(e, physical, size, value);
}

/* A read that is not aligned reaches a device as the two aligned ones around it. What it really read is told
 * afterwards, by its physical address. One that comes from the page before ends in the watched one, of which
 * it has then read the first word last. */
static void on_read_done(uc_engine *uc, uc_mem_type type, uint64_t physical, int size, int64_t value,
                         void *user) {
  struct engine *e = user;
  uint64_t offset = physical & MEMORY_PAGE_MASK, read = e->watch_read;
  uint64_t here = (uint64_t)size < MEMORY_PAGE - offset ? (uint64_t)size : MEMORY_PAGE - offset;
  (void)uc, (void)type, (void)value;
  if (read == WATCH_NOTHING) return;
  e->watch_read = WATCH_NOTHING;
  if (physical - WATCH < WATCH_SIZE)
    note(e, (unsigned)((physical - WATCH) / MEMORY_PAGE), offset, here, ACCESS_READ);
  if (here < (uint64_t)size && (read & MEMORY_PAGE_MASK) < sizeof value)
    note(e, (unsigned)(read / MEMORY_PAGE), 0, (uint64_t)size - here, ACCESS_READ);
}

bool watch_hook(struct engine *e) {
  uc_hook hook;
  e->watch_read = WATCH_NOTHING;
  return uc_hook_add(e->uc, &hook, UC_HOOK_MEM_READ_AFTER, handle_memory_callback(on_read_done), e, 1, 0) ==
         UC_ERR_OK;
}

bool watch_map(struct engine *e) {
  return uc_mmio_map(e->uc, WATCH, WATCH_SIZE, on_read, e, on_write, e) == UC_ERR_OK;
}

/* The first breakpoint on data in the page; ENGINE_BREAKPOINTS when there is none. */
static unsigned watch_of(const struct engine *e, uint64_t linear) {
  unsigned i = 0;
  while (i < ENGINE_BREAKPOINTS && !(e->watched >> i & 1 && page_of(e->breakpoint[i].linear) == linear))
    i++;
  return i;
}

bool watch_covers(const struct engine *e, uint64_t linear) {
  return e->watched && watch_of(e, linear) < ENGINE_BREAKPOINTS;
}

void watch_lead(struct engine *e, uint64_t linear, enum access_kind kind, uc_tlb_entry *entry) {
  unsigned number = watch_of(e, linear);
  if (kind == ACCESS_FETCH) {
    entry->perms &= UC_PROT_EXEC;
    return;
  }
  e->watch_physical[number] = entry->paddr;
  entry->paddr = WATCH + (uint64_t)number * MEMORY_PAGE;
  entry->perms &= ~(uint32_t)UC_PROT_EXEC;
  e->watch_open = true;
  clock_refresh_limit(e);
}

void watch_close(struct engine *e) {
  e->watch_open = false;
  clock_refresh_limit(e);
  translate_flush(e);
}

void watch_forget(struct engine *e) {
  e->met = 0;
  e->watch_read = WATCH_NOTHING;
}
