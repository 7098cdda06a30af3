/* Whether an event has what somebody searches for. */
#include <string.h>

#include "trace/fields.h"
#include "viewer/model.h"

void text_strip(const char *text, char *out, size_t size) {
  size_t used = 0;
  while (*text && used + 1 < size) {
    if (*text == '\033') {
      text += strcspn(text, "m");
      text += *text == 'm';
    } else {
      out[used++] = *text++;
    }
  }
  out[used] = 0;
}

static const char *step_name(const struct rs_step *step) {
  if (step->kind == RS_STEP_CHECK) return rs_check_name((enum rs_check)step->id);
  if (step_is_register(step)) return rs_register_name((enum rs_register)step->reg);
  return rs_item_text((enum rs_item)step->id);
}

static bool step_matches(const struct rs_transition *transition, const char *query, unsigned *step) {
  for (unsigned i = 0; i < transition->step_count; i++) {
    if (!strcasestr(step_name(&transition->step[i]), query)) continue;
    *step = i + 1;
    return true;
  }
  return false;
}

static bool instruction_matches(const struct rs_instruction_event *event, const char *query,
                                const struct rs_symbols *symbols, struct disasm *disasm) {
  char text[256];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  output_symbol(&output, symbols, event->linear);
  output_char(&output, ' ');
  disasm_print(disasm, &output, event->before, event->linear, event->bytes, event->length);
  return strcasestr(output_finish(&output), query) != NULL;
}

bool event_matches(const struct log_event *event, const char *headline, const char *query,
                   const struct rs_symbols *symbols, struct disasm *disasm, unsigned *step) {
  char text[1024];
  *step = 0;
  if (headline) {
    text_strip(headline, text, sizeof text);
    if (strcasestr(text, query)) return true;
  }
  if (event->kind == LOG_TRANSITION) return step_matches(event->transition->transition, query, step);
  return event->kind == LOG_INSTRUCTION && instruction_matches(event->instruction, query, symbols, disasm);
}
