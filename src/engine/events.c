/* What the client is told while code runs, and how execution goes on from what it answers. */
#include "engine/alignment.h"
#include "engine/internal.h"

#include "engine/limits.h"
#include "engine/watch.h"

#include "arch/bits.h"

void events_redirect(struct engine *e, uint64_t linear) {
  uint64_t rip = offset_of(e, linear);
  uc_reg_write(e->uc, UC_X86_REG_RIP, &rip);
}

void events_end_momentary(struct engine *e) {
  if (e->count - e->ahead == e->resumed_at) {
    e->cpu->rflags |= e->kept_rf;
  } else {
    e->cpu->interrupt_shadow = RS_SHADOW_NONE;
  }
}

/* What lasts for one instruction begins anew. */
static void begin_momentary(struct engine *e) {
  e->resumed_at = e->count - e->ahead;
  e->kept_rf = e->cpu->rflags & RFLAGS_RF;
}

static void fetch(struct engine *e) {
  context_fetch(&e->context, e->cpu);
  events_end_momentary(e);
}

/* Takes a deadline that is due; false when none is. */
static bool take_deadline(struct engine *e) {
  bool due = e->count >= e->deadline;
  if (due) e->deadline = UINT64_MAX;
  if (atomic_load(&e->stop_asked)) due |= atomic_exchange(&e->stop_asked, false);
  clock_refresh_limit(e);
  return due;
}

bool events_go_on(struct engine *e, enum engine_next next) {
  static const struct engine_exception trap = { .vector = VECTOR_DB };
  if (next == ENGINE_PERFORMED) {
    e->count++;
    next = ENGINE_RESUME;
  }
  for (;;) {
    if (next == ENGINE_TRAP)
      next = e->client.exception(e->client.context, &trap);
    else if (next == ENGINE_RESUME && take_deadline(e))
      next = e->client.deadline(e->client.context);
    else
      break;
  }
  begin_momentary(e);
  e->stopping = next != ENGINE_RESUME || e->cpu->halted;
  return !e->stopping;
}

/* Goes on from `*cpu` inside a hook. */
static void go_on_in_hook(struct engine *e, enum engine_next next) {
  e->fetched_linear = NO_LINEAR;
  if (!events_go_on(e, next)) {
    uc_emu_stop(e->uc);
    return;
  }
  context_put_general(&e->context, e->cpu);
  if (e->changed & CONTEXT_SYSTEM) context_put_system(&e->context, e->cpu, e->changed);
  context_commit(&e->context);
  if (e->changed & (ENGINE_CONTROL | ENGINE_TRANSLATIONS)) translate_flush(e);
  if (e->changed & ENGINE_CONTROL) alignment_follow(e);
  e->changed = 0;
  if (e->flush_asked) uc_emu_stop(e->uc);
}

/* The same inside a block's code, which is left by writing RIP. */
static void go_on_in_block(struct engine *e, enum engine_next next,
                           const struct rs_instruction *instruction) {
  (void)instruction;
  go_on_in_hook(e, next);
  if (!e->stopping) uc_reg_write(e->uc, UC_X86_REG_RIP, &e->cpu->rip);
}

/* The same inside the hook of an instruction that the library goes on behind: it adds the length to RIP. */
static void go_on_behind(struct engine *e, enum engine_next next, const struct rs_instruction *instruction) {
  go_on_in_hook(e, next);
  if (!e->stopping) context_put_rip(&e->context, e->cpu->rip - instruction->length);
}

void events_deadline(struct engine *e, uint64_t linear) {
  clock_complete(e);
  fetch(e);
  e->cpu->rip = offset_of(e, linear);
  go_on_in_block(e, ENGINE_RESUME, NULL);
}

struct engine_exception events_take_met(struct engine *e) {
  struct engine_exception trap = { .vector = VECTOR_DB, .watched = e->met };
  watch_forget(e);
  return trap;
}

/* The library comes back to a string instruction once more after its last repetition. */
static bool has_repetitions_left(struct engine *e, const struct block *repeated) {
  uint8_t bytes[15];
  size_t length = block_copy(&e->blocks, repeated, 0, bytes, sizeof bytes);
  unsigned size = discover_address_size(bytes, length, repeated->code);
  return e->cpu->general[1] << (64 - 8 * size);
}

void events_watched(struct engine *e, uint64_t linear, const struct block *repeated) {
  const struct engine_exception trap = events_take_met(e);
  clock_complete(e);
  fetch(e);
  bool between = repeated && has_repetitions_left(e, repeated);
  e->cpu->rip = offset_of(e, repeated && !between ? linear + repeated->size : linear);
  e->announced = NO_LINEAR;
  if (between) {
    e->count--;
    e->cpu->rflags |= RFLAGS_RF;
  }
  go_on_in_block(e, e->client.exception(e->client.context, &trap), NULL);
}

static bool uses_msrs(const struct rs_instruction *instruction) {
  return instruction->operation == RS_OP_SYSRET || instruction->operation == RS_OP_SYSEXIT ||
         instruction->operation == RS_OP_SWAPGS || instruction->operation == RS_OP_WRMSR ||
         instruction->operation == RS_OP_RDMSR;
}

static void begin_native(struct engine *e, const struct rs_instruction *instruction, uint64_t linear) {
  e->native = true;
  e->native_linear = linear;
  e->native_instruction = *instruction;
  if (uses_msrs(instruction)) context_put_msrs(&e->context, e->cpu);
  clock_refresh_limit(e);
  translate_flush(e);
}

void events_native_end(struct engine *e) {
  if (!e->native) return;
  e->native = false;
  translate_flush(e);
}

/* The client has gone back to a state of its own, or another translation belongs to the library's: the block
 * is left. */
static void leave_native_state(struct engine *e, uint64_t linear) {
  clock_settle(e, linear);
  e->changed |= ENGINE_SEGMENTS | ENGINE_TABLES | ENGINE_CONTROL;
  go_on_in_block(e, ENGINE_RESUME, NULL);
}

bool events_native_done(struct engine *e, uint64_t linear) {
  const struct piece *at = e->at;
  events_native_end(e);
  watch_forget(e);
  e->ahead = at && !at->stepped ? at->block->count - block_index(at->block, linear - at->address) : 0;
  clock_refresh_limit(e);
  fetch(e);
  if (context_take_rf(&e->context)) e->cpu->rflags |= RFLAGS_RF;
  context_fetch_system(&e->context, e->cpu);
  if (uses_msrs(&e->native_instruction)) context_fetch_msrs(&e->context, e->cpu);
  e->cpu->rip = offset_of(e, linear);
  bool same = !e->client.witnessed || e->client.witnessed(e->client.context);
  begin_momentary(e);
  e->ahead = 0;
  same &= context_tells_limited(&e->context, e->cpu);
  if (!same) leave_native_state(e, linear);
  return same;
}

static bool sets_shadow(const struct rs_instruction *instruction) {
  return instruction->operation == RS_OP_STI || instruction->operation == RS_OP_MOV_TO_SEGMENT ||
         instruction->operation == RS_OP_POP_SEGMENT || instruction->operation == RS_OP_LOAD_FAR_POINTER;
}

/* Of SYSCALL and SYSENTER all that the library does is to call a hook and to go on behind them. When it does,
 * moving RIP in its own state is enough, and costs a third less than leaving the block. Not where another
 * exception may come first or after: SYSENTER in real mode, TF. */
static bool is_called(const struct engine *e, const struct rs_instruction *instruction) {
  return (instruction->operation == RS_OP_SYSCALL || instruction->operation == RS_OP_SYSENTER) &&
         e->context.live && e->cpu->cr0 & CR0_PE && !context_traps(&e->context);
}

static void perform(struct engine *e, const struct rs_instruction *instruction, uint64_t address,
                    void (*go_on)(struct engine *, enum engine_next, const struct rs_instruction *)) {
  const struct piece *at = e->at;
  uint64_t counted = e->count, ahead = e->ahead, step = e->step_linear;
  clock_settle(e, address);
  fetch(e);
  uint8_t shadow = e->cpu->interrupt_shadow;
  enum engine_next next = e->client.instruction(e->client.context, instruction);
  if (next == ENGINE_NATIVE) {
    e->count = counted;
    e->ahead = ahead;
    e->step_linear = step;
    e->at = at;
    begin_native(e, instruction, address);
    return;
  }
  e->count++;
  if (shadow == e->cpu->interrupt_shadow && !sets_shadow(instruction))
    e->cpu->interrupt_shadow = RS_SHADOW_NONE;
  go_on(e, next, instruction);
}

static void tell_executed(struct engine *e, uint64_t address, uint32_t size) {
  uint8_t bytes[15];
  size_t length = block_copy(&e->blocks, e->at->block, address - e->at->address, bytes,
                             size < sizeof bytes ? size : sizeof bytes);
  e->client.executed(e->client.context, address, bytes, (unsigned)length);
}

/* How many of the counted instructions have not been executed before the one at `offset` of the block under
 * way. */
static uint64_t ahead_of(const struct piece *at, uint64_t offset) {
  return at->stepped ? 1 : at->block->count - block_index(at->block, offset);
}

/* False when the client's wishes need the block to be left. */
static bool announce(struct engine *e, uint64_t address, uint32_t size) {
  const struct block *block = e->at->block;
  uint64_t offset = address - e->at->address;
  size_t mark = e->at->marked ? marks_find(e, address, 1) : NO_MARK;
  if (!e->tracing && mark == NO_MARK) return true;
  if (e->repeating && (e->at->stepped || (block->repeats && offset == 0))) return true;
  uint64_t ahead = ahead_of(e->at, offset);
  if (e->announced == address && e->announced_at == e->count - ahead) return true; /* it was begun anew */
  e->announced = address;
  e->announced_at = e->count - ahead;
  e->ahead = ahead;
  fetch(e);
  if (e->tracing) tell_executed(e, address, size);
  if (mark != NO_MARK) e->client.marked(e->client.context, mark);
  if (e->flush_asked || e->count > e->deadline || e->changed) {
    clock_settle(e, address);
    return false;
  }
  if (!e->at->stepped) e->ahead = 0;
  return true;
}

/* Before the instruction at `address` of the block under way; true when a breakpoint has been told instead.
 */
static bool stop_at_breakpoint(struct engine *e, uint64_t address) {
  const struct piece *at = e->at;
  uint64_t offset = address - at->address;
  if (e->repeating && (at->stepped || offset == 0)) return false;
  uint64_t ahead = ahead_of(at, offset);
  uint8_t met = breakpoints_met(e, address, e->count - ahead);
  if (!met) return false;
  const struct engine_exception fault = { .vector = VECTOR_DB, .breakpoints = met };
  e->ahead = ahead;
  clock_settle(e, address);
  fetch(e);
  go_on_in_block(e, e->client.exception(e->client.context, &fault), NULL);
  return true;
}

/* Tells when an access of the plain instruction at `address` is not aligned. */
static void stop_misaligned(struct engine *e, uint64_t address) {
  const struct piece *at = e->at;
  uint64_t offset = address - at->address;
  struct engine_exception fault;
  e->ahead = ahead_of(at, offset);
  fetch(e);
  if (!alignment_refuses(e, offset, &fault)) {
    if (!at->stepped) e->ahead = 0;
    return;
  }
  clock_settle(e, address);
  e->announced = NO_LINEAR;
  go_on_in_block(e, e->client.exception(e->client.context, &fault), NULL);
}

/* The instruction at `address` of the block under way, or an access of it, is refused by its segment. */
static void stop_at_limit(struct engine *e, uint64_t address, const struct engine_exception *fault) {
  bool fetching = fault->kind == ACCESS_FETCH;
  uint64_t branch = fetching ? limits_branch(e, address) : NO_LINEAR;
  e->ahead = ahead_of(e->at, address - e->at->address);
  clock_settle(e, address);
  fetch(e);
  if (branch != NO_LINEAR) fault_undo_branch(e, branch);
  e->announced = NO_LINEAR;
  go_on_in_block(e, e->client.exception(e->client.context, fault), NULL);
}

void events_on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
  struct engine *e = ((const struct piece *)user)->engine;
  (void)uc;
  if (!e->at) return;
  if (e->native && !events_native_done(e, address)) return;
  if (e->at->stepped && !clock_step(e, address)) return;
  if (e->executable && stop_at_breakpoint(e, address)) return;
  struct engine_exception fault;
  if (e->at->checked && limits_refuse_fetch(e, address, &fault)) {
    stop_at_limit(e, address, &fault);
    return;
  }
  if ((e->tracing || e->at->marked) && !announce(e, address, size)) {
    go_on_in_block(e, ENGINE_RESUME, NULL);
    return;
  }
  const struct site *site = block_site(e->at->block, address - e->at->address);
  if (!site) {
    if (e->at->checked && limits_refuse(e, address, &fault))
      stop_at_limit(e, address, &fault);
    else if (e->at->aligned)
      stop_misaligned(e, address);
    return;
  }
  if (is_called(e, &site->instruction)) {
    e->called = &site->instruction;
    e->called_at = address;
    return;
  }
  perform(e, &site->instruction, address, go_on_in_block);
}

void events_on_call(uc_engine *uc, void *user) {
  struct engine *e = user;
  const struct rs_instruction *instruction = e->called;
  (void)uc;
  e->called = NULL;
  if (instruction) perform(e, instruction, e->called_at, go_on_behind);
}

/* A trap comes after its instruction, unless it is one repetition of several. */
static void settle_trap(struct engine *e, uint64_t linear) {
  bool between = e->at && e->at->block->repeats && linear == e->at->address;
  if (between) {
    clock_settle(e, linear);
  } else {
    clock_complete(e);
  }
  events_end_momentary(e);
  if (between) e->cpu->rflags |= RFLAGS_RF;
}

/* INT n comes with RIP after it; it ends its block. */
static void rewind_software(struct engine *e) {
  if (!e->at || e->at->block->count == 0) return;
  const struct block *block = e->at->block;
  e->cpu->rip = offset_of(e, e->at->address + block->offset[block->count - 1]);
}

static bool has_error_code(uint32_t vector) {
  return vector == VECTOR_DF || (vector >= VECTOR_TS && vector <= VECTOR_PF) || vector == VECTOR_AC ||
         vector == VECTOR_CP;
}

void events_on_interrupt(uc_engine *uc, uint32_t vector, void *user) {
  struct engine *e = user;
  (void)uc;
  if (e->stopping) return;
  struct context_exception raised = context_take_exception(&e->context, e->cpu);
  struct engine_exception exception = { .vector = (uint8_t)vector, .software = raised.software };
  if (raised.software) {
    exception.next_rip = e->cpu->rip;
    rewind_software(e);
  } else if (has_error_code(vector)) {
    exception.has_error_code = true;
    exception.error_code = raised.error_code;
  }
  e->announced = NO_LINEAR;
  exception.single_step = vector == VECTOR_DB && !raised.software;
  if (exception.single_step) exception.watched = e->met;
  watch_forget(e);
  if (e->native) {
    clock_settle(e, e->native_linear); /* whatever it has made of CS and RIP */
    events_native_end(e);
  } else if (exception.single_step) {
    settle_trap(e, linear_of(e, e->cpu->rip));
  } else {
    clock_settle(e, linear_of(e, e->cpu->rip));
    events_end_momentary(e);
  }
  go_on_in_hook(e, e->client.exception(e->client.context, &exception));
}

/* True: #UD comes as vector 6 to events_on_interrupt as well. */
bool events_on_invalid(uc_engine *uc, void *user) {
  (void)uc, (void)user;
  return true;
}
