/* Vectors, error codes, checks, registers and the meaning of steps, in words. */
#include "trace/fields.h"

#include <string.h>

#include "arch/bits.h"
#include "arch/instruction.h"
#include "trace/bit_names.h"
#include "trace/descriptors.h"

bool register_is_segment(enum rs_register reg) {
  return reg >= RS_ES && reg <= RS_TR;
}

bool register_is_table(enum rs_register reg) {
  return reg == RS_GDTR || reg == RS_IDTR;
}

uint64_t cpu_code_address(const struct rs_cpu *cpu) {
  const struct rs_segment *cs = &cpu->segment[RS_SEGMENT_INDEX(RS_CS)];
  return code_size_of(cpu) == CODE_64 ? cpu->rip : (uint32_t)(cs->base + cpu->rip);
}

void fields_vector(struct output *output, uint8_t vector) {
  static const char *const name[] = {
    [VECTOR_DE] = "#DE", [VECTOR_DB] = "#DB", [VECTOR_NMI] = "NMI", [VECTOR_BP] = "#BP", [VECTOR_OF] = "#OF",
    [VECTOR_BR] = "#BR", [VECTOR_UD] = "#UD", [VECTOR_NM] = "#NM",  [VECTOR_DF] = "#DF", [VECTOR_TS] = "#TS",
    [VECTOR_NP] = "#NP", [VECTOR_SS] = "#SS", [VECTOR_GP] = "#GP",  [VECTOR_PF] = "#PF", [VECTOR_MF] = "#MF",
    [VECTOR_AC] = "#AC", [VECTOR_MC] = "#MC", [VECTOR_XM] = "#XM",  [VECTOR_CP] = "#CP",
  };
  if (vector < sizeof name / sizeof name[0] && name[vector]) {
    output_text(output, name[vector]);
    return;
  }
  output_text(output, "vector ");
  output_hex(output, vector);
}

void fields_error_code(struct output *output, uint8_t vector, uint32_t error_code) {
  output_hex(output, error_code);
  if (!error_code) return;
  output_char(output, ' ');
  if (vector == VECTOR_PF) {
    bits_print(output, bits_page_fault, error_code, "");
    return;
  }
  uint32_t selector = error_code & ~(ERROR_EXT | ERROR_IDT | ERROR_TI);
  if (error_code & ERROR_IDT) {
    output_text(output, "IDT ");
    output_hex(output, error_code >> 3);
  } else if (selector || (error_code & ERROR_TI)) {
    output_text(output, error_code & ERROR_TI ? "LDT " : "GDT ");
    output_hex(output, selector);
  }
  if (error_code & ERROR_EXT) output_text(output, error_code == ERROR_EXT ? "EXT" : " EXT");
}

void fields_fault(struct output *output, const struct rs_fault *fault) {
  fields_vector(output, fault->vector);
  if (fault->has_error_code) {
    output_char(output, '(');
    fields_error_code(output, fault->vector, fault->error_code);
    output_char(output, ')');
  }
  if (!fault->has_cr2) return;
  output_text(output, " at ");
  output_hex(output, fault->cr2);
}

void fields_origin(struct output *output, const struct rs_interrupt_origin *origin) {
  static const struct {
    const char *text;
    bool numbered;
  } name[] = {
    [RS_ORIGIN_NONE] = { "", false },
    [RS_ORIGIN_PIC] = { "IRQ ", true },
    [RS_ORIGIN_PIC_SPURIOUS] = { "spurious IRQ ", true },
    [RS_ORIGIN_IPI] = { "IPI", false },
    [RS_ORIGIN_APIC_TIMER] = { "APIC timer", false },
    [RS_ORIGIN_APIC_PIN] = { "LINT", true },
    [RS_ORIGIN_APIC_ERROR] = { "APIC error", false },
  };
  output_text(output, name[origin->kind].text);
  if (name[origin->kind].numbered) output_decimal(output, origin->line);
}

static const char *end_text(enum rs_end_reason reason) {
  switch (reason) {
  case RS_END_EXIT: return "exited with ";
  case RS_END_HALT: return "halted with nothing left that could end it";
  case RS_END_SHUTDOWN: return "shut down";
  case RS_END_LIMIT: return "reached the instruction limit";
  case RS_END_STOPPED: return "was stopped";
  case RS_END_FAILED: return "failed on the host";
  }
  return "";
}

void fields_end(struct output *output, const struct rs_end_event *event) {
  output_text(output, end_text(event->reason));
  if (event->reason == RS_END_EXIT) output_signed(output, event->status);
}

static const char *segment_name(uint64_t index) {
  return index < RS_SEGMENT_COUNT ? rs_register_name((enum rs_register)(RS_ES + index)) : "none";
}

const char *fields_page_entry_name(uint64_t level) {
  static const char *const name[] = { "entry", "PTE", "PDE", "PDPTE", "PML4E", "PML5E" };
  return level < sizeof name / sizeof name[0] ? name[level] : name[0];
}

/* One placeholder at `text`, "{a}", "{a:x}", "{a:b}", "{a:s}" or "{a:e}": prints its operand and returns what
 * follows it, or NULL when there is none. */
static const char *print_placeholder(struct output *output, const char *text, const uint64_t *operand) {
  if (text[1] < 'a' || text[1] > 'd') return NULL;
  uint64_t value = operand[text[1] - 'a'];
  if (text[2] == '}') {
    output_decimal(output, value);
    return text + 3;
  }
  if (text[2] != ':' || !text[3] || text[4] != '}') return NULL;
  switch (text[3]) {
  case 's': output_text(output, segment_name(value)); return text + 5;
  case 'e': output_text(output, fields_page_entry_name(value)); return text + 5;
  case 'x': output_hex(output, value); return text + 5;
  case 'b': output_text(output, value ? "yes" : "no"); return text + 5;
  default: return NULL;
  }
}

void fields_check(struct output *output, const struct rs_step *check) {
  const char *text = rs_check_text((enum rs_check)check->id);
  while (*text) {
    const char *brace = strchr(text, '{');
    output_bytes(output, text, brace ? (size_t)(brace - text) : strlen(text));
    if (!brace) return;
    text = print_placeholder(output, brace, check->operand);
    if (text) continue;
    output_char(output, '{');
    text = brace + 1;
  }
}

void fields_register(struct output *output, enum rs_register reg, const union rs_value *value) {
  if (register_is_segment(reg)) {
    output_hex_wide(output, value->segment.selector, 4);
  } else if (register_is_table(reg)) {
    output_hex(output, value->table.base);
    output_text(output, " limit ");
    output_hex(output, value->table.limit);
  } else if (reg == RS_CPL || reg == RS_INTERRUPT_SHADOW || reg == RS_NMI_BLOCKED || reg == RS_HALTED) {
    output_decimal(output, value->word[0]);
  } else {
    output_hex(output, value->word[0]);
  }
}

/* STAR [SDM3 "Fast System Calls in 64-Bit Mode"]: 63..48 SYSRET CS and SS, 47..32 SYSCALL CS and SS, 31..0
 * the target EIP of legacy mode. */
static void print_star(struct output *output, uint64_t star) {
  output_text(output, "SYSCALL CS ");
  output_hex_wide(output, star >> 32 & 0xffff, 4);
  output_text(output, ", SYSRET base ");
  output_hex_wide(output, star >> 48, 4);
}

static bool print_code_symbol(struct output *output, uint64_t address, const struct rs_symbols *symbols) {
  char text[160], digits[24];
  struct output other;
  rs_symbols_format(symbols, address, text, sizeof text);
  output_init(&other, NULL, digits, sizeof digits, false);
  output_hex(&other, address);
  if (strcmp(text, output_finish(&other)) == 0) return false;
  output_text(output, text);
  return true;
}

static bool register_meaning(struct output *output, enum rs_register reg, const union rs_value *value,
                             const struct rs_symbols *symbols) {
  const struct bit_name *names = bits_of_register(reg);
  if (register_is_segment(reg)) {
    descriptor_print_segment(output, reg, &value->segment);
    return true;
  }
  if (names) {
    bits_print(output, names, value->word[0] & ~bits_always_set(reg), "none");
    return true;
  }
  switch (reg) {
  case RS_STAR: print_star(output, value->word[0]); return true;
  case RS_RIP:
  case RS_LSTAR:
  case RS_CSTAR:
  case RS_SYSENTER_EIP: return print_code_symbol(output, value->word[0], symbols);
  default: return false;
  }
}

/* What changed in a register that was written; a segment is told whole. */
static bool change_meaning(struct output *output, const struct rs_step *step,
                           const struct rs_symbols *symbols) {
  enum rs_register reg = (enum rs_register)step->reg;
  const struct bit_name *names = bits_of_register(reg);
  if (!names) return register_meaning(output, reg, &step->write.new, symbols);
  if (step->write.old.word[0] == step->write.new.word[0]) return false;
  bits_print_changes(output, names, step->write.old.word[0], step->write.new.word[0]);
  return true;
}

/* Segments are selectors alone in a TSS. */
static bool task_field_meaning(struct output *output, const struct rs_step *step, const union rs_value *value,
                               const struct rs_symbols *symbols) {
  enum rs_register reg = (enum rs_register)step->reg;
  return !register_is_segment(reg) && register_meaning(output, reg, value, symbols);
}

static bool memory_meaning(struct output *output, const struct rs_step *step, const union rs_value *value,
                           const struct rs_symbols *symbols) {
  switch (step->id) {
  case RS_ITEM_PAGE_ENTRY:
  case RS_ITEM_PAGE_ACCESSED_DIRTY:
    descriptor_print_page_entry(output, value->word[0], step->level, step->size);
    return true;
  case RS_ITEM_IDT_GATE: descriptor_print_gate(output, value->word, step->size); return true;
  case RS_ITEM_GDT_DESCRIPTOR:
  case RS_ITEM_LDT_DESCRIPTOR: descriptor_print(output, value->word[0]); return true;
  case RS_ITEM_DESCRIPTOR_UPPER: descriptor_print_upper(output, value->word[0]); return true;
  case RS_ITEM_TASK_SAVED:
  case RS_ITEM_TASK_LOADED: return task_field_meaning(output, step, value, symbols);
  case RS_ITEM_PUSHED_FLAGS:
  case RS_ITEM_POPPED_FLAGS:
    bits_print(output, bits_rflags, value->word[0] & ~RFLAGS_FIXED, "none");
    return true;
  case RS_ITEM_PUSHED_IP:
  case RS_ITEM_POPPED_IP: return print_code_symbol(output, value->word[0], symbols);
  default: return false;
  }
}

bool fields_meaning(struct output *output, const struct rs_step *step, const struct rs_symbols *symbols) {
  bool write = step->kind == RS_STEP_WRITE;
  const union rs_value *value = write ? &step->write.new : &step->read.value;
  if (!step_is_register(step)) return memory_meaning(output, step, value, symbols);
  if (write) return change_meaning(output, step, symbols);
  return register_meaning(output, (enum rs_register)step->reg, value, symbols);
}

void fields_item(struct output *output, const struct rs_step *step) {
  switch (step->id) {
  case RS_ITEM_REGISTER: output_text(output, rs_register_name((enum rs_register)step->reg)); return;
  case RS_ITEM_PAGE_ENTRY: output_text(output, fields_page_entry_name(step->level)); return;
  case RS_ITEM_TASK_SAVED:
  case RS_ITEM_TASK_LOADED:
    output_text(output, rs_item_text((enum rs_item)step->id));
    output_char(output, ' ');
    output_text(output, rs_register_name((enum rs_register)step->reg));
    return;
  case RS_ITEM_PAGE_ACCESSED_DIRTY:
    output_text(output, fields_page_entry_name(step->level));
    output_text(output, " A and D bits");
    return;
  default: output_text(output, rs_item_text((enum rs_item)step->id)); return;
  }
}

void fields_value(struct output *output, const struct rs_step *step, const union rs_value *value) {
  if (step_is_register(step)) {
    fields_register(output, (enum rs_register)step->reg, value);
  } else if (step->size > 8 && value->word[1]) {
    output_hex(output, value->word[1]);
    output_hex_digits(output, value->word[0], 16);
  } else {
    output_hex(output, value->word[0]);
  }
}
