/* Follows the OUTs to the two PICs. */
#include "explain/pic.h"

#include <string.h>

#include "explain/suspects.h"
#include "trace/fields.h"

enum { MASTER = 0x20, SLAVE = 0xa0, ICW1 = 0x10, ICW1_SINGLE = 0x02, ICW1_NEEDS_ICW4 = 0x01 };

static void write_keep(struct pic_write *write, const struct rs_transition *transition, uint64_t ordinal) {
  const struct rs_instruction *instruction = &transition->cause.instruction;
  *write = (struct pic_write){ .found = true,
                               .ordinal = ordinal,
                               .address = cpu_code_address(&transition->before),
                               .before = transition->before,
                               .length = instruction->length };
  memcpy(write->bytes, instruction->bytes, sizeof write->bytes);
}

/* The word of the initialization after this one. */
static unsigned word_after(const struct pic_chip *chip, unsigned word) {
  bool last = chip->first & ICW1_NEEDS_ICW4;
  if (word == 2 && !(chip->first & ICW1_SINGLE)) return 3;
  return word < 4 && last ? 4 : 0;
}

/* The odd port: a word of the initialization, or the mask. */
static void data_follow(struct pic_chip *chip, uint8_t bit, const struct rs_transition *transition,
                        uint64_t ordinal) {
  if (chip->expects == 2) write_keep(&chip->vector, transition, ordinal);
  if (chip->expects)
    chip->expects = word_after(chip, chip->expects);
  else if (!(transition->port.value & bit))
    write_keep(&chip->mask, transition, ordinal);
}

static void pic_follow(struct pic_story *story, const struct rs_transition *transition, uint64_t ordinal) {
  const struct rs_port_access *port = &transition->port;
  unsigned index = port->port >= SLAVE;
  struct pic_chip *chip = &story->chip[index];
  if (!port->wanted || port->input || transition->outcome != RS_COMPLETED) return;
  if ((port->port & ~1) != (index ? SLAVE : MASTER)) return;
  if (port->port & 1) {
    data_follow(chip, (uint8_t)(1U << story->line % 8), transition, ordinal);
  } else if (port->value & ICW1) {
    chip->first = (uint8_t)port->value;
    chip->expects = 2;
  }
}

enum rs_status pic_read(struct tape *tape, const struct explanation *e, struct pic_story *story,
                        struct rs_error *error) {
  struct log_event event;
  *story = (struct pic_story){ .line = e->line % 16 };
  enum rs_status status = tape_go(tape, 0, error);
  while (status == RS_OK) {
    status = tape_next(tape, &event, error);
    if (status != RS_OK || event.kind == 0 || tape->ordinal >= e->ordinal) break;
    if (event.kind == LOG_TRANSITION) pic_follow(story, event.transition->transition, tape->ordinal);
  }
  return status;
}

static void write_add(const struct pic_write *write, const char *what, struct explanation *e,
                      struct disasm *disasm) {
  if (!write->found) return;
  const struct culprit value = culprit_of_register(&write->before, RS_RAX, write->ordinal);
  struct culprit instruction = culprit_of_instruction(disasm, &write->before, write->address, write->bytes,
                                                      write->length, write->ordinal);
  size_t used = strlen(instruction.text);
  snprintf(instruction.text + used, sizeof instruction.text - used, "%s", what);
  culprit_add(e, &instruction);
  culprit_add(e, &value);
}

void pic_add(const struct pic_story *story, struct explanation *e, struct disasm *disasm) {
  const struct pic_chip *chip = &story->chip[story->line >= 8];
  write_add(&chip->vector, ", which gave the controller its vectors (ICW2)", e, disasm);
  write_add(&chip->mask, ", which let the IRQ through", e, disasm);
}
