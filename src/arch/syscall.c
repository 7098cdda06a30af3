/* SYSCALL, SYSRET and SWAPGS, by the manuals of both vendors. */
#include "arch/descriptor.h"
#include "arch/fast_call.h"

enum { STAR_SYSCALL_CS_SHIFT = 32, STAR_SYSRET_CS_SHIFT = 48 };

/* IA32_STAR: bits 63:48 the base selector of SYSRET, 47:32 that of SYSCALL, 31:0 the legacy EIP (AMD)
 * [APM2 "SYSCALL and SYSRET MSRs"]. */
static uint16_t star_selector(uint64_t star, unsigned shift) {
  return (uint16_t)(star >> shift);
}

struct rs_segment fast_call_code(uint16_t selector, uint8_t ring, bool is_64_bit) {
  return (struct rs_segment){
    .selector = selector,
    .attributes = SEGMENT_CODE | SEGMENT_READABLE | SEGMENT_ACCESSED | SEGMENT_S | SEGMENT_P | SEGMENT_G |
                  (uint32_t)ring << SEGMENT_DPL_SHIFT | (is_64_bit ? SEGMENT_L : SEGMENT_DB),
    .limit = UINT32_MAX,
  };
}

struct rs_segment fast_call_stack(uint16_t selector, uint8_t ring) {
  return (struct rs_segment){
    .selector = selector,
    .attributes = SEGMENT_WRITABLE | SEGMENT_ACCESSED | SEGMENT_S | SEGMENT_P | SEGMENT_G | SEGMENT_DB |
                  (uint32_t)ring << SEGMENT_DPL_SHIFT,
    .limit = UINT32_MAX,
  };
}

/* Intel knows both instructions in 64-bit mode alone; AMD in every mode [APM3 "SYSCALL"]. */
static bool syscall_exists(struct builder *b) {
  const struct rs_cpu *cpu = b->before;
  bool enabled = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_SCE;
  bool l = cpu->segment[RS_SEGMENT_INDEX(RS_CS)].attributes & SEGMENT_L, long_mode = cpu_is_long_mode(cpu);
  if (!check(b, RS_CHECK_SYSCALL_ENABLED, enabled, enabled, 0, 0, 0)) return fault_plain(b, VECTOR_UD);
  if (cpu->model == RS_CPU_INTEL && !check(b, RS_CHECK_SYSCALL_64_BIT, l && long_mode, l, long_mode, 0, 0))
    return fault_plain(b, VECTOR_UD);
  return true;
}

static void syscall_write_segments(struct builder *b, uint64_t star, bool is_64_bit) {
  uint16_t selector = star_selector(star, STAR_SYSCALL_CS_SHIFT);
  const struct rs_segment code = fast_call_code((uint16_t)selector_error(selector), 0, is_64_bit);
  const struct rs_segment stack = fast_call_stack((uint16_t)(selector + 8), 0);
  write_segment(b, RS_CS, &code);
  write_segment(b, RS_SS, &stack);
  if (b->before->cpl != 0) write_register(b, RS_CPL, 0);
}

/* RSP stays the caller's: the handler's first task is to find a stack of its own. */
static void syscall_long_mode(struct builder *b, uint64_t star, uint64_t return_ip) {
  uint64_t target = read_msr(b, cpu_is_64_bit_mode(b->before) ? RS_LSTAR : RS_CSTAR);
  uint64_t mask = read_msr(b, RS_FMASK);
  uint64_t flags = b->before->rflags & ~RFLAGS_RF;
  write_register(b, RS_RCX, return_ip);
  write_register(b, RS_R11, flags);
  syscall_write_segments(b, star, true);
  write_register(b, RS_RFLAGS, (flags & ~mask) | RFLAGS_FIXED);
  jump_to(b, target);
}

static void syscall_legacy_mode(struct builder *b, uint64_t star, uint64_t return_ip) {
  write_register(b, RS_RCX, (uint32_t)return_ip);
  syscall_write_segments(b, star, false);
  write_register(b, RS_RFLAGS, b->before->rflags & ~(RFLAGS_VM | RFLAGS_IF | RFLAGS_RF));
  jump_to(b, (uint32_t)star);
}

bool syscall_perform(struct builder *b, const struct rs_instruction *instruction) {
  uint64_t return_ip = b->before->rip + instruction->length;
  if (!syscall_exists(b)) return false;
  uint64_t star = read_msr(b, RS_STAR);
  if (!cpu_is_64_bit_mode(b->before)) return_ip = (uint32_t)return_ip;
  if (cpu_is_long_mode(b->before))
    syscall_long_mode(b, star, return_ip);
  else
    syscall_legacy_mode(b, star, return_ip);
  return true;
}

static bool sysret_is_allowed(struct builder *b) {
  const struct rs_cpu *cpu = b->before;
  bool pe = cpu->cr0 & CR0_PE, vm = cpu_is_v86(cpu);
  if (!syscall_exists(b)) return false;
  if (!check(b, RS_CHECK_SYSRET_PROTECTED_MODE, pe && !vm, pe, vm, 0, 0) ||
      !check(b, RS_CHECK_SYSRET_CPL, cpu->cpl == 0, cpu->cpl, 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  return true;
}

/* AMD changes the selector of SS alone and keeps what is behind it, so that a null SS stays unusable
 * [APM3 "SYSRET"]. */
static struct rs_segment sysret_stack(const struct rs_cpu *cpu, uint16_t base) {
  struct rs_segment stack = cpu->segment[RS_SEGMENT_INDEX(RS_SS)];
  if (cpu->model == RS_CPU_INTEL) return fast_call_stack((uint16_t)(base + 8) | 3, 3);
  stack.selector = (uint16_t)(base + 8);
  return stack;
}

static void sysret_write_segments(struct builder *b, uint64_t star, bool to_64_bit) {
  uint16_t base = star_selector(star, STAR_SYSRET_CS_SHIFT);
  const struct rs_segment code = fast_call_code((uint16_t)(base + (to_64_bit ? 16 : 0)) | 3, 3, to_64_bit);
  const struct rs_segment stack = sysret_stack(b->before, base);
  write_segment(b, RS_CS, &code);
  write_segment(b, RS_SS, &stack);
  write_register(b, RS_CPL, 3);
}

/* Outside 64-bit mode only IF is restored, by setting it. */
static uint64_t sysret_flags(const struct rs_cpu *cpu) {
  uint64_t r11 = cpu->general[RS_R11 - RS_RAX];
  if (!cpu_is_64_bit_mode(cpu)) return (cpu->rflags & ~RFLAGS_RF) | RFLAGS_IF;
  return (r11 & RFLAGS_DEFINED & ~(RFLAGS_RF | RFLAGS_VM)) | RFLAGS_FIXED;
}

/* An address that is not canonical: Intel refuses it with #GP(0) in ring 0; on AMD the return completes, and
 * ring 3 faults when it fetches [APM3 "SYSRET"]. */
bool sysret_perform(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  bool to_64_bit = instruction->operand_size == 8;
  uint64_t target = cpu->general[RS_RCX - RS_RAX];
  if (!sysret_is_allowed(b)) return false;
  if (!to_64_bit) target = (uint32_t)target;
  if (to_64_bit && cpu->model == RS_CPU_INTEL &&
      !check(b, RS_CHECK_SYSRET_CANONICAL, address_is_canonical(cpu, target), target, 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  sysret_write_segments(b, read_msr(b, RS_STAR), to_64_bit);
  write_register(b, RS_RFLAGS, sysret_flags(cpu));
  jump_to(b, target);
  return true;
}

bool swapgs_perform(struct builder *b, const struct rs_instruction *instruction) {
  const struct rs_cpu *cpu = b->before;
  bool l = cpu->segment[RS_SEGMENT_INDEX(RS_CS)].attributes & SEGMENT_L, long_mode = cpu_is_long_mode(cpu);
  struct rs_segment gs = cpu->segment[RS_SEGMENT_INDEX(RS_GS)];
  uint64_t old_base = gs.base;
  if (!check(b, RS_CHECK_SWAPGS_64_BIT, l && long_mode, l, long_mode, 0, 0)) return fault_plain(b, VECTOR_UD);
  if (!check(b, RS_CHECK_SWAPGS_CPL, cpu->cpl == 0, cpu->cpl, 0, 0, 0)) return fault_code(b, VECTOR_GP, 0);
  gs.base = read_msr(b, RS_KERNEL_GS_BASE);
  write_segment(b, RS_GS, &gs);
  write_register(b, RS_KERNEL_GS_BASE, old_base);
  advance_rip(b, instruction);
  return true;
}
