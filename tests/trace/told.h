/* Transitions built by hand, told to a sink, and the text that comes out. */
#ifndef TESTS_TRACE_TOLD_H
#define TESTS_TRACE_TOLD_H

#include "ringside/trace.h"
#include "trace/tracer.h"

enum told_format { TOLD_TEXT, TOLD_COLOUR, TOLD_JSONL, TOLD_PERFETTO };

struct told {
  struct tracer tracer;
  struct rs_trace_sink *sink;
  struct rs_symbols *symbols;
  FILE *file;
  char *text;
  size_t text_size;
  /* Guest memory: strings at linear addresses; nothing else can be read. */
  struct told_memory {
    uint64_t linear;
    const char *bytes;
    size_t size;
  } memory[4];
  unsigned memory_count;
  uint64_t instructions;
  struct rs_transition transition; /* the one being built */
  struct rs_transition_event event;
};

/* Where things are in every test. */
#define TOLD_KERNEL UINT64_C(0xffffffff80100a00)
#define TOLD_INT80 UINT64_C(0xffffffff80100b00)
#define TOLD_FAULT UINT64_C(0xffffffff80100c00)
#define TOLD_USER_STACK UINT64_C(0x7ffe1000)
#define TOLD_KERNEL_STACK UINT64_C(0xffffffff80800000)

/* What every test's addresses are called: user code from 0x401000 on ("main", "stub"), kernel code from
 * 0xffffffff80100a00 on ("entry_syscall", "entry_int80", "entry_fault"), and the same for 32 bits from
 * 0xc0100000 on ("entry32"). */
void told_open(struct told *told, enum told_format format, enum rs_trace_level level);
void told_memory(struct told *told, uint64_t linear, const char *bytes, size_t size);

/* A processor in 64-bit mode, in compatibility mode, or in 32-bit protected mode. */
void cpu_64(struct rs_cpu *cpu, unsigned cpl, uint64_t rip, uint64_t rsp);
void cpu_compatibility(struct rs_cpu *cpu, uint32_t eip, uint32_t esp);
void cpu_32(struct rs_cpu *cpu, unsigned cpl, uint32_t eip, uint32_t esp);

/* Starts a transition from `before`, which is also `after` until a step or the test changes it. */
void begin(struct told *told, enum rs_mechanism mechanism, const struct rs_cpu *before);
void begin_instruction(struct told *told, enum rs_mechanism mechanism, enum rs_operation operation,
                       unsigned length, const struct rs_cpu *before);
void begin_int(struct told *told, uint8_t vector, const struct rs_cpu *before);
void begin_exception(struct told *told, uint8_t vector, const struct rs_cpu *before);
void with_error_code(struct told *told, uint32_t error_code);
void with_cr2(struct told *told, uint64_t cr2);

/* Steps. */
struct rs_step *add_check(struct told *told, enum rs_check id, bool passed, uint64_t a, uint64_t b,
                          uint64_t c);
struct rs_step *add_read(struct told *told, enum rs_item item, uint64_t linear, uint64_t physical,
                         unsigned size, uint64_t low, uint64_t high);
struct rs_step *add_write(struct told *told, enum rs_item item, uint64_t linear, uint64_t physical,
                          unsigned size, uint64_t old, uint64_t new);
void add_word(struct told *told, enum rs_register reg, uint64_t value); /* a register written */

/* Ends it and tells it. */
void arrive_64(struct told *told, unsigned cpl, uint64_t rip, uint64_t rsp);
void arrive_32(struct told *told, unsigned cpl, uint32_t eip, uint32_t esp);
void tell(struct told *told);
void tell_fault(struct told *told, uint8_t vector, bool has_error_code, uint32_t error_code);

/* Closes the sink; the whole text, valid until told_free. */
const char *told_text(struct told *told);
void told_free(struct told *told);

/* Closes the sink, compares the whole text, and frees. */
void told_expect(struct told *told, const char *expected);

/* Makes a sink on a full disk and asserts what its closing reports. */
typedef struct rs_trace_sink *sink_maker(FILE *file, const struct rs_text_options *options);
void told_expect_full_disk(sink_maker *make);

#endif
