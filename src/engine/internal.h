/* The engine's inside, shared by its files: the clock, translation, and the events told to the client. */
#ifndef ENGINE_INTERNAL_H
#define ENGINE_INTERNAL_H

#include <stdatomic.h>

#include "engine/blocks.h"
#include "engine/context.h"
#include "engine/engine.h"
#include "engine/memory.h"

enum {
  MAPPED = 1 << 10, /* pages whose physical address is remembered */
  PIECES = 1 << 10, /* allocated at a time */
};

#define NO_MARK SIZE_MAX
#define NO_LINEAR UINT64_MAX /* an address at which no instruction begins */

/* A block as translated for one linear address and privilege level. Generated code carries the address of its
 * piece to the hooks: they take it from the hook when they translate, so each translation gets its own. */
struct piece {
  struct engine *engine;
  uint64_t count; /* instructions; SPECIAL when running it takes more than counting */
  uint64_t address;
  struct block *block; /* NULL: not described yet */
  uint64_t physical;   /* where the block begins */
  uint16_t size;       /* of the block, in bytes */
  bool stepped;        /* every instruction is hooked, and counted by its hook */
  bool marked;         /* it holds an instruction that the client has marked */
  bool for_deadline;   /* stepped only because the deadline lies within */
  bool for_watch;      /* stepped only because it reaches a watched page */
  bool aligned;        /* the accesses of every instruction are checked before it runs */
  bool checked;        /* something in it is checked against its segment before it runs */
  uint8_t limited;     /* set of enum context_limited */
};

#define SPECIAL (UINT64_C(1) << 62)
#define WATCH_NOTHING UINT64_MAX

struct pieces {
  struct pieces *next;
  unsigned used;
  struct piece piece[PIECES];
};

struct mapped {
  uint64_t linear, physical; /* pages */
  uint64_t generation;
};

/* Why the fill hook refused an access. */
enum refusal {
  REFUSED_NOTHING,
  REFUSED_PAGE, /* the client's walk did */
  REFUSED_NONCANONICAL,
  REFUSED_NO_MEMORY,  /* code is fetched from where there is no RAM */
  REFUSED_SELF_WRITE, /* a block writes into its own page: the page becomes mixed */
  REFUSED_DEVICE,     /* a block that is not stepped reaches a device */
  REFUSED_WATCHED,    /* the same, a page with a breakpoint on data */
};

struct engine {
  /* The clock. `count` holds every instruction of the block under way; those that are not executed are taken
   * back when it is left early. */
  uint64_t count;
  _Atomic uint64_t limit; /* the block hook goes the slow way beyond it */
  atomic_bool stop_asked;
  const struct piece *at; /* the block under way; NULL between blocks */
  uint64_t last_linear;   /* of the instruction before the block under way */
  uint64_t step_linear;   /* of the instruction counted last, in a stepped block */
  uint64_t ahead;         /* counted, not yet executed, while a callback looks */
  uint64_t deadline;
  bool repeating; /* the block under way is a further repetition of a string instruction */

  struct engine_client client;
  struct rs_cpu *cpu;
  uc_engine *uc;
  struct context context;
  struct memory memory;
  struct blocks blocks;

  /* Translation. */
  struct mapped mapped[MAPPED];
  uint64_t generation; /* of the TLB's content */
  uint64_t alias;      /* physical page that ALIAS stands for, while a page is purged */
  enum refusal refusal;
  enum access_kind refused_kind;
  uint32_t refused_code;
  uint64_t refused_page; /* linear */
  uint64_t self_written; /* physical page */
  struct pieces *pieces;
  struct piece *blank;                 /* of the next translation */
  void **block_user, **code_user;      /* in the hooks: which piece is translated */
  uint64_t *window_begin, *window_end; /* in the one code hook: which addresses are translated with it */
  uint64_t deadline_block;             /* linear address of a block to be stepped */
  uint64_t device_block;               /* the same, because its first instruction reaches a device */
  bool device_open;                    /* the TLB leads to a device, for the instruction under way */
  uint64_t translated;                 /* bytes of the translation buffer in use, estimated from above */
  bool exit_set; /* the run ends at exit_linear, before an instruction that cannot be fetched */
  uint64_t exit_linear;

  struct engine_breakpoint breakpoint[ENGINE_BREAKPOINTS];
  uint8_t executable; /* set of the numbers of breakpoints on instructions */

  bool alignment_asked; /* CR0.AM */
  bool alignment_seen;  /* blocks have been translated that depend on it */

  /* Breakpoints on data. */
  uint8_t watched;                             /* set of their numbers */
  uint8_t met;                                 /* of those that the instruction under way, or the last, met */
  bool watch_open;                             /* the TLB leads to a watched page */
  uint64_t watch_physical[ENGINE_BREAKPOINTS]; /* the page that each device page stands for */
  uint64_t watch_read;                         /* offset of a read there that is not over; WATCH_NOTHING */

  /* Of code in a segment with a limit: the instruction fetched last, and where it ends. */
  uint64_t fetched_linear, fetched_end;

  const uint64_t *mark; /* ascending */
  size_t mark_count;

  /* Events. */
  unsigned changed; /* set of enum engine_part */
  bool native;      /* one instruction is executing natively for the client */
  struct rs_instruction native_instruction;
  uint64_t native_linear;
  const struct rs_instruction *called; /* at called_at: it is performed when the library calls */
  uint64_t called_at;
  uint64_t resumed_at; /* the count when the client last resumed: what lasts for one instruction is over
                        * when it has grown */
  uint64_t kept_rf;    /* RFLAGS.RF, which Unicorn is not given */
  bool stopping;       /* engine_run is to return */
  bool flush_asked;    /* every block is to be translated again */
  bool tracing;
  uint64_t announced;    /* linear address of what `executed` was told of, until the next event */
  uint64_t announced_at; /* the count then */
  bool started;          /* no more RAM can be mapped */
  enum rs_status failure;

  /* The ranges of physical addresses without RAM. */
  struct device_range {
    struct engine *engine;
    uint64_t physical;
  } device[MEMORY_REGIONS + 1];
};

/* clock.c: which block runs, and how many instructions have been executed. */

void clock_on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user);

/* An event before the instruction at `linear`: the rest of its block was not executed. */
void clock_settle(struct engine *e, uint64_t linear);

/* An event between two blocks: all that was counted was executed. */
void clock_complete(struct engine *e);

/* Remembers the block under way as the previous one. */
void clock_park(struct engine *e);

/* True when the count is known in the middle of the instruction under way, and looked at before the next. */
bool clock_is_exact(const struct engine *e);

/* Before an instruction of a stepped block; false when the block must not go on. */
bool clock_step(struct engine *e, uint64_t address);

void clock_refresh_limit(struct engine *e);

/* translate.c: the TLB, W^X, discovery at translation, the one code hook's window. */

bool translate_on_fill(uc_engine *uc, uint64_t linear, uc_mem_type type, uc_tlb_entry *entry, void *user);
void translate_on_edge(uc_engine *uc, uc_tb *now, uc_tb *before, void *user);
void translate_flush(struct engine *e);

/* The instruction that reached a device is over: the next one that does is to be seen again. */
void translate_close_device(struct engine *e);

void translate_flush_code(struct engine *e); /* every block; in no block hook */

/* Provides the piece of the next translation; false: no memory. */
bool translate_prepare(struct engine *e);
void translate_free_pieces(struct engine *e);

/* Drops the blocks of a page. / Lets it hold code and be written to. */
void translate_purge(struct engine *e, uint64_t physical);
void translate_mix(struct engine *e, uint64_t physical);

/* Has the block at `linear` translated again when it runs next. */
void translate_again(struct engine *e, uint64_t linear);

/* The physical address that code at `linear` is fetched from; MEMORY_NO_PAGE when it cannot be. */
uint64_t translate_code(struct engine *e, uint64_t linear);

void translate_close_window(struct engine *e);
void translate_open_window(struct engine *e, uint64_t begin, uint64_t end);

/* Drops every block, wherever it is mapped, that holds the instruction byte at `linear`. */
void translate_drop(struct engine *e, uint64_t linear);

/* breakpoints.c: where execution stops, and which code must be translated for it. */

/* Widens the range of addresses to be hooked by the breakpoints within the block; true if there are any. */
bool breakpoints_window(const struct engine *e, const struct piece *p, uint64_t *begin, uint64_t *end);

/* The breakpoints (a set) met by executing the instruction at `linear`, before which `executed` instructions
 * were. */
uint8_t breakpoints_met(const struct engine *e, uint64_t linear, uint64_t executed);

/* marks.c: which instructions the client wants to be told of. */

/* Widens the range of addresses to be hooked by the marks within the block; true if there are any. */
bool marks_window(const struct engine *e, const struct piece *p, uint64_t *begin, uint64_t *end);

/* The index of the first mark at `linear` or less than `size` bytes behind; NO_MARK when there is none. */
size_t marks_find(const struct engine *e, uint64_t linear, size_t size);

/* events.c: what the client is told, and how execution goes on. */

void events_on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user);
void events_on_call(uc_engine *uc, void *user); /* SYSCALL, SYSENTER */
void events_on_interrupt(uc_engine *uc, uint32_t vector, void *user);
bool events_on_invalid(uc_engine *uc, void *user);

/* The deadline, or a requested stop, at a block's beginning. */
void events_deadline(struct engine *e, uint64_t linear);

/* Before the instruction at `linear`: the one before has met breakpoints on data; or a repetition of this
 * one, which is then all of `repeated`. */
void events_watched(struct engine *e, uint64_t linear, const struct block *repeated);

/* The trap for them, which are then forgotten. */
struct engine_exception events_take_met(struct engine *e);

/* The native instruction has completed; the next is at `linear`. False when execution goes on elsewhere. */
bool events_native_done(struct engine *e, uint64_t linear);

/* It has not: what its accesses were granted is forgotten. */
void events_native_end(struct engine *e);

/* Leaves the block under way; execution goes on at `linear`. */
void events_redirect(struct engine *e, uint64_t linear);

/* Ends what lasts for one instruction, when one has been executed since the client resumed. */
void events_end_momentary(struct engine *e);

/* Does what the client said, and calls `deadline` while it is due. False: engine_run is to return. */
bool events_go_on(struct engine *e, enum engine_next next);

/* engine.c: an access to memory without RAM. */
uint64_t engine_device_read(struct engine *e, uint64_t physical, unsigned size);
void engine_device_write(struct engine *e, uint64_t physical, unsigned size, uint64_t value);

/* fault.c: what became of an access that the fill hook refused. No code runs, `*cpu` is fetched. */
void fault_handle(struct engine *e);

/* Undoes the near branch at `linear`, which has been executed. */
void fault_undo_branch(struct engine *e, uint64_t linear);

/* The run ended at exit_linear. */
void fault_at_exit(struct engine *e);

/* selftest.c: the behaviours that everything relies on. RS_ENGINE_REFUSED and one sentence. */
enum rs_status selftest_run(struct engine *e, struct rs_error *error);

static inline uint64_t linear_of(const struct engine *e, uint64_t rip) {
  return e->cpu->segment[RS_SEGMENT_INDEX(RS_CS)].base + rip;
}

static inline uint64_t offset_of(const struct engine *e, uint64_t linear) {
  uint64_t rip = linear - e->cpu->segment[RS_SEGMENT_INDEX(RS_CS)].base;
  return code_size_of(e->cpu) == CODE_64 ? rip : (uint32_t)rip;
}

#endif
