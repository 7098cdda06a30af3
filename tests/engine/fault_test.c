/* Faults arrive with the vector, error code, address and instruction that the processor would report. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

#define MISSING UINT64_C(0x200000) /* beyond what the guest maps */
#define NONCANONICAL UINT64_C(0x8000123456789abc)

/* Runs until the first exception; `rbx` and `rdx` are given. */
static const struct engine_exception *run_to_fault(struct guest *g, uint64_t rbx) {
  g->cpu.general[3] = rbx;
  g->cpu.general[2] = 1;
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 1);
  return &guest_event(g, GUEST_EXCEPTION, 0)->exception;
}

static const struct guest_event *the_fault(const struct guest *g) {
  return guest_event(g, GUEST_EXCEPTION, 0);
}

static void assert_exception(const struct engine_exception *x, unsigned vector, uint32_t code) {
  assert_int_equal(x->vector, vector);
  assert_true(x->has_error_code);
  assert_int_equal(x->error_code, code);
  assert_false(x->software);
}

static void page_fault_has_the_exact_address_and_instruction(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\x90\x90\x48\x8b\x43\x05\x90\xf4"); /* nop; nop; mov rax, [rbx+5]; nop; hlt */
  const struct engine_exception *x = run_to_fault(g, MISSING + 0x678);
  assert_exception(x, VECTOR_PF, PF_USER);
  assert_int_equal(x->cr2, MISSING + 0x67d);
  assert_int_equal(the_fault(g)->rip, GUEST_CODE + 2);
  assert_int_equal(the_fault(g)->count, 2);
}

static void page_fault_error_code_tells_write_user_and_present(void **state) {
  struct guest *g = *state;
  static const struct {
    uint8_t permission;
    unsigned cpl;
    bool write;
    uint32_t code;
  } row[] = {
    { 0, 0, false, 0 },
    { 0, 0, true, PF_WRITE },
    { 0, 3, false, PF_USER },
    { 0, 3, true, PF_USER | PF_WRITE },
    { GUEST_PRESENT, 0, true, PF_PRESENT | PF_WRITE },
    { GUEST_PRESENT | GUEST_WRITE, 3, false, PF_PRESENT | PF_USER },
    { GUEST_PRESENT | GUEST_WRITE, 3, true, PF_PRESENT | PF_USER | PF_WRITE },
    { GUEST_PRESENT | GUEST_USER, 3, true, PF_PRESENT | PF_USER | PF_WRITE },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    g->permission[0x20] = row[i].permission;
    guest_start(g, GUEST_64, row[i].cpl);
    if (row[i].write) {
      GUEST_CODE_BYTES(g, "\x88\x03\xf4"); /* mov [rbx], al */
    } else {
      GUEST_CODE_BYTES(g, "\x8a\x03\xf4"); /* mov al, [rbx] */
    }
    const struct engine_exception *x = run_to_fault(g, 0x20123);
    assert_exception(x, VECTOR_PF, row[i].code);
    assert_int_equal(x->cr2, 0x20123);
  }
}

static void read_modify_write_of_a_missing_page_is_a_write(void **state) {
  struct guest *g = *state;
  static const struct {
    const char *bytes;
    size_t size;
    bool write;
  } row[] = {
    { "\x01\x03", 2, true },         /* add [rbx], eax */
    { "\xff\x03", 2, true },         /* inc dword [rbx] */
    { "\xf7\x13", 2, true },         /* not dword [rbx] */
    { "\xd1\x23", 2, true },         /* shl dword [rbx], 1 */
    { "\x87\x03", 2, true },         /* xchg [rbx], eax */
    { "\x0f\xb1\x0b", 3, true },     /* cmpxchg [rbx], ecx */
    { "\xf0\x0f\xb1\x0b", 4, true }, /* lock cmpxchg [rbx], ecx */
    { "\x0f\xc1\x03", 3, true },     /* xadd [rbx], eax */
    { "\x0f\xab\x03", 3, true },     /* bts [rbx], eax */
    { "\x0f\xba\x33\x01", 4, true }, /* btr dword [rbx], 1 */
    { "\x0f\xa4\x03\x02", 4, true }, /* shld [rbx], eax, 2 */
    { "\x48\x0f\xc7\x0b", 4, true }, /* cmpxchg16b [rbx] */
    { "\x83\x0b\x01", 3, true },     /* or dword [rbx], 1 */
    { "\x0f\xc7\x0b", 3, true },     /* cmpxchg8b [rbx] */
    { "\xc0\x03\x02", 3, true },     /* rol byte [rbx], 2 */
    { "\xd3\x0b", 2, true },         /* ror dword [rbx], cl */
    { "\xd1\x13", 2, true },         /* rcl dword [rbx], 1 */
    { "\xd1\x1b", 2, true },         /* rcr dword [rbx], 1 */
    { "\xd3\x3b", 2, true },         /* sar dword [rbx], cl */
    { "\xd1\x2b", 2, true },         /* shr dword [rbx], 1 */
    { "\x11\x03", 2, true },         /* adc [rbx], eax */
    { "\x39\x03", 2, false },        /* cmp [rbx], eax */
    { "\x85\x03", 2, false },        /* test [rbx], eax */
    { "\x0f\xa3\x03", 3, false },    /* bt [rbx], eax */
    { "\x03\x03", 2, false },        /* add eax, [rbx] */
    { "\xff\x33", 2, false },        /* push qword [rbx] */
    { "\xf7\x23", 2, false },        /* mul dword [rbx] */
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    guest_start(g, GUEST_64, 3);
    guest_put(g, GUEST_CODE, row[i].bytes, row[i].size);
    guest_put(g, GUEST_CODE + row[i].size, "\xf4", 1);
    const struct engine_exception *x = run_to_fault(g, MISSING);
    assert_exception(x, VECTOR_PF, PF_USER | (row[i].write ? PF_WRITE : 0));
    assert_int_equal(the_fault(g)->rip, GUEST_CODE);
  }
}

static void fetching_from_a_missing_or_forbidden_page_faults_at_the_target(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\x90\xff\xe3"); /* nop; jmp rbx */
  const struct engine_exception *x = run_to_fault(g, MISSING + 0x123);
  assert_exception(x, VECTOR_PF, PF_USER | PF_FETCH);
  assert_int_equal(x->cr2, MISSING + 0x123);
  assert_int_equal(the_fault(g)->rip, MISSING + 0x123);
  assert_int_equal(the_fault(g)->count, 2);
  g->permission[0x20] |= GUEST_NX;
  guest_start(g, GUEST_64, 3);
  x = run_to_fault(g, 0x20010);
  assert_exception(x, VECTOR_PF, PF_PRESENT | PF_USER | PF_FETCH);
}

static void an_access_across_two_pages_faults_where_the_second_begins(void **state) {
  struct guest *g = *state;
  g->permission[0x21] = 0;
  guest_start(g, GUEST_64, 0);
  GUEST_CODE_BYTES(g, "\x48\x8b\x03\xf4");
  assert_int_equal(run_to_fault(g, 0x20ffc)->cr2, 0x21000);
  guest_start(g, GUEST_64, 0);
  GUEST_CODE_BYTES(g, "\x48\x89\x03\xf4");
  assert_int_equal(run_to_fault(g, 0x20ffd)->cr2, 0x21000);
}

/* The library fetches blocks whole: what comes before the missing page must run all the same. */
static void code_before_a_missing_page_runs_before_the_fault(void **state) {
  struct guest *g = *state;
  g->permission[0x21] = 0;
  guest_put(g, 0x20ff8, "\xff\xc0\xff\xc0\x90\x48\x8b\x0d", 8); /* inc eax; inc eax; nop; mov rcx, [rip+..] */
  for (unsigned round = 0; round < 3; round++) {
    guest_start(g, GUEST_64, 0);
    g->cpu.rip = 0x20ff8;
    uint64_t before = engine_instructions(g->engine);
    const struct engine_exception *x = run_to_fault(g, 0);
    assert_exception(x, VECTOR_PF, PF_FETCH);
    assert_int_equal(x->cr2, 0x21000);
    assert_int_equal(the_fault(g)->rip, 0x20ffd);
    assert_int_equal(the_fault(g)->count - before, 3);
    assert_int_equal(the_fault(g)->rax, 2);
  }
  g->permission[0x21] = GUEST_PRESENT;
  guest_put(g, 0x21000, "\x00\x00\x00\x00\xf4", 5);
  guest_start(g, GUEST_64, 0);
  g->cpu.rip = 0x20ff8;
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->rip, 0x21004);
}

static void code_that_ends_with_its_page_runs_before_the_fault_of_the_next(void **state) {
  struct guest *g = *state;
  g->permission[0x21] = 0;
  guest_put(g, 0x20ffb, "\x90\xff\xc0\xff\xc0", 5); /* nop; inc eax; inc eax */
  for (unsigned first = 0; first < 2; first++) {
    guest_start(g, GUEST_64, 0);
    g->cpu.rip = first ? 0x20ffe : 0x20ffb;
    const struct engine_exception *x = run_to_fault(g, 0);
    assert_exception(x, VECTOR_PF, PF_FETCH);
    assert_int_equal(x->cr2, 0x21000);
    assert_int_equal(the_fault(g)->rip, 0x21000);
    assert_int_equal(the_fault(g)->rax, first ? 1 : 2);
  }
}

static void consecutive_page_faults_stay_page_faults(void **state) {
  struct guest *g = *state;
  for (unsigned i = 0; i < 5; i++) {
    guest_start(g, GUEST_64, 3);
    GUEST_CODE_BYTES(g, "\x8a\x03\xf4");
    assert_exception(run_to_fault(g, MISSING), VECTOR_PF, PF_USER);
  }
}

static enum engine_next let_native(struct guest *g, const struct rs_instruction *instruction) {
  (void)g;
  return instruction->operation == RS_OP_HLT ? ENGINE_STOP : ENGINE_NATIVE;
}

static void contributory_exceptions_do_not_become_double_faults(void **state) {
  struct guest *g = *state;
  g->instruction = let_native;
  for (unsigned i = 0; i < 4; i++) {
    guest_start(g, GUEST_64, 3);
    GUEST_CODE_BYTES(g, "\x90\xfa\xf4"); /* nop; cli */
    assert_exception(run_to_fault(g, 0), VECTOR_GP, 0);
    assert_int_equal(the_fault(g)->rip, GUEST_CODE + 1);
  }
}

static void native_segment_loads_tell_selector_error_codes(void **state) {
  struct guest *g = *state;
  g->instruction = let_native;
  guest_put(g, 0x9008, "\xff\xff\x00\x00\x00\x13\xcf\x00", 8); /* data, writable, not present */
  static const struct {
    uint16_t selector;
    const char *bytes;
    unsigned vector;
  } row[] = {
    { 0x08, "\x8e\xdb\xf4", VECTOR_NP }, /* mov ds, bx */
    { 0x08, "\x8e\xd3\xf4", VECTOR_SS }, /* mov ss, bx */
    { 0x38, "\x8e\xdb\xf4", VECTOR_GP },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    guest_start(g, GUEST_32, 0);
    g->cpu.gdtr = (struct rs_table_register){ 0x9000, 0x1f };
    guest_put(g, GUEST_CODE, row[i].bytes, 3);
    assert_exception(run_to_fault(g, row[i].selector), row[i].vector, row[i].selector);
  }
}

static void exceptions_without_error_code(void **state) {
  struct guest *g = *state;
  static const struct {
    const char *bytes;
    size_t size;
    unsigned vector, offset;
  } row[] = {
    { "\x90\x31\xc9\xf7\xf1", 5, VECTOR_DE, 3 }, /* div ecx, by zero */
    { "\x90\xf0\x90", 3, VECTOR_UD, 1 },         /* lock nop */
    { "\x90\xff\xff", 3, VECTOR_UD, 1 },         /* FF /7 */
    { "\x90\x0f\x04", 3, VECTOR_UD, 1 },         /* undefined */
    { "\x90\xf0\x01\xc0", 4, VECTOR_UD, 1 },     /* lock add eax, eax */
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    guest_start(g, GUEST_64, 3);
    guest_put(g, GUEST_CODE, row[i].bytes, row[i].size);
    uint64_t before = engine_instructions(g->engine);
    const struct engine_exception *x = run_to_fault(g, 0);
    assert_int_equal(x->vector, row[i].vector);
    assert_false(x->has_error_code);
    assert_int_equal(the_fault(g)->rip, GUEST_CODE + row[i].offset);
    assert_int_equal(the_fault(g)->count - before, row[i].offset == 1 ? 1 : 2);
  }
}

static void floating_point_with_ts_raises_nm(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  g->cpu.cr0 |= CR0_TS;
  GUEST_CODE_BYTES(g, "\x90\xd9\xe8\xf4"); /* nop; fld1 */
  assert_int_equal(run_to_fault(g, 0)->vector, VECTOR_NM);
  guest_start(g, GUEST_64, 3);
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->operation, RS_OP_HLT);
}

static void an_instruction_longer_than_15_bytes_raises_gp(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\x90\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x90");
  assert_exception(run_to_fault(g, 0), VECTOR_GP, 0);
  assert_int_equal(the_fault(g)->rip, GUEST_CODE + 1);
  assert_int_equal(the_fault(g)->count, 1);
}

static void assert_non_canonical(const struct engine_exception *x, uint8_t vector, uint64_t linear) {
  assert_exception(x, vector, 0);
  assert_true(x->non_canonical);
  assert_true(x->linear == linear);
}

static void noncanonical_data_raises_gp_and_stack_accesses_ss(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\x8b\x03\xf4"); /* mov eax, [rbx] */
  assert_non_canonical(run_to_fault(g, NONCANONICAL), VECTOR_GP, NONCANONICAL);
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g, "\x8b\x45\x10\xf4"); /* mov eax, [rbp+16] */
  g->cpu.general[5] = NONCANONICAL;
  assert_non_canonical(run_to_fault(g, 0), VECTOR_SS, NONCANONICAL + 16);
  guest_start(g, GUEST_64, 3);
  g->cpu.general[4] = NONCANONICAL;
  GUEST_CODE_BYTES(g, "\x50\xf4"); /* push rax */
  assert_non_canonical(run_to_fault(g, 0), VECTOR_SS, NONCANONICAL - 8);
  assert_int_equal(g->cpu.general[4], NONCANONICAL);
}

static void noncanonical_data_where_rsp_points_raises_gp_unless_the_instruction_uses_the_stack(void **state) {
  static const struct {
    const char *bytes;
    unsigned count;
    uint8_t vector;
  } rows[] = {
    { "\x8b\x03\xf4", 3, VECTOR_GP },         /* mov eax, [rbx] */
    { "\x88\x03\xf4", 3, VECTOR_GP },         /* mov [rbx], al */
    { "\x58\xf4", 2, VECTOR_SS },             /* pop rax */
    { "\xc3", 1, VECTOR_SS },                 /* ret */
    { "\xc9\xf4", 2, VECTOR_SS },             /* leave */
    { "\xc8\x00\x00\x00\xf4", 5, VECTOR_SS }, /* enter 0, 0 */
  };
  struct guest *g = *state;
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    guest_start(g, GUEST_64, 3);
    guest_put(g, GUEST_CODE, rows[i].bytes, rows[i].count);
    g->cpu.general[3] = g->cpu.general[4] = g->cpu.general[5] = NONCANONICAL + 16;
    assert_int_equal(run_to_fault(g, NONCANONICAL + 16)->vector, rows[i].vector);
  }
}

static void a_branch_to_a_noncanonical_target_faults_itself(void **state) {
  struct guest *g = *state;
  static const struct {
    const char *bytes;
    size_t size;
  } row[] = {
    { "\x90\xff\xe3", 3 },     /* jmp rbx */
    { "\x90\xff\xd3", 3 },     /* call rbx */
    { "\x53\xc3", 2 },         /* push rbx; ret */
    { "\x53\xc2\x10\x00", 4 }, /* push rbx; ret 16 */
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    guest_start(g, GUEST_64, 3);
    guest_put(g, GUEST_CODE, row[i].bytes, row[i].size);
    uint64_t before = engine_instructions(g->engine);
    assert_non_canonical(run_to_fault(g, NONCANONICAL), VECTOR_GP, NONCANONICAL);
    assert_int_equal(the_fault(g)->rip, GUEST_CODE + 1);
    assert_int_equal(the_fault(g)->count - before, 1);
    assert_int_equal(g->cpu.general[4], row[i].bytes[0] == '\x53' ? GUEST_DATA - 8 : GUEST_DATA);
  }
}

static enum engine_next jump_to_nowhere(struct guest *g, const struct rs_instruction *instruction) {
  (void)instruction;
  g->cpu.rip = NONCANONICAL;
  return ENGINE_RESUME;
}

static void a_noncanonical_rip_left_by_the_client_is_reported_as_it_is(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 3);
  g->instruction = jump_to_nowhere;
  GUEST_CODE_BYTES(g, "\x90\x0f\x05");
  assert_non_canonical(run_to_fault(g, 0), VECTOR_GP, NONCANONICAL);
  assert_int_equal(the_fault(g)->rip, NONCANONICAL);
  assert_int_equal(the_fault(g)->count, 2);
}

static void a_fault_inside_a_repeated_string_keeps_its_progress(void **state) {
  struct guest *g = *state;
  g->permission[0x21] = 0;
  guest_start(g, GUEST_64, 3);
  GUEST_CODE_BYTES(g,
                   "\x48\x89\xdf\xb9\x20\x00\x00\x00\xf3\xaa\xf4"); /* mov rdi, rbx; mov ecx, 32; rep stosb */
  const struct engine_exception *x = run_to_fault(g, 0x20ff0);
  assert_exception(x, VECTOR_PF, PF_USER | PF_WRITE);
  assert_int_equal(x->cr2, 0x21000);
  assert_int_equal(the_fault(g)->rip, GUEST_CODE + 8);
  assert_int_equal(the_fault(g)->rcx, 16);
  assert_int_equal(the_fault(g)->count, 2);
}

static enum engine_next repair(struct guest *g, const struct engine_exception *exception) {
  g->permission[exception->cr2 / 4096] = GUEST_PRESENT | GUEST_USER | GUEST_WRITE;
  engine_changed(g->engine, ENGINE_TRANSLATIONS);
  return ENGINE_RESUME;
}

static void execution_goes_on_after_a_repaired_fault(void **state) {
  struct guest *g = *state;
  g->exception = repair;
  for (unsigned i = 0x20; i < 0x30; i++)
    g->permission[i] = 0;
  guest_start(g, GUEST_64, 3);
  /* mov rdi, rbx; mov ecx, 0xf000; rep stosb; hlt */
  GUEST_CODE_BYTES(g, "\x48\x89\xdf\xb0\x5a\xb9\x00\xf0\x00\x00\xf3\xaa\xf4");
  g->cpu.general[3] = 0x20010;
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 16);
  assert_int_equal(guest_event(g, GUEST_INSTRUCTION, 0)->count, 4);
  for (unsigned i = 0x20010; i < 0x2f010; i++)
    assert_int_equal(g->ram[i], 0x5a);
}

static void fetching_where_there_is_no_ram_raises_ud(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 0);
  GUEST_CODE_BYTES(g, "\xff\xe3");
  const struct engine_exception *x = run_to_fault(g, GUEST_DEVICES + 0x10);
  assert_int_equal(x->vector, VECTOR_UD);
  assert_int_equal(the_fault(g)->rip, GUEST_DEVICES + 0x10);
}

static void devices_are_read_and_written_through_the_client(void **state) {
  struct guest *g = *state;
  guest_start(g, GUEST_64, 0);
  g->device_value = 0xffffffff;
  g->cpu.general[3] = GUEST_DEVICES + 0x10;
  GUEST_CODE_BYTES(g, "\x8b\x03\x66\x89\x4b\x04\xf4"); /* mov eax, [rbx]; mov [rbx+4], cx; hlt */
  g->cpu.general[1] = 0xabcd1234;
  guest_run(g);
  assert_int_equal(g->cpu.general[0], 0xffffffff);
  assert_int_equal(g->device_reads, 1);
  assert_int_equal(g->device_writes, 1);
  assert_int_equal(g->device_address, GUEST_DEVICES + 0x14);
  assert_int_equal(g->device_written, 0x1234);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(page_fault_has_the_exact_address_and_instruction),
    CLAIM(page_fault_error_code_tells_write_user_and_present),
    CLAIM(read_modify_write_of_a_missing_page_is_a_write),
    CLAIM(fetching_from_a_missing_or_forbidden_page_faults_at_the_target),
    CLAIM(an_access_across_two_pages_faults_where_the_second_begins),
    CLAIM(code_before_a_missing_page_runs_before_the_fault),
    CLAIM(code_that_ends_with_its_page_runs_before_the_fault_of_the_next),
    CLAIM(consecutive_page_faults_stay_page_faults),
    CLAIM(contributory_exceptions_do_not_become_double_faults),
    CLAIM(native_segment_loads_tell_selector_error_codes),
    CLAIM(exceptions_without_error_code),
    CLAIM(floating_point_with_ts_raises_nm),
    CLAIM(an_instruction_longer_than_15_bytes_raises_gp),
    CLAIM(noncanonical_data_raises_gp_and_stack_accesses_ss),
    CLAIM(noncanonical_data_where_rsp_points_raises_gp_unless_the_instruction_uses_the_stack),
    CLAIM(a_branch_to_a_noncanonical_target_faults_itself),
    CLAIM(a_noncanonical_rip_left_by_the_client_is_reported_as_it_is),
    CLAIM(a_fault_inside_a_repeated_string_keeps_its_progress),
    CLAIM(execution_goes_on_after_a_repaired_fault),
    CLAIM(fetching_where_there_is_no_ram_raises_ud),
    CLAIM(devices_are_read_and_written_through_the_client),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
