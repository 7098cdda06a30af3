/* Reads the code symbols of an ELF image, which is hostile input. */
#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "trace/symbols.h"

/* What is needed to read one symbol table. */
struct symtab {
  Elf *elf;
  Elf_Data *data;
  size_t strings; /* section index of its names */
  size_t count;
  uint64_t bias;
};

/* A sized function at a fixed address, in no section: code that the image puts elsewhere, as a kernel its
 * stub page. */
static bool symbol_is_fixed(const GElf_Sym *symbol) {
  return symbol->st_shndx == SHN_ABS && GELF_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_size > 0;
}

/* The executable section that `symbol` is in. */
static bool symbol_section(const struct symtab *table, const GElf_Sym *symbol, GElf_Shdr *header) {
  if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE) return false;
  Elf_Scn *section = elf_getscn(table->elf, symbol->st_shndx);
  return section && gelf_getshdr(section, header) && (header->sh_flags & SHF_EXECINSTR);
}

static bool symbol_rank_of(const GElf_Sym *symbol, enum symbol_rank *rank) {
  unsigned type = GELF_ST_TYPE(symbol->st_info), binding = GELF_ST_BIND(symbol->st_info);
  if (type != STT_FUNC && type != STT_NOTYPE && type != STT_GNU_IFUNC) return false;
  bool function = type != STT_NOTYPE;
  switch (binding) {
  case STB_LOCAL: *rank = function ? SYMBOL_LOCAL_FUNCTION : SYMBOL_LOCAL_LABEL; return true;
  case STB_WEAK: *rank = SYMBOL_WEAK; return true;
  default: *rank = function ? SYMBOL_FUNCTION : SYMBOL_LABEL; return true;
  }
}

/* The only data that the trace reads by name. */
static void symtab_find_task(const struct symtab *table, const GElf_Sym *symbol, struct symbol_image *image) {
  const char *name;
  if (GELF_ST_TYPE(symbol->st_info) != STT_OBJECT || symbol->st_shndx == SHN_UNDEF) return;
  name = elf_strptr(table->elf, table->strings, symbol->st_name);
  if (name && strcmp(name, "ringside_task") == 0)
    symbols_image_set_task(image, symbol->st_value + table->bias);
}

static enum rs_status symtab_add_symbol(const struct symtab *table, size_t index,
                                        struct symbol_image *image) {
  GElf_Sym symbol;
  GElf_Shdr section;
  struct symbol_source source;
  if (!gelf_getsym(table->data, (int)index, &symbol)) return RS_OK;
  symtab_find_task(table, &symbol, image);
  if (!symbol_rank_of(&symbol, &source.rank)) return RS_OK;
  bool fixed = symbol_is_fixed(&symbol);
  if (!fixed && !symbol_section(table, &symbol, &section)) return RS_OK;
  const char *name = elf_strptr(table->elf, table->strings, symbol.st_name);
  if (!name) return RS_OK;
  source.address = symbol.st_value + (fixed ? 0 : table->bias);
  source.size = symbol.st_size;
  source.end = fixed ? symbol.st_value + symbol.st_size : section.sh_addr + section.sh_size + table->bias;
  source.name = name;
  source.name_length = strlen(name);
  return symbols_image_add(image, &source);
}

/* Finds the table of all symbols, or else the one for dynamic linking. */
static bool symtab_find(Elf *elf, uint64_t bias, struct symtab *table) {
  bool found = false;
  for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    if (header.sh_type != SHT_SYMTAB && (header.sh_type != SHT_DYNSYM || found)) continue;
    Elf_Data *data = elf_getdata(section, NULL);
    size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    if (!data || !data->d_buf || !entry) continue;
    *table = (struct symtab){ elf, data, header.sh_link, data->d_size / entry, bias };
    found = true;
    if (header.sh_type == SHT_SYMTAB) break;
  }
  return found;
}

static enum rs_status elf_collect(Elf *elf, uint64_t bias, struct symbol_image *image) {
  struct symtab table;
  if (!symtab_find(elf, bias, &table)) return RS_OK;
  for (size_t i = 1; i < table.count; i++) {
    enum rs_status status = symtab_add_symbol(&table, i, image);
    if (status != RS_OK) return status;
  }
  return RS_OK;
}

static enum rs_status elf_add(struct rs_symbols *symbols, Elf *elf, uint64_t bias) {
  struct symbol_image *image = symbols_image_start();
  if (!image) return RS_OUT_OF_MEMORY;
  enum rs_status status = elf_collect(elf, bias, image);
  if (status == RS_OK)
    symbols_image_finish(symbols, image);
  else
    symbols_image_free(image);
  return status;
}

enum rs_status rs_symbols_add_elf(struct rs_symbols *symbols, const void *image, size_t size, uint64_t bias,
                                  struct rs_error *error) {
  if (size < EI_NIDENT || memcmp(image, ELFMAG, SELFMAG) != 0)
    return rs_fail(error, RS_BAD_IMAGE, "the symbol file is not an ELF image");
  elf_version(EV_CURRENT);
  /* libelf takes a pointer to non-const but does not write to an image that it was given to read. */
  Elf *elf = elf_memory((char *)image, size);
  if (!elf || elf_kind(elf) != ELF_K_ELF) {
    if (elf) elf_end(elf);
    return rs_fail(error, RS_BAD_IMAGE, "the symbol file is not an ELF image that can be read");
  }
  enum rs_status status = elf_add(symbols, elf, bias);
  elf_end(elf);
  if (status != RS_OK) return rs_fail(error, status, "no memory for symbols");
  return RS_OK;
}
