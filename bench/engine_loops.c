/* Measures the engine: user loops against bare Unicorn without hooks, and the cost of one performed event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicorn/unicorn.h>

#include "arch/bits.h"
#include "engine/engine.h"

enum { RAM = 1 << 20, CODE = 0x1000, DATA = 0x8000, ROUNDS = 5 };

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A loop whose body is one block of `length` instructions: arithmetic, a load and a store, then DEC and JNZ.
 */
static size_t make_loop(uint8_t *code, unsigned length, uint32_t times) {
  static const struct {
    const char *bytes;
    size_t size;
  } body[] = {
    { "\x48\x01\xd8", 3 },     /* add rax, rbx */
    { "\x48\x89\x06", 3 },     /* mov [rsi], rax */
    { "\x48\x31\xc2", 3 },     /* xor rdx, rax */
    { "\x4c\x8b\x46\x08", 4 }, /* mov r8, [rsi+8] */
    { "\x48\x8d\x5a\x01", 4 }, /* lea rbx, [rdx+1] */
  };
  size_t at = 0;
  code[at++] = 0xb9; /* mov ecx, times */
  memcpy(code + at, &times, 4);
  at += 4;
  size_t start = at;
  for (unsigned i = 0; i < length - 2; i++) {
    memcpy(code + at, body[i % 5].bytes, body[i % 5].size);
    at += body[i % 5].size;
  }
  memcpy(code + at, "\xff\xc9\x0f\x85", 4); /* dec ecx; jnz start */
  at += 4;
  int32_t back = (int32_t)start - (int32_t)(at + 4);
  memcpy(code + at, &back, 4);
  at += 4;
  code[at++] = 0xf4;
  return at;
}

static double run_bare(const uint8_t *code, size_t size) {
  uc_engine *uc;
  uint64_t data = DATA;
  uc_open(UC_ARCH_X86, UC_MODE_64, &uc);
  uc_ctl_set_cpu_model(uc, UC_CPU_X86_ICELAKE_SERVER);
  uc_mem_map(uc, 0, RAM, UC_PROT_ALL);
  uc_mem_write(uc, CODE, code, size);
  uc_reg_write(uc, UC_X86_REG_RSI, &data);
  double begin = seconds();
  uc_emu_start(uc, CODE, CODE + size - 1, 0, 0);
  double took = seconds() - begin;
  uc_close(uc);
  return took;
}

struct machine {
  struct engine *engine;
  struct rs_cpu cpu;
  uint8_t *ram;
};

static bool translate(void *context, uint64_t page, enum access_kind kind, bool ac,
                      struct engine_translation *out) {
  (void)context, (void)kind, (void)ac;
  *out = (struct engine_translation){ page, true, true, true, 0 };
  return page < RAM;
}

static enum engine_next instruction(void *context, const struct rs_instruction *i) {
  struct machine *m = context;
  if (i->operation == RS_OP_HLT) return ENGINE_STOP;
  m->cpu.rip += i->length;
  return ENGINE_RESUME;
}

static enum engine_next exception(void *context, const struct engine_exception *x) {
  struct machine *m = context;
  m->cpu.rip += x->vector == VECTOR_PF ? 7 : 2; /* over the instruction of the measured loop */
  return ENGINE_RESUME;
}

static enum engine_next deadline(void *context) {
  (void)context;
  return ENGINE_STOP;
}

static void executed(void *context, uint64_t linear, const uint8_t *bytes, unsigned length) {
  (void)context, (void)linear, (void)bytes, (void)length;
}

static uint64_t mmio_read(void *context, uint64_t physical, unsigned size) {
  (void)context, (void)physical, (void)size;
  return UINT64_MAX;
}

static void mmio_write(void *context, uint64_t physical, unsigned size, uint64_t value) {
  (void)context, (void)physical, (void)size, (void)value;
}

static void start(struct machine *m, const uint8_t *code, size_t size) {
  memset(&m->cpu, 0, sizeof m->cpu);
  m->cpu.cpl = 3;
  m->cpu.cr0 = CR0_PE | CR0_PG | CR0_NE | CR0_ET;
  m->cpu.cr4 = CR4_PAE | CR4_OSFXSR;
  m->cpu.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME | EFER_LMA;
  m->cpu.rflags = RFLAGS_FIXED;
  m->cpu.rip = CODE;
  m->cpu.general[4] = DATA;
  m->cpu.general[6] = DATA;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    m->cpu.segment[i] = (struct rs_segment){ 0x23, 0xf3 | SEGMENT_DB | SEGMENT_G, UINT32_MAX, 0 };
  m->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].attributes = 0xfb | SEGMENT_L | SEGMENT_G;
  memcpy(m->ram + CODE, code, size);
  engine_memory_written(m->engine, CODE, size);
}

static double run_engine(struct machine *m, const uint8_t *code, size_t size) {
  struct rs_error error;
  start(m, code, size);
  double begin = seconds();
  if (engine_run(m->engine, &error) != RS_OK) {
    fprintf(stderr, "%s\n", error.text);
    exit(1);
  }
  return seconds() - begin;
}

static void compare_loops(struct machine *m) {
  static const unsigned lengths[] = { 3, 8, 30 };
  uint8_t code[256];
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    double bare = 1e9, engine = 1e9;
    uint32_t times = 300000000 / lengths[i] / 4;
    size_t size = make_loop(code, lengths[i], times);
    for (unsigned round = 0; round < ROUNDS; round++) {
      double b = run_bare(code, size), e = run_engine(m, code, size);
      if (b < bare) bare = b;
      if (e < engine) engine = e;
    }
    printf("blocks of %2u: bare %6.0f MIPS, engine %6.0f MIPS, ratio %.2f, %.2f ns more per block\n",
           lengths[i], lengths[i] * (double)times / bare / 1e6, lengths[i] * (double)times / engine / 1e6,
           bare / engine, (engine - bare) / times * 1e9);
  }
}

static void measure(struct machine *m, const char *what, const char *body, size_t size, uint32_t times) {
  uint8_t code[64] = { 0xb9 };
  double best = 1e9;
  memcpy(code + 1, &times, 4);
  memcpy(code + 5, body, size);
  memcpy(code + 5 + size, "\xff\xc9\x75", 3); /* dec ecx; jnz */
  code[8 + size] = (uint8_t)(-(int)(size + 4));
  code[9 + size] = 0xf4;
  for (unsigned round = 0; round < ROUNDS; round++) {
    double took = run_engine(m, code, 10 + size);
    if (took < best) best = took;
  }
  printf("%-40s %7.1f ns\n", what, best / times * 1e9);
}

int main(void) {
  struct machine *m = calloc(1, sizeof *m);
  const struct engine_client client = {
    m, translate, instruction, exception, deadline, executed, NULL, mmio_read, mmio_write,
  };
  struct rs_error error;
  double begin = seconds();
  if (!m || engine_open(&client, &m->cpu, &m->engine, &error) != RS_OK) return 1;
  printf("opening took %.1f ms\n", (seconds() - begin) * 1e3);
  m->ram = aligned_alloc(4096, RAM);
  memset(m->ram, 0, RAM);
  if (engine_map_ram(m->engine, 0, RAM, m->ram) != RS_OK) return 1;
  compare_loops(m);
  measure(m, "one performed instruction (CPUID)", "\x0f\xa2", 2, 2000000);
  measure(m, "one refused access (#PF)", "\x02\x84\x24\x00\x00\x00\x10", 7,
          300000); /* add al, [rsp+0x10000000] */
  measure(m, "one exception (#UD)", "\x0f\xff", 2, 1000000);

  engine_trace_instructions(m->engine, true);
  measure(m, "one traced instruction (of 3)", "\x90", 1, 2000000);
  engine_close(m->engine);
  free(m->ram);
  free(m);
  return 0;
}
