/* Loads a multiboot image with its modules and writes the information structure that it finds. */
#include <string.h>

#include "machine/multiboot.h"
#include "machine/refuse.h"

/* [Multiboot Specification "Boot information format"], the fields that are filled:
 *
 *   0  flags        4  mem_lower   8 mem_upper   16 cmdline   20 mods_count   24 mods_addr
 *   44 mmap_length  48 mmap_addr   64 boot_loader_name
 */
enum {
  INFO_FLAGS = 0,
  INFO_MEM_LOWER = 4,
  INFO_MEM_UPPER = 8,
  INFO_COMMAND_LINE = 16,
  INFO_MODULE_COUNT = 20,
  INFO_MODULES = 24,
  INFO_MAP_LENGTH = 44,
  INFO_MAP = 48,
  INFO_BOOT_LOADER_NAME = 64,
  INFO_SIZE = 120,

  HAS_MEMORY = 1 << 0,
  HAS_COMMAND_LINE = 1 << 2,
  HAS_MODULES = 1 << 3,
  HAS_MEMORY_MAP = 1 << 6,
  HAS_BOOT_LOADER_NAME = 1 << 9,

  MODULE_SIZE = 16, /* start, end, string, 0 */

  MAP_ENTRY_SIZE = 24, /* size of the rest, base (8), length (8), type */
  MAP_SIZE = 3 * MAP_ENTRY_SIZE,
  MAP_AVAILABLE = 1,
  MAP_RESERVED = 2,
};

#define LOW_MEMORY_END UINT64_C(0xa0000)

static const char boot_loader_name[] = "Ringside " RINGSIDE_VERSION;

/* The one block of modules and information: where each part of it begins. */
struct layout {
  uint64_t modules, information, module_list, map, command_line, boot_loader, module_strings, end;
};

static const char *text_or_empty(const char *text) {
  return text ? text : "";
}

static struct layout lay_out(const struct boot_request *request, uint64_t base) {
  struct layout l = { .modules = base };
  uint64_t at = base;
  for (size_t i = 0; i < request->module_count; i++)
    at = page_align(at + request->modules[i].file.size);
  l.information = at;
  l.module_list = l.information + INFO_SIZE;
  l.map = l.module_list + request->module_count * MODULE_SIZE;
  l.command_line = l.map + MAP_SIZE;
  l.boot_loader = l.command_line + strlen(text_or_empty(request->command_line)) + 1;
  l.module_strings = l.boot_loader + sizeof boot_loader_name;
  at = l.module_strings;
  for (size_t i = 0; i < request->module_count; i++)
    at += strlen(text_or_empty(request->modules[i].text)) + 1;
  l.end = at;
  return l;
}

static void write_text(struct ram *ram, uint64_t physical, const char *text) {
  ram_write(ram, physical, text, strlen(text) + 1);
}

static void write_modules(struct ram *ram, const struct boot_request *request, const struct layout *l) {
  uint64_t start = l->modules, string = l->module_strings;
  for (size_t i = 0; i < request->module_count; i++) {
    const struct rs_module *module = &request->modules[i];
    uint64_t entry = l->module_list + i * MODULE_SIZE;
    ram_write(ram, start, module->file.bytes, module->file.size);
    write_text(ram, string, text_or_empty(module->text));
    ram_write32(ram, entry, (uint32_t)start);
    ram_write32(ram, entry + 4, (uint32_t)(start + module->file.size));
    ram_write32(ram, entry + 8, (uint32_t)string);
    start = page_align(start + module->file.size);
    string += strlen(text_or_empty(module->text)) + 1;
  }
}

/* `size` counts the bytes after itself [Multiboot Specification "Boot information format"]. */
static uint64_t write_map_entry(struct ram *ram, uint64_t at, uint64_t first, uint64_t end, uint32_t type) {
  ram_write32(ram, at, MAP_ENTRY_SIZE - 4);
  ram_write64(ram, at + 4, first);
  ram_write64(ram, at + 12, end - first);
  ram_write32(ram, at + 20, type);
  return at + MAP_ENTRY_SIZE;
}

static void write_map(struct ram *ram, const struct layout *l) {
  uint64_t at = l->map;
  at = write_map_entry(ram, at, 0, LOW_MEMORY_END, MAP_AVAILABLE);
  at = write_map_entry(ram, at, LOW_MEMORY_END, MIB, MAP_RESERVED);
  write_map_entry(ram, at, MIB, ram->size, MAP_AVAILABLE);
}

static void write_information(struct ram *ram, const struct boot_request *request, const struct layout *l) {
  uint64_t at = l->information;
  ram_write32(ram, at + INFO_FLAGS,
              HAS_MEMORY | HAS_COMMAND_LINE | HAS_MODULES | HAS_MEMORY_MAP | HAS_BOOT_LOADER_NAME);
  ram_write32(ram, at + INFO_MEM_LOWER, LOW_MEMORY_END / 1024);
  ram_write32(ram, at + INFO_MEM_UPPER, (uint32_t)((ram->size - MIB) / 1024));
  ram_write32(ram, at + INFO_COMMAND_LINE, (uint32_t)l->command_line);
  ram_write32(ram, at + INFO_MODULE_COUNT, (uint32_t)request->module_count);
  ram_write32(ram, at + INFO_MODULES, (uint32_t)l->module_list);
  ram_write32(ram, at + INFO_MAP_LENGTH, MAP_SIZE);
  ram_write32(ram, at + INFO_MAP, (uint32_t)l->map);
  ram_write32(ram, at + INFO_BOOT_LOADER_NAME, (uint32_t)l->boot_loader);
  write_text(ram, l->command_line, text_or_empty(request->command_line));
  write_text(ram, l->boot_loader, boot_loader_name);
  write_map(ram, l);
}

/* [Multiboot Specification "The address fields of Multiboot header"]: zero for load_end means the whole file,
 * zero for bss_end no bss. */
static enum rs_status plan_from_addresses(const struct rs_blob *image, const struct multiboot_header *header,
                                          const struct ram *ram, struct load_plan *plan,
                                          struct rs_error *error) {
  uint64_t before = (uint64_t)header->header_address - header->load_address;
  if (header->load_address > header->header_address || before > header->offset) {
    return REFUSE(error, image,
                  "multiboot load_addr 0x%x and header_addr 0x%x do not fit a header at offset 0x%llx",
                  header->load_address, header->header_address, LLX(header->offset));
  }
  uint64_t offset = header->offset - before, available = image->size - offset;
  uint64_t load_end = header->load_end ? header->load_end : header->load_address + available;
  uint64_t memory_end = header->bss_end ? header->bss_end : load_end;
  if (load_end <= header->load_address || memory_end < load_end ||
      load_end - header->load_address > available) {
    return REFUSE(error, image,
                  "multiboot load_addr 0x%x, load_end_addr 0x%x, bss_end_addr 0x%x do not fit the "
                  "0x%llx bytes there are",
                  header->load_address, header->load_end, header->bss_end, LLX(available));
  }
  uint64_t size = memory_end - header->load_address;
  if (!ram_holds(ram, header->load_address, size)) {
    return REFUSE(error, image, "multiboot image at 0x%x..0x%llx lies outside the %llu MiB of memory",
                  header->load_address, LLX(memory_end), LLX(ram->size / MIB));
  }
  if (header->entry < header->load_address || header->entry >= memory_end) {
    return REFUSE(error, image, "multiboot entry_addr 0x%x lies outside the image at 0x%x..0x%llx",
                  header->entry, header->load_address, LLX(memory_end));
  }
  plan->entry = header->entry;
  plan->piece[plan->count++] =
      (struct load_piece){ header->load_address, size, offset, load_end - header->load_address };
  return RS_OK;
}

static enum rs_status plan_image(const struct rs_blob *image, const struct multiboot_header *header,
                                 const struct ram *ram, struct load_plan *plan, struct rs_error *error) {
  bool is_64; /* of no matter: a multiboot image starts in 32-bit protected mode whatever its file format */
  if (header->has_addresses) return plan_from_addresses(image, header, ram, plan, error);
  if (elf_image_recognise(image)) return load_plan_from_elf(image, ram, plan, &is_64, error);
  return REFUSE(error, image, "is a multiboot image but neither ELF nor has address fields (flag 16)");
}

enum rs_status multiboot_load(struct ram *ram, const struct boot_request *request,
                              const struct multiboot_header *header, uint32_t *information, uint32_t *entry,
                              struct rs_error *error) {
  struct load_plan plan = { 0 };
  enum rs_status status = plan_image(request->image, header, ram, &plan, error);
  if (status) return status;
  uint64_t size = lay_out(request, 0).end, base;
  if (!load_plan_find_room(&plan, ram, size, &base)) {
    return REFUSE_AS(RS_BAD_ARGUMENT, error, request->image,
                     "%llu KiB of modules and boot information find no room beside it in %llu MiB of memory",
                     LLX((size + 1023) / 1024), LLX(ram->size / MIB));
  }
  struct layout layout = lay_out(request, base);
  load_plan_carry_out(&plan, request->image, ram);
  write_modules(ram, request, &layout);
  write_information(ram, request, &layout);
  *information = (uint32_t)layout.information;
  *entry = plan.entry;
  return RS_OK;
}
