/* The frames of a log's file: one after the other, or any one of them. */
#ifndef LOG_FRAMES_H
#define LOG_FRAMES_H

#include <stdio.h>
#include <zstd.h>

#include "log/record.h"

enum { FRAMES_INPUT = 1 << 16 };

struct log_frames {
  FILE *file;
  int64_t start; /* where the log begins in the file; -1: the file cannot be read but forward */
  ZSTD_DCtx *zstd;
  ZSTD_inBuffer input;
  uint64_t index, offset; /* of the next frame: which one it is, the preamble being 0, and where it begins */
  uint64_t *found;        /* once looked for: where each frame begins, and where the last one ends */
  uint64_t count;         /* of those found */
  size_t size;            /* of the frame at hand */
  uint8_t bytes[FRAMES_INPUT], frame[LOG_FRAME_MAX];
};

/* What reading came to. FRAME_FAILED: errno says why. */
enum frame_result { FRAME_READ, FRAME_NONE, FRAME_CUT, FRAME_DAMAGED, FRAME_FAILED };

/* The log begins at the present position of `file`, which stays the caller's. */
enum rs_status frames_open(struct log_frames *frames, FILE *file);
void frames_close(struct log_frames *frames);

/* The first bytes, behind which the frames begin; returns how many of them there are. */
size_t frames_preamble(struct log_frames *frames, uint8_t bytes[LOG_PREAMBLE]);

/* Reads the next frame into `frame`; of one that is not unpacked `size` is 0. */
enum frame_result frames_next(struct log_frames *frames);

/* Finds all whole frames: by the seek table, or, of a log without, by going through the file. RS_IO_ERROR
 * where the file cannot be read but forward. */
enum rs_status frames_find(struct log_frames *frames, struct rs_error *error);

/* Makes the frame of that index, at most `count`, the next one; after frames_find. */
enum rs_status frames_go(struct log_frames *frames, uint64_t index, struct rs_error *error);

#endif
