/* The rings, and what the processor runs in. */
#include "arch/bits.h"
#include "arch/instruction.h"
#include "viewer/model.h"

bool cpu_is_wide(const struct rs_cpu *cpu) {
  return cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
}

static const char *mode_name(const struct rs_cpu *cpu) {
  if (!(cpu->cr0 & CR0_PE)) return "real-address mode";
  if (cpu->rflags & RFLAGS_VM && !cpu_is_wide(cpu)) return "virtual-8086 mode";
  switch (code_size_of(cpu)) {
  case CODE_64: return "64-bit mode";
  case CODE_32: return cpu_is_wide(cpu) ? "compatibility mode" : "protected mode";
  default: return cpu_is_wide(cpu) ? "16-bit compatibility" : "16-bit protected";
  }
}

static void pen_ring(struct pen *pen, unsigned ring) {
  pen_style(pen, ring ? STYLE_USER : STYLE_KERNEL);
  output_text(&pen->output, "ring ");
  output_decimal(&pen->output, ring);
  pen_style(pen, STYLE_PLAIN);
}

void rings_paint(const struct viewer *viewer, struct viewer_panel *panel, struct viewer_rings *rings) {
  const struct moment *moment = &viewer->moment;
  struct rs_cpu now;
  moment_registers(moment, viewer->here.step, &now);
  *rings = (struct viewer_rings){ moment->before.cpl & 3, now.cpl & 3, moment->after.cpl & 3, false, false };
  rings->crosses = rings->before != rings->after;
  rings->fault = moment->kind == LOG_TRANSITION && moment->transition.outcome != RS_COMPLETED;
  panel_title(panel, "Rings");
  struct pen pen = pen_begin(panel);
  pen_ring(&pen, rings->now);
  pen_text(&pen, STYLE_FAINT, ", ");
  output_text(&pen.output, mode_name(&now));
  pen_end(&pen);
  if (moment->kind != LOG_TRANSITION || !moment->event.task.id) return;
  pen = pen_begin(panel);
  output_text(&pen.output, moment->event.task.name);
  pen_text(&pen, STYLE_FAINT, ", pid ");
  output_decimal(&pen.output, moment->event.task.id);
  pen_end(&pen);
}
