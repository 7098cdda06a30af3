/* Frames by zstd's streaming interface, and where each of them is. */
#include "log/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log/table.h"

enum { WINDOW_LOG_MAX = 20, SCAN_SIZE = 1 << 21 };

enum rs_status frames_open(struct log_frames *frames, FILE *file) {
  frames->file = file;
  frames->start = ftello(file);
  frames->zstd = ZSTD_createDCtx();
  if (!frames->zstd) return RS_OUT_OF_MEMORY;
  return ZSTD_isError(ZSTD_DCtx_setParameter(frames->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))
             ? RS_OUT_OF_MEMORY
             : RS_OK;
}

void frames_close(struct log_frames *frames) {
  ZSTD_freeDCtx(frames->zstd);
  free(frames->found);
}

size_t frames_preamble(struct log_frames *frames, uint8_t bytes[LOG_PREAMBLE]) {
  size_t got = fread(bytes, 1, LOG_PREAMBLE, frames->file);
  frames->offset = got;
  frames->index = 1;
  return got;
}

/* Unpacks some more of a frame; `*rest` is 0 when it is whole. */
static bool frame_continue(struct log_frames *frames, ZSTD_outBuffer *out, size_t *rest) {
  size_t from = frames->input.pos, had = out->pos;
  *rest = ZSTD_decompressStream(frames->zstd, out, &frames->input);
  bool stuck = *rest && from == frames->input.pos && had == out->pos;
  frames->offset += frames->input.pos - from;
  return !ZSTD_isError(*rest) && !stuck;
}

/* False at the end of the file. */
static bool input_fill(struct log_frames *frames) {
  if (frames->input.pos < frames->input.size) return true;
  frames->input =
      (ZSTD_inBuffer){ .src = frames->bytes, .size = fread(frames->bytes, 1, FRAMES_INPUT, frames->file) };
  return frames->input.size > 0;
}

/* What is whole ends where the frame begins. */
static enum frame_result give_up(struct log_frames *frames, uint64_t begin, enum frame_result result) {
  frames->offset = begin;
  return result;
}

enum frame_result frames_next(struct log_frames *frames) {
  ZSTD_outBuffer out = { .dst = frames->frame, .size = sizeof frames->frame };
  uint64_t begin = frames->offset;
  size_t rest = 1;
  frames->size = 0;
  while (rest) {
    if (!input_fill(frames)) {
      if (ferror(frames->file)) return FRAME_FAILED;
      return give_up(frames, begin, frames->offset == begin ? FRAME_NONE : FRAME_CUT);
    }
    if (!frame_continue(frames, &out, &rest)) return give_up(frames, begin, FRAME_DAMAGED);
  }
  frames->index++;
  frames->size = out.pos;
  return FRAME_READ;
}

static bool found_add(struct log_frames *frames, uint64_t *room, uint64_t end) {
  if (frames->count + 1 >= *room) {
    uint64_t more = *room ? 2 * *room : 64;
    uint64_t *grown = realloc(frames->found, more * sizeof *grown);
    if (!grown) return false;
    frames->found = grown;
    *room = more;
  }
  if (frames->count == 0) frames->found[0] = 0;
  frames->found[++frames->count] = end;
  return true;
}

static bool found_by_table(struct log_frames *frames, const struct log_table *table) {
  uint64_t room = 0, end = 0;
  for (size_t i = 0; i < table->count; i++) {
    end += table->entry[i].packed;
    if (!found_add(frames, &room, end)) return false;
  }
  return true;
}

/* As many whole frames as the file holds, from its beginning; zstd tells where each ends without unpacking.
 */
static bool found_by_scan(struct log_frames *frames, uint8_t *bytes) {
  uint64_t room = 0, end = 0;
  size_t at = 0, size = 0;
  while (true) {
    size_t left = size - at;
    size_t packed = ZSTD_findFrameCompressedSize(bytes + at, left);
    if (!ZSTD_isError(packed)) {
      at += packed;
      end += packed;
      if (!found_add(frames, &room, end)) return false;
      continue;
    }
    if (left == SCAN_SIZE) return true;
    memmove(bytes, bytes + at, left);
    size_t got = fread(bytes + left, 1, SCAN_SIZE - left, frames->file);
    at = 0;
    size = left + got;
    if (got == 0) return true;
  }
}

static bool scan(struct log_frames *frames) {
  uint8_t *bytes = malloc(SCAN_SIZE);
  bool done = bytes && fseeko(frames->file, frames->start, SEEK_SET) == 0 && found_by_scan(frames, bytes);
  free(bytes);
  return done;
}

enum rs_status frames_find(struct log_frames *frames, struct rs_error *error) {
  struct log_table table;
  if (frames->found) return RS_OK;
  if (frames->start < 0 || fseeko(frames->file, 0, SEEK_END) != 0)
    return rs_fail(error, RS_IO_ERROR, "cannot go back and forth in the log: %s", strerror(errno));
  int64_t end = ftello(frames->file);
  bool has_table = table_read(&table, frames->file, frames->start, (uint64_t)(end - frames->start));
  bool done = has_table ? found_by_table(frames, &table) : scan(frames);
  table_free(&table);
  if (done && frames->found) return RS_OK;
  return rs_fail(error, done ? RS_BAD_LOG : RS_OUT_OF_MEMORY, "the log's frames cannot be found");
}

enum rs_status frames_go(struct log_frames *frames, uint64_t index, struct rs_error *error) {
  if (index > frames->count) return rs_fail(error, RS_BAD_LOG, "the log has no such frame");
  frames->offset = frames->found[index];
  frames->index = index;
  frames->input = (ZSTD_inBuffer){ .src = frames->bytes };
  ZSTD_DCtx_reset(frames->zstd, ZSTD_reset_session_only);
  if (fseeko(frames->file, frames->start + (int64_t)frames->offset, SEEK_SET) == 0) return RS_OK;
  return rs_fail(error, RS_IO_ERROR, "cannot go back and forth in the log: %s", strerror(errno));
}
