/* What text and JSON call things alike. */
#include "explain/tell.h"

#include "arch/bits.h"
#include "trace/fields.h"

const char *verdict_name(enum verdict verdict) {
  static const char *const name[VERDICT_COUNT] = {
    [VERDICT_NOTHING] = "nothing",   [VERDICT_COMPLETED] = "completed",
    [VERDICT_FAULT] = "fault",       [VERDICT_DOUBLE_FAULT] = "double fault",
    [VERDICT_SHUTDOWN] = "shutdown", [VERDICT_KILLED] = "killed",
    [VERDICT_EFAULT] = "EFAULT",     [VERDICT_STRAY_VECTOR] = "stray vector",
  };
  return name[verdict];
}

const struct culprit *culprit_first(const struct explanation *e) {
  const struct culprit *first = NULL;
  for (unsigned i = 0; i < e->culprit_count; i++) {
    const struct culprit *culprit = &e->culprit[i];
    if (culprit->failure != e->main || culprit->depth > 0 || culprit->aside) continue;
    bool instruction = culprit->kind == CULPRIT_INSTRUCTION;
    if (instruction == e->shift.found) return culprit;
    if (!first) first = culprit;
  }
  return first;
}

/* Without NXE and SMEP no error code tells a fetch; but no code can read where it cannot be fetched. */
static bool is_fetch(const struct rs_transition *transition) {
  const struct rs_fault *fault = &transition->fault;
  return fault->error_code & PF_FETCH || fault->cr2 == cpu_code_address(&transition->before);
}

static const char *access_text(const struct rs_transition *transition) {
  const struct rs_fault *fault = &transition->fault;
  if (fault->vector != VECTOR_PF) return "an access to memory";
  if (is_fetch(transition)) return "the fetch of an instruction";
  return fault->error_code & PF_WRITE ? "a write to memory" : "a read of memory";
}

void tell_attempt(struct output *output, const struct rs_transition *transition) {
  const struct rs_cause *cause = &transition->cause;
  if (cause->mechanism == RS_MECHANISM_OPERATION && !cause->has_instruction)
    output_text(output, access_text(transition));
  else if (cause->has_instruction && cause->instruction.operation == RS_OP_UD)
    output_text(output, "an instruction that is none");
  else
    cause_print(output, cause);
}
