/* The registers at a micro-step, with what it changed and what its transition changed before. */
#include <string.h>

#include "trace/bit_names.h"
#include "trace/changes.h"
#include "trace/descriptors.h"
#include "trace/fields.h"
#include "viewer/model.h"

struct registers {
  const struct viewer *viewer;
  struct rs_cpu before, last, now; /* of the event, before the micro-step, and after it */
  struct viewer_panel *panel;
  unsigned changed; /* the first row where something did; VIEWER_ROWS: none */
  bool wide;
};

/* Outside IA-32e mode registers are called by their 32-bit names. */
const char *register_label(const struct rs_cpu *cpu, enum rs_register reg, char *buffer) {
  const char *name = rs_register_name(reg);
  bool general = (reg >= RS_RAX && reg <= RS_RDI) || reg == RS_RIP || reg == RS_RFLAGS;
  if (cpu_is_wide(cpu) || !general) return name;
  strncpy(buffer, name, 23);
  buffer[23] = 0;
  buffer[0] = 'e';
  return buffer;
}

static enum viewer_style value_style(const struct registers *registers, enum rs_register reg) {
  if (register_differs(&registers->last, &registers->now, reg)) return STYLE_CHANGED;
  if (register_differs(&registers->before, &registers->now, reg)) return STYLE_TOUCHED;
  return STYLE_PLAIN;
}

static void pen_table(struct pen *pen, const struct rs_table_register *table, bool wide) {
  output_hex_digits(&pen->output, table->base, wide ? 16 : 8);
  output_char(&pen->output, '+');
  output_hex_digits(&pen->output, table->limit, 4);
}

/* "rax  0000000000401016", from `column` on. */
static void pen_register(struct pen *pen, struct registers *registers, enum rs_register reg,
                         unsigned column) {
  char buffer[24];
  union rs_value value = rs_cpu_get(&registers->now, reg);
  enum viewer_style style = value_style(registers, reg);
  if (style == STYLE_CHANGED && registers->changed == VIEWER_ROWS)
    registers->changed = registers->panel->count - 1;
  if (column) output_column(&pen->output, column);
  pen_text(pen, STYLE_LABEL, register_label(&registers->now, reg, buffer));
  output_column(&pen->output, column + (reg >= RS_EFER && reg < RS_TSC ? 24 : 7));
  pen_style(pen, style);
  if (register_is_segment(reg))
    output_hex_digits(&pen->output, value.segment.selector, 4);
  else if (register_is_table(reg))
    pen_table(pen, &value.table, registers->wide);
  else if (reg == RS_CPL)
    output_decimal(&pen->output, value.word[0]);
  else
    output_hex_digits(&pen->output, value.word[0], registers->wide ? 16 : 8);
  pen_style(pen, STYLE_PLAIN);
}

static void row_of_two(struct registers *registers, enum rs_register a, enum rs_register b) {
  struct pen pen = pen_begin(registers->panel);
  pen_register(&pen, registers, a, 0);
  pen_register(&pen, registers, b, registers->panel->columns / 2);
  pen_end(&pen);
}

static void pen_flags(struct pen *pen, const struct bit_name *names, uint64_t value) {
  output_text(&pen->output, "  ");
  pen_style(pen, STYLE_FAINT);
  bits_print(&pen->output, names, value, "none");
  pen_style(pen, STYLE_PLAIN);
}

/* A register and what its value means. */
static void row_of_one(struct registers *registers, enum rs_register reg) {
  struct pen pen = pen_begin(registers->panel);
  union rs_value value = rs_cpu_get(&registers->now, reg);
  const struct bit_name *names = bits_of_register(reg);
  pen_register(&pen, registers, reg, 0);
  if (names) pen_flags(&pen, names, value.word[0] & ~bits_always_set(reg));
  if (reg == RS_RIP) {
    output_text(&pen.output, "  ");
    output_symbol(&pen.output, registers->viewer->symbols, cpu_code_address(&registers->now));
  }
  if (register_is_segment(reg)) {
    output_text(&pen.output, "  ");
    pen_style(&pen, STYLE_FAINT);
    descriptor_print_segment(&pen.output, reg, &value.segment);
  }
  pen_end(&pen);
}

static void general_rows(struct registers *registers) {
  static const enum rs_register order[] = { RS_RAX, RS_RBX, RS_RCX, RS_RDX, RS_RSI, RS_RDI, RS_RBP, RS_RSP };
  for (unsigned i = 0; i < sizeof order / sizeof *order; i += 2)
    row_of_two(registers, order[i], order[i + 1]);
  for (unsigned reg = RS_R8; registers->wide && reg <= RS_R15; reg += 2)
    row_of_two(registers, (enum rs_register)reg, (enum rs_register)(reg + 1));
}

/* Of the model-specific ones those that have something to say, or that this transition is about. */
static bool msr_is_shown(const struct registers *registers, enum rs_register reg) {
  const struct moment *moment = &registers->viewer->moment;
  for (unsigned i = 0; i < moment_steps(moment); i++) {
    const struct rs_step *step = &moment->transition.step[i];
    if (step->kind != RS_STEP_CHECK && step_is_register(step) && step->reg == reg) return true;
  }
  if (reg >= RS_DR0 && reg <= RS_DR3) return rs_cpu_get(&registers->now, reg).word[0] != 0;
  bool dull = reg == RS_PAT || reg == RS_APIC_BASE || reg == RS_MISC_ENABLE || reg == RS_DR6 || reg == RS_DR7;
  return !dull && rs_cpu_get(&registers->now, reg).word[0] != 0;
}

static void system_rows(struct registers *registers) {
  row_of_one(registers, RS_RIP);
  row_of_one(registers, RS_RFLAGS);
  row_of_two(registers, RS_CPL, RS_TR);
  row_of_one(registers, RS_CS);
  row_of_one(registers, RS_SS);
  row_of_two(registers, RS_DS, RS_ES);
  row_of_one(registers, RS_FS);
  row_of_one(registers, RS_GS);
  row_of_one(registers, RS_CR0);
  row_of_two(registers, RS_CR2, RS_CR3);
  row_of_one(registers, RS_CR4);
  row_of_two(registers, RS_GDTR, RS_IDTR);
  row_of_one(registers, RS_LDTR);
  for (unsigned reg = RS_DR0; reg < RS_TSC; reg++)
    if (msr_is_shown(registers, (enum rs_register)reg)) row_of_one(registers, (enum rs_register)reg);
}

void registers_paint(const struct viewer *viewer, struct viewer_panel *panel) {
  struct registers registers = { .viewer = viewer, .panel = panel, .changed = VIEWER_ROWS };
  unsigned made = viewer->here.step;
  panel_title(panel, "Registers");
  if (!viewer->moment.kind) return;
  registers.before = viewer->moment.before;
  moment_registers(&viewer->moment, made, &registers.now);
  moment_registers(&viewer->moment, made ? made - 1 : 0, &registers.last);
  if (viewer->moment.kind == LOG_INSTRUCTION) registers.last = viewer->moment.before;
  registers.wide = cpu_is_wide(&registers.now);
  general_rows(&registers);
  system_rows(&registers);
  panel_scroll(panel, viewer->scroll[PANEL_REGISTERS],
               registers.changed == VIEWER_ROWS ? 0 : registers.changed);
}
