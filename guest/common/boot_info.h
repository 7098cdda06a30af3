/* What the boot loader told, reduced to what the kernel needs. */
#ifndef GUEST_BOOT_INFO_H
#define GUEST_BOOT_INFO_H

#include <stddef.h>
#include <stdint.h>

struct boot_info {
  char *command_line;  /* both texts may be written to */
  char *program_text;  /* the words of module 0: file name and arguments */
  const void *program; /* module 0 */
  size_t program_size;
  uint64_t program_frames; /* its physical address */
};

/* Reads the loader's structures at a physical address and gives the RAM they name, without what is in use, to
 * the frame allocator. Refuses what cannot be run. */
void boot_info_read(uint32_t physical, struct boot_info *out);

#endif
