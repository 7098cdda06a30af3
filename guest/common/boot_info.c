/* Reading the multiboot structures: the RAM, the command line and the program. */
#include "boot_info.h"

#include "bits.h"
#include "console.h"
#include "frames.h"
#include "layout.h"
#include "multiboot.h"
#include "paging.h"
#include "text.h"

#define FIRST_FRAME 0x100000 /* below lie the firmware's tables and holes */

extern char kernel_end[];

static void *in_direct_map(uint64_t physical, uint64_t size, const char *what) {
  if (physical + size > paging_direct_size())
    console_refuse("the %s lies beyond what the kernel can reach", what);
  return paging_direct((uintptr_t)physical);
}

static void give_range(uint64_t base, uint64_t length) {
  uint64_t start = base < FIRST_FRAME ? FIRST_FRAME : base;
  uint64_t end = base + length;
  if (end > base && start < end) frames_give(start, end);
}

static void give_memory(const struct multiboot_info *info) {
  if (info->flags & MULTIBOOT_HAS_MEMORY_MAP) {
    const char *at = in_direct_map(info->map, info->map_length, "memory map");
    const char *end = at + info->map_length;
    while (end - at >= (ptrdiff_t)sizeof(struct multiboot_range)) {
      const struct multiboot_range *range = (const struct multiboot_range *)at;
      if (range->type == MULTIBOOT_RAM) give_range(range->base, range->length);
      at += range->size + sizeof range->size;
    }
  } else if (info->flags & MULTIBOOT_HAS_MEMORY) {
    give_range(FIRST_FRAME, (uint64_t)info->memory_upper << 10);
  } else {
    console_refuse("the boot loader tells of no memory");
  }
}

static char *keep_text(uint32_t physical) {
  char *text = in_direct_map(physical, 1, "command line");
  frames_reserve(physical, physical + strlen(text) + 1);
  return text;
}

static void read_module(const struct multiboot_module *module, struct boot_module *out) {
  if (module->end < module->start) console_refuse("a module ends before it starts");
  out->size = module->end - module->start;
  out->bytes = in_direct_map(module->start, out->size, "module");
  frames_reserve(module->start, module->end);
  out->text = keep_text(module->text);
}

static void read_modules(const struct multiboot_info *info, struct boot_info *out) {
  const struct multiboot_module *module;
  if (!(info->flags & MULTIBOOT_HAS_MODULES) || info->module_count == 0)
    console_refuse("no program: it is expected as module 0");
  if (info->module_count > BOOT_MODULES) console_refuse("more than %u modules", BOOT_MODULES);
  module = in_direct_map(info->modules, info->module_count * sizeof *module, "module list");
  for (unsigned i = 0; i < info->module_count; i++)
    read_module(&module[i], &out->module[i]);
  out->module_count = info->module_count;
}

void boot_info_read(uint32_t physical, struct boot_info *out) {
  static char none[1];
  const struct multiboot_info *info = in_direct_map(physical, sizeof *info, "boot information");
  give_memory(info);
  frames_reserve(KERNEL_LOAD_ADDRESS, paging_physical(kernel_end));
  read_modules(info, out);
  out->command_line = info->flags & MULTIBOOT_HAS_COMMAND_LINE ? keep_text(info->command_line) : none;
}
