/* A tiny guest for the engine's tests: one MiB of RAM, one permission byte per page, and a diary of events.
 */
#ifndef TESTS_ENGINE_GUEST_H
#define TESTS_ENGINE_GUEST_H

#include "engine/engine.h"

enum {
  GUEST_RAM = 1 << 20,
  GUEST_PAGES = GUEST_RAM / 4096,
  GUEST_CODE = 0x1000, /* where guest_code puts it */
  GUEST_DATA = 0x8000, /* data and stack grow away from here */
  GUEST_EVENTS = 32768,
};

#define GUEST_DEVICES UINT64_C(0x10000000) /* from here on, linear = physical and nothing is RAM */

enum guest_permission { GUEST_PRESENT = 1, GUEST_WRITE = 2, GUEST_USER = 4, GUEST_NX = 8, GUEST_CLEAN = 16 };

enum guest_mode { GUEST_64, GUEST_COMPAT, GUEST_32, GUEST_16, GUEST_REAL, GUEST_V86 };

enum guest_event_kind {
  GUEST_INSTRUCTION,
  GUEST_EXCEPTION,
  GUEST_DEADLINE,
  GUEST_EXECUTED,
  GUEST_MARKED,
  GUEST_WITNESSED
};

struct guest_event {
  enum guest_event_kind kind;
  enum rs_operation operation; /* of instructions */
  uint64_t rip, linear;
  uint64_t count;
  uint64_t rflags;
  uint64_t rax, rcx;
  size_t mark; /* of GUEST_MARKED */
  uint8_t length;
  uint8_t shadow;
  struct engine_exception exception;
};

struct guest {
  struct engine *engine;
  struct rs_cpu cpu;
  uint8_t *ram;
  uint8_t permission[GUEST_PAGES];
  uint8_t physical[GUEST_PAGES]; /* page number */
  struct guest_event event[GUEST_EVENTS];
  unsigned events;
  /* What a test makes the client do. Each may be NULL: HLT stops, every other instruction is skipped, an
   * exception stops, a deadline stops. */
  enum engine_next (*instruction)(struct guest *g, const struct rs_instruction *instruction);
  enum engine_next (*exception)(struct guest *g, const struct engine_exception *exception);
  enum engine_next (*deadline)(struct guest *g);
  void (*executed)(struct guest *g);
  uint64_t device_value; /* what devices read as */
  uint64_t device_address, device_written;
  unsigned device_reads, device_writes, translations;
  uint64_t number; /* for a test's own use */
};

/* Opens the engine; every page present, writable, for users. */
struct guest *guest_open(void);
void guest_close(struct guest *g);

/* Sets the state up for a mode and privilege level: RIP at GUEST_CODE, RSP at GUEST_DATA, IF clear. */
void guest_start(struct guest *g, enum guest_mode mode, unsigned cpl);

/* Puts code at a physical address, as the client would. */
void guest_put(struct guest *g, uint64_t at, const void *bytes, size_t size);
#define GUEST_CODE_BYTES(g, text) guest_put(g, GUEST_CODE, text, sizeof text - 1)

/* Runs until the engine returns, which must be RS_OK. */
void guest_run(struct guest *g);

/* The `index`th event of a kind; fails the test when there is none. */
const struct guest_event *guest_event(const struct guest *g, enum guest_event_kind kind, unsigned index);
unsigned guest_count(const struct guest *g, enum guest_event_kind kind);

enum engine_next guest_skip(struct guest *g, const struct rs_instruction *instruction);

/* cmocka set-up and tear-down. */
int guest_setup(void **state);
int guest_teardown(void **state);

#endif
