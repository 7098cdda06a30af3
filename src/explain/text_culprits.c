/* Places and their writers, as text. */
#include "explain/text_culprits.h"

#include <string.h>

#include "explain/left.h"
#include "trace/fields.h"

enum { INDENT = 2, DEPTH_SHOWN = 8 };

void text_when(struct output *words, unsigned ring, uint64_t instructions) {
  output_text(words, " (ring ");
  output_decimal(words, ring);
  output_text(words, ", instruction ");
  output_decimal(words, instructions);
  output_char(words, ')');
}

/* " (idt+0x800)", where the symbols know more than the address. */
static void print_symbol(struct output *words, const struct explanation *e, uint64_t address) {
  char symbol[160], plain[24];
  struct output digits;
  rs_symbols_format(e->symbols, address, symbol, sizeof symbol);
  output_init(&digits, NULL, plain, sizeof plain, false);
  output_hex(&digits, address);
  if (strcmp(symbol, output_finish(&digits)) == 0) return;
  output_text(words, " (");
  output_text(words, symbol);
  output_char(words, ')');
}

static void print_memory(struct output *words, const struct explanation *e, const struct culprit *culprit) {
  const struct rs_step *read = &culprit->read;
  if (read->id == RS_ITEM_OPERAND)
    output_text(words, culprit->part ? "of that" : "memory");
  else if (read->id == RS_ITEM_TASK_LOADED)
    output_text(words, rs_register_name((enum rs_register)read->reg));
  else
    fields_item(words, read);
  output_text(words, ", ");
  output_decimal(words, read->size);
  output_text(words, read->size == 1 ? " byte at " : " bytes at ");
  if (read->level) output_text(words, "physical ");
  output_hex(words, read->read.linear);
  if (!read->level) print_symbol(words, e, read->read.linear);
  if (read->id == RS_ITEM_TASK_LOADED) output_text(words, " of the new TSS");
}

/* Of FS and GS the base alone matters where they address memory. */
static bool print_base(struct output *words, const struct culprit *culprit) {
  bool of_base =
      culprit->kind == CULPRIT_REGISTER && (culprit->read.reg == RS_FS || culprit->read.reg == RS_GS);
  if (!of_base) return false;
  output_text(words, ", base ");
  output_hex(words, culprit->read.read.value.segment.base);
  return true;
}

static void print_found(struct output *words, const struct explanation *e, const struct culprit *culprit) {
  char text[256];
  struct output meaning;
  if (culprit->kind == CULPRIT_REGISTER)
    fields_item(words, &culprit->read);
  else if (culprit->kind == CULPRIT_MEMORY)
    print_memory(words, e, culprit);
  else
    output_text(words, culprit->text);
  if (!culprit->valued) return;
  output_text(words, " = ");
  fields_value(words, &culprit->read, &culprit->read.read.value);
  if (print_base(words, culprit)) return;
  output_init(&meaning, NULL, text, sizeof text, false);
  if (!fields_meaning(&meaning, &culprit->read, e->symbols)) return;
  output_text(words, ": ");
  output_text(words, output_finish(&meaning));
}

static void print_writer(struct output *words, const struct explanation *e, const struct writer *writer) {
  output_text(words, "last written at ");
  output_symbol(words, e->symbols, writer->address);
  output_text(words, " by ");
  if (writer->number) {
    output_char(words, '#');
    output_decimal(words, writer->number);
    output_text(words, ", ");
  }
  output_text(words, writer->text);
  text_when(words, writer->cpl, writer->instructions);
}

/* How far a stack has grown since it was set up. */
static void print_growth(struct output *words, const struct culprit *culprit) {
  uint64_t now = culprit->read.read.value.word[0], then = culprit->writer.left;
  if (culprit->kind != CULPRIT_REGISTER || culprit->read.reg != RS_RSP || now == then) return;
  output_text(words, ", which made it ");
  output_hex(words, then);
  output_text(words, ": it has gone ");
  output_hex(words, now < then ? then - now : now - then);
  output_text(words, now < then ? " bytes down since" : " bytes up since");
}

/* Of a place of which few bytes matter, nobody was asked who wrote the others. */
static void print_unchanged(struct output *words, const struct culprit *culprit) {
  unsigned first = culprit->focus, size = culprit->focus_size;
  if (size && size < culprit->read.size) {
    output_text(words, size == 1 ? "its byte " : "its bytes ");
    output_decimal(words, first);
    if (size > 1) output_text(words, " to ");
    if (size > 1) output_decimal(words, first + size - 1);
    output_text(words, size == 1 ? ", which matters here, " : ", which matter here, ");
  }
  output_text(words, "unchanged since the log began");
  if (culprit->valued && culprit->read.read.value.word[0] & culprit_marks(culprit))
    output_text(words, ", but for accessed, dirty and busy bits");
}

static void print_origin(struct output *words, const struct explanation *e, const struct culprit *culprit) {
  switch (culprit->known) {
  case ORIGIN_WRITER:
    print_writer(words, e, &culprit->writer);
    print_growth(words, culprit);
    return;
  case ORIGIN_UNCHANGED: print_unchanged(words, culprit); return;
  case ORIGIN_NOT_TOLD:
    output_text(words, "this log does not tell who wrote it: record with --trace=instructions to know");
    return;
  case ORIGIN_HIDDEN:
    output_text(words, "this log does not tell who wrote it: it was done by way of another mapping");
    return;
  default: break;
  }
  if (culprit->kind != CULPRIT_INSTRUCTION) return;
  output_text(words, "at ");
  output_symbol(words, e->symbols, culprit->read.read.linear);
}

/* What the failed check saw has a line for itself; what it came from stands on one line with its writer. */
static void print_culprit(struct page *page, const struct explanation *e, const struct culprit *culprit,
                          unsigned indent) {
  struct output *words = page_begin(page);
  if (culprit->depth && !culprit->part) output_text(words, "from ");
  print_found(words, e, culprit);
  if (culprit->depth || culprit->part) {
    output_text(words, ", ");
    print_origin(words, e, culprit);
    page_end(page, indent, indent + 4, COLOUR_FAINT);
    return;
  }
  page_end(page, indent, indent + 4, COLOUR_NONE);
  words = page_begin(page);
  print_origin(words, e, culprit);
  page_end(page, indent + 2, indent + 4, COLOUR_FAINT);
}

static unsigned children_count(const struct explanation *e, unsigned index) {
  unsigned count = 0;
  for (unsigned i = 0; i < e->culprit_count; i++)
    count += e->culprit[i].from == (int)index;
  return count;
}

/* A culprit, and beneath it what it came from: at most DEPTH_SHOWN deep; further in where the way forks. */
static void print_trail(struct page *page, const struct explanation *e, unsigned index, unsigned indent) {
  const struct culprit *culprit = &e->culprit[index];
  print_culprit(page, e, culprit, indent);
  if (culprit->depth >= DEPTH_SHOWN) return;
  if (culprit->depth == 0 && !culprit->part)
    indent += 2;
  else if (children_count(e, index) > 1)
    indent += 2;
  for (unsigned i = index + 1; i < e->culprit_count; i++)
    if (e->culprit[i].from == (int)index) print_trail(page, e, i, indent);
}

void text_culprits(struct page *page, const struct explanation *e) {
  bool headed = false;
  const char *heading = e->verdict == VERDICT_STRAY_VECTOR ? "Who programmed the interrupt controller"
                                                           : "What it saw, and where that came from";
  for (unsigned i = 0; i < e->culprit_count; i++) {
    const struct culprit *culprit = &e->culprit[i];
    bool executed = culprit->kind == CULPRIT_INSTRUCTION && e->verdict != VERDICT_STRAY_VECTOR;
    if (culprit->from != NO_CULPRIT || culprit->failure != e->main || executed) continue;
    if (!headed) page_heading(page, heading);
    headed = true;
    print_trail(page, e, i, INDENT);
  }
}
