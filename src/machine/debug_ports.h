/* The two debugging ports that QEMU has too: the console at 0xE9 and isa-debug-exit at 0xF4. */
#ifndef MACHINE_DEBUG_PORTS_H
#define MACHINE_DEBUG_PORTS_H

#include "machine/bus.h"
#include "machine/console.h"
#include "machine/exit_request.h"

/* A byte out is written to the output; a byte in reads as 0xE9, by which guests know that it is there. */
void debug_console_attach(struct bus *bus, struct console *console);

/* Four ports, as in `-device isa-debug-exit,iobase=0xf4,iosize=4`: a write of v to any of them, in any size,
 * ends the machine with the low byte of (v << 1) | 1, all that a host's exit status can hold; reads as zero.
 */
void debug_exit_attach(struct bus *bus, struct exit_request *request);

#endif
