/* A machine that boots one small image, and a diary of what it told. */
#ifndef TESTS_VM_BOX_H
#define TESTS_VM_BOX_H

#include "ringside/machine.h"

enum { BOX_MEMORY = 6 << 20, BOX_CODE = 0x8000 };

/* What is worth keeping of an event. */
struct box_event {
  uint64_t sequence, number, parent, instructions;
  enum rs_mechanism mechanism;
  enum rs_outcome outcome;
  uint8_t cpl, new_cpl;
  uint64_t rip, new_rip;
};

struct box_image {
  uint8_t *bytes;
  size_t size;
};

struct box {
  struct rs_trace_sink sink; /* first: the sink is the box */
  struct rs_machine *machine;
  struct rs_end_event end;
  struct box_event *event;
  size_t events, room;
  uint64_t instructions_told;
  unsigned ends_told;
  /* Called for every event after it was written down; may be NULL. `box->context` is the test's own. */
  void (*look)(struct box *box, const struct rs_transition_event *event);
  void *context;
  FILE *output;
};

struct box_options {
  enum rs_trace_level level; /* of the diary */
  enum rs_cpu_model model;
  uint64_t limit; /* 0: none */
  bool witness;
};

/* Every bare machine of guest/probes that has two rings or is interrupted, with its class; ends with NULL. */
extern const char *const box_probes[];

/* The image of a probe; of bare code, as a plain ELF of 32 or 64 bits that is entered at BOX_CODE. */
struct box_image image_of_probe(const char *name);
struct box_image image_of_code(unsigned bits, const void *code, size_t size);
void image_free(struct box_image *image);

/* Boots the image; whatever goes wrong fails the test. */
void box_open(struct box *box, const struct box_image *image, const struct box_options *options);
void box_run(struct box *box);
void box_close(struct box *box);

/* Opens, runs to the end, and closes all but the diary, which box_close frees. */
void box_run_probe(struct box *box, const char *probe, const struct box_options *options);

uint64_t box_register(const struct box *box, enum rs_register reg);
const uint8_t *box_ram(const struct box *box);
uint64_t box_memory_sum(const struct box *box);

/* Whether two values of `reg` are the same. */
bool box_values_equal(enum rs_register reg, const union rs_value *one, const union rs_value *other);

/* Equal in everything that is kept. */
void box_event_compare(const struct box_event *one, const struct box_event *other);

#endif
