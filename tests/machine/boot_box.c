/* A machine of 4 MiB that boots one image, and what it then holds. */
#include "machine/boot_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum rs_status boot_box_start(struct boot_box *box, const struct rs_blob *blob, const char *command_line,
                              const struct rs_module *modules, size_t count) {
  const struct machine_config config = { .memory = RS_MEMORY_MIN };
  assert_int_equal(machine_create(&config, &box->machine, NULL), RS_OK);
  memset(&box->cpu, 0xa5, sizeof box->cpu);
  box->cpu.model = RS_CPU_AMD;
  box->error = (struct rs_error){ 0 };
  return machine_boot(box->machine, blob, command_line, modules, count, &box->cpu, &box->error);
}

void boot_box_end(struct boot_box *box) {
  machine_destroy(box->machine);
}

uint64_t boot_box_read(struct boot_box *box, uint64_t physical, unsigned size) {
  assert_true(physical + size <= RS_MEMORY_MIN);
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++)
    value |= (uint64_t)machine_ram(box->machine)[physical + i] << 8 * i;
  return value;
}

const char *boot_box_text(struct boot_box *box, uint64_t physical) {
  assert_true(physical < RS_MEMORY_MIN);
  return (const char *)machine_ram(box->machine) + physical;
}

void assert_boot_refused(const struct rs_blob *blob, enum rs_status status, const char *line) {
  struct boot_box box;
  assert_int_equal(boot_box_start(&box, blob, NULL, NULL, 0), status);
  assert_string_equal(box.error.text, line);
  assert_int_equal(box.cpu.rip, UINT64_C(0xa5a5a5a5a5a5a5a5));
  const uint8_t *ram = machine_ram(box.machine);
  assert_int_equal(ram[0], 0);
  assert_memory_equal(ram, ram + 1, RS_MEMORY_MIN - 1);
  boot_box_end(&box);
}

void assert_image_loaded(struct boot_box *box, uint64_t physical) {
  const uint8_t *ram = machine_ram(box->machine);
  for (unsigned segment = 0; segment < 2; segment++) {
    for (unsigned i = 0; i < 0x800; i++) {
      uint8_t expected = i < IMAGE_SEGMENT_FILE_SIZE ? 0x11 * (segment + 1) : 0;
      assert_int_equal(ram[physical + 0x1000 * segment + i], expected);
    }
  }
}
