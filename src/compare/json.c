/* A comparison as one JSON object (docs/compare.md). */
#include <string.h>

#include "compare/report.h"
#include "trace/brief.h"
#include "trace/json_values.h"

static const char *const side_key[] = { "a", "b" };

/* File names may be anything; JSON is UTF-8. */
static json_t *json_of_name(const char *name) {
  json_t *text = json_string(name);
  return text ? text : json_string("?");
}

static json_t *json_of_side(const struct comparison *comparison, unsigned index) {
  const struct side *side = &comparison->side[index];
  const struct run_tally *tally = &side->counter.tally;
  json_t *object = json_object();
  bool made = json_put(object, "file", json_of_name(side->name)) &&
              json_put(object, "program", json_string(rs_log_program(side->log))) &&
              json_put(object, "level", json_string(report_level_name(side->log))) &&
              json_put(object, "cpu", json_string(report_model_name(side->model))) &&
              json_put(object, "whole", json_boolean(side->status == RS_OK));
  for (const struct figure *figure = report_figures; made && figure->key; figure++) {
    double value = (double)figure_value(figure, tally);
    if (!figure_is_known(figure, comparison)) continue;
    if (!figure->for_each_call)
      made = json_put(object, figure->key, json_integer((json_int_t)figure_value(figure, tally)));
    else if (tally->calls.count)
      made = json_put(object, figure->key, json_real(value / (double)tally->calls.count));
  }
  if (made) return object;
  json_decref(object);
  return NULL;
}

static json_t *json_of_step(const struct comparison *comparison, unsigned pick, const struct align_row *row,
                            unsigned side) {
  const struct rs_transition *transition = side_pick(&comparison->side[side], pick)->transition;
  char text[SIDE_LINE];
  return json_pack("{s:i, s:i, s:s, s:s}", "step", (int)row->step[side], "count",
                   (int)brief_length(transition, row->step[side]), "kind",
                   brief_kind_text(brief_kind(&transition->step[row->step[side]])), "text",
                   row_text(comparison, pick, row, side, text, sizeof text));
}

static json_t *json_of_row(const struct comparison *comparison, unsigned pick, const struct align_row *row) {
  json_t *object = json_pack("{s:b}", "same", row_is_same(comparison, pick, row));
  bool made = object != NULL;
  for (unsigned i = 0; made && i < 2; i++)
    if (row->side != (i ? ALIGN_FIRST : ALIGN_SECOND))
      made = json_put(object, side_key[i], json_of_step(comparison, pick, row, i));
  if (made) return object;
  json_decref(object);
  return NULL;
}

static json_t *json_of_alignment(const struct comparison *comparison, unsigned pick) {
  const struct alignment *alignment = &comparison->alignment[pick];
  json_t *object = json_object(), *rows = json_array();
  bool made = object && rows;
  for (unsigned i = 0; made && i < 2; i++) {
    const struct picked *picked = side_pick(&comparison->side[i], pick);
    made = json_put(object, side_key[i],
                    json_pack("{s:I, s:s}", "number", (json_int_t)picked->number, "text", picked->headline));
  }
  for (unsigned i = 0; made && i < alignment->count; i++)
    made = json_array_append_new(rows, json_of_row(comparison, pick, &alignment->row[i])) == 0;
  if (made) return json_put(object, "rows", rows) ? object : NULL;
  json_decref(rows);
  json_decref(object);
  return NULL;
}

static json_t *json_of_difference(const struct difference *difference) {
  if (!difference->found) return json_null();
  json_t *object = json_pack("{s:s}", "what", difference->what);
  bool made = object != NULL;
  for (unsigned i = 0; made && i < 2; i++)
    made = json_put(object, side_key[i],
                    json_pack("{s:I, s:s, s:s}", "event", (json_int_t)difference->event[i], "text",
                              difference->headline[i], "value", difference->value[i]));
  if (made) return object;
  json_decref(object);
  return NULL;
}

/* Everything but the difference. */
static bool put_comparison(json_t *object, const struct comparison *comparison) {
  json_t *aligned = json_array();
  bool made = aligned != NULL;
  for (unsigned i = 0; made && i < 2; i++)
    made = json_put(object, side_key[i], json_of_side(comparison, i));
  for (unsigned i = 0; made && i < PICKS; i++)
    if (pick_is_there(comparison, i))
      made = json_array_append_new(aligned, json_of_alignment(comparison, i)) == 0;
  if (made) return json_put(object, "aligned", aligned);
  json_decref(aligned);
  return false;
}

enum rs_status report_json(const struct comparison *comparison, const struct rs_compare_options *options,
                           FILE *file, struct rs_error *error) {
  json_t *object = json_object();
  bool made = json_put(object, "same", json_boolean(comparison->same)) &&
              (options->difference_only || put_comparison(object, comparison)) &&
              json_put(object, "difference", json_of_difference(&comparison->difference));
  bool written = made && json_dumpf(object, file, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) == 0 &&
                 fputc('\n', file) >= 0;
  json_decref(object);
  if (!made) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  if (!written || fflush(file) != 0)
    return rs_fail(error, RS_IO_ERROR, "the comparison could not be written");
  return RS_OK;
}
