/* The records of a log: what each holds, and what it is told as a difference from. */
#ifndef LOG_RECORD_H
#define LOG_RECORD_H

#include "log/coder.h"
#include "ringside/log.h"
#include "trace/pending.h"

enum { LOG_VERSION = 2 };

/* A log begins with a skippable frame of zstd's [RFC 8878 "Skippable Frames"], so that it is a zstd file:
 *
 *    0  50 2a 4d 18     its magic number
 *    4  0c 00 00 00     the size of what follows
 *    8  "RINGSIDE"
 *   16  02 00 00 00     LOG_VERSION
 */
enum { LOG_PREAMBLE = 20 };
void log_preamble(uint8_t bytes[LOG_PREAMBLE], uint32_t version);

/* The first byte of a record: its kind in bits 0 to 2, flags above. */
enum log_kind { LOG_FACTS = 1, LOG_SYMBOL, LOG_TRANSITION, LOG_INSTRUCTION, LOG_MACRO, LOG_END, LOG_HERE };
enum { LOG_KIND_MASK = 7 };

/* Flags of LOG_INSTRUCTION: what is not as it usually is, and so follows. */
enum {
  LOG_APART = 1 << 3,  /* the count is not the last one's plus 1, or the address not that of CS:RIP */
  LOG_BEFORE = 1 << 4, /* the registers before are not those that the last record left */
  LOG_BYTES = 1 << 5,  /* the code was not seen lately at this address */
  LOG_WRITES = 1 << 6, /* memory was written */
};

enum {
  LOG_FRAME_FIRST = 4 << 10,  /* a writer ends the first frame of events once it holds this much, */
  LOG_FRAME = 128 << 10,      /* each later one at twice as much as the one before, up to this */
  LOG_RECORD_MAX = 128 << 10, /* no record is longer */
  LOG_FRAME_MAX = LOG_FRAME + 2 * LOG_RECORD_MAX,
  LOG_NAME = 64, /* room for a name and its end */
  LOG_PROGRAM = 256,
  LOG_SYMBOL_NAME = 128,
  LOG_SYMBOLS = 1 << 20, /* more are neither written nor read */
  LOG_STRINGS = 128,
  LOG_PLACES = 1024,
  LOG_READS = 8,
  LOG_READ_BYTES = 64,
  LOG_ENTRIES = PENDING_LIMIT,
};

/* What was read of memory when an event was told. */
struct log_reads {
  unsigned count;
  struct log_read {
    uint64_t linear;
    uint8_t wanted, got;
    uint8_t bytes[LOG_READ_BYTES];
  } read[LOG_READS];
};

/* What the records of a frame are told against; all zeros at its beginning, so that each frame stands for
 * itself. */
struct log_state {
  struct rs_cpu cpu; /* after the last record */
  uint64_t instructions, sequence, number;
  uint64_t tsc_offset; /* the time-stamp counter less the count, at the last transition */
  uint64_t linear;     /* the memory told of last */
  uint64_t symbol;     /* the address of the last one */
  /* Code by its address: the last 15 bytes seen at each of LOG_PLACES hashes. */
  struct log_place {
    uint64_t linear;
    uint8_t length; /* 0: nothing yet */
    uint8_t bytes[15];
  } place[LOG_PLACES];
  unsigned string_count;
  char string[LOG_STRINGS][LOG_NAME];
};

/* What has come about before a frame. */
struct log_here {
  uint64_t instructions, sequence, number; /* as in log_state */
  struct rs_task task;                     /* that runs */
  unsigned entry_count;
  uint64_t entry[LOG_ENTRIES]; /* the transitions that nothing has returned from yet, by number */
};

struct log_facts {
  uint8_t level, model;
  uint32_t symbols;      /* so many records of symbols follow */
  char writer[LOG_NAME]; /* the version of Ringside that wrote it */
  char program[LOG_PROGRAM];
};

struct log_symbol {
  uint32_t image; /* those of one image stand together, the oldest first */
  uint8_t rank;   /* enum symbol_rank */
  bool sized;
  uint64_t address, reach; /* the last address that belongs to it, less the first */
  char name[LOG_SYMBOL_NAME];
};

struct log_transition {
  struct rs_transition_event event;
  struct log_reads reads;
};

struct log_macro {
  struct rs_macro_event event;
  char name[LOG_NAME];
};

/* Each codes what follows the first byte. Of a failed reading nothing may be used. */
void record_facts(struct coder *c, struct log_facts *facts);
void record_symbol(struct coder *c, struct log_state *state, struct log_symbol *symbol);
void record_here(struct coder *c, struct log_state *state, struct log_here *here);
void record_transition(struct coder *c, struct log_state *state, struct log_transition *told,
                       struct rs_transition *transition);
void record_macro(struct coder *c, struct log_state *state, struct log_macro *told, struct rs_cpu *cpu);
void record_end(struct coder *c, struct log_state *state, struct rs_end_event *end);

/* The first byte of an instruction's record, and the rest; `after` of a reader may be the state's own. */
uint8_t instruction_tag(const struct log_state *state, const struct rs_instruction_event *event);
void record_instruction(struct coder *c, struct log_state *state, uint8_t tag,
                        struct rs_instruction_event *event, struct rs_cpu *before, struct rs_cpu *after);

/* Parts of records: registers.c. */

/* The registers of `cpu` that differ from `base`; a reader makes `cpu` of `base`. */
void code_cpu(struct coder *c, const struct rs_cpu *base, struct rs_cpu *cpu);

/* Whether there is any. */
bool cpu_differs(const struct rs_cpu *base, const struct rs_cpu *cpu);

/* One register's value, told against `old`. */
void code_register(struct coder *c, enum rs_register reg, const union rs_value *old, union rs_value *value);

/* steps.c: the micro-steps; `cpu` is the state before and becomes the one they lead to. */
void code_steps(struct coder *c, struct log_state *state, struct rs_transition *transition,
                struct rs_cpu *cpu);

#endif
