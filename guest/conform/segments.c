/* Loads of DS, ES, FS, GS and SS: every descriptor, RPL and ring; every instruction that loads them. */
#include "groups.h"
#include "trial.h"

TRY(mov_es);
TRY(mov_cs);
TRY(mov_ss);
TRY(mov_ds);
TRY(mov_fs);
TRY(mov_gs);
TRY(pop_es);
TRY(pop_ss);
TRY(pop_ds);
TRY(pop_fs);
TRY(pop_gs);
TRY(les);
TRY(lds);
TRY(lss);
TRY(lfs);
TRY(lgs);

struct load {
  const char *name, *ip;
  bool pops;
};

static const struct load moves[] = {
  { "mov-ds", try_mov_ds, false }, { "mov-ss", try_mov_ss, false }, { "mov-es", try_mov_es, false },
  { "mov-fs", try_mov_fs, false }, { "mov-gs", try_mov_gs, false }, { "mov-cs", try_mov_cs, false },
};

/* What follows are the forms that read memory. */
static const struct load loads[] = {
  { "pop-es", try_pop_es, true }, { "pop-ss", try_pop_ss, true }, { "pop-ds", try_pop_ds, true },
  { "pop-fs", try_pop_fs, true }, { "pop-gs", try_pop_gs, true }, { "les", try_les, false },
  { "lds", try_lds, false },      { "lss", try_lss, false },      { "lfs", try_lfs, false },
  { "lgs", try_lgs, false },
};

static void make(const struct load *load, unsigned ring, unsigned selector) {
  struct attempt attempt = trial_start(ring, load->ip);
  attempt.reg[REG_AX] = selector;
  trial_run(&attempt, sizeof(uintptr_t));
}

/* DS stands for all but SS here. */
static void descriptors(void) {
  for (unsigned i = 0; i < 2 * 256 * 4 * 4; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 4), ring = pick(&index, 4);
    const struct load *load = &moves[pick(&index, 2)];
    if (!trial_open("segment.load")) continue;
    output_add(" %s ring=%u rpl=%u access=%x", load->name, ring, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    make(load, ring, SELECTOR_A | rpl);
  }
}

static void registers(void) {
  for (unsigned i = 0; i < COUNT(moves) * 32 * 4 * 2 * 2; i++) {
    unsigned index = i, type = pick(&index, 32), dpl = pick(&index, 4), present = pick(&index, 2);
    unsigned ring = pick(&index, 2) * 3;
    const struct load *load = &moves[pick(&index, COUNT(moves))];
    if (load < moves + 2 || !trial_open("segment.register")) continue;
    output_add(" %s ring=%u type=%x dpl=%u present=%u", load->name, ring, type, dpl, present);
    *tables_slot(SELECTOR_A) = descriptor_flat(present << 7 | ACCESS_DPL(dpl) | type);
    make(load, ring, SELECTOR_A | ring);
  }
}

static void selectors(void) {
  for (unsigned i = 0; i < 2 * COUNT(moves) * SPECIAL_SELECTORS * 4; i++) {
    unsigned index = i, selector = special_selectors[pick(&index, SPECIAL_SELECTORS)], ring = pick(&index, 4),
             other = pick(&index, 2);
    const struct load *load = &moves[pick(&index, COUNT(moves))];
    struct attempt attempt;
    if (!trial_open("segment.selector")) continue;
    output_add(" %s ring=%u other-size=%u selector=%x", load->name, ring, other, selector);
    *tables_slot(SELECTOR_LDT_A) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(selector & 3) | TYPE_DATA);
    attempt = trial_start(ring, load->ip);
    attempt.reg[REG_AX] = selector;
    if (other) attempt.cs = tables_other_code(ring);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* The forms that read memory, in code of both sizes: a good segment, an absent one, execute-only code, null.
 * What POP finds on the stack, the others find there as a far pointer to 1111H. */
static void forms(void) {
  static const uint8_t accesses[] = { ACCESS_PRESENT | TYPE_DATA, TYPE_DATA, ACCESS_PRESENT | 0x18, 0 };
  for (unsigned i = 0; i < COUNT(loads) * COUNT(accesses) * 4 * 2; i++) {
    unsigned index = i, access = accesses[pick(&index, COUNT(accesses))], ring = pick(&index, 4),
             other = pick(&index, 2);
    const struct load *load = &loads[pick(&index, COUNT(loads))];
    bool narrow = other && !LONG_MODE;
    struct attempt attempt = trial_start(ring, load->ip);
    if (!trial_open("segment.form")) continue;
    output_add(" %s ring=%u other-size=%u access=%x", load->name, ring, other, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access | ACCESS_DPL(ring));
    if (other) attempt.cs = tables_other_code(ring);
    trial_push(&attempt, sizeof(uintptr_t), access ? SELECTOR_A | ring : 0);
    attempt.reg[REG_BX] = attempt.sp;
    if (!load->pops) {
      attempt.reg[REG_BX] -= narrow ? 2 : 4;
      trial_push(&attempt, narrow ? 2 : 4, 0x1111);
    }
    attempt.reg[REG_DI] = attempt.reg[REG_BX];
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

void group_segments(void) {
  descriptors();
  registers();
  selectors();
  forms();
}
