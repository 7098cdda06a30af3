/* What a comparison has found, and its telling. */
#ifndef COMPARE_REPORT_H
#define COMPARE_REPORT_H

#include "compare/align.h"
#include "compare/difference.h"
#include "ringside/compare.h"

struct comparison {
  struct side side[2];
  struct difference difference;
  bool same;                         /* both are whole, and nothing differs */
  struct alignment alignment[PICKS]; /* of what both sides have */
};

/* The figures of a run, in the order in which they are told. */
struct figure {
  const char *key, *text;
  size_t offset;             /* of a uint64_t in struct run_tally */
  enum rs_trace_level level; /* the lowest at which a log tells it */
  bool for_each_call;        /* an average: told by the call that was answered */
};

extern const struct figure report_figures[]; /* ends with a NULL key */

uint64_t figure_value(const struct figure *figure, const struct run_tally *tally);

/* Whether both logs know it. */
bool figure_is_known(const struct figure *figure, const struct comparison *comparison);

/* Whether both sides of a row have the same value. */
bool row_is_same(const struct comparison *comparison, unsigned pick, const struct align_row *row);

/* A step of one side in few words; `side` 0 or 1. */
const char *row_text(const struct comparison *comparison, unsigned pick, const struct align_row *row,
                     unsigned side, char *text, size_t size);

/* Whether both sides have that transition. */
bool pick_is_there(const struct comparison *comparison, unsigned pick);

const char *report_level_name(const struct rs_log *log);
const char *report_model_name(enum rs_cpu_model model);

void report_text(const struct comparison *comparison, const struct rs_compare_options *options,
                 struct output *output);

/* RS_OUT_OF_MEMORY or RS_IO_ERROR. */
enum rs_status report_json(const struct comparison *comparison, const struct rs_compare_options *options,
                           FILE *file, struct rs_error *error);

#endif
