/* Aligns two lists of micro-steps. */
#include "compare/align.h"

#include <stdlib.h>
#include <string.h>

#include "trace/brief.h"

/* The steps that begin a row, and of every pair of tails how many rows they can have in common. */
struct grid {
  const struct rs_transition *transition[2];
  unsigned count[2];
  uint16_t first[2][RS_STEP_LIMIT];
  uint16_t *common; /* (count[0] + 1) * (count[1] + 1) */
};

static bool is_alike(const struct grid *grid, unsigned i, unsigned j) {
  const struct rs_step *a = &grid->transition[0]->step[grid->first[0][i]];
  const struct rs_step *b = &grid->transition[1]->step[grid->first[1][j]];
  return a->kind == b->kind && a->id == b->id && a->reg == b->reg;
}

static void rows_find(struct grid *grid, unsigned side) {
  const struct rs_transition *transition = grid->transition[side];
  for (unsigned i = 0; i < transition->step_count; i += brief_length(transition, i))
    grid->first[side][grid->count[side]++] = (uint16_t)i;
}

static uint16_t *common_at(struct grid *grid, unsigned i, unsigned j) {
  return &grid->common[(size_t)i * (grid->count[1] + 1) + j];
}

static void common_fill(struct grid *grid) {
  for (unsigned i = grid->count[0]; i-- > 0;)
    for (unsigned j = grid->count[1]; j-- > 0;) {
      uint16_t down = *common_at(grid, i + 1, j), right = *common_at(grid, i, j + 1);
      uint16_t both = (uint16_t)(*common_at(grid, i + 1, j + 1) + 1);
      *common_at(grid, i, j) = is_alike(grid, i, j) ? both : down > right ? down : right;
    }
}

static void rows_walk(struct grid *grid, struct alignment *alignment) {
  unsigned i = 0, j = 0;
  while (i < grid->count[0] || j < grid->count[1]) {
    struct align_row *row = &alignment->row[alignment->count++];
    bool left = i < grid->count[0], right = j < grid->count[1];
    bool both = left && right && is_alike(grid, i, j);
    if (both || !right || (left && *common_at(grid, i + 1, j) >= *common_at(grid, i, j + 1)))
      row->side = both ? ALIGN_BOTH : ALIGN_FIRST;
    else
      row->side = ALIGN_SECOND;
    if (row->side != ALIGN_SECOND) row->step[0] = grid->first[0][i++];
    if (row->side != ALIGN_FIRST) row->step[1] = grid->first[1][j++];
  }
}

bool align_transitions(const struct rs_transition *a, const struct rs_transition *b,
                       struct alignment *alignment) {
  struct grid *grid = calloc(1, sizeof *grid);
  memset(alignment, 0, sizeof *alignment);
  if (!grid) return false;
  grid->transition[0] = a;
  grid->transition[1] = b;
  rows_find(grid, 0);
  rows_find(grid, 1);
  size_t rows = (size_t)grid->count[0] + grid->count[1];
  grid->common = calloc(((size_t)grid->count[0] + 1) * (grid->count[1] + 1), sizeof *grid->common);
  alignment->row = calloc(rows + 1, sizeof *alignment->row);
  bool there = grid->common && alignment->row;
  if (there) {
    common_fill(grid);
    rows_walk(grid, alignment);
  }
  free(grid->common);
  free(grid);
  return there;
}

void align_free(struct alignment *alignment) {
  free(alignment->row);
  alignment->row = NULL;
}
