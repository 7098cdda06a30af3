/* The multiboot 1 structures that a boot loader hands over [Multiboot Specification 0.6.96, "Boot information
 * format"]. */
#ifndef GUEST_MULTIBOOT_H
#define GUEST_MULTIBOOT_H

#define MULTIBOOT_HEADER_MAGIC 0x1badb002
#define MULTIBOOT_LOADER_MAGIC 0x2badb002
#define MULTIBOOT_PAGE_ALIGN 0x1
#define MULTIBOOT_MEMORY_INFO 0x2
#define MULTIBOOT_ADDRESS_FIELDS 0x10000

#ifdef __ASSEMBLER__
/* The header, whose third word makes the sum of the three zero; the address fields follow where `flags` has
 * them. */
/* clang-format off */
.macro HEADER_WORDS flags
	.balign	4
	.type	multiboot_header, @object
multiboot_header:
	.long	MULTIBOOT_HEADER_MAGIC
	.long	\flags
	.long	-(MULTIBOOT_HEADER_MAGIC + \flags)
.endm
/* clang-format on */
#else
#include <stdint.h>

#define MULTIBOOT_HAS_MEMORY 0x1
#define MULTIBOOT_HAS_COMMAND_LINE 0x4
#define MULTIBOOT_HAS_MODULES 0x8
#define MULTIBOOT_HAS_MEMORY_MAP 0x40
#define MULTIBOOT_RAM 1

struct multiboot_info {
  uint32_t flags;
  uint32_t memory_lower, memory_upper; /* KiB */
  uint32_t boot_device;
  uint32_t command_line;
  uint32_t module_count, modules;
  uint32_t symbols[4];
  uint32_t map_length, map;
};

struct multiboot_module {
  uint32_t start, end, text, reserved;
};

struct multiboot_range {
  uint32_t size; /* of what follows */
  uint64_t base, length;
  uint32_t type;
} __attribute__((packed));
#endif

#endif
