/* A guest ready for transitions: gates, stacks and spare descriptors, and assertions that read as sentences.
 */
#ifndef TESTS_ARCH_FLOW_H
#define TESTS_ARCH_FLOW_H

#include "arch/descriptor.h"
#include "arch/fake_memory.h"
#include "arch/gate.h"
#include "arch/perform.h"

struct flow {
  struct fake_memory *memory;
  struct rs_cpu cpu;
  struct rs_transition out;
};

/* cmocka's set-up and tear-down: `*state` is a struct flow whose guest is entered by flow_enter. */
int flow_setup(void **state);
int flow_teardown(void **state);

enum flow_mode { FLOW_PROTECTED, FLOW_LONG };

/* A fresh guest whose kernel runs in the mode, at ring 0. Vector 0x80 has an interrupt gate of DPL 3 to
 * FAKE_KERNEL_CODE, the TSS holds FLOW_STACK(ring) for rings 0 to 2, and the GDT has room for FLOW_SPARE. */
void flow_enter(struct flow *f, enum flow_mode mode, enum rs_cpu_model model);

/* The same, then ring 3 of the kernel's class. */
void flow_enter_user(struct flow *f, enum flow_mode mode);

/* Moves the processor to `cpl` with flat segments of that ring. */
void flow_set_ring(struct flow *f, unsigned cpl);

enum { FLOW_SPARE = 0x60, FLOW_SPARE_2 = 0x78, FLOW_HANDLER_VECTOR = 0x80 };
#define FLOW_STACK(ring) (FAKE_KERNEL_STACK - 0x400 * (uint64_t)(ring))
#define FLOW_TYPE(p, dpl, type) ((uint32_t)(p) << 7 | (uint32_t)(dpl) << SEGMENT_DPL_SHIFT | (type))
#define FLOW_CODE (SEGMENT_S | SEGMENT_CODE | SEGMENT_READABLE)
#define FLOW_DATA (SEGMENT_S | SEGMENT_WRITABLE)

/* Sets a flat descriptor; what has neither L nor D in `attributes` gets D, and all get G. */
void flow_descriptor(struct flow *f, uint16_t selector, uint32_t attributes);

/* A gate as flow_enter makes it, with another type byte or target. */
void flow_gate(struct flow *f, uint8_t vector, uint16_t selector, uint64_t offset, uint8_t type);

void flow_set_stack_segment(struct flow *f, unsigned ring, uint16_t ss); /* in a 32-bit TSS */
void flow_set_stack_pointer(struct flow *f, unsigned ring, uint64_t sp);
void flow_set_ist(struct flow *f, unsigned index, uint64_t sp);

/* Puts words of `size` bytes where the current stack pointer is, the first on top. */
void flow_put_words(struct flow *f, unsigned size, unsigned count, const uint64_t *words);
#define FLOW_PUT(f, size, ...)                                                                               \
  flow_put_words(f, size, sizeof((uint64_t[]){ __VA_ARGS__ }) / 8, (const uint64_t[]){ __VA_ARGS__ })

/* Decodes the bytes as at RIP and performs them; asserts that the transition is well-formed. */
enum rs_outcome flow_perform_bytes(struct flow *f, const char *bytes, size_t count);
#define FLOW_PERFORM(f, bytes) flow_perform_bytes(f, bytes, sizeof(bytes) - 1)

enum rs_outcome flow_deliver(struct flow *f, const struct rs_interrupt_request *request);
enum rs_outcome flow_int(struct flow *f, uint8_t vector);      /* INT n */
enum rs_outcome flow_external(struct flow *f, uint8_t vector); /* a device */
/* An exception, with its error code where it has one. */
enum rs_outcome flow_exception(struct flow *f, uint8_t vector, uint32_t error_code);

/* Makes the completed transition the state of the guest. */
void flow_commit(struct flow *f);

/* Assertions about the last transition. */
void flow_refused(const struct flow *f, uint8_t vector, uint32_t error_code, enum rs_check by);
void flow_refused_plain(const struct flow *f, uint8_t vector, enum rs_check by);

/* Commits, and compares the words of `size` bytes at the new stack pointer, first the lowest. */
void flow_assert_frame(struct flow *f, unsigned size, unsigned count, const uint64_t *words);
#define FLOW_FRAME(f, size, ...)                                                                             \
  flow_assert_frame(f, size, sizeof((uint64_t[]){ __VA_ARGS__ }) / 8, (const uint64_t[]){ __VA_ARGS__ })

/* Field by field: the padding is nobody's. */
void flow_assert_segment(const struct rs_segment *segment, uint16_t selector, uint32_t attributes,
                         uint32_t limit, uint64_t base);
void flow_assert_flat(const struct flow *f, const struct rs_segment *segment, uint16_t selector);

#define AFTER(f, reg) ((f)->out.after.general[RS_##reg - RS_RAX])
#define SEGMENT_AFTER(f, reg) (&(f)->out.after.segment[RS_SEGMENT_INDEX(RS_##reg)])

#endif
