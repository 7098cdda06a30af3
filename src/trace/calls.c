/* The decoding of Linux system calls, their arguments and results. */
#include "trace/calls.h"

#include <string.h>

#include "arch/instruction.h"
#include "trace/bit_names.h"

enum { STRING_LIMIT = 32, AT_FDCWD = -100, ERRNO_LIMIT = 4095, OPEN_CREAT = 0100, OPEN_MODE = 3 };

/* i386 pointers are offsets in the program's data segment: flat under Linux, a task's own under the classic
 * kernel. */
static uint64_t call_linear(const struct rs_cpu *cpu, uint64_t pointer) {
  if (code_size_of(cpu) == CODE_64) return pointer;
  return (uint32_t)(cpu->segment[RS_SEGMENT_INDEX(RS_DS)].base + pointer);
}

static uint64_t read_word32(const struct rs_memory_view *memory, const struct rs_cpu *cpu, uint64_t linear) {
  uint8_t bytes[4];
  if (!memory->read || memory->read(memory->context, cpu, linear, bytes, sizeof bytes) != sizeof bytes)
    return 0;
  return bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24;
}

/* Linux has the sixth argument on the user's stack where the entry instruction, or the convention of the
 * stub page, leaves no register for it: at EBP for SYSENTER, at ESP for SYSCALL, which also moves the second
 * to EBP because it overwrites ECX (Linux, arch/x86/entry/entry_64_compat.S). */
static void arguments_of_i386(const struct rs_transition *transition, const struct rs_memory_view *memory,
                              uint64_t *argument) {
  static const uint8_t reg[] = { 3, 1, 2, 6, 7, 5 }; /* ebx ecx edx esi edi ebp */
  const struct rs_cpu *before = &transition->before;
  for (unsigned i = 0; i < 6; i++)
    argument[i] = (uint32_t)before->general[reg[i]];
  uint64_t ebp = argument[5];
  if (transition->cause.mechanism == RS_MECHANISM_SYSENTER) argument[5] = read_word32(memory, before, ebp);
  if (transition->cause.mechanism == RS_MECHANISM_SYSCALL) {
    argument[1] = ebp;
    argument[5] = read_word32(memory, before, (uint32_t)before->general[4]);
  }
}

static void arguments_of_x86_64(const struct rs_cpu *before, uint64_t *argument) {
  static const uint8_t reg[] = { 7, 6, 2, 10, 8, 9 }; /* rdi rsi rdx r10 r8 r9 */
  for (unsigned i = 0; i < 6; i++)
    argument[i] = before->general[reg[i]];
}

static enum linux_abi abi_of(const struct rs_transition *transition) {
  const struct rs_cause *cause = &transition->cause;
  if (transition->before.cpl == 0) return LINUX_NONE;
  switch (cause->mechanism) {
  case RS_MECHANISM_INTERRUPT:
    return cause->interrupt.source == RS_SOURCE_SOFTWARE && cause->interrupt.vector == 0x80 ? LINUX_I386
                                                                                            : LINUX_NONE;
  case RS_MECHANISM_SYSENTER: return LINUX_I386;
  case RS_MECHANISM_SYSCALL: return code_size_of(&transition->before) == CODE_64 ? LINUX_X86_64 : LINUX_I386;
  default: return LINUX_NONE;
  }
}

void call_decode(const struct rs_transition *transition, const struct rs_memory_view *memory,
                 struct call *call) {
  call->abi = abi_of(transition);
  if (call->abi == LINUX_NONE) return;
  call->number = (uint32_t)transition->before.general[0]; /* both kernels look at EAX alone */
  if (call->abi == LINUX_X86_64) {
    call->known = linux_x86_64_call(call->number);
    arguments_of_x86_64(&transition->before, call->argument);
  } else {
    call->known = linux_i386_call(call->number);
    arguments_of_i386(transition, memory, call->argument);
  }
}

/* The escapes of strace: C's, and octal no longer than what follows allows. */
static void print_escaped(struct output *output, const uint8_t *bytes, size_t size) {
  static const char plain[] = "\n\t\r\f\v\"\\", letter[] = "ntrfv\"\\";
  output_char(output, '"');
  for (size_t i = 0; i < size; i++) {
    const char *escape = bytes[i] ? strchr(plain, bytes[i]) : NULL;
    if (escape) {
      output_char(output, '\\');
      output_char(output, letter[escape - plain]);
    } else if (bytes[i] >= ' ' && bytes[i] < 0x7f) {
      output_char(output, (char)bytes[i]);
    } else {
      bool digit_follows = i + 1 < size && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
      unsigned digits = digit_follows || bytes[i] >= 0100 ? 3 : bytes[i] >= 010 ? 2 : 1;
      output_char(output, '\\');
      while (digits--)
        output_char(output, (char)('0' + (bytes[i] >> (3 * digits) & 7)));
    }
  }
  output_char(output, '"');
}

static void print_pointer(struct output *output, uint64_t address) {
  if (address)
    output_hex(output, address);
  else
    output_text(output, "NULL");
}

/* The bytes at `address`: `count` of them, or a string that ends with a NUL. */
static void print_bytes(struct output *output, uint64_t address, bool string, uint64_t count,
                        const struct rs_memory_view *memory, const struct rs_cpu *cpu) {
  uint8_t bytes[STRING_LIMIT + 1];
  size_t wanted = !string && count < sizeof bytes ? (size_t)count : sizeof bytes;
  uint64_t linear = call_linear(cpu, address);
  size_t got = memory->read && wanted ? memory->read(memory->context, cpu, linear, bytes, wanted) : 0;
  if (!got && (wanted || !address)) {
    print_pointer(output, address);
    return;
  }
  const uint8_t *end = string ? memchr(bytes, 0, got) : NULL;
  size_t size = end ? (size_t)(end - bytes) : got < STRING_LIMIT ? got : STRING_LIMIT;
  print_escaped(output, bytes, size);
  bool whole = string ? end && size <= STRING_LIMIT : count == size;
  if (!whole) output_text(output, "...");
}

static void print_open_flags(struct output *output, uint64_t flags) {
  static const char *const mode[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
  output_text(output, mode[flags & OPEN_MODE]);
  if (!(flags & ~(uint64_t)OPEN_MODE)) return;
  output_char(output, '|');
  bits_print(output, bits_open, flags & ~(uint64_t)OPEN_MODE, "");
}

static void print_octal(struct output *output, uint64_t value) {
  char digits[24];
  size_t first = sizeof digits;
  for (; value; value >>= 3)
    digits[--first] = (char)('0' + (value & 7));
  digits[--first] = '0';
  output_bytes(output, digits + first, sizeof digits - first);
}

static void print_named(struct output *output, const char *name, uint64_t value) {
  if (name)
    output_text(output, name);
  else
    output_signed(output, (int32_t)value);
}

static void print_directory(struct output *output, int32_t fd) {
  if (fd == AT_FDCWD)
    output_text(output, "AT_FDCWD");
  else
    output_signed(output, fd);
}

static void print_argument(struct output *output, const struct call *call, unsigned i, char kind,
                           const struct rs_cpu *cpu, const struct rs_memory_view *memory) {
  uint64_t value = call->argument[i];
  bool narrow = call->abi == LINUX_I386;
  switch (kind) {
  case 'a': print_directory(output, (int32_t)value); return;
  case 'b': print_bytes(output, value, false, i < 5 ? call->argument[i + 1] : 0, memory, cpu); return;
  case 's': print_bytes(output, value, true, 0, memory, cpu); return;
  case 'd':
  case 'f': output_signed(output, (int32_t)value); return;
  case 'l': output_signed(output, narrow ? (int32_t)value : (int64_t)value); return;
  case 'u':
  case 'z': output_decimal(output, value); return;
  case 'm':
  case 'o': print_octal(output, (uint32_t)value); return;
  case 'p': print_pointer(output, value); return;
  case 'O': print_open_flags(output, (uint32_t)value); return;
  case 'P': bits_print(output, bits_prot, value, "PROT_NONE"); return;
  case 'M': bits_print(output, bits_map, value, "0"); return;
  case 'A': bits_print(output, bits_at, (uint32_t)value, "0"); return;
  case 'G': bits_print(output, bits_grnd, (uint32_t)value, "0"); return;
  case 'S': print_named(output, linux_signal_name((uint32_t)value), value); return;
  case 'C': print_named(output, linux_clock_name((uint32_t)value), value); return;
  case 'W': print_named(output, linux_whence_name((uint32_t)value), value); return;
  case 'c': print_named(output, linux_arch_prctl_name((uint32_t)value), value); return;
  default: output_hex(output, value); return;
  }
}

void call_print(struct output *output, const struct call *call, const struct rs_cpu *before,
                const struct rs_memory_view *memory) {
  const char *kinds = call->known && call->known->arguments ? call->known->arguments : "xxxxxx";
  if (call->known) {
    output_text(output, call->known->name);
  } else {
    output_text(output, "syscall_");
    output_hex(output, call->number);
  }
  output_char(output, '(');
  for (unsigned i = 0; kinds[i] && kinds[i] != '=' && i < 6; i++) {
    if (kinds[i] == 'm' && !(call->argument[i - 1] & OPEN_CREAT)) break;
    if (i) output_text(output, ", ");
    print_argument(output, call, i, kinds[i], before, memory);
  }
  output_char(output, ')');
}

void call_print_result(struct output *output, const struct call *call, uint64_t result) {
  int64_t value = call->abi == LINUX_I386 ? (int32_t)result : (int64_t)result;
  const char *arguments = call->known ? call->known->arguments : NULL;
  if (value < 0 && value >= -ERRNO_LIMIT) {
    const char *name = linux_errno_name((uint64_t)-value);
    output_text(output, "-1 ");
    if (name)
      output_text(output, name);
    else
      output_decimal(output, (uint64_t)-value);
  } else if (arguments && strchr(arguments, '=')) {
    output_hex(output, call->abi == LINUX_I386 ? (uint32_t)result : result);
  } else {
    output_signed(output, value);
  }
}
