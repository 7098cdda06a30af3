/* Unicorn behind one door: runs plain guest code at full speed and hands every sensitive event to its client.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/paging.h"
#include "ringside/cpu.h"
#include "ringside/instruction.h"
#include "ringside/status.h"

struct engine;

/* What the client says at the end of a callback. */
enum engine_next {
  ENGINE_RESUME, /* go on from `*cpu`, which the client may have changed (see engine_changed) */
  /* Only from `instruction`, with `*cpu` unchanged: let Unicorn execute it; `witnessed` follows if the client
   * has it. The accesses that it makes come to `translate`, each page at least once, and writes as such: its
   * descriptor reads, too, of which at CPL 3 it cannot be told that they are implicit supervisor accesses. */
  ENGINE_NATIVE,
  ENGINE_TRAP, /* from `instruction`, which has performed it, and from `exception`: a #DB trap follows, as an
                  `exception` */
  ENGINE_PERFORMED, /* only from `exception`, which Unicorn has raised instead of completing what was left to
                       it: the client has performed it, and it counts as executed */
  ENGINE_STOP,      /* leave engine_run with RS_OK; `*cpu` is the state to keep */
};

/* An event that Unicorn raised while executing plain code. RIP is that of the instruction, or after it for
 * #DB traps, which come after performed instructions as well; between two repetitions of a string instruction
 * RF is set, too. */
struct engine_exception {
  uint8_t vector;
  bool single_step;    /* of #DB: RFLAGS.TF was set when a plain instruction began */
  uint8_t breakpoints; /* of #DB: the set (bit i: number i) of those met by executing; then it is a fault */
  uint8_t watched;     /* of #DB: the set of those met by accessing data; then it is a trap */
  bool software;       /* an INT n that was not caught as an instruction; normally never */
  bool has_error_code;
  uint32_t error_code; /* of #PF: our own walker's */
  uint64_t cr2;        /* of #PF: the exact linear address */
  bool non_canonical;  /* #GP or #SS because the access to `linear` is not to a canonical address */
  uint64_t linear;
  uint8_t alignment; /* of #AC: `linear` is no multiple of it */
  uint16_t size;     /* #GP or #SS because `segment` refuses so many bytes; else 0. `linear` is the offset */
  uint8_t segment;   /* an index in encoding order */
  enum access_kind kind;
  uint64_t next_rip; /* of `software` */
};

/* A translation, asked for when Unicorn's TLB misses. */
struct engine_translation {
  uint64_t physical;                   /* of the page */
  bool readable, writable, executable; /* what may be granted now; writable only when D is set */
  uint32_t error_code;                 /* when refused */
};

enum { ENGINE_BREAKPOINTS = 4 };

/* Where execution is to stop. */
struct engine_breakpoint {
  uint64_t linear; /* a multiple of `size` */
  uint8_t size;    /* 1, 2, 4 or 8; 0: there is none */
  uint8_t kinds;   /* set of 1 << enum access_kind; ACCESS_FETCH stands alone: an instruction begins there */
};

/* How the client answers. Every callback gets `context`; `*cpu` (see engine_open) is current during
 * `instruction`, `exception`, `deadline`, `executed`, `marked` and `witnessed`, and not otherwise:
 * `translate` and the devices see the CPL, control registers and RFLAGS.AC in force, and general registers of
 * some time ago. */
struct engine_client {
  void *context;
  /* False when the walk refuses the access. The client sets accessed and dirty bits. CPL, CR0-4, EFER as the
   * client knows them; `rflags_ac` is RFLAGS.AC at this moment. */
  bool (*translate)(void *context, uint64_t linear_page, enum access_kind kind, bool rflags_ac,
                    struct engine_translation *out);
  /* A sensitive instruction is about to execute at cpu->rip and has not been executed. Unless the answer is
   * ENGINE_NATIVE it counts as executed, also when its execution was a fault. */
  enum engine_next (*instruction)(void *context, const struct rs_instruction *instruction);
  enum engine_next (*exception)(void *context, const struct engine_exception *exception);
  /* The instruction count has reached the deadline: exactly `deadline` instructions have been executed. The
   * deadline is then gone until it is set again. Called for engine_request_stop as well. */
  enum engine_next (*deadline)(void *context);
  /* While armed by engine_trace_instructions: an instruction is about to execute at cpu->rip. `linear` is its
   * address. Sensitive ones are announced here too, before `instruction`. */
  void (*executed)(void *context, uint64_t linear, const uint8_t *bytes, unsigned length);
  /* A marked instruction is about to execute at cpu->rip; after `executed`. `mark` is the index of the first
   * mark there. Once for all repetitions of a string instruction. May be NULL where nothing is marked. */
  void (*marked)(void *context, size_t mark);
  /* After ENGINE_NATIVE completed: `*cpu` is what Unicorn made of it. False when the client has changed it,
   * but for what engine_changed says. May be NULL. */
  bool (*witnessed)(void *context);
  /* Memory-mapped devices and holes, 1 to 8 bytes. engine_instructions is then the count before the
   * instruction. */
  uint64_t (*mmio_read)(void *context, uint64_t physical, unsigned size);
  void (*mmio_write)(void *context, uint64_t physical, unsigned size, uint64_t value);
};

/* Which parts of `*cpu` a client changed; a set. General registers, RIP and RFLAGS are always taken. */
enum engine_part {
  ENGINE_SEGMENTS = 1, /* segment registers, CPL */
  ENGINE_TABLES = 2,   /* GDTR, IDTR, LDTR, TR */
  ENGINE_CONTROL = 4,  /* CR0, CR3, CR4, EFER: also drops every translation */
  ENGINE_TRANSLATIONS =
      8, /* INVLPG and the like, or page tables that the client changed: drop every translation */
  ENGINE_CODE_AND_STACK = 16, /* CS, SS and CPL alone: what most changes of ring change */
};

/* Opens a Unicorn handle, runs the self-test, and refuses (RS_ENGINE_REFUSED, one sentence in `error`) a
 * library that does not behave as required. `cpu` is owned by the client and outlives the engine. */
enum rs_status engine_open(const struct engine_client *client, struct rs_cpu *cpu, struct engine **out,
                           struct rs_error *error);
void engine_close(struct engine *engine);

/* Maps RAM at a page-aligned guest-physical range, before the first run; `host` stays the client's and
 * outlives the engine. Everything not mapped goes to mmio_read and mmio_write. */
enum rs_status engine_map_ram(struct engine *engine, uint64_t physical, size_t size, void *host);

/* Says what the client changed in `*cpu` during a callback or before engine_run. */
void engine_changed(struct engine *engine, unsigned parts);

/* The client wrote guest RAM itself (a transition's writes, DMA): drops translated code there, keeps W^X
 * true. */
void engine_memory_written(struct engine *engine, uint64_t physical, size_t size);

/* Runs from `*cpu` until the client says ENGINE_STOP or leaves the processor halted, no deadline being due.
 * On return `*cpu` is current. */
enum rs_status engine_run(struct engine *engine, struct rs_error *error);

/* Instructions executed so far, exact at every callback that sees `*cpu`. An instruction that faulted, and
 * each repetition of a string instruction but the last, counts as not executed; a performed one counts as
 * one. */
uint64_t engine_instructions(const struct engine *engine);

/* The count at which `deadline` is called, or the next that comes when it is past; UINT64_MAX for never. Set
 * by a device's callback, it is looked at before the next instruction. */
void engine_set_deadline(struct engine *engine, uint64_t instructions);

/* Replaces all breakpoints. That of an instruction is an `exception` before it, unless RF or the shadow of
 * MOV SS is in force; that of data, of plain instructions, is one after each that completes. The client's own
 * accesses meet none. */
void engine_set_breakpoints(struct engine *engine,
                            const struct engine_breakpoint breakpoint[ENGINE_BREAKPOINTS]);

/* Has `marked` called at these linear addresses, in ascending order, which stay the client's and outlive the
 * engine; once, before the first run. Code elsewhere runs as without them. */
void engine_set_marks(struct engine *engine, const uint64_t *linear, size_t count);

/* Arms or disarms `executed`. Changes no guest-visible behaviour and no count. */
void engine_trace_instructions(struct engine *engine, bool armed);

/* Asks a running engine to call `deadline` at the next block; safe from a signal handler or another thread.
 */
void engine_request_stop(struct engine *engine);

#endif
