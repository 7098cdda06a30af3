/* The sink that writes a log: records into a frame, a full frame into the file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "log/record.h"
#include "log/table.h"
#include "trace/calls.h"
#include "trace/output.h"
#include "trace/symbols.h"

enum { ZSTD_LEVEL = 1, CALL_TEXT = 1024 };

struct log_sink {
  struct rs_trace_sink sink;
  struct rs_memory_view memory;
  FILE *file;
  ZSTD_CCtx *zstd;
  struct coder coder;
  struct log_state state;
  struct log_transition told;
  struct pending_table pending;
  struct rs_task task;    /* that runs */
  uint64_t instructions;  /* executed before the last event */
  bool follows;           /* what comes next follows from the last event, which faulted */
  size_t enough;          /* how much makes a frame */
  struct log_table table; /* of the frames written */
  int error;              /* errno of the first write that failed, or 0 */
  bool lacks;             /* memory was short, and something is missing */
  uint8_t *packed;
  size_t packed_room;
  uint8_t frame[LOG_FRAME_MAX];
};

static void frame_begin(struct log_sink *log) {
  log->coder = (struct coder){ .at = log->frame, .end = log->frame + sizeof log->frame, .writing = true };
}

/* `size`: of what the frame holds. */
static void file_write(struct log_sink *log, const void *bytes, size_t packed, size_t size) {
  if (log->error) return;
  if (fwrite(bytes, 1, packed, log->file) != packed || fflush(log->file) != 0) log->error = errno;
  if (!table_add(&log->table, (uint32_t)packed, (uint32_t)size)) log->lacks = true;
}

/* What is written is whole frames: a log that ends here can be read up to here. */
static void frame_end(struct log_sink *log) {
  size_t size = (size_t)(log->coder.at - log->frame);
  if (size == 0) return;
  size_t packed = ZSTD_compress2(log->zstd, log->packed, log->packed_room, log->frame, size);
  if (ZSTD_isError(packed))
    log->lacks = true;
  else
    file_write(log, log->packed, packed, size);
  frame_begin(log);
}

/* What has come about begins a frame of events, which then stands for itself. */
static void events_begin(struct log_sink *log) {
  struct log_here here = { .instructions = log->instructions,
                           .sequence = log->state.sequence,
                           .number = log->state.number,
                           .task = log->task };
  here.entry_count = pending_numbers(&log->pending, here.entry);
  memset(&log->state, 0, sizeof log->state);
  coder_put_byte(&log->coder, LOG_HERE);
  record_here(&log->coder, &log->state, &here);
}

/* Before each event. The first frames are small, so that a short run that is killed leaves something, too.
 * What faulted and what follows from it stand in one frame. */
static inline struct coder *event_begin(struct log_sink *log, uint64_t instructions) {
  if ((size_t)(log->coder.at - log->frame) >= log->enough && !log->follows) {
    frame_end(log);
    if (log->enough < LOG_FRAME) log->enough *= 2;
    events_begin(log);
  }
  log->instructions = instructions;
  return &log->coder;
}

/* The guest's memory as the other sinks will read it to tell a system call: what they read is kept. */
static size_t read_and_keep(void *context, const struct rs_cpu *cpu, uint64_t linear, void *bytes,
                            size_t size) {
  struct log_sink *log = context;
  struct log_reads *reads = &log->told.reads;
  size_t got = log->memory.read ? log->memory.read(log->memory.context, cpu, linear, bytes, size) : 0;
  assert(reads->count < LOG_READS && size <= LOG_READ_BYTES);
  struct log_read *read = &reads->read[reads->count++];
  read->linear = linear;
  read->wanted = (uint8_t)size;
  read->got = (uint8_t)got;
  memcpy(read->bytes, bytes, got);
  return got;
}

/* And which entries nothing has returned from. */
static void call_keep(struct log_sink *log, const struct rs_transition_event *event) {
  const struct rs_memory_view view = { log, read_and_keep };
  char text[CALL_TEXT];
  struct output output;
  struct call call;
  struct pending answered;
  log->told.reads.count = 0;
  if (!event->number) return;
  call_decode(event->transition, &view, &call);
  pending_leave(&log->pending, event, &answered);
  pending_enter(&log->pending, event, &call);
  if (call.abi == LINUX_NONE) return;
  output_init(&output, NULL, text, sizeof text, false);
  call_print(&output, &call, &event->transition->before, &view);
}

/* A coder that writes leaves what it is given as it is: so `const` is cast away here and below. */
static void log_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = event_begin(log, event->instructions);
  call_keep(log, event);
  log->task = event->task;
  log->follows = rs_outcome_has_fault(event->transition->outcome);
  log->told.event = *event;
  coder_put_byte(coder, LOG_TRANSITION);
  record_transition(coder, &log->state, &log->told, (struct rs_transition *)event->transition);
}

static void log_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = event_begin(log, event->instructions);
  uint8_t tag = instruction_tag(&log->state, event);
  coder_put_byte(coder, tag);
  record_instruction(coder, &log->state, tag, (struct rs_instruction_event *)event,
                     (struct rs_cpu *)event->before, (struct rs_cpu *)event->after);
}

static void log_macro(struct rs_trace_sink *sink, const struct rs_macro_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = event_begin(log, event->instructions);
  struct log_macro told = { .event = *event };
  strncpy(told.name, event->step.name, sizeof told.name - 1);
  coder_put_byte(coder, LOG_MACRO);
  record_macro(coder, &log->state, &told, (struct rs_cpu *)event->cpu);
}

static void log_end(struct rs_trace_sink *sink, const struct rs_end_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = event_begin(log, event->instructions);
  coder_put_byte(coder, LOG_END);
  record_end(coder, &log->state, (struct rs_end_event *)event);
  frame_end(log);
}

static void log_free(struct log_sink *log) {
  table_free(&log->table);
  ZSTD_freeCCtx(log->zstd);
  free(log->packed);
  free(log);
}

static enum rs_status log_close(struct rs_trace_sink *sink, struct rs_error *error) {
  struct log_sink *log = (struct log_sink *)sink;
  enum rs_status status = RS_OK;
  frame_end(log);
  if (!log->error && !table_write(&log->table, log->file)) log->error = errno;
  if (log->error)
    status = rs_fail(error, RS_IO_ERROR, "the trace could not be written: %s", strerror(log->error));
  else if (log->lacks)
    status = rs_fail(error, RS_OUT_OF_MEMORY, "the log lacks frames: memory was short");
  log_free(log);
  return status;
}

/* Before each record of the head. */
static struct coder *record_begin(struct log_sink *log) {
  if (log->coder.at - log->frame >= LOG_FRAME) {
    frame_end(log);
    memset(&log->state, 0, sizeof log->state);
  }
  return &log->coder;
}

static void write_symbol(struct log_sink *log, unsigned image, const struct symbol_source *source) {
  struct coder *coder = record_begin(log);
  struct log_symbol symbol = { .image = image,
                               .rank = (uint8_t)source->rank,
                               .sized = source->size != 0,
                               .address = source->address,
                               .reach = (source->size ? source->size : source->end - source->address) - 1 };
  memcpy(symbol.name, source->name, source->name_length);
  coder_put_byte(coder, LOG_SYMBOL);
  record_symbol(coder, &log->state, &symbol);
}

/* The oldest LOG_SYMBOLS of them; returns how many. Without a `log` they are only counted. */
static uint32_t write_symbols(struct log_sink *log, const struct rs_symbols *symbols) {
  const struct symbol_image *image;
  struct symbol_source source;
  uint32_t written = 0;
  for (unsigned i = 0; (image = symbols_image_at(symbols, i)) != NULL; i++)
    for (uint32_t j = 0; written < LOG_SYMBOLS && symbols_image_symbol(image, j, &source); j++, written++)
      if (log) write_symbol(log, i, &source);
  return written;
}

/* What begins a log, in frames of its own: they are in the file before the run begins. */
static void write_head(struct log_sink *log, const struct rs_log_options *options) {
  struct log_facts facts = { .level = (uint8_t)options->level, .model = (uint8_t)options->model };
  facts.symbols = write_symbols(NULL, options->symbols);
  uint8_t preamble[LOG_PREAMBLE];
  log_preamble(preamble, LOG_VERSION);
  file_write(log, preamble, sizeof preamble, 0);
  snprintf(facts.writer, sizeof facts.writer, "%s", RINGSIDE_VERSION);
  for (size_t i = 0; options->program && options->program[i] && i + 1 < sizeof facts.program; i++) {
    char letter = options->program[i];
    facts.program[i] = '?';
    if (letter >= ' ' && letter <= '~') facts.program[i] = letter;
  }
  coder_put_byte(record_begin(log), LOG_FACTS);
  record_facts(&log->coder, &facts);
  write_symbols(log, options->symbols);
  frame_end(log);
  memset(&log->state, 0, sizeof log->state);
  events_begin(log);
}

static bool log_prepare(struct log_sink *log) {
  log->zstd = ZSTD_createCCtx();
  log->packed_room = ZSTD_compressBound(sizeof log->frame);
  log->packed = malloc(log->packed_room);
  return log->zstd && log->packed &&
         !ZSTD_isError(ZSTD_CCtx_setParameter(log->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) &&
         !ZSTD_isError(ZSTD_CCtx_setParameter(log->zstd, ZSTD_c_checksumFlag, 1));
}

struct rs_trace_sink *rs_log_sink(FILE *file, const struct rs_log_options *options) {
  struct log_sink *log = calloc(1, sizeof *log);
  if (!log) return NULL;
  if (!log_prepare(log)) {
    log_free(log);
    return NULL;
  }
  log->sink = (struct rs_trace_sink){ .level = options->level,
                                      .wants_stacks = true,
                                      .transition = log_transition,
                                      .instruction = log_instruction,
                                      .macro = log_macro,
                                      .end = log_end,
                                      .close = log_close };
  log->memory = options->memory;
  log->file = file;
  log->enough = LOG_FRAME_FIRST;
  frame_begin(log);
  write_head(log, options);
  return &log->sink;
}
