/* The public machine: creation, loading, running, stepping and looking. */
#include "ringside/machine.h"

#include <stdlib.h>

#include "vm/vm.h"
#include "vm/witness.h"

/* No transition follows, so the next deadline is set here. CR8 is the one register that a device shares. */
static void mmio_accessed(struct rs_machine *vm) {
  vm_hardware_accessed(vm);
  if (!vm->attention) return;
  vm->cpu.cr8 = machine_cr8(vm->hardware);
  vm_attend(vm);
}

/* Nobody decodes MMIO sizes above 8 bytes; devices and holes answer in the machine room. */
static uint64_t mmio_read(void *context, uint64_t physical, unsigned size) {
  struct rs_machine *vm = context;
  machine_advance(vm->hardware, vm_now(vm));
  uint64_t value = machine_mmio_read(vm->hardware, physical, size);
  mmio_accessed(vm);
  return value;
}

static void mmio_write(void *context, uint64_t physical, unsigned size, uint64_t value) {
  struct rs_machine *vm = context;
  machine_advance(vm->hardware, vm_now(vm));
  machine_mmio_write(vm->hardware, physical, size, value);
  mmio_accessed(vm);
}

/* The limit, the end of a single step, a request to stop, an interrupt or the time of one. */
static enum engine_next deadline(void *context) {
  struct rs_machine *vm = context;
  vm_pending_tell(vm);
  if (engine_instructions(vm->engine) >= vm->config.limit)
    vm_end(vm, RS_END_LIMIT, 0);
  else if (vm->stop_requested)
    vm_end(vm, RS_END_STOPPED, 0);
  else if (engine_instructions(vm->engine) < vm->until)
    return vm_interrupt(vm);
  return ENGINE_STOP;
}

static enum rs_status engine_attach(struct rs_machine *vm, struct rs_error *error) {
  const struct engine_client client = {
    .context = vm,
    .translate = vm_translate,
    .instruction = vm_instruction,
    .exception = vm_exception,
    .deadline = deadline,
    .executed = vm_executed,
    .marked = vm_marked,
    .witnessed = vm_witnessed,
    .mmio_read = mmio_read,
    .mmio_write = mmio_write,
  };
  enum rs_status status = engine_open(&client, &vm->cpu, &vm->engine, error);
  if (status != RS_OK) return status;
  status = engine_map_ram(vm->engine, 0, machine_ram_size(vm->hardware), machine_ram(vm->hardware));
  return status == RS_OK ? RS_OK : rs_fail(error, status, "the engine cannot map the guest's memory");
}

static enum rs_status config_check(const struct rs_machine_config *config, struct rs_error *error) {
  const uint64_t mib = UINT64_C(1) << 20;
  if (config->memory < RS_MEMORY_MIN || config->memory > RS_MEMORY_MAX || config->memory % mib != 0)
    return rs_fail(error, RS_BAD_ARGUMENT,
                   "memory of %llu bytes: it must be %llu MiB to %llu MiB, in whole MiB",
                   (unsigned long long)config->memory, (unsigned long long)(RS_MEMORY_MIN / mib),
                   (unsigned long long)(RS_MEMORY_MAX / mib));
  return RS_OK;
}

static enum rs_status machine_open(struct rs_machine *vm, struct rs_error *error) {
  const struct rs_machine_config *config = &vm->config;
  const struct machine_config hardware = {
    .memory = config->memory,
    .host_device = config->host_device,
    .output = config->output,
    .errors = config->errors,
    .input = config->input,
  };
  tracer_init(&vm->tracer);
  cpu_at_reset(&vm->cpu, config->model);
  enum rs_status status = machine_create(&hardware, &vm->hardware, error);
  if (status != RS_OK) return status;
  vm->disasm = disasm_open();
  if (!vm->disasm) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  return engine_attach(vm, error);
}

enum rs_status rs_machine_create(const struct rs_machine_config *config, struct rs_machine **out,
                                 struct rs_error *error) {
  enum rs_status status = config_check(config, error);
  if (status != RS_OK) return status;
  struct rs_machine *vm = calloc(1, sizeof *vm);
  if (!vm) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  vm->config = *config;
  vm->taken_at = UINT64_MAX;
  vm->witness = config->witness ? calloc(1, sizeof *vm->witness) : NULL;
  status = config->witness && !vm->witness
               ? rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY))
               : machine_open(vm, error);
  if (status != RS_OK) {
    rs_machine_free(vm);
    return status;
  }
  *out = vm;
  return RS_OK;
}

void rs_machine_free(struct rs_machine *vm) {
  if (!vm) return;
  if (vm->engine) engine_close(vm->engine);
  if (vm->disasm) disasm_close(vm->disasm);
  if (vm->hardware) machine_destroy(vm->hardware);
  free(vm->witness);
  free(vm->macro);
  free(vm->macro_linear);
  free(vm);
}

enum rs_status rs_machine_boot(struct rs_machine *vm, const struct rs_blob *image, const char *command_line,
                               const struct rs_module *modules, size_t module_count, struct rs_error *error) {
  return machine_boot(vm->hardware, image, command_line, modules, module_count, &vm->cpu, error);
}

enum rs_status rs_machine_subscribe(struct rs_machine *vm, struct rs_trace_sink *sink) {
  enum rs_status status = tracer_subscribe(&vm->tracer, sink);
  engine_trace_instructions(vm->engine, tracer_level(&vm->tracer) == RS_TRACE_INSTRUCTIONS);
  return status;
}

static enum rs_status run_until(struct rs_machine *vm, uint64_t instructions, struct rs_error *error) {
  vm->until = instructions;
  vm_attend(vm);
  enum rs_status status = engine_run(vm->engine, error);
  if (status != RS_OK) vm_end(vm, RS_END_FAILED, 0);
  vm_pending_tell(vm);
  if (!vm->ended) return status;
  vm->end.instructions = engine_instructions(vm->engine);
  tracer_end(&vm->tracer, &vm->end);
  enum rs_status flushed = machine_flush(vm->hardware, status == RS_OK ? error : NULL);
  return status == RS_OK ? flushed : status;
}

enum rs_status rs_machine_run(struct rs_machine *vm, struct rs_end_event *end, struct rs_error *error) {
  enum rs_status status = RS_OK;
  while (!vm->ended && status == RS_OK)
    status = run_until(vm, vm->config.limit, error);
  *end = vm->end;
  return status;
}

enum rs_status rs_machine_step(struct rs_machine *vm, struct rs_end_event *end, bool *ended,
                               struct rs_error *error) {
  enum rs_status status = RS_OK;
  if (!vm->ended) status = run_until(vm, engine_instructions(vm->engine) + 1, error);
  *ended = vm->ended;
  *end = vm->end;
  return status;
}

void rs_machine_stop(struct rs_machine *vm) {
  vm->stop_requested = 1;
  engine_request_stop(vm->engine);
}

const struct rs_cpu *rs_machine_cpu(const struct rs_machine *vm) {
  return &vm->cpu;
}

size_t rs_machine_peek(struct rs_machine *vm, uint64_t linear, void *bytes, size_t size) {
  return vm_peek(vm, &vm->cpu, linear, bytes, size);
}

static size_t view_read(void *context, const struct rs_cpu *cpu, uint64_t linear, void *bytes, size_t size) {
  return vm_peek(context, cpu, linear, bytes, size);
}

struct rs_memory_view rs_machine_view(struct rs_machine *vm) {
  return (struct rs_memory_view){ vm, view_read };
}

const struct rs_witness *rs_machine_witness(const struct rs_machine *vm) {
  return vm->witness ? &vm->witness->found : NULL;
}

uint64_t rs_machine_instructions(const struct rs_machine *vm) {
  return engine_instructions(vm->engine);
}
