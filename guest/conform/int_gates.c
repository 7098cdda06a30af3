/* INT n and its like through every kind of gate, from every ring. */
#include "groups.h"

#include "bits.h"
#include "trial.h"

TRY(int);

/* The gate's type, DPL and presence. Its target is ring 0, so that what decides is the gate. What a task gate
 * does has trials of its own. */
static void gate_bytes(void) {
  for (unsigned i = 0; i < 4 * 256; i++) {
    unsigned index = i, access = pick(&index, 256), ring = pick(&index, 4);
    struct attempt attempt;
    if (!LONG_MODE && (access & ~ACCESS_DPL(3)) == (ACCESS_PRESENT | TYPE_TASK_GATE)) continue;
    if (!trial_open("int.gate")) continue;
    output_add(" ring=%u access=%x", ring, access);
    attempt = trial_start(ring, try_int);
    tables_set_gate(VECTOR_TRIED, access, SELECTOR_CODE0, STAGE_ARRIVE, 0);
    trial_run(&attempt, (access & 0x8) != 0 || LONG_MODE ? sizeof(uintptr_t) : 2);
  }
}

void group_int_gates(void) {
  gate_bytes();
}
