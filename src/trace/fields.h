/* The values of the architecture in words: vectors, error codes, gates, descriptors, page entries, registers.
 */
#ifndef TRACE_FIELDS_H
#define TRACE_FIELDS_H

#include "ringside/transition.h"
#include "trace/output.h"

/* Whether a register's value is a segment, a table register, or else a word. */
bool register_is_segment(enum rs_register reg);
bool register_is_table(enum rs_register reg);

/* Whether the step concerns a register alone, and no memory. */
static inline bool step_is_register(const struct rs_step *step) {
  return step->id == RS_ITEM_REGISTER;
}

/* The linear address of the instruction pointer. */
uint64_t cpu_code_address(const struct rs_cpu *cpu);

/* "#PF", "NMI", "vector 0x20". */
void fields_vector(struct output *output, uint8_t vector);

/* "0x5 P|U" of a page fault, "0x402 IDT 0x80" of others. */
void fields_error_code(struct output *output, uint8_t vector, uint32_t error_code);

/* "#PF(0x5 P|U) at 0x10". */
void fields_fault(struct output *output, const struct rs_fault *fault);

/* "PDE" of 2, by the level of a page-table entry: 1 to 5. */
const char *fields_page_entry_name(uint64_t level);

/* "IRQ 0", "APIC timer": what raised an external interrupt or an NMI; nothing when it is not known. */
void fields_origin(struct output *output, const struct rs_interrupt_origin *origin);

/* "exited with 1", "shut down": how a run ended. */
void fields_end(struct output *output, const struct rs_end_event *event);

/* The check's text with its operands filled in. */
void fields_check(struct output *output, const struct rs_step *check);

/* "rsp 0x7ffe1000" without the name: a word, a selector, or base and limit. */
void fields_register(struct output *output, enum rs_register reg, const union rs_value *value);

/* What a read or write concerns: "IDT gate", "PTE", "IA32_STAR". */
void fields_item(struct output *output, const struct rs_step *step);

/* Its value, or one of its two: of a register as fields_register has it, of memory up to 16 bytes as one
 * number. */
void fields_value(struct output *output, const struct rs_step *step, const union rs_value *value);

/* What the value of a read or write means beyond its digits; true when there was anything to say. */
bool fields_meaning(struct output *output, const struct rs_step *step, const struct rs_symbols *symbols);

#endif
