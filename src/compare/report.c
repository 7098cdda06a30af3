/* What both tellings of a comparison share. */
#include "compare/report.h"

#include <stddef.h>
#include <string.h>

#include "trace/brief.h"

#define FIGURE(key, text, field)                                                                             \
  { key, text, offsetof(struct run_tally, field), RS_TRACE_TRANSITIONS, false }
#define FIGURE_AT_STEPS(key, text, field)                                                                    \
  { key, text, offsetof(struct run_tally, field), RS_TRACE_STEPS, false }
#define FIGURE_OF_CALLS(key, text, field)                                                                    \
  { key, text, offsetof(struct run_tally, field), RS_TRACE_TRANSITIONS, true }

const struct figure report_figures[] = {
  FIGURE("transitions", "transitions", transitions),
  FIGURE("interrupt", "  interrupt", by_mechanism[RS_MECHANISM_INTERRUPT]),
  FIGURE("exceptions", "    exceptions", exceptions),
  FIGURE("iret", "  iret", by_mechanism[RS_MECHANISM_IRET]),
  FIGURE("syscall", "  syscall", by_mechanism[RS_MECHANISM_SYSCALL]),
  FIGURE("sysret", "  sysret", by_mechanism[RS_MECHANISM_SYSRET]),
  FIGURE("sysenter", "  sysenter", by_mechanism[RS_MECHANISM_SYSENTER]),
  FIGURE("sysexit", "  sysexit", by_mechanism[RS_MECHANISM_SYSEXIT]),
  FIGURE("far_transfer", "  far transfer", by_mechanism[RS_MECHANISM_FAR_TRANSFER]),
  FIGURE("task_switch", "  task switch", by_mechanism[RS_MECHANISM_TASK_SWITCH]),
  FIGURE("shutdown", "  shutdown", by_mechanism[RS_MECHANISM_SHUTDOWN]),
  FIGURE("refused", "refused attempts", refused),
  FIGURE("checks", "checks made", steps.checks),
  FIGURE("checks_failed", "  that failed", steps.failed),
  FIGURE("descriptors", "gates and descriptors read", steps.descriptors),
  FIGURE("msrs", "MSRs read", steps.msrs),
  FIGURE("tss_fields", "TSS fields", steps.tss),
  FIGURE("pushed", "words pushed", steps.pushed),
  FIGURE("popped", "words popped or copied", steps.popped),
  FIGURE("memory_reads", "memory reads, these included", steps.reads),
  FIGURE("memory_writes", "memory writes, likewise", steps.writes),
  FIGURE("registers_written", "registers written", steps.registers),
  FIGURE("steps", "micro-steps, page walks apart", steps.steps),
  FIGURE("page_entries_read", "page-table entries read", steps.walked),
  FIGURE("page_entries_marked", "page-table entries marked", steps.marked),
  FIGURE_AT_STEPS("operations", "operations that keep the ring", operations),
  FIGURE_AT_STEPS("macro_steps", "macro-steps", macro_steps),
  FIGURE("instructions_user", "instructions in ring 3", user),
  FIGURE("instructions_kernel", "instructions in other rings", kernel),
  FIGURE("calls", "system calls that were answered", calls.count),
  FIGURE_OF_CALLS("call_instructions", "  instructions, entry to return", calls.instructions),
  FIGURE_OF_CALLS("call_entry_steps", "  micro-steps of the entry", calls.entry_steps),
  FIGURE_OF_CALLS("call_return_steps", "  micro-steps of the return", calls.return_steps),
  { NULL, NULL, 0, RS_TRACE_OFF, false },
};

uint64_t figure_value(const struct figure *figure, const struct run_tally *tally) {
  uint64_t value;
  memcpy(&value, (const char *)tally + figure->offset, sizeof value);
  return value;
}

bool figure_is_known(const struct figure *figure, const struct comparison *comparison) {
  return rs_log_has_level(comparison->side[0].log, figure->level) &&
         rs_log_has_level(comparison->side[1].log, figure->level);
}

bool pick_is_there(const struct comparison *comparison, unsigned pick) {
  return side_pick(&comparison->side[0], pick)->number && side_pick(&comparison->side[1], pick)->number;
}

const char *row_text(const struct comparison *comparison, unsigned pick, const struct align_row *row,
                     unsigned side, char *text, size_t size) {
  const struct side *of = &comparison->side[side];
  struct output output;
  output_init(&output, NULL, text, size, false);
  brief_print(&output, side_pick(of, pick)->transition, row->step[side], of->story.options.symbols);
  return output_finish(&output);
}

bool row_is_same(const struct comparison *comparison, unsigned pick, const struct align_row *row) {
  char text[2][SIDE_LINE];
  const struct rs_step *step[2];
  if (row->side != ALIGN_BOTH) return false;
  for (unsigned i = 0; i < 2; i++) {
    row_text(comparison, pick, row, i, text[i], sizeof text[i]);
    step[i] = &side_pick(&comparison->side[i], pick)->transition->step[row->step[i]];
  }
  return step[0]->passed == step[1]->passed && strcmp(text[0], text[1]) == 0;
}

const char *report_level_name(const struct rs_log *log) {
  static const char *const name[] = { "off", "macro", "transitions", "steps", "instructions" };
  return name[rs_log_level(log)];
}

const char *report_model_name(enum rs_cpu_model model) {
  return model == RS_CPU_AMD ? "amd" : "intel";
}
