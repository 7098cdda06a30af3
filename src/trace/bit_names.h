/* Sets of bits by the names that the manuals, or Linux, give them. */
#ifndef TRACE_BIT_NAMES_H
#define TRACE_BIT_NAMES_H

#include "ringside/cpu.h"
#include "trace/output.h"

struct bit_name {
  uint64_t bit; /* or a field of several, printed with its value: "IOPL=3" */
  const char *name;
};

/* A list ends with a NULL name. */
extern const struct bit_name bits_cr0[], bits_cr4[], bits_efer[], bits_rflags[], bits_dr6[], bits_dr7[],
    bits_page_fault[], bits_page_entry[], bits_open[], bits_prot[], bits_map[], bits_at[], bits_grnd[];

/* The bits of a register, or NULL when it has none with names; and those that are always set. */
const struct bit_name *bits_of_register(enum rs_register reg);
uint64_t bits_always_set(enum rs_register reg);

/* "P|W|0x100": the names of the bits that are set, then what has no name; `none` when nothing is set. */
void bits_print(struct output *output, const struct bit_name *names, uint64_t value, const char *none);

/* "-IF +ZF IOPL=3": what changed, by name. */
void bits_print_changes(struct output *output, const struct bit_name *names, uint64_t old, uint64_t new);

#endif
