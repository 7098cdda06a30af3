/* From a log to its explanation: which event, what happened there, which places, who wrote them. */
#include <stdlib.h>

#include "explain/choose.h"
#include "explain/pic.h"
#include "explain/scene.h"
#include "explain/shift.h"
#include "explain/suspects.h"
#include "explain/tell.h"
#include "explain/trail.h"
#include "ringside/explain.h"

static enum rs_status fail_memory(struct rs_error *error) {
  return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
}

/* UD2 faults whatever the kernel does: where that could not be delivered, it is the delivery that went wrong.
 */
static unsigned main_failure(const struct explanation *e) {
  const struct rs_instruction *first = &e->failure[0].transition->cause.instruction;
  bool ud2 = e->failure[0].transition->cause.has_instruction && first->operation == RS_OP_UD &&
             first->bytes[0] == 0x0f && first->bytes[1] == 0x0b;
  return ud2 && e->failure_count > 1 ? 1 : 0;
}

static enum rs_status suspects_find(struct tape *tape, struct explanation *e, struct disasm *disasm,
                                    struct rs_error *error) {
  struct pic_story pic;
  enum rs_status status = RS_OK;
  if (e->failure_count) e->main = main_failure(e);
  for (unsigned i = 0; i < e->failure_count; i++)
    suspects_add(e, (e->main + i) % e->failure_count, disasm);
  if (e->failure_count == 0) suspects_add_exception(e, disasm);
  if (e->verdict != VERDICT_STRAY_VECTOR) return RS_OK;
  status = pic_read(tape, e, &pic, error);
  if (status == RS_OK) pic_add(&pic, e, disasm);
  return status;
}

static enum rs_status culprits_find(struct tape *tape, struct explanation *e, const struct offsets *offsets,
                                    struct rs_error *error) {
  struct disasm *disasm = disasm_open();
  if (!disasm) return fail_memory(error);
  enum rs_status status = suspects_find(tape, e, disasm, error);
  if (status == RS_OK) status = trail_follow(tape, e, offsets, disasm, error);
  culprits_order(e);
  shift_find(e);
  disasm_close(disasm);
  return status;
}

static enum rs_status event_explain(struct tape *tape, struct explanation *e, const struct offsets *offsets,
                                    struct rs_error *error) {
  enum rs_status status = scene_read(tape, e, error);
  if (status == RS_OK && e->call_number) status = scene_read_call(tape, e, error);
  if (status == RS_OK) status = culprits_find(tape, e, offsets, error);
  return status;
}

static enum rs_status log_explain(struct tape *tape, const struct rs_explain_options *options,
                                  struct explanation *e, FILE *out, struct rs_error *error) {
  struct offsets offsets = { .count = 0 };
  enum rs_status status = choose(tape, options->at, e, &offsets, error);
  if (status == RS_OK && e->number) status = event_explain(tape, e, &offsets, error);
  if (status == RS_OK)
    status = options->json ? tell_json(e, out, error) : tell_text(e, out, options->colour, error);
  if (status != RS_OK || !e->damaged) return status;
  *error = e->damage;
  return error->status;
}

enum rs_status rs_explain(struct rs_log *log, const struct rs_explain_options *options, FILE *out,
                          struct rs_error *error) {
  struct explanation *e = calloc(1, sizeof *e);
  struct tape tape = { .log = log };
  struct rs_error unasked;
  if (!error) error = &unasked;
  if (!e) return fail_memory(error);
  e->symbols = rs_log_symbols(log);
  enum rs_status status = log_explain(&tape, options, e, out, error);
  for (unsigned i = 0; i < FAILURE_LIMIT; i++)
    free(e->failure[i].transition);
  free(e);
  return status;
}
