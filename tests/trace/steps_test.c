/* Claims about the level `steps`: every check, read and write with its meaning, operations, and the stacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/bits.h"
#include "trace/told.h"

static struct told told;

/* A SWAPGS in the kernel, to hang steps on. */
static void open_with_carrier(void) {
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_STEPS);
  cpu_64(&cpu, 0, TOLD_KERNEL, TOLD_KERNEL_STACK);
  begin_instruction(&told, RS_MECHANISM_OPERATION, RS_OP_HLT, 1, &cpu);
}

/* What follows the carrier's own line. */
static void expect_steps(const char *expected) {
  tell(&told);
  const char *text = told_text(&told);
  const char *steps = strchr(text, '\n');
  assert_non_null(steps);
  assert_string_equal(steps + 1, expected);
  told_free(&told);
}

static void checks_have_their_verdict_text_and_citation(void **state) {
  (void)state;
  open_with_carrier();
  add_check(&told, RS_CHECK_GATE_WITHIN_IDT, true, 0x80, 0x800, 0xfff);
  add_check(&told, RS_CHECK_PAGE_SMAP, false, 1, 0, 1);
  add_check(&told, RS_CHECK_GATE_PRESENT, true, 1, 0, 0);
  expect_steps("   0  check  ok      vector 0x80: gate at offset 0x800 lies within IDT limit 0xfff\n"
               "                     [SDM3 \"Interrupt Descriptor Table (IDT)\"]\n"
               "   1  check  FAILED  supervisor access to a user page allowed (CR4.SMAP 1, RFLAGS.AC 0, "
               "implicit yes)\n"
               "                     [SDM3 \"Determination of Access Rights\"]\n"
               "   2  check  ok      the gate is present (P 1)  [SDM3 \"IDT Descriptors\"]\n");
}

static void a_segment_is_told_by_its_name(void **state) {
  (void)state;
  open_with_carrier();
  add_check(&told, RS_CHECK_OPERAND_SEGMENT_USABLE, false, RS_SEGMENT_INDEX(RS_FS), 3, 0);
  add_check(&told, RS_CHECK_OPERAND_WRITABLE, true, RS_SEGMENT_INDEX(RS_ES), 2, 0);
  expect_steps(
      "   0  check  FAILED  segment fs (selector 0x3) is usable, not null  [SDM3 \"Limit Checking\"]\n"
      "   1  check  ok      segment es may be written (type 0x2)  [SDM3 \"Type Checking\"]\n");
}

static void walks_are_told_once_and_referred_to(void **state) {
  (void)state;
  open_with_carrier();
  add_read(&told, RS_ITEM_PAGE_ENTRY, 0x1ff8, 0x1ff8, 8, 0x2003, 0)->level = 2;
  add_read(&told, RS_ITEM_PAGE_ENTRY, 0x2008, 0x2008, 8, 0x8000000000003067, 0)->level = 1;
  add_write(&told, RS_ITEM_PAGE_ACCESSED_DIRTY, 0x2008, 0x2008, 8, 0x3007, 0x3067)->level = 1;
  add_read(&told, RS_ITEM_TSS_STACK_POINTER, TOLD_KERNEL, 0x3a00, 8, TOLD_KERNEL_STACK, 0);
  for (unsigned i = 0; i < 4; i++)
    told.transition.step[i].walk = 0;
  expect_steps(
      "   0  read   PDE                        0x1ff8 = 0x2003  P|W, frame 0x2000, "
      "walk for 0xffffffff80100a00\n"
      "   1  read   PTE                        0x2008 = 0x8000000000003067  P|W|U|A|D|XD, frame 0x3000\n"
      "   2  write  PTE A and D bits           0x2008: 0x3007 -> 0x3067  P|W|U|A|D, frame 0x3000\n"
      "   3  read   TSS stack pointer          0xffffffff80100a00 (0x3a00, walk 0) = "
      "0xffffffff80800000\n");
}

static void walk_that_shares_entries_with_an_earlier_one_refers_to_it(void **state) {
  (void)state;
  open_with_carrier();
  add_read(&told, RS_ITEM_PAGE_ENTRY, 0x1ff8, 0x1ff8, 8, 0x2003, 0)->level = 2;
  add_read(&told, RS_ITEM_PAGE_ENTRY, 0x2008, 0x2008, 8, 0x3063, 0)->level = 1;
  add_read(&told, RS_ITEM_TSS_IST, TOLD_KERNEL_STACK, 0x3a00, 8, 0, 0);
  add_read(&told, RS_ITEM_PAGE_ENTRY, 0x2010, 0x2010, 8, 0x4062, 0xff)->level = 1;
  for (unsigned i = 0; i < 4; i++)
    told.transition.step[i].walk = 0;
  add_check(&told, RS_CHECK_PAGE_ENTRY_PRESENT, false, 0x4062, 1, 0);
  told.transition.fault.cr2 = TOLD_KERNEL;
  told.transition.fault.has_cr2 = true;
  told.transition.outcome = RS_FAULTED;
  expect_steps(
      "   0  read   PDE                        0x1ff8 = 0x2003  P|W, frame 0x2000, walk for "
      "0xffffffff80800000\n"
      "   1  read   PTE                        0x2008 = 0x3063  P|W|A|D, frame 0x3000\n"
      "   2  read   TSS IST entry              0xffffffff80800000 (0x3a00, walk 0) = 0x0\n"
      "   3  read   PTE                        0x2010 = 0x4062\n"
      "                                        not present, walk for 0xffffffff80100a00, above as in walk 0\n"
      "   4  check  FAILED  PTE 0x4062 is present  [SDM3 \"Page-Fault Exceptions\"]\n");
}

static void page_entries_of_every_level_and_size_are_decoded(void **state) {
  (void)state;
  static const struct {
    uint64_t value;
    uint8_t level, size;
    const char *text;
  } row[] = {
    { 0x1067, 5, 8, "PML5E                      0x5000 = 0x1067  P|W|U|A|D, frame 0x1000" },
    { 0x1021, 4, 8, "PML4E                      0x5000 = 0x1021  P|A, frame 0x1000" },
    { 0x40000083, 3, 8, "PDPTE                      0x5000 = 0x40000083  P|W|PS, frame 0x40000000" },
    { 0x2001e3, 2, 8, "PDE                        0x5000 = 0x2001e3  P|W|A|D|PS|G, frame 0x200000" },
    { 0x1083, 1, 8, "PTE                        0x5000 = 0x1083  P|W|PAT, frame 0x1000" },
    { 0x1019, 1, 8, "PTE                        0x5000 = 0x1019  P|PWT|PCD, frame 0x1000" },
    { 0x00402083, 2, 4, "PDE                        0x5000 = 0x402083  P|W|PS, frame 0x100400000" },
    { 0x00402007, 2, 4, "PDE                        0x5000 = 0x402007  P|W|U, frame 0x402000" },
    { 0x1000, 1, 4, "PTE                        0x5000 = 0x1000  not present" },
    { 2, 1, 4, "PTE                        0x5000 = 0x2  not present" },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    char expected[200] = "   0  read   ";
    open_with_carrier();
    add_read(&told, RS_ITEM_PAGE_ENTRY, 0x5000, 0x5000, row[i].size, row[i].value, 0)->level = row[i].level;
    expect_steps(strcat(strcat(expected, row[i].text), "\n"));
  }
}

static void gates_and_descriptors_of_every_type_are_decoded(void **state) {
  (void)state;
  static const struct {
    enum rs_item item;
    uint8_t size;
    uint64_t low, high;
    const char *value, *meaning;
  } row[] = {
    { RS_ITEM_IDT_GATE, 8, 0xc010ee0000100b00, 0, "0xc010ee0000100b00",
      "32-bit interrupt gate, DPL 3, P, 0x0010:0xc0100b00" },
    { RS_ITEM_IDT_GATE, 8, 0xc0108f0000100b00, 0, "0xc0108f0000100b00",
      "32-bit trap gate, DPL 0, P, 0x0010:0xc0100b00" },
    { RS_ITEM_IDT_GATE, 8, 0x0000260000101234, 0, "0x260000101234",
      "16-bit interrupt gate, DPL 1, not present, 0x0010:0x1234" },
    { RS_ITEM_IDT_GATE, 8, 0x0000870000101234, 0, "0x870000101234",
      "16-bit trap gate, DPL 0, P, 0x0010:0x1234" },
    { RS_ITEM_IDT_GATE, 8, 0x0000850000280000, 0, "0x850000280000", "task gate, DPL 0, P, 0x0028" },
    { RS_ITEM_IDT_GATE, 8, 0x0000920000101234, 0, "0x920000101234",
      "no gate, type 0x12, DPL 0, P, 0x0010:0x1234" },
    { RS_ITEM_IDT_GATE, 16, 0x80108e0300100b00, 0xffffffff, "0xffffffff80108e0300100b00",
      "64-bit interrupt gate, DPL 0, P, 0x0010:0xffffffff80100b00, IST 3" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0x00cf9a000000ffff, 0, "0xcf9a000000ffff",
      "32-bit code, execute/read, DPL 0, P, G, base 0x0, limit 0xffffffff" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0x00affd000000ffff, 0, "0xaffd000000ffff",
      "64-bit code, execute only, conforming, accessed, DPL 3, P, G, base 0x0, limit 0xffffffff" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0x1200f7345678ffff, 0, "0x1200f7345678ffff",
      "data, read/write, expand down, accessed, DPL 3, P, base 0x12345678, limit 0xffff" },
    { RS_ITEM_LDT_DESCRIPTOR, 8, 0x00401000000000ff, 0, "0x401000000000ff",
      "data, read only, B, DPL 0, not present, base 0x0, limit 0xff" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0x0000890010000067, 0, "0x890010000067",
      "TSS, available, DPL 0, P, base 0x1000, limit 0x67" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0x00008b0010000067, 0, "0x8b0010000067",
      "TSS, busy, DPL 0, P, base 0x1000, limit 0x67" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0x0000820010000067, 0, "0x820010000067",
      "LDT, DPL 0, P, base 0x1000, limit 0x67" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0x0000880010000067, 0, "0x880010000067",
      "reserved type, DPL 0, P, base 0x1000, limit 0x67" },
    { RS_ITEM_GDT_DESCRIPTOR, 8, 0xc010ec0300100b00, 0, "0xc010ec0300100b00",
      "32-bit call gate, DPL 3, P, 0x0010:0xc0100b00, count 3" },
    { RS_ITEM_DESCRIPTOR_UPPER, 8, 0xffffffff, 0, "0xffffffff", "base 63..32 0xffffffff" },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    open_with_carrier();
    add_read(&told, row[i].item, 0x5000, 0x5000, row[i].size, row[i].low, row[i].high);
    tell(&told);
    const char *text = strchr(told_text(&told), '=');
    size_t length = strlen(row[i].value);
    assert_memory_equal(text + 2, row[i].value, length);
    const char *meaning = text + 2 + length + strspn(text + 2 + length, " \n");
    assert_int_equal(strlen(meaning), strlen(row[i].meaning) + 1);
    assert_memory_equal(meaning, row[i].meaning, strlen(row[i].meaning));
    told_free(&told);
  }
}

static void registers_are_written_from_old_to_new_with_what_changed(void **state) {
  (void)state;
  open_with_carrier();
  struct rs_cpu *after = &told.transition.after;
  after->cr0 = 0x80000011;
  after->gdtr.base = 0x1000;
  add_word(&told, RS_RFLAGS, RFLAGS_FIXED | RFLAGS_ZF | RFLAGS_IOPL);
  add_word(&told, RS_CR0, 0x80010010);
  add_word(&told, RS_CR4, CR4_PAE | CR4_SMEP);
  add_word(&told, RS_EFER, EFER_SCE | EFER_LMA | EFER_LME | EFER_NXE);
  add_word(&told, RS_FMASK, 0x4700);
  add_word(&told, RS_STAR, 0x0023001000000000);
  add_word(&told, RS_LSTAR, TOLD_KERNEL);
  add_word(&told, RS_LSTAR, 0x1234);
  add_word(&told, RS_RAX, 5);
  add_word(&told, RS_CPL, 3);
  struct rs_step *step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 24, 0, 0);
  step->reg = RS_TR;
  step->write.old.segment = (struct rs_segment){ .attributes = SEGMENT_UNUSABLE };
  step->write.new.segment = (struct rs_segment){ 0x40, SEGMENT_P | 11, 0x67, 0x3000 };
  step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 16, 0, 0);
  step->reg = RS_GDTR;
  step->write.old.table = after->gdtr;
  step->write.new.table = (struct rs_table_register){ 0x2000, 0x5f };
  step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 24, 0, 0);
  step->reg = RS_GS;
  step->write.old.segment = (struct rs_segment){ .attributes = SEGMENT_UNUSABLE };
  step->write.new.segment = (struct rs_segment){ 0, SEGMENT_UNUSABLE, 0, TOLD_KERNEL };
  expect_steps(
      "   0  write  rflags                     0x202 -> 0x3042  +ZF -IF IOPL=3\n"
      "   1  write  cr0                        0x80000011 -> 0x80010010  -PE +WP\n"
      "   2  write  cr4                        0x0 -> 0x100020  +PAE +SMEP\n"
      "   3  write  IA32_EFER                  0x501 -> 0xd01  +NXE\n"
      "   4  write  IA32_FMASK                 0x0 -> 0x4700  +TF +IF +DF +NT\n"
      "   5  write  IA32_STAR                  0x0 -> 0x23001000000000  SYSCALL CS 0x0010, "
      "SYSRET base 0x0023\n"
      "   6  write  IA32_LSTAR                 0x0 -> 0xffffffff80100a00  entry_syscall\n"
      "   7  write  IA32_LSTAR                 0xffffffff80100a00 -> 0x1234\n"
      "   8  write  rax                        0x0 -> 0x5\n"
      "   9  write  cpl                        0 -> 3\n"
      "  10  write  tr                         0x0000 -> 0x0040  TSS, busy, DPL 0, P, base 0x3000, "
      "limit 0x67\n"
      "  11  write  gdtr                       0x1000 limit 0x0 -> 0x2000 limit 0x5f\n"
      "  12  write  gs                         0x0000 -> 0x0000  unusable, base 0xffffffff80100a00\n");
}

static void registers_read_are_told_whole(void **state) {
  (void)state;
  open_with_carrier();
  add_read(&told, RS_ITEM_REGISTER, 0, 0, 8, 0x47700, 0)->reg = RS_FMASK;
  add_read(&told, RS_ITEM_REGISTER, 0, 0, 8, EFER_SCE | EFER_LMA, 0)->reg = RS_EFER;
  add_read(&told, RS_ITEM_REGISTER, 0, 0, 8, 0, 0)->reg = RS_EFER;
  add_read(&told, RS_ITEM_POPPED_FLAGS, 0x100, 0x100, 8, 0x246, 0)->reg = RS_RFLAGS;
  add_write(&told, RS_ITEM_PUSHED_IP, 0x100, 0x100, 8, 0, 0x40101e)->reg = RS_RIP;
  expect_steps("   0  read   IA32_FMASK                 0x47700  TF|IF|DF|IOPL=3|NT|AC\n"
               "   1  read   IA32_EFER                  0x401  SCE|LMA\n"
               "   2  read   IA32_EFER                  0x0  none\n"
               "   3  read   popped flags               0x100 = 0x246  PF|ZF|IF\n"
               "   4  write  pushed instruction pointer 0x100: 0x0 -> 0x40101e  main+0x1e\n");
}

/* The line of one operation in ring 0 whose steps were added by `add`. */
static void expect_operation(enum rs_operation operation, void (*add)(void), const char *expected) {
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_STEPS);
  cpu_64(&cpu, 0, TOLD_KERNEL + 0x10, TOLD_KERNEL_STACK);
  cpu.cr0 = 0x80010011;
  begin_instruction(&told, RS_MECHANISM_OPERATION, operation, 2, &cpu);
  add();
  tell(&told);
  char *text = strdup(told_text(&told));
  *strchr(text, '\n') = 0;
  assert_string_equal(text, expected);
  free(text);
  told_free(&told);
}

static void add_lstar(void) {
  add_word(&told, RS_LSTAR, TOLD_KERNEL);
  add_word(&told, RS_RIP, TOLD_KERNEL + 0x12);
}

static void add_cr0(void) {
  add_word(&told, RS_CR0, 0x80050011);
}

static void add_cli(void) {
  add_word(&told, RS_RFLAGS, RFLAGS_FIXED);
}

static void add_cpuid(void) {
  add_word(&told, RS_RAX, 7);
  add_word(&told, RS_RBX, 8);
}

static void add_gdtr(void) {
  struct rs_step *step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 16, 0, 0);
  step->reg = RS_GDTR;
  step->write.new.table = (struct rs_table_register){ 0x2000, 0x5f };
}

static void add_swapgs(void) {
  struct rs_step *step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 24, 0, 0);
  step->reg = RS_GS;
  step->write.old.segment = (struct rs_segment){ .attributes = SEGMENT_UNUSABLE };
  step->write.new.segment = (struct rs_segment){ 0, SEGMENT_UNUSABLE, 0, TOLD_KERNEL_STACK };
  add_word(&told, RS_KERNEL_GS_BASE, 0);
}

static void add_tr(void) {
  struct rs_step *step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 24, 0, 0);
  step->reg = RS_TR;
  step->write.new.segment = (struct rs_segment){ 0x40, SEGMENT_P | 11, 0x67, 0x3000 };
}

static void add_output(void) {
  told.transition.port = (struct rs_port_access){ .wanted = true, .size = 1, .port = 0x3f8, .value = 'A' };
}

static void add_input(void) {
  told.transition.port = (struct rs_port_access){ .wanted = true, .input = true, .size = 1, .port = 0x60 };
  add_word(&told, RS_RAX, 0x1c);
}

static void add_nothing(void) {}

static void operations_are_told_by_what_they_wrote(void **state) {
  (void)state;
  expect_operation(RS_OP_WRMSR, add_lstar,
                   "- 0 wrmsr IA32_LSTAR = 0xffffffff80100a00 (entry_syscall) at entry_syscall+0x10");
  expect_operation(RS_OP_MOV_TO_CR, add_cr0, "- 0 mov cr0 = 0x80050011 (+AM) at entry_syscall+0x10");
  expect_operation(RS_OP_CLI, add_cli, "- 0 cli rflags = 0x2 (-IF) at entry_syscall+0x10");
  expect_operation(RS_OP_LGDT, add_gdtr, "- 0 lgdt gdtr = 0x2000 limit 0x5f at entry_syscall+0x10");
  expect_operation(RS_OP_LTR, add_tr, "- 0 ltr tr = 0x0040 at entry_syscall+0x10");
  expect_operation(
      RS_OP_SWAPGS, add_swapgs,
      "- 0 swapgs gs base = 0xffffffff80800000, IA32_KERNEL_GS_BASE = 0x0 at entry_syscall+0x10");
  expect_operation(RS_OP_CPUID, add_cpuid, "- 0 cpuid rax = 0x7, rbx = 0x8 at entry_syscall+0x10");
  expect_operation(RS_OP_OUT, add_output, "- 0 out port 0x3f8 = 0x41 'A' at entry_syscall+0x10");
  expect_operation(RS_OP_IN, add_input, "- 0 in port 0x60, rax = 0x1c at entry_syscall+0x10");
  expect_operation(RS_OP_HLT, add_nothing, "- 0 hlt at entry_syscall+0x10");
}

static void refused_attempt_is_told_before_the_delivery_that_it_leads_to(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_STEPS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_int(&told, 0x80, &cpu);
  add_check(&told, RS_CHECK_GATE_DPL, false, 0, 3, 0);
  tell_fault(&told, VECTOR_GP, true, 0x402);
  begin_exception(&told, VECTOR_GP, &cpu);
  with_error_code(&told, 0x402);
  add_word(&told, RS_CPL, 0);
  arrive_64(&told, 0, 0xffffffff80100c00, TOLD_KERNEL_STACK - 48);
  told_expect(&told,
              "- 3 int 0x80 at main+0x12 FAULTED #GP(0x402 IDT 0x80)\n"
              "   0  check  FAILED  gate DPL 0 >= CPL 3: this code may use the gate by a software interrupt\n"
              "                     [SDM3 \"Protection of Exception- and Interrupt-Handler Procedures\"]\n"
              "#1 3->0 #GP(0x402 IDT 0x80) main+0x12 -> entry_fault: int 0x80 failed the check "
              "\"gate DPL 0 >= CPL 3: this code may use the gate by a software interrupt\"\n"
              "   0  write  cpl                        3 -> 0\n");
}

static void walk_that_refused_a_plain_access_is_told_as_an_access(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_STEPS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin(&told, RS_MECHANISM_OPERATION, &cpu);
  add_check(&told, RS_CHECK_PAGE_USER, false, 0, 0, 0);
  told.transition.fault.has_cr2 = true;
  tell_fault(&told, VECTOR_PF, true, 5);
  told_expect(&told, "- 3 access at main+0x12 FAULTED #PF(0x5 P|U)\n"
                     "   0  check  FAILED  user-mode access to a user page (U/S of all levels 0)\n"
                     "                     [SDM3 \"Determination of Access Rights\"]\n");
}

static struct rs_stack_window window(uint64_t pointer, unsigned word_size, uint32_t mapped) {
  struct rs_stack_window window = { .pointer = pointer, .word_size = (uint8_t)word_size, .mapped = mapped };
  for (unsigned i = 0; i < 2 * RS_STACK_WORDS + 1; i++)
    window.word[i] = 0x1000 + i;
  return window;
}

static void stacks_stand_side_by_side_with_what_was_pushed_and_popped(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_STEPS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_int(&told, 0x80, &cpu);
  add_write(&told, RS_ITEM_PUSHED_SS, TOLD_KERNEL_STACK - 8, 0x7ff8, 8, 0, 0x2b);
  add_write(&told, RS_ITEM_PUSHED_SP, TOLD_KERNEL_STACK - 16, 0x7ff0, 8, 0, TOLD_USER_STACK);
  add_write(&told, RS_ITEM_PUSHED_ERROR_CODE, TOLD_KERNEL_STACK - 24, 0x7fe8, 8, 0, 0);
  told.event.old_stack = window(TOLD_USER_STACK, 8, 0x1fe00); /* only what lies above */
  told.event.new_stack = window(TOLD_KERNEL_STACK - 24, 8, 0x007ff);
  arrive_64(&told, 0, 0xffffffff80100b00, TOLD_KERNEL_STACK - 24);
  const char *text = strstr(told_text(&told), "     stack");
  assert_string_equal(
      text,
      "     stack before                                          stack after\n"
      "     0x000000007ffe1040 0x0000000000001010                 0xffffffff80800028 unmapped\n"
      "     0x000000007ffe1038 0x000000000000100f                 0xffffffff80800020 unmapped\n"
      "     0x000000007ffe1030 0x000000000000100e                 0xffffffff80800018 unmapped\n"
      "     0x000000007ffe1028 0x000000000000100d                 0xffffffff80800010 unmapped\n"
      "     0x000000007ffe1020 0x000000000000100c                 0xffffffff80800008 unmapped\n"
      "     0x000000007ffe1018 0x000000000000100b                 0xffffffff80800000 unmapped\n"
      "     0x000000007ffe1010 0x000000000000100a                 0xffffffff807ffff8 0x000000000000100a <- "
      "SS\n"
      "     0x000000007ffe1008 0x0000000000001009                 0xffffffff807ffff0 0x0000000000001009 <- "
      "RSP\n"
      " SP> 0x000000007ffe1000 unmapped                       SP> 0xffffffff807fffe8 0x0000000000001008 <- "
      "error "
      "code\n"
      "     0x000000007ffe0ff8 unmapped                           0xffffffff807fffe0 0x0000000000001007\n"
      "     0x000000007ffe0ff0 unmapped                           0xffffffff807fffd8 0x0000000000001006\n"
      "     0x000000007ffe0fe8 unmapped                           0xffffffff807fffd0 0x0000000000001005\n"
      "     0x000000007ffe0fe0 unmapped                           0xffffffff807fffc8 0x0000000000001004\n"
      "     0x000000007ffe0fd8 unmapped                           0xffffffff807fffc0 0x0000000000001003\n"
      "     0x000000007ffe0fd0 unmapped                           0xffffffff807fffb8 0x0000000000001002\n"
      "     0x000000007ffe0fc8 unmapped                           0xffffffff807fffb0 0x0000000000001001\n"
      "     0x000000007ffe0fc0 unmapped                           0xffffffff807fffa8 0x0000000000001000\n");
  told_free(&told);
}

static void words_of_32_bits_and_one_unchanged_stack_are_told_once(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_STEPS);
  cpu_32(&cpu, 0, 0xc0100040, 0xc0800010);
  begin_instruction(&told, RS_MECHANISM_IRET, RS_OP_IRET, 1, &cpu);
  add_read(&told, RS_ITEM_POPPED_IP, 0xc0800010, 0x10, 4, 0xc0100000, 0);
  add_read(&told, RS_ITEM_POPPED_FLAGS, 0xc0800018, 0x18, 4, 0x2, 0);
  told.event.old_stack = told.event.new_stack = window(0xc0800010, 4, 0x1ffff);
  arrive_32(&told, 0, 0xc0100000, 0xc0800010);
  const char *text = strstr(told_text(&told), "     stack");
  assert_string_equal(text, "     stack, the same before and after\n"
                            "     0xc0800030         0x00001010\n"
                            "     0xc080002c         0x0000100f\n"
                            "     0xc0800028         0x0000100e\n"
                            "     0xc0800024         0x0000100d\n"
                            "     0xc0800020         0x0000100c\n"
                            "     0xc080001c         0x0000100b\n"
                            "     0xc0800018         0x0000100a         <- EFLAGS\n"
                            "     0xc0800014         0x00001009\n"
                            " SP> 0xc0800010         0x00001008         <- EIP\n"
                            "     0xc080000c         0x00001007\n"
                            "     0xc0800008         0x00001006\n"
                            "     0xc0800004         0x00001005\n"
                            "     0xc0800000         0x00001004\n"
                            "     0xc07ffffc         0x00001003\n"
                            "     0xc07ffff8         0x00001002\n"
                            "     0xc07ffff4         0x00001001\n"
                            "     0xc07ffff0         0x00001000\n");
  told_free(&told);
}

static void operation_that_leaves_the_stack_alone_shows_none(void **state) {
  (void)state;
  open_with_carrier();
  told.event.old_stack = told.event.new_stack = window(TOLD_KERNEL_STACK, 8, 0x1ffff);
  expect_steps("");
}

static void failed_checks_are_red(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_COLOUR, RS_TRACE_STEPS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_instruction(&told, RS_MECHANISM_OPERATION, RS_OP_CLI, 1, &cpu);
  add_check(&told, RS_CHECK_GATE_PRESENT, false, 0, 0, 0);
  tell_fault(&told, VECTOR_GP, true, 0);
  told_expect(&told, "- \033[32m3\033[0m \033[1mcli\033[0m at main+0x12\033[31m FAULTED \033[0m#GP(0x0)\n"
                     "   0  check  \033[31mFAILED  the gate is present (P 0)\033[0m  "
                     "\033[2m[SDM3 \"IDT Descriptors\"]\033[0m\n");
}

/* One executed instruction at main+4. */
static void tell_instruction(const struct rs_cpu *before, const struct rs_cpu *after, const char *bytes,
                             unsigned length, unsigned writes) {
  struct rs_instruction_event event = {
    .linear = before->rip, .length = (uint8_t)length, .before = before, .after = after, .write_count = writes
  };
  memcpy(event.bytes, bytes, length);
  event.write[0] = (struct rs_memory_change){ 0x7ffe0ff8, 8, 0, 0x401009 };
  tracer_instruction(&told.tracer, &event);
}

static void instructions_are_told_with_ring_place_bytes_and_changes(void **state) {
  (void)state;
  struct rs_cpu before, after;
  told_open(&told, TOLD_TEXT, RS_TRACE_INSTRUCTIONS);
  cpu_64(&before, 3, 0x401004, TOLD_USER_STACK);
  after = before;
  after.rip += 5;
  after.tsc++;
  after.general[0] = 1;
  tell_instruction(&before, &after, "\xb8\x01\x00\x00\x00", 5, 0);
  after.general[0] = 0;
  after.rflags = RFLAGS_FIXED | RFLAGS_ZF;
  tell_instruction(&before, &after, "\x31\xc0", 2, 0);
  after = before;
  after.general[4] -= 8;
  tell_instruction(&before, &after, "\xe8\x00\x00\x00\x00", 5, 1);
  tell_instruction(&before, &before, "\x90", 1, 0);
  tell_instruction(&before, &before, "\x06", 1, 0);
  cpu_32(&before, 0, 0xc0100000, 0xc0800000);
  after = before;
  after.segment[RS_SEGMENT_INDEX(RS_DS)].selector = 0x18;
  tell_instruction(&before, &after, "\x1f", 1, 0);
  told_expect(
      &told,
      "3 main+0x4                    b801000000        mov eax, 1                      rax 0x0 -> 0x1\n"
      "3 main+0x4                    31c0              xor eax, eax                    rflags +ZF -IF\n"
      "3 main+0x4                    e800000000        call 0x401009                   rsp 0x7ffe1000 -> "
      "0x7ffe0ff8, [0x7ffe0ff8] 0x0000000000000000 -> 0x0000000000401009\n"
      "3 main+0x4                    90                nop\n"
      "3 main+0x4                    06                (not decoded)\n"
      "0 entry32                     1f                pop ds                          ds 0x0000 -> "
      "0x0018\n");
}

static void instructions_are_not_told_below_their_level(void **state) {
  (void)state;
  struct rs_cpu cpu;
  told_open(&told, TOLD_TEXT, RS_TRACE_STEPS);
  cpu_64(&cpu, 3, 0x401004, TOLD_USER_STACK);
  tell_instruction(&cpu, &cpu, "\x90", 1, 0);
  told_expect(&told, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(checks_have_their_verdict_text_and_citation),
    cmocka_unit_test(a_segment_is_told_by_its_name),
    cmocka_unit_test(walks_are_told_once_and_referred_to),
    cmocka_unit_test(walk_that_shares_entries_with_an_earlier_one_refers_to_it),
    cmocka_unit_test(page_entries_of_every_level_and_size_are_decoded),
    cmocka_unit_test(gates_and_descriptors_of_every_type_are_decoded),
    cmocka_unit_test(registers_are_written_from_old_to_new_with_what_changed),
    cmocka_unit_test(registers_read_are_told_whole),
    cmocka_unit_test(operations_are_told_by_what_they_wrote),
    cmocka_unit_test(refused_attempt_is_told_before_the_delivery_that_it_leads_to),
    cmocka_unit_test(walk_that_refused_a_plain_access_is_told_as_an_access),
    cmocka_unit_test(stacks_stand_side_by_side_with_what_was_pushed_and_popped),
    cmocka_unit_test(words_of_32_bits_and_one_unchanged_stack_are_told_once),
    cmocka_unit_test(operation_that_leaves_the_stack_alone_shows_none),
    cmocka_unit_test(failed_checks_are_red),
    cmocka_unit_test(instructions_are_told_with_ring_place_bytes_and_changes),
    cmocka_unit_test(instructions_are_not_told_below_their_level),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
