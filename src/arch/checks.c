/* The tables behind the ids: texts and citations of checks, names of items, mechanisms and operations. */
#include "ringside/checks.h"

#include <assert.h>

#include "ringside/transition.h"

static const struct check_row {
  const char *name, *text, *citation;
} check_rows[RS_CHECK_COUNT] = {
#define X(name, text, citation) [RS_CHECK_##name] = { #name, text, citation },
  RS_CHECKS(X)
#undef X
};

static const char *const item_texts[RS_ITEM_COUNT] = {
#define X(name, text) [RS_ITEM_##name] = text,
  RS_ITEMS(X)
#undef X
};

static const char *const mechanism_names[] = {
#define X(name, text, is_transition) [RS_MECHANISM_##name] = text,
  RS_MECHANISMS(X)
#undef X
};

static const char *const operation_names[RS_OPERATION_COUNT] = { [RS_OP_NONE] = "none",
#define X(name, text) [RS_OP_##name] = text,
                                                                 RS_OPERATIONS(X)
#undef X
};

const char *rs_check_name(enum rs_check check) {
  assert(check < RS_CHECK_COUNT);
  return check_rows[check].name;
}

const char *rs_check_text(enum rs_check check) {
  assert(check < RS_CHECK_COUNT);
  return check_rows[check].text;
}

const char *rs_check_citation(enum rs_check check) {
  assert(check < RS_CHECK_COUNT);
  return check_rows[check].citation;
}

const char *rs_item_text(enum rs_item item) {
  assert(item < RS_ITEM_COUNT);
  return item_texts[item];
}

bool rs_item_is_pushed(enum rs_item item) {
  switch (item) {
  case RS_ITEM_PUSHED_SS:
  case RS_ITEM_PUSHED_SP:
  case RS_ITEM_PUSHED_FLAGS:
  case RS_ITEM_PUSHED_CS:
  case RS_ITEM_PUSHED_IP:
  case RS_ITEM_PUSHED_ERROR_CODE:
  case RS_ITEM_PUSHED_DATA_SEGMENT:
  case RS_ITEM_PUSHED_PARAMETER: return true;
  default: return false;
  }
}

bool rs_item_is_popped(enum rs_item item) {
  switch (item) {
  case RS_ITEM_POPPED_IP:
  case RS_ITEM_POPPED_CS:
  case RS_ITEM_POPPED_FLAGS:
  case RS_ITEM_POPPED_SP:
  case RS_ITEM_POPPED_SS:
  case RS_ITEM_POPPED_DATA_SEGMENT:
  case RS_ITEM_CALLER_PARAMETER: return true;
  default: return false;
  }
}

const char *rs_mechanism_name(enum rs_mechanism mechanism) {
  assert(mechanism < sizeof mechanism_names / sizeof *mechanism_names);
  return mechanism_names[mechanism];
}

const char *rs_operation_name(enum rs_operation operation) {
  assert(operation < RS_OPERATION_COUNT);
  return operation_names[operation];
}
