/* The stack that a program starts with. */
#ifndef GUEST_EXEC_STACK_H
#define GUEST_EXEC_STACK_H

#include <stdint.h>

struct elf_program;
struct options;
struct task;

/* Where things came to lie. */
struct exec_addresses {
  uint64_t entry, headers;
};

/* Maps the stack and writes arguments, environment and auxiliary vector; the first stack pointer. */
uintptr_t exec_build_stack(struct task *task, const struct elf_program *program,
                           const struct exec_addresses *addresses, const struct options *options);

#endif
