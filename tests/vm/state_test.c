/* Claims about every event of every bare probe: its steps are the whole of what it did. */
#include "vm/box.h"
#include "vm/cmocka_all.h"
#include "vm/vm.h"

typedef void looker(struct box *box, const struct rs_transition_event *event);

/* Runs a probe with `look` at each event; `box->context` begins as zeros. */
static void look_at(const char *probe, enum rs_cpu_model model, looker *look) {
  struct box box;
  struct box_event last = { 0 };
  struct box_image image = image_of_probe(probe);
  box_open(&box, &image, &(struct box_options){ .level = RS_TRACE_STEPS, .model = model });
  box.look = look;
  box.context = &last;
  box_run(&box);
  assert_true(box.events > 0);
  box_close(&box);
  image_free(&image);
}

static void look_at_everything(looker *look) {
  for (const char *const *probe = box_probes; *probe; probe++)
    look_at(*probe, RS_CPU_INTEL, look);
  look_at("boot_compatibility_syscall-x86_64", RS_CPU_AMD, look);
  look_at("boot_non_canonical_return-x86_64", RS_CPU_AMD, look);
}

static void registers_compare(const struct rs_cpu *one, const struct rs_cpu *other) {
  for (enum rs_register reg = RS_RAX; reg < RS_REGISTER_COUNT; reg++) {
    union rs_value a = rs_cpu_get(one, reg), b = rs_cpu_get(other, reg);
    if (!box_values_equal(reg, &a, &b)) fail_msg("%s differs", rs_register_name(reg));
  }
}

static void fold_and_compare(struct box *box, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  struct rs_cpu cpu = transition->before, at_once;
  (void)box;
  for (unsigned i = 0; i < transition->step_count; i++)
    rs_step_apply(&cpu, &transition->step[i]);
  registers_compare(&cpu, &transition->after);
  if (transition->step_count == 0) return;
  rs_transition_state_after(transition, transition->step_count - 1u, &at_once);
  registers_compare(&at_once, &transition->after);
}

static void steps_folded_over_before_give_after(void **state) {
  (void)state;
  look_at_everything(fold_and_compare);
}

static void old_values_are_compared(struct box *box, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  struct rs_cpu cpu = transition->before;
  (void)box;
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind == RS_STEP_WRITE && step->id == RS_ITEM_REGISTER) {
      enum rs_register reg = (enum rs_register)step->reg;
      union rs_value now = rs_cpu_get(&cpu, reg);
      assert_true(box_values_equal(reg, &now, &step->write.old));
    }
    rs_step_apply(&cpu, step);
  }
}

static void the_old_value_of_a_write_is_what_the_register_held(void **state) {
  (void)state;
  look_at_everything(old_values_are_compared);
}

static void after_is_what_the_machine_holds(struct box *box, const struct rs_transition_event *event) {
  registers_compare(rs_machine_cpu(box->machine), &event->transition->after);
}

static void the_machine_holds_the_state_after(void **state) {
  (void)state;
  look_at_everything(after_is_what_the_machine_holds);
}

static bool written_later(const struct rs_transition *transition, unsigned n) {
  const struct rs_step *step = &transition->step[n];
  for (unsigned i = n + 1; i < transition->step_count; i++) {
    const struct rs_step *later = &transition->step[i];
    if (later->kind != RS_STEP_WRITE || later->id == RS_ITEM_REGISTER) continue;
    if (later->write.physical < step->write.physical + step->size &&
        step->write.physical < later->write.physical + later->size)
      return true;
  }
  return false;
}

static void memory_is_compared(struct box *box, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind != RS_STEP_WRITE || step->id == RS_ITEM_REGISTER || written_later(transition, i)) continue;
    assert_true(step->write.physical + step->size <= BOX_MEMORY);
    if (transition->outcome == RS_FAULTED) assert_int_equal(step->id, RS_ITEM_PAGE_ACCESSED_DIRTY);
    assert_memory_equal(box_ram(box) + step->write.physical, step->write.new.word, step->size);
  }
}

static void the_writes_of_a_transition_are_in_memory_after_it(void **state) {
  (void)state;
  look_at_everything(memory_is_compared);
}

static void cpl_is_followed(struct box *box, const struct rs_transition_event *event) {
  struct box_event *last = box->context;
  const struct rs_transition *transition = event->transition;
  assert_int_equal(transition->before.cpl, last->new_cpl);
  if (transition->before.cpl != transition->after.cpl) assert_true(event->number > 0);
  last->new_cpl = transition->after.cpl;
}

static void cpl_changes_in_numbered_transitions_alone(void **state) {
  (void)state;
  look_at_everything(cpl_is_followed);
}

static void faults_are_followed(struct box *box, const struct rs_transition_event *event) {
  struct box_event *last = box->context;
  const struct rs_transition *transition = event->transition;
  assert_int_equal(event->sequence, last->sequence + 1);
  assert_int_equal(event->parent, rs_outcome_has_fault(last->outcome) ? last->sequence : 0);
  if (transition->outcome == RS_FAULTED) {
    assert_int_equal(event->number, 0);
    assert_int_equal(transition->step[transition->fault.check].kind, RS_STEP_CHECK);
    assert_false(transition->step[transition->fault.check].passed);
    registers_compare(&transition->before, &transition->after);
  }
  last->sequence = event->sequence;
  last->outcome = transition->outcome;
}

static void what_faulted_changes_no_register_and_is_the_parent_of_what_follows(void **state) {
  (void)state;
  look_at_everything(faults_are_followed);
}

static void checks_are_counted(struct box *box, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  (void)box;
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind == RS_STEP_CHECK && !step->passed) assert_true(transition->outcome != RS_COMPLETED);
    if (step->walk != RS_NO_WALK) assert_true(step->walk <= i && transition->step[step->walk].level > 0);
  }
}

static void what_completed_failed_no_check_and_every_walk_was_told_before(void **state) {
  (void)state;
  look_at_everything(checks_are_counted);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(steps_folded_over_before_give_after),
    cmocka_unit_test(the_old_value_of_a_write_is_what_the_register_held),
    cmocka_unit_test(the_machine_holds_the_state_after),
    cmocka_unit_test(the_writes_of_a_transition_are_in_memory_after_it),
    cmocka_unit_test(cpl_changes_in_numbered_transitions_alone),
    cmocka_unit_test(what_faulted_changes_no_register_and_is_the_parent_of_what_follows),
    cmocka_unit_test(what_completed_failed_no_check_and_every_walk_was_told_before),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
