/* The i386 kernel's own mapping: physical memory below 896 MiB at 3 GiB, in 4 MiB pages but for those that
 * hold the kernel, and two pages as windows onto the rest. */
#include "paging.h"

#include "bits.h"
#include "instructions.h"
#include "layout.h"
#include "processor.h"
#include "text.h"

#define ENTRIES 1024
#define LARGE_PAGE 0x400000u
#define ROOT_INDEX(address) ((address) >> 22)

extern char kernel_text[], kernel_data[];

struct table {
  uint32_t entry[ENTRIES];
} __attribute__((aligned(4096)));

static struct table root, image_pages, window_pages;

uintptr_t paging_physical(const void *address) {
  return (uintptr_t)address - I386_KERNEL_OFFSET;
}

void *paging_direct(uintptr_t physical) {
  return (void *)(I386_KERNEL_OFFSET + physical);
}

uint64_t paging_direct_size(void) {
  return I386_DIRECT_SIZE;
}

uintptr_t paging_kernel_root(void) {
  return paging_physical(&root);
}

/* A frame, through one of the windows when the direct map ends below it. */
static void *reach(uintptr_t frame, unsigned window) {
  uintptr_t address = I386_WINDOW + window * PAGE_SIZE;
  if (frame < I386_DIRECT_SIZE) return paging_direct(frame);
  window_pages.entry[address / PAGE_SIZE % ENTRIES] = frame | PAGE_PRESENT | PAGE_WRITE;
  invalidate_page(address);
  return (void *)address;
}

void paging_clear_frame(uintptr_t frame) {
  memset(reach(frame, 0), 0, PAGE_SIZE);
}

void paging_copy_frame(uintptr_t to, uintptr_t from) {
  memcpy(reach(to, 0), reach(from, 1), PAGE_SIZE);
}

static uint32_t table_entry(const struct table *table) {
  return paging_physical(table) | PAGE_PRESENT | PAGE_WRITE;
}

/* Text and constants cannot be written; 32-bit paging has no way to say that the rest is not code. */
static void map_image(uint32_t global) {
  for (uint32_t at = 0; at < LARGE_PAGE; at += PAGE_SIZE) {
    bool constant = at >= paging_physical(kernel_text) && at < paging_physical(kernel_data);
    image_pages.entry[at / PAGE_SIZE] = at | PAGE_PRESENT | global | (constant ? 0 : PAGE_WRITE);
  }
}

void paging_init(void) {
  uint32_t global = processor.global_pages ? PAGE_GLOBAL : 0;
  map_image(global);
  root.entry[ROOT_INDEX(I386_KERNEL_OFFSET)] = table_entry(&image_pages);
  for (uint32_t at = LARGE_PAGE; at < I386_DIRECT_SIZE; at += LARGE_PAGE)
    root.entry[ROOT_INDEX(I386_KERNEL_OFFSET + at)] = at | PAGE_PRESENT | PAGE_WRITE | PAGE_LARGE | global;
  root.entry[ROOT_INDEX(I386_WINDOW)] = table_entry(&window_pages);
  write_cr3(paging_physical(&root));
}
