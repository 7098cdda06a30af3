/* The machine as a library: create it, load it, run it, look into it, subscribe to what it does. */
#ifndef RINGSIDE_MACHINE_H
#define RINGSIDE_MACHINE_H

#include <stddef.h>

#include "ringside/cpu.h"
#include "ringside/status.h"
#include "ringside/trace.h"
#include "ringside/witness.h"

struct rs_machine;

struct rs_machine_config {
  enum rs_cpu_model model;
  uint64_t memory;       /* bytes of RAM; RS_MEMORY_MIN to RS_MEMORY_MAX, a multiple of 1 MiB */
  uint64_t limit;        /* instructions; UINT64_MAX for none */
  bool witness;          /* let the engine execute what it can, and compare: rs_machine_witness */
  bool host_device;      /* the device of `ringside run`: console, stdin, exit status */
  FILE *output, *errors; /* what the guest writes goes here; not closed */
  FILE *input;           /* NULL: always at its end */
};

#define RS_MEMORY_MIN (UINT64_C(4) << 20)
#define RS_MEMORY_MAX (UINT64_C(3) << 30)

/* A file in memory and the text that goes with it. Neither needs to outlive the call. */
struct rs_blob {
  const void *bytes;
  size_t size;
  const char *name; /* for messages */
};

struct rs_module {
  struct rs_blob file;
  const char *text; /* the module's string, as multiboot has it */
};

enum rs_status rs_machine_create(const struct rs_machine_config *config, struct rs_machine **out,
                                 struct rs_error *error);
void rs_machine_free(struct rs_machine *machine);

/* Loads a kernel image and sets the boot state its kind defines: multiboot 1, plain ELF32 (flat protected
 * mode), plain ELF64 (long mode, identity map below 4 GiB). The image is hostile input. */
enum rs_status rs_machine_boot(struct rs_machine *machine, const struct rs_blob *image,
                               const char *command_line, const struct rs_module *modules, size_t module_count,
                               struct rs_error *error);

/* Adds a sink; it stays the caller's, and must outlive the run. */
enum rs_status rs_machine_subscribe(struct rs_machine *machine, struct rs_trace_sink *sink);

/* Tells the sinks of the macro-steps that `symbols` names; once, before the run. `symbols` must outlive the
 * machine. */
enum rs_status rs_machine_tell_macro_steps(struct rs_machine *machine, const struct rs_symbols *symbols,
                                           struct rs_error *error);

/* Tells the sinks which task runs, where `symbols` names the guest's word on that; before the run. */
void rs_machine_tell_tasks(struct rs_machine *machine, const struct rs_symbols *symbols);

/* Runs to the end and says how it ended. RS_OK also for guest faults, shutdown and limits: these are ends. */
enum rs_status rs_machine_run(struct rs_machine *machine, struct rs_end_event *end, struct rs_error *error);

/* Runs until one more instruction has completed; a fault on the way is delivered first. */
enum rs_status rs_machine_step(struct rs_machine *machine, struct rs_end_event *end, bool *ended,
                               struct rs_error *error);

/* Asks a running machine to end with RS_END_STOPPED; safe from a signal handler. */
void rs_machine_stop(struct rs_machine *machine);

/* The registers; current whenever no run is under way, and during sink calls. */
const struct rs_cpu *rs_machine_cpu(const struct rs_machine *machine);

/* Reads by linear address without side effects (no accessed bits, no devices); how many bytes could be read.
 */
size_t rs_machine_peek(struct rs_machine *machine, uint64_t linear, void *bytes, size_t size);

/* The same as a view, for sinks. */
struct rs_memory_view rs_machine_view(struct rs_machine *machine);

/* What a witnessed run has found so far; NULL unless it is one. */
const struct rs_witness *rs_machine_witness(const struct rs_machine *machine);

/* The instruction count so far. */
uint64_t rs_machine_instructions(const struct rs_machine *machine);

#endif
