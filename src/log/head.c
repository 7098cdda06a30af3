/* Opens logs, which are hostile input: the preamble, the facts, the symbols. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "trace/symbols.h"

/* The first byte of the next record of the head, 0 where the file ends. */
static enum rs_status tag_read(struct rs_log *log, uint8_t *tag, struct rs_error *error) {
  bool there = true;
  *tag = 0;
  while (log->coder.at == log->coder.end) {
    enum rs_status status = log_frame(log, &there, error);
    if (status != RS_OK) return status;
    if (!there) return log_fail(log, "is cut off", error);
  }
  *tag = coder_get_byte(&log->coder);
  return RS_OK;
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
    if (tag == LOG_SYMBOL) record_symbol(&log->coder, &log->state, &symbol);
    status = tag != LOG_SYMBOL || log->coder.failed ? RS_BAD_LOG : symbol_add(log, &symbol);
    if (status == RS_BAD_LOG) return log_fail(log, "is damaged", error);
    if (status != RS_OK) return rs_fail(error, status, "%s", rs_status_text(status));
  }
  image_finish(log);
  return RS_OK;
}

static enum rs_status version_check(const struct rs_log *log, uint32_t version, struct rs_error *error) {
  if (version == LOG_VERSION) return RS_OK;
  return rs_fail(error, RS_BAD_LOG, "%s: has format %" PRIu32 ", of %s Ringside: this one reads format %d",
                 log->name, version, version > LOG_VERSION ? "a newer" : "an older", LOG_VERSION);
}

static enum rs_status preamble_read(struct rs_log *log, struct rs_error *error) {
  uint8_t expected[LOG_PREAMBLE], found[LOG_PREAMBLE];
  uint32_t version = 0;
  log_preamble(expected, LOG_VERSION);
  size_t got = frames_preamble(&log->frames, found);
  if (got != sizeof found && ferror(log->frames.file)) return log_fail_reading(log, error);
  if (memcmp(found, expected, got < 16 ? got : 16) != 0 || got < 16)
    return rs_fail(error, RS_BAD_LOG, "%s: is not a log of Ringside's", log->name);
  if (got != sizeof found) return log_fail(log, "is cut off", error);
  for (unsigned i = 0; i < 4; i++)
    version |= (uint32_t)found[16 + i] << 8 * i;
  return version_check(log, version, error);
}

/* Events begin in a frame of their own. */
static enum rs_status head_read(struct rs_log *log, struct rs_error *error) {
  uint8_t tag;
  enum rs_status status = preamble_read(log, error);
  if (status == RS_OK) status = tag_read(log, &tag, error);
  if (status != RS_OK) return status;
  if (tag == LOG_FACTS) record_facts(&log->coder, &log->facts);
  if (tag != LOG_FACTS || log->coder.failed) return log_fail(log, "is damaged", error);
  status = symbols_read(log, error);
  if (status == RS_OK && log->coder.at < log->coder.end) status = log_fail(log, "is damaged", error);
  log->first = log->frames.index;
  return status;
}

enum rs_status rs_log_open(FILE *file, const char *name, struct rs_log **out, struct rs_error *error) {
  struct rs_log *log = calloc(1, sizeof *log);
  enum rs_status status = RS_OUT_OF_MEMORY;
  *out = log;
  if (log) {
    log->name = name;
    status = frames_open(&log->frames, file);
    if (status == RS_OK) status = rs_symbols_create(&log->symbols);
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
  frames_close(&log->frames);
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
