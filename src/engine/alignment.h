/* Alignment checks of plain code in ring 3 [SDM3 "Interrupt 17—Alignment Check Exception (#AC)"]. */
#ifndef ENGINE_ALIGNMENT_H
#define ENGINE_ALIGNMENT_H

#include "engine/internal.h"

/* Whether the block that is translated now is to be checked. The library translates anew for each CPL and
 * RFLAGS.AC. */
bool alignment_is_checked(struct engine *e);

/* CR0 may have changed: has the blocks of ring 3 with AC translated anew when AM did. */
void alignment_follow(struct engine *e);

/* Before the plain instruction at `offset` of the block under way, `*cpu` being fetched: true when an access
 * of its own is not aligned, and then what is raised. */
bool alignment_refuses(struct engine *e, uint64_t offset, struct engine_exception *fault);

#endif
