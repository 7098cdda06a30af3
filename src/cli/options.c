/* Command-line options: getopt_long for the grammar, tables of words for the values. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* A word and what it stands for; ends with a NULL word. */
struct word {
  const char *word;
  int value;
};

static const struct word trace_words[] = { { "off", RS_TRACE_OFF },
                                           { "macro", RS_TRACE_MACRO },
                                           { "transitions", RS_TRACE_TRANSITIONS },
                                           { "steps", RS_TRACE_STEPS },
                                           { "instructions", RS_TRACE_INSTRUCTIONS },
                                           { NULL, 0 } };
static const struct word format_words[] = { { "text", FORMAT_TEXT },
                                            { "jsonl", FORMAT_JSONL },
                                            { "ring", FORMAT_RING },
                                            { "perfetto", FORMAT_PERFETTO },
                                            { NULL, 0 } };
static const struct word shown_words[] = {
  { "text", FORMAT_TEXT }, { "jsonl", FORMAT_JSONL }, { "perfetto", FORMAT_PERFETTO }, { NULL, 0 }
};
static const struct word report_words[] = { { "text", FORMAT_TEXT }, { "json", FORMAT_JSON }, { NULL, 0 } };
static const struct word colour_words[] = {
  { "auto", COLOUR_AUTO }, { "always", COLOUR_ALWAYS }, { "never", COLOUR_NEVER }, { NULL, 0 }
};
static const struct word model_words[] = { { "intel", RS_CPU_INTEL }, { "amd", RS_CPU_AMD }, { NULL, 0 } };
static const struct word kernel_words[] = {
  { "i386", KERNEL_I386 }, { "x86_64", KERNEL_X86_64 }, { "classic", KERNEL_CLASSIC }, { NULL, 0 }
};
static const struct word entry_words[] = { { "auto", ENTRY_AUTO },         { "syscall", ENTRY_SYSCALL },
                                           { "int80", ENTRY_INT80 },       { "sysenter", ENTRY_SYSENTER },
                                           { "callgate", ENTRY_CALLGATE }, { "ud2", ENTRY_UD2 },
                                           { "locknop", ENTRY_LOCKNOP },   { NULL, 0 } };

static const struct word leave_words[] = {
  { "auto", LEAVE_AUTO }, { "iret", LEAVE_IRET }, { "sysret", LEAVE_SYSRET }, { NULL, 0 }
};
static const struct word pointers_words[] = {
  { "fixup", POINTERS_FIXUP }, { "range", POINTERS_RANGE }, { "mapping", POINTERS_MAPPING }, { NULL, 0 }
};

static const struct word theme_words[] = { { "dark", false }, { "light", true }, { NULL, 0 } };

static const struct word mechanism_words[] = {
#define X(name, text, is_transition) { text, RS_MECHANISM_##name },
  RS_MECHANISMS(X)
#undef X
      { NULL, 0 }
};

/* Appends "a, b or c" of the words to `text`. */
static void words_list(const struct word *words, char *text, size_t size) {
  text[0] = '\0';
  for (const struct word *w = words; w->word; w++) {
    const char *separator = w == words ? "" : w[1].word ? ", " : " or ";
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", separator, w->word);
  }
}

static enum rs_status word_parse(const char *option, const char *text, const struct word *words, int *value,
                                 struct rs_error *error) {
  char list[160];
  for (const struct word *w = words; w->word; w++) {
    if (strcmp(w->word, text) != 0) continue;
    *value = w->value;
    return RS_OK;
  }
  words_list(words, list, sizeof list);
  return rs_fail(error, RS_BAD_ARGUMENT, "--%s=%s: must be %s", option, text, list);
}

/* A whole number in decimal or 0x-hexadecimal, with nothing after it but, where `suffixes` allows, K, M or G.
 */
static enum rs_status number_parse(const char *option, const char *text, bool suffixes, uint64_t *value,
                                   struct rs_error *error) {
  static const char letters[] = "KMG";
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 0);
  unsigned shift = 0;
  const char *letter = suffixes && *end ? strchr(letters, *end) : NULL;
  if (letter) {
    shift = 10 * (unsigned)(letter - letters + 1);
    end++;
  }
  bool digits = text[0] >= '0' && text[0] <= '9';
  if (!digits || *end != '\0')
    return rs_fail(error, RS_BAD_ARGUMENT, "--%s=%s: not a number%s", option, text,
                   suffixes ? " (with K, M or G after it, if you like)" : "");
  if (errno != 0 || number > UINT64_MAX >> shift)
    return rs_fail(error, RS_BAD_ARGUMENT, "--%s=%s: too large: there are 64 bits for it", option, text);
  *value = (uint64_t)number << shift;
  return RS_OK;
}

static enum rs_status list_add(struct text_list *list, const char *text, struct rs_error *error) {
  const char **grown = realloc(list->text, (list->count + 1) * sizeof *grown);
  if (!grown) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  list->text = grown;
  list->text[list->count++] = text;
  return RS_OK;
}

static enum rs_status env_add(struct text_list *list, const char *text, struct rs_error *error) {
  const char *equals = strchr(text, '=');
  if (!equals || equals == text) return rs_fail(error, RS_BAD_ARGUMENT, "--env %s: must be NAME=VALUE", text);
  return list_add(list, text, error);
}

enum option_id {
  OPTION_TRACE = 256,
  OPTION_FORMAT,
  OPTION_SHOWN,
  OPTION_COLOUR,
  OPTION_CPU,
  OPTION_MEMORY,
  OPTION_LIMIT,
  OPTION_SYMBOLS,
  OPTION_KERNEL,
  OPTION_ENTRY,
  OPTION_LEAVE,
  OPTION_USER_POINTERS,
  OPTION_ENV,
  OPTION_EPOCH,
  OPTION_MODULE,
  OPTION_INITRD,
  OPTION_FILE,
  OPTION_WITNESS,
  OPTION_RING,
  OPTION_VECTOR,
  OPTION_MECHANISM,
  OPTION_FROM,
  OPTION_TO,
  OPTION_ONLY_FAULTS,
  OPTION_PID,
  OPTION_AT,
  OPTION_REPORT,
  OPTION_WIDTH,
  OPTION_ASCII,
  OPTION_SVG,
  OPTION_AT_BOTH,
  OPTION_DIFF,
  OPTION_STEP,
  OPTION_SIZE,
  OPTION_FONT,
  OPTION_THEME,
  OPTION_SCREENSHOT,
};

/* clang-format off */
#define TRACE_LONG_OPTIONS \
  { "trace", required_argument, NULL, OPTION_TRACE }, \
  { "color", required_argument, NULL, OPTION_COLOUR }, \
  { "output", required_argument, NULL, 'o' }, \
  { "help", no_argument, NULL, 'h' }
#define COMMON_LONG_OPTIONS TRACE_LONG_OPTIONS, \
  { "format", required_argument, NULL, OPTION_FORMAT }, \
  { "cpu", required_argument, NULL, OPTION_CPU }, \
  { "memory", required_argument, NULL, OPTION_MEMORY }, \
  { "limit", required_argument, NULL, OPTION_LIMIT }, \
  { "symbols", required_argument, NULL, OPTION_SYMBOLS }, \
  { "witness", no_argument, NULL, OPTION_WITNESS }
#define FILTER_LONG_OPTIONS \
  { "ring", required_argument, NULL, OPTION_RING }, \
  { "vector", required_argument, NULL, OPTION_VECTOR }, \
  { "mechanism", required_argument, NULL, OPTION_MECHANISM }, \
  { "from", required_argument, NULL, OPTION_FROM }, \
  { "to", required_argument, NULL, OPTION_TO }, \
  { "only-faults", no_argument, NULL, OPTION_ONLY_FAULTS }, \
  { "pid", required_argument, NULL, OPTION_PID }
/* clang-format on */

static const struct option run_options[] = {
  COMMON_LONG_OPTIONS,
  { "kernel", required_argument, NULL, OPTION_KERNEL },
  { "entry", required_argument, NULL, OPTION_ENTRY },
  { "leave", required_argument, NULL, OPTION_LEAVE },
  { "user-pointers", required_argument, NULL, OPTION_USER_POINTERS },
  { "env", required_argument, NULL, OPTION_ENV },
  { "epoch", required_argument, NULL, OPTION_EPOCH },
  { "initrd", required_argument, NULL, OPTION_INITRD },
  { "file", required_argument, NULL, OPTION_FILE },
  { NULL, 0, NULL, 0 },
};

static const struct option boot_options[] = {
  COMMON_LONG_OPTIONS,
  { "module", required_argument, NULL, OPTION_MODULE },
  { NULL, 0, NULL, 0 },
};

static const struct option show_options[] = {
  TRACE_LONG_OPTIONS,
  { "format", required_argument, NULL, OPTION_SHOWN },
  FILTER_LONG_OPTIONS,
  { NULL, 0, NULL, 0 },
};

static const struct option timeline_options[] = {
  { "trace", required_argument, NULL, OPTION_TRACE },
  { "color", required_argument, NULL, OPTION_COLOUR },
  { "output", required_argument, NULL, 'o' },
  { "help", no_argument, NULL, 'h' },
  FILTER_LONG_OPTIONS,
  { "at", required_argument, NULL, OPTION_AT },
  { "svg", required_argument, NULL, OPTION_SVG },
  { "width", required_argument, NULL, OPTION_WIDTH },
  { "ascii", no_argument, NULL, OPTION_ASCII },
  { NULL, 0, NULL, 0 },
};

static const struct option compare_options[] = {
  { "at", required_argument, NULL, OPTION_AT_BOTH },
  { "diff", no_argument, NULL, OPTION_DIFF },
  { "format", required_argument, NULL, OPTION_REPORT },
  { "width", required_argument, NULL, OPTION_WIDTH },
  { "color", required_argument, NULL, OPTION_COLOUR },
  { "output", required_argument, NULL, 'o' },
  { "help", no_argument, NULL, 'h' },
  { NULL, 0, NULL, 0 },
};

static const struct option explain_options[] = {
  { "at", required_argument, NULL, OPTION_AT },
  { "format", required_argument, NULL, OPTION_REPORT },
  { "color", required_argument, NULL, OPTION_COLOUR },
  { "output", required_argument, NULL, 'o' },
  { "help", no_argument, NULL, 'h' },
  { NULL, 0, NULL, 0 },
};

static const struct option view_options[] = {
  { "at", required_argument, NULL, OPTION_AT },
  { "step", required_argument, NULL, OPTION_STEP },
  { "size", required_argument, NULL, OPTION_SIZE },
  { "font", required_argument, NULL, OPTION_FONT },
  { "theme", required_argument, NULL, OPTION_THEME },
  { "screenshot", required_argument, NULL, OPTION_SCREENSHOT },
  { "help", no_argument, NULL, 'h' },
  { NULL, 0, NULL, 0 },
};

/* The words that an option takes; NULL where its value is something else. */
static const struct word *words_of(int id) {
  switch (id) {
  case OPTION_TRACE: return trace_words;
  case OPTION_FORMAT: return format_words;
  case OPTION_SHOWN: return shown_words;
  case OPTION_REPORT: return report_words;
  case OPTION_COLOUR: return colour_words;
  case OPTION_CPU: return model_words;
  case OPTION_KERNEL: return kernel_words;
  case OPTION_ENTRY: return entry_words;
  case OPTION_LEAVE: return leave_words;
  case OPTION_USER_POINTERS: return pointers_words;
  case OPTION_MECHANISM: return mechanism_words;
  case OPTION_THEME: return theme_words;
  default: return NULL;
  }
}

static const struct option *options_of(enum command command) {
  static const struct option *const table[COMMAND_COUNT] = {
    [COMMAND_RUN] = run_options,         [COMMAND_BOOT] = boot_options,
    [COMMAND_SHOW] = show_options,       [COMMAND_TIMELINE] = timeline_options,
    [COMMAND_COMPARE] = compare_options, [COMMAND_EXPLAIN] = explain_options,
    [COMMAND_VIEW] = view_options,
  };
  return table[command];
}

/* A number from `first` to `last`. */
static enum rs_status option_number(const char *name, uint64_t first, uint64_t last, uint64_t *value,
                                    struct rs_error *error) {
  enum rs_status status = number_parse(name, optarg, false, value, error);
  if (status != RS_OK || (*value >= first && *value <= last)) return status;
  return rs_fail(error, RS_BAD_ARGUMENT, "--%s=%s: must be from %" PRIu64 " to %" PRIu64, name, optarg, first,
                 last);
}

static enum rs_status width_apply(struct options *options, struct rs_error *error) {
  uint64_t number = 0;
  enum rs_status status = option_number("width", 1, UINT16_MAX, &number, error);
  options->width = (unsigned)number;
  return status;
}

/* "4,6", or "4" for both. */
static enum rs_status at_both_apply(struct options *options, struct rs_error *error) {
  char first[32];
  const char *comma = strchr(optarg, ',');
  if (!comma) return option_number("at", 1, UINT64_MAX, &options->at, error);
  size_t length = (size_t)(comma - optarg);
  snprintf(first, sizeof first, "%.*s", (int)(length < sizeof first ? length : sizeof first - 1), optarg);
  enum rs_status status = number_parse("at", first, false, &options->at, error);
  if (status == RS_OK) status = number_parse("at", comma + 1, false, &options->at_second, error);
  if (status != RS_OK || (options->at && options->at_second)) return status;
  return rs_fail(error, RS_BAD_ARGUMENT, "--at=%s: transitions are counted from 1", optarg);
}

static enum rs_status filter_apply(int id, struct rs_log_filter *filter, struct rs_error *error) {
  uint64_t number = 0;
  enum rs_status status = RS_OK;
  switch (id) {
  case OPTION_RING:
    filter->by_ring = true;
    status = option_number("ring", 0, 3, &number, error);
    filter->ring = (uint8_t)number;
    return status;
  case OPTION_VECTOR:
    filter->by_vector = true;
    status = option_number("vector", 0, UINT8_MAX, &number, error);
    filter->vector = (uint8_t)number;
    return status;
  case OPTION_PID:
    filter->by_task = true;
    status = option_number("pid", 1, UINT32_MAX, &number, error);
    filter->task = (uint32_t)number;
    return status;
  case OPTION_FROM: return option_number("from", 1, UINT64_MAX, &filter->from, error);
  case OPTION_TO: return option_number("to", 1, UINT64_MAX, &filter->to, error);
  default: filter->only_faults = true; return RS_OK;
  }
}

enum { SIZE_LEAST = 64, SIZE_MOST = 8192 };

/* "1280x720". */
static enum rs_status size_parse(const char *text, struct rs_view_options *view, struct rs_error *error) {
  char after;
  bool two = sscanf(text, "%5ux%5u%c", &view->width, &view->height, &after) == 2;
  bool within = view->width >= SIZE_LEAST && view->width <= SIZE_MOST && view->height >= SIZE_LEAST &&
                view->height <= SIZE_MOST;
  if (two && within) return RS_OK;
  return rs_fail(error, RS_BAD_ARGUMENT, "--size=%s: must be WIDTHxHEIGHT, each from %d to %d", text,
                 SIZE_LEAST, SIZE_MOST);
}

static enum rs_status view_apply(int id, struct rs_view_options *view, struct rs_error *error) {
  enum rs_status status;
  uint64_t number = 0;
  switch (id) {
  case OPTION_STEP:
    status = option_number("step", 0, RS_STEP_LIMIT, &number, error);
    view->step = (unsigned)number;
    return status;
  case OPTION_SIZE: return size_parse(optarg, view, error);
  case OPTION_FONT: view->font = optarg; return RS_OK;
  default: view->screenshot = optarg; return RS_OK;
  }
}

/* An option that takes one of some words, which stands for `value`. */
static void word_apply(int id, int value, struct options *options) {
  switch (id) {
  case OPTION_TRACE:
    options->trace = (enum rs_trace_level)value;
    options->trace_given = true;
    break;
  case OPTION_FORMAT:
  case OPTION_SHOWN:
  case OPTION_REPORT: options->format = (enum trace_format)value; break;
  case OPTION_COLOUR: options->colour = (enum colour_choice)value; break;
  case OPTION_CPU: options->model = (enum rs_cpu_model)value; break;
  case OPTION_KERNEL: options->kernel = (enum kernel_choice)value; break;
  case OPTION_ENTRY: options->entry = (enum entry_choice)value; break;
  case OPTION_LEAVE: options->leave = (enum leave_choice)value; break;
  case OPTION_THEME: options->view.light = value; break;
  case OPTION_USER_POINTERS: options->user_pointers = (enum pointers_choice)value; break;
  default: options->filter.by_mechanism = true; options->filter.mechanism = (enum rs_mechanism)value;
  }
}

static enum rs_status option_apply(int id, struct options *options, struct rs_error *error) {
  switch (id) {
  case OPTION_AT: return option_number("at", 1, UINT64_MAX, &options->at, error);
  case OPTION_MEMORY: return number_parse("memory", optarg, true, &options->memory, error);
  case OPTION_LIMIT: return number_parse("limit", optarg, false, &options->limit, error);
  case OPTION_EPOCH: return number_parse("epoch", optarg, false, &options->epoch, error);
  case OPTION_SYMBOLS: return list_add(&options->symbols, optarg, error);
  case OPTION_ENV: return env_add(&options->env, optarg, error);
  case OPTION_MODULE: return list_add(&options->modules, optarg, error);
  case OPTION_INITRD: return list_add(&options->initrds, optarg, error);
  case OPTION_FILE: return list_add(&options->files, optarg, error);
  case OPTION_WITNESS: options->witness = true; return RS_OK;
  case OPTION_DIFF: options->difference_only = true; return RS_OK;
  case OPTION_AT_BOTH: return at_both_apply(options, error);
  case OPTION_ASCII: options->ascii = true; return RS_OK;
  case OPTION_SVG: options->svg = optarg; return RS_OK;
  case OPTION_WIDTH: return width_apply(options, error);
  case 'o': options->trace_file = optarg; return RS_OK;
  case 'h': options->help = true; return RS_OK;
  default:
    if (id >= OPTION_STEP) return view_apply(id, &options->view, error);
    return filter_apply(id, &options->filter, error);
  }
}

static enum rs_status option_refused(int id, char **argv, struct rs_error *error) {
  const char *text = argv[optind - 1];
  if (id == ':') return rs_fail(error, RS_BAD_ARGUMENT, "%s: needs a value (see --help)", text);
  if (optopt > 0 && optopt < 256)
    return rs_fail(error, RS_BAD_ARGUMENT, "-%c: no such option (see --help)", optopt);
  return rs_fail(error, RS_BAD_ARGUMENT, "%s: no such option, or a value it does not take (see --help)",
                 text);
}

static const char *name_of(enum command command, int id) {
  const struct option *option = options_of(command);
  while (option->name && option->val != id)
    option++;
  return option->name;
}

static enum rs_status option_take(enum command command, int id, char **argv, struct options *options,
                                  struct rs_error *error) {
  if (id == '?' || id == ':') return option_refused(id, argv, error);
  const struct word *words = words_of(id);
  if (!words) return option_apply(id, options, error);
  int value = 0;
  enum rs_status status = word_parse(name_of(command, id), optarg, words, &value, error);
  if (status == RS_OK) word_apply(id, value, options);
  return status;
}

static bool ends_with(const char *name, const char *suffix) {
  size_t length = strlen(name), end = strlen(suffix);
  return length > end && strcmp(name + length - end, suffix) == 0;
}

static enum trace_format format_by_name(const char *name) {
  if (name && ends_with(name, ".ring")) return FORMAT_RING;
  return name && ends_with(name, ".pftrace") ? FORMAT_PERFETTO : FORMAT_TEXT;
}

static const struct options defaults = {
  .trace = RS_TRACE_TRANSITIONS,
  .memory = UINT64_C(256) << 20,
  .limit = UINT64_MAX,
  .epoch = 1767225600,
};

enum rs_status options_parse(enum command command, int argc, char **argv, struct options *options,
                             struct rs_error *error) {
  enum rs_status status = RS_OK;
  *options = defaults;
  optind = 0; /* glibc: start anew */
  opterr = 0;
  while (status == RS_OK) {
    optopt = 0;
    int id = getopt_long(argc, argv, "+:ho:", options_of(command), NULL);
    if (id == -1) break;
    status = option_take(command, id, argv, options, error);
  }
  if (options->format == FORMAT_BY_NAME) options->format = format_by_name(options->trace_file);
  options->arguments = argv + optind;
  options->argument_count = argc - optind;
  return status;
}

const char *options_name(enum command command, unsigned index, bool *takes_value) {
  const struct option *option = &options_of(command)[index];
  *takes_value = option->has_arg == required_argument;
  return option->name;
}

const char *options_word(enum command command, const char *name, unsigned index) {
  for (const struct option *option = options_of(command); option->name; option++) {
    const struct word *words = strcmp(option->name, name) == 0 ? words_of(option->val) : NULL;
    if (words) return words[index].word;
  }
  return NULL;
}

void options_free(struct options *options) {
  free(options->symbols.text);
  free(options->env.text);
  free(options->modules.text);
  free(options->initrds.text);
  free(options->files.text);
}
