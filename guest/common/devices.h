/* The devices that have names, and the console that a program is born with. */
#ifndef GUEST_DEVICES_H
#define GUEST_DEVICES_H

#include <stdbool.h>

struct file_table;

/* Makes /dev/null, zero, full, random, urandom, console and the block device ram0; false when memory is out.
 */
bool devices_create(void);

/* Opens 0, 1 and 2: input, output and errors of the console, which look like pipes to the program. */
void devices_open_console(struct file_table *files);

#endif
