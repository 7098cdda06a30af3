/* The sink that writes a log: records into a frame, a full frame into the file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "log/record.h"
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
  int error;     /* errno of the first write that failed, or 0 */
  bool unpacked; /* zstd refused a frame */
  uint8_t *packed;
  size_t packed_room;
  uint8_t frame[LOG_FRAME_MAX];
};

static void frame_begin(struct log_sink *log) {
  log->coder = (struct coder){ .at = log->frame, .end = log->frame + sizeof log->frame, .writing = true };
  memset(&log->state, 0, sizeof log->state);
}

static void file_write(struct log_sink *log, const void *bytes, size_t size) {
  if (log->error) return;
  if (fwrite(bytes, 1, size, log->file) != size || fflush(log->file) != 0) log->error = errno;
}

/* What is written is whole frames: a log that ends here can be read up to here. */
static void frame_end(struct log_sink *log) {
  size_t size = (size_t)(log->coder.at - log->frame);
  if (size == 0) return;
  size_t packed = ZSTD_compress2(log->zstd, log->packed, log->packed_room, log->frame, size);
  if (ZSTD_isError(packed))
    log->unpacked = true;
  else
    file_write(log, log->packed, packed);
  frame_begin(log);
}

/* Before each record. */
static inline struct coder *record_begin(struct log_sink *log) {
  if (log->coder.at - log->frame >= LOG_FRAME) frame_end(log);
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

static void call_keep(struct log_sink *log, const struct rs_transition_event *event) {
  const struct rs_memory_view view = { log, read_and_keep };
  char text[CALL_TEXT];
  struct output output;
  struct call call;
  log->told.reads.count = 0;
  if (!event->number) return;
  call_decode(event->transition, &view, &call);
  if (call.abi == LINUX_NONE) return;
  output_init(&output, NULL, text, sizeof text, false);
  call_print(&output, &call, &event->transition->before, &view);
}

/* A coder that writes leaves what it is given as it is: so `const` is cast away here and below. */
static void log_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = record_begin(log);
  call_keep(log, event);
  log->told.event = *event;
  coder_put_byte(coder, LOG_TRANSITION);
  record_transition(coder, &log->state, &log->told, (struct rs_transition *)event->transition);
}

static void log_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = record_begin(log);
  uint8_t tag = instruction_tag(&log->state, event);
  coder_put_byte(coder, tag);
  record_instruction(coder, &log->state, tag, (struct rs_instruction_event *)event,
                     (struct rs_cpu *)event->before, (struct rs_cpu *)event->after);
}

static void log_macro(struct rs_trace_sink *sink, const struct rs_macro_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = record_begin(log);
  struct log_macro told = { .event = *event };
  strncpy(told.name, event->step.name, sizeof told.name - 1);
  coder_put_byte(coder, LOG_MACRO);
  record_macro(coder, &log->state, &told, (struct rs_cpu *)event->cpu);
}

static void log_end(struct rs_trace_sink *sink, const struct rs_end_event *event) {
  struct log_sink *log = (struct log_sink *)sink;
  struct coder *coder = record_begin(log);
  coder_put_byte(coder, LOG_END);
  record_end(coder, &log->state, (struct rs_end_event *)event);
  frame_end(log);
}

static void log_free(struct log_sink *log) {
  ZSTD_freeCCtx(log->zstd);
  free(log->packed);
  free(log);
}

static enum rs_status log_close(struct rs_trace_sink *sink, struct rs_error *error) {
  struct log_sink *log = (struct log_sink *)sink;
  enum rs_status status = RS_OK;
  frame_end(log);
  if (log->error)
    status = rs_fail(error, RS_IO_ERROR, "the trace could not be written: %s", strerror(log->error));
  else if (log->unpacked)
    status = rs_fail(error, RS_OUT_OF_MEMORY, "the log lacks frames: memory was short");
  log_free(log);
  return status;
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
  file_write(log, preamble, sizeof preamble);
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
  frame_begin(log);
  write_head(log, options);
  return &log->sink;
}
