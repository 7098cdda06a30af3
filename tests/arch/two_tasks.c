/* The two tasks. */
#include "arch/two_tasks.h"

#include "arch/far_pointer.h"

bool way_is_gate(enum task_way way) {
  return way == BY_JMP_GATE || way == BY_CALL_GATE;
}

bool way_nests(enum task_way way) {
  return way != BY_JMP && way != BY_JMP_GATE && way != BY_IRET;
}

bool way_is_event(enum task_way way) {
  return way == BY_EXCEPTION || way == BY_EXTERNAL;
}

void task_set(struct flow *f, unsigned offset, unsigned size, uint64_t value) {
  fake_poke(f->memory, &f->cpu, TASK_TSS + offset, size, value);
}

uint64_t old_task_get(struct flow *f, unsigned offset, unsigned size) {
  return fake_peek(f->memory, &f->cpu, FAKE_TSS + offset, size);
}

void task_descriptor(struct flow *f, uint32_t limit, uint32_t attributes) {
  fake_gdt_set(f->memory, &f->cpu, TASK_SELECTOR, fake_descriptor(TASK_TSS, limit, attributes));
}

static void fill_32(struct flow *f) {
  task_set(f, TSS32_CR3, 4, f->cpu.cr3);
  task_set(f, TSS32_EIP, 4, TASK_EIP);
  task_set(f, TSS32_EFLAGS, 4, TASK_EFLAGS);
  for (unsigned i = 0; i < 8; i++)
    task_set(f, TSS32_EAX + 4 * i, 4, 0x20002000 + i);
  task_set(f, TSS32_ESP, 4, TASK_ESP);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    task_set(f, TSS32_ES + 4 * i, 2, i == RS_SEGMENT_INDEX(RS_CS) ? FAKE_KERNEL_CS : FAKE_KERNEL_SS);
  task_set(f, TSS32_LDT, 2, FAKE_LDT_SELECTOR);
}

static void fill_16(struct flow *f) {
  task_set(f, TSS16_IP, 2, 0x1234);
  task_set(f, TSS16_FLAG, 2, TASK_EFLAGS);
  for (unsigned i = 0; i < 8; i++)
    task_set(f, TSS16_AX + 2 * i, 2, 0x3000 + i);
  for (unsigned i = 0; i < 4; i++)
    task_set(f, TSS16_ES + 2 * i, 2, i == RS_SEGMENT_INDEX(RS_CS) ? FAKE_KERNEL_CS : FAKE_KERNEL_SS);
  task_set(f, TSS16_LDT, 2, FAKE_LDT_SELECTOR);
}

static uint32_t tss_type(bool narrow, bool busy) {
  return (narrow ? SYSTEM_TSS_16_AVAILABLE : SYSTEM_TSS_AVAILABLE) | (busy ? TSS_BUSY : 0);
}

void two_tasks_narrow(struct flow *f, enum task_way way, bool old_narrow, bool new_narrow) {
  flow_enter(f, FLOW_PROTECTED, RS_CPU_INTEL);
  f->cpu.rflags |= RFLAGS_CF | (way == BY_IRET ? RFLAGS_NT : 0);
  for (unsigned i = 0; i < 8; i++)
    if (i != 4) f->cpu.general[i] = 0x10001000 + i;
  f->cpu.tr.attributes = FLOW_TYPE(1, 0, tss_type(old_narrow, true));
  f->cpu.tr.limit = old_narrow ? 0x2b : 0x67;
  fake_gdt_set(f->memory, &f->cpu, FAKE_TSS_SELECTOR,
               fake_descriptor(FAKE_TSS, f->cpu.tr.limit, f->cpu.tr.attributes));
  fake_poke(f->memory, &f->cpu, FAKE_TSS, 2, TASK_SELECTOR);
  task_descriptor(f, new_narrow ? 0x2b : 0x67, FLOW_TYPE(1, 0, tss_type(new_narrow, way == BY_IRET)));
  (new_narrow ? fill_16 : fill_32)(f);
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
               (uint64_t)TASK_SELECTOR << 16 | (uint64_t)FLOW_TYPE(1, 0, SYSTEM_TASK_GATE) << 40);
  flow_gate(f, TASK_VECTOR, TASK_SELECTOR, 0, FLOW_TYPE(1, 0, SYSTEM_TASK_GATE));
  flow_gate(f, VECTOR_GP, TASK_SELECTOR, 0, FLOW_TYPE(1, 0, SYSTEM_TASK_GATE));
}

void two_tasks(struct flow *f, enum task_way way) {
  two_tasks_narrow(f, way, false, false);
}

enum rs_outcome switch_by(struct flow *f, enum task_way way) {
  switch (way) {
  case BY_JMP: return far_perform(f, FAR_JMP, 0xdeadbeef, TASK_SELECTOR);
  case BY_CALL: return far_perform(f, FAR_CALL, 0xdeadbeef, TASK_SELECTOR);
  case BY_JMP_GATE: return far_perform(f, FAR_JMP, 0xdeadbeef, FLOW_SPARE);
  case BY_CALL_GATE: return far_perform(f, FAR_CALL, 0xdeadbeef, FLOW_SPARE);
  case BY_INT: return flow_int(f, TASK_VECTOR);
  case BY_EXCEPTION: return flow_exception(f, VECTOR_GP, 0x1230);
  case BY_EXTERNAL: return flow_external(f, TASK_VECTOR);
  default: return FLOW_PERFORM(f, "\xcf");
  }
}
