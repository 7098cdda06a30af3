/* What a timeline shows, its texts already decided: lanes, and rows from top to bottom. Renderers only say
 * where things lie. */
#ifndef TIMELINE_LAYOUT_H
#define TIMELINE_LAYOUT_H

#include "ringside/trace.h"
#include "trace/brief.h"

/* From left to right, as they lose privilege to the left. */
enum timeline_lane {
  TIMELINE_RING3,
  TIMELINE_V86,
  TIMELINE_RING2,
  TIMELINE_RING1,
  TIMELINE_RING0,
  TIMELINE_REAL,
  TIMELINE_LANES
};

enum timeline_row_kind {
  TIMELINE_SPAN,     /* plain code in lane `from`: `label` counts it, `source` says where */
  TIMELINE_CROSSING, /* from `source` in lane `from` to `target` in lane `to`, which may be the same lane */
  TIMELINE_STOP,     /* the processor shut down at `source` */
  TIMELINE_REFUSED,  /* `label` was refused in lane `from`, and raised `target` */
  TIMELINE_MARK,     /* an operation or a macro-step at `source` */
  TIMELINE_GAP,      /* `label` says what is left out */
  TIMELINE_END,      /* `label` says how the run ended */
};

struct timeline_step {
  enum brief_kind kind;
  unsigned first, count; /* of the micro-steps it stands for */
  const char *text, *full;
};

struct timeline_word {
  bool at_pointer;
  const char *offset, *value; /* "+0x08", "0x0000002b" */
  const char *name;           /* "RFLAGS": what was pushed or popped there; NULL: nothing */
};

struct timeline_stack {
  const char *pointer; /* "rsp 0x7fffffffee10"; NULL: nothing is known of it */
  unsigned count;
  const struct timeline_word *word; /* the higher addresses first */
};

struct timeline_change {
  const char *name, *old, *new;
};

/* One transition from the inside. */
struct timeline_detail {
  unsigned step_count, change_count;
  const struct timeline_step *step;
  struct timeline_stack before, after;
  const struct timeline_change *change;
};

struct timeline_row {
  enum timeline_row_kind kind;
  enum timeline_lane from, to;
  bool fault;      /* an exception, or what leads to one */
  bool answer;     /* a return */
  uint64_t time;   /* instructions executed before it */
  uint64_t number; /* of a transition; else 0 */
  const char *label;
  const char *source, *target;          /* places; "" when there is none */
  const struct timeline_detail *detail; /* NULL: not asked for */
};

/* All texts are printable ASCII and live as long as the layout, or until timeline_layout_clear. */
struct timeline_layout {
  unsigned lanes; /* a set of 1 << enum timeline_lane; never shrinks */
  struct timeline_row *row;
  size_t count, room;
  bool failed; /* memory was short: rows are missing */
  struct timeline_block *block;
};

/* Rings 3 and 0 are there from the beginning. */
void timeline_layout_init(struct timeline_layout *layout);
void timeline_layout_free(struct timeline_layout *layout);

/* Takes the rows out, and keeps the lanes. */
void timeline_layout_clear(struct timeline_layout *layout);

/* Zeroed; NULL when memory is short, and `failed` then. */
void *timeline_layout_keep(struct timeline_layout *layout, size_t size);
const char *timeline_layout_text(struct timeline_layout *layout, const char *text);

/* An empty row at the end, in the lanes' set; NULL when memory is short. */
struct timeline_row *timeline_layout_add(struct timeline_layout *layout, enum timeline_row_kind kind,
                                         enum timeline_lane from, enum timeline_lane to);

const char *timeline_lane_name(enum timeline_lane lane);

/* The lane of code in this state. */
enum timeline_lane timeline_lane_of(const struct rs_cpu *cpu);

#endif
