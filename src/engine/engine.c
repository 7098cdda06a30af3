/* Opens, feeds and runs the Unicorn handle. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "engine/alignment.h"
#include "engine/handle.h"
#include "engine/internal.h"
#include "engine/watch.h"

enum { ENGINE_BUFFER = 64 << 20 }; /* of translated code; BUDGET in translate.c stays below */

#define PHYSICAL_END (UINT64_C(1) << 52) /* [SDM3 "4-Level Paging and 5-Level Paging"]: no wider */

static bool add_hook(struct engine *e, int type, void *callback) {
  uc_hook hook;
  return uc_hook_add(e->uc, &hook, type, callback, e, 1, 0) == UC_ERR_OK;
}

static bool add_call_hook(struct engine *e, int instruction) {
  uc_hook hook;
  return uc_hook_add(e->uc, &hook, UC_HOOK_INSN, handle_call_callback(events_on_call), e, 1, 0,
                     instruction) == UC_ERR_OK;
}

/* Adds a hook of which fields are changed later on. With one hook of its kind alone, generated code calls it
 * directly, with the user data of the moment of translation; its range is looked at only then, too. */
static bool add_changing_hook(struct engine *e, int type, uc_cb_hookcode_t callback, uint64_t begin,
                              uint64_t end, void ***user, uint8_t **fields) {
  uc_hook hook;
  if (uc_hook_add(e->uc, &hook, type, handle_callback(callback), e, begin, end) != UC_ERR_OK) return false;
  *fields = (uint8_t *)hook;
  *user = (void **)(void *)(*fields + e->context.layout.hook_user);
  return **user == e;
}

static bool add_hooks(struct engine *e) {
  const struct layout *l = &e->context.layout;
  uint8_t *fields;
  if (!add_changing_hook(e, UC_HOOK_BLOCK, clock_on_block, 1, 0, &e->block_user, &fields) ||
      !add_changing_hook(e, UC_HOOK_CODE, events_on_code, 1, 0, &e->code_user, &fields))
    return false;
  e->window_begin = (uint64_t *)(void *)(fields + l->hook_begin);
  e->window_end = (uint64_t *)(void *)(fields + l->hook_end);
  translate_close_window(e);
  return translate_prepare(e) && add_hook(e, UC_HOOK_TLB_FILL, handle_fill_callback(translate_on_fill)) &&
         add_hook(e, UC_HOOK_EDGE_GENERATED, handle_edge_callback(translate_on_edge)) &&
         add_hook(e, UC_HOOK_INTR, handle_interrupt_callback(events_on_interrupt)) &&
         add_hook(e, UC_HOOK_INSN_INVALID, handle_invalid_callback(events_on_invalid)) && watch_hook(e) &&
         add_call_hook(e, UC_X86_INS_SYSCALL) && add_call_hook(e, UC_X86_INS_SYSENTER);
}

static void reset(struct engine *e) {
  e->count = e->ahead = 0;
  e->deadline = UINT64_MAX;
  e->alias = MEMORY_NO_PAGE;
  e->deadline_block = e->device_block = NO_LINEAR;
  e->generation = 1;
  clock_complete(e);
  clock_refresh_limit(e);
}

enum rs_status engine_open(const struct engine_client *client, struct rs_cpu *cpu, struct engine **out,
                           struct rs_error *error) {
  struct layout layout;
  enum rs_status status = layout_calibrate(&layout, error);
  if (status != RS_OK) return status;
  struct engine *e = calloc(1, sizeof *e);
  if (!e) return rs_fail(error, RS_OUT_OF_MEMORY, "no memory for the engine");
  reset(e);
  if (!handle_open(&e->uc, ENGINE_BUFFER) || !context_open(&e->context, e->uc, &layout) ||
      !blocks_open(&e->blocks, &e->memory) || !add_hooks(e)) {
    engine_close(e);
    return rs_fail(error, RS_ENGINE_REFUSED, "the Unicorn library could not be opened and hooked");
  }
  status = selftest_run(e, error);
  if (status != RS_OK) {
    engine_close(e);
    return status;
  }
  reset(e);
  e->client = *client;
  e->cpu = cpu;
  *out = e;
  return RS_OK;
}

void engine_close(struct engine *e) {
  if (!e) return;
  blocks_close(&e->blocks);
  translate_free_pieces(e);
  context_close(&e->context);
  if (e->uc) uc_close(e->uc);
  memory_free(&e->memory);
  free(e);
}

enum rs_status engine_map_ram(struct engine *e, uint64_t physical, size_t size, void *host) {
  if (e->started || physical >= PHYSICAL_END || size > PHYSICAL_END - physical ||
      !memory_add(&e->memory, physical, size, host))
    return RS_BAD_ARGUMENT;
  return uc_mem_map_ptr(e->uc, physical, size, UC_PROT_ALL, host) == UC_ERR_OK ? RS_OK : RS_ENGINE_FAILED;
}

/* While a device looks, the instruction under way counts as not executed; a stepped block says so itself. */
static void look_ahead(struct engine *e, uint64_t instructions) {
  if (e->at && !e->at->stepped) e->ahead = instructions;
}

uint64_t engine_device_read(struct engine *e, uint64_t physical, unsigned size) {
  look_ahead(e, 1);
  uint64_t value = e->client.mmio_read(e->client.context, physical, size);
  look_ahead(e, 0);
  return value;
}

void engine_device_write(struct engine *e, uint64_t physical, unsigned size, uint64_t value) {
  look_ahead(e, 1);
  e->client.mmio_write(e->client.context, physical, size, value);
  look_ahead(e, 0);
}

static uint64_t on_device_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
  const struct device_range *range = user;
  (void)uc;
  return engine_device_read(range->engine, range->physical + offset, size);
}

static void on_device_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user) {
  const struct device_range *range = user;
  (void)uc;
  engine_device_write(range->engine, range->physical + offset, size, value);
}

/* Everything that is not RAM goes to the client. */
static bool map_devices(struct engine *e) {
  uint64_t from = 0;
  for (unsigned i = 0; i <= e->memory.count; i++) {
    const struct region *next = i < e->memory.count ? &e->memory.region[i] : NULL;
    uint64_t end = next ? next->physical : PHYSICAL_END;
    e->device[i] = (struct device_range){ e, from };
    if (from < end && uc_mmio_map(e->uc, from, end - from, on_device_read, &e->device[i], on_device_write,
                                  &e->device[i]) != UC_ERR_OK)
      return false;
    if (next) from = next->physical + next->size;
  }
  return watch_map(e);
}

void engine_changed(struct engine *e, unsigned parts) {
  e->changed |= parts;
}

void engine_memory_written(struct engine *e, uint64_t physical, size_t size) {
  uint64_t first = physical & ~MEMORY_PAGE_MASK, end = physical + size;
  for (uint64_t at = first; at < end; at += MEMORY_PAGE) {
    const struct page *page = memory_page(&e->memory, at);
    if (page && (page->state & PAGE_CODE) && !(page->state & PAGE_MIXED)) translate_purge(e, at);
  }
}

/* Gives the library the whole of `*cpu`. */
static void push(struct engine *e) {
  context_begin(&e->context);
  context_put_general(&e->context, e->cpu);
  context_put_system(&e->context, e->cpu, CONTEXT_SYSTEM);
  context_commit_at_rest(&e->context, e->cpu);
  alignment_follow(e);
  if (e->flush_asked) translate_flush_code(e);
  if (e->changed & (ENGINE_CONTROL | ENGINE_TRANSLATIONS)) translate_flush(e);
  if (e->device_open) translate_close_device(e);
  translate_close_window(e);
  e->flush_asked = false;
  e->fetched_linear = NO_LINEAR;
  e->changed = 0;
}

/* HLT that the client let the library execute ends the run by itself. */
static bool halted_natively(struct engine *e) {
  if (!e->native || e->native_instruction.operation != RS_OP_HLT) return false;
  e->native = false;
  clock_complete(e);
  e->cpu->halted = true;
  e->stopping = true;
  return true;
}

/* One stay in generated code, and what ended it. */
static enum rs_status run_once(struct engine *e, struct rs_error *error) {
  push(e);
  e->refusal = REFUSED_NOTHING;
  uc_err code = uc_emu_start(e->uc, e->cpu->rip, 0, 0, 0);
  if (e->failure != RS_OK) return rs_fail(error, e->failure, "%s", rs_status_text(e->failure));
  if (e->stopping || e->flush_asked) return RS_OK;
  context_fetch(&e->context, e->cpu);
  if (code != UC_ERR_OK && e->refusal != REFUSED_NOTHING) {
    fault_handle(e);
    return RS_OK;
  }
  if (code == UC_ERR_OK && e->exit_set) {
    fault_at_exit(e);
    return RS_OK;
  }
  if (code == UC_ERR_OK && halted_natively(e)) return RS_OK;
  return rs_fail(error, RS_ENGINE_FAILED, "Unicorn stopped at RIP %#llx for a reason of its own: %s",
                 (unsigned long long)e->cpu->rip, uc_strerror(code));
}

enum rs_status engine_run(struct engine *e, struct rs_error *error) {
  if (!e->started && !map_devices(e))
    return rs_fail(error, RS_ENGINE_FAILED, "no device memory could be mapped");
  e->started = true;
  e->failure = RS_OK;
  e->changed |= ENGINE_TRANSLATIONS;
  clock_complete(e);
  e->announced = NO_LINEAR;
  if (!events_go_on(e, ENGINE_RESUME)) return RS_OK;
  enum rs_status status = RS_OK;
  while (status == RS_OK && !e->stopping)
    status = run_once(e, error);
  return status;
}

uint64_t engine_instructions(const struct engine *e) {
  return e->count - e->ahead;
}

void engine_set_deadline(struct engine *e, uint64_t instructions) {
  e->deadline = instructions;
  clock_refresh_limit(e);
}

void engine_trace_instructions(struct engine *e, bool armed) {
  if (e->tracing == armed) return;
  e->tracing = armed;
  e->flush_asked = e->translated > 0;
}

void engine_request_stop(struct engine *e) {
  atomic_store(&e->stop_asked, true);
  atomic_store(&e->limit, 0);
}
