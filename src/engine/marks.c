/* Marked instructions: found when a block is translated, so that code without any costs nothing. */
#include "engine/internal.h"

void engine_set_marks(struct engine *e, const uint64_t *linear, size_t count) {
  e->mark = linear;
  e->mark_count = count;
}

/* The index of the first mark at `linear` or above. */
static size_t first_from(const struct engine *e, uint64_t linear) {
  size_t low = 0, high = e->mark_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (e->mark[middle] < linear)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool marks_window(const struct engine *e, const struct piece *p, uint64_t *begin, uint64_t *end) {
  bool any = false;
  for (size_t i = first_from(e, p->address); i < e->mark_count && e->mark[i] - p->address < p->size; i++) {
    if (e->mark[i] < *begin) *begin = e->mark[i];
    if (e->mark[i] > *end) *end = e->mark[i];
    any = true;
  }
  return any;
}

size_t marks_find(const struct engine *e, uint64_t linear, size_t size) {
  size_t i = first_from(e, linear);
  return i < e->mark_count && e->mark[i] - linear < size ? i : NO_MARK;
}
