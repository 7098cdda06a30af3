/* What the model's files share. */
#ifndef VIEWER_MODEL_H
#define VIEWER_MODEL_H

#include "trace/disasm.h"
#include "viewer/moment.h"
#include "viewer/pages.h"
#include "viewer/viewer.h"

enum { QUERY = 64, MESSAGE = 320, OVERVIEW_FRAMES = 512 };

enum scan_kind { SCAN_NONE, SCAN_FAULT, SCAN_TEXT };

/* A way through the log, a frame at a time, to the next place of a kind. */
struct scan {
  enum scan_kind kind;
  bool back;
  uint32_t frame; /* the next one to look into */
  struct viewer_position start;
};

/* What is known of the whole run, filled a frame at a time. */
struct overview {
  uint32_t samples, done;                               /* so many frames are asked, evenly; so many were */
  uint64_t user[VIEWER_BUCKETS], known[VIEWER_BUCKETS]; /* instructions */
  bool fault[VIEWER_BUCKETS];
};

struct viewer {
  struct rs_log *log;
  const struct rs_symbols *symbols;
  struct disasm *disasm;
  struct pages pages;
  struct log_position last; /* of the last event */
  uint64_t total;           /* instructions of the whole run */
  uint64_t transitions;     /* the last one's number */
  bool whole;               /* the run's end is in the log */
  char trouble[MESSAGE];    /* what is wrong with the log, or "" */
  struct moment moment;
  struct viewer_position here;
  struct scan scan;
  struct overview overview;
  char query[QUERY], typed[QUERY];
  char message[MESSAGE]; /* what the last command has to say */
  bool prompt, help, light;
  int font_steps, zoom;
  enum viewer_panel_id focus;
  int scroll[VIEWER_PANELS]; /* rows that a panel is moved by until the cursor moves */
};

/* moves.c */
void viewer_move(struct viewer *viewer, struct viewer_position position);
void viewer_step(struct viewer *viewer, bool back);
void viewer_event(struct viewer *viewer, bool back);
void viewer_transition(struct viewer *viewer, bool back);
void viewer_to_time(struct viewer *viewer, uint64_t instructions);
bool position_next(struct viewer *viewer, struct log_position from, struct log_position *out);
bool position_previous(struct viewer *viewer, struct log_position from, struct log_position *out);

/* The entry of a transition, and its page; NULL: there is none. */
const struct page_entry *viewer_entry(struct viewer *viewer, uint64_t number, const struct page **page);

/* The number of the last transition up to `at`. */
uint64_t number_at(struct viewer *viewer, struct log_position at);
void viewer_say(struct viewer *viewer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* scan.c */
void scan_start(struct viewer *viewer, enum scan_kind kind, bool back);
bool scan_work(struct viewer *viewer);

/* match.c: whether an event has `query` in it: its headline (NULL where it has none), then a micro-step's
 * check or register. `*step` is how many micro-steps lead there. */
bool event_matches(const struct log_event *event, const char *headline, const char *query,
                   const struct rs_symbols *symbols, struct disasm *disasm, unsigned *step);

/* strip.c */
bool overview_work(struct viewer *viewer);
void strip_paint(struct viewer *viewer, struct viewer_timeline *out);
uint64_t strip_half(const struct viewer *viewer);

/* Each fills a panel whose room is set. */
void transitions_paint(struct viewer *viewer, struct viewer_panel *panel);
void events_paint(struct viewer *viewer, struct viewer_panel *panel);
void steps_paint(const struct viewer *viewer, struct viewer_panel *panel);
void rings_paint(const struct viewer *viewer, struct viewer_panel *panel, struct viewer_rings *rings);
void detail_paint(struct viewer *viewer, struct viewer_panel *panel);
void registers_paint(const struct viewer *viewer, struct viewer_panel *panel);
void stacks_paint(const struct viewer *viewer, struct viewer_panel *panel);

/* Text without the colours of trace/output.h. */
void text_strip(const char *text, char *out, size_t size);

/* One instruction: where it is, what it says. */
void instruction_pen(struct viewer *viewer, struct pen *pen, const struct rs_instruction_event *event);

/* "eax" outside IA-32e mode, else "rax": static storage, or `buffer`, of 24. */
const char *register_label(const struct rs_cpu *cpu, enum rs_register reg, char *buffer);
bool cpu_is_wide(const struct rs_cpu *cpu);

#endif
