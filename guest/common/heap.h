/* The kernel's small objects, cut from page frames. */
#ifndef GUEST_HEAP_H
#define GUEST_HEAP_H

#include <stddef.h>

#define HEAP_LARGEST 4096

/* `size` bytes, at most HEAP_LARGEST, filled with zeros and aligned as any type needs; NULL when memory is
 * out. */
void *heap_take(size_t size);

/* Gives back what heap_take gave for the same size. */
void heap_return(void *object, size_t size);

#endif
