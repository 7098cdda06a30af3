/* The values of a trace as JSON: addresses and words as "0x..." strings, since JSON's numbers lose bits. */
#ifndef TRACE_JSON_VALUES_H
#define TRACE_JSON_VALUES_H

#include <jansson.h>
#include <stdbool.h>

#include "ringside/trace.h"

/* Sets `key`, taking `value`; false when memory was short at this or at the making of `value`. */
bool json_put(json_t *object, const char *key, json_t *value);

json_t *json_hex(uint64_t value);

/* All registers: words as strings, segments and table registers as objects. */
json_t *json_registers(const struct rs_cpu *cpu);
json_t *json_register(enum rs_register reg, const union rs_value *value);

/* A value of a read or write: of up to 16 bytes of memory as one number. */
json_t *json_value(const struct rs_step *step, const union rs_value *value);

json_t *json_steps(const struct rs_transition *transition, const struct rs_symbols *symbols);
json_t *json_stack(const struct rs_stack_window *window);

#endif
