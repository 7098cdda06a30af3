/* Reads logs, which are hostile input: memory is bounded by what a frame may hold. */
#include "log/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "trace/symbols.h"

enum { INPUT_SIZE = 1 << 16, WINDOW_LOG_MAX = 20 };

struct rs_log {
  FILE *file;
  const char *name;
  ZSTD_DCtx *zstd;
  ZSTD_inBuffer input;
  uint64_t frames, whole; /* frames read, and how many bytes of the file they and what came before make */
  bool ended;             /* the run's end has been told */
  struct coder coder;
  struct log_state state;
  struct log_facts facts;
  struct rs_symbols *symbols;
  struct symbol_image *image; /* being collected */
  uint32_t image_index;
  uint64_t number, instructions; /* what the last whole record came to */
  /* The event at hand. */
  struct log_transition told;
  struct rs_instruction_event instruction;
  struct log_macro macro;
  struct rs_end_event end;
  struct rs_cpu before, after;
  struct rs_transition transition;
  uint8_t bytes[INPUT_SIZE], frame[LOG_FRAME_MAX];
};

static enum rs_status fail_after(const struct rs_log *log, const char *what, struct rs_error *error) {
  return rs_fail(error, RS_BAD_LOG,
                 "%s: %s after %" PRIu64 " bytes, which tell the run up to transition #%" PRIu64
                 " and instruction %" PRIu64,
                 log->name, what, log->whole, log->number, log->instructions);
}

static enum rs_status fail_reading(const struct rs_log *log, struct rs_error *error) {
  return rs_fail(error, RS_IO_ERROR, "%s: %s", log->name, strerror(errno));
}

/* Unpacks some more of a frame; `*rest` is 0 when it is whole. */
static enum rs_status frame_continue(struct rs_log *log, ZSTD_outBuffer *out, size_t *rest,
                                     struct rs_error *error) {
  size_t from = log->input.pos, had = out->pos;
  *rest = ZSTD_decompressStream(log->zstd, out, &log->input);
  bool stuck = *rest && from == log->input.pos && had == out->pos;
  if (ZSTD_isError(*rest) || stuck) return fail_after(log, "is damaged", error);
  return RS_OK;
}

/* False at the end of the file. */
static bool input_fill(struct rs_log *log) {
  if (log->input.pos < log->input.size) return true;
  log->input = (ZSTD_inBuffer){ .src = log->bytes, .size = fread(log->bytes, 1, INPUT_SIZE, log->file) };
  return log->input.size > 0;
}

/* `*there` is false where the file ends instead. */
static enum rs_status frame_read(struct rs_log *log, bool *there, struct rs_error *error) {
  ZSTD_outBuffer out = { .dst = log->frame, .size = sizeof log->frame };
  enum rs_status status = RS_OK;
  uint64_t consumed = 0;
  size_t rest = 1;
  while (rest && status == RS_OK) {
    *there = input_fill(log);
    if (!*there) break;
    size_t from = log->input.pos;
    status = frame_continue(log, &out, &rest, error);
    consumed += log->input.pos - from;
  }
  if (status != RS_OK) return status;
  if (!*there && ferror(log->file)) return fail_reading(log, error);
  if (!*there) return consumed ? fail_after(log, "is cut off", error) : RS_OK;
  log->whole += consumed;
  log->frames++;
  log->coder = (struct coder){ .at = log->frame, .end = log->frame + out.pos };
  return RS_OK;
}

/* The first byte of the next record, never 0 but where the file ends. */
static enum rs_status tag_read(struct rs_log *log, uint8_t *tag, struct rs_error *error) {
  bool there = true, fresh = false;
  *tag = 0;
  while (log->coder.at == log->coder.end) {
    enum rs_status status = frame_read(log, &there, error);
    if (status != RS_OK || !there) return status;
    fresh = true;
  }
  if (fresh) memset(&log->state, 0, sizeof log->state);
  *tag = coder_get_byte(&log->coder);
  return *tag ? RS_OK : fail_after(log, "is damaged", error);
}

static void image_finish(struct rs_log *log) {
  if (log->image) symbols_image_finish(log->symbols, log->image);
  log->image = NULL;
}

static enum rs_status image_next(struct rs_log *log, uint32_t index) {
  if (log->image && index == log->image_index) return RS_OK;
  if (log->image && index < log->image_index) return RS_BAD_LOG;
  image_finish(log);
  log->image = symbols_image_start();
  log->image_index = index;
  return log->image ? RS_OK : RS_OUT_OF_MEMORY;
}

static enum rs_status symbol_add(struct rs_log *log, const struct log_symbol *symbol) {
  enum rs_status status = image_next(log, symbol->image);
  if (status != RS_OK) return status;
  const struct symbol_source source = { .address = symbol->address,
                                        .size = symbol->sized ? symbol->reach + 1 : 0,
                                        .end = symbol->sized ? 0 : symbol->address + symbol->reach + 1,
                                        .rank = (enum symbol_rank)symbol->rank,
                                        .name = symbol->name,
                                        .name_length = strlen(symbol->name) };
  return symbols_image_add(log->image, &source);
}

static enum rs_status symbols_read(struct rs_log *log, struct rs_error *error) {
  for (uint32_t i = 0; i < log->facts.symbols; i++) {
    struct log_symbol symbol = { .image = 0 };
    uint8_t tag;
    enum rs_status status = tag_read(log, &tag, error);
    if (status != RS_OK) return status;
    if (tag == 0) return fail_after(log, "is cut off", error);
    if (tag == LOG_SYMBOL) record_symbol(&log->coder, &log->state, &symbol);
    status = tag != LOG_SYMBOL || log->coder.failed ? RS_BAD_LOG : symbol_add(log, &symbol);
    if (status == RS_BAD_LOG) return fail_after(log, "is damaged", error);
    if (status != RS_OK) return rs_fail(error, status, "%s", rs_status_text(status));
  }
  image_finish(log);
  return RS_OK;
}

static enum rs_status preamble_read(struct rs_log *log, struct rs_error *error) {
  uint8_t expected[LOG_PREAMBLE], found[LOG_PREAMBLE];
  uint32_t version = 0;
  log_preamble(expected, LOG_VERSION);
  size_t got = fread(found, 1, sizeof found, log->file);
  if (got != sizeof found && ferror(log->file)) return fail_reading(log, error);
  if (memcmp(found, expected, got < 16 ? got : 16) != 0 || got < 16)
    return rs_fail(error, RS_BAD_LOG, "%s: is not a log of Ringside's", log->name);
  for (unsigned i = 0; got == sizeof found && i < 4; i++)
    version |= (uint32_t)found[16 + i] << 8 * i;
  if (version > LOG_VERSION)
    return rs_fail(error, RS_BAD_LOG,
                   "%s: has format %" PRIu32 ", of a newer Ringside: this one reads format %d", log->name,
                   version, LOG_VERSION);
  log->whole = got;
  if (version == 0) return fail_after(log, got == sizeof found ? "is damaged" : "is cut off", error);
  return RS_OK;
}

static enum rs_status head_read(struct rs_log *log, struct rs_error *error) {
  uint8_t tag;
  enum rs_status status = preamble_read(log, error);
  if (status == RS_OK) status = tag_read(log, &tag, error);
  if (status != RS_OK) return status;
  if (tag == 0) return fail_after(log, "is cut off", error);
  if (tag == LOG_FACTS) record_facts(&log->coder, &log->facts);
  if (tag != LOG_FACTS || log->coder.failed) return fail_after(log, "is damaged", error);
  return symbols_read(log, error);
}

enum rs_status rs_log_open(FILE *file, const char *name, struct rs_log **out, struct rs_error *error) {
  struct rs_log *log = calloc(1, sizeof *log);
  enum rs_status status = RS_OUT_OF_MEMORY;
  *out = log;
  if (log) {
    log->file = file;
    log->name = name;
    log->zstd = ZSTD_createDCtx();
    status = rs_symbols_create(&log->symbols);
    if (!log->zstd || ZSTD_isError(ZSTD_DCtx_setParameter(log->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
      status = RS_OUT_OF_MEMORY;
  }
  if (status == RS_OK)
    status = head_read(log, error);
  else
    rs_fail(error, status, "%s", rs_status_text(status));
  if (status == RS_OK) return RS_OK;
  rs_log_close(log);
  *out = NULL;
  return status;
}

void rs_log_close(struct rs_log *log) {
  if (!log) return;
  ZSTD_freeDCtx(log->zstd);
  symbols_image_free(log->image);
  rs_symbols_free(log->symbols);
  free(log);
}

enum rs_trace_level rs_log_level(const struct rs_log *log) {
  return (enum rs_trace_level)log->facts.level;
}

const char *rs_log_program(const struct rs_log *log) {
  return log->facts.program;
}

const struct rs_symbols *rs_log_symbols(const struct rs_log *log) {
  return log->symbols;
}

bool rs_log_has_level(const struct rs_log *log, enum rs_trace_level level) {
  if (level == RS_TRACE_MACRO)
    return log->facts.level == RS_TRACE_MACRO || log->facts.level >= RS_TRACE_STEPS;
  return log->facts.level >= level;
}

static size_t reads_find(void *context, const struct rs_cpu *cpu, uint64_t linear, void *bytes, size_t size) {
  const struct log_reads *reads = &((const struct rs_log *)context)->told.reads;
  (void)cpu;
  for (unsigned i = 0; i < reads->count; i++) {
    const struct log_read *read = &reads->read[i];
    if (read->linear != linear || read->wanted != size) continue;
    memcpy(bytes, read->bytes, read->got);
    return read->got;
  }
  return 0;
}

struct rs_memory_view rs_log_memory(struct rs_log *log) {
  return (struct rs_memory_view){ log, reads_find };
}

static void transition_read(struct rs_log *log) {
  memset(&log->told, 0, sizeof log->told);
  memset(&log->transition, 0, offsetof(struct rs_transition, step));
  record_transition(&log->coder, &log->state, &log->told, &log->transition);
  log->told.event.transition = &log->transition;
}

static void instruction_read(struct rs_log *log, uint8_t tag) {
  memset(&log->instruction, 0, sizeof log->instruction);
  record_instruction(&log->coder, &log->state, tag, &log->instruction, &log->before, &log->after);
  log->instruction.before = &log->before;
  log->instruction.after = &log->after;
}

static void macro_read(struct rs_log *log) {
  memset(&log->macro, 0, sizeof log->macro);
  record_macro(&log->coder, &log->state, &log->macro, &log->before);
  log->macro.event.cpu = &log->before;
  log->macro.event.step.name = log->macro.name;
}

/* Whatever follows the end is not of this run. */
static enum rs_status end_read(struct rs_log *log, struct rs_error *error) {
  bool there = false;
  record_end(&log->coder, &log->state, &log->end);
  if (log->coder.failed) return RS_OK;
  log->instructions = log->end.instructions;
  log->ended = true;
  if (log->coder.at == log->coder.end) {
    enum rs_status status = frame_read(log, &there, error);
    if (status != RS_OK) return status;
  }
  return there || log->coder.at < log->coder.end ? fail_after(log, "goes on behind the run's end", error)
                                                 : RS_OK;
}

static enum rs_status record_read(struct rs_log *log, uint8_t tag, struct rs_error *error) {
  unsigned kind = tag & LOG_KIND_MASK;
  enum rs_status status = RS_OK;
  if (kind == LOG_TRANSITION && kind == tag)
    transition_read(log);
  else if (kind == LOG_INSTRUCTION)
    instruction_read(log, tag);
  else if (kind == LOG_MACRO && kind == tag)
    macro_read(log);
  else if (kind == LOG_END && kind == tag)
    status = end_read(log, error);
  else
    log->coder.failed = true;
  if (status != RS_OK) return status;
  return log->coder.failed ? fail_after(log, "is damaged", error) : RS_OK;
}

enum rs_status log_next(struct rs_log *log, struct log_event *event, struct rs_error *error) {
  uint8_t tag;
  *event = (struct log_event){ .kind = 0 };
  if (log->ended) return RS_OK;
  enum rs_status status = tag_read(log, &tag, error);
  if (status == RS_OK && tag == 0) return fail_after(log, "is cut off", error);
  if (status == RS_OK) status = record_read(log, tag, error);
  if (status != RS_OK) return status;
  log->number = log->state.number > log->number ? log->state.number : log->number;
  log->instructions = log->state.instructions;
  *event = (struct log_event){ .kind = tag & LOG_KIND_MASK,
                               .transition = &log->told.event,
                               .instruction = &log->instruction,
                               .macro = &log->macro.event,
                               .end = &log->end };
  return RS_OK;
}
