/* The entrance to arch: performs any sensitive instruction or interrupt as a transition. */
#ifndef ARCH_PERFORM_H
#define ARCH_PERFORM_H

#include "arch/memory.h"
#include "arch/paging.h"
#include "ringside/transition.h"

/* All of these fill `out` whole, mutate nothing else, and allocate nothing. `before->rip` is the address of
 * the instruction; a completed transition's `after.rip` is where execution goes on. */

/* One sensitive instruction. Software interrupts (INT, INT3, INTO, INT1) are delivered by it. */
enum rs_outcome instruction_perform(const struct rs_cpu *before, const struct guest_memory *memory,
                                    const struct rs_instruction *instruction, struct rs_transition *out);

/* One plain access of the program that `before` is in, at its own privilege: an operation without an
 * instruction, which changes nothing but tells the walk and the check that refused it. */
enum rs_outcome access_attempt(const struct rs_cpu *before, const struct guest_memory *memory,
                               uint64_t linear, enum access_kind kind, struct rs_transition *out);

/* The same of an access in 64-bit mode whose address is not canonical, which is #GP or, of the stack, #SS. */
enum rs_outcome address_attempt(const struct rs_cpu *before, uint64_t linear, uint8_t vector,
                                struct rs_transition *out);

/* The same of an access that is refused because `linear` is not a multiple of `alignment`. */
enum rs_outcome alignment_attempt(const struct rs_cpu *before, const struct guest_memory *memory,
                                  uint64_t linear, unsigned alignment, struct rs_transition *out);

/* The same of `size` bytes at `offset` of a segment (an index in encoding order) that refuses them, outside
 * 64-bit mode. */
enum rs_outcome segment_attempt(const struct rs_cpu *before, unsigned segment, uint64_t offset, unsigned size,
                                enum access_kind kind, struct rs_transition *out);

/* Delivery through the IDT [SDM3 "Interrupt and Exception Handling"]. `out->cause` may already hold the
 * instruction that caused it; the rest of the cause is set here. */
enum rs_outcome interrupt_deliver(const struct rs_cpu *before, const struct guest_memory *memory,
                                  const struct rs_interrupt_request *request, struct rs_transition *out);

/* What to deliver when `second` faults while `first` was being delivered [SDM3 "Interrupt 8—Double Fault
 * Exception
 * (#DF)"]: the fault itself, #DF, or nothing (false) when the processor shuts down. */
bool exception_combine(const struct rs_interrupt_request *first, const struct rs_fault *second,
                       uint64_t return_rip, struct rs_interrupt_request *next);

/* The request that delivers `fault` of the instruction at `rip`. */
struct rs_interrupt_request exception_request(const struct rs_fault *fault, uint64_t rip);

/* The transition into shutdown, as a value like the others. */
void shutdown_enter(const struct rs_cpu *before, const struct rs_interrupt_request *first,
                    struct rs_transition *out);

/* Completes an IN or INS, which wrote zeros to its destination, with what the machine read from the port.
 * Only then is it whole. */
void port_input_finish(struct rs_transition *out, uint32_t value);

/* The state after power-up or INIT [SDM3 "Processor State After Reset"]. */
void cpu_at_reset(struct rs_cpu *cpu, enum rs_cpu_model model);

#endif
