/* Learns the guest's mappings from what its transitions read and wrote. */
#include "explain/offsets.h"

#include "trace/fields.h"

static void offsets_add(struct offsets *offsets, uint64_t linear, uint64_t physical) {
  uint64_t offset = linear - physical;
  if (offset == 0 || offset & 0xfff || offsets->count == OFFSET_LIMIT) return;
  for (unsigned i = 0; i < offsets->count; i++)
    if (offsets->offset[i] == offset) return;
  offsets->offset[offsets->count++] = offset;
}

void offsets_follow(struct offsets *offsets, const struct rs_transition *transition) {
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind == RS_STEP_CHECK || step_is_register(step)) continue;
    if (step->kind == RS_STEP_READ)
      offsets_add(offsets, step->read.linear, step->read.physical);
    else
      offsets_add(offsets, step->write.linear, step->write.physical);
  }
}
