/* Macro-steps: the symbols by which a guest names the steps of its own, and their telling. */
#ifndef TRACE_MACRO_STEPS_H
#define TRACE_MACRO_STEPS_H

#include "ringside/trace.h"
#include "trace/output.h"
#include "trace/symbols.h"

enum { MACRO_NAME = 48, MACRO_LIMIT = 4096 };

/* Of one image; zeroed at the start. */
struct macro_list {
  struct macro_named {
    uint64_t linear;
    unsigned number;
    char name[MACRO_NAME]; /* cut where it is longer */
  } * named;
  size_t count;
};

/* Whether the symbol names a macro-step; it is then in the list, unless there are MACRO_LIMIT already. Of
 * RS_OUT_OF_MEMORY `*is_macro` says nothing. */
enum rs_status macro_list_add(struct macro_list *list, const struct symbol_source *source, bool *is_macro);
void macro_list_free(struct macro_list *list);

/* Its line, the registers of system calls, and the stack from the pointer up. */
void macro_print(struct output *output, const struct rs_macro_event *event, const struct rs_symbols *symbols);

/* The line alone: `macro 5 dispatch, ring 0 at do_syscall`. */
void macro_print_line(struct output *output, const struct rs_macro_event *event,
                      const struct rs_symbols *symbols);

#endif
