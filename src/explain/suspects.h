/* The places that a failed check looked at. */
#ifndef EXPLAIN_SUSPECTS_H
#define EXPLAIN_SUSPECTS_H

#include "explain/explanation.h"
#include "trace/disasm.h"

/* Adds the culprits that failure `index` points to at first sight. */
void suspects_add(struct explanation *e, unsigned index, struct disasm *disasm);

/* Adds those of an exception that no check raised: the instruction, and what it took its values from. */
void suspects_add_exception(struct explanation *e, struct disasm *disasm);

/* The entry of a large page in a page directory that the processor, without CR4.PSE, takes for that of a page
 * table [SDM3 "32-Bit Paging"]; NULL where there is none. */
const struct rs_step *large_page_missed(const struct rs_transition *transition);

/* Adds one unless it is there already, or there is no room; returns its index, or NO_CULPRIT. */
int culprit_add(struct explanation *e, const struct culprit *culprit);

/* The two kinds that are made of a state: a register in it, and the instruction at `address` that was
 * executed in it, whose bytes may be unknown (`length` 0). They belong to failure 0 unless that is changed.
 */
struct culprit culprit_of_register(const struct rs_cpu *cpu, enum rs_register reg, uint64_t before);
struct culprit culprit_of_instruction(struct disasm *disasm, const struct rs_cpu *cpu, uint64_t address,
                                      const uint8_t *bytes, unsigned length, uint64_t before);

/* Makes of a register, as it was in `cpu`, what a step says that reads it. */
struct rs_step step_of_register(const struct rs_cpu *cpu, enum rs_register reg);

#endif
