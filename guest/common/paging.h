/* Page tables: the kernel's own mapping, and the entries of a program's pages. */
#ifndef GUEST_PAGING_H
#define GUEST_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paging_format.h"

/* Replaces the boot tables by the kernel's own: its image mapped as narrowly as it allows, physical memory,
 * no user pages. */
void paging_init(void);

/* Physical memory as the kernel sees it, below paging_direct_size(). */
void *paging_direct(uintptr_t physical);
uint64_t paging_direct_size(void);

/* The physical address of something in the kernel image. */
uintptr_t paging_physical(const void *address);

/* The physical address of the root table that maps the kernel alone. */
uintptr_t paging_kernel_root(void);

/* A new root table with the kernel's half filled in; 0 when memory is out. */
uintptr_t paging_create_root(void);

/* The entry for a user page below `root`: NULL when a table on the way is missing, or with `create`, when
 * memory is out. */
uintptr_t *paging_entry(uintptr_t root, uintptr_t address, bool create);

/* When paging_entry finds none for `address`: the size of the aligned stretch around it whose table is
 * missing. */
uintptr_t paging_missing_size(uintptr_t root, uintptr_t address);

/* The entry of the first page at or after *at that has one, *at moved there over missing tables; NULL at
 * `end`. */
uintptr_t *paging_next_entry(uintptr_t root, uintptr_t *at, uintptr_t end);

/* Frees a root table, which is not in use, and the tables below it that map programs. */
void paging_free_root(uintptr_t root);

/* Fills a frame with zeros, or with what another holds, wherever they lie. */
void paging_clear_frame(uintptr_t frame);
void paging_copy_frame(uintptr_t to, uintptr_t from);

#endif
