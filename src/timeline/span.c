/* The spans of plain code between events: how many instructions ran, and in which functions. */
#include "timeline/build.h"
#include "timeline/text.h"
#include "trace/symbols.h"

static const struct rs_symbols *symbols_of(const struct timeline_builder *builder) {
  return builder->story.options.symbols;
}

void timeline_print_count(struct output *output, uint64_t count) {
  char digits[32];
  size_t first = sizeof digits, written = 0;
  do {
    if (written && written % 3 == 0) digits[--first] = ',';
    digits[--first] = (char)('0' + count % 10);
    written++;
  } while (count /= 10);
  output_bytes(output, digits + first, sizeof digits - first);
}

void timeline_print_counted(struct output *output, uint64_t count, const char *noun) {
  timeline_print_count(output, count);
  output_char(output, ' ');
  output_text(output, noun);
  if (count != 1) output_char(output, 's');
}

/* Without the offset: code runs through its functions. */
static void print_function(struct output *output, const struct rs_symbols *symbols, uint64_t address) {
  uint64_t offset;
  const char *name = symbols_find(symbols, address, &offset);
  if (name)
    output_text(output, name);
  else
    output_hex(output, address);
}

static bool same_function(const struct rs_symbols *symbols, uint64_t a, uint64_t b) {
  uint64_t offset;
  const char *name = symbols_find(symbols, a, &offset);
  return name ? name == symbols_find(symbols, b, &offset) : a == b;
}

static void print_functions(struct output *output, const struct function_counts *functions, uint64_t total) {
  for (unsigned i = 0; i < functions->count; i++) {
    const struct function_count *function = &functions->function[i];
    if (i) output_text(output, ", ");
    output_text(output, function->name);
    output_char(output, ' ');
    timeline_print_count(output, function->instructions);
    total -= function->instructions < total ? function->instructions : total;
  }
  if (!total) return;
  output_text(output, functions->count ? ", others " : "others ");
  timeline_print_count(output, total);
}

void timeline_span_add(struct timeline_builder *builder, uint64_t time, uint64_t address) {
  uint64_t count = builder->begun && time > builder->time ? time - builder->time : builder->begun ? 0 : time;
  struct text text;
  if (!count) return;
  struct timeline_row *row =
      timeline_layout_add(builder->layout, TIMELINE_SPAN, builder->lane, builder->lane);
  if (!row) return;
  row->time = builder->time;
  timeline_print_counted(text_begin(&text), count, "instruction");
  row->label = text_end(&text, builder->layout);
  struct output *output = text_begin(&text);
  if (builder->functions.count) {
    print_functions(output, &builder->functions, count);
  } else if (!builder->begun) {
    output_text(output, "up to ");
    print_function(output, symbols_of(builder), address);
  } else {
    output_text(output, "in ");
    print_function(output, symbols_of(builder), builder->address);
    if (!same_function(symbols_of(builder), builder->address, address)) {
      output_text(output, " .. ");
      print_function(output, symbols_of(builder), address);
    }
  }
  row->source = text_end(&text, builder->layout);
}

void timeline_build_instruction(struct timeline_builder *builder, const struct rs_instruction_event *event) {
  struct function_counts *functions = &builder->functions;
  uint64_t offset;
  const char *name = symbols_find(symbols_of(builder), event->linear, &offset);
  for (unsigned i = 0; name && i < functions->count; i++)
    if (functions->function[i].name == name) {
      functions->function[i].instructions++;
      return;
    }
  if (name && functions->count < TIMELINE_FUNCTIONS)
    functions->function[functions->count++] = (struct function_count){ name, 1 };
}
