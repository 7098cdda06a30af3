/* The entrance: which function performs which instruction, and what is common to all of them. */
#include "arch/perform.h"

#include <assert.h>

#include "arch/access.h"
#include "arch/control.h"
#include "arch/descriptor.h"
#include "arch/far_transfer.h"
#include "arch/fast_call.h"
#include "arch/inspect.h"
#include "arch/interrupt.h"
#include "arch/iret.h"
#include "arch/msr.h"
#include "arch/operand.h"
#include "arch/port.h"
#include "arch/privilege.h"
#include "arch/retf.h"
#include "arch/segment.h"
#include "arch/system.h"
#include "arch/system_segment.h"

/* Software interrupts are the cause of a delivery, which is told as such. `request` is zero. */
static void software_interrupt(const struct rs_cpu *cpu, const struct rs_instruction *instruction,
                               struct rs_interrupt_request *request) {
  static const uint8_t vectors[] = {
    [RS_OP_INT3] = VECTOR_BP, [RS_OP_INTO] = VECTOR_OF, [RS_OP_INT1] = VECTOR_DB
  };
  bool is_n = instruction->operation == RS_OP_INT, is_1 = instruction->operation == RS_OP_INT1;
  request->vector = is_n ? (uint8_t)instruction->immediate : vectors[instruction->operation];
  request->source = is_1 ? RS_SOURCE_PRIVILEGED_SOFTWARE : RS_SOURCE_SOFTWARE;
  request->return_rip = rip_after(cpu, instruction);
}

/* INT n alone, not INT3, INTO or INT1, is sensitive to IOPL in virtual-8086 mode [SDM3 "Sensitive
 * Instructions"]. */
static bool interrupt_perform(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  struct rs_cause *cause = &b->out->cause;
  if (instruction->operation == RS_OP_INTO && !(cpu->rflags & RFLAGS_OF)) {
    cause->mechanism = RS_MECHANISM_OPERATION;
    advance_rip(b, instruction);
    return true;
  }
  software_interrupt(cpu, instruction, &cause->interrupt);
  if (instruction->operation == RS_OP_INT && cpu_is_v86(cpu) &&
      !check(b, RS_CHECK_V86_SOFTWARE_INT_IOPL, cpu_iopl(cpu) == 3, cpu_iopl(cpu), cause->interrupt.vector, 0,
             0))
    return fault_code(b, VECTOR_GP, 0);
  return interrupt_enter(b, &cause->interrupt);
}

static const struct performer {
  enum rs_mechanism mechanism;
  bool (*perform)(struct builder *b, const struct rs_instruction *instruction);
} performers[RS_OPERATION_COUNT] = {
  [RS_OP_INT] = { RS_MECHANISM_INTERRUPT, interrupt_perform },
  [RS_OP_INT3] = { RS_MECHANISM_INTERRUPT, interrupt_perform },
  [RS_OP_INTO] = { RS_MECHANISM_INTERRUPT, interrupt_perform },
  [RS_OP_INT1] = { RS_MECHANISM_INTERRUPT, interrupt_perform },
  [RS_OP_IRET] = { RS_MECHANISM_IRET, iret_perform },
  [RS_OP_SYSCALL] = { RS_MECHANISM_SYSCALL, syscall_perform },
  [RS_OP_SYSRET] = { RS_MECHANISM_SYSRET, sysret_perform },
  [RS_OP_SYSENTER] = { RS_MECHANISM_SYSENTER, sysenter_perform },
  [RS_OP_SYSEXIT] = { RS_MECHANISM_SYSEXIT, sysexit_perform },
  [RS_OP_FAR_JMP] = { RS_MECHANISM_FAR_TRANSFER, far_transfer_perform },
  [RS_OP_FAR_CALL] = { RS_MECHANISM_FAR_TRANSFER, far_transfer_perform },
  [RS_OP_FAR_RET] = { RS_MECHANISM_FAR_TRANSFER, retf_perform },
#define OPERATION(name, function) [RS_OP_##name] = { RS_MECHANISM_OPERATION, function }
  OPERATION(SWAPGS, swapgs_perform),
  OPERATION(MOV_TO_SEGMENT, segment_perform),
  OPERATION(POP_SEGMENT, segment_perform),
  OPERATION(LOAD_FAR_POINTER, segment_perform),
  OPERATION(LLDT, system_segment_perform),
  OPERATION(LTR, system_segment_perform),
  OPERATION(SLDT, system_segment_perform),
  OPERATION(STR, system_segment_perform),
  OPERATION(LAR, inspect_perform),
  OPERATION(LSL, inspect_perform),
  OPERATION(VERR, inspect_perform),
  OPERATION(VERW, inspect_perform),
  OPERATION(ARPL, inspect_perform),
  OPERATION(RDMSR, msr_perform),
  OPERATION(WRMSR, msr_perform),
  OPERATION(MOV_FROM_CR, control_perform),
  OPERATION(MOV_TO_CR, control_perform),
  OPERATION(MOV_FROM_DR, control_perform),
  OPERATION(MOV_TO_DR, control_perform),
  OPERATION(CLTS, control_perform),
  OPERATION(LMSW, control_perform),
  OPERATION(SMSW, control_perform),
  OPERATION(LGDT, system_perform),
  OPERATION(LIDT, system_perform),
  OPERATION(SGDT, system_perform),
  OPERATION(SIDT, system_perform),
  OPERATION(INVLPG, system_perform),
  OPERATION(INVPCID, system_perform),
  OPERATION(INVD, system_perform),
  OPERATION(WBINVD, system_perform),
  OPERATION(CLAC, system_perform),
  OPERATION(STAC, system_perform),
  OPERATION(CPUID, system_perform),
  OPERATION(RDTSC, system_perform),
  OPERATION(RDTSCP, system_perform),
  OPERATION(RDPMC, system_perform),
  OPERATION(RDPID, system_perform),
  OPERATION(RDRAND, system_perform),
  OPERATION(RDSEED, system_perform),
  OPERATION(XGETBV, system_perform),
  OPERATION(XSETBV, system_perform),
  OPERATION(MONITOR, system_perform),
  OPERATION(MWAIT, system_perform),
  OPERATION(RDFSBASE, system_perform),
  OPERATION(RDGSBASE, system_perform),
  OPERATION(WRFSBASE, system_perform),
  OPERATION(WRGSBASE, system_perform),
  OPERATION(RSM, system_perform),
  OPERATION(UD, system_perform),
  OPERATION(VEX, system_perform),
  OPERATION(CLI, privilege_perform),
  OPERATION(STI, privilege_perform),
  OPERATION(PUSHF, privilege_perform),
  OPERATION(POPF, privilege_perform),
  OPERATION(HLT, privilege_perform),
  OPERATION(IN, port_perform),
  OPERATION(OUT, port_perform),
  OPERATION(INS, port_perform),
  OPERATION(OUTS, port_perform),
#undef OPERATION
};

/* None of the sensitive instructions is among those that [SDM2 "LOCK"] lists. */
static bool lock_is_absent(struct builder *b, const struct rs_instruction *instruction) {
  if (!instruction->lock) return true;
  check(b, RS_CHECK_LOCK_NOT_PREFIXED, false, 0, 0, 0, 0);
  return fault_plain(b, VECTOR_UD);
}

enum rs_outcome instruction_perform(const struct rs_cpu *before, const struct guest_memory *memory,
                                    const struct rs_instruction *instruction, struct rs_transition *out) {
  struct builder b;
  const struct performer *performer = &performers[instruction->operation];
  assert(instruction->operation < RS_OPERATION_COUNT && performer->perform);
  out->cause.mechanism = performer->mechanism;
  out->cause.has_instruction = true;
  out->cause.instruction = *instruction;
  out->cause.interrupt = (struct rs_interrupt_request){ 0 };
  builder_start(&b, before, memory, out);
  if (lock_is_absent(&b, instruction)) performer->perform(&b, &out->cause.instruction);
  return out->outcome;
}

enum rs_outcome address_attempt(const struct rs_cpu *before, uint64_t linear, uint8_t vector,
                                struct rs_transition *out) {
  static const struct guest_memory none = { 0 };
  struct builder b;
  out->cause = (struct rs_cause){ .mechanism = RS_MECHANISM_OPERATION };
  builder_start(&b, before, &none, out);
  if (!check(&b, RS_CHECK_LINEAR_CANONICAL, address_is_canonical(before, linear), linear, 0, 0, 0))
    fault_code(&b, vector, 0);
  return out->outcome;
}

enum rs_outcome access_attempt(const struct rs_cpu *before, const struct guest_memory *memory,
                               uint64_t linear, enum access_kind kind, struct rs_transition *out) {
  struct builder b;
  out->cause = (struct rs_cause){ .mechanism = RS_MECHANISM_OPERATION };
  builder_start(&b, before, memory, out);
  access_probe(&b, linear, 1, kind, operand_privilege(&b));
  return out->outcome;
}

enum rs_outcome alignment_attempt(const struct rs_cpu *before, const struct guest_memory *memory,
                                  uint64_t linear, unsigned alignment, struct rs_transition *out) {
  struct builder b;
  out->cause = (struct rs_cause){ .mechanism = RS_MECHANISM_OPERATION };
  builder_start(&b, before, memory, out);
  access_is_aligned(&b, linear, alignment);
  return out->outcome;
}

static bool fetch_within_limit(struct builder *b, uint64_t offset, unsigned size) {
  uint32_t limit = b->after->segment[RS_SEGMENT_INDEX(RS_CS)].limit;
  return check(b, RS_CHECK_FETCH_WITHIN_LIMIT, offset + size - 1 <= limit, offset, size, limit, 0) ||
         fault_code(b, VECTOR_GP, 0);
}

enum rs_outcome segment_attempt(const struct rs_cpu *before, unsigned segment, uint64_t offset, unsigned size,
                                enum access_kind kind, struct rs_transition *out) {
  static const struct guest_memory none = { 0 };
  struct builder b;
  uint64_t linear;
  out->cause = (struct rs_cause){ .mechanism = RS_MECHANISM_OPERATION };
  builder_start(&b, before, &none, out);
  if (kind == ACCESS_FETCH)
    fetch_within_limit(&b, offset, size);
  else
    segment_linear(&b, segment, offset, size, kind, &linear);
  return out->outcome;
}
