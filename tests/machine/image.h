/* Small valid images, made to be changed: ELF files of both classes and multiboot headers. */
#ifndef TESTS_MACHINE_IMAGE_H
#define TESTS_MACHINE_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ringside/machine.h"

enum { IMAGE_CAPACITY = 0x8000, IMAGE_DATA = 0x1000, IMAGE_SEGMENT_FILE_SIZE = 0x100 };

struct image {
  uint8_t bytes[IMAGE_CAPACITY];
  size_t size;
};

/* Two segments, 0x1000 apart in file and memory, the first at `physical`; each 0x100 bytes of file (the byte
 * values 0x11, 0x22) in 0x800 bytes of memory. Virtual addresses are `offset` above the physical ones; the
 * entry point is 0x10 into the first. */
void image_elf(struct image *image, bool is_64, uint64_t physical, uint64_t offset);

/* Where the fields of the program header `index` are in the file. */
size_t image_program_header(bool is_64, unsigned index);

/* A multiboot header of `flags`, with a right checksum, at `offset`; the five address fields follow. */
void image_multiboot(struct image *image, size_t offset, uint32_t flags, const uint32_t addresses[5]);

/* A field of the file. */
struct image_field {
  size_t offset;
  unsigned size;
};

#define BYTE(at) ((struct image_field){ at, 1 })
#define WORD(at) ((struct image_field){ at, 4 })
#define H32(name) ((struct image_field){ offsetof(Elf32_Ehdr, name), sizeof(((Elf32_Ehdr *)0)->name) })
#define H64(name) ((struct image_field){ offsetof(Elf64_Ehdr, name), sizeof(((Elf64_Ehdr *)0)->name) })
#define P32(index, name)                                                                                     \
  ((struct image_field){ image_program_header(false, index) + offsetof(Elf32_Phdr, name),                    \
                         sizeof(((Elf32_Phdr *)0)->name) })
#define P64(index, name)                                                                                     \
  ((struct image_field){ image_program_header(true, index) + offsetof(Elf64_Phdr, name),                     \
                         sizeof(((Elf64_Phdr *)0)->name) })

void image_put(struct image *image, struct image_field field, uint64_t value); /* little-endian */

struct rs_blob image_blob(const struct image *image); /* named "kernel.elf" */

#endif
