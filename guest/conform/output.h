/* Lines of text, on the debug console and on COM1. */
#ifndef CONFORM_OUTPUT_H
#define CONFORM_OUTPUT_H

#include <stdbool.h>

struct output_ports {
  bool console, serial;
};

/* Sets COM1 up for 115200 8N1. */
void output_init(struct output_ports ports);

/* Adds to the line: %s text, %u and %x an unsigned int, %p a uintptr_t in hexadecimal, %% itself. */
void output_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes what the line has so far, so that a trial which ends the machine can be told by it. */
void output_flush(void);

/* Ends the line and writes it. */
void output_line(void);

/* Ends the machine, where there is something that can. */
_Noreturn void output_end(unsigned char status);

#endif
