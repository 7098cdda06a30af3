/* Memory: pages of it, and the one page directory that all tasks share. */
#ifndef GUEST_CLASSIC_PAGING_H
#define GUEST_CLASSIC_PAGING_H

#include <stdbool.h>
#include <stdint.h>

/* Gives the pages in [start, end) to be taken; `start` is aligned. */
void pages_give(uint32_t start, uint32_t end);

/* A page of zeros, or NULL. */
void *page_take(void);
void page_return(void *page);

/* Maps CLASSIC_MEMORY at 0 for the kernel alone, and turns paging on. */
void paging_init(void);

/* What CR3 holds, in every task. */
uint32_t paging_directory(void);

/* The page at a linear address of a task, fresh when there was none; NULL when memory is out. */
void *paging_page(uint32_t linear);

/* Copies a task's pages to where another's will be. False when memory is out: the copy is then to be freed.
 */
bool paging_copy(uint32_t from_base, uint32_t to_base);

/* Frees all pages of a task. */
void paging_free(uint32_t base);

#endif
