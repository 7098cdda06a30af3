/* Random programs do the same and count the same, run plainly, traced, or interrupted at every few
 * instructions. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

enum {
  PROGRAMS = 60,
  LENGTH = 60,
  LOOPS = 5,
  OWN_DATA = GUEST_CODE + 0xc00,
  FAR_DATA = 0x20000,
  SIZE = 0x1000
};

static uint32_t draw(uint32_t *seed, uint32_t range) {
  *seed = *seed * 1664525 + 1013904223;
  return (*seed >> 8) % range;
}

/* Instructions that may stand anywhere. RBX points to data far away, RBP to data in the page of the code. */
static const struct {
  const char *bytes;
  size_t size;
} pool[] = {
  { "\x90", 1 },             /* nop */
  { "\x01\xd0", 2 },         /* add eax, edx */
  { "\x0f\xa2", 2 },         /* cpuid: told */
  { "\x89\x03", 2 },         /* mov [rbx], eax */
  { "\x03\x13", 2 },         /* add edx, [rbx] */
  { "\x01\x55\x10", 3 },     /* add [rbp+16], edx: into the page of the code */
  { "\xff\x43\x08", 3 },     /* inc dword [rbx+8] */
  { "\x9c", 1 },             /* pushf: told */
  { "\x0f\x05", 2 },         /* syscall: told */
  { "\x0f\x34", 2 },         /* sysenter: told */
  { "\x50\x5a", 2 },         /* push rax; pop rdx */
  { "\xeb\x00", 2 },         /* jmp +0 */
  { "\x74\x01\x90", 3 },     /* jz over a nop */
  { "\x72\x02\xff\xc0", 4 }, /* jc over inc eax */
  { "\x56\x5f\x51\x6a\x07\x59\xf3\xaa\x59",
    9 },                             /* push rsi; pop rdi; push rcx; push 7; pop rcx; rep stosb; pop rcx */
  { "\x51\x31\xc9\xf3\xaa\x59", 6 }, /* push rcx; xor ecx, ecx; rep stosb; pop rcx */
  { "\xf0\x90", 2 },                 /* lock nop: #UD, skipped */
  { "\x41\x8a\x00", 3 },             /* mov al, [r8]: a page fault, skipped */
  { "\xe8\x00\x00\x00\x00\x58", 6 }, /* call +0; pop rax */
  { "\x0f\x1f\x00", 3 },             /* nop of three bytes */
  { "\x48\x0f\xc1\x13", 4 },         /* xadd [rbx], rdx */
};

static void write_program(struct guest *g, uint32_t seed) {
  uint8_t code[1024];
  size_t at = 0;
  for (unsigned i = 0; i < LENGTH; i++) {
    unsigned n = draw(&seed, sizeof pool / sizeof pool[0]);
    memcpy(code + at, pool[n].bytes, pool[n].size);
    at += pool[n].size;
  }
  memcpy(code + at, "\xff\xc9\x0f\x85", 4); /* dec ecx; jnz to the beginning */
  int32_t back = -(int32_t)(at + 8);
  memcpy(code + at + 4, &back, 4);
  code[at + 8] = 0xf4;
  guest_put(g, GUEST_CODE, code, at + 9);
}

static enum engine_next skip_fault(struct guest *g, const struct engine_exception *exception) {
  g->cpu.rip += exception->vector == VECTOR_UD ? 2 : 3;
  return ENGINE_RESUME;
}

static enum engine_next again(struct guest *g) {
  engine_set_deadline(g->engine, engine_instructions(g->engine) + g->number);
  return ENGINE_RESUME;
}

/* What must not depend on how it is watched. */
struct result {
  struct rs_cpu cpu;
  uint64_t count;
  unsigned told, raised;
  uint64_t told_at; /* a sum over the counts of all events */
  uint8_t data[SIZE];
};

static void run_once(struct guest *g, uint32_t seed, unsigned step, bool traced, struct result *out) {
  guest_start(g, GUEST_64, 3);
  memset(g->ram + FAR_DATA, 0, SIZE);
  memset(g->ram + GUEST_DATA - SIZE, 0, 2 * SIZE);
  memset(g->ram + GUEST_CODE, 0, 0x1000);
  engine_memory_written(g->engine, GUEST_CODE, 0x1000);
  write_program(g, seed);
  g->cpu.general[1] = LOOPS;
  g->cpu.general[3] = FAR_DATA;
  g->cpu.general[5] = OWN_DATA;
  g->cpu.general[6] = FAR_DATA + 0x100;
  g->cpu.general[8] = 0x300000;
  g->exception = skip_fault;
  g->deadline = again;
  g->number = step;
  uint64_t start = engine_instructions(g->engine);
  engine_trace_instructions(g->engine, traced);
  engine_set_deadline(g->engine, step ? start + step : UINT64_MAX);
  guest_run(g);
  engine_set_deadline(g->engine, UINT64_MAX);
  memset(out, 0, sizeof *out);
  out->cpu = g->cpu;
  out->count = engine_instructions(g->engine) - start;
  for (unsigned i = 0; i < g->events; i++) {
    if (g->event[i].kind != GUEST_INSTRUCTION && g->event[i].kind != GUEST_EXCEPTION) continue;
    out->told += g->event[i].kind == GUEST_INSTRUCTION;
    out->raised += g->event[i].kind == GUEST_EXCEPTION;
    out->told_at = out->told_at * 31 + (g->event[i].count - start) + g->event[i].rflags;
  }
  memcpy(out->data, g->ram + FAR_DATA, SIZE);
  /* Announcements are made one by one: they count the instructions in another way. */
  if (traced) assert_int_equal(guest_count(g, GUEST_EXECUTED), out->count + out->raised);
  if (step == 0) return;
  assert_int_equal(guest_count(g, GUEST_DEADLINE), (out->count - 1) / step);
}

static void random_programs_are_the_same_however_they_are_watched(void **state) {
  struct guest *g = *state;
  static struct result plain, other;
  for (uint32_t seed = 1; seed <= PROGRAMS; seed++) {
    run_once(g, seed, 0, false, &plain);
    run_once(g, seed, 1 + seed % 13, false, &other);
    assert_memory_equal(&plain, &other, sizeof plain);
    run_once(g, seed, 0, true, &other);
    assert_memory_equal(&plain, &other, sizeof plain);
    run_once(g, seed, 3 + seed % 5, true, &other);
    assert_memory_equal(&plain, &other, sizeof plain);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(random_programs_are_the_same_however_they_are_watched, guest_setup,
                                    guest_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
