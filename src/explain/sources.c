/* One step back: from a value to the event that wrote it, and to where that one had it from. */
#include "explain/sources.h"

#include "arch/descriptor.h"
#include "explain/left.h"
#include "explain/suspects.h"
#include "trace/changes.h"
#include "trace/fields.h"

enum { STACK_STEP = 64 }; /* a stack pointer that moves no further than this is in use, not set */

/* The part of `place`, that begins at `at`, that a write of `size` bytes at `linear` covers. */
static bool covers_place(const struct rs_step *place, uint64_t at, uint64_t linear, unsigned size,
                         struct extent *extent) {
  uint64_t into = linear - at, before = at - linear;
  if (into >= place->size && before >= size) return false;
  extent->first = into < place->size ? (unsigned)into : 0;
  uint64_t end = into < place->size ? into + size : size - before;
  extent->size = (unsigned)(end < place->size ? end : place->size) - extent->first;
  extent->linear = into < place->size ? linear : at;
  return true;
}

/* A write that leaves the bytes alone that matter is none. */
static bool covers(const struct culprit *culprit, uint64_t at, uint64_t linear, unsigned size,
                   struct extent *extent) {
  unsigned from = culprit->focus, to = from + culprit->focus_size;
  if (!covers_place(&culprit->read, at, linear, size, extent)) return false;
  return culprit->focus_size == 0 || (extent->first < to && from < extent->first + extent->size);
}

/* Page-table entries are known by physical addresses, everything else by both. */
static bool same_memory(const struct culprit *culprit, const struct offsets *offsets, uint64_t linear,
                        unsigned size, struct extent *extent) {
  const struct rs_step *place = &culprit->read;
  if (covers(culprit, place->read.linear, linear, size, extent)) return true;
  for (unsigned i = 0; i < offsets->count; i++)
    if (covers(culprit, place->read.physical + offsets->offset[i], linear, size, extent)) return true;
  return covers(culprit, place->read.physical, linear, size, extent);
}

static bool is_bookkeeping(const struct rs_step *step) {
  return step->id == RS_ITEM_PAGE_ACCESSED_DIRTY || step->id == RS_ITEM_DESCRIPTOR_ACCESSED ||
         step->id == RS_ITEM_DESCRIPTOR_BUSY;
}

/* An instruction pointer that only moves on was not set. */
static bool register_was_set(const struct rs_transition *transition, const struct rs_step *step) {
  const struct rs_instruction *instruction = &transition->cause.instruction;
  if (step->reg != RS_RIP || !transition->cause.has_instruction) return true;
  return step->write.new.word[0] != transition->before.rip + instruction->length;
}

static bool changes_bits(const struct culprit *culprit, uint64_t old, uint64_t new) {
  return culprit->bits == 0 || (old ^ new) & culprit->bits;
}

const struct rs_step *transition_wrote(const struct rs_transition *transition, const struct culprit *culprit,
                                       const struct offsets *offsets, struct extent *extent) {
  bool reg = culprit->kind == CULPRIT_REGISTER;
  if (transition->outcome == RS_FAULTED || culprit->kind == CULPRIT_INSTRUCTION) return NULL;
  if (reg && !(transition->written >> culprit->read.reg & 1)) return NULL;
  for (unsigned i = transition->step_count; i-- > 0;) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind != RS_STEP_WRITE || step_is_register(step) != reg) continue;
    if (reg && step->reg == culprit->read.reg)
      return register_was_set(transition, step) &&
                     changes_bits(culprit, step->write.old.word[0], step->write.new.word[0])
                 ? step
                 : NULL;
    if (reg || is_bookkeeping(step)) continue;
    if (covers(culprit, culprit->read.read.physical, step->write.physical, step->size, extent) ||
        same_memory(culprit, offsets, step->write.linear, step->size, extent))
      return step;
  }
  return NULL;
}

static bool rip_jumped(const struct rs_instruction_event *event) {
  uint64_t moved = event->after->rip - event->before->rip;
  return moved != event->length && moved != 0;
}

/* Pushes and pops move it; what sets it, moves it far. */
static bool rsp_was_set(const struct rs_instruction_event *event) {
  uint64_t moved = event->after->general[RS_RSP - RS_RAX] - event->before->general[RS_RSP - RS_RAX];
  return moved + STACK_STEP > 2 * STACK_STEP;
}

/* A general register may be written without a change; but not by an instruction that faulted, which is told
 * as one that stayed where it was. */
static bool general_was_written(struct disasm *disasm, const struct rs_instruction_event *event,
                                enum rs_register reg) {
  if (reg < RS_RAX || reg > RS_R15 || event->after->rip == event->before->rip) return false;
  return disasm_written(disasm, event->before, event->bytes, event->length) >> (reg - RS_RAX) & 1;
}

static bool instruction_wrote_register(struct disasm *disasm, const struct rs_instruction_event *event,
                                       const struct culprit *culprit) {
  enum rs_register reg = (enum rs_register)culprit->read.reg;
  if (reg == RS_RIP) return rip_jumped(event);
  if (reg == RS_RSP && !culprit->bits) return rsp_was_set(event);
  if (!register_differs(event->before, event->after, reg))
    return !culprit->bits && general_was_written(disasm, event, reg);
  return changes_bits(culprit, rs_cpu_get(event->before, reg).word[0], rs_cpu_get(event->after, reg).word[0]);
}

/* REP MOVS and STOS write all that RDI has passed. */
static bool string_wrote(const struct rs_instruction_event *event, const struct culprit *culprit,
                         struct extent *extent) {
  const struct rs_step *place = &culprit->read;
  uint64_t from = event->before->general[RS_RDI - RS_RAX], to = event->after->general[RS_RDI - RS_RAX];
  bool repeated = event->bytes[0] == 0xf3 || event->bytes[0] == 0xf2;
  if (!repeated || event->write_count == 0 || to - from == 0 || to - from > UINT32_MAX) return false;
  if (!covers(culprit, place->read.linear, event->write[0].linear, (unsigned)(to - from), extent))
    return false;
  extent->linear = place->read.linear + extent->first;
  return true;
}

static bool instruction_wrote_memory(const struct rs_instruction_event *event, const struct culprit *culprit,
                                     const struct offsets *offsets, struct extent *extent) {
  for (unsigned i = 0; i < event->write_count; i++) {
    const struct rs_memory_change *write = &event->write[i];
    if (write_was_to_entry(culprit, write, extent)) return true;
    if (!same_memory(culprit, offsets, write->linear, write->size, extent)) continue;
    extent->left_other = !write_left_it(culprit, write, extent);
    return true;
  }
  return string_wrote(event, culprit, extent);
}

/* To the bytes that matter. */
static void extent_narrow(const struct culprit *culprit, struct extent *extent) {
  unsigned first = culprit->focus, end = first + culprit->focus_size;
  unsigned extent_end = extent->first + extent->size;
  if (culprit->focus_size == 0) return;
  if (first < extent->first) first = extent->first;
  if (end > extent_end) end = extent_end;
  extent->linear += first - extent->first;
  extent->first = first;
  extent->size = end - first;
}

bool instruction_wrote(struct disasm *disasm, const struct rs_instruction_event *event,
                       const struct culprit *culprit, const struct offsets *offsets, struct extent *extent) {
  extent->left_other = false;
  if (culprit->kind == CULPRIT_INSTRUCTION) return false;
  if (culprit->kind == CULPRIT_REGISTER) return instruction_wrote_register(disasm, event, culprit);
  if (!instruction_wrote_memory(event, culprit, offsets, extent)) return false;
  extent_narrow(culprit, extent);
  return true;
}

static void add(struct sources *out, const struct rs_step *place, bool valued) {
  if (out->count == SOURCES) return;
  out->valued[out->count] = valued;
  out->place[out->count++] = *place;
}

static void add_register(struct sources *out, const struct rs_cpu *cpu, enum rs_register reg) {
  const struct rs_step step = step_of_register(cpu, reg);
  add(out, &step, true);
}

/* The reads that a register's new value can be made of, besides words popped or loaded for it by name. */
static const struct {
  uint8_t reg;
  uint8_t item; /* of memory; RS_ITEM_REGISTER: the register `from` */
  uint8_t from;
} made_of[] = {
  { RS_RIP, RS_ITEM_IDT_GATE, 0 },
  { RS_RIP, RS_ITEM_INTERRUPT_VECTOR, 0 },
  { RS_RIP, RS_ITEM_OPERAND, 0 },
  { RS_RIP, RS_ITEM_REGISTER, RS_LSTAR },
  { RS_RIP, RS_ITEM_REGISTER, RS_CSTAR },
  { RS_RIP, RS_ITEM_REGISTER, RS_STAR },
  { RS_RIP, RS_ITEM_REGISTER, RS_SYSENTER_EIP },
  { RS_CS, RS_ITEM_IDT_GATE, 0 },
  { RS_CS, RS_ITEM_INTERRUPT_VECTOR, 0 },
  { RS_CS, RS_ITEM_OPERAND, 0 },
  { RS_CS, RS_ITEM_REGISTER, RS_STAR },
  { RS_CS, RS_ITEM_REGISTER, RS_SYSENTER_CS },
  { RS_SS, RS_ITEM_TSS_STACK_SEGMENT, 0 },
  { RS_SS, RS_ITEM_OPERAND, 0 },
  { RS_SS, RS_ITEM_REGISTER, RS_STAR },
  { RS_SS, RS_ITEM_REGISTER, RS_SYSENTER_CS },
  { RS_RSP, RS_ITEM_TSS_STACK_POINTER, 0 },
  { RS_RSP, RS_ITEM_TSS_IST, 0 },
  { RS_RSP, RS_ITEM_REGISTER, RS_SYSENTER_ESP },
  { RS_RFLAGS, RS_ITEM_REGISTER, RS_FMASK },
  { RS_ES, RS_ITEM_OPERAND, 0 },
  { RS_DS, RS_ITEM_OPERAND, 0 },
  { RS_FS, RS_ITEM_OPERAND, 0 },
  { RS_GS, RS_ITEM_OPERAND, 0 },
  { RS_GDTR, RS_ITEM_OPERAND, 0 },
  { RS_IDTR, RS_ITEM_OPERAND, 0 },
  { RS_TR, RS_ITEM_OPERAND, 0 },
  { RS_LDTR, RS_ITEM_OPERAND, 0 },
};

static bool is_made_of(const struct rs_transition *transition, const struct rs_step *read,
                       enum rs_register reg) {
  bool star = step_is_register(read) && read->reg == RS_STAR;
  if (reg == RS_RIP && star && cpu_is_long_mode(&transition->before))
    return false; /* that has LSTAR and CSTAR */
  /* The far pointer to a task names its TSS, and the rest comes from there. */
  if (transition->cause.mechanism == RS_MECHANISM_TASK_SWITCH && read->id == RS_ITEM_OPERAND && reg != RS_TR)
    return false;
  if (!step_is_register(read) && read->reg == reg) return true;
  for (unsigned i = 0; i < sizeof made_of / sizeof *made_of; i++) {
    if (made_of[i].reg != reg || made_of[i].item != read->id) continue;
    if (!step_is_register(read) || made_of[i].from == read->reg) return true;
  }
  return false;
}

/* What is behind a segment register comes from its descriptor. */
static bool is_descriptor_of(const struct rs_transition *transition, const struct rs_step *read,
                             const struct rs_step *written) {
  enum rs_register reg = (enum rs_register)written->reg;
  uint16_t selector = written->write.new.segment.selector;
  const struct rs_cpu *cpu = &transition->before;
  if (!step_is_register(written) || !register_is_segment(reg) || selector_is_null(selector)) return false;
  if (read->id != RS_ITEM_GDT_DESCRIPTOR && read->id != RS_ITEM_LDT_DESCRIPTOR) return false;
  uint64_t base = read->id == RS_ITEM_GDT_DESCRIPTOR ? cpu->gdtr.base : cpu->ldtr.base;
  return read->read.linear - base == (selector & SELECTOR_INDEX);
}

static void add_reads(const struct rs_transition *transition, const struct rs_step *written,
                      struct sources *out) {
  for (unsigned i = transition->step_count; i-- > 0;) {
    const struct rs_step *read = &transition->step[i];
    if (read->kind != RS_STEP_READ) continue;
    if (is_made_of(transition, read, (enum rs_register)written->reg) ||
        is_descriptor_of(transition, read, written))
      add(out, read, true);
  }
}

/* The registers that a fast return takes what it needs from: the steps do not tell it. */
static void add_return_registers(const struct rs_transition *transition, enum rs_register reg,
                                 struct sources *out) {
  const struct rs_cpu *before = &transition->before;
  bool sysret = transition->cause.mechanism == RS_MECHANISM_SYSRET;
  if (!sysret && transition->cause.mechanism != RS_MECHANISM_SYSEXIT) return;
  if (reg == RS_RIP) add_register(out, before, sysret ? RS_RCX : RS_RDX);
  if (reg == RS_RFLAGS && sysret) add_register(out, before, RS_R11);
  if (reg == RS_RSP && !sysret) add_register(out, before, RS_RCX);
  if (reg == RS_CS || reg == RS_SS) add_register(out, before, sysret ? RS_STAR : RS_SYSENTER_CS);
}

static void add_direct_operand(const struct rs_transition *transition, struct sources *out) {
  const struct rs_instruction *instruction = &transition->cause.instruction;
  if (instruction->has_modrm && !instruction->memory && instruction->rm < 16)
    add_register(out, &transition->before, (enum rs_register)(RS_RAX + instruction->rm));
}

/* The registers that its steps read. */
static void add_read_registers(const struct rs_transition *transition, struct sources *out) {
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *read = &transition->step[i];
    if (read->kind == RS_STEP_READ && step_is_register(read)) add(out, read, true);
  }
}

/* Of what keeps the ring. */
static void add_operands(const struct rs_transition *transition, enum rs_register reg, struct sources *out) {
  const struct rs_cpu *before = &transition->before;
  if (!transition->cause.has_instruction || reg == RS_RIP) return;
  switch (transition->cause.instruction.operation) {
  case RS_OP_WRMSR:
    add_register(out, before, RS_RAX);
    add_register(out, before, RS_RDX);
    return;
  case RS_OP_SWAPGS: add_register(out, before, reg == RS_GS ? RS_KERNEL_GS_BASE : RS_GS); return;
  case RS_OP_MOV_TO_CR:
  case RS_OP_MOV_TO_DR:
  case RS_OP_LMSW:
  case RS_OP_MOV_TO_SEGMENT:
  case RS_OP_LLDT:
  case RS_OP_LTR:
  case RS_OP_WRFSBASE:
  case RS_OP_WRGSBASE: add_direct_operand(transition, out); return;
  case RS_OP_RDMSR: add_read_registers(transition, out); return;
  default: return;
  }
}

/* Where a delivery or a call found the stack that it pushed to. */
static void add_stack(const struct rs_transition *transition, struct sources *out) {
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *read = &transition->step[i];
    if (read->kind != RS_STEP_READ || (read->id != RS_ITEM_TSS_STACK_POINTER && read->id != RS_ITEM_TSS_IST))
      continue;
    add(out, read, true);
    return;
  }
  add_register(out, &transition->before, RS_RSP);
}

/* The register that a push names. */
static void add_pushed(const struct rs_transition *transition, const struct rs_step *step, bool stray,
                       struct sources *out) {
  if (stray)
    add_stack(transition, out);
  else if (step->reg != RS_NO_REGISTER)
    add_register(out, &transition->before, (enum rs_register)step->reg);
}

void sources_of_transition(const struct rs_transition *transition, const struct rs_step *step, bool stray,
                           struct sources *out) {
  enum rs_register reg = (enum rs_register)step->reg;
  out->count = 0;
  if (!step_is_register(step)) {
    add_pushed(transition, step, stray, out);
    return;
  }
  add_reads(transition, step, out);
  add_return_registers(transition, reg, out);
  add_operands(transition, reg, out);
}

void sources_of_instruction(struct disasm *disasm, const struct rs_cpu *before, const uint8_t *bytes,
                            size_t length, const struct extent *extent, struct sources *out) {
  struct disasm_sources found;
  out->count = 0;
  if (!disasm_sources(disasm, before, bytes, length, extent->linear, &found)) return;
  bool counts_along = found.string && extent->linear == 0; /* RSI, RDI or RCX was asked for */
  for (unsigned i = 0; i < found.read_count && !counts_along; i++) {
    struct rs_step step = { .kind = RS_STEP_READ, .id = RS_ITEM_OPERAND, .walk = RS_NO_WALK };
    step.size = found.string ? (uint8_t)extent->size : found.read[i].size;
    step.read.linear = step.read.physical = found.read[i].linear;
    add(out, &step, false);
  }
  for (unsigned i = 0; i < 16; i++)
    if (found.values >> i & 1 && i != RS_RSP - RS_RAX)
      add_register(out, before, (enum rs_register)(RS_RAX + i));
}
