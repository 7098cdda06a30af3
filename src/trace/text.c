/* The text sink: one line for each transition, and beneath it as much as the level asks for. */
#include <stdlib.h>
#include <string.h>

#include "trace/fields.h"
#include "trace/headline.h"
#include "trace/macro_steps.h"
#include "trace/steps.h"
#include "trace/text_instruction.h"

enum { TEXT_BUFFER = 1 << 16, TEXT_PARAGRAPH = 4096, TEXT_INDENT = 4 };

struct text_sink {
  struct rs_trace_sink sink;
  struct output output;
  struct story story;
  struct disasm *disasm; /* at RS_TRACE_INSTRUCTIONS */
  char buffer[TEXT_BUFFER];
};

/* Breaks `text` at spaces so that no line passes TEXT_WIDTH. */
static void text_paragraph(struct output *output, const char *text) {
  while (*text) {
    size_t word = strcspn(text, " ");
    if (output->column == 0)
      output_column(output, TEXT_INDENT);
    else if (output->column + 1 + word > TEXT_WIDTH) {
      output_line(output);
      output_column(output, TEXT_INDENT);
    } else {
      output_char(output, ' ');
    }
    output_bytes(output, text, word);
    text += word + (text[word] == ' ');
  }
  output_line(output);
}

static void text_shutdown(struct text_sink *text) {
  char paragraph[TEXT_PARAGRAPH];
  struct output words;
  output_init(&words, NULL, paragraph, sizeof paragraph, false);
  refusals_print_shutdown(&words, &text->story.refusals, text->story.options.symbols);
  text_paragraph(&text->output, output_finish(&words));
}

/* Operations that leave the stack alone show none. */
static bool stack_is_of_interest(const struct rs_transition_event *event) {
  return event->number || event->old_stack.pointer != event->new_stack.pointer;
}

static void text_steps(struct text_sink *text, const struct rs_transition_event *event) {
  steps_print(&text->output, event->transition, text->story.options.symbols);
  if (stack_is_of_interest(event)) stacks_print(&text->output, event);
}

static void text_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct text_sink *text = (struct text_sink *)sink;
  story_follow(&text->story, event);
  bool told = event->number || sink->level >= RS_TRACE_STEPS;
  if (!told || sink->muted) return; /* a refused attempt is told as the reason of the delivery that follows */
  headline_print(&text->output, &text->story, event);
  output_line(&text->output);
  if (sink->level >= RS_TRACE_STEPS) text_steps(text, event);
  if (event->transition->cause.mechanism == RS_MECHANISM_SHUTDOWN) text_shutdown(text);
  output_flush(&text->output);
}

static void text_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *event) {
  struct text_sink *text = (struct text_sink *)sink;
  text_instruction_print(&text->output, text->disasm, text->story.options.symbols, event);
  output_flush(&text->output);
}

static void text_macro(struct rs_trace_sink *sink, const struct rs_macro_event *event) {
  struct text_sink *text = (struct text_sink *)sink;
  macro_print(&text->output, event, text->story.options.symbols);
  output_flush(&text->output);
}

static void text_end(struct rs_trace_sink *sink, const struct rs_end_event *event) {
  struct text_sink *text = (struct text_sink *)sink;
  struct output *output = &text->output;
  output_text(output, "+++ ");
  headline_print_end(output, event, text->story.options.symbols);
  output_text(output, " +++");
  output_line(output);
  output_flush(output);
}

static enum rs_status text_close(struct rs_trace_sink *sink, struct rs_error *error) {
  struct text_sink *text = (struct text_sink *)sink;
  enum rs_status status = output_close(&text->output, error);
  disasm_close(text->disasm);
  free(text);
  return status;
}

struct rs_trace_sink *rs_text_sink(FILE *file, const struct rs_text_options *options) {
  struct text_sink *text = calloc(1, sizeof *text);
  if (!text) return NULL;
  text->sink = (struct rs_trace_sink){ .level = options->level,
                                       .wants_stacks = options->level >= RS_TRACE_STEPS,
                                       .transition = text_transition,
                                       .instruction = text_instruction,
                                       .macro = text_macro,
                                       .end = text_end,
                                       .close = text_close };
  if (options->level >= RS_TRACE_INSTRUCTIONS && !(text->disasm = disasm_open())) {
    free(text);
    return NULL;
  }
  text->story.options = *options;
  output_init(&text->output, file, text->buffer, sizeof text->buffer, options->colour);
  return &text->sink;
}
