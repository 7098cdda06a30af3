/* The host's end of every console: raw bytes out, raw bytes in, in the order in which the guest made them. */
#ifndef MACHINE_CONSOLE_H
#define MACHINE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct console {
  FILE *output, *errors, *input; /* each may be NULL */
  FILE *last;                    /* the stream written last: the one that may hold unwritten bytes */
  int lost;                      /* errno of the first output that could not be written, else 0 */
  bool ended;                    /* input was seen to end, or never was; it does not come back */
};

enum { CONSOLE_END = -1 };

void console_open(struct console *console, FILE *output, FILE *errors, FILE *input);

/* Buffered by the stream; going from one stream to the other flushes, so that a terminal shows them in order.
 */
void console_output(struct console *console, uint8_t byte);
void console_error(struct console *console, uint8_t byte);

/* The next byte of input, or CONSOLE_END for ever. Waits for it; what was written is shown first. */
int console_input(struct console *console);

/* False when any output was lost. */
bool console_flush(struct console *console);

#endif
