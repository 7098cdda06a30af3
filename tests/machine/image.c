/* Small valid images, made to be changed: ELF files of both classes and multiboot headers. */
#include "machine/image.h"

#include <string.h>

enum { SEGMENTS = 2, MEMORY_SIZE = 0x800, DISTANCE = 0x1000, ENTRY = 0x10 };

void image_put(struct image *image, struct image_field field, uint64_t value) {
  for (unsigned i = 0; i < field.size; i++)
    image->bytes[field.offset + i] = (uint8_t)(value >> 8 * i);
}

struct rs_blob image_blob(const struct image *image) {
  return (struct rs_blob){ .bytes = image->bytes, .size = image->size, .name = "kernel.elf" };
}

size_t image_program_header(bool is_64, unsigned index) {
  return is_64 ? sizeof(Elf64_Ehdr) + index * sizeof(Elf64_Phdr)
               : sizeof(Elf32_Ehdr) + index * sizeof(Elf32_Phdr);
}

static void put_header_32(struct image *image, uint64_t entry) {
  const Elf32_Ehdr header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
                                           EV_CURRENT },
                              .e_type = ET_EXEC,
                              .e_machine = EM_386,
                              .e_version = EV_CURRENT,
                              .e_entry = (uint32_t)entry,
                              .e_phoff = sizeof header,
                              .e_ehsize = sizeof header,
                              .e_phentsize = sizeof(Elf32_Phdr),
                              .e_phnum = SEGMENTS };
  memcpy(image->bytes, &header, sizeof header);
}

static void put_header_64(struct image *image, uint64_t entry) {
  const Elf64_Ehdr header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                                           EV_CURRENT },
                              .e_type = ET_EXEC,
                              .e_machine = EM_X86_64,
                              .e_version = EV_CURRENT,
                              .e_entry = entry,
                              .e_phoff = sizeof header,
                              .e_ehsize = sizeof header,
                              .e_phentsize = sizeof(Elf64_Phdr),
                              .e_phnum = SEGMENTS };
  memcpy(image->bytes, &header, sizeof header);
}

static void put_segment(struct image *image, bool is_64, unsigned index, uint64_t physical, uint64_t offset) {
  uint64_t file = IMAGE_DATA + index * DISTANCE;
  const Elf32_Phdr narrow = { .p_type = PT_LOAD,
                              .p_offset = (uint32_t)file,
                              .p_vaddr = (uint32_t)(physical + offset),
                              .p_paddr = (uint32_t)physical,
                              .p_filesz = IMAGE_SEGMENT_FILE_SIZE,
                              .p_memsz = MEMORY_SIZE,
                              .p_flags = PF_R | PF_W | PF_X,
                              .p_align = DISTANCE };
  const Elf64_Phdr wide = { .p_type = PT_LOAD,
                            .p_offset = file,
                            .p_vaddr = physical + offset,
                            .p_paddr = physical,
                            .p_filesz = IMAGE_SEGMENT_FILE_SIZE,
                            .p_memsz = MEMORY_SIZE,
                            .p_flags = PF_R | PF_W | PF_X,
                            .p_align = DISTANCE };
  uint8_t *at = image->bytes + image_program_header(is_64, index);
  if (is_64) {
    memcpy(at, &wide, sizeof wide);
  } else {
    memcpy(at, &narrow, sizeof narrow);
  }
  memset(image->bytes + file, (int)(0x11 * (index + 1)), IMAGE_SEGMENT_FILE_SIZE);
}

void image_elf(struct image *image, bool is_64, uint64_t physical, uint64_t offset) {
  *image = (struct image){ .size = IMAGE_DATA + (SEGMENTS - 1) * DISTANCE + IMAGE_SEGMENT_FILE_SIZE };
  if (is_64) {
    put_header_64(image, physical + offset + ENTRY);
  } else {
    put_header_32(image, physical + offset + ENTRY);
  }
  for (unsigned i = 0; i < SEGMENTS; i++)
    put_segment(image, is_64, i, physical + i * DISTANCE, offset);
}

void image_multiboot(struct image *image, size_t offset, uint32_t flags, const uint32_t addresses[5]) {
  const uint32_t magic = 0x1badb002;
  image_put(image, WORD(offset), magic);
  image_put(image, WORD(offset + 4), flags);
  image_put(image, WORD(offset + 8), -(magic + flags));
  for (unsigned i = 0; addresses && i < 5; i++)
    image_put(image, WORD(offset + 12 + 4 * i), addresses[i]);
}
