/* A privilege transition as a value: its cause, its micro-steps in order, the state after, and the outcome.
 */
#ifndef RINGSIDE_TRANSITION_H
#define RINGSIDE_TRANSITION_H

#include "ringside/checks.h"
#include "ringside/cpu.h"
#include "ringside/instruction.h"

/* What happened. The first group changes control flow through the architecture's gates and is numbered in
 * traces; the second keeps the ring ("operations"). X(NAME, text, is_transition). */
#define RS_MECHANISMS(X)                                                                                     \
  X(INTERRUPT, "interrupt", true) /* software interrupt, exception, external interrupt or NMI delivery */    \
  X(IRET, "iret", true)                                                                                      \
  X(SYSCALL, "syscall", true)                                                                                \
  X(SYSRET, "sysret", true)                                                                                  \
  X(SYSENTER, "sysenter", true)                                                                              \
  X(SYSEXIT, "sysexit", true)                                                                                \
  X(FAR_TRANSFER, "far transfer", true)                                                                      \
  X(TASK_SWITCH, "task switch", true)                                                                        \
  X(SHUTDOWN, "shutdown", true)                                                                              \
  X(OPERATION, "operation", false) /* any other sensitive instruction; `cause.instruction` says which */

enum rs_mechanism {
#define X(name, text, is_transition) RS_MECHANISM_##name,
  RS_MECHANISMS(X)
#undef X
};

const char *rs_mechanism_name(enum rs_mechanism mechanism);

/* Where an interrupt comes from: decides the DPL check, the EXT bit and what return address is pushed. */
enum rs_interrupt_source {
  RS_SOURCE_SOFTWARE,            /* INT n, INT3, INTO: the gate's DPL is checked, EXT = 0 */
  RS_SOURCE_PRIVILEGED_SOFTWARE, /* INT1 (ICEBP): no DPL check, EXT = 1 */
  RS_SOURCE_EXCEPTION,           /* raised by the processor: EXT = 1 */
  RS_SOURCE_EXTERNAL,
  RS_SOURCE_NMI,
};

/* What raised an external interrupt or an NMI. */
enum rs_origin_kind {
  RS_ORIGIN_NONE,
  RS_ORIGIN_PIC,          /* `line` is the IRQ, 0 to 15 */
  RS_ORIGIN_PIC_SPURIOUS, /* the same: 7 or 15 */
  RS_ORIGIN_IPI,          /* sent by the local APIC to itself */
  RS_ORIGIN_APIC_TIMER,
  RS_ORIGIN_APIC_PIN, /* `line` is 0 or 1: LINT0, LINT1 */
  RS_ORIGIN_APIC_ERROR,
};

struct rs_interrupt_origin {
  uint8_t kind; /* enum rs_origin_kind */
  uint8_t line;
};

struct rs_interrupt_request {
  uint8_t vector;
  struct rs_interrupt_origin origin; /* of RS_SOURCE_EXTERNAL and RS_SOURCE_NMI */
  enum rs_interrupt_source source;
  bool has_error_code;
  uint32_t error_code;
  bool has_cr2; /* a page fault: delivery writes CR2 first */
  uint64_t cr2;
  uint32_t dr6;        /* of #DB: the bits that delivery sets in DR6 */
  uint64_t return_rip; /* pushed: of the instruction (fault) or after it (trap, software, external) */
};

struct rs_cause {
  enum rs_mechanism mechanism;
  bool has_instruction;
  struct rs_instruction instruction;     /* when has_instruction */
  struct rs_interrupt_request interrupt; /* when mechanism is INTERRUPT or SHUTDOWN */
};

enum rs_step_kind { RS_STEP_CHECK, RS_STEP_READ, RS_STEP_WRITE };

enum { RS_NO_WALK = 0xffff };

/* One micro-step; 64 bytes. */
struct rs_step {
  uint8_t kind;  /* enum rs_step_kind */
  bool passed;   /* of a check */
  uint8_t size;  /* of a read or write, in bytes */
  uint8_t level; /* of a page-table entry: 5 = PML5E .. 1 = PTE; else 0 */
  uint16_t id;   /* enum rs_check, or enum rs_item of a read or write */
  uint16_t reg;  /* enum rs_register, RS_NO_REGISTER for memory */
  /* Index of the first step of the page walk that translated `linear`, or RS_NO_WALK. Of the first entry of a
   * walk: its own index; or, when entries above it were told already, the first step of the walk that told
   * them. */
  uint16_t walk;
  union {
    uint64_t operand[4]; /* of a check, in the order its text names them: {a} {b} {c} {d} */
    struct {
      uint64_t linear;      /* of a page-table entry: equal to physical */
      uint64_t physical;    /* of the first byte; the rest follows in the linear address space */
      union rs_value value; /* of a page-table entry: word[1] is the mask of its reserved bits */
    } read;
    struct {
      uint64_t linear, physical; /* never crosses a page: a write that would is two steps */
      union rs_value old, new;
    } write;
  };
};

enum rs_outcome {
  RS_COMPLETED, /* `after` is the new state */
  RS_FAULTED,   /* `fault` is to be delivered; only accessed and dirty bits of page tables were written, and
                 * `after` is `before`, but that an IRET has ended the blocking of NMIs */
  /* A task switch passed the point of no return: every write counts, `after` is the state of the new task,
   * and `fault` is to be delivered from there [SDM3 "Task Switching"]. */
  RS_TASK_FAULTED,
  RS_SHUTDOWN, /* the processor stops; `after` is the state it stopped in */
};

/* Whether a fault is to be delivered, from `after` in either case. */
static inline bool rs_outcome_has_fault(enum rs_outcome outcome) {
  return outcome == RS_FAULTED || outcome == RS_TASK_FAULTED;
}

struct rs_fault {
  uint8_t vector;
  bool has_error_code;
  uint32_t error_code;
  bool has_cr2;
  uint64_t cr2;
  uint32_t dr6;   /* of #DB: the bits that its delivery sets in DR6 */
  uint16_t check; /* index of the step, a failed check, that decided it */
};

/* The longest transition, a task switch over six segments with every page walked on its own, stays below
 * this. */
enum { RS_STEP_LIMIT = 768 };

/* Caller-owned, reusable; about 50 KiB. The state after step n is `before` folded over writes 0..n
 * (rs_step_apply). */
struct rs_transition {
  struct rs_cause cause;
  enum rs_outcome outcome;
  struct rs_fault fault; /* when outcome is RS_FAULTED or RS_TASK_FAULTED */
  /* A port access that a completed IN, OUT, INS or OUTS asks the machine for. */
  struct rs_port_access {
    bool wanted;
    bool input;
    uint8_t size; /* 1, 2 or 4 */
    uint16_t port;
    uint32_t value; /* of an output */
  } port;
  uint16_t step_count;
  uint16_t memory_writes; /* how many of the steps are writes of memory */
  uint64_t written;       /* the registers that steps write: a set of 1 << enum rs_register */
  struct rs_cpu before;
  struct rs_cpu after;
  struct rs_step step[RS_STEP_LIMIT];
};

/* Applies a register write to `cpu`; any other step leaves it as it is. */
void rs_step_apply(struct rs_cpu *cpu, const struct rs_step *step);

/* The registers after step `n` (0-based, inclusive) of `transition`. */
void rs_transition_state_after(const struct rs_transition *transition, unsigned n, struct rs_cpu *cpu);

#endif
