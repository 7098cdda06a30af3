/* Writes to a file until there is no space, reads all of it back, and makes room again. Not for Linux, whose
 * disk is larger. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned char byte_at(long at) {
  return (unsigned char)(at / 100 + at);
}

static long write_all(int fd) {
  unsigned char piece[1000];
  long total = 0;
  for (;;) {
    ssize_t count;
    for (size_t i = 0; i < sizeof piece; i++)
      piece[i] = byte_at(total + (long)i);
    count = write(fd, piece, sizeof piece);
    if (count < 0) return total;
    total += count;
  }
}

static int check_all(int fd, long total) {
  unsigned char piece[1000];
  lseek(fd, 0, SEEK_SET);
  for (long at = 0, count; at < total; at += count) {
    count = read(fd, piece, sizeof piece);
    if (count <= 0) return 1;
    for (long i = 0; i < count; i++)
      if (piece[i] != byte_at(at + i)) return 1;
  }
  return (int)read(fd, piece, sizeof piece);
}

int main(void) {
  int fd = open("/tmp/full", O_RDWR | O_CREAT, 0600);
  long total = write_all(fd);
  int wrong;
  printf("full: %s; ", strerror(errno));
  wrong = check_all(fd, total);
  printf("%ld bytes %s, ", total, wrong ? "NOT kept" : "kept");
  if (ftruncate(fd, 0) != 0 || write(fd, "x", 1) != 1) wrong = 1;
  puts(wrong ? "no room" : "room again");
  return wrong;
}
