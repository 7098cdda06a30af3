/* The running program's end. */
#include "task.h"

#include <stdarg.h>

#include "console.h"
#include "processor.h"
#include "text.h"

#define REASON_SIZE 160

struct task *task_current(void) {
  return processor.task;
}

void task_exit(uint8_t status) {
  console_exit(status);
}

void task_kill(unsigned signal, const char *format, ...) {
  char reason[REASON_SIZE];
  va_list arguments;
  va_start(arguments, format);
  text_format(reason, sizeof reason, format, arguments);
  va_end(arguments);
  console_say("%s: killed by signal %u (%s)", task_current()->name, signal, reason);
  console_exit((uint8_t)(128 + signal));
}

void task_refuse_return(void) {
  task_kill(SIGNAL_SEGV, "its return address cannot be returned to");
}
