/* The known errors of the engine: one predicate each, which admits that error and nothing else. */
#include <string.h>

#include "arch/descriptor.h"
#include "arch/fast_call.h"
#include "vm/witness.h"

static enum rs_operation operation_of(const struct witness_difference *d) {
  return d->prediction->cause.instruction.operation;
}

/* The accessed bits that the prediction sets, among the 8 bytes that differ. */
static uint64_t accessed_bits(const struct witness_difference *d) {
  const struct rs_transition *t = d->prediction;
  uint64_t bits = 0;
  for (unsigned i = 0; i < t->step_count; i++) {
    const struct rs_step *step = &t->step[i];
    uint64_t set = step->write.old.word[0] ^ step->write.new.word[0];
    int64_t offset = (int64_t)(step->write.physical - d->physical);
    if (step->kind != RS_STEP_WRITE || step->id != RS_ITEM_DESCRIPTOR_ACCESSED) continue;
    if (offset >= 0 && offset < 8) bits |= set << 8 * offset;
    if (offset < 0 && offset > -8) bits |= set >> 8 * -offset;
  }
  return bits;
}

static bool is_transfer_accessed(const struct witness_difference *d) {
  enum rs_operation operation = operation_of(d);
  struct rs_segment theirs = d->theirs.segment;
  if (d->refused || (operation != RS_OP_IRET && operation != RS_OP_FAR_RET && operation != RS_OP_FAR_JMP &&
                     operation != RS_OP_FAR_CALL))
    return false;
  if (d->reg == RS_NO_REGISTER) return (d->ours.word[0] ^ d->theirs.word[0]) == accessed_bits(d);
  theirs.attributes |= SEGMENT_ACCESSED;
  return d->reg >= RS_ES && d->reg <= RS_GS && memcmp(&theirs, &d->ours.segment, sizeof theirs) == 0;
}

static bool is_return_null_ss(const struct witness_difference *d) {
  enum rs_operation operation = operation_of(d);
  const struct rs_segment *ours = &d->ours.segment, *theirs = &d->theirs.segment;
  return (operation == RS_OP_IRET || operation == RS_OP_FAR_RET) && d->reg == RS_SS &&
         selector_is_null(ours->selector) && theirs->selector == ours->selector && theirs->base == 0 &&
         theirs->limit == UINT32_MAX && segment_is_writable_data(theirs);
}

/* By MOV SS, POP SS and LSS, and by a call gate of IA-32e mode. */
static bool is_null_ss_cpl(const struct witness_difference *d) {
  const struct rs_instruction *instruction = &d->prediction->cause.instruction;
  enum rs_operation operation = operation_of(d);
  bool loads = operation == RS_OP_MOV_TO_SEGMENT || operation == RS_OP_POP_SEGMENT ||
               operation == RS_OP_LOAD_FAR_POINTER;
  bool of_ss = loads && instruction->loaded_segment == RS_SEGMENT_INDEX(RS_SS);
  return (of_ss || operation == RS_OP_FAR_CALL) && d->reg == RS_CPL && d->theirs.word[0] == 0 &&
         d->prediction->after.segment[RS_SEGMENT_INDEX(RS_SS)].attributes & SEGMENT_UNUSABLE;
}

static bool is_iret_vif(const struct witness_difference *d) {
  return operation_of(d) == RS_OP_IRET && d->reg == RS_RFLAGS && d->prediction->before.cpl == 0 &&
         !((d->ours.word[0] ^ d->theirs.word[0]) & ~(RFLAGS_VIF | RFLAGS_VIP));
}

/* It is another world then. */
static bool is_iret_vm(const struct witness_difference *d) {
  const struct rs_cpu *before = &d->prediction->before;
  return operation_of(d) == RS_OP_IRET && before->cpl != 0 && !(before->rflags & RFLAGS_VM) && !d->refused &&
         d->engine->rflags & RFLAGS_VM && d->reg != RS_NO_REGISTER;
}

static bool is_iret_v86_rf(const struct witness_difference *d) {
  return operation_of(d) == RS_OP_IRET && d->reg == RS_RFLAGS && d->prediction->after.rflags & RFLAGS_VM &&
         (d->ours.word[0] & ~RFLAGS_RF) == d->theirs.word[0];
}

static bool is_lldt_null(const struct witness_difference *d) {
  const struct rs_segment *ours = &d->ours.segment, *theirs = &d->theirs.segment;
  return operation_of(d) == RS_OP_LLDT && d->reg == RS_LDTR && selector_is_null(ours->selector) &&
         theirs->selector == ours->selector && theirs->base == 0 && theirs->limit == 0;
}

/* The library has Intel's way for both. */
static bool is_sysret_ss(const struct witness_difference *d) {
  const struct rs_segment flat = fast_call_stack(d->ours.segment.selector | 3, 3);
  return d->prediction->before.model == RS_CPU_AMD && operation_of(d) == RS_OP_SYSRET && d->reg == RS_SS &&
         memcmp(&flat, &d->theirs.segment, sizeof flat) == 0;
}

/* What it makes of a popped image. */
static uint64_t sysret_flags_of_engine(const struct rs_cpu *before) {
  uint64_t r11 = before->general[RS_R11 - RS_RAX];
  return (r11 & RFLAGS_DEFINED & ~(RFLAGS_VIF | RFLAGS_VIP)) | RFLAGS_FIXED;
}

static bool is_sysret_r11(const struct witness_difference *d) {
  const struct rs_cpu *before = &d->prediction->before;
  return operation_of(d) == RS_OP_SYSRET && d->reg == RS_RFLAGS && cpu_is_64_bit_mode(before) &&
         d->theirs.word[0] == sysret_flags_of_engine(before);
}

static bool is_sysret_flags(const struct witness_difference *d) {
  const struct rs_cpu *before = &d->prediction->before;
  return operation_of(d) == RS_OP_SYSRET && d->reg == RS_RFLAGS && cpu_is_long_mode(before) &&
         !cpu_is_64_bit_mode(before) && d->theirs.word[0] == sysret_flags_of_engine(before);
}

static bool is_sysexit_d(const struct witness_difference *d) {
  struct rs_segment theirs = d->theirs.segment;
  theirs.attributes &= (uint16_t)~SEGMENT_DB;
  return operation_of(d) == RS_OP_SYSEXIT && d->reg == RS_CS && theirs.attributes & SEGMENT_L &&
         memcmp(&theirs, &d->ours.segment, sizeof theirs) == 0;
}

/* An address that is not canonical then faults when it is fetched. */
static bool is_sysexit_wide(const struct witness_difference *d) {
  const struct rs_transition *t = d->prediction;
  if (operation_of(d) != RS_OP_SYSEXIT || t->cause.instruction.operand_size == 8) return false;
  if (d->refused) return d->vector == VECTOR_GP && t->before.general[RS_RDX - RS_RAX] > UINT32_MAX;
  return (d->reg == RS_RSP && d->theirs.word[0] == t->before.general[RS_RCX - RS_RAX]) ||
         (d->reg == RS_RIP && d->theirs.word[0] == t->before.general[RS_RDX - RS_RAX]);
}

static bool is_sysenter_cs(const struct witness_difference *d) {
  return d->reg == RS_SYSENTER_CS && (d->ours.word[0] & UINT16_MAX) == d->theirs.word[0];
}

/* The whole offset is then out of the limit, or where nothing can be fetched. */
static bool is_far_wide(const struct witness_difference *d) {
  const struct rs_transition *t = d->prediction;
  enum rs_operation operation = operation_of(d);
  if ((operation != RS_OP_FAR_JMP && operation != RS_OP_FAR_CALL) || t->cause.instruction.operand_size != 8 ||
      cpu_is_64_bit_mode(&t->after))
    return false;
  if (d->refused) return d->vector == VECTOR_GP || d->vector == VECTOR_PF;
  return d->reg == RS_RIP && (uint32_t)d->theirs.word[0] == d->ours.word[0];
}

static bool is_call_limit(const struct witness_difference *d) {
  const struct rs_cpu *after = &d->prediction->after;
  return operation_of(d) == RS_OP_FAR_CALL && d->refused && d->vector == VECTOR_GP &&
         cpu_is_64_bit_mode(after) && after->rip > after->segment[RS_SEGMENT_INDEX(RS_CS)].limit;
}

/* CS has the RPL of CPL, which conforming code leaves as it is. */
static bool is_gate_conforming(const struct witness_difference *d) {
  struct rs_segment theirs = d->theirs.segment;
  if (operation_of(d) != RS_OP_FAR_CALL || d->reg != RS_CS || !segment_is_conforming(&theirs)) return false;
  theirs.selector = (uint16_t)(selector_error(theirs.selector) | d->prediction->after.cpl);
  theirs.attributes |= SEGMENT_ACCESSED; /* transfer-accessed */
  return memcmp(&theirs, &d->ours.segment, sizeof theirs) == 0;
}

static bool is_gate_stack_16(const struct witness_difference *d) {
  const struct rs_cpu *before = &d->prediction->before, *after = &d->prediction->after;
  uint64_t outer = before->general[RS_RSP - RS_RAX] & UINT32_MAX & ~(uint64_t)UINT16_MAX;
  return operation_of(d) == RS_OP_FAR_CALL && d->reg == RS_RSP && after->cpl < before->cpl &&
         !(after->segment[RS_SEGMENT_INDEX(RS_SS)].attributes & SEGMENT_DB) &&
         d->theirs.word[0] == (outer | (d->ours.word[0] & UINT16_MAX));
}

/* Its DPL may be less than its RPL, which becomes CPL. */
static bool is_task_conforming(const struct witness_difference *d) {
  const struct rs_segment *code = &d->prediction->after.segment[RS_SEGMENT_INDEX(RS_CS)];
  return d->prediction->cause.mechanism == RS_MECHANISM_TASK_SWITCH && d->refused && d->vector == VECTOR_TS &&
         segment_is_conforming(code) && segment_dpl(code) < selector_rpl(code->selector);
}

static bool is_task_self(const struct witness_difference *d) {
  const struct rs_transition *t = d->prediction;
  return t->cause.mechanism == RS_MECHANISM_TASK_SWITCH && operation_of(d) == RS_OP_IRET &&
         t->before.tr.base == t->after.tr.base && (!d->refused || d->vector == VECTOR_TS);
}

static bool is_16_bit_task(const struct rs_cpu *cpu) {
  return segment_is_tss(&cpu->tr) && !(cpu->tr.attributes & TSS_32_BIT);
}

/* It saves by the type of the new TSS, and has segment selectors four bytes apart: in the old TSS, whatever
 * comes from the new one, and #TS for what comes from it. */
static bool is_task_16(const struct witness_difference *d) {
  const struct rs_transition *t = d->prediction;
  bool involved = is_16_bit_task(&t->before) || is_16_bit_task(&t->after);
  if (t->cause.mechanism != RS_MECHANISM_TASK_SWITCH || !involved) return false;
  if (d->refused) return d->vector == VECTOR_TS;
  return d->reg == RS_NO_REGISTER || is_16_bit_task(&t->after);
}

static const struct {
  const char *name, *text, *citation;
} errors[] = {
#define X(name, short_name, text, citation) [RS_ENGINE_ERROR_##name] = { short_name, text, citation },
  RS_ENGINE_ERRORS(X)
#undef X
};

const char *rs_engine_error_name(enum rs_engine_error error) {
  return errors[error].name;
}

const char *rs_engine_error_text(enum rs_engine_error error) {
  return errors[error].text;
}

const char *rs_engine_error_citation(enum rs_engine_error error) {
  return errors[error].citation;
}

enum rs_engine_error witness_explain(const struct witness_difference *difference) {
  static bool (*const is_known[])(const struct witness_difference *) = {
    [RS_ENGINE_ERROR_TRANSFER_ACCESSED] = is_transfer_accessed,
    [RS_ENGINE_ERROR_RETURN_NULL_SS] = is_return_null_ss,
    [RS_ENGINE_ERROR_NULL_SS_CPL] = is_null_ss_cpl,
    [RS_ENGINE_ERROR_IRET_VIF] = is_iret_vif,
    [RS_ENGINE_ERROR_IRET_VM] = is_iret_vm,
    [RS_ENGINE_ERROR_IRET_V86_RF] = is_iret_v86_rf,
    [RS_ENGINE_ERROR_LLDT_NULL] = is_lldt_null,
    [RS_ENGINE_ERROR_SYSRET_SS] = is_sysret_ss,
    [RS_ENGINE_ERROR_SYSRET_R11] = is_sysret_r11,
    [RS_ENGINE_ERROR_SYSRET_FLAGS] = is_sysret_flags,
    [RS_ENGINE_ERROR_SYSEXIT_D] = is_sysexit_d,
    [RS_ENGINE_ERROR_SYSEXIT_WIDE] = is_sysexit_wide,
    [RS_ENGINE_ERROR_SYSENTER_CS] = is_sysenter_cs,
    [RS_ENGINE_ERROR_FAR_WIDE] = is_far_wide,
    [RS_ENGINE_ERROR_CALL_LIMIT] = is_call_limit,
    [RS_ENGINE_ERROR_GATE_CONFORMING] = is_gate_conforming,
    [RS_ENGINE_ERROR_GATE_STACK_16] = is_gate_stack_16,
    [RS_ENGINE_ERROR_TASK_CONFORMING] = is_task_conforming,
    [RS_ENGINE_ERROR_TASK_SELF] = is_task_self,
    [RS_ENGINE_ERROR_TASK_16] = is_task_16,
  };
  for (enum rs_engine_error error = 1; error < RS_ENGINE_ERROR_COUNT; error++)
    if (is_known[error](difference)) return error;
  return RS_ENGINE_ERROR_NONE;
}
