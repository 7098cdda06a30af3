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

static void note_print(const struct rs_witness_note *note) {
  fprintf(stderr, "witness: %s at 0x%" PRIx64 ": ", rs_operation_name(note->operation), note->rip);
  if (note->refused) {
    fprintf(stderr, "it completes by the manual, the engine raised vector %u\n", note->vector);
    return;
  }
  if (note->reg == RS_NO_REGISTER)
    fprintf(stderr, "memory at 0x%" PRIx64 " is ", note->physical);
  else
    fprintf(stderr, "%s is ", rs_register_name(note->reg));
  value_print(note->reg, &note->predicted);
  fputs(" by the manual, ", stderr);
  value_print(note->reg, &note->engine);
  fputs(" by the engine\n", stderr);
}

bool cli_witness_tell(const struct rs_witness *witness) {
  for (unsigned i = 0; i < witness->noted; i++)
    note_print(&witness->note[i]);
  for (enum rs_engine_error error = 1; error < RS_ENGINE_ERROR_COUNT; error++)
    if (witness->known[error])
      fprintf(stderr, "witness: %" PRIu64 " times %s: %s [%s]\n", witness->known[error],
              rs_engine_error_name(error), rs_engine_error_text(error), rs_engine_error_citation(error));
  fprintf(stderr, "witness: %" PRIu64 " compared, %" PRIu64 " differ in a way that is not known\n",
          witness->compared, witness->disagreed);
  return witness->disagreed == 0;
}
