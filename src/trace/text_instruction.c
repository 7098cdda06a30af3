/* One executed instruction as a line of text. */
#include "trace/text_instruction.h"

#include "trace/bit_names.h"
#include "trace/changes.h"
#include "trace/fields.h"

enum { COLUMN_BYTES = 30, COLUMN_TEXT = 48, COLUMN_CHANGES = 80 };

static void print_bytes(struct output *output, const uint8_t *bytes, unsigned length) {
  for (unsigned i = 0; i < length; i++)
    output_hex_digits(output, bytes[i], 2);
}

/* Whether anything came before on the line decides between the column and a comma. */
static void print_separator(struct output *output, unsigned index) {
  if (index == 0)
    output_column(output, COLUMN_CHANGES);
  else
    output_text(output, ", ");
}

static void print_register(struct output *output, const struct rs_instruction_event *event,
                           enum rs_register reg) {
  union rs_value old = rs_cpu_get(event->before, reg), new = rs_cpu_get(event->after, reg);
  output_text(output, rs_register_name(reg));
  output_char(output, ' ');
  if (reg == RS_RFLAGS) {
    bits_print_changes(output, bits_rflags, old.word[0], new.word[0]);
    return;
  }
  fields_register(output, reg, &old);
  output_text(output, " -> ");
  fields_register(output, reg, &new);
}

static void print_memory(struct output *output, const struct rs_memory_change *change) {
  output_char(output, '[');
  output_hex(output, change->linear);
  output_text(output, "] ");
  output_hex_wide(output, change->old, change->size * 2u);
  output_text(output, " -> ");
  output_hex_wide(output, change->new, change->size * 2u);
}

void text_instruction_print(struct output *output, struct disasm *disasm, const struct rs_symbols *symbols,
                            const struct rs_instruction_event *event) {
  enum rs_register changed[RS_REGISTER_COUNT];
  unsigned count = changes_list(event->before, event->after, changed), index = 0;
  output_colour(output, event->before->cpl == 0 ? COLOUR_KERNEL : COLOUR_USER);
  output_char(output, (char)('0' + event->before->cpl));
  output_colour(output, COLOUR_NONE);
  output_char(output, ' ');
  output_symbol(output, symbols, event->linear);
  output_column(output, COLUMN_BYTES);
  print_bytes(output, event->bytes, event->length);
  output_column(output, COLUMN_TEXT);
  disasm_print(disasm, output, event->before, event->linear, event->bytes, event->length);
  for (unsigned i = 0; i < count; i++) {
    print_separator(output, index++);
    print_register(output, event, changed[i]);
  }
  for (unsigned i = 0; i < event->write_count; i++) {
    print_separator(output, index++);
    print_memory(output, &event->write[i]);
  }
  output_line(output);
}
