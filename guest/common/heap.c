/* Objects in sizes of powers of two: a list of free ones for each size, refilled by a page frame at a time.
 */
#include "heap.h"

#include "bits.h"
#include "frames.h"
#include "paging.h"
#include "text.h"

#define SMALLEST_SHIFT 5
#define SIZES 8 /* 32 to 4096 */

struct free_object {
  struct free_object *next;
};

static struct free_object *free_objects[SIZES];

static unsigned size_index(size_t size) {
  unsigned index = 0;
  while (((size_t)1 << (index + SMALLEST_SHIFT)) < size)
    index++;
  return index;
}

static void put(unsigned index, void *object) {
  struct free_object *returned = object;
  returned->next = free_objects[index];
  free_objects[index] = returned;
}

static void refill(unsigned index) {
  size_t size = (size_t)1 << (index + SMALLEST_SHIFT);
  uintptr_t frame = frames_take_low();
  if (frame == 0) return;
  for (size_t at = PAGE_SIZE; at > 0; at -= size)
    put(index, (char *)paging_direct(frame) + at - size);
}

void *heap_take(size_t size) {
  unsigned index = size_index(size);
  struct free_object *object;
  if (!free_objects[index]) refill(index);
  object = free_objects[index];
  if (!object) return NULL;
  free_objects[index] = object->next;
  return memset(object, 0, size);
}

void heap_return(void *object, size_t size) {
  put(size_index(size), object);
}
