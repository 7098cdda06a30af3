/* An explanation as text: a headline, then sections in whole sentences, wrapped. */
#include <string.h>

#include "explain/causes.h"
#include "explain/tell.h"
#include "trace/fields.h"

enum { WIDTH = 100, PARAGRAPH = 4096, FILE_BUFFER = 1 << 14, INDENT = 2, DEPTH_SHOWN = 6 };

struct page {
  const struct explanation *e;
  struct output out;
  struct output words; /* of the paragraph at hand */
  char buffer[FILE_BUFFER], paragraph[PARAGRAPH];
};

static struct output *paragraph_start(struct page *page) {
  output_init(&page->words, NULL, page->paragraph, sizeof page->paragraph, false);
  return &page->words;
}

static void line_start(struct page *page, unsigned indent) {
  output_line(&page->out);
  for (unsigned i = 0; i < indent; i++)
    output_char(&page->out, ' ');
}

/* Puts the paragraph on lines of its own: the first one indented by `first`, the others by `rest`. */
static void paragraph_end(struct page *page, unsigned first, unsigned rest) {
  const char *text = output_finish(&page->words);
  bool begun = false;
  for (unsigned i = 0; i < first; i++)
    output_char(&page->out, ' ');
  while (*text) {
    size_t length = strcspn(text, " ");
    if (begun && page->out.column + 1 + length > WIDTH) {
      line_start(page, rest);
    } else if (begun) {
      output_char(&page->out, ' ');
    }
    output_bytes(&page->out, text, length);
    begun = true;
    text += length;
    if (*text) text++;
  }
  output_line(&page->out);
}

static void heading(struct page *page, const char *text) {
  output_line(&page->out);
  output_colour(&page->out, COLOUR_BOLD);
  output_text(&page->out, text);
  output_colour(&page->out, COLOUR_NONE);
  output_line(&page->out);
}

static void print_at(struct output *words, const struct explanation *e, uint64_t address, unsigned ring,
                     uint64_t instructions) {
  output_text(words, " at ");
  output_symbol(words, e->symbols, address);
  output_text(words, " in ring ");
  output_decimal(words, ring);
  output_text(words, " (after ");
  output_decimal(words, instructions);
  output_text(words, " instructions)");
}

static void print_transition_number(struct output *words, uint64_t number) {
  output_text(words, "#");
  output_decimal(words, number);
}

/* How the event that is explained is called. */
static void print_event(struct output *words, const struct explanation *e) {
  print_transition_number(words, e->number);
  output_char(words, ' ');
  cause_print(words, &e->cause);
  output_text(words, " at ");
  output_symbol(words, e->symbols, e->from);
}

static const char *verdict_text(enum verdict verdict) {
  static const char *const text[VERDICT_COUNT] = {
    [VERDICT_NOTHING] = "",
    [VERDICT_COMPLETED] = ": it completed",
    [VERDICT_FAULT] = "",
    [VERDICT_DOUBLE_FAULT] = ": a double fault",
    [VERDICT_SHUTDOWN] = ": a triple fault; the processor shut down",
    [VERDICT_KILLED] = ": a program faulted, and its kernel never went back to it",
    [VERDICT_EFAULT] = "",
    [VERDICT_STRAY_VECTOR] = ": an interrupt from outside, at a vector of the processor's own exceptions",
  };
  return text[verdict];
}

static void print_headline(struct page *page) {
  const struct explanation *e = page->e;
  struct output *words = paragraph_start(page);
  if (e->verdict == VERDICT_EFAULT) {
    print_transition_number(words, e->call_number);
    output_char(words, ' ');
    output_text(words, e->call[0] ? e->call : "a system call");
    output_text(words, " returned -EFAULT");
  } else {
    print_event(words, e);
    output_text(words, verdict_text(e->verdict));
  }
  output_colour(&page->out, e->verdict == VERDICT_COMPLETED ? COLOUR_BOLD : COLOUR_RED);
  paragraph_end(page, 0, INDENT);
  output_colour(&page->out, COLOUR_NONE);
}

static void print_choice(struct page *page) {
  const struct explanation *e = page->e;
  struct output *words = paragraph_start(page);
  if (e->later) {
    output_text(words,
                e->later_shutdown ? "The run ended in a triple fault, #" : "The last fault of the run was #");
    output_decimal(words, e->later);
    output_text(words, ", in the handler of this one, which is where it began. ");
  }
  if (e->within) {
    output_text(words, "It happened in the handler of #");
    output_decimal(words, e->within);
    output_text(words, ", which nothing had returned from. ");
  }
  if (e->repeated > 1) {
    output_text(words, "It happened ");
    output_decimal(words, e->repeated);
    output_text(words, " times in a row, each time at the same place; this was the first. ");
  }
  if (e->chosen) output_text(words, "Chosen as what went wrong in this run; --at=N explains transition #N.");
  if (words->used) paragraph_end(page, 0, 0);
}

static void print_failure(struct page *page, unsigned index) {
  const struct explanation *e = page->e;
  const struct failure *failure = &e->failure[index];
  const struct rs_step *check = failure_check(e, index);
  const struct rs_cpu *before = &failure->transition->before;
  struct output *words = paragraph_start(page);
  tell_attempt(words, &failure->transition->cause);
  if (page->paragraph[0] >= 'a' && page->paragraph[0] <= 'z') page->paragraph[0] -= 'a' - 'A';
  if (index == e->main) print_at(words, e, failure->address, before->cpl, failure->instructions);
  output_text(words, " failed the check ");
  output_text(words, rs_check_name((enum rs_check)check->id));
  output_text(words, ": \"");
  fields_check(words, check);
  output_text(words, "\" does not hold [");
  output_text(words, rs_check_citation((enum rs_check)check->id));
  output_text(words, "]. That raised ");
  fields_fault(words, &failure->transition->fault);
  output_char(words, '.');
  paragraph_end(page, INDENT, INDENT);
}

static void print_instruction(struct page *page) {
  for (unsigned i = 0; i < page->e->culprit_count; i++) {
    const struct culprit *culprit = &page->e->culprit[i];
    if (culprit->kind != CULPRIT_INSTRUCTION || culprit->failure != page->e->main || !culprit->text[0])
      continue;
    struct output *words = paragraph_start(page);
    output_text(words, "The instruction there: ");
    output_text(words, culprit->text);
    paragraph_end(page, INDENT, INDENT);
    return;
  }
}

static void print_shift(struct page *page) {
  const struct frame_shift *shift = &page->e->shift;
  unsigned apart = (unsigned)(shift->words < 0 ? -shift->words : shift->words);
  if (!shift->found) return;
  struct output *words = paragraph_start(page);
  output_text(words, "The return at ");
  output_symbol(words, page->e->symbols, shift->address);
  output_text(words, " took its frame from the wrong place: ");
  output_decimal(words, apart);
  output_text(words, apart == 1 ? " word " : " words ");
  output_text(words, shift->words < 0 ? "below" : "above");
  output_text(words, " where transition #");
  output_decimal(words, shift->delivery);
  output_text(words, " had stored it. ");
  output_text(words,
              shift->words == -1
                  ? "One word more has to be popped before it: the error code, if that exception has one, or "
                    "what the handler has pushed."
              : shift->words < 0 ? "The handler pushed more than it popped."
                                 : "The handler popped more than it had pushed, or an error code that this "
                                   "vector does not have.");
  paragraph_end(page, INDENT, INDENT);
}

static void print_memory(struct output *words, const struct explanation *e, const struct culprit *culprit) {
  const struct rs_step *read = &culprit->read;
  if (read->id == RS_ITEM_OPERAND)
    output_text(words, "memory");
  else
    fields_item(words, read);
  output_text(words, ", ");
  output_decimal(words, read->size);
  output_text(words, read->size == 1 ? " byte at " : read->level ? " bytes at physical " : " bytes at ");
  output_hex(words, read->read.linear);
  char symbol[160], plain[24];
  struct output digits;
  rs_symbols_format(e->symbols, read->read.linear, symbol, sizeof symbol);
  output_init(&digits, NULL, plain, sizeof plain, false);
  output_hex(&digits, read->read.linear);
  if (read->level || strcmp(symbol, output_finish(&digits)) == 0) return;
  output_text(words, " (");
  output_text(words, symbol);
  output_char(words, ')');
}

/* "2 bytes of that, at 0x114402". */
static void print_part(struct output *words, const struct culprit *part) {
  output_decimal(words, part->read.size);
  output_text(words, part->read.size == 1 ? " byte of that, at " : " bytes of that, at ");
  output_hex(words, part->read.read.linear);
}

static void print_found(struct output *words, const struct explanation *e, const struct culprit *culprit) {
  char text[256];
  struct output meaning;
  if (culprit->kind == CULPRIT_REGISTER)
    fields_item(words, &culprit->read);
  else if (culprit->part)
    print_part(words, culprit);
  else
    print_memory(words, e, culprit);
  if (!culprit->valued) return;
  output_text(words, " = ");
  fields_value(words, &culprit->read, &culprit->read.read.value);
  output_init(&meaning, NULL, text, sizeof text, false);
  if (!fields_meaning(&meaning, &culprit->read, e->symbols)) return;
  output_text(words, ": ");
  output_text(words, output_finish(&meaning));
}

static void print_writer(struct output *words, const struct explanation *e, const struct writer *writer) {
  output_text(words, "last written by ");
  output_text(words, writer->text);
  if (writer->number) {
    output_text(words, " (#");
    output_decimal(words, writer->number);
    output_char(words, ')');
  } else if (!writer->transition) {
    output_char(words, ',');
  }
  print_at(words, e, writer->address, writer->cpl, writer->instructions);
}

static void print_origin(struct output *words, const struct explanation *e, const struct culprit *culprit) {
  switch (culprit->known) {
  case ORIGIN_WRITER: print_writer(words, e, &culprit->writer); break;
  case ORIGIN_UNCHANGED: output_text(words, "unchanged since the log began"); break;
  case ORIGIN_NOT_TOLD:
    output_text(words, "who wrote it, this log does not tell: record with --trace=instructions to know");
    break;
  default: break;
  }
}

static void print_culprit(struct page *page, unsigned index) {
  const struct culprit *culprit = &page->e->culprit[index];
  unsigned indent = INDENT + 2 * culprit->depth;
  struct output *words = paragraph_start(page);
  output_text(words, culprit->depth ? "from " : "");
  print_found(words, page->e, culprit);
  paragraph_end(page, indent, indent + 4);
  words = paragraph_start(page);
  print_origin(words, page->e, culprit);
  if (!words->used) return;
  output_colour(&page->out, COLOUR_FAINT);
  paragraph_end(page, indent + 4, indent + 4);
  output_colour(&page->out, COLOUR_NONE);
}

/* A culprit, and beneath it what it came from: at most DEPTH_SHOWN deep. */
static void print_trail(struct page *page, unsigned index) {
  const struct explanation *e = page->e;
  print_culprit(page, index);
  if (e->culprit[index].depth == DEPTH_SHOWN) return;
  for (unsigned i = index + 1; i < e->culprit_count; i++)
    if (e->culprit[i].from == (int)index) print_trail(page, i);
}

static void print_culprits(struct page *page) {
  const struct explanation *e = page->e;
  bool headed = false;
  for (unsigned i = 0; i < e->culprit_count; i++) {
    const struct culprit *culprit = &e->culprit[i];
    if (culprit->depth || culprit->failure != e->main || culprit->kind == CULPRIT_INSTRUCTION) continue;
    if (!headed) heading(page, "What it looked at, and where that came from");
    headed = true;
    print_trail(page, i);
  }
}

static void print_mistakes(struct page *page) {
  const struct check_causes *causes = check_causes((enum rs_check)failure_check(page->e, page->e->main)->id);
  heading(page, "The usual mistakes");
  for (unsigned i = 0; i < MISTAKES && causes->mistake[i]; i++) {
    struct output *words = paragraph_start(page);
    output_text(words, "- ");
    output_text(words, causes->mistake[i]);
    paragraph_end(page, INDENT, INDENT + 2);
  }
}

static void print_before(struct page *page) {
  if (page->e->main == 0) return;
  for (unsigned i = 0; i < page->e->main; i++)
    print_failure(page, i);
  output_line(&page->out);
}

static void print_followed(struct page *page) {
  const struct explanation *e = page->e;
  if (e->failure_count <= e->main + 1) return;
  heading(page, "What followed");
  for (unsigned i = e->main + 1; i < e->failure_count; i++)
    print_failure(page, i);
  if (e->verdict != VERDICT_SHUTDOWN) return;
  output_text(&page->out, "  A fault during the delivery of a double fault is a triple fault.");
  output_line(&page->out);
}

static void print_nothing_failed(struct page *page) {
  const struct explanation *e = page->e;
  struct output *words = paragraph_start(page);
  if (e->verdict == VERDICT_EFAULT)
    output_text(
        words, "No access to memory failed on the way: the kernel refused the pointer by a comparison of its "
               "own, before it used it.");
  else if (e->verdict == VERDICT_COMPLETED)
    output_text(words, "Every check of it passed.");
  else
    output_text(words, "The processor raised it without a check that the log could tell of: it is what that "
                       "instruction does.");
  paragraph_end(page, INDENT, INDENT);
}

static void print_explained(struct page *page) {
  const struct explanation *e = page->e;
  print_headline(page);
  print_choice(page);
  heading(page, "What failed");
  if (e->failure_count == 0) {
    print_nothing_failed(page);
    return;
  }
  print_before(page);
  print_failure(page, e->main);
  print_instruction(page);
  print_shift(page);
  print_culprits(page);
  print_mistakes(page);
  print_followed(page);
}

static void print_well(struct page *page) {
  const struct rs_end_event *end = &page->e->end;
  struct output *words = paragraph_start(page);
  output_text(words, page->e->ended ? "Nothing went wrong: " : "Nothing went wrong as far as the log goes.");
  if (page->e->ended) {
    static const char *const how[] = { [RS_END_EXIT] = "the guest exited with status ",
                                       [RS_END_HALT] = "the run ended in HLT",
                                       [RS_END_SHUTDOWN] = "the run ended in a shutdown",
                                       [RS_END_LIMIT] = "the run ended at its limit",
                                       [RS_END_STOPPED] = "the run was stopped",
                                       [RS_END_FAILED] = "the run ended because Ringside failed" };
    output_text(words, how[end->reason]);
    if (end->reason == RS_END_EXIT) output_decimal(words, (uint64_t)end->status);
    output_text(words, " after ");
    output_decimal(words, end->instructions);
    output_text(words,
                " instructions, every exception was returned from, and no system call returned -EFAULT.");
  }
  paragraph_end(page, 0, 0);
}

enum rs_status tell_text(const struct explanation *e, FILE *file, bool colour, struct rs_error *error) {
  struct page page = { .e = e };
  output_init(&page.out, file, page.buffer, sizeof page.buffer, colour);
  if (e->verdict == VERDICT_NOTHING)
    print_well(&page);
  else
    print_explained(&page);
  if (e->damaged) {
    struct output *words = paragraph_start(&page);
    output_text(words, "The log is not whole; this is said of what could be read of it.");
    output_line(&page.out);
    paragraph_end(&page, 0, 0);
  }
  return output_close(&page.out, error);
}
