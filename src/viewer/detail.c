/* What the event at hand is, or the micro-step made last: decoded field by field. */
#include <string.h>

#include "trace/changes.h"
#include "trace/fields.h"
#include "trace/refusals.h"
#include "trace/steps.h"
#include "viewer/bit_fields.h"
#include "viewer/model.h"

enum { LABELS = 10, TEXT = 512, BITS = 7, BASE_FITS = 46 };

/* A label and the beginning of what it is for. */
static struct pen pen_labelled(struct viewer_panel *panel, const char *label) {
  struct pen pen = pen_begin(panel);
  pen_text(&pen, STYLE_LABEL, label);
  while (pen.output.column < LABELS)
    output_char(&pen.output, ' ');
  return pen;
}

static void row_hex(struct viewer_panel *panel, const char *label, uint64_t value) {
  struct pen pen = pen_labelled(panel, label);
  output_hex(&pen.output, value);
  pen_end(&pen);
}

/* The symbol, and beneath it the address. */
static void row_symbol(struct viewer_panel *panel, const char *label, const struct viewer *viewer,
                       const struct rs_cpu *cpu) {
  struct pen pen = pen_labelled(panel, label);
  pen_style(&pen, STYLE_STRONG);
  output_symbol(&pen.output, viewer->symbols, cpu_code_address(cpu));
  pen_end(&pen);
  pen = pen_labelled(panel, "");
  pen_hex(&pen, STYLE_FAINT, cpu->segment[RS_SEGMENT_INDEX(RS_CS)].selector, 4);
  pen_text(&pen, STYLE_FAINT, ":");
  pen_hex(&pen, STYLE_FAINT, cpu->rip, cpu_is_wide(cpu) ? 16 : 8);
  pen_end(&pen);
}

static void row_bytes(struct viewer_panel *panel, const uint8_t *bytes, unsigned length) {
  struct pen pen = pen_labelled(panel, "bytes");
  for (unsigned i = 0; i < length && i < 15; i++) {
    if (i) output_char(&pen.output, ' ');
    output_hex_digits(&pen.output, bytes[i], 2);
  }
  pen_end(&pen);
}

static void row_blank(struct viewer_panel *panel) {
  struct pen pen = pen_begin(panel);
  pen_end(&pen);
}

/* The operands as the check's text names them. */
static void check_paint(struct viewer_panel *panel, const struct rs_step *step) {
  char text[TEXT];
  struct output output;
  struct pen pen = pen_begin(panel);
  pen_text(&pen, step->passed ? STYLE_GOOD : STYLE_BAD, step->passed ? "ok" : "FAILED");
  output_text(&pen.output, "  ");
  pen_text(&pen, STYLE_STRONG, rs_check_name((enum rs_check)step->id));
  pen_end(&pen);
  output_init(&output, NULL, text, sizeof text, false);
  fields_check(&output, step);
  panel_paragraph(panel, 0, step->passed ? STYLE_PLAIN : STYLE_BAD, output_finish(&output));
  row_blank(panel);
  output_init(&output, NULL, text, sizeof text, false);
  output_char(&output, '[');
  output_text(&output, rs_check_citation((enum rs_check)step->id));
  output_char(&output, ']');
  panel_paragraph(panel, 0, STYLE_LABEL, output_finish(&output));
}

/* "GDT entry 5, base 0xffffffff80123000". */
static void row_entry(struct viewer_panel *panel, const char *table, uint64_t base, uint64_t offset,
                      unsigned size) {
  struct pen pen = pen_labelled(panel, "in");
  output_text(&pen.output, table);
  output_text(&pen.output, size ? " entry " : " offset ");
  output_hex(&pen.output, size ? offset / size : offset);
  if (panel->columns >= BASE_FITS) {
    pen_text(&pen, STYLE_FAINT, ", base ");
    output_hex(&pen.output, base);
  }
  pen_end(&pen);
}

/* Where in its table what was read or written stands. */
static void table_paint(const struct viewer *viewer, struct viewer_panel *panel, const struct rs_step *step,
                        uint64_t linear) {
  const struct rs_cpu *before = &viewer->moment.before;
  unsigned size = step->size ? step->size : 1;
  switch (step->id) {
  case RS_ITEM_IDT_GATE:
  case RS_ITEM_INTERRUPT_VECTOR:
    row_entry(panel, "IDT", before->idtr.base, linear - before->idtr.base, size);
    break;
  case RS_ITEM_GDT_DESCRIPTOR:
    row_entry(panel, "GDT", before->gdtr.base, linear - before->gdtr.base, 8);
    break;
  case RS_ITEM_LDT_DESCRIPTOR:
    row_entry(panel, "LDT", before->ldtr.base, linear - before->ldtr.base, 8);
    break;
  case RS_ITEM_PAGE_ENTRY:
  case RS_ITEM_PAGE_ACCESSED_DIRTY:
    row_entry(panel, "table", linear & ~UINT64_C(0xfff), linear & 0xfff, size);
    break;
  case RS_ITEM_TSS_STACK_POINTER:
  case RS_ITEM_TSS_STACK_SEGMENT:
  case RS_ITEM_TSS_IST:
  case RS_ITEM_TSS_IO_MAP_BASE: row_entry(panel, "TSS", before->tr.base, linear - before->tr.base, 0); break;
  default: break;
  }
}

static void memory_paint(const struct viewer *viewer, struct viewer_panel *panel,
                         const struct rs_step *step) {
  bool write = step->kind == RS_STEP_WRITE;
  uint64_t linear = write ? step->write.linear : step->read.linear;
  uint64_t physical = write ? step->write.physical : step->read.physical;
  struct pen pen = pen_labelled(panel, "at");
  output_hex(&pen.output, linear);
  if (physical != linear || (step->walk != RS_NO_WALK && !step->level)) {
    pen_end(&pen);
    pen = pen_labelled(panel, "physical");
    output_hex(&pen.output, physical);
  }
  if (step->walk != RS_NO_WALK && !step->level) {
    pen_text(&pen, STYLE_FAINT, ", walk ");
    output_decimal(&pen.output, step->walk);
  }
  pen_end(&pen);
  table_paint(viewer, panel, step, linear);
}

static void value_paint(struct viewer_panel *panel, const struct rs_step *step) {
  bool write = step->kind == RS_STEP_WRITE;
  struct pen pen = pen_labelled(panel, write ? "old" : "value");
  fields_value(&pen.output, step, write ? &step->write.old : &step->read.value);
  pen_end(&pen);
  if (!write) return;
  pen = pen_labelled(panel, "new");
  pen_style(&pen, STYLE_CHANGED);
  fields_value(&pen.output, step, &step->write.new);
  pen_end(&pen);
}

static void meaning_paint(const struct viewer *viewer, struct viewer_panel *panel,
                          const struct rs_step *step) {
  char text[TEXT];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  if (!fields_meaning(&output, step, viewer->symbols)) return;
  panel_paragraph(panel, 0, STYLE_STRONG, output_finish(&output));
}

/* The columns of a table of fields: as wide as its names and values are. */
struct field_columns {
  unsigned bits, value, width;
};

static struct field_columns field_columns_of(const struct bit_field *field) {
  unsigned name = 0, digits = 0;
  for (; field->name; field++) {
    unsigned length = (unsigned)strlen(field->name), wide = (field->high - field->low) / 4u;
    if (length > name) name = length;
    if (wide > digits) digits = wide;
  }
  return (struct field_columns){ name + 2, name + 2 + BITS, name + 2 + BITS + digits + 4 };
}

static void pen_field(struct pen *pen, const struct bit_field *field, const struct field_columns *columns,
                      unsigned from, uint64_t value, bool changed) {
  if (from) output_column(&pen->output, from);
  pen_text(pen, STYLE_LABEL, field->name);
  output_column(&pen->output, from + columns->bits);
  pen_style(pen, STYLE_FAINT);
  output_decimal(&pen->output, field->high);
  if (field->high != field->low) {
    output_char(&pen->output, ':');
    output_decimal(&pen->output, field->low);
  }
  output_column(&pen->output, from + columns->value);
  pen_style(pen, changed ? STYLE_CHANGED : value ? STYLE_STRONG : STYLE_PLAIN);
  if (field->high - field->low < 4)
    output_decimal(&pen->output, value);
  else
    output_hex(&pen->output, value);
  pen_style(pen, STYLE_PLAIN);
}

/* Two to a row where there is room, downwards. */
static void fields_paint(struct viewer_panel *panel, const struct rs_step *step) {
  bool write = step->kind == RS_STEP_WRITE;
  union rs_value value = bit_fields_word(step, write ? &step->write.new : &step->read.value);
  union rs_value old = write ? bit_fields_word(step, &step->write.old) : value;
  const struct bit_field *field = bit_fields_of(step, &value);
  if (!field) return;
  struct field_columns columns = field_columns_of(field);
  unsigned count = 0, sides = panel->columns >= 2 * columns.width ? 2 : 1;
  while (field[count].name)
    count++;
  unsigned rows = (count + sides - 1) / sides;
  row_blank(panel);
  for (unsigned i = 0; i < rows; i++) {
    struct pen pen = pen_begin(panel);
    for (unsigned k = i; k < count; k += rows) {
      uint64_t bits = bit_field_value(&field[k], &value);
      unsigned from = k < rows ? 0 : panel->columns / 2;
      pen_field(&pen, &field[k], &columns, from, bits, bits != bit_field_value(&field[k], &old));
    }
    pen_end(&pen);
  }
}

static void access_paint(const struct viewer *viewer, struct viewer_panel *panel,
                         const struct rs_step *step) {
  struct pen pen = pen_begin(panel);
  pen_style(&pen, STYLE_STRONG);
  fields_item(&pen.output, step);
  pen_end(&pen);
  if (!step_is_register(step)) memory_paint(viewer, panel, step);
  value_paint(panel, step);
  meaning_paint(viewer, panel, step);
  fields_paint(panel, step);
}

static const char *outcome_text(enum rs_outcome outcome) {
  switch (outcome) {
  case RS_COMPLETED: return "completed";
  case RS_FAULTED: return "refused";
  case RS_TASK_FAULTED: return "faulted in the new task";
  case RS_SHUTDOWN: return "shutdown";
  }
  return "";
}

static void outcome_paint(struct viewer_panel *panel, const struct rs_transition *transition) {
  struct pen pen = pen_labelled(panel, "outcome");
  pen_text(&pen, transition->outcome == RS_COMPLETED ? STYLE_GOOD : STYLE_BAD,
           outcome_text(transition->outcome));
  if (rs_outcome_has_fault(transition->outcome)) {
    output_text(&pen.output, ": ");
    fields_fault(&pen.output, &transition->fault);
  }
  pen_end(&pen);
}

/* The whole headline, which the lists cut, and why it came to a shutdown. */
static void headline_paint(struct viewer *viewer, struct viewer_panel *panel) {
  const struct page *page;
  const struct page_entry *entry = pages_find(&viewer->pages, viewer->here.at, &page);
  if (!entry) return;
  char text[1024];
  text_strip(page_headline(page, entry), text, sizeof text);
  row_blank(panel);
  panel_paragraph(panel, 0, STYLE_PLAIN, text);
  panel_paragraph(panel, 0, STYLE_BAD, page_more(page, entry));
}

static void transition_paint(struct viewer *viewer, struct viewer_panel *panel) {
  const struct rs_transition *transition = &viewer->moment.transition;
  const struct rs_cause *cause = &transition->cause;
  struct pen pen = pen_begin(panel);
  pen_style(&pen, STYLE_STRONG);
  cause_print(&pen.output, cause);
  pen_end(&pen);
  outcome_paint(panel, transition);
  row_symbol(panel, "from", viewer, &transition->before);
  row_symbol(panel, "to", viewer, &transition->after);
  if (cause->has_instruction) row_bytes(panel, cause->instruction.bytes, cause->instruction.length);
  if (transition->port.wanted) row_hex(panel, "port", transition->port.port);
  headline_paint(viewer, panel);
}

static void instruction_paint(struct viewer *viewer, struct viewer_panel *panel) {
  const struct rs_instruction_event *event = &viewer->moment.instruction;
  enum rs_register changed[RS_REGISTER_COUNT];
  unsigned count = changes_list(event->before, event->after, changed);
  struct pen pen = pen_begin(panel);
  char buffer[24];
  pen_style(&pen, STYLE_STRONG);
  disasm_print(viewer->disasm, &pen.output, event->before, event->linear, event->bytes, event->length);
  pen_end(&pen);
  row_symbol(panel, "at", viewer, event->before);
  row_bytes(panel, event->bytes, event->length);
  for (unsigned i = 0; i < count; i++) {
    union rs_value old = rs_cpu_get(event->before, changed[i]), new = rs_cpu_get(event->after, changed[i]);
    pen = pen_labelled(panel, register_label(event->before, changed[i], buffer));
    fields_register(&pen.output, changed[i], &old);
    output_text(&pen.output, " \xe2\x86\x92 ");
    pen_style(&pen, STYLE_CHANGED);
    fields_register(&pen.output, changed[i], &new);
    pen_end(&pen);
  }
}

static void macro_paint(struct viewer *viewer, struct viewer_panel *panel) {
  struct pen pen = pen_labelled(panel, "step");
  output_decimal(&pen.output, viewer->moment.macro.step.number);
  output_text(&pen.output, "  ");
  pen_text(&pen, STYLE_STRONG, viewer->moment.macro_name);
  pen_end(&pen);
  row_symbol(panel, "at", viewer, &viewer->moment.before);
}

void detail_paint(struct viewer *viewer, struct viewer_panel *panel) {
  const struct rs_step *step = moment_step(&viewer->moment, viewer->here.step);
  static const char *const title[] = { [LOG_TRANSITION] = "What happens",
                                       [LOG_INSTRUCTION] = "Instruction",
                                       [LOG_MACRO] = "Macro-step",
                                       [LOG_END] = "The end" };
  static const char *const verb[] = { "check", "read", "write" };
  panel_title(panel, "%s", viewer->moment.kind ? title[viewer->moment.kind] : "Nothing");
  if (step) panel_title(panel, "Micro-step %u: %s", viewer->here.step - 1, verb[step->kind]);
  switch (viewer->moment.kind) {
  case LOG_TRANSITION:
    if (!step)
      transition_paint(viewer, panel);
    else if (step->kind == RS_STEP_CHECK)
      check_paint(panel, step);
    else
      access_paint(viewer, panel, step);
    break;
  case LOG_INSTRUCTION: instruction_paint(viewer, panel); break;
  case LOG_MACRO: macro_paint(viewer, panel); break;
  case LOG_END: headline_paint(viewer, panel); break;
  default: break;
  }
  panel_scroll(panel, viewer->scroll[PANEL_DETAIL], 0);
}
