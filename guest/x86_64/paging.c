/* The x86-64 kernel's own mapping: its image in 4 KiB pages, W^X, and physical memory below 4 GiB in 2 MiB
 * pages. */
#include "paging.h"

#include "bits.h"
#include "instructions.h"
#include "layout.h"
#include "processor.h"
#include "text.h"

#define ENTRIES 512
#define LARGE_PAGE UINT64_C(0x200000)
#define DIRECT_GIBS 4
#define ROOT_INDEX(address) ((address) >> 39 & (ENTRIES - 1))
#define POINTER_INDEX(address) ((address) >> 30 & (ENTRIES - 1))

extern char kernel_text[], kernel_rodata[], kernel_data[], kernel_end[];

struct table {
  uint64_t entry[ENTRIES];
} __attribute__((aligned(4096)));

static struct table root, direct_pointers, direct_directories[DIRECT_GIBS];
static struct table image_pointers, image_directory, image_pages;

uintptr_t paging_physical(const void *address) {
  return (uintptr_t)address - X86_64_KERNEL_OFFSET;
}

void *paging_direct(uintptr_t physical) {
  return (void *)(X86_64_DIRECT_MAP + physical);
}

uint64_t paging_direct_size(void) {
  return DIRECT_GIBS * UINT64_C(0x40000000);
}

uintptr_t paging_kernel_root(void) {
  return paging_physical(&root);
}

void paging_clear_frame(uintptr_t frame) {
  memset(paging_direct(frame), 0, PAGE_SIZE);
}

void paging_copy_frame(uintptr_t to, uintptr_t from) {
  memcpy(paging_direct(to), paging_direct(from), PAGE_SIZE);
}

static uint64_t rights(bool write, bool execute) {
  return PAGE_PRESENT | (write ? PAGE_WRITE : 0) | (execute || !processor.nx ? 0 : PAGING_NO_EXECUTE) |
         (processor.global_pages ? PAGE_GLOBAL : 0);
}

static uint64_t table_entry(const struct table *table) {
  return paging_physical(table) | PAGE_PRESENT | PAGE_WRITE;
}

static void map_direct(void) {
  root.entry[ROOT_INDEX(X86_64_DIRECT_MAP)] = table_entry(&direct_pointers);
  for (unsigned gib = 0; gib < DIRECT_GIBS; gib++) {
    direct_pointers.entry[gib] = table_entry(&direct_directories[gib]);
    for (unsigned i = 0; i < ENTRIES; i++)
      direct_directories[gib].entry[i] =
          ((uint64_t)gib * ENTRIES + i) * LARGE_PAGE | rights(true, false) | PAGE_LARGE;
  }
}

static void map_image(const char *start, const char *end, uint64_t page_rights) {
  for (uintptr_t at = paging_physical(start); at < paging_physical(end); at += PAGE_SIZE)
    image_pages.entry[at / PAGE_SIZE] = at | page_rights;
}

void paging_init(void) {
  map_direct();
  root.entry[ROOT_INDEX(X86_64_KERNEL_OFFSET)] = table_entry(&image_pointers);
  image_pointers.entry[POINTER_INDEX(X86_64_KERNEL_OFFSET)] = table_entry(&image_directory);
  image_directory.entry[0] = table_entry(&image_pages);
  map_image(kernel_text, kernel_rodata, rights(false, true));
  map_image(kernel_rodata, kernel_data, rights(false, false));
  map_image(kernel_data, kernel_end, rights(true, false));
  write_cr3(paging_physical(&root));
}
