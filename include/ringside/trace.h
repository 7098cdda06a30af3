/* What a run tells: events, and the sinks that receive them. */
#ifndef RINGSIDE_TRACE_H
#define RINGSIDE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "ringside/status.h"
#include "ringside/transition.h"

/* Each shows what those before it do, but for macro-steps, which RS_TRACE_TRANSITIONS leaves out. */
enum rs_trace_level {
  RS_TRACE_OFF,
  RS_TRACE_MACRO,
  RS_TRACE_TRANSITIONS,
  RS_TRACE_STEPS,
  RS_TRACE_INSTRUCTIONS
};

enum { RS_STACK_WORDS = 8 }; /* on each side of the stack pointer */

/* The words around a stack pointer, read without side effects: word[RS_STACK_WORDS] is the one at `pointer`.
 */
struct rs_stack_window {
  uint64_t pointer;  /* linear address */
  uint8_t word_size; /* 2, 4 or 8 */
  uint32_t mapped;   /* bit i: word[i] could be read */
  uint64_t word[2 * RS_STACK_WORDS + 1];
};

/* A process of the guest, as its kernel tells of it (docs/tasks.md). */
struct rs_task {
  uint32_t id;   /* 0: none is known */
  char name[16]; /* printable and terminated */
};

/* One transition or operation. Valid only during the call. What faulted (RS_FAULTED) is an event of its own,
 * without a number; the delivery, #DF or shutdown that follows names it as its parent. */
struct rs_transition_event {
  uint64_t sequence;     /* 1, 2, ... of all events, whatever a sink's level shows */
  uint64_t number;       /* 1, 2, ... of transitions that came about; 0 for operations and for what faulted */
  uint64_t parent;       /* the `sequence` of the faulted event that this one follows from, or 0 */
  uint64_t instructions; /* executed before it */
  const struct rs_transition *transition;
  struct rs_task task; /* that runs after it */
  bool switches_task;  /* a MOV to CR3 brought the task: it is numbered as transitions are */
  /* Around the old and the new stack pointer, before and after; only filled for sinks that ask
   * (`wants_stacks`). */
  struct rs_stack_window old_stack, new_stack;
};

/* One executed instruction, told after it completed; a sensitive one just before its transition or operation.
 */
struct rs_instruction_event {
  uint64_t instructions; /* executed before it */
  uint64_t linear;
  uint8_t length;
  uint8_t bytes[15];
  const struct rs_cpu *before, *after;
  /* Memory it wrote, as far as it can be told: linear address, size, old and new. */
  unsigned write_count;
  struct rs_memory_change {
    uint64_t linear;
    uint8_t size;
    uint64_t old, new;
  } write[4];
};

/* A place in the guest's code that its own symbols name as a macro-step (docs/macro-steps.md). */
struct rs_macro_step {
  uint64_t linear;
  unsigned number;
  const char *name; /* "push parameters"; the symbols' own */
};

/* Execution has reached a macro-step; the instruction there comes next. */
struct rs_macro_event {
  uint64_t instructions; /* executed before it */
  struct rs_macro_step step;
  const struct rs_cpu *cpu;
  struct rs_stack_window stack;
};

enum rs_end_reason {
  RS_END_EXIT,     /* the guest exited with `status` */
  RS_END_HALT,     /* HLT that nothing can end */
  RS_END_SHUTDOWN, /* triple fault */
  RS_END_LIMIT,    /* the instruction limit */
  RS_END_STOPPED,  /* somebody asked for it */
  RS_END_FAILED,   /* a host failure */
};

struct rs_end_event {
  enum rs_end_reason reason;
  int status; /* of RS_END_EXIT: 0 to 255 */
  uint64_t instructions;
  uint64_t rip; /* where it ended */
};

/* Reads guest memory by linear address without side effects, with the page tables in force in `cpu`; returns
 * how many bytes could be read. */
struct rs_memory_view {
  void *context;
  size_t (*read)(void *context, const struct rs_cpu *cpu, uint64_t linear, void *bytes, size_t size);
};

/* A receiver of events. Any function may be NULL. Owned by whoever made it; `close` frees it and reports what
 * could not be written. */
struct rs_trace_sink {
  /* What it wants to see. RS_TRACE_MACRO: `macro` alone; RS_TRACE_TRANSITIONS: numbered events and faulted
   * ones; RS_TRACE_STEPS: completed operations and `macro` too; RS_TRACE_INSTRUCTIONS: also `instruction`. */
  enum rs_trace_level level;
  bool wants_stacks;
  bool
      muted; /* set by who feeds it: transitions are followed, since later ones refer to them, but not told */
  void (*transition)(struct rs_trace_sink *sink, const struct rs_transition_event *event);
  void (*instruction)(struct rs_trace_sink *sink, const struct rs_instruction_event *event);
  void (*macro)(struct rs_trace_sink *sink, const struct rs_macro_event *event);
  void (*end)(struct rs_trace_sink *sink, const struct rs_end_event *event);
  enum rs_status (*close)(struct rs_trace_sink *sink, struct rs_error *error);
};

struct rs_symbols;

struct rs_text_options {
  enum rs_trace_level level;
  bool colour;
  const struct rs_symbols *symbols; /* may be NULL; outlives the sink */
  struct rs_memory_view memory;     /* for strings in system-call arguments; read may be NULL */
};

/* Writes the trace as text, as JSON Lines (docs/jsonl.md), or for Perfetto (docs/perfetto.md), to `file`,
 * which stays the caller's and whose buffering (setvbuf) decides when what is written arrives. NULL when
 * memory is short. */
struct rs_trace_sink *rs_text_sink(FILE *file, const struct rs_text_options *options);
struct rs_trace_sink *rs_jsonl_sink(FILE *file, const struct rs_text_options *options);
struct rs_trace_sink *rs_perfetto_sink(FILE *file, const struct rs_text_options *options);

/* Symbols by address. Where two images know an address, the one added later is asked first. */
enum rs_status rs_symbols_create(struct rs_symbols **out);
void rs_symbols_free(struct rs_symbols *symbols);

/* Adds the function and label symbols of an ELF32 or ELF64 image in memory, moved by `bias`. `image` is
 * hostile input and need not outlive the call; an image without symbols adds none and is RS_OK. */
enum rs_status rs_symbols_add_elf(struct rs_symbols *symbols, const void *image, size_t size, uint64_t bias,
                                  struct rs_error *error);

/* Adds the code symbols (t, T, w, W, i) of a text as `nm` and System.map have it, one to a line:
 * "ffffffff80100a00 T entry_syscall". */
enum rs_status rs_symbols_add_map(struct rs_symbols *symbols, const char *text, size_t size,
                                  struct rs_error *error);

/* Either of the two, by the file's first bytes. */
enum rs_status rs_symbols_add_file(struct rs_symbols *symbols, const void *bytes, size_t size,
                                   struct rs_error *error);

/* The macro-steps that the symbols name: how many there are, of which up to `room` are written to `out`. */
size_t rs_symbols_macro_steps(const struct rs_symbols *symbols, struct rs_macro_step *out, size_t room);

/* Where the oldest image with a symbol `ringside_task` has it: docs/tasks.md. */
bool rs_symbols_task(const struct rs_symbols *symbols, uint64_t *linear);

/* "main+0x1c", or "0x401234" where nothing is known; returns the length that the whole text needs. */
size_t rs_symbols_format(const struct rs_symbols *symbols, uint64_t address, char *text, size_t size);

#endif
