/* A trial: one case with its identity, its preparations and its outcome, told in one line. */
#ifndef CONFORM_TRIAL_H
#define CONFORM_TRIAL_H

#include <stdbool.h>

#include "attempt.h"
#include "output.h"
#include "tables.h"

/* Every instruction of stage.S that a trial starts at. */
#define TRY(name) extern const char try_##name[]

/* One that is written to the stage when it is tried; what is fetched behind it is INT VECTOR_ARRIVED. */
struct instruction {
  const char *name, *bytes;
  uint8_t length, ignored; /* as in struct attempt */
  uint32_t cr4;            /* the bits of CR4 that it depends on */
};

#define INSTRUCTION(name, bytes) name, bytes, sizeof bytes - 1

/* Returns where it is. */
const void *trial_place(const struct instruction *instruction);

/* Which trials are made: those whose number modulo `shards` is `shard`, in groups whose name begins with
 * `group`. */
struct trial_selection {
  unsigned shard, shards;
  const char *group;
  bool mild; /* without the harsh ones */
};

void trial_select(const struct trial_selection *selection);

/* True when the next case is to be made: the line then begins with `group`, output_add() adds the parameters,
 * and the tables are as before every trial. */
bool trial_open(const char *group);

/* The same for a case that not every processor can make: it counts for the shards everywhere. */
bool trial_open_if(const char *group, bool possible);

/* How an attempt begins unless a case says otherwise: at a ring, with that ring's segments and stack, at
 * `ip`. */
struct attempt trial_start(unsigned ring, const void *ip);

/* False when cases are to be left out that stop an emulator for good when it is wrong about them. */
bool trial_may_be_harsh(void);

/* By enum attempt_segment. */
extern const char *const trial_segment_names[SEG_COUNT];

/* Puts a word of `width` bytes on the attempt's stack. */
void trial_push(struct attempt *attempt, unsigned width, uintptr_t value);

/* Makes the attempt and ends the line with its outcome: the vector, error code and CR2; the frame; the stack,
 * as words of `width` bytes; then whatever segment, register and descriptor has changed. */
void trial_run(const struct attempt *attempt, unsigned width);

/* The same without the end of the line. */
void trial_make(const struct attempt *attempt, unsigned width);

/* That with what has changed of the control and debug registers, which are as usual
 * afterwards. */
void trial_make_system(const struct attempt *attempt);

/* With paging: code and stack through the stage's alias, which is for the inner rings alone. */
void trial_use_alias(struct attempt *attempt);

/* The number of cases told. */
unsigned trial_count(void);

/* Takes the next digit of an index that enumerates several choices at once. */
static inline unsigned pick(unsigned *index, unsigned choices) {
  unsigned choice = *index % choices;
  *index /= choices;
  return choice;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
