/* The stack that a program starts with. */
#ifndef GUEST_EXEC_STACK_H
#define GUEST_EXEC_STACK_H

#include <stdint.h>

struct elf_program;
struct exec_request;
struct task;

/* Where things came to lie. */
struct exec_addresses {
  uint64_t entry, headers;
};

/* Maps the stack and writes arguments, environment and auxiliary vector: the first stack pointer; 0, and
 * *wrong says why, when there is no room for it. */
uintptr_t exec_build_stack(struct task *task, const struct elf_program *program,
                           const struct exec_addresses *addresses, const struct exec_request *request,
                           const char **wrong);

#endif
