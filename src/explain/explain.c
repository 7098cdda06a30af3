/* From a log to its explanation: which event, what happened there, which places, who wrote them. */
#include <stdlib.h>

#include "explain/choose.h"
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

static enum rs_status culprits_find(struct tape *tape, struct explanation *e, const struct scene *scene,
                                    struct rs_error *error) {
  struct disasm *disasm = disasm_open();
  if (!disasm) return fail_memory(error);
  if (e->failure_count) {
    e->main = main_failure(e);
    suspects_add(e, e->main, disasm);
  }
  for (unsigned i = 0; i < e->failure_count; i++)
    if (i != e->main) suspects_add(e, i, disasm);
  if (e->verdict == VERDICT_STRAY_VECTOR) pic_add(&scene->pic, e, disasm);
  enum rs_status status = trail_follow(tape, e, &scene->offsets, disasm, error);
  disasm_close(disasm);
  return status;
}

static enum rs_status event_explain(struct tape *tape, struct explanation *e, struct rs_error *error) {
  struct scene *scene = calloc(1, sizeof *scene);
  if (!scene) return fail_memory(error);
  enum rs_status status = scene_read(tape, e, scene, error);
  if (status == RS_OK && (e->failure_count || e->verdict == VERDICT_STRAY_VECTOR))
    status = culprits_find(tape, e, scene, error);
  culprits_order(e);
  shift_find(e);
  free(scene);
  return status;
}

static enum rs_status tell(const struct explanation *e, const struct rs_explain_options *options, FILE *out,
                           struct rs_error *error) {
  enum rs_status status =
      options->json ? tell_json(e, out, error) : tell_text(e, out, options->colour, error);
  if (status != RS_OK || !e->damaged) return status;
  *error = e->damage;
  return error->status;
}

static enum rs_status tape_explain(struct tape *tape, const struct rs_explain_options *options,
                                   struct explanation *e, FILE *out, struct rs_error *error) {
  enum rs_status status = choose(tape, options->at, e, error);
  if (status == RS_OK && e->number) status = event_explain(tape, e, error);
  if (status != RS_OK) return status;
  e->symbols = rs_log_symbols(tape->log);
  return tell(e, options, out, error);
}

enum rs_status rs_explain(FILE *file, const char *name, const struct rs_explain_options *options, FILE *out,
                          struct rs_error *error) {
  struct explanation *e = calloc(1, sizeof *e);
  struct rs_error unasked;
  struct tape tape;
  if (!error) error = &unasked;
  if (!e) return fail_memory(error);
  enum rs_status status = tape_open(&tape, file, name, error);
  if (status == RS_OK) {
    status = tape_explain(&tape, options, e, out, error);
    tape_close(&tape);
  }
  for (unsigned i = 0; i < FAILURE_LIMIT; i++)
    free(e->failure[i].transition);
  free(e);
  return status;
}
