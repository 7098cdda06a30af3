/* What the boot loader told, reduced to what the classic kernel needs. */
#ifndef GUEST_CLASSIC_BOOT_INFO_H
#define GUEST_CLASSIC_BOOT_INFO_H

#include <stddef.h>
#include <stdint.h>

struct boot_info {
  char *command_line;  /* both texts may be written to */
  char *program_text;  /* the words of module 0: file name and arguments */
  const void *program; /* module 0 */
  size_t program_size;
};

/* Reads the loader's structures, and gives the memory behind all that is in use to be taken as pages. Refuses
 * what cannot be run. */
void boot_info_read(uint32_t address, struct boot_info *out);

#endif
