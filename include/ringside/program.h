/* User programs: what a file is found to be before a kernel gets it. */
#ifndef RINGSIDE_PROGRAM_H
#define RINGSIDE_PROGRAM_H

#include "ringside/machine.h"

/* Whose instructions an ELF file holds. */
enum rs_program_class { RS_PROGRAM_I386 = 32, RS_PROGRAM_X86_64 = 64 };

/* What is known of a user program once it has passed rs_program_inspect. */
struct rs_program_facts {
  enum rs_program_class class;
  bool position_independent; /* a static PIE: the addresses below are relative to where it is put */
  uint64_t entry;
  uint64_t low, high; /* all its segments lie in low <= address < high */
};

/* Checks that `program` is a static Linux ELF for i386 or x86-64 whose segments are what they claim to be.
 * The program is hostile input: what a kernel gets after this can still do anything, but is whole. */
enum rs_status rs_program_inspect(const struct rs_blob *program, struct rs_program_facts *out,
                                  struct rs_error *error);

#endif
