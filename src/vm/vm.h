/* The machine whole: engine, hardware, architecture and trace wired together. Internal to src/vm. */
#ifndef VM_VM_H
#define VM_VM_H

#include <signal.h>

#include "arch/perform.h"
#include "engine/engine.h"
#include "machine/machine.h"
#include "ringside/machine.h"
#include "trace/disasm.h"
#include "trace/tracer.h"

struct rs_machine {
  struct rs_machine_config config;
  struct machine *hardware;
  struct engine *engine;
  struct rs_cpu cpu; /* shared with the engine; current as engine.h says */
  struct tracer tracer;
  /* A transition, and the one that delivers its fault: they take turns. */
  struct rs_transition transition[2];
  /* TSC = instructions executed + this, modulo 2^64; WRMSR moves it. */
  uint64_t tsc_offset;
  /* Interrupts: vm/interrupts.c. Devices' time = instructions executed + `skipped` by HLT. */
  uint64_t skipped;
  uint64_t until;    /* the count at which engine_run is to return */
  uint64_t taken_at; /* the count when an external interrupt was delivered last */
  bool attention;    /* something is pending, or may be: to be looked at after each transition */
  /* `--trace=instructions`: the instruction that was announced and has not been told yet. */
  struct vm_pending {
    bool valid;
    struct rs_cpu before;
    struct rs_instruction_event event;
    unsigned certain; /* of its writes; the others are told when they changed something */
  } pending;
  /* The macro-steps to be told, by address and then by number, and the addresses alone for the engine. */
  struct rs_macro_step *macro;
  uint64_t *macro_linear;
  size_t macro_count;
  /* The guest's processes: tasks.c. */
  bool tells_tasks;
  uint64_t task_linear;  /* where the guest names the one that runs */
  struct rs_task task;   /* as of the last MOV to CR3 */
  struct disasm *disasm; /* finds what an instruction writes */
  volatile sig_atomic_t stop_requested;
  struct witness *witness; /* NULL unless the run is witnessed */
  bool ended;
  struct rs_end_event end;
};

/* Ends the run after the current callback. */
void vm_end(struct rs_machine *vm, enum rs_end_reason reason, int status);

/* commit.c: makes a transition real. The only place where CPL changes, and where transitions write memory. */
void vm_commit(struct rs_machine *vm, const struct rs_transition *transition);

/* breakpoints.c: has the engine stop where the debug registers say. */
void vm_breakpoints_set(struct rs_machine *vm);

/* perform.c: the engine's events. */
enum engine_next vm_instruction(void *context, const struct rs_instruction *instruction);
enum engine_next vm_exception(void *context, const struct engine_exception *exception);

enum engine_next vm_deliver(struct rs_machine *vm, const struct rs_interrupt_request *request);

/* True when a #DB trap for what has been performed comes before the next instruction. */
bool vm_traps(const struct rs_machine *vm);

/* Commits and tells one transition, whatever its outcome. */
void vm_settle(struct rs_machine *vm, struct rs_transition *transition);
void vm_settle_at(struct rs_machine *vm, struct rs_transition *transition, uint64_t instructions);

/* interrupts.c: external interrupts, NMI, and time. */

/* The devices' present time; they are told of it before they are accessed. */
uint64_t vm_now(const struct rs_machine *vm);

/* After an access to a device: whether interrupts need attention. */
void vm_hardware_accessed(struct rs_machine *vm);

/* Sets the engine's deadline by what is pending and what comes next. */
void vm_attend(struct rs_machine *vm);

/* Between two instructions, at the deadline: delivers what is to be taken, or sets the next deadline. */
enum engine_next vm_interrupt(struct rs_machine *vm);

/* After HLT: lets time pass until something ends it. False when nothing ever will. */
bool vm_wait(struct rs_machine *vm);

/* witness.c: what the engine executes itself, to be compared with what was predicted. */

/* Whether the engine should execute what `prediction` tells; vm_witnessed or vm_exception follows. */
bool witness_begin(struct rs_machine *vm, const struct rs_transition *prediction);
bool vm_witnessed(void *context);

/* An exception came instead. True when it is the engine's refusal of what was predicted to complete, and so
 * not the guest's; otherwise the transition completed and the exception is the first thing after it. */
bool witness_faulted(struct rs_machine *vm, const struct engine_exception *exception);

/* The state that an access of the engine belongs to, and where a data access leads while an instruction is
 * witnessed; false when the page tables have to say. */
const struct rs_cpu *witness_state(const struct rs_machine *vm, enum access_kind kind);
bool witness_translate(struct rs_machine *vm, uint64_t linear_page, enum access_kind kind,
                       struct engine_translation *out);

/* instructions.c: the per-instruction trace. */
void vm_executed(void *context, uint64_t linear, const uint8_t *bytes, unsigned length);
void vm_pending_tell(struct rs_machine *vm);
void vm_pending_refuse(struct rs_machine *vm); /* it faulted: it wrote nothing */

/* tasks.c: after a transition was committed, whether it brought another task, which is then known. */
bool vm_switches_task(struct rs_machine *vm, const struct rs_transition *transition);

/* macro.c: the guest's own macro-steps. */
void vm_marked(void *context, size_t mark);

/* translate.c: the guest's own accesses. */
bool vm_translate(void *context, uint64_t linear_page, enum access_kind kind, bool rflags_ac,
                  struct engine_translation *out);

/* view.c: looking without touching. */
size_t vm_peek(struct rs_machine *vm, const struct rs_cpu *cpu, uint64_t linear, void *bytes, size_t size);
bool vm_physical(struct rs_machine *vm, const struct rs_cpu *cpu, uint64_t linear, uint64_t *physical);
void vm_stack_window(struct rs_machine *vm, const struct rs_cpu *cpu, struct rs_stack_window *window);

#endif
