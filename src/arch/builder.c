/* Builds a transition step by step: records checks, reads and writes, and keeps the state they lead to. */
#include "arch/builder.h"

#include "arch/access.h"
#include "arch/instruction.h"
#include "arch/registers.h"

void builder_start(struct builder *b, const struct rs_cpu *before, const struct guest_memory *memory,
                   struct rs_transition *out) {
  out->outcome = RS_COMPLETED;
  memset(&out->fault, 0, sizeof out->fault);
  memset(&out->port, 0, sizeof out->port);
  out->step_count = 0;
  out->memory_writes = 0;
  out->written = 0;
  out->before = *before;
  out->after = *before;
  b->before = &out->before;
  b->after = &out->after;
  b->memory = memory;
  b->out = out;
  b->page_count = 0;
  b->walk_first = RS_NO_WALK;
  b->memory_write_count = 0;
  b->entries = (struct paging_reader){ b, access_read_entry, memory->ram, memory->ram_size, UINT64_MAX, 0 };
  b->no_return = false;
  b->ext = 0;
}

/* True but for unblock_nmi, the documented exception. */
static inline bool no_register_was_written(const struct builder *b) {
  return !(b->out->written & ~(UINT64_C(1) << RS_NMI_BLOCKED));
}

void builder_pass_point_of_no_return(struct builder *b) {
  assert(no_register_was_written(b));
  b->no_return = true;
}

/* A fault is decided by a failed check, the last one recorded, and comes before the first register write but
 * in a task switch. */
static struct rs_fault *fault_begin(struct builder *b, uint8_t vector) {
  assert(b->no_return || no_register_was_written(b));
  uint16_t last = (uint16_t)(b->out->step_count - 1);
  assert(b->out->step_count > 0 && b->out->step[last].kind == RS_STEP_CHECK && !b->out->step[last].passed);
  b->out->outcome = b->no_return ? RS_TASK_FAULTED : RS_FAULTED;
  b->out->fault = (struct rs_fault){ .vector = vector, .check = last };
  return &b->out->fault;
}

bool fault_plain(struct builder *b, uint8_t vector) {
  fault_begin(b, vector);
  return false;
}

bool fault_code(struct builder *b, uint8_t vector, uint32_t error_code) {
  struct rs_fault *fault = fault_begin(b, vector);
  if (!(b->before->cr0 & CR0_PE)) return false;
  fault->has_error_code = true;
  fault->error_code = error_code | b->ext;
  return false;
}

bool fault_debug(struct builder *b, uint32_t dr6) {
  fault_begin(b, VECTOR_DB)->dr6 = dr6;
  return false;
}

bool fault_page(struct builder *b, uint32_t error_code, uint64_t cr2) {
  struct rs_fault *fault = fault_begin(b, VECTOR_PF);
  fault->has_error_code = true;
  fault->error_code = error_code;
  fault->has_cr2 = true;
  fault->cr2 = cr2;
  return false;
}

bool require(struct builder *b, enum rs_check id, bool passed, uint64_t operand_a, uint64_t operand_b,
             uint64_t operand_c) {
  return check(b, id, passed, operand_a, operand_b, operand_c, 0) || fault_code(b, VECTOR_GP, 0);
}

bool require_ring_0(struct builder *b, enum rs_check id) {
  return require(b, id, b->before->cpl == 0, b->before->cpl, 0, 0);
}

/* Field by field, as they were written: to read them in one piece before they have left the store buffer
 * costs a stall, and what is written to a segment register was mostly decoded just now. */
static inline void segment_copy(struct rs_segment *to, const struct rs_segment *from) {
  to->selector = from->selector;
  to->attributes = from->attributes;
  to->limit = from->limit;
  to->base = from->base;
}

void write_segment(struct builder *b, enum rs_register reg, const struct rs_segment *value) {
  struct rs_segment *segment = register_at(b->after, reg);
  struct rs_step *step = builder_write(b, reg, sizeof *value);
  segment_copy(&step->write.old.segment, segment);
  segment_copy(&step->write.new.segment, value);
  segment_copy(segment, value);
}

void write_table(struct builder *b, enum rs_register reg, struct rs_table_register value) {
  struct rs_table_register *table = register_at(b->after, reg);
  struct rs_step *step = builder_write(b, reg, sizeof value);
  step->write.old.table = *table;
  step->write.new.table = *table = value;
}

void unblock_nmi(struct builder *b) {
  if (b->after->nmi_blocked) write_register(b, RS_NMI_BLOCKED, 0);
}

uint64_t rip_after(const struct rs_cpu *cpu, const struct rs_instruction *instruction) {
  uint64_t next = cpu->rip + instruction->length;
  return code_size_of(cpu) == CODE_64 ? next : (uint32_t)next;
}

void advance_rip(struct builder *b, const struct rs_instruction *instruction) {
  branch_to(b, rip_after(b->before, instruction));
}

void branch_to(struct builder *b, uint64_t rip) {
  if (b->after->rflags & RFLAGS_RF) write_register(b, RS_RFLAGS, b->after->rflags & ~RFLAGS_RF);
  jump_to(b, rip);
}

void jump_to(struct builder *b, uint64_t rip) {
  if (b->before->interrupt_shadow) write_register(b, RS_INTERRUPT_SHADOW, RS_SHADOW_NONE);
  write_register(b, RS_RIP, rip);
}

void rs_step_apply(struct rs_cpu *cpu, const struct rs_step *step) {
  if (step->kind == RS_STEP_WRITE && step->reg != RS_NO_REGISTER && step->id == RS_ITEM_REGISTER)
    rs_cpu_set(cpu, (enum rs_register)step->reg, step->write.new);
}

void rs_transition_state_after(const struct rs_transition *transition, unsigned n, struct rs_cpu *cpu) {
  *cpu = transition->before;
  for (unsigned i = 0; i <= n && i < transition->step_count; i++)
    rs_step_apply(cpu, &transition->step[i]);
}
