/* Alignment checks of plain code: only while they are asked for, each instruction is looked at before it
 * runs. */
#include "engine/alignment.h"

#include "arch/descriptor.h"

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

static uint64_t linear_of_operand(const struct rs_cpu *cpu, const struct rs_instruction *operand) {
  uint64_t offset = instruction_operand_offset(cpu, operand);
  bool mode_64 = code_size_of(cpu) == CODE_64,
       based = !mode_64 || operand->segment >= RS_SEGMENT_INDEX(RS_FS);
  uint64_t linear = offset + (based ? cpu->segment[operand->segment].base : 0);
  return mode_64 ? linear : (uint32_t)linear;
}

/* A string instruction whose count is zero accesses nothing. */
static bool accesses_nothing(const struct rs_cpu *cpu, const uint8_t *bytes, size_t length,
                             enum code_size code) {
  unsigned size = discover_address_size(bytes, length, code);
  return discover_repeats(bytes, length, code) && cpu->general[1] << (64 - 8 * size) == 0;
}

bool alignment_refuses(struct engine *e, uint64_t offset, struct engine_exception *fault) {
  const struct block *block = e->at->block;
  struct reference reference[DISCOVER_REFERENCES];
  uint8_t bytes[15];
  size_t length = block_copy(&e->blocks, block, offset, bytes, sizeof bytes);
  unsigned count = discover_references(e->blocks.discoverer, bytes, length, block->code, reference);
  if (!cpu_checks_alignment(e->cpu)) return false;
  if (accesses_nothing(e->cpu, bytes, length, block->code)) return false;
  for (unsigned i = 0; i < count; i++) {
    uint64_t linear = linear_of_operand(e->cpu, &reference[i].operand);
    if (linear % reference[i].alignment == 0) continue;
    *fault = (struct engine_exception){
      .vector = VECTOR_AC, .has_error_code = true, .linear = linear, .alignment = reference[i].alignment
    };
    return true;
  }
  return false;
}
