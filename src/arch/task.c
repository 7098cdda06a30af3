/* Task switches: admitted as a limit, in one place. */
#include "arch/task.h"

bool task_switch(struct builder *b, uint16_t selector) {
  check(b, RS_CHECK_TASK_SWITCH_NOT_CALLED_FOR, false, selector, 0, 0, 0);
  b->out->outcome = RS_SHUTDOWN;
  return false;
}
