/* Claims about JSON Lines: every field of every object, parsed back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "arch/bits.h"
#include "trace/told.h"

static struct told told;

static void open_at(enum rs_trace_level level) {
  told_open(&told, TOLD_JSONL, level);
}

/* Closes the trace; the objects of all lines. */
static json_t *lines(void) {
  json_t *array = json_array();
  const char *text = told_text(&told);
  while (*text) {
    const char *end = strchr(text, '\n');
    assert_non_null(end);
    json_error_t error;
    json_t *object = json_loadb(text, (size_t)(end - text), JSON_REJECT_DUPLICATES, &error);
    assert_non_null(object);
    assert_int_equal(json_array_append_new(array, object), 0);
    text = end + 1;
  }
  told_free(&told);
  return array;
}

/* The only event after the header. */
static json_t *only_event(void) {
  json_t *array = lines();
  assert_int_equal(json_array_size(array), 2);
  json_t *event = json_incref(json_array_get(array, 1));
  json_decref(array);
  return event;
}

/* Compares with JSON written with ' for ". */
static void expect_json(const json_t *value, const char *expected) {
  char text[2048];
  assert_true(strlen(expected) < sizeof text);
  for (size_t i = 0; i <= strlen(expected); i++)
    text[i] = expected[i] == '\'' ? '"' : expected[i];
  char *actual = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  assert_string_equal(actual, text);
  free(actual);
}

static void expect_key(const json_t *object, const char *key, const char *expected) {
  const json_t *value = json_object_get(object, key);
  assert_non_null(value);
  expect_json(value, expected);
}

static void expect_absent(const json_t *object, const char *key) {
  assert_null(json_object_get(object, key));
}

static void expect_keys(json_t *object, const char *expected) {
  char text[512] = "";
  const char *key;
  json_t *value;
  json_object_foreach(object, key, value) {
    if (*text) strcat(text, " ");
    strcat(text, key);
  }
  assert_string_equal(text, expected);
}

static void begin_write_call(void) {
  struct rs_cpu cpu;
  cpu_64(&cpu, 3, 0x40101c, TOLD_USER_STACK);
  cpu.general[0] = 1;
  cpu.general[7] = 1;
  cpu.general[6] = 0x500000;
  cpu.general[2] = 3;
  told_memory(&told, 0x500000, "hi\n", 4);
  begin_instruction(&told, RS_MECHANISM_SYSCALL, RS_OP_SYSCALL, 2, &cpu);
  memcpy(told.transition.cause.instruction.bytes, "\x0f\x05", 2);
}

static void first_line_names_format_version_and_level(void **state) {
  (void)state;
  static const struct {
    enum rs_trace_level level;
    const char *text;
  } row[] = {
    { RS_TRACE_TRANSITIONS, "transitions" },
    { RS_TRACE_STEPS, "steps" },
    { RS_TRACE_INSTRUCTIONS, "instructions" },
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    char expected[128];
    snprintf(expected, sizeof expected,
             "{\"type\":\"header\",\"format\":\"ringside-trace\",\"version\":1,\"level\":\"%s\"}\n",
             row[i].text);
    open_at(row[i].level);
    assert_string_equal(told_text(&told), expected);
    told_free(&told);
  }
}

static void system_call_has_all_its_fields_in_order(void **state) {
  (void)state;
  open_at(RS_TRACE_TRANSITIONS);
  begin_write_call();
  told.instructions = 41;
  arrive_64(&told, 0, TOLD_KERNEL, TOLD_USER_STACK);
  json_t *event = only_event();
  expect_keys(event, "type sequence number parent instructions text mechanism instruction from to outcome "
                     "call before steps after stacks");
  expect_key(event, "type", "'transition'");
  expect_key(event, "sequence", "1");
  expect_key(event, "number", "1");
  expect_key(event, "parent", "0");
  expect_key(event, "instructions", "41");
  assert_string_equal(json_string_value(json_object_get(event, "text")),
                      "#1 3->0 syscall main+0x1c -> entry_syscall write(1, \"hi\\n\", 3)");
  expect_key(event, "mechanism", "'syscall'");
  expect_key(event, "instruction", "{'name':'syscall','bytes':'0f05'}");
  expect_key(event, "from", "{'cpl':3,'address':'0x40101c','place':'main+0x1c'}");
  expect_key(event, "to", "{'cpl':0,'address':'0xffffffff80100a00','place':'entry_syscall'}");
  expect_key(event, "outcome", "'completed'");
  expect_key(
      event, "call",
      "{'abi':'x86-64','number':1,'name':'write','arguments':['0x1','0x500000','0x3','0x0','0x0','0x0'],"
      "'text':'write(1, \\'hi\\\\n\\', 3)'}");
  expect_key(event, "steps", "[]");
  json_decref(event);
}

static void return_names_the_entry_it_answers_and_the_result(void **state) {
  (void)state;
  struct rs_cpu cpu;
  open_at(RS_TRACE_TRANSITIONS);
  begin_write_call();
  arrive_64(&told, 0, TOLD_KERNEL, TOLD_USER_STACK);
  cpu_64(&cpu, 0, TOLD_KERNEL + 0x9a, TOLD_USER_STACK);
  cpu.general[0] = (uint64_t)-14;
  begin_instruction(&told, RS_MECHANISM_SYSRET, RS_OP_SYSRET, 3, &cpu);
  arrive_64(&told, 3, 0x40101e, TOLD_USER_STACK);
  json_t *array = lines();
  expect_key(json_array_get(array, 2), "answers",
             "{'number':1,'result':'0xfffffffffffffff2','text':'-1 EFAULT'}");
  expect_absent(json_array_get(array, 2), "call");
  expect_absent(json_array_get(array, 1), "answers");
  json_decref(array);
}

static void number_of_i386_that_is_not_in_use_has_no_name(void **state) {
  (void)state;
  struct rs_cpu cpu;
  open_at(RS_TRACE_TRANSITIONS);
  cpu_32(&cpu, 3, 0x402000, 0xffffd000);
  cpu.general[0] = 9999;
  begin_int(&told, 0x80, &cpu);
  arrive_32(&told, 0, 0xc0100000, 0xc0800000);
  json_t *event = only_event();
  expect_key(event, "call",
             "{'abi':'i386','number':9999,'name':null,'arguments':['0x0','0x0','0x0','0x0','0x0','0x0'],"
             "'text':'syscall_0x270f(0x0, 0x0, 0x0, 0x0, 0x0, 0x0)'}");
  expect_key(event, "interrupt", "{'vector':128,'source':'software','return_rip':'0x402002'}");
  json_decref(event);
}

static void refused_attempt_and_its_delivery_are_linked(void **state) {
  (void)state;
  struct rs_cpu cpu;
  open_at(RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
  begin_instruction(&told, RS_MECHANISM_OPERATION, RS_OP_CLI, 1, &cpu);
  add_check(&told, RS_CHECK_GATE_PRESENT, true, 1, 0, 0);
  add_check(&told, RS_CHECK_GATE_PRESENT, false, 0, 0, 0);
  told.event.parent = 77; /* the tracer's to fill */
  tell_fault(&told, VECTOR_GP, true, 0x402);
  begin_exception(&told, VECTOR_PF, &cpu);
  with_error_code(&told, 5);
  with_cr2(&told, 0x10);
  arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 48);
  json_t *array = lines(), *refused = json_array_get(array, 1), *delivery = json_array_get(array, 2);
  expect_key(refused, "type", "'refused'");
  expect_key(refused, "sequence", "1");
  expect_key(refused, "number", "0");
  expect_key(refused, "parent", "0");
  expect_key(refused, "outcome", "'faulted'");
  expect_key(refused, "fault", "{'vector':13,'error_code':'0x402','check':1}");
  expect_key(delivery, "type", "'transition'");
  expect_key(delivery, "sequence", "2");
  expect_key(delivery, "number", "1");
  expect_key(delivery, "parent", "1");
  expect_absent(delivery, "fault");
  expect_absent(delivery, "instruction");
  expect_key(delivery, "interrupt",
             "{'vector':14,'error_code':'0x5','cr2':'0x10','source':'exception','return_rip':'0x401012'}");
  json_decref(array);
}

static void sources_of_interrupts_are_told_apart(void **state) {
  (void)state;
  static const char *const name[] = { "'software'", "'privileged software'", "'exception'", "'external'",
                                      "'nmi'" };
  for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++) {
    struct rs_cpu cpu;
    open_at(RS_TRACE_TRANSITIONS);
    cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
    begin_exception(&told, 2, &cpu);
    told.transition.cause.interrupt.source = (enum rs_interrupt_source)i;
    arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 48);
    json_t *event = only_event();
    expect_key(json_object_get(event, "interrupt"), "source", name[i]);
    json_decref(event);
  }
}

static void what_raised_an_interrupt_is_told_where_it_is_known(void **state) {
  (void)state;
  static const struct {
    struct rs_interrupt_origin origin;
    const char *text;
  } rows[] = {
    { { RS_ORIGIN_PIC, 4 }, "'IRQ 4'" },      { { RS_ORIGIN_PIC_SPURIOUS, 15 }, "'spurious IRQ 15'" },
    { { RS_ORIGIN_IPI, 0 }, "'IPI'" },        { { RS_ORIGIN_APIC_TIMER, 0 }, "'APIC timer'" },
    { { RS_ORIGIN_APIC_PIN, 1 }, "'LINT1'" }, { { RS_ORIGIN_APIC_ERROR, 0 }, "'APIC error'" },
    { { RS_ORIGIN_NONE, 0 }, NULL },
  };
  for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct rs_cpu cpu;
    open_at(RS_TRACE_TRANSITIONS);
    cpu_64(&cpu, 3, 0x401012, TOLD_USER_STACK);
    begin_exception(&told, 0x20, &cpu);
    told.transition.cause.interrupt.source = RS_SOURCE_EXTERNAL;
    told.transition.cause.interrupt.origin = rows[i].origin;
    arrive_64(&told, 0, TOLD_FAULT, TOLD_KERNEL_STACK - 48);
    json_t *event = only_event(), *interrupt = json_object_get(event, "interrupt");
    if (rows[i].text)
      expect_key(interrupt, "origin", rows[i].text);
    else
      expect_absent(interrupt, "origin");
    json_decref(event);
  }
}

static void checks_carry_operands_text_and_citation(void **state) {
  (void)state;
  open_at(RS_TRACE_TRANSITIONS);
  begin_write_call();
  add_check(&told, RS_CHECK_GATE_WITHIN_IDT, true, 0x80, 0x800, 0xfff);
  add_check(&told, RS_CHECK_GATE_PRESENT, false, 0, 0, 0);
  tell(&told);
  json_t *event = only_event();
  expect_key(
      event, "steps",
      "[{'kind':'check','check':'GATE_WITHIN_IDT','passed':true,'operands':['0x80','0x800','0xfff','0x0'],"
      "'text':'vector 0x80: gate at offset 0x800 lies within IDT limit 0xfff',"
      "'citation':'SDM3 \\'Interrupt Descriptor Table (IDT)\\''},"
      "{'kind':'check','check':'GATE_PRESENT','passed':false,'operands':['0x0','0x0','0x0','0x0'],"
      "'text':'the gate is present (P 0)','citation':'SDM3 \\'IDT Descriptors\\''}]");
  json_decref(event);
}

static void reads_and_writes_carry_addresses_values_and_meaning(void **state) {
  (void)state;
  open_at(RS_TRACE_TRANSITIONS);
  begin_write_call();
  struct rs_step *step = add_read(&told, RS_ITEM_PAGE_ENTRY, 0x1ff8, 0x1ff8, 8, 0x2003, 0xff0);
  step->level = 2;
  step->walk = 0;
  add_read(&told, RS_ITEM_IDT_GATE, 0x5000, 0x6000, 16, 0x80108e0000100c00, 0xffffffff)->walk = 0;
  step = add_write(&told, RS_ITEM_PUSHED_CS, 0x7ff0, 0x17ff0, 8, 1, 0x33);
  step->reg = RS_CS;
  add_read(&told, RS_ITEM_REGISTER, 0, 0, 8, TOLD_KERNEL, 0)->reg = RS_LSTAR;
  add_word(&told, RS_RAX, 5);
  tell(&told);
  json_t *event = only_event();
  expect_key(
      event, "steps",
      "[{'kind':'read','item':'page-table entry','level':2,'linear':'0x1ff8','physical':'0x1ff8','walk':0,"
      "'size':8,'value':'0x2003','meaning':'P|W, frame 0x2000'},"
      "{'kind':'read','item':'IDT gate','linear':'0x5000','physical':'0x6000','walk':0,'size':16,"
      "'value':'0xffffffff80108e0000100c00',"
      "'meaning':'64-bit interrupt gate, DPL 0, P, 0x0010:0xffffffff80100c00, IST 0'},"
      "{'kind':'write','item':'pushed CS','register':'cs','linear':'0x7ff0','physical':'0x17ff0','size':8,"
      "'old':'0x1','new':'0x33'},"
      "{'kind':'read','item':'register','register':'IA32_LSTAR','value':'0xffffffff80100a00',"
      "'meaning':'entry_syscall'},"
      "{'kind':'write','item':'register','register':'rax','old':'0x1','new':'0x5'}]");
  json_decref(event);
}

static void segment_and_table_registers_are_objects(void **state) {
  (void)state;
  open_at(RS_TRACE_TRANSITIONS);
  begin_write_call();
  struct rs_step *step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 24, 0, 0);
  step->reg = RS_SS;
  step->write.old.segment = (struct rs_segment){ 0x2b, 0xc0f3, 0xffffffff, 0 };
  step->write.new.segment = (struct rs_segment){ 0, SEGMENT_UNUSABLE, 0, 0 };
  step = add_write(&told, RS_ITEM_REGISTER, 0, 0, 16, 0, 0);
  step->reg = RS_IDTR;
  step->write.old.table = (struct rs_table_register){ 0, 0 };
  step->write.new.table = (struct rs_table_register){ 0x2000, 0xfff };
  tell(&told);
  json_t *event = only_event();
  expect_key(event, "steps",
             "[{'kind':'write','item':'register','register':'ss',"
             "'old':{'selector':'0x2b','attributes':'0xc0f3','limit':'0xffffffff','base':'0x0'},"
             "'new':{'selector':'0x0','attributes':'0x100','limit':'0x0','base':'0x0'},'meaning':'unusable'},"
             "{'kind':'write','item':'register','register':'idtr','old':{'base':'0x0','limit':'0x0'},"
             "'new':{'base':'0x2000','limit':'0xfff'}}]");
  json_decref(event);
}

static void registers_before_folded_over_the_writes_are_those_after(void **state) {
  (void)state;
  open_at(RS_TRACE_TRANSITIONS);
  begin_write_call();
  for (unsigned reg = RS_RAX; reg <= RS_TSC; reg++) {
    bool word = reg <= RS_RFLAGS || reg >= RS_CR0;
    if (word) add_word(&told, (enum rs_register)reg, 0x100 + reg);
  }
  tell(&told);
  json_t *event = only_event();
  json_t *state_now = json_deep_copy(json_object_get(event, "before"));
  size_t i;
  json_t *step;
  json_array_foreach(json_object_get(event, "steps"), i, step) {
    const char *reg = json_string_value(json_object_get(step, "register"));
    assert_true(json_equal(json_object_get(state_now, reg), json_object_get(step, "old")));
    json_object_set(state_now, reg, json_object_get(step, "new"));
  }
  assert_true(i > 40);
  assert_true(json_equal(state_now, json_object_get(event, "after")));
  assert_int_equal(json_object_size(state_now), RS_REGISTER_COUNT); /* all but "none", and the model */
  expect_key(state_now, "model", "'intel'");
  expect_key(state_now, "cs", "{'selector':'0x33','attributes':'0xa0fb','limit':'0xffffffff','base':'0x0'}");
  expect_key(state_now, "gdtr", "{'base':'0x0','limit':'0x0'}");
  json_decref(state_now);
  json_decref(event);
}

static void model_is_told(void **state) {
  (void)state;
  open_at(RS_TRACE_TRANSITIONS);
  begin_write_call();
  told.transition.before.model = RS_CPU_AMD;
  tell(&told);
  json_t *event = only_event();
  expect_key(json_object_get(event, "before"), "model", "'amd'");
  json_decref(event);
}

static void stacks_are_always_there_with_null_for_what_is_not_mapped(void **state) {
  (void)state;
  open_at(RS_TRACE_TRANSITIONS);
  assert_true(tracer_wants_stacks(&told.tracer));
  begin_write_call();
  told.event.old_stack = (struct rs_stack_window){
    .pointer = 0x1000, .word_size = 8, .mapped = 1 << 8, .word = { [8] = 0xabc }
  };
  told.event.new_stack = (struct rs_stack_window){
    .pointer = 0x2000, .word_size = 4, .mapped = 1 | 1 << 16, .word = { [0] = 1, [16] = 2 }
  };
  tell(&told);
  json_t *event = only_event();
  expect_key(
      event, "stacks",
      "{'before':{'pointer':'0x1000','word_size':8,'words':[null,null,null,null,null,null,null,null,'0xabc',"
      "null,null,null,null,null,null,null,null]},"
      "'after':{'pointer':'0x2000','word_size':4,'words':['0x1',null,null,null,null,null,null,null,null,null,"
      "null,null,null,null,null,null,'0x2']}}");
  json_decref(event);
}

static void operations_appear_at_steps_with_their_port(void **state) {
  (void)state;
  struct rs_cpu cpu;
  open_at(RS_TRACE_STEPS);
  cpu_64(&cpu, 0, TOLD_KERNEL, TOLD_KERNEL_STACK);
  begin_instruction(&told, RS_MECHANISM_OPERATION, RS_OP_OUT, 1, &cpu);
  told.transition.port = (struct rs_port_access){ true, false, 1, 0x3f8, 'A' };
  tell(&told);
  json_t *event = only_event();
  expect_key(event, "type", "'operation'");
  expect_key(event, "mechanism", "'operation'");
  expect_key(event, "port", "{'input':false,'size':1,'port':'0x3f8','value':'0x41'}");
  json_decref(event);
}

static void operations_are_left_out_at_transitions(void **state) {
  (void)state;
  struct rs_cpu cpu;
  open_at(RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 0, TOLD_KERNEL, TOLD_KERNEL_STACK);
  begin_instruction(&told, RS_MECHANISM_OPERATION, RS_OP_OUT, 1, &cpu);
  tell(&told);
  json_t *array = lines();
  assert_int_equal(json_array_size(array), 1);
  json_decref(array);
}

static void shutdown_has_its_own_outcome(void **state) {
  (void)state;
  struct rs_cpu cpu;
  open_at(RS_TRACE_TRANSITIONS);
  cpu_64(&cpu, 0, TOLD_KERNEL, TOLD_KERNEL_STACK);
  begin(&told, RS_MECHANISM_SHUTDOWN, &cpu);
  told.transition.cause.interrupt.vector = VECTOR_DF;
  told.transition.outcome = RS_SHUTDOWN;
  tell(&told);
  json_t *event = only_event();
  expect_key(event, "type", "'transition'");
  expect_key(event, "mechanism", "'shutdown'");
  expect_key(event, "outcome", "'shutdown'");
  expect_key(event, "interrupt", "{'vector':8,'source':'software','return_rip':'0x0'}");
  json_decref(event);
}

static void instruction_has_all_its_fields(void **state) {
  (void)state;
  struct rs_cpu before, after;
  open_at(RS_TRACE_INSTRUCTIONS);
  cpu_64(&before, 3, 0x401004, TOLD_USER_STACK);
  after = before;
  after.rip += 5;
  after.tsc++;
  after.general[4] -= 8;
  struct rs_instruction_event event = { .instructions = 7,
                                        .linear = 0x401004,
                                        .length = 5,
                                        .bytes = { 0xe8, 0, 0, 0, 0 },
                                        .before = &before,
                                        .after = &after,
                                        .write_count = 1 };
  event.write[0] = (struct rs_memory_change){ TOLD_USER_STACK - 8, 8, 3, 0x401009 };
  tracer_instruction(&told.tracer, &event);
  json_t *object = only_event();
  expect_json(object, "{'type':'instruction','instructions':7,"
                      "'from':{'cpl':3,'address':'0x401004','place':'main+0x4'},'text':'call 0x401009',"
                      "'bytes':'e800000000',"
                      "'registers':[{'register':'rsp','old':'0x7ffe1000','new':'0x7ffe0ff8'}],"
                      "'memory':[{'linear':'0x7ffe0ff8','size':8,'old':'0x3','new':'0x401009'}]}");
  json_decref(object);
}

static void end_tells_reason_and_status(void **state) {
  (void)state;
  static const char *const reason[] = { "exit", "halt", "shutdown", "limit", "stopped", "failed" };
  for (unsigned i = 0; i < sizeof reason / sizeof reason[0]; i++) {
    char expected[200];
    struct rs_end_event end = {
      .reason = (enum rs_end_reason)i, .status = 3, .instructions = 99, .rip = TOLD_KERNEL
    };
    open_at(RS_TRACE_TRANSITIONS);
    tracer_end(&told.tracer, &end);
    json_t *event = only_event();
    snprintf(expected, sizeof expected,
             "{'type':'end','reason':'%s','status':3,'instructions':99,'rip':'0xffffffff80100a00'}",
             reason[i]);
    expect_json(event, expected);
    json_decref(event);
  }
}

static void disk_that_is_full_is_reported_in_one_line_when_the_sink_closes(void **state) {
  (void)state;
  told_expect_full_disk(rs_jsonl_sink);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(first_line_names_format_version_and_level),
    cmocka_unit_test(system_call_has_all_its_fields_in_order),
    cmocka_unit_test(return_names_the_entry_it_answers_and_the_result),
    cmocka_unit_test(number_of_i386_that_is_not_in_use_has_no_name),
    cmocka_unit_test(refused_attempt_and_its_delivery_are_linked),
    cmocka_unit_test(sources_of_interrupts_are_told_apart),
    cmocka_unit_test(what_raised_an_interrupt_is_told_where_it_is_known),
    cmocka_unit_test(checks_carry_operands_text_and_citation),
    cmocka_unit_test(reads_and_writes_carry_addresses_values_and_meaning),
    cmocka_unit_test(segment_and_table_registers_are_objects),
    cmocka_unit_test(registers_before_folded_over_the_writes_are_those_after),
    cmocka_unit_test(model_is_told),
    cmocka_unit_test(stacks_are_always_there_with_null_for_what_is_not_mapped),
    cmocka_unit_test(operations_appear_at_steps_with_their_port),
    cmocka_unit_test(operations_are_left_out_at_transitions),
    cmocka_unit_test(shutdown_has_its_own_outcome),
    cmocka_unit_test(instruction_has_all_its_fields),
    cmocka_unit_test(end_tells_reason_and_status),
    cmocka_unit_test(disk_that_is_full_is_reported_in_one_line_when_the_sink_closes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
