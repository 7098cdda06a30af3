/* The pair of 8259A interrupt controllers of a PC: which request is to interrupt, and by which vector. */
#include "machine/pic.h"

/* The command words of the 8259A data sheet; A0 is the lowest bit of the port.
 *
 *   A0=0  ICW1  . . . 1 LTIM . SNGL IC4        A0=1  ICW2  base of the vectors, in steps of 8
 *   A0=0  OCW2  R SL EOI 0 0 level             A0=1  ICW3  cascade
 *   A0=0  OCW3  . ESMM SMM 0 1 P RR RIS        A0=1  ICW4  . . . SFNM . . AEOI uPM
 *                                              A0=1  OCW1  mask
 */
enum {
  COMMAND_ICW1 = 0x10,
  ICW1_ICW4_FOLLOWS = 0x01,
  ICW1_SINGLE = 0x02,
  ICW1_LEVEL = 0x08,

  ICW4_AUTO_EOI = 0x02,
  ICW4_SPECIAL_FULLY_NESTED = 0x10,

  OCW2_LEVEL = 0x07,
  OCW2_EOI = 0x20,
  OCW2_SPECIFIC = 0x40,
  OCW2_ROTATE = 0x80,

  COMMAND_OCW3 = 0x08,
  OCW3_READ_SERVICE = 0x01,
  OCW3_READ = 0x02,
  OCW3_POLL = 0x04,
  OCW3_SPECIAL_MASK = 0x20,
  OCW3_SET_SPECIAL_MASK = 0x40,

  POLL_PENDING = 0x80,

  SPURIOUS_INPUT = 7,
};

enum { NONE = -1 };

/* 0 is the highest priority. */
static unsigned rank(const struct pic_chip *chip, unsigned input) {
  return (input - chip->lowest - 1) & 7;
}

/* The input of the highest priority in a set; NONE of an empty one. */
static int highest(const struct pic_chip *chip, uint8_t set) {
  for (unsigned i = 1; i <= 8; i++) {
    unsigned input = (chip->lowest + i) & 7;
    if (set >> input & 1) return (int)input;
  }
  return NONE;
}

/* The inputs whose service is looked at: the special mask leaves out what is masked. */
static uint8_t served(const struct pic_chip *chip) {
  return chip->special_mask ? chip->service & (uint8_t)~chip->mask : chip->service;
}

/* Those that hold off what is not above them: in special fully nested mode not the slave, whose own
 * priorities decide. */
static uint8_t holding(const struct pic_chip *chip) {
  bool nested = chip->special_fully_nested && chip == &chip->pic->chip[0];
  return served(chip) & (uint8_t) ~(nested ? 1u << PIC_CASCADE : 0u);
}

static int chip_request(const struct pic_chip *chip) {
  int request = highest(chip, chip->request & (uint8_t)~chip->mask), service = highest(chip, holding(chip));
  if (request == NONE || service == NONE) return request;
  return rank(chip, (unsigned)request) < rank(chip, (unsigned)service) ? request : NONE;
}

static bool chip_output(const struct pic_chip *chip) {
  return chip->withdrawn || chip_request(chip) != NONE;
}

/* An input must stay high until it is acknowledged, also where its edge counts: one that does not has raised
 * the output for nothing, and input 7 answers for it. */
static void chip_set_line(struct pic_chip *chip, unsigned input, bool high) {
  uint8_t bit = (uint8_t)(1u << input);
  bool was_high = chip->line & bit, was_requested = chip_request(chip) != NONE;
  if (high == was_high) return;
  chip->line ^= bit;
  if (high)
    chip->request |= bit;
  else
    chip->request &= (uint8_t)~bit;
  bool requested = chip_request(chip) != NONE;
  chip->withdrawn = !requested && (chip->withdrawn || was_requested);
}

/* After every change: the slave's output is an input of the master's. */
static void settle(struct pic *pic) {
  chip_set_line(&pic->chip[0], PIC_CASCADE, chip_output(&pic->chip[1]));
  pic->timeline->changed = true;
  wire_set(&pic->output, pic_output(pic));
}

static void input_set(void *device, unsigned irq, bool high) {
  struct pic *pic = device;
  struct pic_chip *chip = &pic->chip[irq / 8];
  if ((chip->line >> irq % 8 & 1) == high) return;
  chip_set_line(chip, irq % 8, high);
  settle(pic);
}

struct wire pic_input(struct pic *pic, unsigned irq) {
  return (struct wire){ input_set, pic, irq };
}

bool pic_output(const struct pic *pic) {
  return chip_output(&pic->chip[0]);
}

bool pic_has_latched(const struct pic *pic, unsigned irq) {
  return pic->chip[irq / 8].request >> irq % 8 & 1;
}

static void end_service(struct pic_chip *chip, int input, bool rotate) {
  if (input == NONE) return;
  chip->service &= (uint8_t) ~(1u << input);
  if (rotate) chip->lowest = (uint8_t)input;
}

/* A level that is still there requests again. */
static int chip_acknowledge(struct pic_chip *chip) {
  int input = chip_request(chip);
  chip->withdrawn = false;
  if (input == NONE) return NONE;
  uint8_t bit = (uint8_t)(1u << input);
  if (!chip->level_triggered) chip->request &= (uint8_t)~bit;
  chip->service |= bit;
  if (chip->auto_eoi) end_service(chip, input, chip->rotate_on_auto_eoi);
  return input;
}

static struct pic_answer answer_of(const struct pic_chip *chip, int input) {
  bool slave = chip != &chip->pic->chip[0];
  uint8_t answered = input == NONE ? SPURIOUS_INPUT : (uint8_t)input;
  return (struct pic_answer){
    .vector = (uint8_t)(chip->vector_base + answered),
    .irq = (uint8_t)(answered + (slave ? 8 : 0)),
    .spurious = input == NONE,
  };
}

/* The slave's output falls when it is acknowledged, so that what it requests next is a new edge. */
struct pic_answer pic_acknowledge(struct pic *pic) {
  struct pic_chip *chip = &pic->chip[0];
  int input = chip_acknowledge(chip);
  if (input == PIC_CASCADE) {
    chip = &pic->chip[1];
    input = chip_acknowledge(chip);
    chip_set_line(&pic->chip[0], PIC_CASCADE, false);
  }
  settle(pic);
  return answer_of(chip, input);
}

static void write_icw1(struct pic_chip *chip, uint8_t value) {
  *chip = (struct pic_chip){
    .pic = chip->pic,
    .line = chip->line,
    .vector_base = chip->vector_base,
    .lowest = 7,
    .expected = 2,
    .level_triggered = value & ICW1_LEVEL,
    .single = value & ICW1_SINGLE,
    .icw4_follows = value & ICW1_ICW4_FOLLOWS,
  };
  if (chip->level_triggered) chip->request = chip->line;
}

static void write_ocw2(struct pic_chip *chip, uint8_t value) {
  bool rotate = value & OCW2_ROTATE;
  uint8_t level = value & OCW2_LEVEL;
  switch (value & (OCW2_EOI | OCW2_SPECIFIC)) {
  case OCW2_EOI: end_service(chip, highest(chip, served(chip)), rotate); break;
  case OCW2_EOI | OCW2_SPECIFIC: end_service(chip, level, rotate); break;
  case OCW2_SPECIFIC:
    if (rotate) chip->lowest = level;
    break;
  default: chip->rotate_on_auto_eoi = rotate;
  }
}

static void write_ocw3(struct pic_chip *chip, uint8_t value) {
  if (value & OCW3_SET_SPECIAL_MASK) chip->special_mask = value & OCW3_SPECIAL_MASK;
  if (value & OCW3_POLL) chip->polled = true;
  if (value & OCW3_READ) chip->reads_service = value & OCW3_READ_SERVICE;
}

static void write_data(struct pic_chip *chip, uint8_t value) {
  uint8_t written = chip->expected;
  chip->expected = 0;
  switch (written) {
  case 2:
    chip->vector_base = value & 0xf8;
    chip->expected = !chip->single ? 3 : chip->icw4_follows ? 4 : 0;
    break;
  case 3: chip->expected = chip->icw4_follows ? 4 : 0; break;
  case 4:
    chip->auto_eoi = value & ICW4_AUTO_EOI;
    chip->special_fully_nested = value & ICW4_SPECIAL_FULLY_NESTED;
    break;
  default: chip->mask = value; chip->withdrawn = false;
  }
}

static void pic_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)size;
  struct pic_chip *chip = device;
  uint8_t byte = (uint8_t)value;
  if (offset == 1)
    write_data(chip, byte);
  else if (byte & COMMAND_ICW1)
    write_icw1(chip, byte);
  else if (byte & COMMAND_OCW3)
    write_ocw3(chip, byte);
  else
    write_ocw2(chip, byte);
  settle(chip->pic);
}

/* A read after the poll command acknowledges what there is. */
static uint8_t read_poll(struct pic_chip *chip) {
  chip->polled = false;
  int input = chip_acknowledge(chip);
  if (chip == &chip->pic->chip[1]) chip_set_line(&chip->pic->chip[0], PIC_CASCADE, false);
  settle(chip->pic);
  return input == NONE ? 0 : (uint8_t)(POLL_PENDING | input);
}

static uint32_t pic_in(void *device, uint16_t offset, unsigned size) {
  (void)size;
  struct pic_chip *chip = device;
  if (chip->polled) return read_poll(chip);
  if (offset == 1) return chip->mask;
  return chip->reads_service ? chip->service : chip->request;
}

static void chip_attach(struct pic *pic, unsigned index, struct bus *bus, uint16_t port, uint8_t vector) {
  struct pic_chip *chip = &pic->chip[index];
  *chip = (struct pic_chip){ .pic = pic, .mask = 0xff, .vector_base = vector, .lowest = 7 };
  bus_add_ports(bus, &(struct port_range){
                         .first = port,
                         .last = (uint16_t)(port + 1),
                         .sizes = 1,
                         .device = chip,
                         .in = pic_in,
                         .out = pic_out,
                     });
}

void pic_attach(struct pic *pic, struct bus *bus, struct timeline *timeline, const struct wire *output) {
  pic->timeline = timeline;
  pic->output = *output;
  chip_attach(pic, 0, bus, PIC_MASTER_PORT, 0x08);
  chip_attach(pic, 1, bus, PIC_SLAVE_PORT, 0x70);
}
