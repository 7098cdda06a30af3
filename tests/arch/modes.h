/* One processor for each mode that privilege depends on, with the same flat memory in all of them. */
#ifndef TESTS_ARCH_MODES_H
#define TESTS_ARCH_MODES_H

#include "arch/builder.h"
#include "fake_memory.h"

enum mode {
  MODE_REAL,
  MODE_PROTECTED_16,
  MODE_PROTECTED_32,
  MODE_VIRTUAL_8086,
  MODE_COMPATIBILITY,
  MODE_64,
  MODE_COUNT
};

const char *mode_name(enum mode mode);

/* True for a ring that the mode has: 0 in real mode, 3 in virtual-8086 mode, else 0 to 3. */
bool mode_has_ring(enum mode mode, unsigned cpl);

/* Offsets into the data segments, whose base is MODE_BASE: the top of a stack page, a data page, and the page
 * behind it, which is not mapped where there is paging. */
enum { MODE_BASE = 0x10000, MODE_STACK = 0x2000, MODE_DATA = 0x3000, MODE_UNMAPPED = 0x4000 };

/* A processor in `mode` at ring `cpl` with `iopl`; RSP is at MODE_STACK. */
void mode_enter(struct fake_memory *m, struct rs_cpu *cpu, enum mode mode, unsigned cpl, unsigned iopl);

/* What a pointer register holds to reach an offset: 64-bit mode has no base. */
uint64_t mode_pointer(const struct rs_cpu *cpu, uint64_t offset);

/* Decodes the bytes at RIP and performs them, into a transition that is sound. */
typedef bool mode_performer(struct builder *b, const struct rs_instruction *instruction);
enum rs_outcome mode_perform(struct fake_memory *m, const struct rs_cpu *cpu, mode_performer *perform,
                             const char *bytes, size_t count, struct rs_transition *out);

/* What a test of instructions in several modes needs, for cmocka's set-up and tear-down. */
struct mode_fixture {
  struct fake_memory *memory; /* NULL until a test creates one; freed by mode_teardown */
  struct rs_cpu cpu;
  struct rs_transition out;
};

int mode_setup(void **state);
int mode_teardown(void **state);

/* Gives the fixture a fresh memory and enters a mode. */
void mode_fixture_enter(struct mode_fixture *f, enum mode mode, unsigned cpl, unsigned iopl);

/* For string literals. */
#define MODE_PERFORM(m, cpu, perform, bytes, out) mode_perform(m, cpu, perform, bytes, sizeof(bytes) - 1, out)

#endif
