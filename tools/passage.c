/* Counts what a passage through the kernel costs: reads a log of level `instructions` and prints one row for
 * what lies between two macro-steps, the program's call of a library procedure (2) and its clean-up (9).
 *
 * usage: passage LABEL FILE.ring, or passage --head */
#include <stdio.h>
#include <string.h>

#include "compare/tally.h"
#include "log/reader.h"
#include "trace/fields.h"
#include "trace/symbols.h"

enum { STEP_BEGIN = 2, STEP_END = 9 };

struct passage {
  struct step_tally steps;
  unsigned program, entry,
      rest; /* instructions: of the program, of the kernel's entry code and of its rest */
  char in[24], out[24];
  bool under_way, over;
};

/* "int 0x80", "#UD", "call far": what the line of a transition says after the rings. */
static void name_way(const struct rs_cause *cause, char *name, size_t size) {
  struct output output;
  output_init(&output, NULL, name, size, false);
  if (cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION)
    fields_vector(&output, cause->interrupt.vector);
  else
    cause_print(&output, cause);
  output_finish(&output);
}

static void count_transition(struct passage *passage, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  if (!event->number && transition->outcome != RS_FAULTED) return;
  tally_steps(&passage->steps, transition);
  if (!event->number) return;
  bool inward = transition->before.cpl > transition->after.cpl;
  name_way(&transition->cause, inward ? passage->in : passage->out, sizeof passage->in);
}

static bool begins(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void count_instruction(struct passage *passage, const struct rs_symbols *symbols,
                              const struct rs_instruction_event *event) {
  uint64_t offset;
  const char *name = symbols_find(symbols, event->linear, &offset);
  bool entry = name && (begins(name, "entry_") || begins(name, "leave_") || begins(name, "exception_"));
  ++*(event->before->cpl == 3 ? &passage->program : entry ? &passage->entry : &passage->rest);
}

static void take(struct passage *passage, const struct rs_symbols *symbols, const struct log_event *event) {
  if (event->kind == LOG_MACRO) {
    passage->over = passage->under_way && event->macro->step.number == STEP_END;
    passage->under_way |= event->macro->step.number == STEP_BEGIN;
  } else if (passage->under_way && event->kind == LOG_TRANSITION) {
    count_transition(passage, event->transition);
  } else if (passage->under_way && event->kind == LOG_INSTRUCTION) {
    count_instruction(passage, symbols, event->instruction);
  }
}

/* True when the passage is there to its end. */
static bool read_passage(struct passage *passage, FILE *file, const char *name) {
  struct rs_error error;
  struct rs_log *log = NULL;
  struct log_event event = { .kind = 0 };
  enum rs_status status = rs_log_open(file, name, &log, &error);
  while (status == RS_OK && !passage->over && (status = log_next(log, &event, &error)) == RS_OK && event.kind)
    take(passage, rs_log_symbols(log), &event);
  rs_log_close(log);
  if (status != RS_OK) fprintf(stderr, "passage: %s\n", error.text);
  return passage->over;
}

/* The last two columns move with where things lie, and with the compiler. */
static void print_passage(const struct passage *passage, const char *label) {
  const struct step_tally *steps = &passage->steps;
  const uint64_t column[] = { steps->checks,
                              steps->descriptors,
                              steps->tss,
                              steps->pushed + steps->popped,
                              steps->reads + steps->writes,
                              steps->msrs,
                              steps->registers,
                              steps->steps,
                              passage->program,
                              passage->entry,
                              steps->walked + steps->marked,
                              passage->rest };
  printf("%-34s %-9s %-8s", label, passage->in, passage->out);
  for (size_t i = 0; i < sizeof column / sizeof *column; i++)
    printf(" %7llu", (unsigned long long)column[i]);
  putchar('\n');
}

int main(int argc, char **argv) {
  struct passage passage = { .under_way = false };
  if (argc == 2 && strcmp(argv[1], "--head") == 0) {
    printf("%-34s %-9s %-8s  checks   descr     TSS   stack  memory    MSRs  writes   steps program   entry  "
           "tables    rest\n",
           "", "in", "out");
    return 0;
  }
  if (argc != 3) {
    fprintf(stderr, "usage: passage LABEL FILE.ring, or passage --head\n");
    return 2;
  }
  FILE *file = fopen(argv[2], "rb");
  if (!file) {
    perror(argv[2]);
    return 1;
  }
  bool whole = read_passage(&passage, file, argv[2]);
  fclose(file);
  if (whole)
    print_passage(&passage, argv[1]);
  else
    fprintf(stderr, "passage: %s: no macro-steps 2 to 9 at level instructions\n", argv[1]);
  return whole ? 0 : 1;
}
