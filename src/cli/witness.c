/* What --witness found, on standard error: each difference, and the count. */
#include <inttypes.h>

#include "cli/cli.h"

static bool is_segment(enum rs_register reg) {
  return (reg >= RS_ES && reg <= RS_GS) || reg == RS_LDTR || reg == RS_TR;
}

static void value_print(enum rs_register reg, const union rs_value *value) {
  const struct rs_segment *segment = &value->segment;
  if (is_segment(reg))
    fprintf(stderr, "0x%04x (base 0x%" PRIx64 ", limit 0x%" PRIx32 ", attributes 0x%" PRIx32 ")",
            segment->selector, segment->base, segment->limit, segment->attributes);
  else
    fprintf(stderr, "0x%" PRIx64, value->word[0]);
}

void cli_witness_tell(const struct rs_witness *witness) {
  for (unsigned i = 0; i < witness->noted; i++) {
    const struct rs_witness_note *note = &witness->note[i];
    fprintf(stderr, "witness: %s at 0x%" PRIx64 ": %s is ", rs_operation_name(note->operation), note->rip,
            rs_register_name(note->reg));
    value_print(note->reg, &note->predicted);
    fputs(" by the manual, ", stderr);
    value_print(note->reg, &note->engine);
    fputs(" by the engine\n", stderr);
  }
  fprintf(stderr, "witness: %" PRIu64 " compared, %" PRIu64 " differ\n", witness->compared,
          witness->disagreed);
}
