/* Claims about the level `transitions`: one line each, calls decoded, returns matched, faults with reasons.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/bits.h"
#include "trace/told.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11 };

static struct told told;

/* SYSCALL from main+0x1c with these registers. */
static void syscall_64(uint64_t rax, uint64_t rdi, uint64_t rsi, uint64_t rdx) {
  struct rs_cpu cpu;
  cpu_64(&cpu, 3, 0x40101c, TOLD_USER_STACK);
  cpu.general[RAX] = rax;
  cpu.general[RDI] = rdi;
  cpu.general[RSI] = rsi;
  cpu.general[RDX] = rdx;
  cpu.general[R10] = 0x22;
  cpu.general[R8] = UINT64_MAX;
  begin_instruction(&told, RS_MECHANISM_SYSCALL, RS_OP_SYSCALL, 2, &cpu);
  arrive_64(&told, 0, TOLD_KERNEL, TOLD_USER_STACK);
}

static void sysret_64(uint64_t rax, uint64_t rip, uint64_t rsp) {
  struct rs_cpu cpu;
  cpu_64(&cpu, 0, TOLD_KERNEL + 0x9a, rsp);
  cpu.general[RAX] = rax;
  begin_instruction(&told, RS_MECHANISM_SYSRET, RS_OP_SYSRET, 3, &cpu);
  arrive_64(&told, 3, rip, rsp);
}

static void iret_to(const struct rs_cpu *user) {
  struct rs_cpu cpu;
  cpu_64(&cpu, 0, TOLD_INT80 + 0x40, TOLD_KERNEL_STACK - 40);
  cpu.cr3 = user->cr3;
  cpu.general[RAX] = user->general[RAX];
  begin_instruction(&told, RS_MECHANISM_IRET, RS_OP_IRET, 2, &cpu);
  told.transition.after = *user;
  tell(&told);
}

/* INT 0x80 of a 32-bit program on the x86-64 kernel. */
static void int80(uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx) {
  struct rs_cpu cpu;
  cpu_compatibility(&cpu, 0x402000, 0xffffd000);
  cpu.general[RAX] = eax;
  cpu.general[RBX] = ebx;
  cpu.general[RCX] = ecx;
  cpu.general[RDX] = edx;
  begin_int(&told, 0x80, &cpu);
  arrive_64(&told, 0, TOLD_INT80, TOLD_KERNEL_STACK - 40);
}

static void system_call_and_its_return_are_told_as_strace_tells_them(void **state) {
  (void)state;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  told_memory(&told, 0x500000, "hi\n", 4);
  syscall_64(1, 1, 0x500000, 3);
  sysret_64(3, 0x40101e, TOLD_USER_STACK);
  told_expect(&told, "#1 3->0 syscall main+0x1c -> entry_syscall write(1, \"hi\\n\", 3)\n"
                     "#2 0->3 sysret entry_syscall+0x9a -> main+0x1e #1 = 3\n");
}

static void error_results_are_named_and_addresses_are_hexadecimal(void **state) {
  (void)state;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  syscall_64(9, 0, 8192, 3);
  sysret_64(0x7f0000001000, 0x40101e, TOLD_USER_STACK);
  syscall_64(12, 0, 0, 0);
  sysret_64(0x602000, 0x40101e, TOLD_USER_STACK);
  syscall_64(0, 0, 0x10, 5);
  sysret_64((uint64_t)-14, 0x40101e, TOLD_USER_STACK);
  syscall_64(0, 0, 0x10, 5);
  sysret_64((uint64_t)-4095, 0x40101e, TOLD_USER_STACK);
  syscall_64(0, 0, 0x10, 5);
  sysret_64((uint64_t)-4096, 0x40101e, TOLD_USER_STACK);
  told_expect(&told, "#1 3->0 syscall main+0x1c -> entry_syscall "
                     "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0x0)\n"
                     "#2 0->3 sysret entry_syscall+0x9a -> main+0x1e #1 = 0x7f0000001000\n"
                     "#3 3->0 syscall main+0x1c -> entry_syscall brk(0x0)\n"
                     "#4 0->3 sysret entry_syscall+0x9a -> main+0x1e #3 = 0x602000\n"
                     "#5 3->0 syscall main+0x1c -> entry_syscall read(0, 0x10, 5)\n"
                     "#6 0->3 sysret entry_syscall+0x9a -> main+0x1e #5 = -1 EFAULT\n"
                     "#7 3->0 syscall main+0x1c -> entry_syscall read(0, 0x10, 5)\n"
                     "#8 0->3 sysret entry_syscall+0x9a -> main+0x1e #7 = -1 4095\n"
                     "#9 3->0 syscall main+0x1c -> entry_syscall read(0, 0x10, 5)\n"
                     "#10 0->3 sysret entry_syscall+0x9a -> main+0x1e #9 = -4096\n");
}

/* The decoded call of one SYSCALL. */
static void expect_call(uint64_t rax, uint64_t rdi, uint64_t rsi, uint64_t rdx, const char *call) {
  char expected[300] = "#1 3->0 syscall main+0x1c -> entry_syscall ";
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  told_memory(&told, 0x500000, "0123456789abcdef0123456789abcdef", 33);
  told_memory(&told, 0x510000, "0123456789abcdef0123456789abcdefX", 34);
  told_memory(&told, 0x520000, "a\"\\\t\0010\001\033\177\200", 11);
  told_memory(&told, 0x530000, "cut", 3); /* the page after it is missing */
  syscall_64(rax, rdi, rsi, rdx);
  told_expect(&told, strcat(strcat(expected, call), "\n"));
}

static void strings_are_bounded_and_escaped(void **state) {
  (void)state;
  expect_call(80, 0x500000, 0, 0, "chdir(\"0123456789abcdef0123456789abcdef\")");
  expect_call(80, 0x510000, 0, 0, "chdir(\"0123456789abcdef0123456789abcdef\"...)");
  expect_call(80, 0x520000, 0, 0, "chdir(\"a\\\"\\\\\\t\\0010\\1\\33\\177\\200\")");
  expect_call(80, 0x530000, 0, 0, "chdir(\"cut\"...)");
  expect_call(80, 0x540000, 0, 0, "chdir(0x540000)");
  expect_call(80, 0, 0, 0, "chdir(NULL)");
}

static void buffers_are_shown_as_long_as_their_length_says(void **state) {
  (void)state;
  expect_call(1, 1, 0x500000, 2, "write(1, \"01\", 2)");
  expect_call(1, 1, 0x500000, 0, "write(1, \"\", 0)");
  expect_call(1, 1, 0x500000, 32, "write(1, \"0123456789abcdef0123456789abcdef\", 32)");
  expect_call(1, 1, 0x510000, 33, "write(1, \"0123456789abcdef0123456789abcdef\"..., 33)");
  expect_call(1, 1, 0x530000, 5, "write(1, \"cut\"..., 5)");
  expect_call(1, (uint64_t)-1, 0x540000, 5, "write(-1, 0x540000, 5)");
  expect_call(1, 1, 0x500000, UINT64_MAX,
              "write(1, \"0123456789abcdef0123456789abcdef\"..., 18446744073709551615)");
}

static void flags_modes_signals_and_directories_are_named(void **state) {
  (void)state;
  expect_call(2, 0x500000, 0101, 0644, "open(\"0123456789abcdef0123456789abcdef\", O_WRONLY|O_CREAT, 0644)");
  expect_call(2, 0x500000, 0, 0644, "open(\"0123456789abcdef0123456789abcdef\", O_RDONLY)");
  expect_call(257, (uint32_t)-100, 0x540000, 02000000, "openat(AT_FDCWD, 0x540000, O_RDONLY|O_CLOEXEC)");
  expect_call(257, 5, 0x540000, 2, "openat(5, 0x540000, O_RDWR)");
  expect_call(62, 1, 9, 0, "kill(1, SIGKILL)");
  expect_call(62, 1, 99, 0, "kill(1, 99)");
  expect_call(10, 0x1000, 4096, 0, "mprotect(0x1000, 4096, PROT_NONE)");
  expect_call(8, 3, (uint64_t)-5, 1, "lseek(3, -5, SEEK_CUR)");
  expect_call(8, 3, 0, 9, "lseek(3, 0, 9)");
  expect_call(158, 0x1002, 0x4ae380, 0, "arch_prctl(ARCH_SET_FS, 0x4ae380)");
  expect_call(158, 0x1005, 0, 0, "arch_prctl(4101, 0x0)");
  expect_call(228, 1, 0x1000, 0, "clock_gettime(CLOCK_MONOTONIC, 0x1000)");
  expect_call(228, 10, 0x1000, 0, "clock_gettime(10, 0x1000)");
  expect_call(263, 5, 0x540000, 0x200, "unlinkat(5, 0x540000, AT_REMOVEDIR)");
  expect_call(318, 0x1000, 8, 1, "getrandom(0x1000, 8, GRND_NONBLOCK)");
  expect_call(39, 1, 2, 3, "getpid()");
}

static void unknown_numbers_show_their_registers(void **state) {
  (void)state;
  expect_call(5000, 1, 2, 3, "syscall_0x1388(0x1, 0x2, 0x3, 0x22, 0xffffffffffffffff, 0x0)");
  expect_call(UINT64_C(1) << 32 | 39, 0, 0, 0, "getpid()"); /* the kernels look at EAX alone */
}

static void int_0x80_carries_i386_numbers_and_registers(void **state) {
  (void)state;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  told_memory(&told, 0x500000, "hi\n", 4);
  int80(4, 1, 0x500000, 3);
  struct rs_cpu user;
  cpu_compatibility(&user, 0x402002, 0xffffd000);
  user.general[RAX] = (uint32_t)-9;
  iret_to(&user);
  int80(192, 0, 4096, 3);
  user.general[RAX] = 0xf7fff000;
  iret_to(&user);
  told_expect(&told,
              "#1 3->0 int 0x80 stub -> entry_int80 write(1, \"hi\\n\", 3)\n"
              "#2 0->3 iret entry_int80+0x40 -> stub+0x2 #1 = -1 EBADF\n"
              "#3 3->0 int 0x80 stub -> entry_int80 mmap2(NULL, 4096, PROT_READ|PROT_WRITE, 0, 0, 0x0)\n"
              "#4 0->3 iret entry_int80+0x40 -> stub+0x2 #3 = 0xf7fff000\n");
}

static void other_software_interrupts_are_no_system_calls(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 3, 0x401000, TOLD_USER_STACK);
  begin_int(&told, 0x81, &cpu);
  arrive_64(&told, 0, TOLD_INT80, TOLD_KERNEL_STACK - 40);
  begin_int(&told, 3, &cpu);
  told.transition.cause.instruction.operation = RS_OP_INT3;
  arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 40);
  cpu_64(&cpu, 0, TOLD_KERNEL, TOLD_KERNEL_STACK);
  begin_int(&told, 0x80, &cpu);
  arrive_64(&told, 0, TOLD_INT80, TOLD_KERNEL_STACK - 40);
  told_expect(&told, "#1 3->0 int 0x81 main -> entry_int80\n"
                     "#2 3->0 int3 main -> entry_fault\n"
                     "#3 0->0 int 0x80 entry_syscall -> entry_int80\n");
}

static void sysenter_takes_its_sixth_argument_from_where_ebp_points(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  told_memory(&told, 0xffffd000, "\x00\x20\x00\x00", 4);
  cpu_32(&cpu, 3, 0x402005, 0xffffd000);
  cpu.general[RAX] = 192;
  cpu.general[RCX] = 4096;
  cpu.general[RSI] = 2;
  cpu.general[RDI] = 3;
  cpu.general[RBP] = 0xffffd000;
  begin_instruction(&told, RS_MECHANISM_SYSENTER, RS_OP_SYSENTER, 2, &cpu);
  arrive_32(&told, 0, 0xc0100000, 0xc0800000);
  cpu_32(&cpu, 0, 0xc0100080, 0xc0800000);
  cpu.general[RAX] = 0x40000000;
  begin_instruction(&told, RS_MECHANISM_SYSEXIT, RS_OP_SYSEXIT, 2, &cpu);
  arrive_32(&told, 3, 0x402010, 0xffffd000); /* not the address after SYSENTER */
  told_expect(&told,
              "#1 3->0 sysenter stub+0x5 -> entry32 mmap2(NULL, 4096, PROT_NONE, MAP_PRIVATE, 3, 0x2000)\n"
              "#2 0->3 sysexit entry32+0x80 -> stub+0x10 #1 = 0x40000000\n");
}

static void syscall_outside_64_bit_mode_has_its_second_argument_in_ebp(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  told_memory(&told, 0xffffd000, "\x00\x30\x00\x00", 4);
  cpu_compatibility(&cpu, 0x402005, 0xffffd000);
  cpu.general[RAX] = 192;
  cpu.general[RBP] = 4096;
  cpu.general[RCX] = 77;
  begin_instruction(&told, RS_MECHANISM_SYSCALL, RS_OP_SYSCALL, 2, &cpu);
  arrive_64(&told, 0, TOLD_KERNEL, 0xffffd000);
  sysret_64(7, 0x402010, 0xffffd000);
  told_expect(&told, "#1 3->0 syscall stub+0x5 -> entry_syscall mmap2(NULL, 4096, PROT_NONE, 0, 0, 0x3000)\n"
                     "#2 0->3 sysret entry_syscall+0x9a -> stub+0x10 #1 = 0x7\n");
}

static void returns_of_interleaved_tasks_find_their_own_entries(void **state) {
  (void)state;
  struct rs_cpu other;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  syscall_64(0, 0, 0x10, 5); /* task 1 blocks */
  cpu_64(&other, 3, 0x40101c, TOLD_USER_STACK);
  other.cr3 = 0x5000;
  other.general[RAX] = 39;
  begin_instruction(&told, RS_MECHANISM_SYSCALL, RS_OP_SYSCALL, 2, &other); /* task 2: another CR3 */
  arrive_64(&told, 0, TOLD_KERNEL, TOLD_USER_STACK);
  syscall_64(39, 0, 0, 0); /* replaced below by the thread with another stack */
  sysret_64(5, 0x40101e, TOLD_USER_STACK);
  other.general[RAX] = 22;
  other.rip = 0x40101e;
  other.cr3 = 0x5abc; /* PCID bits are not part of the address space */
  iret_to(&other);
  sysret_64(1, 0x40101e, TOLD_USER_STACK - 16);
  told_expect(&told, "#1 3->0 syscall main+0x1c -> entry_syscall read(0, 0x10, 5)\n"
                     "#2 3->0 syscall main+0x1c -> entry_syscall getpid()\n"
                     "#3 3->0 syscall main+0x1c -> entry_syscall getpid()\n"
                     "#4 0->3 sysret entry_syscall+0x9a -> main+0x1e #3 = 5\n"
                     "#5 0->3 iret entry_int80+0x40 -> main+0x1e #2 = 22\n"
                     "#6 0->3 sysret entry_syscall+0x9a -> main+0x1e\n");
}

static void return_to_another_address_answers_nothing_and_the_entry_stays(void **state) {
  (void)state;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  syscall_64(0, 0, 0x10, 5);
  sysret_64(0, 0x402000, TOLD_USER_STACK); /* a signal handler, on the same stack pointer */
  sysret_64(5, 0x40101e, TOLD_USER_STACK);
  sysret_64(5, 0x40101e, TOLD_USER_STACK);
  told_expect(&told, "#1 3->0 syscall main+0x1c -> entry_syscall read(0, 0x10, 5)\n"
                     "#2 0->3 sysret entry_syscall+0x9a -> stub\n"
                     "#3 0->3 sysret entry_syscall+0x9a -> main+0x1e #1 = 5\n"
                     "#4 0->3 sysret entry_syscall+0x9a -> main+0x1e\n");
}

static void oldest_entry_gives_way_when_the_table_is_full(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  for (unsigned i = 0; i <= 64; i++) {
    cpu_64(&cpu, 3, 0x40101c, TOLD_USER_STACK + 16 * i);
    begin_int(&told, 0x81, &cpu);
    arrive_64(&told, 0, TOLD_INT80, TOLD_KERNEL_STACK);
  }
  sysret_64(0, 0x40101e, TOLD_USER_STACK);
  sysret_64(0, 0x40101e, TOLD_USER_STACK + 16);
  const char *end = strstr(told_text(&told), "#66 ");
  assert_string_equal(end, "#66 0->3 sysret entry_syscall+0x9a -> main+0x1e\n"
                           "#67 0->3 sysret entry_syscall+0x9a -> main+0x1e #2\n");
  told_free(&told);
}

static void page_fault_tells_error_code_address_and_reason(void **state) {
  (void)state;
  static const struct {
    uint32_t code;
    const char *text;
  } row[] = {
    { 0x0, "#PF(0x0) at 0x10 main -> entry_fault: supervisor read, page not present" },
    { 0x4, "#PF(0x4 U) at 0x10 main -> entry_fault: user read, page not present" },
    { 0x6, "#PF(0x6 W|U) at 0x10 main -> entry_fault: user write, page not present" },
    { 0x5, "#PF(0x5 P|U) at 0x10 main -> entry_fault: user read, refused by the page's protection" },
    { 0x15, "#PF(0x15 P|U|I) at 0x10 main -> entry_fault: user fetch, refused by the page's protection" },
    { 0xd, "#PF(0xd P|U|RSVD) at 0x10 main -> entry_fault: user read, "
           "reserved bit set in a page-table entry" },
    { 0x25, "#PF(0x25 P|U|PK) at 0x10 main -> entry_fault: user read, refused by the protection key" },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    struct rs_cpu cpu;
    char expected[200] = "#1 3->0 ";
    told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
    cpu_64(&cpu, 3, 0x401000, TOLD_USER_STACK);
    begin_exception(&told, VECTOR_PF, &cpu);
    with_error_code(&told, row[i].code);
    with_cr2(&told, 0x10);
    arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 48);
    told_expect(&told, strcat(strcat(expected, row[i].text), "\n"));
  }
}

static void fault_and_the_return_to_a_later_instruction_belong_together(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_exception(&told, VECTOR_UD, &cpu);
  arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 40);
  cpu.rip += 2;
  iret_to(&cpu);
  told_expect(&told, "#1 3->0 #UD main+0x12 -> entry_fault\n"
                     "#2 0->3 iret entry_int80+0x40 -> main+0x14 #1\n");
}

static void instruction_that_was_refused_is_the_reason_of_the_fault(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_instruction(&told, RS_MECHANISM_OPERATION, RS_OP_CLI, 1, &cpu);
  add_check(&told, RS_CHECK_LINEAR_CANONICAL, false, 0x8000000000000000, 0, 0);
  tell_fault(&told, VECTOR_GP, true, 0);
  begin_exception(&told, VECTOR_GP, &cpu);
  with_error_code(&told, 0);
  arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 48);
  begin_exception(&told, VECTOR_GP, &cpu); /* what was told is not told again */
  with_error_code(&told, 0);
  arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 48);
  told_expect(&told, "#1 3->0 #GP(0x0) main+0x12 -> entry_fault: "
                     "cli failed the check \"linear address 0x8000000000000000 is canonical\"\n"
                     "#2 3->0 #GP(0x0) main+0x12 -> entry_fault\n");
}

/* int 0x80 refused by its gate, then nothing that could be delivered. */
static void triple_fault(void) {
  struct rs_cpu cpu;
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_int(&told, 0x80, &cpu);
  add_check(&told, RS_CHECK_GATE_WITHIN_IDT, false, 0x80, 0x800, 0x7ff);
  tell_fault(&told, VECTOR_GP, true, 0x402);
  begin_exception(&told, VECTOR_GP, &cpu);
  with_error_code(&told, 0x402);
  add_check(&told, RS_CHECK_PAGE_ENTRY_PRESENT, false, 0x1000, 1, 0);
  told.transition.fault.has_cr2 = true;
  tell_fault(&told, VECTOR_PF, true, 2);
  begin_exception(&told, VECTOR_DF, &cpu);
  with_error_code(&told, 0);
}

static void fault_during_a_delivery_is_told_as_a_chain(void **state) {
  (void)state;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  triple_fault();
  arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 48);
  told_expect(&told,
              "#1 3->0 #DF(0x0) main+0x12 -> entry_fault: "
              "int 0x80 failed the check \"vector 0x80: gate at offset 0x800 lies within IDT limit 0x7ff\"; "
              "#GP(0x402 IDT 0x80) failed the check \"PTE 0x1000 is present\"\n");
}

static void shutdown_ends_with_the_whole_chain_in_one_paragraph(void **state) {
  (void)state;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  triple_fault();
  add_check(&told, RS_CHECK_PAGE_ENTRY_PRESENT, false, 0x1000, 1, 0);
  tell_fault(&told, VECTOR_PF, true, 2);
  struct rs_cpu cpu = told.transition.before;
  begin(&told, RS_MECHANISM_SHUTDOWN, &cpu);
  told.transition.outcome = RS_SHUTDOWN;
  tell(&told);
  struct rs_end_event end = { .reason = RS_END_SHUTDOWN, .instructions = 99, .rip = 0x401012 };
  tracer_end(&told.tracer, &end);
  told_expect(
      &told,
      "#1 3 shutdown at main+0x12\n"
      "    int 0x80 at main+0x12 in ring 3 failed the check \"vector 0x80: gate at offset 0x800 lies "
      "within IDT limit\n"
      "    0x7ff\" [SDM3 \"Interrupt Descriptor Table (IDT)\"], which raised #GP(0x402 IDT 0x80). "
      "Delivering #GP(0x402\n"
      "    IDT 0x80) failed the check \"PTE 0x1000 is present\" [SDM3 \"Page-Fault Exceptions\"], "
      "which raised #PF(0x2\n"
      "    W). A fault of that class during such a delivery becomes a double fault. Delivering #DF(0x0) "
      "failed the\n"
      "    check \"PTE 0x1000 is present\" [SDM3 \"Page-Fault Exceptions\"], which raised #PF(0x2 W). A "
      "fault during the\n"
      "    delivery of a double fault is a triple fault: nothing is left to deliver, and the processor "
      "shuts down.\n"
      "+++ shut down after 99 instructions at main+0x12 +++\n");
}

static void external_interrupts_and_nmi_are_named_and_matched(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_exception(&told, 14, &cpu);
  told.transition.cause.interrupt.source = RS_SOURCE_EXTERNAL;
  told.transition.cause.interrupt.origin = (struct rs_interrupt_origin){ RS_ORIGIN_PIC, 14 };
  arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 40);
  struct rs_cpu kernel = told.transition.after;
  begin_exception(&told, 2, &kernel);
  told.transition.cause.interrupt.source = RS_SOURCE_NMI;
  arrive_64(&told, 0, TOLD_INT80, TOLD_KERNEL_STACK - 80);
  iret_to(&kernel);
  iret_to(&cpu);
  told_expect(&told, "#1 3->0 external interrupt 0xe (IRQ 14) main+0x12 -> entry_fault\n"
                     "#2 0->0 NMI entry_fault -> entry_int80\n"
                     "#3 0->0 iret entry_int80+0x40 -> entry_fault #2\n"
                     "#4 0->3 iret entry_int80+0x40 -> main+0x12 #1\n");
}

static void call_gate_and_far_return_are_matched_without_the_stack_pointer(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  cpu_32(&cpu, 3, 0x401010, 0xffffd000);
  begin_instruction(&told, RS_MECHANISM_FAR_TRANSFER, RS_OP_FAR_CALL, 7, &cpu);
  arrive_32(&told, 0, 0xc0100000, 0xc0800000);
  cpu_32(&cpu, 0, 0xc0100010, 0xc0800000);
  begin_instruction(&told, RS_MECHANISM_FAR_TRANSFER, RS_OP_FAR_RET, 3, &cpu);
  arrive_32(&told, 3, 0x401017, 0xffffd008);
  told_expect(&told, "#1 3->0 call far main+0x10 -> entry32\n"
                     "#2 0->3 ret far entry32+0x10 -> main+0x17 #1\n");
}

static void operations_that_keep_the_ring_are_not_told_at_this_level(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 0, TOLD_KERNEL, TOLD_KERNEL_STACK);
  begin_instruction(&told, RS_MECHANISM_OPERATION, RS_OP_SWAPGS, 3, &cpu);
  tell(&told);
  told_expect(&told, "");
}

static void end_of_the_run_is_told_in_words(void **state) {
  (void)state;
  static const struct {
    struct rs_end_event event;
    const char *text;
  } row[] = {
    { { RS_END_EXIT, 3, 123456, 0 }, "+++ exited with 3 after 123456 instructions +++\n" },
    { { RS_END_EXIT, 0, 1, 0 }, "+++ exited with 0 after 1 instruction +++\n" },
    { { RS_END_HALT, 0, 5, 0x401004 },
      "+++ halted with nothing left that could end it after 5 instructions at main+0x4 +++\n" },
    { { RS_END_LIMIT, 0, 5, 0x401004 },
      "+++ reached the instruction limit after 5 instructions at main+0x4 +++\n" },
    { { RS_END_STOPPED, 0, 5, 0x401004 }, "+++ was stopped after 5 instructions at main+0x4 +++\n" },
    { { RS_END_FAILED, 0, 5, 0x401004 }, "+++ failed on the host after 5 instructions at main+0x4 +++\n" },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    told_open(&told, TOLD_TEXT, RS_TRACE_TRANSITIONS);
    tracer_end(&told.tracer, &row[i].event);
    told_expect(&told, row[i].text);
  }
}

static void colour_marks_rings_and_mechanisms(void **state) {
  (void)state;
  told_open(&told, TOLD_COLOUR, RS_TRACE_TRANSITIONS);
  syscall_64(39, 0, 0, 0);
  told_expect(&told, "#1 \033[32m3\033[0m->\033[33m0\033[0m \033[1msyscall\033[0m main+0x1c -> entry_syscall "
                     "getpid()\n");
}

static void disk_that_is_full_is_reported_in_one_line_when_the_sink_closes(void **state) {
  (void)state;
  told_expect_full_disk(rs_text_sink);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(system_call_and_its_return_are_told_as_strace_tells_them),
    cmocka_unit_test(error_results_are_named_and_addresses_are_hexadecimal),
    cmocka_unit_test(strings_are_bounded_and_escaped),
    cmocka_unit_test(buffers_are_shown_as_long_as_their_length_says),
    cmocka_unit_test(flags_modes_signals_and_directories_are_named),
    cmocka_unit_test(unknown_numbers_show_their_registers),
    cmocka_unit_test(int_0x80_carries_i386_numbers_and_registers),
    cmocka_unit_test(other_software_interrupts_are_no_system_calls),
    cmocka_unit_test(sysenter_takes_its_sixth_argument_from_where_ebp_points),
    cmocka_unit_test(syscall_outside_64_bit_mode_has_its_second_argument_in_ebp),
    cmocka_unit_test(returns_of_interleaved_tasks_find_their_own_entries),
    cmocka_unit_test(return_to_another_address_answers_nothing_and_the_entry_stays),
    cmocka_unit_test(oldest_entry_gives_way_when_the_table_is_full),
    cmocka_unit_test(page_fault_tells_error_code_address_and_reason),
    cmocka_unit_test(fault_and_the_return_to_a_later_instruction_belong_together),
    cmocka_unit_test(instruction_that_was_refused_is_the_reason_of_the_fault),
    cmocka_unit_test(fault_during_a_delivery_is_told_as_a_chain),
    cmocka_unit_test(shutdown_ends_with_the_whole_chain_in_one_paragraph),
    cmocka_unit_test(external_interrupts_and_nmi_are_named_and_matched),
    cmocka_unit_test(call_gate_and_far_return_are_matched_without_the_stack_pointer),
    cmocka_unit_test(operations_that_keep_the_ring_are_not_told_at_this_level),
    cmocka_unit_test(end_of_the_run_is_told_in_words),
    cmocka_unit_test(colour_marks_rings_and_mechanisms),
    cmocka_unit_test(disk_that_is_full_is_reported_in_one_line_when_the_sink_closes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
