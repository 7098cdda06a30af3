/* The witness: the engine executes what we could perform, and its outcome is compared with our prediction. */
#include <string.h>

#include "arch/bits.h"
#include "arch/debug.h"
#include "vm/vm.h"

/* What Unicorn implements by itself and exactly enough to be asked. */
static bool is_native(enum rs_operation operation) {
  switch (operation) {
  case RS_OP_IRET:
  case RS_OP_SYSRET:
  case RS_OP_SYSEXIT:
  case RS_OP_FAR_JMP:
  case RS_OP_FAR_CALL:
  case RS_OP_FAR_RET:
  case RS_OP_MOV_TO_SEGMENT:
  case RS_OP_POP_SEGMENT:
  case RS_OP_LOAD_FAR_POINTER: return true;
  default: return false;
  }
}

bool witness_wanted(const struct rs_machine *vm, const struct rs_transition *prediction) {
  /* Outside ring 0 the engine would read descriptor tables with the program's rights; and the #DB traps after
   * what is performed are not its own. */
  return vm->config.witness && prediction->outcome == RS_COMPLETED && prediction->before.cpl == 0 &&
         is_native(prediction->cause.instruction.operation) && !debug_traps_after(prediction);
}

/* A null segment's remains differ from processor to processor; of the others all that the manuals define
 * counts. */
static bool segments_agree(const struct rs_segment *ours, const struct rs_segment *engine) {
  bool unusable = ours->attributes & SEGMENT_UNUSABLE;
  if (ours->selector != engine->selector) return false;
  if (unusable || engine->attributes & SEGMENT_UNUSABLE)
    return unusable == !!(engine->attributes & SEGMENT_UNUSABLE);
  return ours->base == engine->base && ours->limit == engine->limit && ours->attributes == engine->attributes;
}

static bool registers_agree(enum rs_register reg, const union rs_value *ours, const union rs_value *engine) {
  if ((reg >= RS_ES && reg <= RS_GS) || reg == RS_LDTR || reg == RS_TR)
    return segments_agree(&ours->segment, &engine->segment);
  if (reg == RS_GDTR || reg == RS_IDTR)
    return ours->table.base == engine->table.base && ours->table.limit == engine->table.limit;
  return ours->word[0] == engine->word[0];
}

/* Each place and register is noted once. */
static void disagreement_note(struct rs_witness *witness, const struct rs_transition *prediction,
                              enum rs_register reg, const union rs_value *engine) {
  if (witness->noted == RS_WITNESS_NOTES) return;
  for (unsigned i = 0; i < witness->noted; i++)
    if (witness->note[i].rip == prediction->before.rip && witness->note[i].reg == reg) return;
  witness->note[witness->noted++] = (struct rs_witness_note){
    .rip = prediction->before.rip,
    .operation = prediction->cause.instruction.operation,
    .reg = reg,
    .predicted = rs_cpu_get(&prediction->after, reg),
    .engine = *engine,
  };
}

/* Shadows and the clock are our own: the engine keeps neither. */
static bool is_compared(enum rs_register reg) {
  return reg != RS_TSC && reg != RS_INTERRUPT_SHADOW && reg != RS_NMI_BLOCKED && reg != RS_HALTED;
}

bool witness_faulted(struct rs_machine *vm) {
  struct rs_transition *prediction = &vm->transition[0];
  if (!vm->predicted) return false;
  vm->predicted = false;
  vm->witness.compared++;
  bool refused = vm->cpu.rip != prediction->after.rip;
  if (refused) {
    union rs_value engine = rs_cpu_get(&vm->cpu, RS_RIP);
    vm->witness.disagreed++;
    disagreement_note(&vm->witness, prediction, RS_RIP, &engine);
  }
  vm_settle(vm, prediction);
  return refused;
}

void vm_witnessed(void *context) {
  struct rs_machine *vm = context;
  struct rs_transition *prediction = &vm->transition[0];
  struct rs_witness *witness = &vm->witness;
  bool agreed = true;
  if (!vm->predicted) return;
  vm->predicted = false;
  witness->compared++;
  for (unsigned reg = RS_NO_REGISTER + 1; reg < RS_REGISTER_COUNT; reg++) {
    union rs_value ours = rs_cpu_get(&prediction->after, (enum rs_register)reg);
    union rs_value engine = rs_cpu_get(&vm->cpu, (enum rs_register)reg);
    if (!is_compared((enum rs_register)reg) || registers_agree((enum rs_register)reg, &ours, &engine))
      continue;
    agreed = false;
    disagreement_note(witness, prediction, (enum rs_register)reg, &engine);
  }
  if (!agreed) witness->disagreed++;
  vm_settle(vm, prediction); /* the run goes on from the prediction, so that it is the same run */
  if (vm->attention) vm_attend(vm);
}
