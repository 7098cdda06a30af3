/* A tiny guest for the engine's tests: one MiB of RAM, one permission byte per page, and a diary of events.
 */
#include "engine/guest.h"

#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "arch/perform.h"
#include "engine/cmocka_all.h"

static struct guest_event *note(struct guest *g, enum guest_event_kind kind) {
  static const struct guest_event empty;
  assert_true(g->events < GUEST_EVENTS);
  struct guest_event *event = &g->event[g->events++];
  *event = empty;
  event->kind = kind;
  event->rip = g->cpu.rip;
  event->linear = g->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].base + g->cpu.rip;
  event->count = engine_instructions(g->engine);
  event->rflags = g->cpu.rflags;
  event->rax = g->cpu.general[0];
  event->rcx = g->cpu.general[1];
  event->shadow = g->cpu.interrupt_shadow;
  return event;
}

static bool translate(void *context, uint64_t page, enum access_kind kind, bool rflags_ac,
                      struct engine_translation *out) {
  struct guest *g = context;
  (void)rflags_ac;
  g->translations++;
  if (page >= GUEST_DEVICES) {
    *out = (struct engine_translation){ page, true, true, true, 0 };
    return true;
  }
  uint8_t p = page < GUEST_RAM ? g->permission[page / 4096] : 0;
  bool user = g->cpu.cpl == 3;
  out->error_code = (kind == ACCESS_WRITE ? PF_WRITE : 0) | (user ? PF_USER : 0) |
                    (kind == ACCESS_FETCH ? PF_FETCH : 0) | (p & GUEST_PRESENT);
  if (!(p & GUEST_PRESENT) || (user && !(p & GUEST_USER)) || (kind == ACCESS_WRITE && !(p & GUEST_WRITE)) ||
      (kind == ACCESS_FETCH && p & GUEST_NX))
    return false;
  if (kind == ACCESS_WRITE) g->permission[page / 4096] &= (uint8_t)~GUEST_CLEAN;
  out->physical = (uint64_t)g->physical[page / 4096] * 4096;
  out->readable = true;
  out->writable = p & GUEST_WRITE && !(g->permission[page / 4096] & GUEST_CLEAN);
  out->executable = !(p & GUEST_NX);
  return true;
}

enum engine_next guest_skip(struct guest *g, const struct rs_instruction *instruction) {
  g->cpu.rip += instruction->length;
  return g->cpu.rflags & RFLAGS_TF ? ENGINE_TRAP : ENGINE_RESUME;
}

static enum engine_next on_instruction(void *context, const struct rs_instruction *instruction) {
  struct guest *g = context;
  struct guest_event *event = note(g, GUEST_INSTRUCTION);
  event->operation = instruction->operation;
  event->length = instruction->length;
  if (g->instruction) return g->instruction(g, instruction);
  return instruction->operation == RS_OP_HLT ? ENGINE_STOP : guest_skip(g, instruction);
}

static enum engine_next on_exception(void *context, const struct engine_exception *exception) {
  struct guest *g = context;
  note(g, GUEST_EXCEPTION)->exception = *exception;
  return g->exception ? g->exception(g, exception) : ENGINE_STOP;
}

static enum engine_next on_deadline(void *context) {
  struct guest *g = context;
  note(g, GUEST_DEADLINE);
  return g->deadline ? g->deadline(g) : ENGINE_STOP;
}

static void on_executed(void *context, uint64_t linear, const uint8_t *bytes, unsigned length) {
  struct guest *g = context;
  struct guest_event *event = note(g, GUEST_EXECUTED);
  assert_int_equal(linear, event->linear);
  assert_true(length > 0 && length <= 15);
  assert_memory_equal(bytes, g->ram + linear, length);
  event->length = (uint8_t)length;
  if (g->executed) g->executed(g);
}

static void on_marked(void *context, size_t mark) {
  note(context, GUEST_MARKED)->mark = mark;
}

static bool on_witnessed(void *context) {
  note(context, GUEST_WITNESSED);
  return true;
}

static uint64_t on_device_read(void *context, uint64_t physical, unsigned size) {
  struct guest *g = context;
  (void)size;
  g->device_reads++;
  g->device_address = physical;
  return g->device_value;
}

static void on_device_write(void *context, uint64_t physical, unsigned size, uint64_t value) {
  struct guest *g = context;
  (void)size;
  g->device_writes++;
  g->device_address = physical;
  g->device_written = value;
}

struct guest *guest_open(void) {
  struct guest *g = calloc(1, sizeof *g);
  struct rs_error error;
  assert_non_null(g);
  const struct engine_client client = {
    .context = g,
    .translate = translate,
    .instruction = on_instruction,
    .exception = on_exception,
    .deadline = on_deadline,
    .executed = on_executed,
    .marked = on_marked,
    .witnessed = on_witnessed,
    .mmio_read = on_device_read,
    .mmio_write = on_device_write,
  };
  g->ram = aligned_alloc(4096, GUEST_RAM);
  assert_non_null(g->ram);
  memset(g->ram, 0, GUEST_RAM);
  for (unsigned i = 0; i < GUEST_PAGES; i++) {
    g->permission[i] = GUEST_PRESENT | GUEST_WRITE | GUEST_USER;
    g->physical[i] = (uint8_t)i;
  }
  if (engine_open(&client, &g->cpu, &g->engine, &error) != RS_OK) fail_msg("%s", error.text);
  assert_int_equal(engine_map_ram(g->engine, 0, GUEST_RAM, g->ram), RS_OK);
  return g;
}

void guest_close(struct guest *g) {
  engine_close(g->engine);
  free(g->ram);
  free(g);
}

int guest_setup(void **state) {
  *state = guest_open();
  return 0;
}

int guest_teardown(void **state) {
  guest_close(*state);
  return 0;
}

static struct rs_segment segment(uint16_t selector, uint32_t attributes, unsigned dpl, uint32_t limit) {
  return (struct rs_segment){ .selector = (uint16_t)(selector | dpl),
                              .attributes = attributes | dpl << SEGMENT_DPL_SHIFT,
                              .limit = limit };
}

void guest_start(struct guest *g, enum guest_mode mode, unsigned cpl) {
  static const uint32_t code_kind[] = {
    [GUEST_64] = SEGMENT_L | SEGMENT_G,
    [GUEST_COMPAT] = SEGMENT_DB | SEGMENT_G,
    [GUEST_32] = SEGMENT_DB | SEGMENT_G,
    [GUEST_16] = 0,
    [GUEST_REAL] = 0,
    [GUEST_V86] = 0,
  };
  bool wide = mode == GUEST_64 || mode == GUEST_COMPAT || mode == GUEST_32;
  bool long_mode = mode == GUEST_64 || mode == GUEST_COMPAT;
  uint32_t limit = wide ? UINT32_MAX : 0xffff;
  struct rs_cpu *cpu = &g->cpu;
  cpu_at_reset(cpu, RS_CPU_INTEL);
  cpu->cpl = (uint8_t)cpl;
  cpu->cr0 = CR0_ET | CR0_NE | (mode == GUEST_REAL ? 0 : CR0_PE) | (long_mode ? CR0_PG : 0);
  cpu->cr4 = CR4_OSFXSR | (long_mode ? CR4_PAE : 0);
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = long_mode ? EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE : 0;
  cpu->rflags = RFLAGS_FIXED | (mode == GUEST_V86 ? RFLAGS_VM : 0);
  cpu->rip = GUEST_CODE;
  cpu->general[4] = GUEST_DATA;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    uint32_t data =
        SEGMENT_P | SEGMENT_S | SEGMENT_WRITABLE | SEGMENT_ACCESSED | (wide ? SEGMENT_DB | SEGMENT_G : 0);
    cpu->segment[i] = segment(0x20, data, cpl, limit);
  }
  cpu->segment[RS_SEGMENT_INDEX(RS_CS)] = segment(
      0x10, SEGMENT_P | SEGMENT_S | SEGMENT_CODE | SEGMENT_READABLE | SEGMENT_ACCESSED | code_kind[mode], cpl,
      limit);
  cpu->ldtr.attributes = SEGMENT_UNUSABLE;
  cpu->tr = (struct rs_segment){ .selector = 0x40, .attributes = SEGMENT_P | 0xb, .limit = 0x67 };
  g->events = 0;
}

void guest_put(struct guest *g, uint64_t at, const void *bytes, size_t size) {
  memcpy(g->ram + at, bytes, size);
  engine_memory_written(g->engine, at, size);
}

void guest_run(struct guest *g) {
  struct rs_error error;
  if (engine_run(g->engine, &error) != RS_OK) fail_msg("%s", error.text);
}

unsigned guest_count(const struct guest *g, enum guest_event_kind kind) {
  unsigned count = 0;
  for (unsigned i = 0; i < g->events; i++)
    count += g->event[i].kind == kind;
  return count;
}

const struct guest_event *guest_event(const struct guest *g, enum guest_event_kind kind, unsigned index) {
  for (unsigned i = 0; i < g->events; i++) {
    if (g->event[i].kind == kind && index-- == 0) return &g->event[i];
  }
  fail_msg("event %u of kind %d did not happen", index, (int)kind);
  return NULL;
}
