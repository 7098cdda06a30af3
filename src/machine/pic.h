/* The pair of 8259A interrupt controllers of a PC: which request is to interrupt, and by which vector. */
#ifndef MACHINE_PIC_H
#define MACHINE_PIC_H

#include "machine/bus.h"
#include "machine/timeline.h"
#include "machine/wire.h"

enum { PIC_MASTER_PORT = 0x20, PIC_SLAVE_PORT = 0xa0, PIC_CASCADE = 2 };

struct pic_chip {
  struct pic *pic;
  uint8_t request, service, mask; /* IRR, ISR, IMR */
  uint8_t line;                   /* the inputs that are high */
  uint8_t vector_base;            /* of input 0: ICW2, whose low three bits are not kept */
  uint8_t lowest;                 /* the input of the lowest priority */
  uint8_t expected;               /* which ICW the data port takes next: 2 to 4; 0: OCW1 */
  bool level_triggered, single, icw4_follows, auto_eoi, rotate_on_auto_eoi;
  bool special_mask, special_fully_nested;
  bool reads_service, polled; /* what the next read of the command port gives */
  bool withdrawn;             /* the request that raised the output ended before it was acknowledged */
};

struct pic {
  struct timeline *timeline;
  struct pic_chip chip[2]; /* master, slave */
  struct wire output;
};

/* What an acknowledgement gives. A request that was withdrawn is answered by input 7 of its chip. */
struct pic_answer {
  uint8_t vector;
  uint8_t irq; /* 0 to 15 */
  bool spurious;
};

/* Puts the two at their ports, initialised as firmware leaves them (vectors 0x08 and 0x70), all inputs
 * masked.
 *
 * As the data sheet has it, but: the wiring is a PC's whatever ICW3 says (it is taken and not looked at); the
 * 8080's interrupt sequence and buffered mode do not exist (ICW4 bits 0, 2, 3); there is no ELCR. */
void pic_attach(struct pic *pic, struct bus *bus, struct timeline *timeline, const struct wire *output);

/* The wire that leads to input `irq`, 0 to 15. */
struct wire pic_input(struct pic *pic, unsigned irq);

/* INTR: something is to be acknowledged. */
bool pic_output(const struct pic *pic);

/* INTA. */
struct pic_answer pic_acknowledge(struct pic *pic);

/* True while a further edge on `irq` would change nothing. */
bool pic_has_latched(const struct pic *pic, unsigned irq);

#endif
