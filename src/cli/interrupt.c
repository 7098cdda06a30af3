/* Signals that would end Ringside end the run instead, so that what was told until then is not lost. */
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "ringside/machine.h"

static const int signals[INTERRUPT_SIGNALS] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

/* A signal handler has no other way to know what it stops and to tell that it came. */
static struct rs_machine *volatile interrupted_machine;
static volatile sig_atomic_t interrupted_by;

static void on_signal(int signal) {
  if (!interrupted_by) interrupted_by = signal;
  if (interrupted_machine) rs_machine_stop(interrupted_machine);
}

/* Who sends a second one does not want to wait; but a closed pipe sends one for each write. */
static bool once(int signal) {
  return signal != SIGPIPE;
}

void interrupt_watch(struct interrupt *interrupt, struct rs_machine *machine) {
  interrupted_by = 0;
  interrupted_machine = machine;
  for (size_t i = 0; i < INTERRUPT_SIGNALS; i++) {
    struct sigaction action = { .sa_handler = on_signal };
    if (once(signals[i])) action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    sigaction(signals[i], NULL, &interrupt->old[i]);
    /* nohup and a shell's background jobs have asked for some to be ignored. */
    if (interrupt->old[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, NULL);
  }
}

int interrupt_forget(struct interrupt *interrupt) {
  for (size_t i = 0; i < INTERRUPT_SIGNALS; i++)
    sigaction(signals[i], &interrupt->old[i], NULL);
  interrupted_machine = NULL;
  return interrupted_by;
}
