/* Reading an ELF file, which may be hostile: every offset is checked before it is followed. */
#include "elf_file.h"

#include <elf.h>

#include "text.h"
#include "user_memory.h"

#ifdef __x86_64__
#define WIDE_IS_RUNNABLE true
#else
#define WIDE_IS_RUNNABLE false
#endif

struct image {
  const char *bytes;
  size_t have;
  uint64_t size;
};

static bool lies_below(uint64_t end, uint64_t offset, uint64_t size) {
  return offset <= end && size <= end - offset;
}

static bool within(const struct image *image, uint64_t offset, uint64_t size) {
  return lies_below(image->size, offset, size);
}

static void widen_header(const Elf32_Ehdr *narrow, Elf64_Ehdr *out) {
  out->e_type = narrow->e_type;
  out->e_machine = narrow->e_machine;
  out->e_entry = narrow->e_entry;
  out->e_phoff = narrow->e_phoff;
  out->e_phentsize = narrow->e_phentsize;
  out->e_phnum = narrow->e_phnum;
}

/* Reads the file's header as if it were ELF64's. */
static const char *read_header(const struct image *image, Elf64_Ehdr *header) {
  Elf32_Ehdr narrow;
  bool wide;
  if (!lies_below(image->have, 0, sizeof narrow)) return "too short for an ELF file";
  memcpy(&narrow, image->bytes, sizeof narrow);
  if (memcmp(narrow.e_ident, ELFMAG, SELFMAG) != 0) return "not an ELF file";
  wide = narrow.e_ident[EI_CLASS] == ELFCLASS64;
  if (!wide && narrow.e_ident[EI_CLASS] != ELFCLASS32) return "neither ELF32 nor ELF64";
  if (wide && !lies_below(image->have, 0, sizeof *header)) return "too short for an ELF64 file";
  if (wide)
    memcpy(header, image->bytes, sizeof *header);
  else
    widen_header(&narrow, header);
  if (narrow.e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != (wide ? EM_X86_64 : EM_386))
    return "made for another processor";
  return NULL;
}

static const char *check_header(const struct image *image, const Elf64_Ehdr *header, bool wide) {
  size_t size = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
  if (wide && !WIDE_IS_RUNNABLE) return "a 64-bit program, which the i386 kernel cannot run";
  if (header->e_type != ET_EXEC && header->e_type != ET_DYN) return "not an executable program";
  if (header->e_phentsize != size) return "program headers of a foreign size";
  if (!within(image, header->e_phoff, (uint64_t)header->e_phnum * size))
    return "truncated in its program headers";
  if (!lies_below(image->have, header->e_phoff, (uint64_t)header->e_phnum * size))
    return "program headers too far from its start";
  return NULL;
}

static void read_program_header(const struct image *image, const Elf64_Ehdr *header, bool wide,
                                unsigned index, Elf64_Phdr *out) {
  const char *at = image->bytes + header->e_phoff + (size_t)index * header->e_phentsize;
  Elf32_Phdr narrow;
  if (wide) {
    memcpy(out, at, sizeof *out);
    return;
  }
  memcpy(&narrow, at, sizeof narrow);
  *out = (Elf64_Phdr){
    .p_type = narrow.p_type,
    .p_flags = narrow.p_flags,
    .p_offset = narrow.p_offset,
    .p_vaddr = narrow.p_vaddr,
    .p_filesz = narrow.p_filesz,
    .p_memsz = narrow.p_memsz,
  };
}

static unsigned protection_of(uint32_t flags) {
  return (flags & PF_R ? USER_READ : 0u) | (flags & PF_W ? USER_WRITE : 0u) |
         (flags & PF_X ? USER_EXECUTE : 0u);
}

static const char *add_segment(const struct image *image, const Elf64_Phdr *header, struct elf_program *out) {
  struct elf_segment *segment = &out->segments[out->segment_count];
  if (header->p_memsz == 0) return NULL;
  if (out->segment_count == ELF_SEGMENTS) return "more segments than the kernel takes";
  if (!within(image, header->p_offset, header->p_filesz)) return "truncated in a segment";
  if (header->p_filesz > header->p_memsz) return "a segment larger in the file than in memory";
  segment->address = header->p_vaddr;
  segment->memory_size = header->p_memsz;
  segment->file_offset = header->p_offset;
  segment->file_size = header->p_filesz;
  segment->protection = protection_of(header->p_flags);
  out->segment_count++;
  return NULL;
}

static const char *read_segments(const struct image *image, const Elf64_Ehdr *header,
                                 struct elf_program *out) {
  Elf64_Phdr program_header;
  const char *wrong = NULL;
  for (unsigned i = 0; i < header->e_phnum && !wrong; i++) {
    read_program_header(image, header, out->wide, i, &program_header);
    switch (program_header.p_type) {
    case PT_INTERP: wrong = "a dynamic executable; only static ones can be run"; break;
    case PT_LOAD: wrong = add_segment(image, &program_header, out); break;
    case PT_GNU_STACK: out->executable_stack = program_header.p_flags & PF_X; break;
    default: break;
    }
  }
  if (!wrong && out->segment_count == 0) wrong = "nothing to load in it";
  return wrong;
}

/* As Linux: the headers are told at the address of the segment whose file part holds them. */
static void find_headers(const Elf64_Ehdr *header, struct elf_program *out) {
  for (unsigned i = 0; i < out->segment_count; i++) {
    const struct elf_segment *segment = &out->segments[i];
    uint64_t skipped = header->e_phoff - segment->file_offset;
    if (header->e_phoff >= segment->file_offset && skipped < segment->file_size)
      out->headers = segment->address + skipped;
  }
}

const char *elf_read(const void *file, size_t have, uint64_t size, struct elf_program *out) {
  const struct image image = { file, have, size };
  Elf64_Ehdr header;
  const char *wrong;
  memset(out, 0, sizeof *out);
  wrong = read_header(&image, &header);
  if (wrong) return wrong;
  out->wide = header.e_machine == EM_X86_64;
  wrong = check_header(&image, &header, out->wide);
  if (wrong) return wrong;
  out->entry = header.e_entry;
  out->relocates = header.e_type == ET_DYN;
  out->header_size = header.e_phentsize;
  out->header_count = header.e_phnum;
  wrong = read_segments(&image, &header, out);
  if (!wrong) find_headers(&header, out);
  return wrong;
}
