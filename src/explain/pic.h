/* Who programmed the interrupt controllers: the last writes that gave an IRQ its vector and let it through.
 */
#ifndef EXPLAIN_PIC_H
#define EXPLAIN_PIC_H

#include "explain/explanation.h"
#include "explain/tape.h"
#include "trace/disasm.h"

/* An OUT to a PIC, as it was told. */
struct pic_write {
  bool found;
  uint64_t ordinal, address;
  struct rs_cpu before;
  uint8_t length, bytes[15];
};

/* One of the two PICs [8259A data sheet, "Initialization Command Words"]. */
struct pic_chip {
  unsigned expects; /* which word of the initialization comes next, 2 to 4; 0: none */
  uint8_t first;    /* ICW1 */
  struct pic_write vector, mask;
};

struct pic_story {
  struct pic_chip chip[2];
  uint8_t line; /* the IRQ that is asked for, 0 to 15 */
};

/* Reads the log up to the event that is explained. */
enum rs_status pic_read(struct tape *tape, const struct explanation *e, struct pic_story *story,
                        struct rs_error *error);

/* Adds the two writes to the culprits, and the registers that their values came from. */
void pic_add(const struct pic_story *story, struct explanation *e, struct disasm *disasm);

#endif
