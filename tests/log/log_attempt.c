/* Seeks in hostile logs and shows them in both formats. */
#include "log/log_attempt.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "log/record.h"
#include "log/sample.h"
#include "log/seek.h"

static void require(int holds) {
  if (!holds) abort();
}

static void show(const struct piece *log, enum sample_format format) {
  struct rs_error error = { .status = RS_OK };
  struct piece told;
  enum rs_status status = sample_show(log, RS_TRACE_INSTRUCTIONS, format, NULL, &told, &error);
  require(status == RS_OK || status == RS_BAD_LOG);
  require(status == RS_OK || (error.text[0] && !strchr(error.text, '\n')));
  free(told.bytes);
}

/* Every place that can be asked for is found, or refused. False: it is no log. */
static bool seek(const struct piece *piece) {
  struct rs_error error;
  struct rs_log *log = NULL;
  struct log_position place = { 0, 0 }, before;
  struct log_event event;
  bool there = true;
  FILE *file = fmemopen(piece->bytes, piece->size, "rb");
  require(file != NULL);
  bool is_log = rs_log_open(file, "sought", &log, &error) == RS_OK;
  if (is_log) {
    for (uint64_t number = 0; number < 4; number++) {
      log_find_transition(log, number, &place, &error);
      log_find_instruction(log, number << 4, &place, &error);
    }
    if (log_find_last(log, &place, &error) == RS_OK) {
      require(log_go(log, place, &error) == RS_OK && log_next(log, &event, &error) == RS_OK && event.kind);
      for (int i = 0; i < 100 && there; i++, place = before)
        if (log_find_previous(log, place, &before, &there, &error) != RS_OK) break;
    }
  }
  rs_log_close(log);
  fclose(file);
  return is_log;
}

bool log_attempt(const uint8_t *bytes, size_t size) {
  const struct piece log = { (char *)bytes, size };
  if (size == 0) return false;
  show(&log, SAMPLE_TEXT);
  show(&log, SAMPLE_JSONL);
  return seek(&log);
}

static size_t pack(uint8_t *to, size_t room, const void *bytes, size_t size) {
  size_t packed = ZSTD_compress(to, room, bytes, size, 1);
  require(!ZSTD_isError(packed));
  return packed;
}

static size_t facts_put(uint8_t *to, size_t room) {
  struct log_facts said = { .level = RS_TRACE_INSTRUCTIONS };
  struct coder coder = { .at = to, .end = to + room, .writing = true };
  coder_put_byte(&coder, LOG_FACTS);
  record_facts(&coder, &said);
  return (size_t)(coder.at - to);
}

/* What begins a frame of events, unless the records do so themselves. */
static size_t here_put(uint8_t *to, size_t room, uint8_t first) {
  struct log_here here = { .number = 0 };
  struct log_state *state = calloc(1, sizeof *state);
  struct coder coder = { .at = to, .end = to + room, .writing = true };
  require(state != NULL);
  if ((first & LOG_KIND_MASK) != LOG_HERE) {
    coder_put_byte(&coder, LOG_HERE);
    record_here(&coder, state, &here);
  }
  free(state);
  return (size_t)(coder.at - to);
}

struct piece log_of_records(const uint8_t *records, size_t size) {
  enum { ROOM = 2 * LOG_PROGRAM };
  size_t room = LOG_PREAMBLE + ZSTD_compressBound(ROOM) + ZSTD_compressBound(ROOM + size);
  uint8_t *log = malloc(room), *frame = malloc(ROOM + size);
  require(log && frame);
  log_preamble(log, LOG_VERSION);
  size_t used = LOG_PREAMBLE, facts = facts_put(frame, ROOM);
  used += pack(log + used, room - used, frame, facts);
  size_t head = here_put(frame, ROOM, size ? records[0] : 0);
  memcpy(frame + head, records, size);
  used += pack(log + used, room - used, frame, head + size);
  free(frame);
  return (struct piece){ (char *)log, used };
}
