/* Reads logs, which are hostile input: memory is bounded by what a frame may hold. */
#include "log/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "log/log.h"

enum rs_status log_fail(const struct rs_log *log, const char *what, struct rs_error *error) {
  return rs_fail(error, RS_BAD_LOG,
                 "%s: %s after %" PRIu64 " bytes, which tell the run up to transition #%" PRIu64
                 " and instruction %" PRIu64,
                 log->name, what, log->frames.offset, log->number, log->instructions);
}

enum rs_status log_fail_reading(const struct rs_log *log, struct rs_error *error) {
  return rs_fail(error, RS_IO_ERROR, "%s: %s", log->name, strerror(errno));
}

enum rs_status log_frame(struct rs_log *log, bool *there, struct rs_error *error) {
  enum frame_result result = frames_next(&log->frames);
  *there = result == FRAME_READ;
  log->coder = (struct coder){ .at = log->frames.frame, .end = log->frames.frame + log->frames.size };
  memset(&log->state, 0, sizeof log->state);
  switch (result) {
  case FRAME_CUT: return log_fail(log, "is cut off", error);
  case FRAME_DAMAGED: return log_fail(log, "is damaged", error);
  case FRAME_FAILED: return log_fail_reading(log, error);
  default: return RS_OK;
  }
}

enum rs_status log_enter(struct rs_log *log, bool *there, struct rs_error *error) {
  enum rs_status status = log_frame(log, there, error);
  if (status != RS_OK || !*there) return status;
  log->events = 0;
  log->entered++;
  if (coder_get_byte(&log->coder) != LOG_HERE) return log_fail(log, "is damaged", error);
  memset(&log->here, 0, sizeof log->here);
  record_here(&log->coder, &log->state, &log->here);
  if (log->coder.failed || log->coder.at == log->coder.end) return log_fail(log, "is damaged", error);
  log->number = log->here.number;
  log->instructions = log->here.instructions;
  return RS_OK;
}

/* The first byte of the next event, 0 where the file ends. */
static enum rs_status tag_read(struct rs_log *log, uint8_t *tag, struct rs_error *error) {
  *tag = 0;
  if (log->coder.at == log->coder.end) {
    bool there;
    enum rs_status status = log_enter(log, &there, error);
    if (status != RS_OK) return status;
    if (!there) return log_fail(log, "is cut off", error);
  }
  *tag = coder_get_byte(&log->coder);
  return RS_OK;
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
  record_instruction(&log->coder, &log->state, tag, &log->instruction, &log->before, &log->state.cpu);
  log->instruction.before = &log->before;
  log->instruction.after = &log->state.cpu;
}

static void macro_read(struct rs_log *log) {
  memset(&log->macro, 0, sizeof log->macro);
  record_macro(&log->coder, &log->state, &log->macro, &log->before);
  log->macro.event.cpu = &log->before;
  log->macro.event.step.name = log->macro.name;
}

static void end_read(struct rs_log *log) {
  record_end(&log->coder, &log->state, &log->end);
  log->state.instructions = log->end.instructions;
  log->ended = !log->coder.failed;
}

/* Behind the end there is the seek table alone, which is no part of what is told. */
static enum rs_status tail_read(struct rs_log *log, struct rs_error *error) {
  bool there = true, more = log->coder.at < log->coder.end;
  while (there && !more) {
    enum rs_status status = log_frame(log, &there, error);
    if (status != RS_OK) return status;
    more = there && log->frames.size > 0;
  }
  return more ? log_fail(log, "goes on behind the run's end", error) : RS_OK;
}

static enum rs_status record_read(struct rs_log *log, uint8_t tag, struct rs_error *error) {
  unsigned kind = tag & LOG_KIND_MASK;
  if (kind == LOG_TRANSITION && kind == tag)
    transition_read(log);
  else if (kind == LOG_INSTRUCTION)
    instruction_read(log, tag);
  else if (kind == LOG_MACRO && kind == tag)
    macro_read(log);
  else if (kind == LOG_END && kind == tag)
    end_read(log);
  else
    log->coder.failed = true;
  return log->coder.failed ? log_fail(log, "is damaged", error) : RS_OK;
}

enum rs_status log_next(struct rs_log *log, struct log_event *event, struct rs_error *error) {
  uint8_t tag;
  *event = (struct log_event){ .kind = 0 };
  if (log->ended) return tail_read(log, error);
  enum rs_status status = tag_read(log, &tag, error);
  if (status == RS_OK) status = record_read(log, tag, error);
  if (status != RS_OK) return status;
  log->events++;
  if (log->state.number > log->number) log->number = log->state.number;
  log->instructions = log->state.instructions;
  *event = (struct log_event){ .kind = tag & LOG_KIND_MASK,
                               .transition = &log->told.event,
                               .instruction = &log->instruction,
                               .macro = &log->macro.event,
                               .end = &log->end };
  return RS_OK;
}
