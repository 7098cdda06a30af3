/* One hostile file put to every loader, with what must hold whatever it is; for mutation test and fuzzer
 * alike. */
#include "machine/loader_attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"
#include "ringside/program.h"

static void require(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "broken promise: %s\n", what);
  abort();
}

static void require_one_line(const struct rs_error *error, enum rs_status status) {
  require(error->status == status, "the error has the status");
  require(!strncmp(error->text, "file: ", 6) && error->text[6], "the line names the file and says something");
  require(!strpbrk(error->text, "\n\r\t\033"), "the line is one line");
}

static bool attempt_boot(const struct rs_blob *blob) {
  const struct rs_module module = { { "module", 6, "module" }, "text" };
  struct machine *machine;
  struct rs_cpu cpu = { .model = RS_CPU_INTEL };
  struct rs_error error;
  require(!machine_create(&(struct machine_config){ .memory = RS_MEMORY_MIN }, &machine, NULL),
          "there is a machine");
  enum rs_status status = machine_boot(machine, blob, "line", &module, 1, &cpu, &error);
  if (status == RS_UNSUPPORTED) status = machine_boot(machine, blob, NULL, NULL, 0, &cpu, &error);
  if (status) {
    require_one_line(&error, status);
  } else {
    require(cpu.rip < RS_MEMORY_MIN, "the entry point is in memory");
    require(cpu.general[3] < RS_MEMORY_MIN - 120, "so is the information");
    require(cpu.cr3 < RS_MEMORY_MIN, "so are the page tables");
  }
  machine_destroy(machine);
  return !status;
}

static bool attempt_inspect(const struct rs_blob *blob) {
  struct rs_program_facts facts;
  struct rs_error error;
  enum rs_status status = rs_program_inspect(blob, &facts, &error);
  if (status) {
    require_one_line(&error, status);
    return false;
  }
  uint64_t limit = facts.class == RS_PROGRAM_X86_64 ? UINT64_C(1) << 47 : UINT64_C(0xc0000000);
  require(facts.low < facts.high && facts.high <= limit, "the program is in user space");
  require(facts.entry >= facts.low && facts.entry < facts.high, "and its entry point in the program");
  return true;
}

struct loader_verdict loader_attempt(const uint8_t *bytes, size_t size) {
  const struct rs_blob blob = { bytes, size, "file" };
  return (struct loader_verdict){ .booted = attempt_boot(&blob), .inspected = attempt_inspect(&blob) };
}
