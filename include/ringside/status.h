/* Host failures: what went wrong outside the guest, one sentence each. Guest faults are values, never these.
 */
#ifndef RINGSIDE_STATUS_H
#define RINGSIDE_STATUS_H

#define RS_STATUSES(X)                                                                                       \
  X(RS_OK, "it worked")                                                                                      \
  X(RS_OUT_OF_MEMORY, "the host has no memory left")                                                         \
  X(RS_BAD_ARGUMENT, "an argument is outside its documented range")                                          \
  X(RS_IO_ERROR, "a host file could not be read or written")                                                 \
  X(RS_BAD_IMAGE, "the image is not one that can be loaded")                                                 \
  X(RS_BAD_LOG, "the file is not a whole log that this Ringside can read")                                   \
  X(RS_UNSUPPORTED, "this combination is not one that the hardware or Ringside offers")                      \
  X(RS_ENGINE_REFUSED, "the Unicorn library does not behave as Ringside needs")                              \
  X(RS_ENGINE_FAILED, "the Unicorn library stopped for a reason of its own")

enum rs_status {
#define X(name, text) name,
  RS_STATUSES(X)
#undef X
};

/* One sentence for `status`, without a full stop; static storage. */
const char *rs_status_text(enum rs_status status);

/* A failure and the one clear line that names what failed and why. Owned by the caller. */
struct rs_error {
  enum rs_status status;
  char text[256]; /* no newline; always terminated */
};

/* Fills `error` (which may be NULL) from a printf format and returns `status`. */
enum rs_status rs_fail(struct rs_error *error, enum rs_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
