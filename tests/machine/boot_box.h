/* A machine of 4 MiB that boots one image, and what it then holds. */
#ifndef TESTS_MACHINE_BOOT_BOX_H
#define TESTS_MACHINE_BOOT_BOX_H

#include "machine/image.h"
#include "machine/machine.h"

struct boot_box {
  struct machine *machine;
  struct rs_cpu cpu;
  struct rs_error error;
};

enum rs_status boot_box_start(struct boot_box *box, const struct rs_blob *blob, const char *command_line,
                              const struct rs_module *modules, size_t count);
void boot_box_end(struct boot_box *box);

uint64_t boot_box_read(struct boot_box *box, uint64_t physical, unsigned size);
const char *boot_box_text(struct boot_box *box, uint64_t physical);

/* Boots and must be refused with `line`, leaving RAM and processor as they were. */
void assert_boot_refused(const struct rs_blob *blob, enum rs_status status, const char *line);

/* The two segments of image_elf are at `physical`, their bss is zero. */
void assert_image_loaded(struct boot_box *box, uint64_t physical);

#endif
