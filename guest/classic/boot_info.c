/* Reading the multiboot structures: the memory, the command line and the program. */
#include "boot_info.h"

#include "bits.h"
#include "console.h"
#include "layout.h"
#include "multiboot.h"
#include "paging.h"
#include "text.h"

#define HIGH_MEMORY 0x100000

extern char kernel_end[];

/* What the kernel's segments hold, and the end of what is in use so far. */
static void *keep(uint32_t address, uint32_t size, uint32_t *used) {
  if (address > CLASSIC_MEMORY || size > CLASSIC_MEMORY - address)
    console_refuse("the boot loader's information lies beyond the kernel's 16 MiB");
  if (address + size > *used) *used = address + size;
  return (void *)address;
}

static char *keep_text(uint32_t address, uint32_t *used) {
  char *text = keep(address, 1, used);
  keep(address, strlen(text) + 1, used);
  return text;
}

static uint32_t memory_end(const struct multiboot_info *info) {
  const uint32_t most = (CLASSIC_MEMORY - HIGH_MEMORY) >> 10;
  if (!(info->flags & MULTIBOOT_HAS_MEMORY)) console_refuse("the boot loader tells of no memory");
  return HIGH_MEMORY + ((info->memory_upper < most ? info->memory_upper : most) << 10);
}

void boot_info_read(uint32_t address, struct boot_info *out) {
  static char none[1];
  uint32_t used = (uint32_t)kernel_end;
  const struct multiboot_info *info = keep(address, sizeof *info, &used);
  const struct multiboot_module *module;
  if (!(info->flags & MULTIBOOT_HAS_MODULES) || info->module_count == 0)
    console_refuse("no program: it is expected as module 0");
  module = keep(info->modules, sizeof *module, &used);
  if (module->end < module->start) console_refuse("module 0 ends before it starts");
  out->program_size = module->end - module->start;
  out->program = keep(module->start, out->program_size, &used);
  out->program_text = keep_text(module->text, &used);
  out->command_line = info->flags & MULTIBOOT_HAS_COMMAND_LINE ? keep_text(info->command_line, &used) : none;
  pages_give((used + PAGE_SIZE - 1) & ~(uint32_t)(PAGE_SIZE - 1), memory_end(info));
}
