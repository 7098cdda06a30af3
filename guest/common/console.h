/* The console: where bytes go to and come from, and how the machine ends. */
#ifndef GUEST_CONSOLE_H
#define GUEST_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

enum console_channel { CONSOLE_OUTPUT, CONSOLE_ERRORS };

/* Looks for the host device; without it, COM1 and the debug exit port serve. */
void console_init(void);

void console_write(enum console_channel channel, const void *bytes, size_t size);

/* Reads up to the end of a line, of the input or of `size` bytes; how many there were. COM1 is always at its
 * end. */
size_t console_read(void *bytes, size_t size);

/* One line to the errors, formatted as text_format does, with the kernel's name before and a newline after
 * it. */
void console_say(const char *format, ...);

/* Ends the machine with an exit status. */
_Noreturn void console_exit(uint8_t status);

/* The same after a line that says why: what the kernel itself refuses ends with REFUSED. */
enum { CONSOLE_REFUSED = 125 };
_Noreturn void console_refuse(const char *format, ...);

#endif
