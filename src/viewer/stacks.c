/* The stacks word by word, as they are at a micro-step. */
#include <string.h>

#include "arch/bits.h"
#include "trace/steps.h"
#include "viewer/model.h"

enum { WORDS = 2 * RS_STACK_WORDS + 1, BELOW = 2, NAME = 8 };

struct side {
  const struct viewer *viewer;
  const struct rs_stack_window *window;
  bool after;                       /* the window was taken after the event, else before it */
  unsigned column, columns, digits; /* of an address */
  uint64_t pointer;                 /* now */
};

/* Puts the bytes of `from` at `at` into the word at `address`, as far as they lie in it. */
static uint64_t word_put(uint64_t word, uint64_t address, unsigned word_size, uint64_t at, unsigned size,
                         uint64_t from) {
  for (unsigned i = 0; i < size && i < 8; i++) {
    uint64_t place = at + i - address;
    if (place >= word_size) continue;
    word &= ~(UINT64_C(0xff) << 8 * place);
    word |= (from >> 8 * i & 0xff) << 8 * place;
  }
  return word;
}

static bool step_writes_memory(const struct rs_step *step) {
  return step->kind == RS_STEP_WRITE && step->id != RS_ITEM_REGISTER;
}

/* The window's word with the micro-steps made that were: those taken after the event have the others undone.
 */
static uint64_t word_now(const struct side *side, unsigned i) {
  const struct rs_transition *transition = &side->viewer->moment.transition;
  unsigned steps = moment_steps(&side->viewer->moment), made = side->viewer->here.step;
  unsigned size = side->window->word_size;
  uint64_t address = stack_word_address(side->window, i), word = side->window->word[i];
  for (unsigned s = 0; !side->after && s < made; s++) {
    const struct rs_step *step = &transition->step[s];
    if (step_writes_memory(step))
      word = word_put(word, address, size, step->write.linear, step->size, step->write.new.word[0]);
  }
  for (unsigned s = steps; side->after && s-- > made;) {
    const struct rs_step *step = &transition->step[s];
    if (step_writes_memory(step))
      word = word_put(word, address, size, step->write.linear, step->size, step->write.old.word[0]);
  }
  return word;
}

/* The last of the first `steps` micro-steps that pushed or popped a word. */
static const struct rs_step *word_step(const struct side *side, uint64_t address, unsigned steps) {
  const struct moment *moment = &side->viewer->moment;
  if (moment->kind != LOG_TRANSITION) return NULL;
  return stack_word_step(&moment->transition, steps, address, side->window->word_size, side->after);
}

/* What will be pushed is not there yet: that word is told faintly. */
static enum viewer_style word_style(const struct side *side, uint64_t address, const struct rs_step *step) {
  const struct moment *moment = &side->viewer->moment;
  if (step) return step == moment_step(moment, side->viewer->here.step) ? STYLE_CHANGED : STYLE_TOUCHED;
  return side->after && word_step(side, address, moment_steps(moment)) ? STYLE_FAINT : STYLE_PLAIN;
}

static void pen_word(struct pen *pen, const struct side *side, unsigned i) {
  unsigned size = side->window->word_size;
  uint64_t address = stack_word_address(side->window, i);
  const struct rs_step *step = word_step(side, address, side->viewer->here.step);
  enum viewer_style style = word_style(side, address, step);
  if (side->column) output_column(&pen->output, side->column);
  bool here = address == side->pointer;
  pen_text(pen, here ? STYLE_STRONG : STYLE_PLAIN, here ? "\xe2\x96\xb6" : " ");
  if (here) pen->output.column -= 2; /* three bytes of one character */
  pen_hex(pen, STYLE_FAINT, side->digits == 16 ? address : address & ((UINT64_C(1) << 4 * side->digits) - 1),
          side->digits);
  output_char(&pen->output, ' ');
  if (side->window->mapped >> i & 1)
    pen_hex(pen, style, word_now(side, i), size * 2);
  else
    pen_text(pen, STYLE_FAINT, "unmapped");
  if (!step) return;
  output_char(&pen->output, ' ');
  pen_style(pen, style == STYLE_CHANGED ? STYLE_STRONG : STYLE_LABEL);
  stack_print_name(&pen->output, step);
  pen_style(pen, STYLE_PLAIN);
}

/* The room decides how much of an address is shown; the name of a word wants some, too. */
static void side_digits(struct side *side) {
  unsigned value = side->window->word_size * 2u, fixed = 3 + value + NAME;
  side->digits = side->window->word_size == 8 ? 16 : 8;
  while (side->digits > 4 && fixed + side->digits > side->columns)
    side->digits /= 2;
}

static void pen_caption(struct pen *pen, const struct side *side, const char *text) {
  if (side->column) output_column(&pen->output, side->column);
  pen_text(pen, STYLE_LABEL, text);
  output_text(&pen->output, "  ");
  pen_hex(pen, STYLE_FAINT, side->window->pointer, side->window->word_size == 8 ? 16 : 8);
}

static void words_paint(struct viewer_panel *panel, const struct side *left, const struct side *right) {
  unsigned rows = panel->height > 1 ? panel->height - 1 : 0;
  unsigned low = rows < WORDS ? RS_STACK_WORDS - BELOW : 0, high = WORDS;
  if (rows < WORDS - low) high = low + rows;
  if (rows > high - low && rows < WORDS) low = high - rows;
  for (unsigned i = high; i-- > low;) {
    struct pen pen = pen_begin(panel);
    pen_word(&pen, left, i);
    if (right) pen_word(&pen, right, i);
    pen_end(&pen);
  }
}

static uint64_t stack_pointer_now(const struct viewer *viewer) {
  struct rs_cpu now;
  moment_registers(&viewer->moment, viewer->here.step, &now);
  const struct rs_segment *ss = &now.segment[RS_SEGMENT_INDEX(RS_SS)];
  uint64_t pointer = now.general[RS_RSP - RS_RAX];
  if (cpu_is_wide(&now)) return pointer;
  bool wide = ss->attributes & SEGMENT_DB;
  return (uint32_t)(ss->base + (wide ? (uint32_t)pointer : (uint16_t)pointer));
}

static bool windows_are_equal(const struct rs_stack_window *a, const struct rs_stack_window *b) {
  return a->pointer == b->pointer && a->word_size == b->word_size && a->mapped == b->mapped &&
         memcmp(a->word, b->word, sizeof a->word) == 0;
}

static void two_paint(const struct viewer *viewer, struct viewer_panel *panel) {
  const struct rs_transition_event *event = &viewer->moment.event;
  uint64_t pointer = stack_pointer_now(viewer);
  unsigned half = panel->columns / 2;
  struct side old = { viewer, &event->old_stack, false, 0, half - 1, 0, pointer };
  struct side new = { viewer, &event->new_stack, true, half, panel->columns - half, 0, pointer };
  bool equal = windows_are_equal(old.window, new.window);
  if (equal) old.columns = panel->columns;
  side_digits(&old);
  side_digits(&new);
  if (!equal && old.digits < new.digits) new.digits = old.digits;
  struct pen pen = pen_begin(panel);
  pen_caption(&pen, &old, equal ? "the same before and after" : "old");
  if (!equal) pen_caption(&pen, &new, "new");
  pen_end(&pen);
  words_paint(panel, &old, equal ? NULL : &new);
}

static void one_paint(const struct viewer *viewer, struct viewer_panel *panel) {
  struct side side = { viewer, &viewer->moment.macro.stack, false, 0, panel->columns,
                       0,      stack_pointer_now(viewer) };
  side_digits(&side);
  struct pen pen = pen_begin(panel);
  pen_caption(&pen, &side, "at this step");
  pen_end(&pen);
  words_paint(panel, &side, NULL);
}

static void written_paint(const struct viewer *viewer, struct viewer_panel *panel) {
  const struct rs_instruction_event *event = &viewer->moment.instruction;
  for (unsigned i = 0; i < event->write_count; i++) {
    struct pen pen = pen_begin(panel);
    unsigned digits = event->write[i].size * 2u;
    pen_hex(&pen, STYLE_FAINT, event->write[i].linear, cpu_is_wide(&viewer->moment.before) ? 16 : 8);
    output_text(&pen.output, "  ");
    pen_hex(&pen, STYLE_PLAIN, event->write[i].old, digits);
    output_text(&pen.output, " \xe2\x86\x92 ");
    pen_hex(&pen, STYLE_CHANGED, event->write[i].new, digits);
    pen_end(&pen);
  }
  if (!event->write_count) panel_paragraph(panel, 0, STYLE_FAINT, "This instruction writes no memory.");
}

void stacks_paint(const struct viewer *viewer, struct viewer_panel *panel) {
  const struct moment *moment = &viewer->moment;
  panel_title(panel, "%s", moment->kind == LOG_INSTRUCTION ? "Memory written" : "Stacks");
  if (panel->columns < 16) return;
  if (moment->kind == LOG_INSTRUCTION)
    written_paint(viewer, panel);
  else if (moment->kind == LOG_MACRO && moment->macro.stack.word_size)
    one_paint(viewer, panel);
  else if (moment->kind == LOG_TRANSITION && moment->event.old_stack.word_size &&
           moment->event.new_stack.word_size)
    two_paint(viewer, panel);
  else
    panel_paragraph(panel, 0, STYLE_FAINT, "The log has no stack here: --trace=steps records them.");
}
