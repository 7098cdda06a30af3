/* An explanation as text: a headline, then sections in whole sentences. */
#include "arch/bits.h"
#include "explain/mistakes.h"
#include "explain/page.h"
#include "explain/tell.h"
#include "explain/text_culprits.h"
#include "trace/fields.h"

enum { INDENT = 2 };

static void print_number(struct output *words, uint64_t number) {
  output_char(words, '#');
  output_decimal(words, number);
}

static const char *verdict_text(enum verdict verdict) {
  static const char *const text[VERDICT_COUNT] = {
    [VERDICT_NOTHING] = "",
    [VERDICT_COMPLETED] = ": it completed",
    [VERDICT_FAULT] = ": an exception",
    [VERDICT_DOUBLE_FAULT] = ": a double fault",
    [VERDICT_SHUTDOWN] = ": a triple fault, at which the processor shut down",
    [VERDICT_KILLED] = ": an exception of a program, from which its kernel did not return",
    [VERDICT_EFAULT] = " returned -EFAULT",
    [VERDICT_STRAY_VECTOR] = ": an interrupt from outside, at a vector of the processor's own exceptions",
  };
  return text[verdict];
}

/* " (hello, pid 2)", of what happened in a process. */
static void print_task(struct output *words, const struct explanation *e) {
  bool of_process = e->verdict == VERDICT_KILLED || e->verdict == VERDICT_EFAULT;
  if (!of_process || !e->task.id) return;
  output_text(words, " (");
  output_text(words, e->task.name);
  output_text(words, ", pid ");
  output_decimal(words, e->task.id);
  output_char(words, ')');
}

static void print_headline(struct page *page, const struct explanation *e) {
  struct output *words = page_begin(page);
  bool call = e->verdict == VERDICT_EFAULT;
  print_number(words, call ? e->call_number : e->number);
  output_char(words, ' ');
  if (call)
    output_text(words, e->call[0] ? e->call : "a system call");
  else
    cause_print(words, &e->cause);
  if (!call) {
    output_text(words, " at ");
    output_symbol(words, e->symbols, e->from);
  }
  output_text(words, verdict_text(e->verdict));
  print_task(words, e);
  page_end(page, 0, INDENT, e->verdict == VERDICT_COMPLETED ? COLOUR_BOLD : COLOUR_RED);
}

static void print_choice(struct page *page, const struct explanation *e) {
  struct output *words = page_begin(page);
  if (e->later) {
    output_text(words,
                e->later_shutdown ? "The run ended in a triple fault, #" : "The last fault of the run was #");
    output_decimal(words, e->later);
    output_text(words, "; it began here. ");
  }
  if (e->within) {
    output_text(words, "It happened in the handler of #");
    output_decimal(words, e->within);
    output_text(words, ". ");
  }
  if (e->repeated > 1) {
    output_text(words, "It happened ");
    output_decimal(words, e->repeated);
    output_text(words, " times in a row at the same place; this is the first time. ");
  }
  if (e->chosen) output_text(words, "Chosen as what went wrong in this run; --at=N explains transition #N.");
  page_end(page, 0, 0, COLOUR_FAINT);
}

/* "the processor could not deliver #GP(0x0)", "int 0x80 was refused". */
static void print_refused(struct output *words, const struct rs_transition *transition) {
  const struct rs_cause *cause = &transition->cause;
  bool delivery = cause->mechanism == RS_MECHANISM_INTERRUPT && !cause->has_instruction;
  if (delivery) output_text(words, "the processor could not deliver ");
  tell_attempt(words, transition);
  if (!delivery) output_text(words, " was refused");
}

static void print_check(struct output *words, const struct rs_step *check) {
  output_text(words, ": the check ");
  output_text(words, rs_check_name((enum rs_check)check->id));
  output_text(words, " failed, for this does not hold: \"");
  fields_check(words, check);
  output_text(words, "\" [");
  output_text(words, rs_check_citation((enum rs_check)check->id));
  output_text(words, "].");
}

static void print_failure(struct page *page, const struct explanation *e, unsigned index) {
  const struct failure *failure = &e->failure[index];
  const struct rs_transition *transition = failure->transition;
  struct output *words = page_begin(page);
  if (index == 0) {
    output_text(words, "At ");
    output_symbol(words, e->symbols, failure->address);
    text_when(words, transition->before.cpl, failure->instructions);
    output_char(words, ' ');
  } else {
    output_text(words, "Then ");
  }
  print_refused(words, transition);
  print_check(words, failure_check(e, index));
  output_text(words, " That raised ");
  fields_fault(words, &transition->fault);
  output_char(words, '.');
  page_end(page, INDENT, INDENT, COLOUR_NONE);
}

/* The instruction that was executed then, where it is known. */
static void print_instruction(struct page *page, const struct explanation *e) {
  for (unsigned i = 0; i < e->culprit_count; i++) {
    const struct culprit *culprit = &e->culprit[i];
    bool here = culprit->kind == CULPRIT_INSTRUCTION && culprit->failure == e->main;
    if (!here || !culprit->text[0] || e->verdict == VERDICT_STRAY_VECTOR) continue;
    struct output *words = page_begin(page);
    output_text(words, "The instruction there is ");
    output_text(words, culprit->text);
    output_char(words, '.');
    page_end(page, INDENT, INDENT, COLOUR_NONE);
    return;
  }
}

static const char *shift_text(const struct frame_shift *shift) {
  if (shift->words == -1 && shift->error_code)
    return " had stored it: the error code had to be popped first.";
  if (shift->words < 0) return " had stored it: the handler pushed more than it popped.";
  if (shift->words == 1 && !shift->error_code)
    return " had stored it: the handler removed an error code, which that does not push, or popped a word "
           "too many.";
  return " had stored it: the handler popped more than it had pushed.";
}

static void print_shift(struct page *page, const struct explanation *e) {
  const struct frame_shift *shift = &e->shift;
  unsigned apart = (unsigned)(shift->words < 0 ? -shift->words : shift->words);
  if (!shift->found) return;
  struct output *words = page_begin(page);
  output_text(words, "The return at ");
  output_symbol(words, e->symbols, shift->address);
  output_text(words, " took its frame from ");
  output_decimal(words, apart);
  output_text(words, apart == 1 ? " word " : " words ");
  output_text(words, shift->words < 0 ? "below where " : "above where ");
  print_number(words, shift->delivery);
  output_text(words, shift_text(shift));
  page_end(page, INDENT, INDENT, COLOUR_NONE);
}

static void print_mistakes(struct page *page, const struct explanation *e) {
  const char *list[MISTAKE_LIMIT];
  unsigned count = mistakes_list(e, list);
  if (count) page_heading(page, "The usual mistakes");
  for (unsigned i = 0; i < count; i++) {
    struct output *words = page_begin(page);
    output_text(words, "- ");
    output_text(words, list[i]);
    page_end(page, INDENT, INDENT + 2, COLOUR_NONE);
  }
}

static void print_followed(struct page *page, const struct explanation *e) {
  if (e->failure_count > e->main + 1) page_heading(page, "What followed");
  for (unsigned i = e->main + 1; i < e->failure_count; i++)
    print_failure(page, e, i);
  if (e->failure_count < 2) return;
  struct output *words = page_begin(page);
  if (e->verdict == VERDICT_DOUBLE_FAULT)
    output_text(words, "Two such faults, one in the delivery of the other, are a double fault.");
  if (e->verdict == VERDICT_SHUTDOWN)
    output_text(words,
                "A fault in the delivery of a double fault is a triple fault: the processor shuts down.");
  page_end(page, INDENT, INDENT, COLOUR_NONE);
}

static void print_nothing_failed(struct page *page, const struct explanation *e) {
  struct output *words = page_begin(page);
  if (e->verdict == VERDICT_EFAULT)
    output_text(
        words,
        "No access to memory failed on the way: the kernel compared the pointer with what the program may "
        "use, and refused it before it was used.");
  else if (e->verdict == VERDICT_COMPLETED)
    output_text(words, "Every check of it passed.");
  else if (e->verdict == VERDICT_STRAY_VECTOR)
    output_text(words,
                "No check: the processor cannot tell the two apart. The handler takes the interrupt for the "
                "exception of that number, and where that has an error code, for one with an error code.");
  else
    output_text(words, "The instruction raised it by itself; no check of a transition did.");
  page_end(page, INDENT, INDENT, COLOUR_NONE);
}

static void print_failures(struct page *page, const struct explanation *e) {
  page_heading(page, "What failed");
  if (e->failure_count == 0) print_nothing_failed(page, e);
  for (unsigned i = 0; i < e->failure_count && i <= e->main; i++)
    print_failure(page, e, i);
  print_instruction(page, e);
  print_shift(page, e);
}

static void print_well(struct page *page, const struct explanation *e) {
  static const char *const how[] = {
    [RS_END_EXIT] = "the guest exited with status ", [RS_END_HALT] = "the guest halted for ever",
    [RS_END_SHUTDOWN] = "the processor shut down",   [RS_END_LIMIT] = "the run reached its limit",
    [RS_END_STOPPED] = "the run was stopped",        [RS_END_FAILED] = "Ringside ended the run",
  };
  struct output *words = page_begin(page);
  output_text(words, e->ended ? "Nothing went wrong: " : "Nothing went wrong as far as the log goes: ");
  if (e->ended) {
    output_text(words, how[e->end.reason]);
    if (e->end.reason == RS_END_EXIT) output_decimal(words, (uint64_t)e->end.status);
    output_text(words, " after ");
    output_decimal(words, e->end.instructions);
    output_text(words, " instructions, ");
  }
  output_text(words, "every exception was returned from, and no system call returned -EFAULT.");
  page_end(page, 0, 0, COLOUR_NONE);
}

static void print_damage(struct page *page, const struct explanation *e) {
  if (!e->damaged) return;
  output_line(&page->out);
  output_text(page_begin(page), "The log is not whole: this is told from what could be read of it.");
  page_end(page, 0, 0, COLOUR_NONE);
}

enum rs_status tell_text(const struct explanation *e, FILE *file, bool colour, struct rs_error *error) {
  struct page page;
  page_init(&page, file, colour);
  if (e->verdict == VERDICT_NOTHING) {
    print_well(&page, e);
  } else {
    print_headline(&page, e);
    print_choice(&page, e);
    print_failures(&page, e);
    text_culprits(&page, e);
    print_mistakes(&page, e);
    print_followed(&page, e);
  }
  print_damage(&page, e);
  return page_close(&page, error);
}
