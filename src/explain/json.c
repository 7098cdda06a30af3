/* An explanation as one JSON object: docs/explain.md. */
#include "explain/mistakes.h"
#include "explain/tell.h"
#include "trace/fields.h"
#include "trace/json_values.h"

enum { JSON_TEXT = 512 };

static json_t *json_finish(struct output *output) {
  return json_string_nocheck(output_finish(output));
}

static json_t *json_symbol(const struct explanation *e, uint64_t address) {
  char text[JSON_TEXT];
  rs_symbols_format(e->symbols, address, text, sizeof text);
  return json_string_nocheck(text);
}

static json_t *json_place(const struct explanation *e, uint64_t address) {
  return json_pack("{s:o, s:o}", "address", json_hex(address), "symbol", json_symbol(e, address));
}

static json_t *json_writer(const struct explanation *e, const struct writer *writer) {
  json_t *object = json_place(e, writer->address);
  bool complete = json_put(object, "instructions", json_integer((json_int_t)writer->instructions));
  complete = json_put(object, "ring", json_integer(writer->cpl)) && complete;
  complete = json_put(object, "by", json_string_nocheck(writer->text)) && complete;
  if (writer->number)
    complete = json_put(object, "number", json_integer((json_int_t)writer->number)) && complete;
  if (complete) return object;
  json_decref(object);
  return NULL;
}

static bool put_item(json_t *object, const struct culprit *culprit) {
  char text[JSON_TEXT];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  fields_item(&output, &culprit->read);
  return json_put(object, "item", json_finish(&output));
}

static bool put_value(json_t *object, const struct explanation *e, const struct culprit *culprit) {
  char text[JSON_TEXT];
  struct output output;
  if (!culprit->valued) return true;
  bool complete = json_put(object, "value", json_value(&culprit->read, &culprit->read.read.value));
  output_init(&output, NULL, text, sizeof text, false);
  if (fields_meaning(&output, &culprit->read, e->symbols))
    complete = json_put(object, "meaning", json_finish(&output)) && complete;
  return complete;
}

static bool put_place(json_t *object, const struct explanation *e, const struct culprit *culprit) {
  const char *name = rs_register_name((enum rs_register)culprit->read.reg);
  if (culprit->kind == CULPRIT_REGISTER) return json_put(object, "register", json_string(name));
  bool complete = json_put(object, "address", json_hex(culprit->read.read.linear));
  complete = json_put(object, "symbol", json_symbol(e, culprit->read.read.linear)) && complete;
  if (culprit->kind == CULPRIT_INSTRUCTION)
    return !culprit->text[0] || (json_put(object, "text", json_string_nocheck(culprit->text)) && complete);
  complete = json_put(object, "physical", json_hex(culprit->read.read.physical)) && complete;
  return json_put(object, "size", json_integer(culprit->read.size)) && complete;
}

static json_t *json_culprit(const struct explanation *e, const struct culprit *culprit) {
  static const char *const kind[] = { "memory", "register", "instruction" };
  static const char *const known[] = {
    [ORIGIN_OPEN] = "not asked",          [ORIGIN_WRITER] = "writer", [ORIGIN_UNCHANGED] = "unchanged",
    [ORIGIN_NOT_TOLD] = "not in the log", [ORIGIN_HIDDEN] = "hidden", [ORIGIN_NONE] = "none",
  };
  json_t *object = json_pack("{s:s, s:i, s:i}", "kind", kind[culprit->kind], "failure", (int)culprit->failure,
                             "depth", (int)culprit->depth);
  bool complete = put_place(object, e, culprit);
  if (culprit->from != NO_CULPRIT)
    complete = json_put(object, "from", json_integer(culprit->from)) && complete;
  if (culprit->part) complete = json_put(object, "part", json_true()) && complete;
  if (culprit->aside) complete = json_put(object, "table", json_true()) && complete;
  if (culprit->kind != CULPRIT_INSTRUCTION) {
    complete = put_item(object, culprit) && put_value(object, e, culprit) && complete;
    complete = json_put(object, "origin", json_string(known[culprit->known])) && complete;
  }
  if (culprit->known == ORIGIN_WRITER)
    complete = json_put(object, "written_by", json_writer(e, &culprit->writer)) && complete;
  if (complete) return object;
  json_decref(object);
  return NULL;
}

/* Appends what `row` makes of 0 to `count` - 1. */
static json_t *json_list(const struct explanation *e, unsigned count,
                         json_t *(*row)(const struct explanation *e, unsigned index)) {
  json_t *array = json_array();
  for (unsigned i = 0; array && i < count; i++) {
    if (json_array_append_new(array, row(e, i)) == 0) continue;
    json_decref(array);
    return NULL;
  }
  return array;
}

static json_t *culprit_row(const struct explanation *e, unsigned index) {
  return json_culprit(e, &e->culprit[index]);
}

static bool put_check(json_t *object, const struct rs_step *check) {
  char text[JSON_TEXT];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  fields_check(&output, check);
  bool complete = json_put(object, "check", json_string(rs_check_name((enum rs_check)check->id)));
  complete = json_put(object, "text", json_finish(&output)) && complete;
  return json_put(object, "citation", json_string(rs_check_citation((enum rs_check)check->id))) && complete;
}

static json_t *failure_row(const struct explanation *e, unsigned index) {
  const struct failure *failure = &e->failure[index];
  char text[JSON_TEXT];
  struct output output;
  json_t *object = json_place(e, failure->address);
  bool complete = put_check(object, failure_check(e, index));
  output_init(&output, NULL, text, sizeof text, false);
  tell_attempt(&output, failure->transition);
  complete = json_put(object, "attempt", json_finish(&output)) && complete;
  output_init(&output, NULL, text, sizeof text, false);
  fields_fault(&output, &failure->transition->fault);
  complete = json_put(object, "raised", json_finish(&output)) && complete;
  complete = json_put(object, "ring", json_integer(failure->transition->before.cpl)) && complete;
  complete = json_put(object, "sequence", json_integer((json_int_t)failure->sequence)) && complete;
  complete = json_put(object, "instructions", json_integer((json_int_t)failure->instructions)) && complete;
  if (complete) return object;
  json_decref(object);
  return NULL;
}

static json_t *json_mistakes(const struct explanation *e) {
  const char *list[MISTAKE_LIMIT];
  unsigned count = mistakes_list(e, list);
  json_t *array = json_array();
  for (unsigned i = 0; i < count; i++)
    json_array_append_new(array, json_string(list[i]));
  return array;
}

static bool put_failure(json_t *object, const struct explanation *e) {
  bool complete = e->failure_count ? put_check(object, failure_check(e, e->main))
                                   : json_put(object, "check", json_null());
  return json_put(object, "mistakes", json_mistakes(e)) && complete;
}

static bool put_culprits(json_t *object, const struct explanation *e) {
  const struct culprit *first = culprit_first(e);
  bool complete = json_put(object, "culprit", first ? json_culprit(e, first) : json_null());
  complete = json_put(object, "culprits", json_list(e, e->culprit_count, culprit_row)) && complete;
  return json_put(object, "chain", json_list(e, e->failure_count, failure_row)) && complete;
}

static bool put_shift(json_t *object, const struct explanation *e) {
  const struct frame_shift *shift = &e->shift;
  if (!shift->found) return true;
  json_t *value = json_place(e, shift->address);
  bool complete = json_put(value, "words", json_integer(shift->words));
  complete = json_put(value, "error_code", json_boolean(shift->error_code)) && complete;
  complete = json_put(value, "delivery", json_integer((json_int_t)shift->delivery)) && complete;
  return json_put(object, "frame_shift", value) && complete;
}

static bool put_event(json_t *object, const struct explanation *e) {
  if (!e->number) return true;
  char text[JSON_TEXT];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  cause_print(&output, &e->cause);
  bool complete = json_put(object, "cause", json_finish(&output));
  complete = json_put(object, "number", json_integer((json_int_t)e->number)) && complete;
  complete = json_put(object, "chosen", json_boolean(e->chosen)) && complete;
  complete = json_put(object, "instructions", json_integer((json_int_t)e->instructions)) && complete;
  complete = json_put(object, "from", json_place(e, e->from)) && complete;
  complete = json_put(object, "to", json_place(e, e->to)) && complete;
  if (e->repeated > 1)
    complete = json_put(object, "repeated", json_integer((json_int_t)e->repeated)) && complete;
  if (e->later) complete = json_put(object, "later", json_integer((json_int_t)e->later)) && complete;
  if (e->within) complete = json_put(object, "within", json_integer((json_int_t)e->within)) && complete;
  if (e->task.id)
    complete = json_put(object, "task",
                        json_pack("{s:I, s:s}", "pid", (json_int_t)e->task.id, "name", e->task.name)) &&
               complete;
  if (e->call[0]) complete = json_put(object, "call", json_string_nocheck(e->call)) && complete;
  return complete;
}

static json_t *json_explanation(const struct explanation *e) {
  json_t *object =
      json_pack("{s:s, s:b}", "kind", verdict_name(e->verdict), "whole", !e->damaged && e->ended);
  bool complete = put_event(object, e);
  complete = put_failure(object, e) && complete;
  complete = put_shift(object, e) && complete;
  complete = put_culprits(object, e) && complete;
  if (e->damaged) complete = json_put(object, "damage", json_string_nocheck(e->damage.text)) && complete;
  if (complete) return object;
  json_decref(object);
  return NULL;
}

enum rs_status tell_json(const struct explanation *e, FILE *file, struct rs_error *error) {
  json_t *object = json_explanation(e);
  if (!object) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  bool written =
      json_dumpf(object, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF && fflush(file) == 0;
  json_decref(object);
  return written ? RS_OK : rs_fail(error, RS_IO_ERROR, "the explanation could not be written");
}
