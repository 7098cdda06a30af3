/* What the shells' completions ask: `ringside --complete [COMMAND [OPTION]]`. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include <stdio.h>

/* Of no arguments the commands, of a command its options, of an option or `--` (for what is no option) what
 * may stand there; each on a line. Returns the exit status. */
int complete_print(int count, char **arguments, FILE *file);

#endif
