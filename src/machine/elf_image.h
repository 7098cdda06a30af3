/* An ELF file as hostile input: what its headers claim, checked against the file it is. */
#ifndef MACHINE_ELF_IMAGE_H
#define MACHINE_ELF_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ringside/machine.h"
#include "ringside/status.h"

/* A PT_LOAD with memory. `offset` and `file_size` lie within the file, `file_size` is at most `memory_size`,
 * and neither address range wraps round (at 4 GiB in a 32-bit file). */
struct elf_segment {
  uint64_t offset, file_size, memory_size;
  uint64_t virtual_address, physical_address;
  unsigned index; /* of its program header, for messages */
};

enum { ELF_SEGMENTS = 64 };

struct elf_image {
  bool is_64;         /* ELFCLASS64 for x86-64, otherwise ELFCLASS32 for i386 */
  bool shared;        /* ET_DYN, otherwise ET_EXEC */
  bool needs_library; /* DT_NEEDED */
  bool interpreted;   /* PT_INTERP */
  char interpreter[64];
  uint64_t entry;
  unsigned count; /* at least one */
  struct elf_segment segment[ELF_SEGMENTS];
};

bool elf_image_recognise(const struct rs_blob *blob); /* by its magic number alone */

/* Everything that holds for kernels and programs alike; one line in `error` for what does not. */
enum rs_status elf_image_read(const struct rs_blob *blob, struct elf_image *out, struct rs_error *error);

#endif
