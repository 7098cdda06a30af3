/* From a failed check to the descriptors, registers and words that it looked at. */
#include "explain/suspects.h"

#include <string.h>

#include "arch/bits.h"
#include "arch/descriptor.h"
#include "arch/gate.h"
#include "explain/causes.h"
#include "explain/inquiry.h"

#define CR3_FLAGS (UINT64_C(1) << 63 | UINT64_C(0xfff)) /* no flush; PCID, PCD and PWT */
#define PDE_PS (1U << 7)

enum { PDE_LEVEL = 2 };

/* The plain one that the log told before, or the one that was performed. */
static void add_instruction(const struct inquiry *q) {
  const struct rs_instruction *performed = &q->transition->cause.instruction;
  const struct failure *failure = q->failure;
  bool plain = failure->length != 0;
  unsigned length = plain ? failure->length : q->transition->cause.has_instruction ? performed->length : 0;
  struct culprit culprit =
      culprit_of_instruction(q->disasm, &q->transition->before, failure->address,
                             plain ? failure->bytes : performed->bytes, length, q->before);
  culprit.failure = q->index;
  culprit_add(q->e, &culprit);
}

static void add_descriptor(const struct inquiry *q) {
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind != RS_STEP_READ) continue;
    if (step->id != RS_ITEM_GDT_DESCRIPTOR && step->id != RS_ITEM_LDT_DESCRIPTOR) continue;
    inquiry_add_step(q, CULPRIT_MEMORY, step);
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
    inquiry_add_general(q, instruction->rm);
}

static void add_selector(const struct inquiry *q) {
  uint16_t selector = (uint16_t)q->check->operand[0];
  bool long_mode = cpu_is_long_mode(&q->transition->before);
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind != RS_STEP_READ || !holds_selector(step, selector, long_mode)) continue;
    inquiry_add_step(q, CULPRIT_MEMORY, step);
    return;
  }
  add_direct_operand(q);
}

static void add_target(const struct inquiry *q) {
  if (!inquiry_add_read(q, RS_ITEM_OPERAND)) add_direct_operand(q);
}

/* SS of an instruction that pops it is told by that. */
static void add_stack_segment(const struct inquiry *q) {
  if (inquiry_add_read(q, RS_ITEM_TSS_STACK_SEGMENT) || inquiry_add_read(q, RS_ITEM_POPPED_SS)) return;
  if (q->transition->cause.mechanism != RS_MECHANISM_OPERATION) inquiry_add_register(q, RS_SS);
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
  inquiry_add_step(q, CULPRIT_MEMORY, step);
  if (step->read.physical >> 12 == (cpu->cr3 & ~CR3_FLAGS) >> 12) inquiry_add_register(q, RS_CR3);
  if (q->check->id == RS_CHECK_PAGE_ENTRY_RESERVED && reserved >> 63)
    inquiry_add_bits(q, RS_EFER, EFER_NXE, false);
}

const struct rs_step *large_page_missed(const struct rs_transition *transition) {
  const struct rs_cpu *cpu = &transition->before;
  if (!(cpu->cr0 & CR0_PG) || cpu->cr4 & (CR4_PSE | CR4_PAE)) return NULL;
  for (unsigned i = transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &transition->step[i];
    bool entry = step->kind == RS_STEP_READ && step->id == RS_ITEM_PAGE_ENTRY;
    if (entry && step->level == PDE_LEVEL && step->read.value.word[0] & PDE_PS) return step;
  }
  return NULL;
}

static void add_large_page(const struct inquiry *q) {
  const struct rs_step *entry = large_page_missed(q->transition);
  if (!entry) return;
  inquiry_add_step(q, CULPRIT_MEMORY, entry);
  inquiry_add_bits(q, RS_CR4, CR4_PSE, false);
}

/* The last entry read is the lowest one of the walk; what lies above it has been read before. */
static void add_entries(const struct inquiry *q) {
  unsigned level = 0;
  add_large_page(q);
  for (unsigned i = q->transition->fault.check; i-- > 0;) {
    const struct rs_step *step = &q->transition->step[i];
    if (step->kind != RS_STEP_READ || step->id != RS_ITEM_PAGE_ENTRY || step->level <= level) continue;
    bool lowest = level == 0, refuses = entry_refuses((enum rs_check)q->check->id, step->read.value.word[0]);
    level = step->level;
    if (refuses) add_entry(q, step);
    if (lowest && refuses) return;
  }
}

static void add_msr_operand(const struct inquiry *q) {
  inquiry_add_register(q, RS_RAX);
  inquiry_add_register(q, RS_RDX);
  inquiry_add_register(q, RS_RCX);
}

static void add_operand(const struct inquiry *q) {
  enum rs_operation operation = q->transition->cause.instruction.operation;
  if (!q->transition->cause.has_instruction) return;
  if (operation == RS_OP_WRMSR || operation == RS_OP_XSETBV)
    add_msr_operand(q);
  else if (!inquiry_add_read(q, RS_ITEM_OPERAND))
    add_direct_operand(q);
}

static void add_segment(const struct inquiry *q) {
  if (q->check->operand[0] < RS_SEGMENT_COUNT)
    inquiry_add_register(q, (enum rs_register)(RS_ES + q->check->operand[0]));
}

static void add_io_map(const struct inquiry *q) {
  inquiry_add_read(q, RS_ITEM_IO_PERMISSION);
  inquiry_add_read(q, RS_ITEM_TSS_IO_MAP_BASE);
}

static void add_gate(const struct inquiry *q) {
  if (!inquiry_add_read(q, RS_ITEM_IDT_GATE)) inquiry_add_read(q, RS_ITEM_INTERRUPT_VECTOR);
}

/* How each suspect is found: by a function, by the item of a read, or as a register. */
static const struct {
  void (*add)(const struct inquiry *q);
  enum rs_item item;
  enum rs_register reg;
} rows[SUSPECT_COUNT] = {
  [SUSPECT_INDEX_GATE] = { .add = add_gate },
  [SUSPECT_INDEX_DESCRIPTOR] = { .add = add_descriptor },
  [SUSPECT_INDEX_UPPER] = { .item = RS_ITEM_DESCRIPTOR_UPPER },
  [SUSPECT_INDEX_SELECTOR] = { .add = add_selector },
  [SUSPECT_INDEX_POPPED_IP] = { .item = RS_ITEM_POPPED_IP },
  [SUSPECT_INDEX_POPPED_CS] = { .item = RS_ITEM_POPPED_CS },
  [SUSPECT_INDEX_POPPED_SS] = { .item = RS_ITEM_POPPED_SS },
  [SUSPECT_INDEX_POPPED_FLAGS] = { .item = RS_ITEM_POPPED_FLAGS },
  [SUSPECT_INDEX_STACK_POINTER] = { .add = inquiry_add_stack_pointer },
  [SUSPECT_INDEX_STACK_SEGMENT] = { .add = add_stack_segment },
  [SUSPECT_INDEX_ENTRY] = { .add = add_entries },
  [SUSPECT_INDEX_ADDRESS] = { .add = inquiry_add_address },
  [SUSPECT_INDEX_TARGET] = { .add = add_target },
  [SUSPECT_INDEX_OPERAND] = { .add = add_operand },
  [SUSPECT_INDEX_SEGMENT] = { .add = add_segment },
  [SUSPECT_INDEX_TASK_FIELD] = { .item = RS_ITEM_TASK_LOADED },
  [SUSPECT_INDEX_IO_MAP] = { .add = add_io_map },
  [SUSPECT_INDEX_RCX] = { .reg = RS_RCX },
  [SUSPECT_INDEX_RDX] = { .reg = RS_RDX },
  [SUSPECT_INDEX_CS] = { .reg = RS_CS },
  [SUSPECT_INDEX_SS] = { .reg = RS_SS },
  [SUSPECT_INDEX_TR] = { .reg = RS_TR },
  [SUSPECT_INDEX_LDTR] = { .reg = RS_LDTR },
  [SUSPECT_INDEX_GDTR] = { .reg = RS_GDTR },
  [SUSPECT_INDEX_IDTR] = { .reg = RS_IDTR },
  [SUSPECT_INDEX_RFLAGS] = { .reg = RS_RFLAGS },
  [SUSPECT_INDEX_CPL] = { .reg = RS_CPL },
  [SUSPECT_INDEX_CR0] = { .reg = RS_CR0 },
  [SUSPECT_INDEX_CR4] = { .reg = RS_CR4 },
  [SUSPECT_INDEX_EFER] = { .reg = RS_EFER },
  [SUSPECT_INDEX_FMASK] = { .reg = RS_FMASK },
  [SUSPECT_INDEX_DR7] = { .reg = RS_DR7 },
  [SUSPECT_INDEX_SYSENTER_CS] = { .reg = RS_SYSENTER_CS },
};

static void add_suspect(const struct inquiry *q, enum suspect_index suspect) {
  if (rows[suspect].add)
    rows[suspect].add(q);
  else if (rows[suspect].reg)
    inquiry_add_bits(q, rows[suspect].reg, check_bits((enum rs_check)q->check->id, suspect), false);
  else
    inquiry_add_read(q, rows[suspect].item);
}

/* Where a return popped its frame from: with all its bits told, whoever moved it last. */
static void add_return_stack(const struct inquiry *q) {
  enum rs_mechanism mechanism = q->transition->cause.mechanism;
  if (mechanism == RS_MECHANISM_IRET) inquiry_add_bits(q, RS_RSP, UINT64_MAX, true);
}

/* The tables that what has been added was found in. */
static void add_tables(const struct inquiry *q, unsigned first) {
  for (unsigned i = first, count = q->e->culprit_count; i < count; i++) {
    switch (q->e->culprit[i].read.id) {
    case RS_ITEM_IDT_GATE:
    case RS_ITEM_INTERRUPT_VECTOR: inquiry_add_bits(q, RS_IDTR, 0, true); break;
    case RS_ITEM_GDT_DESCRIPTOR: inquiry_add_bits(q, RS_GDTR, 0, true); break;
    case RS_ITEM_LDT_DESCRIPTOR: inquiry_add_bits(q, RS_LDTR, 0, true); break;
    case RS_ITEM_TSS_STACK_POINTER:
    case RS_ITEM_TSS_STACK_SEGMENT:
    case RS_ITEM_TSS_IST:
    case RS_ITEM_TSS_IO_MAP_BASE: inquiry_add_bits(q, RS_TR, 0, true); break;
    case RS_ITEM_PAGE_ENTRY: inquiry_add_bits(q, RS_CR3, 0, true); break;
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

/* Where the kernel's symbols name nothing, execution has lost its way: by what sent it there. */
static void add_way(const struct inquiry *q) {
  char symbol[160];
  if (q->transition->before.cpl) return;
  rs_symbols_format(q->e->symbols, q->failure->address, symbol, sizeof symbol);
  if (strncmp(symbol, "0x", 2) == 0) inquiry_add_register(q, RS_RIP);
}

/* A #DB in single steps is the doing of whoever set TF. */
static bool is_single_step(const struct rs_cause *cause, const struct rs_cpu *before) {
  return cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION &&
         cause->interrupt.vector == VECTOR_DB && before->rflags & RFLAGS_TF;
}

static void add_trap_flag(const struct inquiry *q) {
  if (is_single_step(&q->transition->cause, &q->transition->before))
    inquiry_add_bits(q, RS_RFLAGS, RFLAGS_TF, false);
}

static void add_trap_flag_of_exception(struct explanation *e) {
  struct culprit flags = culprit_of_register(&e->before, RS_RFLAGS, e->ordinal);
  flags.bits = RFLAGS_TF;
  if (is_single_step(&e->cause, &e->before)) culprit_add(e, &flags);
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
  add_way(&q);
  add_trap_flag(&q);
  add_return_stack(&q);
  add_tables(&q, first);
}

void suspects_add_exception(struct explanation *e, struct disasm *disasm) {
  struct disasm_sources sources;
  if (e->verdict != VERDICT_FAULT && e->verdict != VERDICT_KILLED) return;
  const struct culprit instruction =
      culprit_of_instruction(disasm, &e->before, e->from, e->bytes, e->length, e->ordinal);
  culprit_add(e, &instruction);
  add_trap_flag_of_exception(e);
  if (!e->length || !disasm_sources(disasm, &e->before, e->bytes, e->length, 0, &sources)) return;
  for (unsigned i = 0; i < 16; i++) {
    if (!(sources.values >> i & 1)) continue;
    const struct culprit value = culprit_of_register(&e->before, (enum rs_register)(RS_RAX + i), e->ordinal);
    culprit_add(e, &value);
  }
}
