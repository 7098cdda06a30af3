/* Reading a program: the ELF file checked and reduced to what is to be mapped. */
#ifndef GUEST_ELF_FILE_H
#define GUEST_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS 16

struct elf_segment {
  uint64_t address, memory_size; /* the load bias not yet added */
  uint64_t file_offset, file_size;
  unsigned protection; /* USER_READ and so on */
};

struct elf_program {
  bool wide;      /* ELF64 */
  bool relocates; /* a static PIE: addresses count from a base of the kernel's choice */
  bool executable_stack;
  uint64_t entry;
  uint64_t headers; /* where the program headers lie in memory; 0 when no segment holds them */
  uint16_t header_size, header_count;
  struct elf_segment segments[ELF_SEGMENTS];
  unsigned segment_count;
};

/* Checks and reads a file of `size` bytes by its first `have`, in which all headers must lie; NULL, or a
 * sentence that says what is wrong with the file. */
const char *elf_read(const void *file, size_t have, uint64_t size, struct elf_program *out);

#endif
