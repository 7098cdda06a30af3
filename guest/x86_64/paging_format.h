/* The shape of 4-level page tables [SDM3 "4-Level Paging and 5-Level Paging"]. */
#ifndef GUEST_PAGING_FORMAT_H
#define GUEST_PAGING_FORMAT_H

#define PAGING_LEVELS 4
#define PAGING_INDEX_BITS 9
#define PAGING_NO_EXECUTE 0x8000000000000000
#define PAGING_FRAME 0x000ffffffffff000
#define PAGING_USER_ROOT_ENTRIES 256

#endif
