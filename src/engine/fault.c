/* Turns an access that the fill hook refused into the exception that the processor raises for it. */
#include "engine/internal.h"

#include "engine/limits.h"
#include "engine/watch.h"

#include "arch/bits.h"

static size_t copy_code(struct engine *e, uint64_t linear, uint8_t *bytes, size_t size) {
  uint64_t physical = translate_code(e, linear);
  const uint8_t *host = memory_host(&e->memory, physical);
  size_t rest = MEMORY_PAGE - (size_t)(linear & MEMORY_PAGE_MASK);
  size_t first = size < rest ? size : rest;
  if (!host) return 0;
  for (size_t i = 0; i < first; i++)
    bytes[i] = host[i];
  return first < size ? first + copy_code(e, linear + first, bytes + first, size - first) : first;
}

static struct operands operands_at(struct engine *e, uint64_t linear) {
  uint8_t bytes[15];
  size_t count = copy_code(e, linear, bytes, sizeof bytes);
  return discover_operands(e->blocks.discoverer, bytes, count, code_size_of(e->cpu));
}

static uint64_t fault_address(const struct engine *e) {
  uint64_t address = context_fault_address(&e->context);
  return (address ^ e->refused_page) & ~MEMORY_PAGE_MASK ? e->refused_page : address;
}

/* An instruction that reads and writes its operand asks for both at once [SDM3 "Page-Fault Exceptions"]; the
 * library reads first. */
static uint32_t page_fault_code(struct engine *e, uint64_t linear) {
  struct engine_translation t;
  if (e->refused_kind == ACCESS_READ && operands_at(e, linear).modifies &&
      !e->client.translate(e->client.context, e->refused_page, ACCESS_WRITE, e->cpu->rflags & RFLAGS_AC, &t))
    return t.error_code;
  return e->refused_code;
}

static void raise(struct engine *e, struct engine_exception exception) {
  events_end_momentary(e);
  e->announced = NO_LINEAR;
  events_go_on(e, e->client.exception(e->client.context, &exception));
}

static void raise_page_fault(struct engine *e, uint64_t linear) {
  raise(e, (struct engine_exception){ .vector = VECTOR_PF,
                                      .has_error_code = true,
                                      .error_code = page_fault_code(e, linear),
                                      .cr2 = fault_address(e) });
}

/* A stack access: within the reach of RSP by an instruction that pushes or pops, or an operand addressed by
 * RSP or RBP [SDM1 "Canonical Addressing"]. */
static bool is_stack_access(struct engine *e, uint64_t linear) {
  enum { REACH = 32 };
  uint64_t rsp = e->cpu->general[4], address = fault_address(e);
  struct operands operands = operands_at(e, linear);
  return operands.stack_based || (operands.uses_stack && address - (rsp - REACH) < 2 * REACH);
}

static void raise_noncanonical(struct engine *e, uint8_t vector, uint64_t address) {
  raise(e, (struct engine_exception){
               .vector = vector, .has_error_code = true, .non_canonical = true, .linear = address });
}

static void move_stack(struct rs_cpu *cpu, uint64_t by) {
  uint64_t *rsp = &cpu->general[4], moved = *rsp + by;
  bool wide = cpu->segment[RS_SEGMENT_INDEX(RS_SS)].attributes & SEGMENT_DB;
  if (code_size_of(cpu) == CODE_64)
    *rsp = moved;
  else
    *rsp = wide ? (uint32_t)moved : (*rsp & ~(uint64_t)UINT16_MAX) | (uint16_t)moved;
}

/* A near branch to a non-canonical target faults itself, before it has done anything [SDM2 "JMP—Jump"]; the
 * library has executed it. What CALL pushed stays below the stack. */
void fault_undo_branch(struct engine *e, uint64_t linear) {
  struct operands branch = operands_at(e, linear);
  if (branch.branch == BRANCH_NONE) return;
  if (branch.branch == BRANCH_CALL) move_stack(e->cpu, branch.operand_size);
  if (branch.branch == BRANCH_RETURN)
    move_stack(e->cpu, -(uint64_t)branch.operand_size - branch.return_bytes);
  e->cpu->rip = offset_of(e, linear);
  e->count--;
}

static void raise_noncanonical_fetch(struct engine *e, uint64_t linear) {
  watch_forget(e);
  clock_park(e);
  uint64_t branch = e->last_linear;
  clock_complete(e);
  if (branch != NO_LINEAR) fault_undo_branch(e, branch);
  raise_noncanonical(e, VECTOR_GP, linear);
}

/* The library fetches a whole block before it runs. When a later instruction of it cannot be fetched, those
 * before run first: the run is made to end there. True when that is so. */
static bool run_up_to_fault(struct engine *e, uint64_t linear) {
  uint8_t bytes[MEMORY_PAGE];
  size_t size = MEMORY_PAGE - (size_t)(linear & MEMORY_PAGE_MASK), at = 0;
  if (!((linear ^ e->refused_page) & ~MEMORY_PAGE_MASK)) return false;
  size = copy_code(e, linear, bytes, size);
  for (unsigned length = 1; length != 0 && at < size; at += length) {
    length = discover_length(e->blocks.discoverer, bytes + at, size - at, code_size_of(e->cpu));
    if (length == 0) break;
  }
  if (at == 0) return false;
  e->exit_linear = linear + at;
  e->exit_set = uc_ctl_set_exits(e->uc, &e->exit_linear, 1) == UC_ERR_OK;
  return e->exit_set;
}

static void handle_fetch(struct engine *e, uint64_t linear) {
  if (e->refusal == REFUSED_NONCANONICAL && !((linear ^ e->refused_page) & ~MEMORY_PAGE_MASK)) {
    raise_noncanonical_fetch(e, linear);
    return;
  }
  clock_complete(e);
  if (e->met) {
    raise(e, events_take_met(e));
    return;
  }
  if (run_up_to_fault(e, linear)) return;
  uint8_t met = breakpoints_met(e, linear, e->count);
  if (met) {
    raise(e, (struct engine_exception){ .vector = VECTOR_DB, .breakpoints = met });
    return;
  }
  struct engine_exception fault;
  if (limits_refuse_missing(e, linear, &fault)) {
    uint64_t branch = limits_branch(e, linear);
    if (branch != NO_LINEAR) fault_undo_branch(e, branch);
    raise(e, fault);
  } else if (e->refusal == REFUSED_PAGE) {
    raise_page_fault(e, linear);
  } else if (e->refusal == REFUSED_NONCANONICAL) {
    raise_noncanonical(e, VECTOR_GP, e->refused_page);
  } else {
    /* Where there is nothing, a fetch reads all ones: FF FF is undefined. */
    raise(e, (struct engine_exception){ .vector = VECTOR_UD });
  }
}

/* From now on the block is stepped from its beginning, too, and not left. */
static void note_watched(struct engine *e, const struct piece *p) {
  if (!p) return;
  p->block->watched = true;
  translate_again(e, p->address);
}

void fault_handle(struct engine *e) {
  uint64_t linear = linear_of(e, e->cpu->rip);
  const struct piece *at = e->at;
  events_native_end(e);
  if (e->refused_kind == ACCESS_FETCH) {
    handle_fetch(e, linear);
    return;
  }
  clock_settle(e, linear);
  watch_forget(e);
  switch (e->refusal) {
  case REFUSED_SELF_WRITE:
    translate_mix(e, e->self_written);
    events_end_momentary(e);
    break;
  case REFUSED_NONCANONICAL:
    raise_noncanonical(e, is_stack_access(e, linear) ? VECTOR_SS : VECTOR_GP, fault_address(e));
    break;
  case REFUSED_WATCHED: note_watched(e, at); /* fall through */
  case REFUSED_DEVICE:
    e->device_block = linear;
    translate_again(e, linear);
    events_end_momentary(e);
    break;
  default: raise_page_fault(e, linear); break;
  }
}

void fault_at_exit(struct engine *e) {
  clock_complete(e);
  events_end_momentary(e);
  e->exit_set = false;
  uc_ctl_set_exits(e->uc, NULL, 0);
  translate_purge(e, translate_code(e, e->exit_linear));
}
