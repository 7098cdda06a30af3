/* Free pages, and one page directory for the kernel and all tasks: what separates tasks are their segments'
 * limits. Linux 0.12 lets programs write to the kernel's pages, too, if only a segment reached them; here
 * they are the supervisor's. */
#include "paging.h"

#include <stddef.h>

#include "bits.h"
#include "instructions.h"
#include "layout.h"
#include "text.h"

#define ENTRIES 1024
#define TABLE_SPAN (ENTRIES * PAGE_SIZE)
#define FRAME(entry) ((void *)((entry) & ~(uint32_t)(PAGE_SIZE - 1)))
#define USER_PAGE (PAGE_PRESENT | PAGE_WRITE | PAGE_USER)

struct table {
  uint32_t entry[ENTRIES];
} __attribute__((aligned(PAGE_SIZE)));

struct free_page {
  struct free_page *next;
};

static struct table directory, kernel_pages[CLASSIC_MEMORY / TABLE_SPAN];
static struct free_page *free_pages;

void page_return(void *page) {
  struct free_page *free = page;
  free->next = free_pages;
  free_pages = free;
}

/* From the end, so that the lowest is taken first. */
void pages_give(uint32_t start, uint32_t end) {
  for (uint32_t page = end & ~(uint32_t)(PAGE_SIZE - 1); page > start; page -= PAGE_SIZE)
    page_return((void *)(page - PAGE_SIZE));
}

void *page_take(void) {
  struct free_page *page = free_pages;
  if (!page) return NULL;
  free_pages = page->next;
  return memset(page, 0, PAGE_SIZE);
}

void paging_init(void) {
  for (uint32_t page = 0; page < CLASSIC_MEMORY; page += PAGE_SIZE)
    kernel_pages[page / TABLE_SPAN].entry[page / PAGE_SIZE % ENTRIES] = page | PAGE_PRESENT | PAGE_WRITE;
  for (unsigned i = 0; i < CLASSIC_MEMORY / TABLE_SPAN; i++)
    directory.entry[i] = (uint32_t)&kernel_pages[i] | PAGE_PRESENT | PAGE_WRITE;
  write_cr3(paging_directory());
  write_cr0(read_cr0() | CR0_PG);
}

uint32_t paging_directory(void) {
  return (uint32_t)&directory;
}

/* The frame of an entry, fresh when there was none. */
static void *frame_of(uint32_t *entry) {
  if (!(*entry & PAGE_PRESENT)) {
    void *page = page_take();
    if (!page) return NULL;
    *entry = (uint32_t)page | USER_PAGE;
  }
  return FRAME(*entry);
}

void *paging_page(uint32_t linear) {
  struct table *table = frame_of(&directory.entry[linear / TABLE_SPAN]);
  return table ? frame_of(&table->entry[linear / PAGE_SIZE % ENTRIES]) : NULL;
}

static bool copy_table(const struct table *from, uint32_t to_base) {
  for (unsigned i = 0; i < ENTRIES; i++) {
    if (!(from->entry[i] & PAGE_PRESENT)) continue;
    void *page = paging_page(to_base + i * PAGE_SIZE);
    if (!page) return false;
    memcpy(page, FRAME(from->entry[i]), PAGE_SIZE);
  }
  return true;
}

bool paging_copy(uint32_t from_base, uint32_t to_base) {
  for (uint32_t offset = 0; offset < CLASSIC_TASK_SIZE; offset += TABLE_SPAN) {
    uint32_t entry = directory.entry[(from_base + offset) / TABLE_SPAN];
    if (entry & PAGE_PRESENT && !copy_table(FRAME(entry), to_base + offset)) return false;
  }
  return true;
}

static void free_table(uint32_t *directory_entry) {
  const struct table *table = FRAME(*directory_entry);
  for (unsigned i = 0; i < ENTRIES; i++)
    if (table->entry[i] & PAGE_PRESENT) page_return(FRAME(table->entry[i]));
  page_return(FRAME(*directory_entry));
  *directory_entry = 0;
}

void paging_free(uint32_t base) {
  for (uint32_t offset = 0; offset < CLASSIC_TASK_SIZE; offset += TABLE_SPAN) {
    uint32_t *entry = &directory.entry[(base + offset) / TABLE_SPAN];
    if (*entry & PAGE_PRESENT) free_table(entry);
  }
  write_cr3(paging_directory()); /* forgets the translations */
}
