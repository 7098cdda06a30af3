/* Answers the engine's TLB: one page walk by the rules in force, accessed and dirty bits set as the walk
 * says. */
#include <string.h>

#include "arch/bits.h"
#include "vm/vm.h"

/* Sets the accessed and dirty bits that this access sets. */
static void walk_commit(struct rs_machine *vm, const struct paging_walk *walk) {
  for (unsigned i = 0; i < walk->count; i++) {
    const struct paging_entry *entry = &walk->entry[i];
    if (entry->updated == entry->value || entry->physical >= machine_ram_size(vm->hardware)) continue;
    memcpy(machine_ram(vm->hardware) + entry->physical, &entry->updated, entry->size);
    engine_memory_written(vm->engine, entry->physical, entry->size);
  }
}

/* What else the same page allows at the same privilege, so that the TLB need not ask again. */
static void walk_grant(const struct rs_cpu *cpu, const struct paging_walk *walk, bool user,
                       struct engine_translation *out) {
  bool user_page_from_supervisor = !user && walk->user && walk->count > 0;
  bool smap = user_page_from_supervisor && (cpu->cr4 & CR4_SMAP) && !(cpu->rflags & RFLAGS_AC);
  bool smep = user_page_from_supervisor && (cpu->cr4 & CR4_SMEP);
  out->readable = !smap;
  out->writable = !smap && walk->dirty && (walk->writable || (!user && !(cpu->cr0 & CR0_WP)));
  out->executable = !walk->no_execute && !smep;
}

bool vm_translate(void *context, uint64_t linear_page, enum access_kind kind, bool rflags_ac,
                  struct engine_translation *out) {
  struct rs_machine *vm = context;
  const struct paging_reader reader = paging_reader_of(machine_memory(vm->hardware));
  struct paging_walk walk;
  const struct rs_cpu *cpu = witness_state(vm, kind);
  bool user = cpu->cpl == 3;
  if (witness_translate(vm, linear_page, kind, out)) return true;
  /* Only AC of the flags matters to a walk, and the engine refreshes them before anyone else looks. */
  vm->cpu.rflags = rflags_ac ? vm->cpu.rflags | RFLAGS_AC : vm->cpu.rflags & ~RFLAGS_AC;
  paging_walk(cpu, &reader, linear_page, kind, user ? ACCESS_USER : ACCESS_SUPERVISOR, &walk);
  memset(out, 0, sizeof *out);
  if (walk.refused) {
    out->error_code = walk.error_code;
    return false;
  }
  walk_commit(vm, &walk);
  walk_grant(cpu, &walk, user, out);
  out->physical = walk.physical & ~UINT64_C(0xfff);
  return true;
}
