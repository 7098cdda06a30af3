/* The page through which 32-bit programs enter the kernel, by whichever instruction the kernel chose. */
#ifndef GUEST_STUB_H
#define GUEST_STUB_H

#include <stdbool.h>

struct task;

/* Chooses by name: "auto", "syscall", "int80" or "sysenter". Refuses, with a reason, what this processor or
 * the program's class does not have. */
void stub_choose(const char *entry, bool wide_program);

/* Maps the page into a 32-bit program; false when memory is out. */
bool stub_map(struct task *task);

#endif
