/* One run under one trace: opens the sink, runs, closes, and turns the end into an exit status. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int cli_failed(const struct rs_error *error) {
  fprintf(stderr, "ringside: %s\n", error->text);
  return STATUS_FAILED;
}

FILE *cli_errors_open(void) {
  int descriptor = dup(STDERR_FILENO);
  FILE *errors = descriptor < 0 ? NULL : fdopen(descriptor, "w");
  if (errors)
    setvbuf(errors, NULL, _IOLBF, BUFSIZ);
  else if (descriptor >= 0)
    close(descriptor);
  return errors;
}

/* The sink that the options ask for; no file when the trace is off. */
struct trace {
  FILE *file;
  struct rs_trace_sink *sink;
};

static bool colour_wanted(enum colour_choice choice, FILE *file) {
  if (choice == COLOUR_AUTO) return isatty(fileno(file)) == 1;
  return choice == COLOUR_ALWAYS;
}

enum rs_status cli_symbols_add(struct rs_symbols *symbols, const struct options *options,
                               struct rs_error *error) {
  enum rs_status status = RS_OK;
  for (size_t i = 0; i < options->symbols.count && status == RS_OK; i++) {
    struct file file;
    status = file_read(options->symbols.text[i], &file, error);
    if (status != RS_OK) break;
    status = rs_symbols_add_file(symbols, file.bytes, file.size, error);
    file_free(&file);
  }
  return status;
}

static enum rs_status trace_open(struct trace *trace, const struct options *options,
                                 const struct rs_symbols *symbols, struct rs_machine *machine,
                                 struct rs_error *error) {
  *trace = (struct trace){ .file = NULL };
  if (options->trace == RS_TRACE_OFF) return RS_OK;
  trace->file = options->trace_file ? fopen(options->trace_file, "w") : stderr;
  if (!trace->file) return rs_fail(error, RS_IO_ERROR, "%s: %s", options->trace_file, strerror(errno));
  /* Where both go to one place, a line of the guest's stands where it was written. */
  if (!options->trace_file) setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  const struct rs_text_options text = {
    .level = options->trace,
    .colour = colour_wanted(options->colour, trace->file),
    .symbols = symbols,
    .memory = rs_machine_view(machine),
  };
  trace->sink =
      options->format == FORMAT_JSONL ? rs_jsonl_sink(trace->file, &text) : rs_text_sink(trace->file, &text);
  if (!trace->sink) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  return rs_machine_subscribe(machine, trace->sink);
}

static enum rs_status trace_close(struct trace *trace, struct rs_error *error) {
  enum rs_status status = RS_OK;
  if (trace->sink) status = trace->sink->close(trace->sink, error);
  if (trace->file && trace->file != stderr && fclose(trace->file) != 0 && status == RS_OK)
    status = rs_fail(error, RS_IO_ERROR, "the trace could not be written: %s", strerror(errno));
  return status;
}

static int end_status(const struct rs_end_event *end) {
  switch (end->reason) {
  case RS_END_EXIT: return end->status;
  case RS_END_HALT: return STATUS_HALT;
  case RS_END_SHUTDOWN: return STATUS_SHUTDOWN;
  case RS_END_LIMIT: return STATUS_LIMIT;
  case RS_END_STOPPED: return STATUS_INTERRUPTED;
  case RS_END_FAILED: break;
  }
  return STATUS_FAILED;
}

/* The machine that Ctrl-C stops: a signal handler has no other way to know it. */
static struct rs_machine *volatile interrupted_machine;

static void on_interrupt(int signal) {
  (void)signal;
  if (interrupted_machine) rs_machine_stop(interrupted_machine);
}

static enum rs_status run_interruptible(struct rs_machine *machine, struct rs_end_event *end,
                                        struct rs_error *error) {
  struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND }, old;
  sigemptyset(&action.sa_mask);
  interrupted_machine = machine;
  sigaction(SIGINT, &action, &old);
  enum rs_status status = rs_machine_run(machine, end, error);
  sigaction(SIGINT, &old, NULL);
  interrupted_machine = NULL;
  return status;
}

static void value_print(enum rs_register reg, const union rs_value *value) {
  const struct rs_segment *segment = &value->segment;
  if ((reg >= RS_ES && reg <= RS_GS) || reg == RS_LDTR || reg == RS_TR)
    fprintf(stderr, "0x%04x (base 0x%" PRIx64 ", limit 0x%" PRIx32 ", attributes 0x%" PRIx32 ")",
            segment->selector, segment->base, segment->limit, segment->attributes);
  else
    fprintf(stderr, "0x%" PRIx64, value->word[0]);
}

static void witness_tell(const struct rs_witness *witness) {
  for (unsigned i = 0; i < witness->noted; i++) {
    const struct rs_witness_note *note = &witness->note[i];
    fprintf(stderr, "witness: %s at 0x%" PRIx64 ": %s is ", rs_operation_name(note->operation), note->rip,
            rs_register_name(note->reg));
    value_print(note->reg, &note->predicted);
    fputs(" by the manual, ", stderr);
    value_print(note->reg, &note->engine);
    fputs(" by the engine\n", stderr);
  }
  fprintf(stderr, "witness: %" PRIu64 " compared, %" PRIu64 " differ\n", witness->compared,
          witness->disagreed);
}

int cli_run_machine(struct rs_machine *machine, const struct options *options,
                    const struct rs_symbols *symbols) {
  struct rs_error error, close_error;
  struct trace trace;
  struct rs_end_event end = { .reason = RS_END_FAILED };
  enum rs_status status = trace_open(&trace, options, symbols, machine, &error);
  if (status == RS_OK) status = run_interruptible(machine, &end, &error);
  enum rs_status closed = trace_close(&trace, &close_error);
  if (status != RS_OK) return cli_failed(&error);
  if (closed != RS_OK) return cli_failed(&close_error);
  if (options->witness) witness_tell(rs_machine_witness(machine));
  return end_status(&end);
}
