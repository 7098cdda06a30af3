/* What each check looks at, and the usual mistakes that make it fail. */
#ifndef EXPLAIN_CAUSES_H
#define EXPLAIN_CAUSES_H

#include <stdint.h>

#include "ringside/checks.h"

/* X(NAME): the places that a check's operands come from; a set is a uint64_t of SUSPECT_ bits. */
#define SUSPECTS(X)                                                                                          \
  X(GATE)       /* the IDT entry */                                                                          \
  X(DESCRIPTOR) /* the entry of the GDT or LDT read last */                                                  \
  X(UPPER)      /* its upper half */                                                                         \
  X(SELECTOR)   /* where the selector that is the first operand was found */                                 \
  X(POPPED_IP)                                                                                               \
  X(POPPED_CS)                                                                                               \
  X(POPPED_SS)                                                                                               \
  X(POPPED_FLAGS)                                                                                            \
  X(STACK_POINTER) /* of the TSS, else the register */                                                       \
  X(STACK_SEGMENT) /* the same */                                                                            \
  X(ENTRY)         /* the page-table entry that refused */                                                   \
  X(ADDRESS)       /* where the address of the access came from */                                           \
  X(TARGET)        /* where a jump's target came from: the far pointer or the call gate */                   \
  X(OPERAND)       /* the value that the instruction writes: its general registers, or memory */             \
  X(SEGMENT)       /* the segment register whose index is the first operand */                               \
  X(TASK_FIELD)    /* the word read last from the new task's TSS */                                          \
  X(IO_MAP)        /* the I/O map base, and the permission bits */                                           \
  X(RCX)                                                                                                     \
  X(RDX)                                                                                                     \
  X(CS)                                                                                                      \
  X(SS) X(TR) X(LDTR) X(GDTR) X(IDTR) X(RFLAGS) X(CPL) X(CR0) X(CR4) X(EFER) X(FMASK) X(DR7) X(SYSENTER_CS)

enum suspect_index {
#define X(name) SUSPECT_INDEX_##name,
  SUSPECTS(X)
#undef X
      SUSPECT_COUNT
};

#define SUSPECT(name) (UINT64_C(1) << SUSPECT_INDEX_##name)

enum { MISTAKES = 2 };

struct check_causes {
  uint64_t suspects;
  const char *mistake[MISTAKES]; /* the second one may be NULL */
};

/* The bits of such a register that the check is about; 0: all. */
uint64_t check_bits(enum rs_check check, enum suspect_index suspect);

/* The bytes of a gate, a descriptor or a page-table entry that the check is about; `*size` 0: all. */
void check_focus(enum rs_check check, enum rs_item item, uint8_t *first, uint8_t *size);

/* One of the mistakes: a frame that is popped from another place than it was pushed to. */
extern const char mistake_of_frame[];

const struct check_causes *check_causes(enum rs_check check);

#endif
