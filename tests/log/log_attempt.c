/* Shows hostile logs in both formats. */
#include "log/log_attempt.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "log/record.h"
#include "log/sample.h"

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

void log_attempt(const uint8_t *bytes, size_t size) {
  const struct piece log = { (char *)bytes, size };
  if (size == 0) return;
  show(&log, SAMPLE_TEXT);
  show(&log, SAMPLE_JSONL);
}

static size_t pack(uint8_t *to, size_t room, const void *bytes, size_t size) {
  size_t packed = ZSTD_compress(to, room, bytes, size, 1);
  require(!ZSTD_isError(packed));
  return packed;
}

void log_attempt_records(const uint8_t *records, size_t size) {
  uint8_t facts[2 * LOG_PROGRAM];
  struct log_facts said = { .level = RS_TRACE_INSTRUCTIONS };
  struct coder coder = { .at = facts, .end = facts + sizeof facts, .writing = true };
  size_t room = LOG_PREAMBLE + ZSTD_compressBound(sizeof facts) + ZSTD_compressBound(size),
         used = LOG_PREAMBLE;
  uint8_t *log = malloc(room);
  require(log != NULL);
  coder_put_byte(&coder, LOG_FACTS);
  record_facts(&coder, &said);
  log_preamble(log, LOG_VERSION);
  used += pack(log + used, room - used, facts, (size_t)(coder.at - facts));
  used += pack(log + used, room - used, records, size);
  log_attempt(log, used);
  free(log);
}
