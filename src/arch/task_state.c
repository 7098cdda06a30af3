/* The registers of a task, saved in and loaded from its TSS. */
#include "arch/task_state.h"

#include "arch/access.h"
#include "arch/descriptor.h"
#include "arch/operand.h"
#include "arch/segment.h"
#include "arch/tss.h"

/* Offsets, as tss.h draws them. */
struct layout {
  uint8_t word; /* bytes of each field but selectors, which have two */
  uint8_t ip, flags, general, segment, segment_count, ldt;
  uint8_t saved; /* the last byte that is saved */
};

static const struct layout layouts[2] = {
  { .word = 2,
    .ip = 14,
    .flags = 16,
    .general = 18,
    .segment = 34,
    .segment_count = 4,
    .ldt = 42,
    .saved = 41 },
  { .word = 4,
    .ip = 32,
    .flags = 36,
    .general = 40,
    .segment = 72,
    .segment_count = 6,
    .ldt = 96,
    .saved = 93 },
};

enum { TSS_CR3 = 28, TSS_TRAP = 100, TASK_GENERAL = 8 };

static const struct layout *layout_of(const struct rs_segment *tss) {
  return &layouts[!tss_is_16_bit(tss)];
}

static struct access field(const struct rs_segment *tss, unsigned offset, uint8_t size, enum rs_item item,
                           enum rs_register reg) {
  return (struct access){ (uint32_t)(tss->base + offset), size, ACCESS_IMPLICIT_SUPERVISOR, item, reg };
}

static bool save(struct builder *b, unsigned offset, uint8_t size, enum rs_register reg, uint64_t value) {
  const struct access access = field(&b->before->tr, offset, size, RS_ITEM_TASK_SAVED, reg);
  return access_write(b, &access, value);
}

static bool read(struct builder *b, const struct rs_segment *tss, unsigned offset, uint8_t size,
                 enum rs_register reg, uint64_t *value) {
  enum rs_item item = reg == RS_NO_REGISTER ? RS_ITEM_TASK_TRAP : RS_ITEM_TASK_LOADED;
  const struct access access = field(tss, offset, size, item, reg);
  union rs_value field_value;
  if (!access_read(b, &access, &field_value)) return false;
  *value = field_value.word[0];
  return true;
}

bool task_state_probe_old(struct builder *b) {
  const struct rs_segment *tr = &b->before->tr;
  const struct layout *layout = layout_of(tr);
  if (!check(b, RS_CHECK_TASK_OLD_TSS_LIMIT, tr->limit >= layout->saved, tr->selector, tr->limit,
             layout->saved, 0))
    return fault_code(b, VECTOR_TS, selector_error(tr->selector));
  return access_probe(b, (uint32_t)(tr->base + layout->ip), layout->saved - layout->ip + 1U, ACCESS_WRITE,
                      ACCESS_IMPLICIT_SUPERVISOR);
}

/* The fields of LDT and CR3 are the operating system's: they are loaded and never saved
 * [SDM3 "Task-State Segment (TSS)"]. */
bool task_state_save(struct builder *b, const struct task_switch *s) {
  const struct rs_cpu *cpu = b->before;
  const struct layout *layout = layout_of(&cpu->tr);
  if (!save(b, layout->ip, layout->word, RS_RIP, s->return_ip) ||
      !save(b, layout->flags, layout->word, RS_RFLAGS, s->flags))
    return false;
  for (unsigned i = 0; i < TASK_GENERAL; i++)
    if (!save(b, layout->general + i * layout->word, layout->word, (enum rs_register)(RS_RAX + i),
              cpu->general[i]))
      return false;
  for (unsigned i = 0; i < layout->segment_count; i++)
    if (!save(b, layout->segment + i * layout->word, 2, (enum rs_register)(RS_ES + i),
              cpu->segment[i].selector))
      return false;
  return true;
}

static bool read_segments(struct builder *b, const struct rs_segment *tss, struct task_state *state) {
  const struct layout *layout = layout_of(tss);
  uint64_t selector;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    state->selector[i] = 0; /* FS and GS, which a 16-bit TSS does not have */
    if (i >= layout->segment_count) continue;
    if (!read(b, tss, layout->segment + i * layout->word, 2, (enum rs_register)(RS_ES + i), &selector))
      return false;
    state->selector[i] = (uint16_t)selector;
  }
  if (!read(b, tss, layout->ldt, 2, RS_LDTR, &selector)) return false;
  state->ldt = (uint16_t)selector;
  return true;
}

bool task_state_read(struct builder *b, const struct rs_segment *tss, struct task_state *state) {
  const struct layout *layout = layout_of(tss);
  bool wide = layout->word == 4;
  uint64_t trap = 0;
  *state = (struct task_state){ .word = layout->word };
  if ((wide && !read(b, tss, TSS_CR3, 4, RS_CR3, &state->cr3)) ||
      !read(b, tss, layout->ip, layout->word, RS_RIP, &state->ip) ||
      !read(b, tss, layout->flags, layout->word, RS_RFLAGS, &state->flags))
    return false;
  for (unsigned i = 0; i < TASK_GENERAL; i++)
    if (!read(b, tss, layout->general + i * layout->word, layout->word, (enum rs_register)(RS_RAX + i),
              &state->general[i]))
      return false;
  if (!read_segments(b, tss, state) || (wide && !read(b, tss, TSS_TRAP, 2, RS_NO_REGISTER, &trap)))
    return false;
  state->trap = trap & 1;
  return true;
}

/* The new task does not inherit a ring: it is that of its CS [SDM3 "Task Switching"]. */
static void write_selectors(struct builder *b, const struct task_state *state) {
  bool v86 = state->flags & RFLAGS_VM;
  uint8_t cpl = v86 ? 3 : selector_rpl(state->selector[RS_SEGMENT_INDEX(RS_CS)]);
  struct rs_segment segment = segment_null(state->ldt, 0);
  write_segment(b, RS_LDTR, &segment);
  for (enum rs_register reg = RS_ES; reg <= RS_GS; reg++) {
    uint16_t selector = state->selector[RS_SEGMENT_INDEX(reg)];
    segment = v86 ? segment_of_v86(selector) : segment_null(selector, cpl);
    write_segment(b, reg, &segment);
  }
  if (cpl != b->before->cpl) write_register(b, RS_CPL, cpl);
}

/* Of a 16-bit TSS come the low halves. The upper half of the flags becomes zero, so that the task is none of
 * virtual-8086 mode; those of the general registers are "modified and not maintained"
 * [SDM3 "16-Bit Task-State Segment (TSS)"], without saying to what: here they stay. */
void task_state_write(struct builder *b, const struct task_state *state, bool nested) {
  uint64_t flags = (state->flags & RFLAGS_DEFINED) | RFLAGS_FIXED | (nested ? RFLAGS_NT : 0);
  if (state->word == 4 && b->before->cr0 & CR0_PG) write_register(b, RS_CR3, state->cr3);
  write_register(b, RS_RFLAGS, flags);
  jump_to(b, state->ip);
  for (unsigned i = 0; i < TASK_GENERAL; i++)
    write_register(b, (enum rs_register)(RS_RAX + i),
                   register_merged(b->before->general[i], state->general[i], state->word));
  write_selectors(b, state);
}
