/* Gates, descriptors, loaded segments and page-table entries, field by field in words. */
#ifndef TRACE_DESCRIPTORS_H
#define TRACE_DESCRIPTORS_H

#include "ringside/cpu.h"
#include "trace/output.h"

/* "32-bit interrupt gate, DPL 3, P, 0x0010:0x80102030"; `size` 8 or 16 bytes. */
void descriptor_print_gate(struct output *output, const uint64_t *word, unsigned size);

/* Any entry of the GDT or an LDT: "64-bit code, execute/read, accessed, DPL 0, P, base 0x0, limit 0xfffff".
 */
void descriptor_print(struct output *output, uint64_t raw);

/* What a system descriptor has besides in IA-32e mode. */
void descriptor_print_upper(struct output *output, uint64_t raw);

/* The hidden part of a loaded segment, told the same way; "unusable" after a null selector. */
void descriptor_print_segment(struct output *output, enum rs_register reg, const struct rs_segment *segment);

/* "P|W|A, frame 0x107000"; `level` 5 = PML5E .. 1 = PTE, `size` 4 or 8 bytes. */
void descriptor_print_page_entry(struct output *output, uint64_t value, unsigned level, unsigned size);

#endif
