/* An ELF file as hostile input: what its headers claim, checked against the file it is. */
#include "machine/elf_image.h"

#include <gelf.h>
#include <string.h>

#include "machine/refuse.h"

struct reader {
  const struct rs_blob *blob;
  Elf *elf;
  GElf_Ehdr header;
  struct elf_image *image;
  struct rs_error *error;
};

#define refuse(reader, ...) REFUSE((reader)->error, (reader)->blob, __VA_ARGS__)

bool elf_image_recognise(const struct rs_blob *blob) {
  return blob->size >= SELFMAG && !memcmp(blob->bytes, ELFMAG, SELFMAG);
}

static const char *foreign_machine(unsigned machine) {
  switch (machine) {
  case EM_MIPS: return " (MIPS)";
  case EM_PPC: return " (PowerPC)";
  case EM_PPC64: return " (64-bit PowerPC)";
  case EM_S390: return " (S/390)";
  case EM_ARM: return " (Arm)";
  case EM_IA_64: return " (Itanium)";
  case EM_AARCH64: return " (64-bit Arm)";
  case EM_RISCV: return " (RISC-V)";
  default: return "";
  }
}

/* What must hold before libelf is asked: the identification, and a header that is all there. */
static enum rs_status check_identification(struct reader *r) {
  const unsigned char *identification = r->blob->bytes;
  if (!elf_image_recognise(r->blob))
    return refuse(r, "is not an ELF file%s", r->blob->size ? "" : ": it is empty");
  if (r->blob->size < EI_NIDENT)
    return refuse(r, "is truncated: %zu bytes cannot hold an ELF header", r->blob->size);
  unsigned class = identification[EI_CLASS], data = identification[EI_DATA];
  if (class != ELFCLASS32 && class != ELFCLASS64)
    return refuse(r, "has ELF class %u, neither 32-bit nor 64-bit", class);
  if (data == ELFDATA2MSB) return refuse(r, "is big-endian; x86 is little-endian");
  if (data != ELFDATA2LSB) return refuse(r, "has ELF data encoding %u, which does not exist", data);
  size_t header = class == ELFCLASS32 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
  if (r->blob->size < header) {
    return refuse(r, "is truncated: its ELF header has %zu bytes, the file %zu", header, r->blob->size);
  }
  return RS_OK;
}

static enum rs_status check_machine(struct reader *r) {
  unsigned machine = r->header.e_machine;
  bool wide = gelf_getclass(r->elf) == ELFCLASS64;
  if (machine == EM_X86_64 && !wide) return refuse(r, "is for the x32 ABI; only i386 and x86-64 are run");
  if (machine == EM_386 && wide) return refuse(r, "says both i386 and 64-bit");
  if (machine != EM_386 && machine != EM_X86_64) {
    return refuse(r, "is for machine %u%s, not for i386 or x86-64", machine, foreign_machine(machine));
  }
  r->image->is_64 = wide;
  return RS_OK;
}

static enum rs_status check_type(struct reader *r) {
  switch (r->header.e_type) {
  case ET_EXEC: break;
  case ET_DYN: r->image->shared = true; break;
  case ET_REL: return refuse(r, "is an object file; link it first");
  case ET_CORE: return refuse(r, "is a core dump, not a program");
  default: return refuse(r, "has ELF type %u, which is no program", r->header.e_type);
  }
  if (r->header.e_version != EV_CURRENT) return refuse(r, "has ELF version %u, not 1", r->header.e_version);
  return RS_OK;
}

static bool file_holds(const struct reader *r, uint64_t offset, uint64_t size) {
  return size <= r->blob->size && offset <= r->blob->size - size;
}

/* Headers past the end of the file are how a truncated copy shows. */
static enum rs_status check_tables(struct reader *r) {
  const GElf_Ehdr *header = &r->header;
  size_t entry = gelf_fsize(r->elf, ELF_T_PHDR, 1, EV_CURRENT);
  if (!header->e_phnum) return refuse(r, "has no program headers: nothing to load");
  if (header->e_phentsize != entry)
    return refuse(r, "has program headers of %u bytes, not %zu", header->e_phentsize, entry);
  if (!file_holds(r, header->e_phoff, (uint64_t)header->e_phnum * entry)) {
    return refuse(r, "is truncated: its %u program headers at 0x%llx lie past the end of the file, 0x%zx",
                  header->e_phnum, LLX(header->e_phoff), r->blob->size);
  }
  uint64_t sections = (uint64_t)header->e_shnum * header->e_shentsize;
  if (header->e_shoff && !file_holds(r, header->e_shoff, sections)) {
    return refuse(r, "is truncated: its %u section headers at 0x%llx lie past the end of the file, 0x%zx",
                  header->e_shnum, LLX(header->e_shoff), r->blob->size);
  }
  return RS_OK;
}

static enum rs_status check_segment(struct reader *r, unsigned index, const GElf_Phdr *header) {
  uint64_t end = r->image->is_64 ? UINT64_MAX : UINT64_C(1) << 32;
  if (header->p_filesz > header->p_memsz) {
    return refuse(r, "segment %u has 0x%llx bytes in the file but only 0x%llx in memory", index,
                  LLX(header->p_filesz), LLX(header->p_memsz));
  }
  if (!file_holds(r, header->p_offset, header->p_filesz)) {
    return refuse(r, "is truncated: segment %u has 0x%llx bytes at 0x%llx, past the end of the file, 0x%zx",
                  index, LLX(header->p_filesz), LLX(header->p_offset), r->blob->size);
  }
  if (header->p_memsz > end - header->p_vaddr || header->p_memsz > end - header->p_paddr) {
    return refuse(
        r, "segment %u with 0x%llx bytes at 0x%llx (physical 0x%llx) runs past the end of the address space",
        index, LLX(header->p_memsz), LLX(header->p_vaddr), LLX(header->p_paddr));
  }
  return RS_OK;
}

static enum rs_status add_segment(struct reader *r, unsigned index, const GElf_Phdr *header) {
  enum rs_status status = check_segment(r, index, header);
  if (status || !header->p_memsz) return status;
  if (r->image->count == ELF_SEGMENTS) return refuse(r, "has more than %d segments to load", ELF_SEGMENTS);
  r->image->segment[r->image->count++] = (struct elf_segment){
    .offset = header->p_offset,
    .file_size = header->p_filesz,
    .memory_size = header->p_memsz,
    .virtual_address = header->p_vaddr,
    .physical_address = header->p_paddr,
    .index = index,
  };
  return RS_OK;
}

static void note_interpreter(struct reader *r, const GElf_Phdr *header) {
  r->image->interpreted = true;
  strcpy(r->image->interpreter, "unknown");
  if (!header->p_filesz || !file_holds(r, header->p_offset, header->p_filesz)) return;
  size_t size = sizeof r->image->interpreter - 1;
  if (header->p_filesz < size) size = header->p_filesz;
  memcpy(r->image->interpreter, (const char *)r->blob->bytes + header->p_offset, size);
  r->image->interpreter[size] = 0;
}

static void note_needed_libraries(struct reader *r, const GElf_Phdr *header) {
  if (!file_holds(r, header->p_offset, header->p_filesz)) return;
  Elf_Data *data = elf_getdata_rawchunk(r->elf, (int64_t)header->p_offset, header->p_filesz, ELF_T_DYN);
  GElf_Dyn dynamic;
  for (int i = 0; data && gelf_getdyn(data, i, &dynamic) && dynamic.d_tag != DT_NULL; i++) {
    if (dynamic.d_tag == DT_NEEDED) r->image->needs_library = true;
  }
}

static enum rs_status read_program_headers(struct reader *r) {
  for (unsigned i = 0; i < r->header.e_phnum; i++) {
    GElf_Phdr header;
    enum rs_status status = RS_OK;
    if (!gelf_getphdr(r->elf, (int)i, &header)) return refuse(r, "program header %u: %s", i, elf_errmsg(-1));
    if (header.p_type == PT_LOAD) status = add_segment(r, i, &header);
    if (header.p_type == PT_INTERP) note_interpreter(r, &header);
    if (header.p_type == PT_DYNAMIC) note_needed_libraries(r, &header);
    if (status) return status;
  }
  if (!r->image->count) return refuse(r, "has no PT_LOAD segment: nothing to load");
  return RS_OK;
}

static enum rs_status read_headers(struct reader *r) {
  if (!gelf_getehdr(r->elf, &r->header)) return refuse(r, "is not a whole ELF file: %s", elf_errmsg(-1));
  enum rs_status status = check_machine(r);
  if (!status) status = check_type(r);
  if (!status) status = check_tables(r);
  if (!status) status = read_program_headers(r);
  r->image->entry = r->header.e_entry;
  return status;
}

enum rs_status elf_image_read(const struct rs_blob *blob, struct elf_image *out, struct rs_error *error) {
  *out = (struct elf_image){ 0 };
  struct reader reader = { .blob = blob, .image = out, .error = error };
  enum rs_status status = check_identification(&reader);
  if (status) return status;
  elf_version(EV_CURRENT);
  /* libelf takes a pointer to non-const but only reads what it was not asked to update. */
  reader.elf = elf_memory((char *)blob->bytes, blob->size);
  if (!reader.elf) return refuse(&reader, "is not a whole ELF file: %s", elf_errmsg(-1));
  status = read_headers(&reader);
  elf_end(reader.elf);
  return status;
}
