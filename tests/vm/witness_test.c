/* Claims about the witness: what it admits, what it notes, and that the run stays the same. */
#include <string.h>

#include "arch/descriptor.h"
#include "arch/fast_call.h"
#include "vm/box.h"
#include "vm/cmocka_all.h"
#include "vm/witness.h"

/* --- The known errors --- */

/* A difference under construction. */
struct subject {
  struct rs_transition prediction;
  struct rs_cpu engine;
  struct witness_difference d;
};

static struct rs_segment *segment_of(struct rs_cpu *cpu, enum rs_register reg) {
  return &cpu->segment[RS_SEGMENT_INDEX(reg)];
}

static void differ(struct subject *s, enum rs_operation operation, enum rs_register reg, uint64_t ours,
                   uint64_t theirs) {
  s->prediction.cause.instruction.operation = operation;
  s->d.reg = reg;
  s->d.ours.word[0] = ours;
  s->d.theirs.word[0] = theirs;
}

static void segments_differ(struct subject *s, enum rs_operation operation, enum rs_register reg,
                            struct rs_segment ours, struct rs_segment theirs) {
  differ(s, operation, reg, 0, 0);
  s->d.ours.segment = ours;
  s->d.theirs.segment = theirs;
}

static void in_64_bit_mode(struct subject *s) {
  s->prediction.before.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LMA;
  segment_of(&s->prediction.before, RS_CS)->attributes = SEGMENT_L;
}

static void transfer_accessed_segment(struct subject *s) {
  struct rs_segment ours = fast_call_code(0x23, 3, false), theirs = ours;
  theirs.attributes &= (uint16_t)~SEGMENT_ACCESSED;
  segments_differ(s, RS_OP_IRET, RS_CS, ours, theirs);
}

static void transfer_accessed_memory(struct subject *s) {
  s->prediction.step_count = 1;
  s->prediction.step[0] =
      (struct rs_step){ .kind = RS_STEP_WRITE, .size = 4, .id = RS_ITEM_DESCRIPTOR_ACCESSED };
  s->prediction.step[0].write.physical = 0x1024;
  s->prediction.step[0].write.old.word[0] = 0xcffa00;
  s->prediction.step[0].write.new.word[0] = 0xcffb00;
  s->d.physical = 0x1020;
  differ(s, RS_OP_FAR_RET, RS_NO_REGISTER, UINT64_C(0xcffb000000ffff), UINT64_C(0xcffa000000ffff));
}

static void return_null_ss(struct subject *s) {
  segments_differ(s, RS_OP_IRET, RS_SS, segment_null(1, 1), fast_call_stack(1, 0));
}

static void null_ss_cpl(struct subject *s) {
  s->prediction.cause.instruction.loaded_segment = RS_SEGMENT_INDEX(RS_SS);
  *segment_of(&s->prediction.after, RS_SS) = segment_null(1, 1);
  differ(s, RS_OP_MOV_TO_SEGMENT, RS_CPL, 1, 0);
}

static void iret_vif(struct subject *s) {
  differ(s, RS_OP_IRET, RS_RFLAGS, RFLAGS_FIXED | RFLAGS_VIF, RFLAGS_FIXED);
}

static void iret_vm(struct subject *s) {
  s->prediction.before.cpl = 1;
  s->engine.rflags = RFLAGS_VM;
  differ(s, RS_OP_IRET, RS_CPL, 1, 3);
}

static void iret_v86_rf(struct subject *s) {
  s->prediction.after.rflags = RFLAGS_VM | RFLAGS_RF;
  differ(s, RS_OP_IRET, RS_RFLAGS, RFLAGS_VM | RFLAGS_RF, RFLAGS_VM);
}

static void lldt_null(struct subject *s) {
  segments_differ(s, RS_OP_LLDT, RS_LDTR, segment_null(2, 0),
                  (struct rs_segment){ .selector = 2, .attributes = SEGMENT_P | SYSTEM_LDT });
}

static void sysret_ss(struct subject *s) {
  s->prediction.before.model = RS_CPU_AMD;
  segments_differ(s, RS_OP_SYSRET, RS_SS, fast_call_stack(0x28, 0), fast_call_stack(0x2b, 3));
}

static void sysret_r11(struct subject *s) {
  in_64_bit_mode(s);
  s->prediction.before.general[RS_R11 - RS_RAX] = RFLAGS_RF | RFLAGS_VIF;
  differ(s, RS_OP_SYSRET, RS_RFLAGS, RFLAGS_FIXED | RFLAGS_VIF, RFLAGS_FIXED | RFLAGS_RF);
}

static void sysret_flags(struct subject *s) {
  in_64_bit_mode(s);
  segment_of(&s->prediction.before, RS_CS)->attributes = SEGMENT_DB;
  s->prediction.before.general[RS_R11 - RS_RAX] = RFLAGS_CF;
  differ(s, RS_OP_SYSRET, RS_RFLAGS, RFLAGS_FIXED | RFLAGS_IF, RFLAGS_FIXED | RFLAGS_CF);
}

static void sysexit_d(struct subject *s) {
  struct rs_segment ours = fast_call_code(0x33, 3, true), theirs = ours;
  theirs.attributes |= SEGMENT_DB;
  s->prediction.cause.instruction.operand_size = 8;
  segments_differ(s, RS_OP_SYSEXIT, RS_CS, ours, theirs);
}

static void sysexit_wide(struct subject *s) {
  s->prediction.cause.instruction.operand_size = 4;
  s->prediction.before.general[RS_RCX - RS_RAX] = UINT64_C(0x100002000);
  differ(s, RS_OP_SYSEXIT, RS_RSP, 0x2000, UINT64_C(0x100002000));
}

static void sysenter_cs(struct subject *s) {
  s->prediction.cause.instruction.operand_size = 8;
  differ(s, RS_OP_SYSEXIT, RS_SYSENTER_CS, 0x10008, 8);
}

static void far_wide(struct subject *s) {
  s->prediction.cause.instruction.operand_size = 8;
  differ(s, RS_OP_FAR_JMP, RS_RIP, 0x9000, UINT64_C(0x100009000));
}

static void refused(struct subject *s, enum rs_operation operation, uint8_t vector) {
  differ(s, operation, RS_NO_REGISTER, 0, 0);
  s->d.refused = true;
  s->d.vector = vector;
}

static void call_limit(struct subject *s) {
  s->prediction.after.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LMA;
  *segment_of(&s->prediction.after, RS_CS) = fast_call_code(0x33, 3, true);
  segment_of(&s->prediction.after, RS_CS)->limit = 0xfff;
  s->prediction.after.rip = 0x1000;
  refused(s, RS_OP_FAR_CALL, VECTOR_GP);
}

static void task_conforming(struct subject *s) {
  s->prediction.cause.mechanism = RS_MECHANISM_TASK_SWITCH;
  *segment_of(&s->prediction.after, RS_CS) = fast_call_code(0x9b, 0, false);
  segment_of(&s->prediction.after, RS_CS)->attributes |= SEGMENT_CONFORMING;
  refused(s, RS_OP_FAR_JMP, VECTOR_TS);
}

static void gate_conforming(struct subject *s) {
  struct rs_segment ours = fast_call_code(0x93, 0, false), theirs;
  ours.attributes |= SEGMENT_CONFORMING;
  theirs = ours;
  theirs.selector = 0x90;
  s->prediction.after.cpl = 3;
  segments_differ(s, RS_OP_FAR_CALL, RS_CS, ours, theirs);
}

static void gate_stack_16(struct subject *s) {
  s->prediction.before.cpl = 3;
  s->prediction.before.general[RS_RSP - RS_RAX] = 0x12345678;
  differ(s, RS_OP_FAR_CALL, RS_RSP, 0x7b4, 0x123407b4);
}

static void task_self(struct subject *s) {
  s->prediction.cause.mechanism = RS_MECHANISM_TASK_SWITCH;
  refused(s, RS_OP_IRET, VECTOR_TS);
}

static void task_16(struct subject *s) {
  s->prediction.cause.mechanism = RS_MECHANISM_TASK_SWITCH;
  s->prediction.before.tr.attributes = SEGMENT_P | SYSTEM_TSS_16_BUSY;
  differ(s, RS_OP_FAR_JMP, RS_NO_REGISTER, 1, 2);
}

static const struct known {
  enum rs_engine_error error;
  void (*build)(struct subject *s);
  bool any_value; /* the value that the engine left does not count */
} known[] = {
  { RS_ENGINE_ERROR_TRANSFER_ACCESSED, transfer_accessed_segment, false },
  { RS_ENGINE_ERROR_TRANSFER_ACCESSED, transfer_accessed_memory, false },
  { RS_ENGINE_ERROR_RETURN_NULL_SS, return_null_ss, false },
  { RS_ENGINE_ERROR_NULL_SS_CPL, null_ss_cpl, false },
  { RS_ENGINE_ERROR_IRET_VIF, iret_vif, false },
  { RS_ENGINE_ERROR_IRET_VM, iret_vm, true },
  { RS_ENGINE_ERROR_IRET_V86_RF, iret_v86_rf, false },
  { RS_ENGINE_ERROR_LLDT_NULL, lldt_null, false },
  { RS_ENGINE_ERROR_SYSRET_SS, sysret_ss, false },
  { RS_ENGINE_ERROR_SYSRET_R11, sysret_r11, false },
  { RS_ENGINE_ERROR_SYSRET_FLAGS, sysret_flags, false },
  { RS_ENGINE_ERROR_SYSEXIT_D, sysexit_d, false },
  { RS_ENGINE_ERROR_SYSEXIT_WIDE, sysexit_wide, false },
  { RS_ENGINE_ERROR_SYSENTER_CS, sysenter_cs, false },
  { RS_ENGINE_ERROR_FAR_WIDE, far_wide, false },
  { RS_ENGINE_ERROR_CALL_LIMIT, call_limit, true },
  { RS_ENGINE_ERROR_GATE_CONFORMING, gate_conforming, false },
  { RS_ENGINE_ERROR_GATE_STACK_16, gate_stack_16, false },
  { RS_ENGINE_ERROR_TASK_CONFORMING, task_conforming, true },
  { RS_ENGINE_ERROR_TASK_SELF, task_self, true },
  { RS_ENGINE_ERROR_TASK_16, task_16, true },
};

enum { KNOWN = sizeof known / sizeof *known };

static void build(struct subject *s, const struct known *k) {
  memset(s, 0, sizeof *s);
  s->d.prediction = &s->prediction;
  s->d.engine = &s->engine;
  k->build(s);
}

static void each_known_error_is_recognized(void **state) {
  static struct subject s;
  bool seen[RS_ENGINE_ERROR_COUNT] = { [RS_ENGINE_ERROR_NONE] = true };
  (void)state;
  for (unsigned i = 0; i < KNOWN; i++) {
    build(&s, &known[i]);
    assert_int_equal(witness_explain(&s.d), known[i].error);
    seen[known[i].error] = true;
  }
  for (enum rs_engine_error error = 0; error < RS_ENGINE_ERROR_COUNT; error++)
    assert_true(seen[error]);
}

static void the_same_of_another_instruction_is_not_known(void **state) {
  static struct subject s;
  (void)state;
  for (unsigned i = 0; i < KNOWN; i++) {
    build(&s, &known[i]);
    s.prediction.cause.instruction.operation = RS_OP_LTR;
    s.prediction.cause.mechanism = RS_MECHANISM_OPERATION;
    if (known[i].error != RS_ENGINE_ERROR_SYSENTER_CS)
      assert_int_equal(witness_explain(&s.d), RS_ENGINE_ERROR_NONE);
  }
}

static void the_same_of_another_register_is_not_known(void **state) {
  static struct subject s;
  (void)state;
  for (unsigned i = 0; i < KNOWN; i++) {
    build(&s, &known[i]);
    s.d.reg = s.d.reg == RS_NO_REGISTER ? RS_CR0 : RS_NO_REGISTER;
    if (!s.d.refused && s.prediction.cause.mechanism != RS_MECHANISM_TASK_SWITCH)
      assert_int_equal(witness_explain(&s.d), RS_ENGINE_ERROR_NONE);
  }
}

/* One bit more: of a word, of a segment's base. */
static void another_value_is_not_known(void **state) {
  static struct subject s;
  (void)state;
  for (unsigned i = 0; i < KNOWN; i++) {
    build(&s, &known[i]);
    s.d.theirs.word[0] ^= UINT64_C(1) << 5;
    s.d.theirs.word[1] ^= UINT64_C(1) << 12;
    if (!known[i].any_value) assert_int_equal(witness_explain(&s.d), RS_ENGINE_ERROR_NONE);
  }
}

/* A refusal by any other vector than the error's. */
static void a_refusal_by_another_vector_is_not_known(void **state) {
  static struct subject s;
  (void)state;
  for (unsigned i = 0; i < KNOWN; i++) {
    build(&s, &known[i]);
    s.d.refused = true;
    s.d.vector = VECTOR_UD;
    s.d.reg = RS_NO_REGISTER;
    assert_int_equal(witness_explain(&s.d), RS_ENGINE_ERROR_NONE);
  }
}

/* --- What is noted --- */

/* A machine at rest whose engine has executed RETF, so that it is about to be compared; the prediction is
 * that nothing changed. */
static struct rs_machine *witnessing(struct box *box) {
  static const uint8_t code[] = { 0xf4 };
  struct box_image image = image_of_code(32, code, sizeof code);
  box_open(box, &image, &(struct box_options){ .witness = true });
  box_run(box);
  image_free(&image);
  struct rs_machine *vm = box->machine;
  struct rs_transition *prediction = &vm->transition[0];
  prediction->cause = (struct rs_cause){ .mechanism = RS_MECHANISM_FAR_TRANSFER, .has_instruction = true };
  prediction->cause.instruction.operation = RS_OP_FAR_RET;
  prediction->outcome = RS_COMPLETED;
  prediction->step_count = prediction->memory_writes = 0;
  prediction->written = 0;
  prediction->before = prediction->after = vm->cpu;
  assert_true(witness_begin(vm, prediction));
  return vm;
}

static void what_is_as_predicted_is_counted_alone(void **state) {
  struct box box;
  struct rs_machine *vm = witnessing(&box);
  const struct rs_witness *found = rs_machine_witness(vm);
  (void)state;
  assert_true(vm_witnessed(vm));
  assert_int_equal(found->compared, 1);
  assert_int_equal(found->disagreed, 0);
  assert_int_equal(found->noted, 0);
  box_close(&box);
}

static void an_unknown_register_is_noted_and_goes_back_to_the_prediction(void **state) {
  struct box box;
  struct rs_machine *vm = witnessing(&box);
  const struct rs_witness *found = rs_machine_witness(vm);
  uint64_t rbx = box_register(&box, RS_RBX);
  (void)state;
  vm->cpu.general[RS_RBX - RS_RAX] ^= 1;
  assert_false(vm_witnessed(vm));
  assert_int_equal(found->disagreed, 1);
  assert_int_equal(found->noted, 1);
  assert_int_equal(found->note[0].reg, RS_RBX);
  assert_int_equal(found->note[0].operation, RS_OP_FAR_RET);
  assert_int_equal(box_register(&box, RS_RBX), rbx);
  box_close(&box);
}

static void a_write_that_was_not_predicted_is_noted_and_taken_back(void **state) {
  struct box box;
  struct rs_machine *vm = witnessing(&box);
  const struct rs_witness *found = rs_machine_witness(vm);
  uint8_t *byte = machine_ram(vm->hardware) + 0x123456;
  (void)state;
  witness_keep_page(vm, 0x123000);
  *byte ^= 0x5a;
  uint8_t written = *byte;
  assert_false(vm_witnessed(vm));
  assert_int_equal(found->disagreed, 1);
  assert_int_equal(found->note[0].reg, RS_NO_REGISTER);
  assert_int_equal(found->note[0].physical, 0x123450);
  assert_int_equal(*byte, written ^ 0x5a);
  box_close(&box);
}

static void a_predicted_write_that_did_not_come_is_noted_and_made(void **state) {
  struct box box;
  struct rs_machine *vm = witnessing(&box);
  const struct rs_witness *found = rs_machine_witness(vm);
  struct rs_transition *prediction = &vm->transition[0];
  struct rs_step *step = &prediction->step[0];
  (void)state;
  *step = (struct rs_step){ .kind = RS_STEP_WRITE, .size = 4, .id = RS_ITEM_PUSHED_CS };
  step->write.physical = step->write.linear = 0x123456;
  step->write.new.word[0] = 0x12345678;
  prediction->step_count = prediction->memory_writes = 1;
  assert_false(vm_witnessed(vm));
  assert_int_equal(found->disagreed, 1);
  assert_memory_equal(machine_ram(vm->hardware) + 0x123456, step->write.new.word, 4);
  box_close(&box);
}

static void a_refusal_is_noted_and_what_was_predicted_done_instead(void **state) {
  struct box box;
  struct rs_machine *vm = witnessing(&box);
  const struct rs_witness *found = rs_machine_witness(vm);
  (void)state;
  vm->transition[0].after.rip++;
  assert_true(witness_faulted(vm, &(struct engine_exception){ .vector = VECTOR_GP }));
  assert_int_equal(found->disagreed, 1);
  assert_true(found->note[0].refused);
  assert_int_equal(found->note[0].vector, VECTOR_GP);
  assert_true(vm->cpu.rip == vm->transition[0].after.rip);
  box_close(&box);
}

static void without_witness_there_is_nothing_found(void **state) {
  static const uint8_t code[] = { 0xf4 };
  struct box_image image = image_of_code(32, code, sizeof code);
  struct box box;
  (void)state;
  box_open(&box, &image, &(struct box_options){ .witness = false });
  image_free(&image);
  assert_null(rs_machine_witness(box.machine));
  box_close(&box);
}

/* --- Whole machines --- */

static void run_witnessed_or_not(struct box *box, const char *probe, bool witness) {
  const struct box_options options = { .level = RS_TRACE_OFF, .limit = 1000000, .witness = witness };
  box_run_probe(box, probe, &options);
}

static void a_witnessed_machine_does_what_it_does_otherwise(void **state) {
  (void)state;
  uint64_t compared = 0;
  for (const char *const *probe = box_probes; *probe; probe++) {
    struct box box, witnessed;
    run_witnessed_or_not(&box, *probe, false);
    run_witnessed_or_not(&witnessed, *probe, true);
    compared += rs_machine_witness(witnessed.machine)->compared;
    assert_int_equal(witnessed.end.reason, box.end.reason);
    assert_int_equal(witnessed.end.status, box.end.status);
    assert_int_equal(witnessed.end.instructions, box.end.instructions);
    if (box_memory_sum(&witnessed) != box_memory_sum(&box)) fail_msg("%s: memory differs", *probe);
    box_close(&witnessed);
    box_close(&box);
  }
  assert_true(compared > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_known_error_is_recognized),
    cmocka_unit_test(the_same_of_another_instruction_is_not_known),
    cmocka_unit_test(the_same_of_another_register_is_not_known),
    cmocka_unit_test(another_value_is_not_known),
    cmocka_unit_test(a_refusal_by_another_vector_is_not_known),
    cmocka_unit_test(what_is_as_predicted_is_counted_alone),
    cmocka_unit_test(an_unknown_register_is_noted_and_goes_back_to_the_prediction),
    cmocka_unit_test(a_write_that_was_not_predicted_is_noted_and_taken_back),
    cmocka_unit_test(a_predicted_write_that_did_not_come_is_noted_and_made),
    cmocka_unit_test(a_refusal_is_noted_and_what_was_predicted_done_instead),
    cmocka_unit_test(without_witness_there_is_nothing_found),
    cmocka_unit_test(a_witnessed_machine_does_what_it_does_otherwise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
