/* An explanation as a value: what is made of a log, and what the text and the JSON are made of. */
#ifndef EXPLAIN_EXPLANATION_H
#define EXPLAIN_EXPLANATION_H

#include "ringside/log.h"
#include "trace/refusals.h"

enum {
  CULPRIT_LIMIT = 64,
  CULPRIT_DEPTH = 12,
  FAILURE_LIMIT = REFUSAL_LIMIT,
  CULPRIT_TEXT = 128,
  NO_CULPRIT = -1,
};

/* What is explained. */
enum verdict {
  VERDICT_NOTHING,      /* the run ended well */
  VERDICT_COMPLETED,    /* a transition that --at names, and in which nothing failed */
  VERDICT_FAULT,        /* an exception */
  VERDICT_DOUBLE_FAULT, /* #DF was delivered */
  VERDICT_SHUTDOWN,     /* a triple fault */
  VERDICT_KILLED,       /* an exception of ring 3 that its kernel never returned from */
  VERDICT_EFAULT,       /* a system call that returned -EFAULT */
  VERDICT_STRAY_VECTOR, /* an interrupt from outside at a vector of the processor's exceptions */
  VERDICT_COUNT
};

enum culprit_kind { CULPRIT_MEMORY, CULPRIT_REGISTER, CULPRIT_INSTRUCTION };

/* What is known of who put a value where it was found. */
enum origin_known {
  ORIGIN_OPEN,      /* not asked yet */
  ORIGIN_WRITER,    /* `writer` did */
  ORIGIN_UNCHANGED, /* nobody since the log began */
  ORIGIN_NOT_TOLD,  /* instructions may have, and the log has none */
  ORIGIN_HIDDEN,    /* not the last one that the log knows of, who left something else */
  ORIGIN_NONE,      /* an instruction: nobody is asked for */
};

/* An instruction, or the transition or operation that it, or an event, made. */
struct writer {
  uint64_t address;      /* of the instruction, linear */
  uint64_t instructions; /* executed before it */
  uint64_t number;       /* of the transition; 0 for an instruction or operation */
  bool transition;       /* a transition or operation, not a plain instruction */
  uint8_t cpl;
  uint16_t item;           /* enum rs_item: as what a transition wrote it */
  bool error_code;         /* a delivery that pushed one */
  uint64_t left;           /* what it left in a stack pointer, which has been used since */
  char text[CULPRIT_TEXT]; /* "mov word ptr [rdi], ax", "wrmsr", "delivery of #PF(0x2 W)" */
};

/* A place that held a value which made a check fail, or that such a value came from. */
struct culprit {
  enum culprit_kind kind;
  /* What was found there, as a step that reads it: item, register, level, addresses, size, value. Of an
   * instruction `read.linear` is its address. */
  struct rs_step read;
  bool valued;               /* the value is known */
  uint8_t focus, focus_size; /* the bytes of a place in memory that matter, from `focus` on; size 0: all */
  bool part;                 /* other bytes of the place `from`, which another one wrote */
  uint64_t bits;             /* of a value, those that matter; 0: all, but of a stack pointer not its use */
  bool aside; /* the table that the place lies in: told with it, and not followed further than its writer */
  unsigned failure; /* which failure of the chain this led to */
  int from;         /* the culprit whose writer took its value from here, or NO_CULPRIT */
  unsigned depth;   /* how many such there are */
  uint64_t before;  /* the place is looked at as it was before this event of the log */
  enum origin_known known;
  struct writer writer;
  char text[CULPRIT_TEXT]; /* of an instruction: itself */
};

/* One refused attempt; its steps are copied out of the log. */
struct failure {
  uint64_t ordinal; /* of its event in the log */
  uint64_t sequence, instructions;
  uint64_t address;          /* of the instruction, linear */
  uint8_t length, bytes[15]; /* of the plain instruction, where the log has instructions */
  struct rs_transition *transition;
};

/* A delivery and an IRET that do not agree on where the stack pointer is. */
struct frame_shift {
  bool found;
  int words;       /* how far the popped frame lies above the pushed one; -1: an error code was not popped */
  bool error_code; /* the delivery pushed one */
  uint64_t delivery; /* the transition's number */
  uint64_t address;  /* of the IRET */
};

struct explanation {
  enum verdict verdict;
  bool chosen;           /* by default, not by --at */
  uint64_t number;       /* of the transition explained; 0 where there is none */
  uint64_t ordinal;      /* of its event */
  uint64_t instructions; /* executed before it */
  uint64_t repeated;     /* how often it happened alike, in a row, to the log's end; 0 or 1: once */
  uint64_t later;        /* the transition, a shutdown or fault, that it led to; 0: none */
  bool later_shutdown;
  uint64_t within;           /* the exception in whose handler it happened; 0: none that is known */
  struct rs_cause cause;     /* of the transition */
  uint8_t line;              /* the IRQ of an interrupt at a vector of exceptions */
  uint64_t from, to;         /* where it came from and went to, linear */
  struct rs_cpu before;      /* the state it happened in */
  uint8_t length, bytes[15]; /* of the plain instruction at `from`, where the log has instructions */
  struct rs_task task;       /* the process that ran then, where the guest tells */
  char call[160];            /* of a system call: "write(1, 0x10, 3)" */
  uint64_t call_number;      /* its transition */

  unsigned failure_count;
  struct failure failure[FAILURE_LIMIT]; /* the first fault first */
  unsigned main;                         /* the one that is explained */
  struct frame_shift shift;

  unsigned culprit_count;
  struct culprit culprit[CULPRIT_LIMIT]; /* from the failed check back to the root */

  /* The log. */
  const struct rs_symbols *symbols;
  enum rs_trace_level level;
  bool ended; /* it has the run's end */
  struct rs_end_event end;
  bool damaged; /* it could not be read to its end */
  struct rs_error damage;
};

/* What belongs to the failure that is explained first, and of that what was looked at first. */
void culprits_order(struct explanation *e);

/* The failed check of failure `i`. */
const struct rs_step *failure_check(const struct explanation *e, unsigned i);

#endif
