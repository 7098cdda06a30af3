/* Turning a program file into a task that is about to run. */
#ifndef GUEST_EXEC_H
#define GUEST_EXEC_H

#include <stddef.h>

struct elf_program;
struct frame;
struct options;
struct task;

/* Maps the program and its stack into a task, which becomes the current one, and fills in the frame that
 * enters it. Refuses what does not fit. */
void exec_load(struct task *task, const void *file, const struct elf_program *program,
               const struct options *options, struct frame *frame);

#endif
