/* The shape of 32-bit page tables [SDM3 "32-Bit Paging"]; they have no execute-disable bit. */
#ifndef GUEST_PAGING_FORMAT_H
#define GUEST_PAGING_FORMAT_H

#define PAGING_LEVELS 2
#define PAGING_INDEX_BITS 10
#define PAGING_NO_EXECUTE 0
#define PAGING_FRAME 0xfffff000
#define PAGING_USER_ROOT_ENTRIES 768

#endif
