/* Turning a program file into a task that is about to run. */
#ifndef GUEST_EXEC_H
#define GUEST_EXEC_H

struct frame;
struct inode;
struct task;

/* A program, and the words that it starts with; `name` is what AT_EXECFN tells. */
struct exec_request {
  const struct inode *inode;
  const char *name;
  char *const *arguments, *const *environment;
  unsigned argument_count, environment_count;
};

/* Gives the current task a fresh memory with the program and its first stack in it, and fills in the frame
 * that enters it. Where that cannot be done: a negative error number, *wrong says why in a sentence, and the
 * task goes on as it was. */
long exec_load(struct task *task, const struct exec_request *request, struct frame *frame,
               const char **wrong);

#endif
