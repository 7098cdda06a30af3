/* One run under one trace: opens the sink, runs, closes, and turns the end into an exit status. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/interrupt.h"

int cli_failed(const struct rs_error *error) {
  fprintf(stderr, "ringside: %s\n", error->text);
  return STATUS_FAILED;
}

struct rs_machine_config cli_machine_config(const struct options *options, bool host_device,
                                            struct progress *progress) {
  progress_init(progress);
  return (struct rs_machine_config){
    .model = options->model,
    .memory = options->memory,
    .limit = options->limit,
    .witness = options->witness,
    .host_device = host_device,
    .output = stdout,
    .errors = progress_errors(progress),
    .input = stdin,
  };
}

/* The sink that the options ask for; no file when the trace is off. */
struct trace {
  FILE *file;
  struct rs_trace_sink *sink;
};

/* Nobody reads these from a terminal, and nothing else may stand between their bytes. */
enum rs_status cli_binary_place_check(const struct options *options, FILE *file, struct rs_error *error) {
  static const char *const binary[] = {
    [FORMAT_RING] = "ring", [FORMAT_PERFETTO] = "perfetto", [FORMAT_JSON] = NULL
  };
  const char *format = binary[options->format], *name = options->trace_file;
  if (!format || (file && isatty(fileno(file)) != 1)) return RS_OK;
  if (file && name)
    return rs_fail(error, RS_BAD_ARGUMENT, "%s: --format=%s goes to a file, not to a terminal", name, format);
  return rs_fail(error, RS_BAD_ARGUMENT, "--format=%s: goes to a file: name it with -o FILE%s", format,
                 options->format == FORMAT_RING ? ".ring" : ".pftrace");
}

bool cli_colour_wanted(enum colour_choice choice, FILE *file) {
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
    struct rs_error reason;
    status = rs_symbols_add_file(symbols, file.bytes, file.size, &reason);
    if (status != RS_OK) rs_fail(error, status, "%s: %s", file.name, reason.text);
    file_free(&file);
  }
  return status;
}

/* These hold the micro-steps unless they are told not to: show leaves out, and Perfetto hides, what is not
 * wanted.
 */
static enum rs_trace_level level_of(const struct options *options) {
  bool zooms = options->format == FORMAT_RING || options->format == FORMAT_PERFETTO;
  return zooms && !options->trace_given ? RS_TRACE_STEPS : options->trace;
}

static struct rs_trace_sink *log_sink_make(const struct trace *trace, const struct options *options,
                                           const struct rs_text_options *text) {
  const struct rs_log_options log = {
    .level = text->level,
    .model = options->model,
    .program = options->arguments[0],
    .symbols = text->symbols,
    .memory = text->memory,
  };
  return rs_log_sink(trace->file, &log);
}

struct rs_trace_sink *cli_sink_make(enum trace_format format, FILE *file,
                                    const struct rs_text_options *options) {
  switch (format) {
  case FORMAT_JSONL: return rs_jsonl_sink(file, options);
  case FORMAT_PERFETTO: return rs_perfetto_sink(file, options);
  default: return rs_text_sink(file, options);
  }
}

static struct rs_trace_sink *sink_make(const struct trace *trace, const struct options *options,
                                       const struct rs_text_options *text) {
  if (options->format == FORMAT_RING) return log_sink_make(trace, options, text);
  return cli_sink_make(options->format, trace->file, text);
}

static enum rs_status trace_open(struct trace *trace, const struct options *options,
                                 const struct rs_symbols *symbols, struct rs_machine *machine,
                                 struct rs_error *error) {
  *trace = (struct trace){ .file = NULL };
  if (options->trace == RS_TRACE_OFF) return RS_OK;
  trace->file = options->trace_file ? fopen(options->trace_file, "w") : stderr;
  if (!trace->file) return rs_fail(error, RS_IO_ERROR, "%s: %s", options->trace_file, strerror(errno));
  enum rs_status status = cli_binary_place_check(options, options->trace_file ? trace->file : NULL, error);
  if (status != RS_OK) return status;
  /* Where both go to one place, a line of the guest's stands where it was written. */
  if (!options->trace_file) setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  const struct rs_text_options text = {
    .level = level_of(options),
    .colour = cli_colour_wanted(options->colour, trace->file),
    .symbols = symbols,
    .memory = rs_machine_view(machine),
  };
  trace->sink = sink_make(trace, options, &text);
  if (!trace->sink) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  status = rs_machine_subscribe(machine, trace->sink);
  if (status != RS_OK) return rs_fail(error, status, "%s", rs_status_text(status));
  rs_machine_tell_tasks(machine, symbols);
  return rs_machine_tell_macro_steps(machine, symbols, error);
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
  case RS_END_STOPPED:
  case RS_END_FAILED: break;
  }
  return STATUS_FAILED;
}

/* Of a run whose trace goes to a file; a trace of less than transitions would cost more by being counted. */
static enum rs_status progress_follow(struct progress *progress, const struct options *options,
                                      const struct trace *trace, struct rs_machine *machine,
                                      struct rs_error *error) {
  if (!options->trace_file || !trace->sink || trace->sink->level < RS_TRACE_TRANSITIONS) return RS_OK;
  if (!progress_write(progress, trace->file)) return RS_OK;
  enum rs_status status = rs_machine_subscribe(machine, &progress->sink);
  return status == RS_OK ? RS_OK : rs_fail(error, status, "%s", rs_status_text(status));
}

int cli_run_machine(struct rs_machine *machine, const struct options *options,
                    const struct rs_symbols *symbols, struct progress *progress) {
  struct rs_error error, close_error;
  struct trace trace;
  struct interrupt interrupt;
  struct rs_end_event end = { .reason = RS_END_FAILED };
  enum rs_status status = trace_open(&trace, options, symbols, machine, &error);
  interrupt_watch(&interrupt, machine);
  if (status == RS_OK) status = progress_follow(progress, options, &trace, machine, &error);
  if (status == RS_OK) status = rs_machine_run(machine, &end, &error);
  enum rs_status closed = trace_close(&trace, &close_error);
  progress_end(progress);
  int signal = interrupt_forget(&interrupt);
  /* Who closed the pipe knows why not all came through it. */
  if (signal == SIGPIPE) return STATUS_SIGNALLED + signal;
  if (status != RS_OK) return cli_failed(&error);
  if (closed != RS_OK) return cli_failed(&close_error);
  if (options->witness && !cli_witness_tell(rs_machine_witness(machine))) return STATUS_FAILED;
  return end.reason == RS_END_STOPPED ? STATUS_SIGNALLED + signal : end_status(&end);
}
