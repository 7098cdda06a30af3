/* Perfetto's messages by their published field numbers, each packet framed as a field of the trace. */
#include "trace/packets.h"

#include <assert.h>
#include <string.h>

/* The fields that are written, of protos/perfetto/trace in Perfetto's repository. */
enum { TRACE_PACKET = 1 };
enum {
  PACKET_TIMESTAMP = 8,
  PACKET_SEQUENCE = 10,
  PACKET_TRACK_EVENT = 11,
  PACKET_INTERNED_DATA = 12,
  PACKET_SEQUENCE_FLAGS = 13,
  PACKET_TRACK_DESCRIPTOR = 60
};
enum { SEQUENCE_STATE_CLEARED = 1, SEQUENCE_NEEDS_STATE = 2 };
enum {
  TRACK_UUID = 1,
  TRACK_NAME = 2,
  TRACK_PROCESS = 3,
  TRACK_PARENT = 5,
  TRACK_CHILD_ORDERING = 11,
  TRACK_SIBLING_RANK = 12
};
enum { ORDERING_EXPLICIT = 3 };
enum { PROCESS_PID = 1, PROCESS_NAME = 6 };
enum { INTERNED_CATEGORIES = 1, INTERNED_ANNOTATION_NAMES = 3 };
enum { NAME_IID = 1, NAME_TEXT = 2 };
enum {
  EVENT_CATEGORY_IIDS = 3,
  EVENT_ANNOTATIONS = 4,
  EVENT_TYPE = 9,
  EVENT_TRACK = 11,
  EVENT_NAME = 23,
  EVENT_FLOW = 47,
  EVENT_FLOW_END = 48
};
enum {
  ANNOTATION_NAME_IID = 1,
  ANNOTATION_BOOL = 2,
  ANNOTATION_UINT = 3,
  ANNOTATION_STRING = 6,
  ANNOTATION_POINTER = 7
};

enum { SEQUENCE = 1 }; /* one writer, one sequence */

static const char *const category_names[] = {
#define X(name, text) [PACKET_CATEGORY_##name] = text,
  PACKET_CATEGORIES(X)
#undef X
};
static const char *const note_names[] = {
#define X(name, text) [PACKET_NOTE_##name] = text,
  PACKET_NOTES(X)
#undef X
};

static void packet_begin(struct packets *packets, unsigned flags) {
  packets->proto.used = 0;
  packets->packet = protobuf_begin(&packets->proto, TRACE_PACKET);
  protobuf_uint(&packets->proto, PACKET_SEQUENCE, SEQUENCE);
  protobuf_uint(&packets->proto, PACKET_SEQUENCE_FLAGS, flags);
}

static void packet_end(struct packets *packets) {
  protobuf_end(&packets->proto, packets->packet);
  output_bytes(&packets->output, (const char *)packets->bytes, packets->proto.used);
}

static void put_name(struct protobuf *proto, unsigned field, uint64_t iid, const char *text) {
  size_t name = protobuf_begin(proto, field);
  protobuf_uint(proto, NAME_IID, iid);
  protobuf_text(proto, NAME_TEXT, text);
  protobuf_end(proto, name);
}

/* An event names them by their place in these tables. */
static void put_names(struct packets *packets) {
  struct protobuf *proto = &packets->proto;
  size_t interned = protobuf_begin(proto, PACKET_INTERNED_DATA);
  for (size_t i = 1; i < sizeof category_names / sizeof *category_names; i++)
    put_name(proto, INTERNED_CATEGORIES, i, category_names[i]);
  for (size_t i = 1; i < sizeof note_names / sizeof *note_names; i++)
    put_name(proto, INTERNED_ANNOTATION_NAMES, i, note_names[i]);
  protobuf_end(proto, interned);
}

void packets_init(struct packets *packets, FILE *file, char *buffer, size_t capacity) {
  output_init(&packets->output, file, buffer, capacity, false);
  packets->proto = (struct protobuf){ .bytes = packets->bytes, .room = sizeof packets->bytes };
  packet_begin(packets, SEQUENCE_STATE_CLEARED);
  put_names(packets);
  packet_end(packets);
}

void packets_track(struct packets *packets, const struct packet_track *track) {
  struct protobuf *proto = &packets->proto;
  packet_begin(packets, SEQUENCE_NEEDS_STATE);
  size_t descriptor = protobuf_begin(proto, PACKET_TRACK_DESCRIPTOR);
  protobuf_uint(proto, TRACK_UUID, track->uuid);
  if (!track->process) protobuf_text(proto, TRACK_NAME, track->name);
  if (track->parent) {
    protobuf_uint(proto, TRACK_PARENT, track->parent);
    protobuf_uint(proto, TRACK_SIBLING_RANK, track->rank);
  } else {
    protobuf_uint(proto, TRACK_CHILD_ORDERING, ORDERING_EXPLICIT);
  }
  if (track->process) {
    size_t process = protobuf_begin(proto, TRACK_PROCESS);
    protobuf_uint(proto, PROCESS_PID, track->process);
    protobuf_text(proto, PROCESS_NAME, track->name);
    protobuf_end(proto, process);
  }
  protobuf_end(proto, descriptor);
  packet_end(packets);
}

void event_begin(struct packets *packets, enum packet_type type, uint64_t track, uint64_t time) {
  packet_begin(packets, SEQUENCE_NEEDS_STATE);
  protobuf_uint(&packets->proto, PACKET_TIMESTAMP, time);
  packets->event = protobuf_begin(&packets->proto, PACKET_TRACK_EVENT);
  protobuf_uint(&packets->proto, EVENT_TYPE, type);
  protobuf_uint(&packets->proto, EVENT_TRACK, track);
}

void event_name(struct packets *packets, enum packet_category category, const char *name) {
  protobuf_uint(&packets->proto, EVENT_CATEGORY_IIDS, category);
  protobuf_text(&packets->proto, EVENT_NAME, name);
}

static size_t note_begin(struct packets *packets, enum packet_note note) {
  size_t begun = protobuf_begin(&packets->proto, EVENT_ANNOTATIONS);
  protobuf_uint(&packets->proto, ANNOTATION_NAME_IID, note);
  return begun;
}

void event_text(struct packets *packets, enum packet_note note, const char *text) {
  size_t begun = note_begin(packets, note);
  assert(strlen(text) < PACKET_TEXT);
  protobuf_text(&packets->proto, ANNOTATION_STRING, text);
  protobuf_end(&packets->proto, begun);
}

static void event_value(struct packets *packets, enum packet_note note, unsigned field, uint64_t value) {
  size_t begun = note_begin(packets, note);
  protobuf_uint(&packets->proto, field, value);
  protobuf_end(&packets->proto, begun);
}

void event_number(struct packets *packets, enum packet_note note, uint64_t value) {
  event_value(packets, note, ANNOTATION_UINT, value);
}

void event_pointer(struct packets *packets, enum packet_note note, uint64_t address) {
  event_value(packets, note, ANNOTATION_POINTER, address);
}

void event_truth(struct packets *packets, enum packet_note note, bool value) {
  event_value(packets, note, ANNOTATION_BOOL, value);
}

void event_flow(struct packets *packets, uint64_t flow, bool ends) {
  protobuf_fixed64(&packets->proto, ends ? EVENT_FLOW_END : EVENT_FLOW, flow);
}

void event_end(struct packets *packets) {
  protobuf_end(&packets->proto, packets->event);
  packet_end(packets);
}
