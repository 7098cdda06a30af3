/* Signals that would end Ringside end the run instead, so that what was told until then is not lost. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

struct rs_machine;

enum { INTERRUPT_SIGNALS = 4 };

struct interrupt {
  struct sigaction old[INTERRUPT_SIGNALS];
};

/* From here until interrupt_forget SIGINT, SIGTERM, SIGHUP and SIGPIPE stop `machine`; one at a time. */
void interrupt_watch(struct interrupt *interrupt, struct rs_machine *machine);

/* Returns the first signal that came, or 0. */
int interrupt_forget(struct interrupt *interrupt);

#endif
