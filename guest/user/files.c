/* Files, directories, links, pipes and descriptors, in a directory of its own that it removes again; tells
 * what every step came to. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PLACE "ringside-files"

static void tell(const char *what, long result) {
  if (result < 0)
    printf("%s: %s\n", what, strerror(errno));
  else
    printf("%s: %ld\n", what, result);
}

/* 0 for success, so that descriptors' numbers tell too. */
static void tell_stat(const char *path) {
  struct stat s;
  int result = lstat(path, &s);
  tell(path, result);
  if (result == 0)
    printf("  mode %o, links %lu, size %ld\n", (unsigned)s.st_mode, (unsigned long)s.st_nlink,
           S_ISDIR(s.st_mode) ? 0L : (long)s.st_size);
}

static void reading_and_writing(void) {
  char text[32] = "";
  int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0666), other;
  struct iovec pieces[2] = { { "two ", 4 }, { "pieces", 6 } };
  tell("create", fd);
  tell("create again", open("f", O_RDWR | O_CREAT | O_EXCL, 0666));
  tell("write", write(fd, "some words", 10));
  tell("seek back", lseek(fd, -5, SEEK_CUR));
  tell("read", read(fd, text, sizeof text));
  puts(text);
  tell("read at the end", read(fd, text, sizeof text));
  tell("seek before the start", lseek(fd, -1, SEEK_SET));
  tell("pwrite", pwrite(fd, "SOME", 4, 0));
  tell("pread", pread(fd, text, 10, 0));
  puts(text);
  tell("write behind the end", pwrite(fd, "x", 1, 20000));
  tell("the hole", pread(fd, text, 3, 15000) + text[0] + text[1]);
  tell("cut", ftruncate(fd, 4));
  tell("size", lseek(fd, 0, SEEK_END));
  tell("writev", writev(fd, pieces, 2));
  other = open("f", O_WRONLY | O_APPEND);
  tell("append", write(other, "!", 1));
  tell("read of a file open for writing", read(other, text, 1));
  tell("its flags", fcntl(other, F_GETFL) & (O_ACCMODE | O_APPEND));
  memset(text, 0, sizeof text);
  tell("all of it", pread(fd, text, sizeof text, 0));
  puts(text);
  close(other);
  tell("closed", write(other, "!", 1));
  close(fd);
  tell_stat("f");
}

static void mapping(void) {
  int fd = open("f", O_RDONLY);
  char *bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  tell("map", bytes == MAP_FAILED ? -1 : 0);
  if (bytes != MAP_FAILED) {
    printf("%.4s, then zeros: %d\n", bytes, bytes[4000]);
    bytes[0] = 'X';
    munmap(bytes, 4096);
  }
  tell("map what is only read, to write and share",
       mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
  close(fd);
}

static void directories(void) {
  char text[PATH_MAX];
  tell("mkdir", mkdir("d", 0777));
  tell("mkdir again", mkdir("d", 0777));
  tell("mkdir without a way there", mkdir("none/d", 0777));
  tell("inner", mkdir("d/inner", 0700));
  tell("rmdir of what is not empty", rmdir("d"));
  tell("rmdir of a file", rmdir("f"));
  tell("unlink of a directory", unlink("d") < 0 ? 0 : 1);
  tell_stat("d");
  tell("chdir", chdir("d/inner"));
  if (getcwd(text, sizeof text)) puts(strstr(text, PLACE));
  tell("chdir back", chdir("../.."));
  tell("chdir to a file", chdir("f"));
  tell("move into itself", rename("d", "d/inner/d"));
  tell("move", rename("d/inner", "moved"));
  tell_stat("d");
  tell_stat("moved");
  tell("open for writing", open("d", O_WRONLY));
  tell("read of a directory", read(open("d", O_RDONLY), text, 1));
}

static void links(void) {
  char text[32] = "";
  tell("link", link("f", "g"));
  tell_stat("g");
  tell("symlink", symlink("g", "s"));
  tell_stat("s");
  tell("readlink", readlink("s", text, sizeof text));
  puts(text);
  tell("readlink of a file", readlink("f", text, sizeof text));
  tell("through it", access("s", R_OK));
  tell("not executable", access("s", X_OK));
  tell("unlink", unlink("f"));
  tell_stat("g");
  tell("over another", rename("g", "h"));
  tell("dangling", access("s", F_OK));
  tell("to itself", symlink("circle", "circle"));
  tell("open of it", open("circle", O_RDONLY));
  tell("open of a link without following", open("s", O_RDONLY | O_NOFOLLOW));
  tell("as a directory", access("h/", F_OK));
}

static int by_name(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

static void listing(void) {
  DIR *directory = opendir(".");
  char *names[16];
  size_t count = 0;
  struct dirent *entry;
  while ((entry = readdir(directory)) && count < 16)
    names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof *names, by_name);
  for (size_t i = 0; i < count; i++)
    puts(names[i]);
}

static void pipes(void) {
  int ends[2], doubled;
  char text[16] = "";
  struct pollfd asked;
  tell("pipe", pipe2(ends, O_NONBLOCK));
  tell("empty", read(ends[0], text, sizeof text));
  asked = (struct pollfd){ .fd = ends[0], .events = POLLIN };
  tell("poll", poll(&asked, 1, 0));
  tell("write", write(ends[1], "through", 7));
  tell("poll", poll(&asked, 1, 0));
  doubled = dup2(ends[0], 20);
  tell("dup2", doubled);
  tell("close on exec", fcntl(doubled, F_GETFD));
  tell("dup from 30", fcntl(doubled, F_DUPFD_CLOEXEC, 30));
  tell("close on exec", fcntl(30, F_GETFD));
  tell("read", read(doubled, text, sizeof text));
  puts(text);
  close(ends[1]);
  tell("no writer", read(ends[0], text, sizeof text));
  tell("poll", poll(&asked, 1, -1));
  printf("it hung up: %d\n", (asked.revents & POLLHUP) != 0);
  tell("seek", lseek(ends[0], 0, SEEK_SET));
}

static void devices(void) {
  char text[4] = "abc";
  int fd = open("/dev/null", O_RDWR);
  tell("null, write", write(fd, "x", 1));
  tell("null, read", read(fd, text, 1));
  fd = open("/dev/zero", O_RDONLY);
  tell("zero", read(fd, text, 3) + text[0] + text[1] + text[2]);
  tell("full", write(open("/dev/full", O_WRONLY), "x", 1));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  umask(027);
  for (int inherited = 3; inherited < 20; inherited++)
    close(inherited);
  tell("a place", mkdir(PLACE, 0755));
  if (chdir(PLACE) != 0) return 1;
  reading_and_writing();
  mapping();
  directories();
  links();
  listing();
  pipes();
  devices();
  chdir("..");
  for (const char *const *path = (const char *const[]){ "d", "moved", "h", "s", "circle", NULL }; *path;
       path++) {
    char name[64];
    snprintf(name, sizeof name, PLACE "/%s", *path);
    tell(name, remove(name));
  }
  tell("the place", rmdir(PLACE));
  return 0;
}
