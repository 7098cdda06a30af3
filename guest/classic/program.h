/* Turning module 0 into the first task. */
#ifndef GUEST_CLASSIC_PROGRAM_H
#define GUEST_CLASSIC_PROGRAM_H

#include <stddef.h>

struct options;
struct task;

/* Puts an ELF32 file, linked at 0, and its arguments into a task's memory. Refuses what does not fit. */
void program_load(struct task *task, const void *file, size_t size, const struct options *options);

#endif
