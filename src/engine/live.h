/* Where a handle keeps the processor state itself. */
#ifndef ENGINE_LIVE_H
#define ENGINE_LIVE_H

#include <unicorn/unicorn.h>

#include "engine/layout.h"

/* What the offsets of `layout` into a saved context count from, in the state that generated code works on;
 * NULL when it is not found beyond doubt. */
uint8_t *live_find(uc_engine *uc, const struct layout *layout);

#endif
