/* The packets of a Perfetto trace that Ringside writes: tracks and what happens on them (docs/perfetto.md).
 */
#ifndef TRACE_PACKETS_H
#define TRACE_PACKETS_H

#include "trace/output.h"
#include "trace/protobuf.h"

/* What events are about: their categories. */
#define PACKET_CATEGORIES(X)                                                                                 \
  X(ENTRY, "entry")           /* from an entry into a ring to its return */                                  \
  X(TRANSITION, "transition") /* one transition, numbered */                                                 \
  X(OPERATION, "operation")   /* another sensitive instruction */                                            \
  X(REFUSED, "refused")       /* an attempt that faulted */                                                  \
  X(CHECK, "check")                                                                                          \
  X(READ, "read")                                                                                            \
  X(WRITE, "write")                                                                                          \
  X(RUNNING, "running") /* a program, or the kernel on its own account */                                    \
  X(FUNCTION, "function")                                                                                    \
  X(MACRO, "macro") /* a step that the guest's symbols name */                                               \
  X(END, "end")

/* What is noted of them: the names of debug annotations. */
#define PACKET_NOTES(X)                                                                                      \
  X(LINE, "line")                                                                                            \
  X(NUMBER, "number")                                                                                        \
  X(SEQUENCE, "sequence")                                                                                    \
  X(INSTRUCTIONS, "instructions")                                                                            \
  X(MECHANISM, "mechanism")                                                                                  \
  X(FROM, "from")                                                                                            \
  X(TO, "to")                                                                                                \
  X(RESULT, "result")                                                                                        \
  X(CHECK, "check")                                                                                          \
  X(PASSED, "passed")                                                                                        \
  X(CITATION, "citation")                                                                                    \
  X(LINEAR, "linear")                                                                                        \
  X(OLD, "old")                                                                                              \
  X(VALUE, "value")                                                                                          \
  X(MEANING, "meaning")                                                                                      \
  X(UNFINISHED, "unfinished")

enum packet_category {
  PACKET_CATEGORY_NONE,
#define X(name, text) PACKET_CATEGORY_##name,
  PACKET_CATEGORIES(X)
#undef X
};

enum packet_note {
  PACKET_NOTE_NONE,
#define X(name, text) PACKET_NOTE_##name,
  PACKET_NOTES(X)
#undef X
};

/* TrackEvent.Type */
enum packet_type { PACKET_SLICE_BEGIN = 1, PACKET_SLICE_END, PACKET_INSTANT };

enum { PACKET_ROOM = 16384, PACKET_TEXT = 1024 }; /* no text is longer; a dozen of them are one event's */

struct packets {
  struct output output;
  struct protobuf proto;
  size_t packet, event; /* where they began */
  uint8_t bytes[PACKET_ROOM];
};

/* `buffer` is the output's. Writes the names of categories and notes. */
void packets_init(struct packets *packets, FILE *file, char *buffer, size_t capacity);

/* A track below `parent`, or a process's where `process` is not 0; siblings stand by their rank. */
struct packet_track {
  uint64_t uuid, parent;
  uint32_t process, rank;
  const char *name;
};
void packets_track(struct packets *packets, const struct packet_track *track);

/* One event: begin, what is to be said of it, end. */
void event_begin(struct packets *packets, enum packet_type type, uint64_t track, uint64_t time);
void event_name(struct packets *packets, enum packet_category category, const char *name);
void event_text(struct packets *packets, enum packet_note note, const char *text);
void event_number(struct packets *packets, enum packet_note note, uint64_t value);
void event_pointer(struct packets *packets, enum packet_note note, uint64_t address);
void event_truth(struct packets *packets, enum packet_note note, bool value);
void event_flow(struct packets *packets, uint64_t flow, bool ends);
void event_end(struct packets *packets);

#endif
