/* Reads two logs event by event, and has told what they have in common and what not. */
#include "ringside/compare.h"

#include <inttypes.h>
#include <stdlib.h>

#include "compare/report.h"

enum { TEXT_BUFFER = 1 << 14 };

/* The next event that the other log would have, too. */
static void next_common(struct side *side, enum rs_trace_level other) {
  do
    side_next(side);
  while (side->more && !side_tells(side, other));
}

/* Where a log is cut off, nobody knows what would have come. */
static bool can_be_compared(const struct comparison *comparison) {
  return !comparison->difference.found && comparison->side[0].status == RS_OK &&
         comparison->side[1].status == RS_OK;
}

static void comparison_read(struct comparison *comparison, bool difference_only) {
  struct side *side = comparison->side;
  const enum rs_trace_level level[] = { rs_log_level(side[0].log), rs_log_level(side[1].log) };
  do {
    next_common(&side[0], level[1]);
    next_common(&side[1], level[0]);
    if (can_be_compared(comparison)) difference_find(&comparison->difference, side);
  } while ((side[0].more || side[1].more) && !(difference_only && comparison->difference.found));
  comparison->same = can_be_compared(comparison);
}

static enum rs_status picks_align(struct comparison *comparison, struct rs_error *error) {
  for (unsigned i = 0; i < 2; i++) {
    const struct side *side = &comparison->side[i];
    if (side->at && !side_pick(side, PICK_ENTRY)->number)
      return rs_fail(error, RS_BAD_ARGUMENT, "--at: %s has no transition #%" PRIu64, side->name, side->at);
  }
  for (unsigned i = 0; i < PICKS; i++) {
    const struct rs_transition *a = side_pick(&comparison->side[0], i)->transition,
                               *b = side_pick(&comparison->side[1], i)->transition;
    if (pick_is_there(comparison, i) && !align_transitions(a, b, &comparison->alignment[i]))
      return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  }
  return RS_OK;
}

static enum rs_status comparison_tell(const struct comparison *comparison,
                                      const struct rs_compare_options *options, FILE *file,
                                      struct rs_error *error) {
  char buffer[TEXT_BUFFER];
  struct output output;
  if (options->json) return report_json(comparison, options, file, error);
  output_init(&output, file, buffer, sizeof buffer, options->colour);
  report_text(comparison, options, &output);
  return output_close(&output, error);
}

/* The first log that could not be read to its end. */
static enum rs_status reading_status(const struct comparison *comparison, struct rs_error *error) {
  for (unsigned i = 0; i < 2; i++) {
    if (comparison->side[i].status == RS_OK) continue;
    *error = comparison->side[i].error;
    return comparison->side[i].status;
  }
  return RS_OK;
}

enum rs_status rs_compare(struct rs_log *const log[2], const char *const name[2],
                          const struct rs_compare_options *options, FILE *file, bool *same,
                          struct rs_error *error) {
  struct comparison *comparison = calloc(1, sizeof *comparison);
  enum rs_status status = comparison ? RS_OK : RS_OUT_OF_MEMORY;
  *same = false;
  for (unsigned i = 0; i < 2 && status == RS_OK; i++)
    status = side_open(&comparison->side[i], log[i], name[i], options->at[i]);
  if (status != RS_OK) rs_fail(error, status, "%s", rs_status_text(status));
  if (status == RS_OK) {
    comparison_read(comparison, options->difference_only);
    *same = comparison->same;
    if (!options->difference_only) status = picks_align(comparison, error);
  }
  if (status == RS_OK) status = comparison_tell(comparison, options, file, error);
  if (status == RS_OK) status = reading_status(comparison, error);
  for (unsigned i = 0; comparison && i < 2; i++)
    side_close(&comparison->side[i]);
  for (unsigned i = 0; comparison && i < PICKS; i++)
    align_free(&comparison->alignment[i]);
  free(comparison);
  return status;
}
