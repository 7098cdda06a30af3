/* Randomness from a seed: Steele, Lea and Flood's SplitMix64. Not a secret to anyone. */
#include "random.h"

static uint64_t state;

void random_seed(uint64_t seed) {
  state = seed;
}

uint64_t random_next(void) {
  uint64_t word = state += UINT64_C(0x9e3779b97f4a7c15);
  word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
  return word ^ word >> 31;
}
