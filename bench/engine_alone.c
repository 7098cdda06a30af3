/* What the engine alone takes to hand over a sensitive instruction and go on behind it. */
#include "bench/snapshot.h"
#include "engine/engine.h"
#include "parameters.h"

struct trivial {
  struct snapshot snapshot;
  struct engine *engine;
  struct rs_cpu cpu;
  unsigned changed; /* parts told as changed each time, though they are as before */
  uint32_t performed;
};

/* Linear = physical, everything allowed. */
static bool translate(void *context, uint64_t linear_page, enum access_kind kind, bool rflags_ac,
                      struct engine_translation *out) {
  (void)context, (void)kind, (void)rflags_ac;
  *out = (struct engine_translation){ linear_page, true, true, true, 0 };
  return linear_page < SNAPSHOT_MEMORY;
}

/* The loop ends with a sensitive instruction, too: all iterations are done then. */
static enum engine_next perform_nothing(void *context, const struct rs_instruction *instruction) {
  struct trivial *trivial = context;
  if (trivial->cpu.rip != trivial->snapshot.enter.cpu.rip) return ENGINE_STOP;
  trivial->performed++;
  trivial->cpu.rip += instruction->length;
  if (trivial->changed) engine_changed(trivial->engine, trivial->changed);
  return ENGINE_RESUME;
}

static enum engine_next refuse_exception(void *context, const struct engine_exception *exception) {
  (void)context, (void)exception;
  return ENGINE_STOP;
}

static enum engine_next refuse_deadline(void *context) {
  (void)context;
  return ENGINE_STOP;
}

static uint64_t read_nothing(void *context, uint64_t physical, unsigned size) {
  (void)context, (void)physical, (void)size;
  return UINT64_MAX;
}

static void write_nothing(void *context, uint64_t physical, unsigned size, uint64_t value) {
  (void)context, (void)physical, (void)size, (void)value;
}

static enum rs_status trivial_run(struct trivial *trivial, uint32_t count, double *ns,
                                  struct rs_error *error) {
  enum { RBX = 3 };
  trivial->cpu = trivial->snapshot.enter.cpu;
  trivial->cpu.general[RBX] = count;
  enum rs_status status = engine_map_ram(trivial->engine, 0, SNAPSHOT_MEMORY, trivial->snapshot.memory);
  engine_changed(trivial->engine, ENGINE_SEGMENTS | ENGINE_TABLES | ENGINE_CONTROL);
  double start = clock_processor_time();
  if (!status) status = engine_run(trivial->engine, error);
  *ns = clock_processor_time() - start;
  if (!status && trivial->performed != count)
    status =
        rs_fail(error, RS_ENGINE_FAILED, "engine alone: %u of %u were performed", trivial->performed, count);
  return status;
}

static enum rs_status engine_measure(const struct subject_run *run, unsigned changed, double *ns,
                                     struct rs_error *error) {
  struct trivial trivial = { .changed = changed };
  const struct engine_client client = {
    &trivial, translate, perform_nothing, refuse_exception, refuse_deadline,
    NULL,     NULL,      read_nothing,    write_nothing
  };
  enum rs_status status = snapshot_take(run, &trivial.snapshot, error);
  if (status) return status;
  status = engine_open(&client, &trivial.cpu, &trivial.engine, error);
  if (!status) {
    status = trivial_run(&trivial, run->count, ns, error);
    engine_close(trivial.engine);
  }
  snapshot_free(&trivial.snapshot);
  return status;
}

enum rs_status subject_engine(const struct subject_run *run, double *ns, struct rs_error *error) {
  return engine_measure(run, 0, ns, error);
}

enum rs_status subject_engine_segments(const struct subject_run *run, double *ns, struct rs_error *error) {
  return engine_measure(run, ENGINE_CODE_AND_STACK, ns, error);
}
