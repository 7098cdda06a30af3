/* Mistakes by what happened, and otherwise by the check that failed. */
#include "explain/mistakes.h"

#include "arch/bits.h"
#include "explain/causes.h"
#include "explain/shift.h"
#include "explain/suspects.h"

typedef const char *const mistakes[MISTAKE_LIMIT];

static mistakes of_shift = {
  "exceptions 8, 10 to 14, 17 and 21 push an error code (29 and 30, too, where a processor has them); the "
  "others, interrupts and INT n do not: only the "
  "handlers of "
  "the former skip a word (ADD RSP, 8, or ADD ESP, 4) before IRET",
  "the pushes and pops of a handler do not match, or it takes the stack pointer from elsewhere",
};

static mistakes of_efault = {
  "the program passed a pointer to memory that it does not have: null, freed, never mapped, or the kernel's "
  "own",
  "the length that it passed reaches beyond the buffer",
};

static mistakes of_stray_vector = {
  "a PC's firmware leaves the interrupt controllers with IRQ 0 to 7 at vectors 8 to 15, which are exceptions "
  "in protected "
  "mode: give them others (0x20 and 0x28) by ICW1 to ICW4 before a line is unmasked",
  NULL,
};

static mistakes of_program_page = {
  "the program used an address where it has no memory, or not that right: a null pointer, one that was freed "
  "or "
  "overwritten, a stack that ran over, a constant or code that it wrote to",
  "the kernel was to give it that page when it is touched first, and its page-fault handler did not",
};

static mistakes of_large_page = {
  "PS is set in the page directory's entry, but CR4.PSE is 0: the processor takes it for that of a page "
  "table, "
  "and what lies at its frame for the table",
  NULL,
};

static mistakes of_vector[] = {
  [VECTOR_DE] = { "the divisor is 0, or the quotient does not fit its register: RDX (EDX, DX, AH) was not "
                  "cleared, or "
                  "not sign-extended, before DIV or IDIV",
                  NULL },
  [VECTOR_DB] = { "RFLAGS.TF is set, or a breakpoint of DR0 to DR3 was reached", NULL },
  [VECTOR_BP] = { "INT3 was executed: a breakpoint of a debugger's, or the filling between functions", NULL },
  [VECTOR_OF] = { "INTO was executed with RFLAGS.OF set", NULL },
  [VECTOR_BR] = { "BOUND found the index outside its bounds", NULL },
  [VECTOR_UD] = { "the processor does not know the instruction, or not in this mode: execution has left the "
                  "code, or "
                  "it needs what CR4 does not say (OSFXSR, for SSE)",
                  NULL },
  [VECTOR_NM] = { "CR0.TS or CR0.EM is set: the x87 or SSE state is to be switched, or is not to be used",
                  NULL },
  [VECTOR_MF] = { "an x87 exception that is not masked was pending", NULL },
  [VECTOR_AC] = { "the address is no multiple of the size, in ring 3 with CR0.AM and RFLAGS.AC", NULL },
  [VECTOR_XM] = { "an SSE exception that MXCSR does not mask", NULL },
};

const char *mistakes_exception(uint8_t vector) {
  return vector < sizeof of_vector / sizeof *of_vector ? of_vector[vector][0] : NULL;
}

static bool is_of_page(enum rs_check check) {
  return check == RS_CHECK_PAGE_ENTRY_PRESENT || check == RS_CHECK_PAGE_USER ||
         check == RS_CHECK_PAGE_WRITABLE || check == RS_CHECK_PAGE_EXECUTABLE;
}

static const char *const *mistakes_find(const struct explanation *e) {
  static mistakes none = { NULL, NULL };
  uint8_t vector = e->cause.interrupt.vector;
  if (e->shift.found) return of_shift;
  if (e->verdict == VERDICT_EFAULT) return of_efault;
  if (e->verdict == VERDICT_STRAY_VECTOR) return of_stray_vector;
  if (e->verdict == VERDICT_COMPLETED) return none;
  if (e->failure_count == 0) return mistakes_exception(vector) ? of_vector[vector] : none;
  enum rs_check check = (enum rs_check)failure_check(e, e->main)->id;
  if (is_of_page(check) && large_page_missed(e->failure[e->main].transition)) return of_large_page;
  bool access = !e->failure[e->main].transition->cause.has_instruction;
  if (e->verdict == VERDICT_KILLED && access && is_of_page(check)) return of_program_page;
  return check_causes(check)->mistake;
}

/* Whether what was popped is what a delivery had pushed as the same. */
static bool frame_is_in_place(const struct explanation *e) {
  for (unsigned i = 0; i < e->culprit_count; i++) {
    const struct culprit *culprit = &e->culprit[i];
    if (culprit->failure != e->main || culprit->depth || culprit->known != ORIGIN_WRITER) continue;
    if (frame_is_kept(culprit->read.id, culprit->writer.item)) return true;
  }
  return false;
}

unsigned mistakes_list(const struct explanation *e, const char *list[MISTAKE_LIMIT]) {
  const char *const *found = mistakes_find(e);
  bool in_place = frame_is_in_place(e);
  unsigned count = 0;
  for (unsigned i = 0; i < MISTAKE_LIMIT && found[i]; i++)
    if (found[i] != mistake_of_frame || !in_place) list[count++] = found[i];
  return count;
}
