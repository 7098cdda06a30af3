/* From a failed check to the descriptors, registers and words that it looked at. */
#include "explain/suspects.h"

#include <string.h>

#include "arch/bits.h"
#include "arch/descriptor.h"
#include "arch/gate.h"
#include "explain/causes.h"
#include "trace/fields.h"

#define CR3_FLAGS (UINT64_C(1) << 63 | UINT64_C(0xfff)) /* no flush; PCID, PCD and PWT */

/* A failure while its suspects are collected. */
struct inquiry {
  struct explanation *e;
  unsigned index;
  uint64_t before; /* the event before which what it saw was written */
  const struct failure *failure;
  const struct rs_transition *transition;
  const struct rs_step *check;
  struct disasm *disasm;
};

struct rs_step step_of_register(const struct rs_cpu *cpu, enum rs_register reg) {
  struct rs_step step = {
    .kind = RS_STEP_READ, .id = RS_ITEM_REGISTER, .reg = (uint16_t)reg, .size = 8, .walk = RS_NO_WALK
  };
  step.read.value = rs_cpu_get(cpu, reg);
  return step;
}

static bool same_place(const struct culprit *a, const struct culprit *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == CULPRIT_REGISTER) return a->read.reg == b->read.reg && a->before == b->before;
  if (a->read.read.linear != b->read.read.linear) return false;
  return a->kind == CULPRIT_INSTRUCTION || (a->before == b->before && a->read.size == b->read.size);
}

int culprit_add(struct explanation *e, const struct culprit *culprit) {
  for (unsigned i = 0; i < e->culprit_count; i++)
    if (same_place(&e->culprit[i], culprit)) return NO_CULPRIT;
  if (e->culprit_count == CULPRIT_LIMIT) return NO_CULPRIT;
  e->culprit[e->culprit_count] = *culprit;
  return (int)e->culprit_count++;
}

static void add_step(const struct inquiry *q, enum culprit_kind kind, const struct rs_step *read) {
  struct culprit culprit = {
    .kind = kind, .read = *read, .valued = true, .failure = q->index, .from = NO_CULPRIT, .before = q->before
  };
  check_focus((enum rs_check)q->check->id, (enum rs_item)read->id, &culprit.focus, &culprit.focus_size);
  if (culprit.focus + culprit.focus_size > read->size) culprit.focus_size = 0;
  culprit_add(q->e, &culprit);
}

static void add_register_bits(const struct inquiry *q, enum rs_register reg, uint64_t bits, bool aside) {
  const struct culprit culprit = { .kind = CULPRIT_REGISTER,
                                   .read = step_of_register(&q->transition->before, reg),
                                   .valued = true,
                                   .aside = aside,
                                   .bits = bits,
                                   .failure = q->index,
                                   .from = NO_CULPRIT,
                                   .before = q->before };
  culprit_add(q->e, &culprit);
}

static void add_register(const struct inquiry *q, enum rs_register reg) {
  add_register_bits(q, reg, 0, false);
}

/* The register that says where a table lies, unless it is under suspicion itself. */
static void add_table(const struct inquiry *q, enum rs_register reg) {
  add_register_bits(q, reg, 0, true);
}

static void add_general(const struct inquiry *q, unsigned number) {
  if (number < 16) add_register(q, (enum rs_register)(RS_RAX + number));
}

static void add_instruction(const struct inquiry *q) {
  const struct rs_cause *cause = &q->transition->cause;
  struct culprit culprit = {
    .kind = CULPRIT_INSTRUCTION, .failure = q->index, .from = NO_CULPRIT, .before = q->before
  };
  struct output output;
  culprit.read.kind = RS_STEP_READ;
  culprit.read.read.linear = q->failure->address;
  output_init(&output, NULL, culprit.text, sizeof culprit.text, false);
  if (q->failure->length)
    disasm_print(q->disasm, &output, &q->transition->before, q->failure->address, q->failure->bytes,
                 q->failure->length);
  else if (cause->has_instruction)
    disasm_print(q->disasm, &output, &q->transition->before, q->failure->address, cause->instruction.bytes,
                 cause->instruction.length);
  output_finish(&output);
  culprit_add(q->e, &culprit);
}

/* The last read of memory before the check that is of this item, or NULL. */
static const struct rs_step *last_read(const struct inquiry *q, enum rs_item item) {
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind == RS_STEP_READ && step->id == item) return step;
  }
  return NULL;
}

static bool add_read(const struct inquiry *q, enum rs_item item) {
  const struct rs_step *step = last_read(q, item);
  if (step) add_step(q, step_is_register(step) ? CULPRIT_REGISTER : CULPRIT_MEMORY, step);
  return step;
}

static void add_descriptor(const struct inquiry *q) {
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind != RS_STEP_READ) continue;
    if (step->id != RS_ITEM_GDT_DESCRIPTOR && step->id != RS_ITEM_LDT_DESCRIPTOR) continue;
    add_step(q, CULPRIT_MEMORY, step);
    return;
  }
}

/* Whether the value that a step read holds the selector. */
static bool holds_selector(const struct rs_step *step, uint16_t selector, bool long_mode) {
  const uint64_t *word = step->read.value.word;
  switch (step->id) {
  case RS_ITEM_IDT_GATE: return gate_decode(word[0], word[1], long_mode).selector == selector;
  case RS_ITEM_GDT_DESCRIPTOR:
  case RS_ITEM_LDT_DESCRIPTOR: return (uint16_t)(word[0] >> 16) == selector; /* a call or task gate */
  case RS_ITEM_POPPED_CS:
  case RS_ITEM_POPPED_SS:
  case RS_ITEM_POPPED_DATA_SEGMENT:
  case RS_ITEM_TSS_STACK_SEGMENT:
  case RS_ITEM_TASK_LOADED:
  case RS_ITEM_TASK_LINK:
  case RS_ITEM_OPERAND: return (uint16_t)word[0] == selector;
  default: return false;
  }
}

/* What an instruction names directly: a register, or a number of its own, which needs no more than its
 * address. */
static void add_direct_operand(const struct inquiry *q) {
  const struct rs_instruction *instruction = &q->transition->cause.instruction;
  if (q->transition->cause.has_instruction && instruction->has_modrm && !instruction->memory)
    add_general(q, instruction->rm);
}

static void add_selector(const struct inquiry *q) {
  uint16_t selector = (uint16_t)q->check->operand[0];
  bool long_mode = cpu_is_long_mode(&q->transition->before);
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind != RS_STEP_READ || !holds_selector(step, selector, long_mode)) continue;
    add_step(q, CULPRIT_MEMORY, step);
    return;
  }
  add_direct_operand(q);
}

static void add_target(const struct inquiry *q) {
  if (!add_read(q, RS_ITEM_OPERAND)) add_direct_operand(q);
}

/* SS of an instruction that pops it is told by that. */
static void add_stack_segment(const struct inquiry *q) {
  if (add_read(q, RS_ITEM_TSS_STACK_SEGMENT) || add_read(q, RS_ITEM_POPPED_SS)) return;
  if (q->transition->cause.mechanism != RS_MECHANISM_OPERATION) add_register(q, RS_SS);
}

static void add_stack_pointer(const struct inquiry *q) {
  if (!add_read(q, RS_ITEM_TSS_STACK_POINTER) && !add_read(q, RS_ITEM_TSS_IST)) add_register(q, RS_RSP);
}

/* Whether an entry of the walk refuses what the check asks of all of them. */
static bool entry_refuses(enum rs_check check, uint64_t entry) {
  switch (check) {
  case RS_CHECK_PAGE_USER: return !(entry & 4);
  case RS_CHECK_PAGE_WRITABLE: return !(entry & 2);
  case RS_CHECK_PAGE_EXECUTABLE: return entry >> 63;
  default: return true;
  }
}

/* An entry that is refused may be right, and what it was found by wrong: CR3, or EFER.NXE, which gives bit 63
 * its meaning. */
static void add_entry(const struct inquiry *q, const struct rs_step *step) {
  const struct rs_cpu *cpu = &q->transition->before;
  uint64_t reserved = step->read.value.word[0] & step->read.value.word[1];
  add_step(q, CULPRIT_MEMORY, step);
  if (step->read.physical >> 12 == (cpu->cr3 & ~CR3_FLAGS) >> 12) add_register(q, RS_CR3);
  if (q->check->id == RS_CHECK_PAGE_ENTRY_RESERVED && reserved >> 63)
    add_register_bits(q, RS_EFER, EFER_NXE, false);
}

/* The last entry read is the lowest one of the walk; what lies above it has been read before. */
static void add_entries(const struct inquiry *q) {
  unsigned level = 0;
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind != RS_STEP_READ || step->id != RS_ITEM_PAGE_ENTRY || step->level <= level) continue;
    bool lowest = level == 0, refuses = entry_refuses((enum rs_check)q->check->id, step->read.value.word[0]);
    level = step->level;
    if (refuses) add_entry(q, step);
    if (lowest && refuses) return;
  }
}

static bool lies_in(uint64_t linear, uint64_t base, uint64_t limit) {
  return linear - base <= limit;
}

/* Of a system structure that is addressed by a register. */
static bool add_table_of(const struct inquiry *q, uint64_t linear) {
  const struct rs_cpu *cpu = &q->transition->before;
  if (lies_in(linear, cpu->idtr.base, cpu->idtr.limit) && !last_read(q, RS_ITEM_IDT_GATE))
    add_register(q, RS_IDTR);
  else if (lies_in(linear, cpu->gdtr.base, cpu->gdtr.limit))
    add_register(q, RS_GDTR);
  else if (lies_in(linear, cpu->tr.base, cpu->tr.limit))
    add_register(q, RS_TR);
  else if (lies_in(linear, cpu->ldtr.base, cpu->ldtr.limit))
    add_register(q, RS_LDTR);
  else
    return false;
  return true;
}

/* Of the stack that a delivery or a return uses. */
static void add_stack_of(const struct inquiry *q) {
  const struct rs_cause *cause = &q->transition->cause;
  if (cause->mechanism == RS_MECHANISM_INTERRUPT || cause->mechanism == RS_MECHANISM_FAR_TRANSFER)
    add_stack_pointer(q);
  else
    add_register(q, RS_RSP);
}

static void add_general_set(const struct inquiry *q, uint16_t set) {
  for (unsigned i = 0; i < 16; i++)
    if (set >> i & 1) add_general(q, i);
}

/* Segments whose base is 0 as they are meant to be say nothing. */
static void add_base(const struct inquiry *q, enum rs_register segment) {
  bool always = segment == RS_FS || segment == RS_GS;
  if (segment < RS_ES || segment > RS_GS) return;
  if (always || q->transition->before.segment[RS_SEGMENT_INDEX(segment)].base) add_register(q, segment);
  if (segment == RS_GS && cpu_is_64_bit_mode(&q->transition->before) && q->transition->before.cpl == 0)
    add_register_bits(q, RS_KERNEL_GS_BASE, 0, true); /* what SWAPGS would bring */
}

/* Of the two addresses that a string move has, the one that was refused. */
static uint16_t sources_nearest(const struct inquiry *q, uint16_t addresses) {
  static const uint16_t string = 1U << (RS_RSI - RS_RAX) | 1U << (RS_RDI - RS_RAX);
  uint64_t linear = q->transition->fault.cr2;
  if (addresses != string || !q->transition->fault.has_cr2) return addresses;
  for (unsigned i = RS_RSI - RS_RAX; i <= RS_RDI - RS_RAX; i++)
    if (linear - q->transition->before.general[i] < 16) return (uint16_t)(1U << i);
  return addresses;
}

/* What addresses the operand of the instruction that failed. */
static void add_operand_address(const struct inquiry *q) {
  const struct rs_instruction *instruction = &q->transition->cause.instruction;
  struct disasm_sources sources;
  if (q->transition->cause.has_instruction) {
    if (!instruction->memory) return;
    add_base(q, (enum rs_register)(RS_ES + instruction->segment % RS_SEGMENT_COUNT));
    add_general(q, instruction->base);
    add_general(q, instruction->index);
    return;
  }
  if (!q->failure->length ||
      !disasm_sources(q->disasm, &q->transition->before, q->failure->bytes, q->failure->length, 0, &sources))
    return;
  add_base(q, sources.segment);
  add_general_set(q, sources_nearest(q, sources.addresses));
  if (sources.segment == RS_NO_REGISTER) add_register(q, RS_RSP); /* a push, a pop, a call */
}

/* The address that an access without instruction was refused for. */
static bool refused_address(const struct inquiry *q, uint64_t *linear) {
  *linear = q->transition->fault.cr2;
  if (q->transition->fault.has_cr2) return true;
  *linear = q->check->operand[0];
  return q->check->id == RS_CHECK_LINEAR_CANONICAL || q->check->id == RS_CHECK_OPERAND_CANONICAL ||
         q->check->id == RS_CHECK_ALIGNED;
}

static void add_address(const struct inquiry *q) {
  const struct rs_transition *transition = q->transition;
  uint64_t linear;
  bool known = refused_address(q, &linear);
  bool undefined = transition->cause.has_instruction && transition->cause.instruction.operation == RS_OP_UD;
  bool fetch = undefined || (known && linear - q->failure->address < 16);
  if (transition->cause.mechanism == RS_MECHANISM_OPERATION)
    fetch ? add_register(q, RS_RIP) : add_operand_address(q);
  else if (!known || !add_table_of(q, linear))
    add_stack_of(q);
}

static void add_msr_operand(const struct inquiry *q) {
  add_register(q, RS_RAX);
  add_register(q, RS_RDX);
  add_register(q, RS_RCX);
}

static void add_operand(const struct inquiry *q) {
  enum rs_operation operation = q->transition->cause.instruction.operation;
  if (!q->transition->cause.has_instruction) return;
  if (operation == RS_OP_WRMSR || operation == RS_OP_XSETBV)
    add_msr_operand(q);
  else if (!add_read(q, RS_ITEM_OPERAND))
    add_direct_operand(q);
}

static void add_segment(const struct inquiry *q) {
  if (q->check->operand[0] < RS_SEGMENT_COUNT)
    add_register(q, (enum rs_register)(RS_ES + q->check->operand[0]));
}

static void add_io_map(const struct inquiry *q) {
  add_read(q, RS_ITEM_IO_PERMISSION);
  add_read(q, RS_ITEM_TSS_IO_MAP_BASE);
}

static void add_suspect(const struct inquiry *q, enum suspect_index suspect) {
  static const uint16_t reg[SUSPECT_COUNT] = {
    [SUSPECT_INDEX_RCX] = RS_RCX,       [SUSPECT_INDEX_RDX] = RS_RDX,
    [SUSPECT_INDEX_CS] = RS_CS,         [SUSPECT_INDEX_SS] = RS_SS,
    [SUSPECT_INDEX_TR] = RS_TR,         [SUSPECT_INDEX_LDTR] = RS_LDTR,
    [SUSPECT_INDEX_GDTR] = RS_GDTR,     [SUSPECT_INDEX_IDTR] = RS_IDTR,
    [SUSPECT_INDEX_RFLAGS] = RS_RFLAGS, [SUSPECT_INDEX_CPL] = RS_CPL,
    [SUSPECT_INDEX_CR0] = RS_CR0,       [SUSPECT_INDEX_CR4] = RS_CR4,
    [SUSPECT_INDEX_EFER] = RS_EFER,     [SUSPECT_INDEX_FMASK] = RS_FMASK,
    [SUSPECT_INDEX_DR7] = RS_DR7,       [SUSPECT_INDEX_SYSENTER_CS] = RS_SYSENTER_CS,
  };
  switch (suspect) {
  case SUSPECT_INDEX_GATE:
    if (!add_read(q, RS_ITEM_IDT_GATE)) add_read(q, RS_ITEM_INTERRUPT_VECTOR);
    return;
  case SUSPECT_INDEX_DESCRIPTOR: add_descriptor(q); return;
  case SUSPECT_INDEX_UPPER: add_read(q, RS_ITEM_DESCRIPTOR_UPPER); return;
  case SUSPECT_INDEX_SELECTOR: add_selector(q); return;
  case SUSPECT_INDEX_POPPED_IP: add_read(q, RS_ITEM_POPPED_IP); return;
  case SUSPECT_INDEX_POPPED_CS: add_read(q, RS_ITEM_POPPED_CS); return;
  case SUSPECT_INDEX_POPPED_SS: add_read(q, RS_ITEM_POPPED_SS); return;
  case SUSPECT_INDEX_POPPED_FLAGS: add_read(q, RS_ITEM_POPPED_FLAGS); return;
  case SUSPECT_INDEX_STACK_POINTER: add_stack_pointer(q); return;
  case SUSPECT_INDEX_STACK_SEGMENT: add_stack_segment(q); return;
  case SUSPECT_INDEX_ENTRY: add_entries(q); return;
  case SUSPECT_INDEX_ADDRESS: add_address(q); return;
  case SUSPECT_INDEX_TARGET: add_target(q); return;
  case SUSPECT_INDEX_OPERAND: add_operand(q); return;
  case SUSPECT_INDEX_SEGMENT: add_segment(q); return;
  case SUSPECT_INDEX_TASK_FIELD: add_read(q, RS_ITEM_TASK_LOADED); return;
  case SUSPECT_INDEX_IO_MAP: add_io_map(q); return;
  default:
    add_register_bits(q, (enum rs_register)reg[suspect], check_bits((enum rs_check)q->check->id, suspect),
                      false);
  }
}

/* Where a return popped its frame from: with all its bits told, whoever moved it last. */
static void add_return_stack(const struct inquiry *q) {
  enum rs_mechanism mechanism = q->transition->cause.mechanism;
  if (mechanism == RS_MECHANISM_IRET) add_register_bits(q, RS_RSP, UINT64_MAX, true);
}

/* The tables that what has been added was found in. */
static void add_tables(const struct inquiry *q, unsigned first) {
  for (unsigned i = first, count = q->e->culprit_count; i < count; i++) {
    switch (q->e->culprit[i].read.id) {
    case RS_ITEM_IDT_GATE:
    case RS_ITEM_INTERRUPT_VECTOR: add_table(q, RS_IDTR); break;
    case RS_ITEM_GDT_DESCRIPTOR: add_table(q, RS_GDTR); break;
    case RS_ITEM_LDT_DESCRIPTOR: add_table(q, RS_LDTR); break;
    case RS_ITEM_TSS_STACK_POINTER:
    case RS_ITEM_TSS_STACK_SEGMENT:
    case RS_ITEM_TSS_IST:
    case RS_ITEM_TSS_IO_MAP_BASE: add_table(q, RS_TR); break;
    case RS_ITEM_PAGE_ENTRY: add_table(q, RS_CR3); break;
    default: break;
    }
  }
}

/* What fails leaves everything as it was, but for a task switch beyond its point of no return: so the
 * deliveries that follow see what the first failure saw. */
static uint64_t event_before(const struct explanation *e, unsigned index) {
  while (index > 0 && e->failure[index - 1].transition->outcome != RS_TASK_FAULTED)
    index--;
  return e->failure[index].ordinal;
}

void suspects_add(struct explanation *e, unsigned index, struct disasm *disasm) {
  const struct failure *failure = &e->failure[index];
  const struct inquiry q = { .e = e,
                             .index = index,
                             .before = event_before(e, index),
                             .failure = failure,
                             .transition = failure->transition,
                             .check = failure_check(e, index),
                             .disasm = disasm };
  if (q.check->kind != RS_STEP_CHECK) return;
  uint64_t suspects = check_causes((enum rs_check)q.check->id)->suspects;
  unsigned first = e->culprit_count;
  add_instruction(&q);
  for (unsigned i = 0; i < SUSPECT_COUNT; i++)
    if (suspects >> i & 1) add_suspect(&q, (enum suspect_index)i);
  add_return_stack(&q);
  add_tables(&q, first);
}

void suspects_add_exception(struct explanation *e, struct disasm *disasm) {
  struct disasm_sources sources;
  struct culprit instruction = { .kind = CULPRIT_INSTRUCTION, .from = NO_CULPRIT, .before = e->ordinal };
  struct output output;
  if (e->verdict != VERDICT_FAULT && e->verdict != VERDICT_KILLED) return;
  instruction.read.kind = RS_STEP_READ;
  instruction.read.read.linear = e->from;
  output_init(&output, NULL, instruction.text, sizeof instruction.text, false);
  if (e->length) disasm_print(disasm, &output, &e->before, e->from, e->bytes, e->length);
  output_finish(&output);
  culprit_add(e, &instruction);
  if (!e->length || !disasm_sources(disasm, &e->before, e->bytes, e->length, 0, &sources)) return;
  for (unsigned i = 0; i < 16; i++) {
    if (!(sources.values >> i & 1)) continue;
    const struct culprit value = { .kind = CULPRIT_REGISTER,
                                   .read = step_of_register(&e->before, (enum rs_register)(RS_RAX + i)),
                                   .valued = true,
                                   .from = NO_CULPRIT,
                                   .before = e->ordinal };
    culprit_add(e, &value);
  }
}
