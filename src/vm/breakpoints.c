/* The breakpoints of the debug registers, as the engine is told of them. */
#include "arch/debug.h"
#include "vm/vm.h"

static struct engine_breakpoint breakpoint_told(const struct debug_breakpoint *breakpoint) {
  static const uint8_t kinds[] = {
    [DEBUG_EXECUTION] = 1 << ACCESS_FETCH,
    [DEBUG_WRITE] = 1 << ACCESS_WRITE,
    [DEBUG_PORT] = 0, /* every port access is performed */
    [DEBUG_ACCESS] = 1 << ACCESS_READ | 1 << ACCESS_WRITE,
  };
  return (struct engine_breakpoint){ breakpoint->address, breakpoint->size, kinds[breakpoint->condition] };
}

void vm_breakpoints_set(struct rs_machine *vm) {
  struct engine_breakpoint told[ENGINE_BREAKPOINTS] = { 0 };
  struct debug_breakpoint breakpoint;
  for (unsigned i = 0; i < DEBUG_BREAKPOINTS; i++)
    if (debug_breakpoint(&vm->cpu, i, &breakpoint)) told[i] = breakpoint_told(&breakpoint);
  engine_set_breakpoints(vm->engine, told);
}
