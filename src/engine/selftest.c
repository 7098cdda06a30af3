/* Runs a few instructions and refuses a library that does not behave as everything here relies on. */
#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "engine/internal.h"

enum { PAGES = 2, CODE_AT = 0x100, ELSEWHERE = 4, MISSING = 0x5678, REPETITIONS = 10 };

/* What the test's own client saw. */
struct selftest {
  struct engine *engine;
  struct rs_cpu cpu;
  uint8_t *ram;
  bool raised;
  struct engine_exception exception;
  unsigned told; /* instructions but HLT */
};

static bool on_translate(void *context, uint64_t page, enum access_kind kind, bool ac,
                         struct engine_translation *out) {
  (void)context, (void)ac;
  *out = (struct engine_translation){ page, true, true, true, kind == ACCESS_WRITE ? PF_WRITE : 0 };
  return page < PAGES * MEMORY_PAGE;
}

static enum engine_next on_instruction(void *context, const struct rs_instruction *instruction) {
  struct selftest *t = context;
  if (instruction->operation == RS_OP_HLT) return ENGINE_STOP;
  t->told++;
  if (instruction->operation != RS_OP_SYSCALL && instruction->operation != RS_OP_SYSENTER)
    return ENGINE_NATIVE;
  t->cpu.rip = CODE_AT + ELSEWHERE;
  return ENGINE_RESUME;
}

static enum engine_next on_exception(void *context, const struct engine_exception *exception) {
  struct selftest *t = context;
  t->raised = true;
  t->exception = *exception;
  return ENGINE_STOP;
}

static enum engine_next on_deadline(void *context) {
  (void)context;
  return ENGINE_STOP;
}

static uint64_t on_read(void *context, uint64_t physical, unsigned size) {
  (void)context, (void)physical, (void)size;
  return UINT64_MAX;
}

static void on_write(void *context, uint64_t physical, unsigned size, uint64_t value) {
  (void)context, (void)physical, (void)size, (void)value;
}

/* 64-bit or compatibility mode with flat segments. */
static void prepare(struct selftest *t, unsigned cpl, uint32_t code_kind) {
  struct rs_cpu *cpu = &t->cpu;
  uint32_t dpl = cpl << SEGMENT_DPL_SHIFT;
  memset(cpu, 0, sizeof *cpu);
  cpu->cpl = (uint8_t)cpl;
  cpu->cr0 = CR0_PE | CR0_PG | CR0_NE | CR0_ET;
  cpu->cr4 = CR4_PAE | CR4_OSFXSR;
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME | EFER_LMA;
  cpu->rflags = RFLAGS_FIXED | RFLAGS_IF;
  cpu->rip = CODE_AT;
  cpu->general[1] = REPETITIONS;
  cpu->general[3] = MISSING;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    uint32_t attributes =
        SEGMENT_P | SEGMENT_S | SEGMENT_WRITABLE | SEGMENT_ACCESSED | SEGMENT_DB | SEGMENT_G;
    cpu->segment[i] = (struct rs_segment){ (uint16_t)(0x20 | cpl), attributes | dpl, UINT32_MAX, 0 };
  }
  cpu->segment[RS_SEGMENT_INDEX(RS_CS)].attributes = SEGMENT_P | SEGMENT_S | SEGMENT_CODE | SEGMENT_READABLE |
                                                     SEGMENT_ACCESSED | SEGMENT_G | code_kind | dpl;
}

static bool run(struct selftest *t, const char *code, size_t size) {
  t->raised = false;
  t->told = 0;
  memcpy(t->ram + CODE_AT, code, size);
  engine_memory_written(t->engine, CODE_AT, size);
  return engine_run(t->engine, NULL) == RS_OK;
}
#define RUN(t, code) run(t, code, sizeof code - 1)

/* The first block of a handle is not announced; from the second on all are, so this comes first. */
static bool announces_translations(struct selftest *t) {
  prepare(t, 0, SEGMENT_L);
  return RUN(t, "\xeb\x00\xeb\x00\xf4") && !t->raised; /* jmp +0; jmp +0; hlt */
}

static bool obeys_privilege(struct selftest *t) {
  prepare(t, 0, SEGMENT_L);
  if (!RUN(t, "\xfa\xf4") || t->raised || t->told != 1 || t->cpu.rflags & RFLAGS_IF)
    return false; /* cli; hlt */
  prepare(t, 3, SEGMENT_L);
  return RUN(t, "\x90\xfa\xf4") && t->raised && t->exception.vector == VECTOR_GP &&
         t->exception.error_code == 0 && t->cpu.rip == CODE_AT + 1;
}

static bool obeys_code_segments(struct selftest *t) {
  prepare(t, 3, SEGMENT_DB);
  t->cpu.general[0] = UINT32_MAX;
  return RUN(t, "\x40\x40\xf4") && t->cpu.general[0] == 1; /* inc eax, twice; REX prefixes in 64-bit mode */
}

static bool tells_faults(struct selftest *t) {
  for (unsigned i = 0; i < 2; i++) { /* the second must not become a double fault */
    prepare(t, 0, SEGMENT_L);
    if (!RUN(t, "\x90\x88\x03\xf4") || !t->raised || t->exception.vector != VECTOR_PF ||
        t->exception.cr2 != MISSING || t->exception.error_code != PF_WRITE || t->cpu.rip != CODE_AT + 1)
      return false; /* mov [rbx], al */
  }
  prepare(t, 3, SEGMENT_L);
  return RUN(t, "\x90\x0f\xff\xf4") && t->raised && t->exception.vector == VECTOR_UD &&
         t->cpu.rip == CODE_AT + 1;
}

static bool counts_exactly(struct selftest *t) {
  prepare(t, 3, SEGMENT_L);
  uint64_t before = engine_instructions(t->engine);
  return RUN(t, "\x90\xff\xc9\x75\xfb\xf4") && /* nop; dec ecx; jnz; hlt */
         engine_instructions(t->engine) - before == 3 * REPETITIONS + 1;
}

static bool sees_changed_code(struct selftest *t) {
  prepare(t, 3, SEGMENT_L);
  return RUN(t, "\xb0\x01\xf4") && t->cpu.general[0] == 1 && /* mov al, 1; hlt */
         (prepare(t, 3, SEGMENT_L), RUN(t, "\xb0\x02\xf4")) && t->cpu.general[0] == 2;
}

/* Behind each stands an instruction that must not run. */
static bool calls_for_system_calls(struct selftest *t) {
  static const uint32_t kinds[] = { SEGMENT_L, SEGMENT_DB };
  for (unsigned i = 0; i < 2; i++) {
    prepare(t, 3, kinds[i]);
    if (!RUN(t, "\x0f\x05\xb0\x05\xf4") || t->raised || t->told != 1 || t->cpu.general[0] != 0)
      return false; /* syscall; mov al, 5; hlt */
    prepare(t, 3, kinds[i]);
    if (!RUN(t, "\x0f\x34\xb0\x05\xf4") || t->raised || t->told != 1 || t->cpu.general[0] != 0)
      return false; /* sysenter; mov al, 5; hlt */
  }
  return true;
}

static enum rs_status check_all(struct selftest *t, struct rs_error *error) {
  static const struct {
    const char *what;
    bool (*holds)(struct selftest *);
  } row[] = {
    { "announce the blocks that it translates", announces_translations },
    { "obey the privilege level that it is given", obeys_privilege },
    { "obey the code segment that it is given", obeys_code_segments },
    { "tell faults exactly", tells_faults },
    { "tell blocks apart as Ringside counts them", counts_exactly },
    { "see code that was changed", sees_changed_code },
    { "go on where a system call leads", calls_for_system_calls },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    if (!row[i].holds(t))
      return rs_fail(error, RS_ENGINE_REFUSED, "this Unicorn library does not %s", row[i].what);
  }
  return RS_OK;
}

/* Takes the test's memory away again, and what was translated from it. */
static void clean_up(struct engine *e) {
  for (uint64_t page = 0; page < PAGES; page++)
    translate_purge(e, page * MEMORY_PAGE);
  uc_mem_unmap(e->uc, 0, PAGES * MEMORY_PAGE);
  clock_complete(e);
  blocks_clear(&e->blocks);
  memory_free(&e->memory);
  e->translated = 0;
  e->started = false;
  e->stopping = false;
}

enum rs_status selftest_run(struct engine *e, struct rs_error *error) {
  struct selftest t = { .engine = e, .ram = aligned_alloc(MEMORY_PAGE, PAGES * MEMORY_PAGE) };
  const struct engine_client client = {
    &t, on_translate, on_instruction, on_exception, on_deadline, NULL, NULL, NULL, on_read, on_write,
  };
  if (!t.ram) return rs_fail(error, RS_OUT_OF_MEMORY, "no memory for the engine's self-test");
  memset(t.ram, 0, PAGES * MEMORY_PAGE);
  e->client = client;
  e->cpu = &t.cpu;
  enum rs_status status = RS_ENGINE_REFUSED;
  if (engine_map_ram(e, 0, PAGES * MEMORY_PAGE, t.ram) == RS_OK) {
    e->started = true; /* without devices: they would be in the way of the client's RAM */
    status = check_all(&t, error);
    clean_up(e);
  } else {
    rs_fail(error, status, "this Unicorn library maps no memory");
  }
  free(t.ram);
  return status;
}
