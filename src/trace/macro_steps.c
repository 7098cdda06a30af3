/* Macro-steps: the symbols by which a guest names the steps of its own, and their telling. */
#include "trace/macro_steps.h"

#include <stdlib.h>
#include <string.h>

#include "arch/instruction.h"
#include "trace/fields.h"

static const char prefix[] = "macro_";

enum { PREFIX_LENGTH = sizeof prefix - 1 };

/* The number between "macro_" and the next "_": 1 to 99, without leading zeros; 0 for anything else. */
static unsigned number_parse(const char *text, size_t length, size_t *used) {
  unsigned number = 0;
  size_t i = 0;
  while (i < length && i < 2 && text[i] >= '0' && text[i] <= '9')
    number = number * 10 + (unsigned)(text[i++] - '0');
  *used = i + 1;
  return i > 0 && text[0] != '0' && i < length && text[i] == '_' ? number : 0;
}

/* Up to a dot, which begins what only tells several places apart; underscores are spaces. */
static bool name_copy(char *to, const char *text, size_t length) {
  size_t used = 0;
  for (; used < length && text[used] != '.' && used < MACRO_NAME - 1; used++) {
    char c = text[used];
    to[used] = c == '_' ? ' ' : '?';
    if (c != '_' && c > ' ' && c <= '~') to[used] = c;
  }
  to[used] = 0;
  return used > 0;
}

static bool macro_parse(const struct symbol_source *source, struct macro_named *out) {
  size_t used;
  if (source->name_length <= PREFIX_LENGTH || memcmp(source->name, prefix, PREFIX_LENGTH) != 0) return false;
  const char *rest = source->name + PREFIX_LENGTH;
  size_t length = source->name_length - PREFIX_LENGTH;
  out->linear = source->address;
  out->number = number_parse(rest, length, &used);
  return out->number && name_copy(out->name, rest + used, length - used);
}

enum rs_status macro_list_add(struct macro_list *list, const struct symbol_source *source, bool *is_macro) {
  struct macro_named named;
  *is_macro = macro_parse(source, &named);
  if (!*is_macro || list->count == MACRO_LIMIT) return RS_OK;
  if ((list->count & (list->count - 1)) == 0) { /* a power of two, or none yet: full */
    size_t capacity = list->count ? 2 * list->count : 1;
    struct macro_named *grown = realloc(list->named, capacity * sizeof *grown);
    if (!grown) return RS_OUT_OF_MEMORY;
    list->named = grown;
  }
  list->named[list->count++] = named;
  return RS_OK;
}

void macro_list_free(struct macro_list *list) {
  free(list->named);
}

void macro_print_line(struct output *output, const struct rs_macro_event *event,
                      const struct rs_symbols *symbols) {
  output_text(output, "macro ");
  output_decimal(output, event->step.number);
  output_char(output, ' ');
  output_colour(output, COLOUR_BOLD);
  output_text(output, event->step.name);
  output_colour(output, COLOUR_NONE);
  output_text(output, ", ring ");
  output_colour(output, event->cpu->cpl == 0 ? COLOUR_KERNEL : COLOUR_USER);
  output_decimal(output, event->cpu->cpl);
  output_colour(output, COLOUR_NONE);
  output_text(output, " at ");
  output_symbol(output, symbols, event->step.linear);
}

/* Number or result first, then the arguments in order: those of either ABI that the code's size suggests. */
static void print_registers(struct output *output, const struct rs_cpu *cpu) {
  static const uint8_t narrow[] = { 0, 3, 1, 2, 6, 7, 5 }, wide[] = { 0, 7, 6, 2, 10, 8, 9 };
  static const char *const narrow_name[] = { "eax", "ebx", "ecx", "edx", "esi", "edi", "ebp" };
  bool is_wide = code_size_of(cpu) == CODE_64;
  for (unsigned i = 0; i < sizeof narrow; i++) {
    unsigned reg = is_wide ? wide[i] : narrow[i];
    uint64_t value = cpu->general[reg];
    output_text(output, i ? " " : "     ");
    output_text(output, is_wide ? rs_register_name((enum rs_register)(RS_RAX + reg)) : narrow_name[i]);
    output_char(output, ' ');
    output_hex(output, is_wide ? value : (uint32_t)value);
  }
  output_line(output);
}

static void print_word(struct output *output, const struct rs_stack_window *stack, unsigned i,
                       const struct rs_symbols *symbols) {
  unsigned digits = stack->word_size * 2;
  uint64_t address = stack->pointer + ((uint64_t)i - RS_STACK_WORDS) * stack->word_size, offset;
  output_text(output, i == RS_STACK_WORDS ? " SP> " : "     ");
  output_hex_wide(output, stack->word_size < 8 ? (uint32_t)address : address, digits < 8 ? 8 : digits);
  output_char(output, ' ');
  if (!(stack->mapped >> i & 1)) {
    output_text(output, "unmapped");
  } else {
    output_hex_wide(output, stack->word[i], digits);
    if (symbols_find(symbols, stack->word[i], &offset)) {
      output_text(output, "  ");
      output_symbol(output, symbols, stack->word[i]);
    }
  }
  output_line(output);
}

void macro_print(struct output *output, const struct rs_macro_event *event,
                 const struct rs_symbols *symbols) {
  macro_print_line(output, event, symbols);
  output_line(output);
  print_registers(output, event->cpu);
  for (unsigned i = 2 * RS_STACK_WORDS + 1; i-- > RS_STACK_WORDS;)
    print_word(output, &event->stack, i, symbols);
}
