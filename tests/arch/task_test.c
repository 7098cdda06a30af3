/* Claims about task switches that go well, and about those refused in the old task [SDM3 "Task Switching"].
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/far_pointer.h"
#include "arch/two_tasks.h"

#define EACH_WAY(way) for (enum task_way way = 0; way < WAY_COUNT; way++)

static uint64_t next_ip(enum task_way way) {
  static const uint8_t length[WAY_COUNT] = { 7, 7, 7, 7, 2, 0, 0, 1 };
  return FAKE_KERNEL_CODE + length[way];
}

static bool is_busy(struct flow *f, uint16_t selector) {
  return fake_peek(f->memory, &f->cpu, f->cpu.gdtr.base + selector + 5, 1) & TSS_BUSY;
}

/* --- What is saved --- */

static void every_register_of_the_old_task_is_saved(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    two_tasks(f, way);
    const struct rs_cpu old = f->cpu;
    assert_int_equal(switch_by(f, way), RS_COMPLETED);
    fake_commit(f->memory, &f->out);
    assert_int_equal(old_task_get(f, TSS32_EIP, 4), next_ip(way));
    assert_int_equal(old_task_get(f, TSS32_CR3, 4), 0); /* never saved */
    assert_int_equal(old_task_get(f, TSS32_LDT, 2), 0);
    for (unsigned i = 0; i < 8; i++)
      assert_int_equal(old_task_get(f, TSS32_EAX + 4 * i, 4), old.general[i]);
    for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
      assert_int_equal(old_task_get(f, TSS32_ES + 4 * i, 2), old.segment[i].selector);
    assert_int_equal(fake_count_steps(&f->out, RS_STEP_WRITE, RS_ITEM_TASK_SAVED), 16);
    assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_TASK_LOADED), 18);
  }
}

static void a_16_bit_tss_gets_the_low_halves_and_four_selectors(void **state) {
  struct flow *f = *state;
  two_tasks_narrow(f, BY_CALL, true, false);
  const struct rs_cpu old = f->cpu;
  assert_int_equal(switch_by(f, BY_CALL), RS_COMPLETED);
  fake_commit(f->memory, &f->out);
  assert_int_equal(old_task_get(f, TSS16_IP, 2), next_ip(BY_CALL) & 0xffff);
  assert_int_equal(old_task_get(f, TSS16_FLAG, 2), old.rflags & 0xffff);
  for (unsigned i = 0; i < 8; i++)
    assert_int_equal(old_task_get(f, TSS16_AX + 2 * i, 2), old.general[i] & 0xffff);
  for (unsigned i = 0; i < 4; i++)
    assert_int_equal(old_task_get(f, TSS16_ES + 2 * i, 2), old.segment[i].selector);
  assert_int_equal(old_task_get(f, 42, 4), 0); /* nothing behind */
}

/* Faults save RF set, as their handlers' stacks have it; an instruction has ended its RF; IRET saves NT
 * clear. */
static void the_saved_flags_are_those_that_the_old_task_goes_on_with(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    two_tasks(f, way);
    f->cpu.rflags |= RFLAGS_RF;
    uint64_t expected = f->cpu.rflags & ~RFLAGS_NT;
    assert_int_equal(switch_by(f, way), RS_COMPLETED);
    fake_commit(f->memory, &f->out);
    if (!way_is_event(way)) expected &= ~RFLAGS_RF;
    assert_int_equal(old_task_get(f, TSS32_EFLAGS, 4), expected);
  }
}

/* --- What is loaded --- */

static void every_register_of_the_new_task_is_loaded(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    two_tasks(f, way);
    task_set(f, TSS32_ES, 2, FAKE_USER_SS);
    task_set(f, TSS32_FS, 2, 3);
    task_set(f, TSS32_GS, 2, FAKE_USER_CS32);
    assert_int_equal(switch_by(f, way), RS_COMPLETED);
    bool error_code = way == BY_EXCEPTION;
    assert_int_equal(f->out.after.rip, TASK_EIP);
    assert_int_equal(f->out.after.rflags, TASK_EFLAGS | (way_nests(way) ? RFLAGS_NT : 0));
    for (unsigned i = 0; i < 8; i++)
      if (i != 4) assert_int_equal(f->out.after.general[i], 0x20002000 + i);
    assert_int_equal(AFTER(f, RSP), TASK_ESP - (error_code ? 4 : 0));
    flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_KERNEL_CS);
    flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_KERNEL_SS);
    flow_assert_flat(f, SEGMENT_AFTER(f, DS), FAKE_KERNEL_SS);
    flow_assert_flat(f, SEGMENT_AFTER(f, ES), FAKE_USER_SS);
    assert_int_equal(SEGMENT_AFTER(f, FS)->selector, 3);
    assert_true(SEGMENT_AFTER(f, FS)->attributes & SEGMENT_UNUSABLE);
    flow_assert_flat(f, SEGMENT_AFTER(f, GS), FAKE_USER_CS32);
    flow_assert_segment(&f->out.after.tr, TASK_SELECTOR, FLOW_TYPE(1, 0, SYSTEM_TSS_BUSY), 0x67, TASK_TSS);
    flow_assert_segment(&f->out.after.ldtr, FAKE_LDT_SELECTOR, FLOW_TYPE(1, 0, SYSTEM_LDT), 0xfff, FAKE_LDT);
    assert_true(f->out.after.cr0 & CR0_TS);
    assert_int_equal(f->out.cause.mechanism,
                     way == BY_INT || way_is_event(way) ? RS_MECHANISM_INTERRUPT : RS_MECHANISM_TASK_SWITCH);
  }
}

/* The manuals do not say what becomes of the upper halves of the general registers: they stay. */
static void of_a_16_bit_tss_come_low_halves_and_no_fs_and_gs(void **state) {
  struct flow *f = *state;
  two_tasks_narrow(f, BY_JMP, false, true);
  f->cpu.rflags |= RFLAGS_AC | RFLAGS_ID;
  assert_int_equal(switch_by(f, BY_JMP), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, 0x1234);
  assert_int_equal(f->out.after.rflags, TASK_EFLAGS);
  assert_int_equal(AFTER(f, RAX), 0x10003000);
  assert_int_equal(AFTER(f, RDI), 0x10003007);
  assert_int_equal(SEGMENT_AFTER(f, FS)->selector, 0);
  assert_true(SEGMENT_AFTER(f, GS)->attributes & SEGMENT_UNUSABLE);
  assert_int_equal(f->out.after.tr.attributes, FLOW_TYPE(1, 0, SYSTEM_TSS_16_BUSY));
  assert_int_equal(f->out.after.cr3, f->cpu.cr3);
}

static void a_task_runs_in_the_ring_of_its_cs_whatever_the_old_ring(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    two_tasks(f, way);
    task_set(f, TSS32_EIP, 4, FAKE_USER_CODE);
    task_set(f, TSS32_ESP, 4, FAKE_USER_STACK);
    task_set(f, TSS32_CS, 2, FAKE_USER_CS32);
    for (unsigned offset = TSS32_SS; offset <= TSS32_GS; offset += 4)
      task_set(f, offset, 2, FAKE_USER_SS);
    task_set(f, TSS32_ES, 2, FAKE_USER_SS);
    assert_int_equal(switch_by(f, way), RS_COMPLETED);
    assert_int_equal(f->out.after.cpl, 3);
    flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_USER_SS);
  }
}

/* [SDM3 "Exception Conditions Checked During a Task Switch"]: its ring is then the RPL. */
static void conforming_code_may_have_a_dpl_below_the_tasks_ring(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, 0, FLOW_CODE | SEGMENT_CONFORMING));
  task_set(f, TSS32_CS, 2, FLOW_SPARE | 1);
  task_set(f, TSS32_SS, 2, 0x69);
  for (unsigned offset = TSS32_DS; offset <= TSS32_GS; offset += 4)
    task_set(f, offset, 2, 0);
  task_set(f, TSS32_ES, 2, FLOW_SPARE); /* conforming code is data for every ring */
  assert_int_equal(switch_by(f, BY_JMP), RS_COMPLETED);
  assert_int_equal(f->out.after.cpl, 1);
  assert_int_equal(SEGMENT_AFTER(f, CS)->selector, FLOW_SPARE | 1);
}

static void a_task_may_be_one_of_virtual_8086_mode(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_CALL);
  task_set(f, TSS32_EFLAGS, 4, RFLAGS_FIXED | RFLAGS_VM);
  task_set(f, TSS32_EIP, 4, 0xffff);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    task_set(f, TSS32_ES + 4 * i, 2, 0x1000 + i);
  assert_int_equal(switch_by(f, BY_CALL), RS_COMPLETED);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_VM | RFLAGS_NT);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    assert_int_equal(f->out.after.segment[i].base, (0x1000 + i) << 4);
}

/* --- Busy bits, links, CR3, debug registers --- */

static void busy_bits_and_the_back_link_follow_the_way(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    two_tasks(f, way);
    assert_int_equal(switch_by(f, way), RS_COMPLETED);
    fake_commit(f->memory, &f->out);
    assert_int_equal(is_busy(f, FAKE_TSS_SELECTOR), way_nests(way));
    assert_true(is_busy(f, TASK_SELECTOR));
    assert_int_equal(fake_peek(f->memory, &f->cpu, TASK_TSS, 2), way_nests(way) ? FAKE_TSS_SELECTOR : 0);
  }
}

static void iret_returns_to_where_the_task_was_left(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_CALL);
  const struct rs_cpu old = f->cpu;
  assert_int_equal(switch_by(f, BY_CALL), RS_COMPLETED);
  flow_commit(f);
  fake_poke(f->memory, &f->cpu, FAKE_TSS + TSS32_CR3, 4, old.cr3);
  assert_int_equal(FLOW_PERFORM(f, "\xcf"), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, old.rip + 7);
  assert_int_equal(f->out.after.rflags, old.rflags);
  assert_int_equal(AFTER(f, RSP), old.general[4]);
  flow_commit(f);
  assert_true(is_busy(f, FAKE_TSS_SELECTOR));
  assert_false(is_busy(f, TASK_SELECTOR));
}

/* [SDM3 "Task Address Space"]: what comes after CR3 is looked up by it. */
static void descriptors_are_those_of_the_new_address_space(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  struct rs_cpu there = f->cpu;
  there.cr3 = fake_new_page(f->memory);
  fake_map(f->memory, &there, FAKE_GDT, FAKE_RW);
  fake_gdt_set(f->memory, &there, FAKE_KERNEL_CS,
               fake_descriptor(0x5000, UINT32_MAX, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB | SEGMENT_G));
  fake_gdt_set(f->memory, &there, FAKE_KERNEL_SS,
               fake_descriptor(0x6000, UINT32_MAX, FLOW_TYPE(1, 0, FLOW_DATA) | SEGMENT_DB | SEGMENT_G));
  task_set(f, TSS32_LDT, 2, 0);
  task_set(f, TSS32_CR3, 4, there.cr3);
  assert_int_equal(switch_by(f, BY_JMP), RS_COMPLETED);
  assert_int_equal(f->out.after.cr3, there.cr3);
  assert_int_equal(SEGMENT_AFTER(f, CS)->base, 0x5000);
  assert_int_equal(SEGMENT_AFTER(f, SS)->base, 0x6000);
  assert_true(f->out.after.ldtr.attributes & SEGMENT_UNUSABLE);
}

static void without_paging_cr3_is_read_and_not_loaded(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  uint64_t gdt[16], tss[0x68 / 8];
  for (unsigned i = 0; i < 16; i++)
    gdt[i] = fake_peek(f->memory, &f->cpu, FAKE_GDT + 8 * i, 8);
  for (unsigned i = 0; i < sizeof tss / 8; i++)
    tss[i] = fake_peek(f->memory, &f->cpu, TASK_TSS + 8 * i, 8);
  f->cpu.cr0 &= ~CR0_PG;
  for (unsigned i = 0; i < 16; i++)
    fake_poke(f->memory, &f->cpu, FAKE_GDT + 8 * i, 8, gdt[i]);
  for (unsigned i = 0; i < sizeof tss / 8; i++)
    fake_poke(f->memory, &f->cpu, TASK_TSS + 8 * i, 8, tss[i]);
  task_set(f, TSS32_CR3, 4, 0x12345000);
  assert_int_equal(switch_by(f, BY_JMP), RS_COMPLETED);
  assert_int_equal(f->out.after.cr3, f->cpu.cr3);
}

static void local_breakpoints_end_with_the_task(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  f->cpu.dr7 = 0x4ff | DR7_GD;
  assert_int_equal(switch_by(f, BY_JMP), RS_COMPLETED);
  assert_int_equal(f->out.after.dr7, 0x4aa | DR7_GD);
}

/* --- Error codes of exceptions --- */

static void the_error_code_is_pushed_on_the_new_tasks_stack(void **state) {
  for (unsigned narrow = 0; narrow < 2; narrow++) {
    struct flow *f = *state;
    two_tasks_narrow(f, BY_EXCEPTION, false, narrow);
    if (narrow) f->cpu.general[4] = FAKE_KERNEL_STACK - 0x200; /* its upper half stays */
    if (narrow) task_set(f, TSS16_SP, 2, TASK_ESP & 0xffff);
    assert_int_equal(switch_by(f, BY_EXCEPTION), RS_COMPLETED);
    assert_int_equal(AFTER(f, RSP), TASK_ESP - (narrow ? 2 : 4));
    flow_commit(f);
    assert_int_equal(fake_peek(f->memory, &f->cpu, f->cpu.general[4], narrow ? 2 : 4), 0x1230);
  }
}

static void a_page_fault_sets_cr2_and_an_nmi_blocks_nmis(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_EXTERNAL);
  flow_gate(f, VECTOR_NMI, TASK_SELECTOR, 0, FLOW_TYPE(1, 0, SYSTEM_TASK_GATE));
  const struct rs_interrupt_request nmi = { .vector = VECTOR_NMI, .source = RS_SOURCE_NMI, .return_rip = 1 };
  assert_int_equal(flow_deliver(f, &nmi), RS_COMPLETED);
  assert_true(f->out.after.nmi_blocked);
  two_tasks(f, BY_EXTERNAL);
  flow_gate(f, VECTOR_PF, TASK_SELECTOR, 0, FLOW_TYPE(1, 0, SYSTEM_TASK_GATE));
  const struct rs_interrupt_request fault = { .vector = VECTOR_PF,
                                              .source = RS_SOURCE_EXCEPTION,
                                              .has_error_code = true,
                                              .error_code = 6,
                                              .has_cr2 = true,
                                              .cr2 = 0xabcd };
  assert_int_equal(flow_deliver(f, &fault), RS_COMPLETED);
  assert_int_equal(f->out.after.cr2, 0xabcd);
}

/* --- Refused in the old task --- */

/* Nothing is changed; and what it names is in the error code. */
static void refused_at_home(struct flow *f, enum task_way way, uint8_t vector, uint32_t error,
                            enum rs_check check) {
  if (way_is_event(way)) error |= ERROR_EXT;
  flow_refused(f, vector, error, check);
}

/* The selector of the TSS comes from elsewhere on each way. */
static void name_tss(struct flow *f, enum task_way way, uint16_t selector) {
  uint64_t gate = (uint64_t)selector << 16 | (uint64_t)FLOW_TYPE(1, 0, SYSTEM_TASK_GATE) << 40;
  if (way_is_gate(way)) fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, gate);
  if (way == BY_IRET) fake_poke(f->memory, &f->cpu, FAKE_TSS, 2, selector);
  flow_gate(f, TASK_VECTOR, selector, 0, FLOW_TYPE(1, 0, SYSTEM_TASK_GATE));
  flow_gate(f, VECTOR_GP, selector, 0, FLOW_TYPE(1, 0, SYSTEM_TASK_GATE));
}

static void the_tss_must_be_named_in_the_gdt(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    uint8_t vector = way == BY_IRET ? VECTOR_TS : VECTOR_GP;
    if (way == BY_JMP || way == BY_CALL) continue; /* their selector is looked up in the LDT first: below */
    two_tasks(f, way);
    name_tss(f, way, TASK_SELECTOR | 4);
    switch_by(f, way);
    refused_at_home(f, way, vector, TASK_SELECTOR | 4, RS_CHECK_SELECTOR_NAMES_GDT);
    name_tss(f, way, 0x83);
    switch_by(f, way);
    refused_at_home(f, way, vector, 0x80, RS_CHECK_SELECTOR_WITHIN_GDT);
    name_tss(f, way, 0); /* the null descriptor is none of a TSS */
    switch_by(f, way);
    refused_at_home(f, way, vector, 0, RS_CHECK_TASK_TSS);
  }
}

static void a_tss_in_the_ldt_is_gp_with_its_selector(void **state) {
  for (unsigned call = 0; call < 2; call++) {
    struct flow *f = *state;
    two_tasks(f, BY_JMP);
    fake_poke(f->memory, &f->cpu, FAKE_LDT + 8, 8,
              fake_descriptor(TASK_TSS, 0x67, FLOW_TYPE(1, 0, SYSTEM_TSS_AVAILABLE)));
    far_perform(f, call ? FAR_CALL : FAR_JMP, 0, 0xc);
    flow_refused(f, VECTOR_GP, 0xc, RS_CHECK_SELECTOR_NAMES_GDT);
  }
}

/* Every type, present or not, by every way. */
static void only_an_available_tss_is_entered_and_a_busy_one_returned_to(void **state) {
  EACH_WAY(way)
  for (unsigned i = 0; i < 64; i++) {
    struct flow *f = *state;
    unsigned type = i >> 1, present = i & 1;
    bool tss = type == 1 || type == 3 || type == 9 || type == 11, busy = type & 2;
    if (!tss && (way == BY_JMP || way == BY_CALL)) continue; /* far_transfer_test has them */
    two_tasks_narrow(f, way, false, type < 8);
    task_descriptor(f, 0x67, FLOW_TYPE(present, 0, type));
    enum rs_outcome outcome = switch_by(f, way);
    uint8_t vector = way == BY_IRET ? VECTOR_TS : VECTOR_GP;
    if (!tss)
      refused_at_home(f, way, vector, TASK_SELECTOR, RS_CHECK_TASK_TSS);
    else if (way == BY_IRET ? !busy : busy)
      refused_at_home(f, way, vector, TASK_SELECTOR, busy ? RS_CHECK_TASK_NOT_BUSY : RS_CHECK_TASK_BUSY);
    else if (!present)
      refused_at_home(f, way, VECTOR_NP, TASK_SELECTOR, RS_CHECK_TSS_PRESENT);
    else
      assert_int_equal(outcome, RS_COMPLETED);
  }
}

static void the_new_tss_must_hold_a_task(void **state) {
  EACH_WAY(way)
  for (unsigned narrow = 0; narrow < 2; narrow++) {
    struct flow *f = *state;
    uint32_t least = narrow ? 0x2b : 0x67, busy = way == BY_IRET ? TSS_BUSY : 0;
    two_tasks_narrow(f, way, false, narrow);
    uint32_t type = (narrow ? SYSTEM_TSS_16_AVAILABLE : SYSTEM_TSS_AVAILABLE) | busy;
    task_descriptor(f, least - 1, FLOW_TYPE(1, 0, type));
    switch_by(f, way);
    refused_at_home(f, way, VECTOR_TS, TASK_SELECTOR, RS_CHECK_TASK_TSS_LIMIT);
  }
}

static void the_old_tss_must_have_room_for_its_task(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    two_tasks(f, way);
    f->cpu.tr.limit = 92;
    switch_by(f, way);
    refused_at_home(f, way, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_TASK_OLD_TSS_LIMIT);
    f->cpu.tr.limit = 93;
    assert_int_equal(switch_by(f, way), RS_COMPLETED);
  }
  struct flow *f = *state;
  two_tasks(f, BY_IRET);
  f->cpu.tr.limit = 0;
  switch_by(f, BY_IRET);
  flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_TASK_LINK_WITHIN_LIMIT);
}

/* [SDM3 "Task Switching"], step 2: JMP and CALL need the rights; IRET, interrupts and exceptions do not. */
static void tss_and_task_gate_serve_their_dpl_and_the_rings_inside_it(void **state) {
  for (unsigned i = 0; i < 4 * 4 * 4 * 4; i++) {
    struct flow *f = *state;
    unsigned cpl = i & 3, rpl = i >> 2 & 3, dpl = i >> 4 & 3, way = i >> 6;
    two_tasks(f, (enum task_way)way);
    if (cpl == 3) fake_enter_user(&f->cpu);
    if (cpl == 1 || cpl == 2) flow_set_ring(f, cpl);
    uint16_t selector = (uint16_t)((way_is_gate((enum task_way)way) ? FLOW_SPARE : TASK_SELECTOR) | rpl);
    uint32_t of_gate = FLOW_TYPE(1, dpl, SYSTEM_TASK_GATE);
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, (uint64_t)TASK_SELECTOR << 16 | (uint64_t)of_gate << 40);
    /* behind a gate the TSS's own DPL does not count */
    task_descriptor(f, 0x67, FLOW_TYPE(1, way_is_gate((enum task_way)way) ? 0 : dpl, SYSTEM_TSS_AVAILABLE));
    far_perform(f, way == BY_CALL || way == BY_CALL_GATE ? FAR_CALL : FAR_JMP, 0, selector);
    if (dpl < cpl || dpl < rpl)
      flow_refused(f, VECTOR_GP, selector_error(selector), RS_CHECK_FAR_SYSTEM_DPL);
    else
      assert_int_equal(f->out.outcome, RS_COMPLETED);
  }
}

static void an_absent_task_gate_is_np_with_the_gate(void **state) {
  for (unsigned i = 0; i < 2; i++) {
    struct flow *f = *state;
    enum task_way way = i ? BY_CALL_GATE : BY_JMP_GATE;
    two_tasks(f, way);
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                 (uint64_t)TASK_SELECTOR << 16 | (uint64_t)FLOW_TYPE(0, 0, SYSTEM_TASK_GATE) << 40);
    switch_by(f, way);
    flow_refused(f, VECTOR_NP, FLOW_SPARE, RS_CHECK_FAR_GATE_PRESENT);
  }
}

/* Step 5: what is not paged in is a fault of the old task. */
static void a_missing_page_of_either_tss_is_a_page_fault_of_the_old_task(void **state) {
  static const uint64_t missing[2] = { FAKE_TSS, TASK_TSS };
  EACH_WAY(way)
  for (unsigned i = 0; i < 2; i++) {
    struct flow *f = *state;
    two_tasks(f, way);
    uint64_t entry = fake_entry_address(f->memory, &f->cpu, missing[i], 1);
    fake_write(f->memory, entry, 4, fake_read(f->memory, entry, 4) & ~(uint64_t)(i ? FAKE_P : FAKE_RW));
    assert_int_equal(switch_by(f, way), RS_FAULTED);
    assert_int_equal(f->out.fault.vector, VECTOR_PF);
    assert_int_equal(f->out.fault.error_code, i ? 0 : PF_PRESENT | PF_WRITE);
    assert_int_equal(f->out.fault.cr2 / GUEST_PAGE_SIZE, missing[i] / GUEST_PAGE_SIZE);
  }
}

/* [SDM3 "PDPTE Registers"]: found before the old task is left. */
static void pdptes_with_reserved_bits_are_gp_0_in_the_old_task(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  fake_memory_free(f->memory);
  f->memory = fake_memory_create();
  fake_pae_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  f->cpu.gdtr.limit = 0x7f;
  task_descriptor(f, 0x67, FLOW_TYPE(1, 0, SYSTEM_TSS_AVAILABLE));
  uint64_t root = fake_new_page(f->memory);
  fake_write(f->memory, root + 8, 8, 3); /* R/W is reserved there */
  task_set(f, TSS32_CR3, 4, root);
  switch_by(f, BY_JMP);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_PDPTE_RESERVED);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(every_register_of_the_old_task_is_saved),
    CLAIM(a_16_bit_tss_gets_the_low_halves_and_four_selectors),
    CLAIM(the_saved_flags_are_those_that_the_old_task_goes_on_with),
    CLAIM(every_register_of_the_new_task_is_loaded),
    CLAIM(of_a_16_bit_tss_come_low_halves_and_no_fs_and_gs),
    CLAIM(a_task_runs_in_the_ring_of_its_cs_whatever_the_old_ring),
    CLAIM(conforming_code_may_have_a_dpl_below_the_tasks_ring),
    CLAIM(a_task_may_be_one_of_virtual_8086_mode),
    CLAIM(busy_bits_and_the_back_link_follow_the_way),
    CLAIM(iret_returns_to_where_the_task_was_left),
    CLAIM(descriptors_are_those_of_the_new_address_space),
    CLAIM(without_paging_cr3_is_read_and_not_loaded),
    CLAIM(local_breakpoints_end_with_the_task),
    CLAIM(the_error_code_is_pushed_on_the_new_tasks_stack),
    CLAIM(a_page_fault_sets_cr2_and_an_nmi_blocks_nmis),
    CLAIM(the_tss_must_be_named_in_the_gdt),
    CLAIM(a_tss_in_the_ldt_is_gp_with_its_selector),
    CLAIM(only_an_available_tss_is_entered_and_a_busy_one_returned_to),
    CLAIM(the_new_tss_must_hold_a_task),
    CLAIM(the_old_tss_must_have_room_for_its_task),
    CLAIM(tss_and_task_gate_serve_their_dpl_and_the_rings_inside_it),
    CLAIM(an_absent_task_gate_is_np_with_the_gate),
    CLAIM(a_missing_page_of_either_tss_is_a_page_fault_of_the_old_task),
    CLAIM(pdptes_with_reserved_bits_are_gp_0_in_the_old_task),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
