/* Counts what a passage through the kernel costs: reads JSON Lines of level `instructions` from standard
 * input and prints one row for what lies between two macro-steps, the program's call of a library procedure
 * (2) and its clean-up (9).
 *
 * usage: passage LABEL < TRACE, or passage --head */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_BEGIN = 2, STEP_END = 9 };

/* Columns whose figures follow from the processor and from code in assembler; then the two that move with the
 * compiler. */
enum column {
  CHECKS,
  DESCRIPTORS, /* gates and descriptors read */
  TSS,         /* fields read */
  STACK,       /* words pushed, popped and copied */
  MEMORY,      /* accesses: the last three, and what else is read or written there but for page tables */
  MSRS,        /* read */
  WRITES,      /* registers written */
  STEPS,       /* all micro-steps but those of page walks */
  PROGRAM,     /* instructions of the program */
  ENTRY,       /* instructions of the kernel's entry code */
  WALKS,       /* page-table entries read and marked */
  REST,        /* instructions of the rest of the kernel */
  COLUMNS
};

static const char *const head[COLUMNS] = { "checks", "descr", "TSS",     "stack", "memory", "MSRs",
                                           "writes", "steps", "program", "entry", "tables", "rest" };

struct passage {
  unsigned count[COLUMNS];
  char in[24], out[24];
  bool under_way;
};

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static bool begins(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static enum column column_of_memory(const char *item) {
  static const struct {
    const char *prefix;
    enum column column;
  } rows[] = {
    { "page-table entry", WALKS },
    { "accessed and dirty", WALKS },
    { "IDT gate", DESCRIPTORS },
    { "GDT descriptor", DESCRIPTORS },
    { "LDT descriptor", DESCRIPTORS },
    { "upper half of a descriptor", DESCRIPTORS },
    { "TSS ", TSS },
    { "pushed ", STACK },
    { "popped ", STACK },
    { "parameter ", STACK },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (begins(item, rows[i].prefix)) return rows[i].column;
  return MEMORY;
}

static void count_access(struct passage *passage, const json_t *step) {
  const char *item = text_of(step, "item");
  enum column column = column_of_memory(item);
  bool is_register = strcmp(item, "register") == 0, write = strcmp(text_of(step, "kind"), "write") == 0;
  if (is_register)
    column = write ? WRITES : MSRS;
  else if (column != WALKS && column != MEMORY)
    passage->count[MEMORY]++;
  passage->count[column]++;
  if (column != WALKS) passage->count[STEPS]++;
}

static void count_step(struct passage *passage, const json_t *step) {
  if (strcmp(text_of(step, "kind"), "check") != 0) {
    count_access(passage, step);
    return;
  }
  passage->count[CHECKS]++;
  passage->count[STEPS]++;
}

/* "int 0x80", "#UD", "call far": what the line of a transition says after the rings. */
static void name_way(const json_t *event, char *name, size_t size) {
  json_t *instruction = json_object_get(event, "instruction"),
         *interrupt = json_object_get(event, "interrupt");
  json_int_t vector = json_integer_value(json_object_get(interrupt, "vector"));
  bool exception = strcmp(text_of(interrupt, "source"), "exception") == 0;
  if (exception)
    snprintf(name, size, vector == 6 ? "#UD" : "exception %d", (int)vector);
  else if (interrupt)
    snprintf(name, size, "int 0x%x", (unsigned)vector);
  else
    snprintf(name, size, "%s", text_of(instruction, "name"));
}

static json_int_t ring(const json_t *event, const char *end) {
  return json_integer_value(json_object_get(json_object_get(event, end), "cpl"));
}

static void count_transition(struct passage *passage, const json_t *event) {
  const json_t *steps = json_object_get(event, "steps"), *step;
  size_t i;
  json_array_foreach(steps, i, step) count_step(passage, step);
  if (strcmp(text_of(event, "type"), "transition") != 0) return;
  if (ring(event, "from") > ring(event, "to"))
    name_way(event, passage->in, sizeof passage->in);
  else
    name_way(event, passage->out, sizeof passage->out);
}

static void count_instruction(struct passage *passage, const json_t *event) {
  const char *place = text_of(json_object_get(event, "from"), "place");
  bool entry = begins(place, "entry_") || begins(place, "leave_") || begins(place, "exception_");
  passage->count[ring(event, "from") == 3 ? PROGRAM : entry ? ENTRY : REST]++;
}

/* False behind the passage. */
static bool take(struct passage *passage, const json_t *event) {
  const char *type = text_of(event, "type");
  if (strcmp(type, "macro") == 0) {
    json_int_t step = json_integer_value(json_object_get(event, "step"));
    if (step == STEP_END && passage->under_way) return false;
    passage->under_way |= step == STEP_BEGIN;
  } else if (passage->under_way) {
    if (strcmp(type, "transition") == 0 || strcmp(type, "refused") == 0) count_transition(passage, event);
    if (strcmp(type, "instruction") == 0) count_instruction(passage, event);
  }
  return true;
}

/* Before the passage nothing but macro-steps matters. True when the passage was there to its end. */
static bool read_passage(struct passage *passage) {
  char *line = NULL;
  size_t room = 0;
  bool more = true;
  while (more && getline(&line, &room, stdin) > 0) {
    if (!passage->under_way && !begins(line, "{\"type\":\"macro\"")) continue;
    json_t *event = json_loads(line, 0, NULL);
    more = event && take(passage, event);
    json_decref(event);
  }
  bool whole = !more && passage->under_way;
  while (getline(&line, &room, stdin) > 0)
    continue; /* so that the writer ends in peace */
  free(line);
  return whole;
}

int main(int argc, char **argv) {
  struct passage passage = { .under_way = false };
  if (argc != 2) {
    fprintf(stderr, "usage: passage LABEL < TRACE, or passage --head\n");
    return 2;
  }
  bool is_head = strcmp(argv[1], "--head") == 0;
  if (!is_head && !read_passage(&passage)) {
    fprintf(stderr, "passage: %s: the trace has no macro-steps 2 to 9 at level instructions\n", argv[1]);
    return 1;
  }
  printf("%-34s %-9s %-8s", is_head ? "" : argv[1], is_head ? "in" : passage.in,
         is_head ? "out" : passage.out);
  for (unsigned i = 0; i < COLUMNS; i++)
    is_head ? printf(" %7s", head[i]) : printf(" %7u", passage.count[i]);
  putchar('\n');
  return 0;
}
