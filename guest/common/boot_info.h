/* What the boot loader told, reduced to what the kernel needs. */
#ifndef GUEST_BOOT_INFO_H
#define GUEST_BOOT_INFO_H

#include <stddef.h>
#include <stdint.h>

#define BOOT_MODULES 64

/* A piece of memory that the loader filled from a file; it stays as it is. */
struct boot_module {
  char *text; /* may be written to */
  const void *bytes;
  size_t size;
};

struct boot_info {
  char *command_line;                      /* may be written to */
  struct boot_module module[BOOT_MODULES]; /* the program, then what file_system.h knows of */
  unsigned module_count;
};

/* Reads the loader's structures at a physical address and gives the RAM they name, without what is in use, to
 * the frame allocator. Refuses what cannot be run. */
void boot_info_read(uint32_t physical, struct boot_info *out);

#endif
