/* IN, OUT, INS and OUTS: IOPL, and the I/O permission bitmap with its limits. The ports are 0xe0 to 0xe8,
 * where a PC has nothing. */
#include "bits.h"
#include "groups.h"
#include "trial.h"

#define PORT 0xe0
#define AX (1 << REG_AX)

/* The port in DX; memory at ES:DI and DS:SI. */
static const struct instruction instructions[] = {
  { INSTRUCTION("out8", "\xee"), 0, 0 },
  { INSTRUCTION("out", "\xef"), 0, 0 },
  { INSTRUCTION("out-other", "\x66\xef"), 0, 0 },
  { INSTRUCTION("in8", "\xec"), AX, 0 },
  { INSTRUCTION("in", "\xed"), AX, 0 },
  { INSTRUCTION("in-other", "\x66\xed"), AX, 0 },
  { INSTRUCTION("outs8", "\x6e"), 0, 0 },
  { INSTRUCTION("outs", "\x6f"), 0, 0 },
  { INSTRUCTION("ins8", "\x6c"), 0, 0 },
  { INSTRUCTION("ins", "\x6d"), 0, 0 },
  { INSTRUCTION("rep-outs8", "\xf3\x6e"), 0, 0 },
  { INSTRUCTION("rep-ins8", "\xf3\x6c"), 0, 0 },
  { INSTRUCTION("out8-immediate", "\xe6\xe1"), 0, 0 },
  { INSTRUCTION("in8-immediate", "\xe4\xe1"), AX, 0 },
};

static void make(const struct instruction *instruction, unsigned ring, unsigned iopl, unsigned port,
                 bool other) {
  struct attempt attempt = trial_start(ring, trial_place(instruction));
  if (other) attempt.cs = tables_other_code(ring);
  attempt.flags |= iopl << 12;
  attempt.ignored = instruction->ignored;
  attempt.reg[REG_DX] = port;
  attempt.reg[REG_CX] = 2;
  attempt.reg[REG_DI] = attempt.reg[REG_SI] = STAGE_OPERAND;
  trial_run(&attempt, sizeof(uintptr_t));
}

/* Without a bitmap IOPL decides; a bitmap that denies all, and one that permits all. */
static void levels(void) {
  for (unsigned i = 0; i < COUNT(instructions) * 4 * 4 * 3 * 2; i++) {
    unsigned index = i, ring = pick(&index, 4), iopl = pick(&index, 4), map = pick(&index, 3);
    unsigned other = pick(&index, 2);
    static const char *const maps[] = { "none", "denies", "permits" };
    if (!trial_open("port.level")) continue;
    output_add(" %s ring=%u iopl=%u other-size=%u map=%s", instructions[index].name, ring, iopl, other,
               maps[map]);
    for (unsigned port = PORT; map == 1 && port < PORT + 16; port++)
      tables_deny_port(port);
    if (map > 0) tables_set_io_bitmap(TSS_BITMAP);
    make(&instructions[index], ring, iopl, PORT, other);
  }
}

/* One port denied: every width at every place around it. */
static void bits(void) {
  for (unsigned i = 0; i < COUNT(instructions) * 10 * 5; i++) {
    unsigned index = i, denied = PORT + pick(&index, 10), port = PORT + pick(&index, 5);
    if (!trial_open("port.bit")) continue;
    output_add(" %s port=%x denied=%x", instructions[index].name, port, denied);
    tables_deny_port(denied);
    tables_set_io_bitmap(TSS_BITMAP);
    make(&instructions[index], 3, 0, port, false);
  }
}

/* The map's place against the limit of the TSS: two bytes are looked at. */
static void limits(void) {
  static const unsigned bases[] = { TSS_BITMAP, TSS_BITMAP - 1, 0x40, 0, 0xdfff, 0xe000, 0xffff };
  static const uint8_t before[] = { 3, 2, 1, 0 };
  for (unsigned i = 0; i < COUNT(instructions) * COUNT(bases) * COUNT(before) * 2; i++) {
    unsigned index = i, base = bases[pick(&index, COUNT(bases))], less = before[pick(&index, COUNT(before))];
    unsigned port = PORT + pick(&index, 2) * 5, limit = base + port / 8 + 2 - less;
    if (limit > 0xffff || limit < TSS_BITMAP - 1) limit = TSS_SIZE - 1;
    if (!trial_open("port.limit")) continue;
    output_add(" %s port=%x base=%x limit=%x less=%u", instructions[index].name, port, base, limit, less);
    tables_set_io_bitmap(base);
    tables_set_tss_limit(limit);
    make(&instructions[index], 3, 0, port, false);
  }
}

void group_ports(void) {
  levels();
  bits();
  limits();
}
