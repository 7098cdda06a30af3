/* Alignment checks of plain code: only while they are asked for, each instruction is looked at before it
 * runs. */
#include "engine/alignment.h"

#include "arch/descriptor.h"
#include "engine/reference.h"

bool alignment_is_checked(struct engine *e) {
  if (e->native) return e->alignment_seen = true; /* the state that it left is not fetched yet */
  bool may = e->cpu->cpl == 3 && e->cpu->rflags & RFLAGS_AC;
  if (may) e->alignment_seen = true;
  return may && cpu_checks_alignment(e->cpu);
}

void alignment_follow(struct engine *e) {
  bool asked = e->cpu->cr0 & CR0_AM;
  if (asked == e->alignment_asked) return;
  e->alignment_asked = asked;
  if (e->alignment_seen) e->flush_asked = true;
}

static uint64_t linear_at(const struct rs_cpu *cpu, unsigned segment, uint64_t offset) {
  bool mode_64 = code_size_of(cpu) == CODE_64, based = !mode_64 || segment >= RS_SEGMENT_INDEX(RS_FS);
  uint64_t linear = offset + (based ? cpu->segment[segment].base : 0);
  return mode_64 ? linear : (uint32_t)linear;
}

bool alignment_refuses(struct engine *e, uint64_t offset, struct engine_exception *fault) {
  const struct block *block = e->at->block;
  struct reference reference[DISCOVER_REFERENCES];
  uint8_t bytes[15];
  size_t length = block_copy(&e->blocks, block, offset, bytes, sizeof bytes);
  unsigned count = discover_references(e->blocks.discoverer, bytes, length, block->code, reference);
  if (!cpu_checks_alignment(e->cpu)) return false;
  for (unsigned i = 0; i < count; i++) {
    uint64_t offset_there;
    if (!reference_offset(e->cpu, &reference[i], &offset_there)) continue;
    uint64_t linear = linear_at(e->cpu, reference[i].operand.segment, offset_there);
    if (linear % reference[i].alignment == 0) continue;
    *fault = (struct engine_exception){
      .vector = VECTOR_AC, .has_error_code = true, .linear = linear, .alignment = reference[i].alignment
    };
    return true;
  }
  return false;
}
