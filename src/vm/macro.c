/* The macro-steps that the guest's symbols name: marked in the engine, and told with the stack as it stands.
 */
#include <stdlib.h>

#include "vm/vm.h"

static int step_compare(const void *left, const void *right) {
  const struct rs_macro_step *a = left, *b = right;
  if (a->linear != b->linear) return a->linear < b->linear ? -1 : 1;
  return a->number < b->number ? -1 : a->number > b->number;
}

enum rs_status rs_machine_tell_macro_steps(struct rs_machine *vm, const struct rs_symbols *symbols,
                                           struct rs_error *error) {
  size_t count = rs_symbols_macro_steps(symbols, NULL, 0);
  if (count == 0 || vm->macro || !tracer_wants_macro(&vm->tracer)) return RS_OK;
  vm->macro = calloc(count, sizeof *vm->macro);
  vm->macro_linear = calloc(count, sizeof *vm->macro_linear);
  if (!vm->macro || !vm->macro_linear)
    return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  vm->macro_count = rs_symbols_macro_steps(symbols, vm->macro, count);
  qsort(vm->macro, count, sizeof *vm->macro, step_compare);
  for (size_t i = 0; i < count; i++)
    vm->macro_linear[i] = vm->macro[i].linear;
  engine_set_marks(vm->engine, vm->macro_linear, count);
  return RS_OK;
}

void vm_marked(void *context, size_t mark) {
  struct rs_machine *vm = context;
  const struct rs_macro_step *step = &vm->macro[mark], *end = vm->macro + vm->macro_count;
  struct rs_macro_event event = { .instructions = engine_instructions(vm->engine), .cpu = &vm->cpu };
  vm_stack_window(vm, &vm->cpu, &event.stack);
  for (uint64_t linear = step->linear; step < end && step->linear == linear; step++) {
    if (step->number == event.step.number) continue; /* a file of symbols was added twice */
    event.step = *step;
    tracer_macro(&vm->tracer, &event);
  }
}
