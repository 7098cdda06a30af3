/* Breakpoints on data: which pages they make slow, and what has been met. */
#ifndef ENGINE_WATCH_H
#define ENGINE_WATCH_H

#include "engine/internal.h"

/* Adds the one hook; maps the device that stands for watched pages. */
bool watch_hook(struct engine *e);
bool watch_map(struct engine *e);

/* True when the page holds a breakpoint on data. */
bool watch_covers(const struct engine *e, uint64_t linear);

/* Leads data accesses to the page, for which `entry` has been granted, through the device, and fetches past
 * it. Where blocks are not stepped it is closed: what is met is told before the next instruction. */
void watch_lead(struct engine *e, uint64_t linear, enum access_kind kind, uc_tlb_entry *entry);
void watch_close(struct engine *e);

/* The instruction under way has not been completed: what it met does not count. */
void watch_forget(struct engine *e);

#endif
