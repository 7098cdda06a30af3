/* The processor state as struct rs_cpu, to and from the library's own copy of it. */
#ifndef ENGINE_CONTEXT_H
#define ENGINE_CONTEXT_H

#include <unicorn/unicorn.h>

#include "engine/engine.h"
#include "engine/layout.h"
#include "ringside/cpu.h"

/* Everything that context_put_system knows. */
enum { CONTEXT_SYSTEM = ENGINE_SEGMENTS | ENGINE_CODE_AND_STACK | ENGINE_TABLES | ENGINE_CONTROL };

/* The library's own state, where it was found: reading and writing it costs nothing beyond. Otherwise a saved
 * context, `near`, trimmed to what most transitions change (17 ns for a save and a restore). `far` is whole
 * (100 ns) and reaches the exception fields. */
struct context {
  uc_engine *uc;
  struct layout layout;
  uc_context *near, *far;
  uint8_t *state; /* what the offsets count from: the library's own state, or `near` */
  bool live;      /* its own: nothing is saved or restored */
};

/* What an exception left behind. */
struct context_exception {
  uint32_t error_code;
  bool software;     /* INT n */
  uint64_t next_rip; /* of `software` */
};

bool context_open(struct context *c, uc_engine *uc, const struct layout *layout);
void context_close(struct context *c);

/* Makes the state one that can be read and changed. */
void context_begin(struct context *c);

/* Does so and reads general registers, RIP and RFLAGS into `*cpu`. */
void context_fetch(struct context *c, struct rs_cpu *cpu);

/* RFLAGS.RF, which the library is not given, and does not clear when an instruction completes: whether native
 * execution has set it. It is cleared. Follows context_fetch. */
bool context_take_rf(struct context *c);

/* General registers alone. */
void context_fetch_general(struct context *c, struct rs_cpu *cpu);

/* The rest of what native execution can change: segments, CPL, tables, control registers, EFER. Follows
 * context_fetch. */
void context_fetch_system(struct context *c, struct rs_cpu *cpu);

/* Puts general registers, RIP and RFLAGS of `*cpu` into the saved state. RF is kept out of the library, whose
 * code would keep it set for longer than one instruction. */
void context_put_general(struct context *c, const struct rs_cpu *cpu);

/* RIP alone, and whether RFLAGS.TF is set, in the library's own state: of live contexts. */
void context_put_rip(struct context *c, uint64_t rip);
bool context_traps(const struct context *c);

/* The segments, outside 64-bit mode, that do not let everything be accessed. */
enum context_limited {
  LIMITED_CODE = 1,
  LIMITED_DATA = 2, /* DS or ES */
  LIMITED_STACK = 4,
  LIMITED_FS = 8,
  LIMITED_GS = 16,
};

enum { LIMITED_ALL = LIMITED_CODE | LIMITED_DATA | LIMITED_STACK | LIMITED_FS | LIMITED_GS };

/* Which are: a set. The library translates anew for each, see context_put_system. */
unsigned context_limited(const struct rs_cpu *cpu);

/* False when native execution has changed them, so that the library does not know yet. */
bool context_tells_limited(const struct context *c, const struct rs_cpu *cpu);

/* The same with the registers of `parts`, a set of enum engine_part, and what translation derives from them.
 */
void context_put_system(struct context *c, const struct rs_cpu *cpu, unsigned parts);

/* Makes the saved state the real one, while code runs (in a hook) or when none does. */
void context_commit(struct context *c);
void context_commit_at_rest(struct context *c, const struct rs_cpu *cpu);

/* Saves all, reads the exception fields, and makes the library forget that an exception was raised: it would
 * take the next contributory one for a double fault. Does what context_fetch does, too. */
struct context_exception context_take_exception(struct context *c, struct rs_cpu *cpu);

/* Forgets the exception alone. */
void context_forget_exception(struct context *c);

/* The exact linear address of the access that the fill hook refused last. */
uint64_t context_fault_address(const struct context *c);

/* The MSRs that SYSRET, SYSEXIT and SWAPGS use when the library executes them. */
void context_put_msrs(struct context *c, const struct rs_cpu *cpu);
void context_fetch_msrs(struct context *c, struct rs_cpu *cpu);

#endif
