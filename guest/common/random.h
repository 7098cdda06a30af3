/* Randomness that the same seed repeats. */
#ifndef GUEST_RANDOM_H
#define GUEST_RANDOM_H

#include <stdint.h>

void random_seed(uint64_t seed);
uint64_t random_next(void);

#endif
