/* MOV DR: which registers exist, who may touch them, and the bits that they keep; breakpoints and
 * single-stepping. */
#include "arch/debug.h"

#include "arch/descriptor.h"

/* [SDM3 "Debug Status Register (DR6)"], [SDM3 "Debug Control Register (DR7)"]: bits that can be written. */
#define DR6_WRITABLE UINT64_C(0xe00f)
#define DR7_WRITABLE UINT64_C(0xffff23ff)

#define DR7_ANY_ENABLED UINT64_C(0xff)

/* The register that `number` names: DR4 and DR5 are aliases of DR6 and DR7. */
static enum rs_register debug_register(unsigned number) {
  if (number < 4) return (enum rs_register)(RS_DR0 + number);
  return number & 1 ? RS_DR7 : RS_DR6;
}

/* [SDM2 "MOV—Move to/from Debug Registers"], the #UDs before the #GP, general detect last. */
static bool debug_allowed(struct builder *b, unsigned number) {
  unsigned de = (b->before->cr4 & CR4_DE) != 0, gd = (b->before->dr7 & DR7_GD) != 0;
  bool alias = number == 4 || number == 5;
  if (!check(b, RS_CHECK_DEBUG_REGISTER_EXISTS, number < 8, number, 0, 0, 0) ||
      (alias && !check(b, RS_CHECK_DEBUG_ALIAS_ALLOWED, !de, number, de, 0, 0)))
    return fault_plain(b, VECTOR_UD);
  if (!require_ring_0(b, RS_CHECK_DEBUG_CPL)) return false;
  return check(b, RS_CHECK_DEBUG_NOT_DETECTED, !gd, gd, 0, 0, 0) || fault_debug(b, DR6_BD);
}

bool debug_load(struct builder *b, const struct rs_instruction *instruction) {
  if (!debug_allowed(b, instruction->reg)) return false;
  enum rs_register reg = debug_register(instruction->reg);
  uint64_t value = b->before->general[instruction->rm];
  if (!cpu_is_64_bit_mode(b->before)) value = (uint32_t)value;
  if (reg == RS_DR6 || reg == RS_DR7) {
    if (!require(b, RS_CHECK_DEBUG_UPPER_ZERO, value >> 32 == 0, value, instruction->reg, 0)) return false;
    value = reg == RS_DR6 ? (value & DR6_WRITABLE) | DR6_ONES : (value & DR7_WRITABLE) | DR7_ONES;
  }
  write_register(b, reg, value);
  return true;
}

bool debug_store(struct builder *b, const struct rs_instruction *instruction) {
  if (!debug_allowed(b, instruction->reg)) return false;
  uint64_t value = read_msr(b, debug_register(instruction->reg));
  if (!cpu_is_64_bit_mode(b->before)) value = (uint32_t)value;
  write_register(b, (enum rs_register)(RS_RAX + instruction->rm), value);
  return true;
}

bool debug_breakpoint(const struct rs_cpu *cpu, unsigned index, struct debug_breakpoint *out) {
  static const uint8_t sizes[4] = { 1, 2, 8, 4 }; /* by LEN */
  unsigned fields = (unsigned)(cpu->dr7 >> DR7_CONDITION_SHIFT(index));
  if (!(cpu->dr7 & DR7_ENABLED(index))) return false;
  out->condition = (enum debug_condition)(fields & 3);
  out->size = sizes[fields >> 2 & 3];
  out->address = cpu->dr[index] & ~(uint64_t)(out->size - 1);
  /* What the manuals leave undefined is never met: wide instructions, and ports without CR4.DE. */
  if (out->condition == DEBUG_EXECUTION) return out->size == 1;
  return out->condition != DEBUG_PORT || cpu->cr4 & CR4_DE;
}

static bool overlaps(const struct debug_breakpoint *breakpoint, uint64_t address, unsigned size) {
  return address < breakpoint->address + breakpoint->size && breakpoint->address < address + size;
}

/* What the instruction itself names, and the stack. Of descriptor tables, the TSS and page tables neither
 * manual says whether reading them counts; here it does not. */
static bool is_data(enum rs_item item) {
  return item == RS_ITEM_OPERAND || rs_item_is_pushed(item) || rs_item_is_popped(item);
}

static bool step_meets(const struct rs_step *step, const struct debug_breakpoint *breakpoint) {
  if (step->kind == RS_STEP_CHECK || !is_data((enum rs_item)step->id)) return false;
  if (step->kind == RS_STEP_WRITE) return overlaps(breakpoint, step->write.linear, step->size);
  return breakpoint->condition == DEBUG_ACCESS && overlaps(breakpoint, step->read.linear, step->size);
}

static bool transition_meets(const struct rs_transition *transition,
                             const struct debug_breakpoint *breakpoint) {
  const struct rs_port_access *port = &transition->port;
  if (breakpoint->condition == DEBUG_EXECUTION) return false;
  if (breakpoint->condition == DEBUG_PORT)
    return port->wanted && overlaps(breakpoint, port->port, port->size);
  for (unsigned i = 0; i < transition->step_count; i++)
    if (step_meets(&transition->step[i], breakpoint)) return true;
  return false;
}

/* The breakpoints in force when it began: those that MOV DR sets count from the next instruction on. */
static uint32_t breakpoints_met(const struct rs_transition *transition) {
  struct debug_breakpoint breakpoint;
  uint32_t met = 0;
  for (unsigned i = 0; i < DEBUG_BREAKPOINTS; i++)
    if (debug_breakpoint(&transition->before, i, &breakpoint) && transition_meets(transition, &breakpoint))
      met |= DR6_B(i);
  return met;
}

/* The TF that counts is the one that the instruction began with, so that POPF and IRET trap when they clear
 * it and not when they set it. SYSCALL and SYSRET alone go by the TF that they leave: so do both vendors'
 * processors, though neither manual says it. Delivery through a gate has cleared TF, and MOV SS drops the
 * trap. */
static bool steps_after(const struct rs_transition *transition) {
  const struct rs_cpu *before = &transition->before, *after = &transition->after;
  enum rs_mechanism mechanism = transition->cause.mechanism;
  bool by_new = mechanism == RS_MECHANISM_SYSCALL || mechanism == RS_MECHANISM_SYSRET;
  if (mechanism == RS_MECHANISM_INTERRUPT || after->interrupt_shadow == RS_SHADOW_MOV_SS) return false;
  return (by_new ? after : before)->rflags & RFLAGS_TF;
}

uint32_t debug_traps_after(const struct rs_transition *transition) {
  if (transition->outcome != RS_COMPLETED) return 0;
  uint32_t traps = steps_after(transition) ? DR6_BS : 0;
  return transition->before.dr7 & DR7_ANY_ENABLED ? traps | breakpoints_met(transition) : traps;
}
