/* SYSENTER and SYSEXIT. */
#include "arch/descriptor.h"
#include "arch/fast_call.h"

/* AMD has neither in long mode. The selector is null when bits 15:2 are zero, whatever is above. */
static bool sysenter_is_available(struct builder *b) {
  const struct rs_cpu *cpu = b->before;
  bool long_mode = cpu_is_long_mode(cpu), pe = cpu->cr0 & CR0_PE;
  if (cpu->model == RS_CPU_AMD && !check(b, RS_CHECK_SYSENTER_LEGACY_MODE, !long_mode, long_mode, 0, 0, 0))
    return fault_plain(b, VECTOR_UD);
  return check(b, RS_CHECK_SYSENTER_PROTECTED_MODE, pe, pe, 0, 0, 0) || fault_code(b, VECTOR_GP, 0);
}

static bool sysenter_read_selector(struct builder *b, uint16_t *selector) {
  *selector = (uint16_t)read_msr(b, RS_SYSENTER_CS);
  return check(b, RS_CHECK_SYSENTER_CS_NOT_NULL, !selector_is_null(*selector), *selector, 0, 0, 0) ||
         fault_code(b, VECTOR_GP, 0);
}

static void fast_call_write_segments(struct builder *b, uint16_t selector, uint8_t ring, bool is_64_bit) {
  const struct rs_segment code = fast_call_code(selector, ring, is_64_bit);
  const struct rs_segment stack = fast_call_stack((uint16_t)(selector + 8), ring);
  write_segment(b, RS_CS, &code);
  write_segment(b, RS_SS, &stack);
  if (b->before->cpl != ring) write_register(b, RS_CPL, ring);
}

/* Nothing of the caller is saved: the program has put its return address and stack where the kernel looks. */
bool sysenter_perform(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  bool long_mode = cpu_is_long_mode(cpu);
  uint64_t width = long_mode ? UINT64_MAX : UINT32_MAX;
  uint16_t selector;
  (void)instruction;
  if (!sysenter_is_available(b) || !sysenter_read_selector(b, &selector)) return false;
  uint64_t sp = read_msr(b, RS_SYSENTER_ESP) & width, ip = read_msr(b, RS_SYSENTER_EIP) & width;
  fast_call_write_segments(b, (uint16_t)selector_error(selector), 0, long_mode);
  write_register(b, RS_RSP, sp);
  write_register(b, RS_RFLAGS, cpu->rflags & ~(RFLAGS_VM | RFLAGS_IF | RFLAGS_RF));
  jump_to(b, ip);
  return true;
}

static bool sysexit_is_canonical(struct builder *b, uint64_t ip, uint64_t sp) {
  if (!check(b, RS_CHECK_SYSEXIT_RIP_CANONICAL, address_is_canonical(b->before, ip), ip, 0, 0, 0) ||
      !check(b, RS_CHECK_SYSEXIT_RSP_CANONICAL, address_is_canonical(b->before, sp), sp, 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  return true;
}

/* The selectors of SYSENTER_CS: +0 kernel code, +8 kernel stack, +16 and +24 32-bit user code and stack, +32
 * and +40 the 64-bit ones [SDM2 "SYSEXIT"]. */
bool sysexit_perform(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  bool to_64_bit = instruction->operand_size == 8;
  uint64_t ip = cpu->general[RS_RDX - RS_RAX], sp = cpu->general[RS_RCX - RS_RAX];
  uint16_t selector;
  if (!sysenter_is_available(b) || !sysenter_read_selector(b, &selector)) return false;
  if (!check(b, RS_CHECK_SYSEXIT_CPL, cpu->cpl == 0, cpu->cpl, 0, 0, 0)) return fault_code(b, VECTOR_GP, 0);
  if (to_64_bit && !sysexit_is_canonical(b, ip, sp)) return false;
  fast_call_write_segments(b, (uint16_t)((selector + (to_64_bit ? 32 : 16)) | 3), 3, to_64_bit);
  write_register(b, RS_RSP, to_64_bit ? sp : (uint32_t)sp);
  if (cpu->rflags & RFLAGS_RF) write_register(b, RS_RFLAGS, cpu->rflags & ~RFLAGS_RF);
  jump_to(b, to_64_bit ? ip : (uint32_t)ip);
  return true;
}
