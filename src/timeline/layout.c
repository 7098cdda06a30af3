/* The memory of a layout, and what lanes are. */
#include "timeline/layout.h"

#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"

enum { BLOCK_SIZE = 1 << 14, ROWS_AT_FIRST = 16 };

/* Texts and arrays one after the other; a block that they outgrow gets a successor. */
struct timeline_block {
  struct timeline_block *older;
  size_t used, size;
  _Alignas(max_align_t) char bytes[];
};

void timeline_layout_init(struct timeline_layout *layout) {
  *layout = (struct timeline_layout){ .lanes = 1u << TIMELINE_RING3 | 1u << TIMELINE_RING0 };
}

static void blocks_free(struct timeline_block *block) {
  while (block) {
    struct timeline_block *older = block->older;
    free(block);
    block = older;
  }
}

void timeline_layout_free(struct timeline_layout *layout) {
  blocks_free(layout->block);
  free(layout->row);
}

void timeline_layout_clear(struct timeline_layout *layout) {
  layout->count = 0;
  if (!layout->block) return;
  blocks_free(layout->block->older);
  layout->block->older = NULL;
  layout->block->used = 0;
}

static bool block_grow(struct timeline_layout *layout, size_t size) {
  size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
  struct timeline_block *block = malloc(sizeof *block + room);
  if (!block) return false;
  *block = (struct timeline_block){ .older = layout->block, .size = room };
  layout->block = block;
  return true;
}

void *timeline_layout_keep(struct timeline_layout *layout, size_t size) {
  size_t unit = _Alignof(max_align_t), whole = (size + unit - 1) / unit * unit;
  struct timeline_block *block = layout->block;
  if ((!block || block->size - block->used < whole) && !block_grow(layout, whole)) {
    layout->failed = true;
    return NULL;
  }
  block = layout->block;
  void *place = block->bytes + block->used;
  block->used += whole;
  return memset(place, 0, whole);
}

const char *timeline_layout_text(struct timeline_layout *layout, const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = timeline_layout_keep(layout, size);
  return copy ? memcpy(copy, text, size) : "";
}

struct timeline_row *timeline_layout_add(struct timeline_layout *layout, enum timeline_row_kind kind,
                                         enum timeline_lane from, enum timeline_lane to) {
  if (layout->count == layout->room) {
    size_t room = layout->room ? 2 * layout->room : ROWS_AT_FIRST;
    struct timeline_row *grown = realloc(layout->row, room * sizeof *grown);
    layout->failed |= !grown;
    if (!grown) return NULL;
    layout->row = grown;
    layout->room = room;
  }
  layout->lanes |= 1u << from | 1u << to;
  struct timeline_row *row = &layout->row[layout->count++];
  *row =
      (struct timeline_row){ .kind = kind, .from = from, .to = to, .label = "", .source = "", .target = "" };
  return row;
}

const char *timeline_lane_name(enum timeline_lane lane) {
  static const char *const name[TIMELINE_LANES] = {
    [TIMELINE_RING3] = "user, ring 3", [TIMELINE_V86] = "virtual-8086",     [TIMELINE_RING2] = "ring 2",
    [TIMELINE_RING1] = "ring 1",       [TIMELINE_RING0] = "kernel, ring 0", [TIMELINE_REAL] = "real mode",
  };
  return name[lane];
}

enum timeline_lane timeline_lane_of(const struct rs_cpu *cpu) {
  static const enum timeline_lane ring[] = { TIMELINE_RING0, TIMELINE_RING1, TIMELINE_RING2, TIMELINE_RING3 };
  if (!(cpu->cr0 & CR0_PE)) return TIMELINE_REAL;
  return cpu->rflags & RFLAGS_VM ? TIMELINE_V86 : ring[cpu->cpl & 3];
}
