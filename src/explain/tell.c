/* What text and JSON call things alike. */
#include "explain/tell.h"

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

void tell_attempt(struct output *output, const struct rs_cause *cause) {
  bool exception = cause->mechanism == RS_MECHANISM_INTERRUPT &&
                   cause->interrupt.source != RS_SOURCE_SOFTWARE &&
                   cause->interrupt.source != RS_SOURCE_PRIVILEGED_SOFTWARE;
  if (exception) output_text(output, "the delivery of ");
  cause_print(output, cause);
}
