/* The processor states in which kernel images start. */
#include "machine/boot_state.h"

#include <string.h>

#include "arch/bits.h"
#include "arch/memory.h"
#include "arch/perform.h"

enum { SELECTOR_CODE = 0x08, SELECTOR_DATA = 0x10 };

/* The seven pages of the long-mode tables, in order. */
enum { TABLE_PML4, TABLE_PDPT, TABLE_DIRECTORIES, TABLE_GDT = 6 };
enum { DIRECTORY_COUNT = 4, IDENTITY_PAGES = DIRECTORY_COUNT * 512, GDT_ENTRIES = 3 };

/* [SDM3 "4-Level Paging and 5-Level Paging"] */
enum { ENTRY_PRESENT = 1, ENTRY_WRITABLE = 2, ENTRY_PAGE_SIZE = 0x80 };

#define FLAT_ATTRIBUTES (SEGMENT_S | SEGMENT_P | SEGMENT_G | SEGMENT_ACCESSED)
#define DATA_ATTRIBUTES (FLAT_ATTRIBUTES | SEGMENT_WRITABLE | SEGMENT_DB)
#define CODE_32_ATTRIBUTES (FLAT_ATTRIBUTES | SEGMENT_CODE | SEGMENT_READABLE | SEGMENT_DB)
#define CODE_64_ATTRIBUTES (FLAT_ATTRIBUTES | SEGMENT_CODE | SEGMENT_READABLE | SEGMENT_L)

static struct rs_segment flat_segment(uint16_t selector, uint32_t attributes) {
  return (struct rs_segment){ .selector = selector, .attributes = attributes, .limit = UINT32_MAX };
}

/* What no boot protocol speaks of is as after reset, but caches are on, as any firmware leaves them. */
static void start_state(struct rs_cpu *cpu, uint32_t entry, uint32_t code_attributes) {
  cpu_at_reset(cpu, cpu->model);
  memset(cpu->general, 0, sizeof cpu->general);
  cpu->rip = entry;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    cpu->segment[i] = flat_segment(SELECTOR_DATA, DATA_ATTRIBUTES);
  cpu->segment[RS_SEGMENT_INDEX(RS_CS)] = flat_segment(SELECTOR_CODE, code_attributes);
  cpu->gdtr = cpu->idtr = (struct rs_table_register){ 0 };
  cpu->cr0 = CR0_PE | CR0_ET;
}

void boot_state_protected(struct rs_cpu *cpu, uint32_t entry) {
  start_state(cpu, entry, CODE_32_ATTRIBUTES);
}

static uint64_t table_page(const struct ram *ram, unsigned index) {
  return boot_tables_address(ram) + (uint64_t)index * GUEST_PAGE_SIZE;
}

void boot_state_long(struct rs_cpu *cpu, uint32_t entry, const struct ram *ram) {
  start_state(cpu, entry, CODE_64_ATTRIBUTES);
  cpu->cr0 |= CR0_PG;
  cpu->cr3 = table_page(ram, TABLE_PML4);
  cpu->cr4 = CR4_PAE;
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME | EFER_LMA;
  cpu->gdtr.base = table_page(ram, TABLE_GDT);
  cpu->gdtr.limit = GDT_ENTRIES * 8 - 1;
}

uint64_t boot_tables_address(const struct ram *ram) {
  return ram->size - BOOT_TABLES_SIZE;
}

/* [SDM3 "Segment Descriptors"]: a flat descriptor has base 0 and limit 0xfffff; the attributes are bits 40
 * to 55. */
static uint64_t flat_descriptor(uint32_t attributes) {
  return UINT64_C(0x000f00000000ffff) | (uint64_t)attributes << 40;
}

void boot_tables_write(struct ram *ram) {
  uint64_t pdpt = table_page(ram, TABLE_PDPT), directories = table_page(ram, TABLE_DIRECTORIES);
  ram_write64(ram, table_page(ram, TABLE_PML4), pdpt | ENTRY_PRESENT | ENTRY_WRITABLE);
  for (uint64_t i = 0; i < DIRECTORY_COUNT; i++)
    ram_write64(ram, pdpt + 8 * i,
                table_page(ram, TABLE_DIRECTORIES + (unsigned)i) | ENTRY_PRESENT | ENTRY_WRITABLE);
  for (uint64_t i = 0; i < IDENTITY_PAGES; i++)
    ram_write64(ram, directories + 8 * i, i << 21 | ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_PAGE_SIZE);
  uint64_t gdt = table_page(ram, TABLE_GDT);
  ram_write64(ram, gdt + SELECTOR_CODE, flat_descriptor(CODE_64_ATTRIBUTES));
  ram_write64(ram, gdt + SELECTOR_DATA, flat_descriptor(DATA_ATTRIBUTES));
}
