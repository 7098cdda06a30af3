/* The words of the command line and of the program's own text.
 *
 *   entry=auto|syscall|int80|sysenter|callgate|ud2|locknop
 *                                       the way 32-bit programs enter through the stub page; ud2 and locknop
 *                                       also have these instructions taken for calls
 *   leave=auto|iret|sysret              the way back from system calls
 *   user_pointers=fixup|range|mapping   how pointers that programs hand over are checked
 *   epoch=SECONDS                       what the clock starts at
 *   seed=NUMBER                         of all randomness
 *   env=NAME%3DVALUE                    a variable of the program's environment; repeated for more, in order
 *
 * Words are percent-encoded and end at one space each, so that two spaces hold an empty argument. Other words
 * of the command line are ignored: QEMU puts the kernel's file name first. The first word of the program's
 * text is its file name; the last part of it becomes the first argument. */
#ifndef GUEST_OPTIONS_H
#define GUEST_OPTIONS_H

#include <stdint.h>

#define OPTIONS_WORDS 4096

struct options {
  const char *entry, *leave, *user_pointers;
  uint64_t epoch, seed;
  char *environment[OPTIONS_WORDS + 1]; /* ended by NULL, as are the arguments */
  char *arguments[OPTIONS_WORDS + 1];
  unsigned environment_count, argument_count;
};

/* Reads both texts, which are cut into words in place and stay referred to. */
void options_read(char *command_line, char *program_text, struct options *out);

#endif
