/* Allocates by every way there is, small and large, uses what it got, and tells a checksum of it. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOTS 64
#define ROUNDS 4000

static uint32_t state = 12345;

static uint32_t next(void) {
  return state = state * 1664525u + 1013904223u;
}

static uint32_t sum(const unsigned char *bytes, size_t size, uint32_t so_far) {
  for (size_t i = 0; i < size; i += 61)
    so_far = so_far * 31 + bytes[i];
  return so_far;
}

/* Sizes from a few bytes, which come from the break, to some 300 KiB, which are mapped. */
static uint32_t churn(void) {
  unsigned char *slot[SLOTS] = { NULL };
  size_t size[SLOTS] = { 0 };
  uint32_t total = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    unsigned i = next() % SLOTS;
    size_t wanted = 1 + next() % (round % 16 == 0 ? 300000 : 2000);
    if (slot[i]) total = sum(slot[i], size[i], total);
    slot[i] = realloc(slot[i], wanted);
    if (!slot[i]) return 0;
    memset(slot[i], (int)(next() >> 24), wanted);
    size[i] = wanted;
  }
  for (unsigned i = 0; i < SLOTS; i++)
    free(slot[i]);
  return total;
}

static int grow_and_shrink(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *map = mmap(NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *moved;
  if (map == MAP_FAILED) return 0;
  memset(map, 'a', 8 * page);
  moved = mremap(map, 8 * page, 64 * page, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED || moved[8 * page - 1] != 'a' || moved[8 * page] != 0) return 0;
  if (mremap(moved, 64 * page, page, 0) != moved || moved[0] != 'a') return 0;
  if (madvise(moved, page, MADV_DONTNEED) != 0 || moved[0] != 0) return 0;
  return munmap(moved, page) == 0;
}

/* Far more stack than a program starts with. */
static unsigned recurse(unsigned depth) {
  volatile char block[4000];
  block[0] = (char)depth;
  block[sizeof block - 1] = 1;
  return depth == 0 ? 0 : recurse(depth - 1) + (unsigned)block[sizeof block - 1];
}

static int too_much(void) {
  size_t size = SIZE_MAX - SIZE_MAX / 16;
  return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

int main(void) {
  printf("checksum %08x\n", churn());
  printf("mappings %s\n", grow_and_shrink() ? "right" : "wrong");
  printf("recursion %u\n", recurse(500));
  printf("%s\n", too_much() ? "too much given" : "too much refused");
  return 0;
}
