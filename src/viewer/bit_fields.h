/* The fields of descriptors, gates, page-table entries and registers, by their bits. */
#ifndef VIEWER_BIT_FIELDS_H
#define VIEWER_BIT_FIELDS_H

#include "ringside/transition.h"

struct bit_field {
  const char *name; /* NULL ends a list */
  uint8_t high, low;
};

/* Those of what a read or write concerns, or NULL. */
const struct bit_field *bit_fields_of(const struct rs_step *step, const union rs_value *value);

uint64_t bit_field_value(const struct bit_field *field, const union rs_value *value);

/* The value of a step as one word or two, which a segment register does not have. */
union rs_value bit_fields_word(const struct rs_step *step, const union rs_value *value);

#endif
