/* Claims about the kernels' file system: archives, hostile ones too, paths, directories and contents, on page
 * frames of the host's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "console.h"
#include "contents.h"
#include "cpio.h"
#include "devices.h"
#include "errors.h"
#include "files.h"
#include "frames.h"
#include "heap.h"
#include "inodes.h"
#include "paging.h"
#include "paths.h"
#include "pipes.h"
#include "random.h"
#include "schedule.h"
#include "signals.h"
#include "task.h"
#include "user_memory.h"

#define FRAME_COUNT 4096
#define FRAME_SIZE 4096

/* What the file system needs of the rest of the kernel. */

static char *memory;
static size_t frames_used, frames_limit = FRAME_COUNT;
static struct task *current;

uintptr_t frames_take_low(void) {
  return frames_used < frames_limit ? (uintptr_t)++frames_used * FRAME_SIZE : 0;
}

void frames_return(uintptr_t frame) {
  (void)frame;
}

void *paging_direct(uintptr_t physical) {
  return memory + physical - FRAME_SIZE;
}

uint64_t paging_direct_size(void) {
  return UINT64_MAX;
}

struct clock_time clock_now(bool real) {
  return (struct clock_time){ real ? 1000000 : 0, 0 };
}

void console_write(enum console_channel channel, const void *bytes, size_t size) {
  (void)channel, (void)bytes, (void)size;
}

size_t console_read(void *bytes, size_t size) {
  (void)bytes, (void)size;
  return 0;
}

void console_say(const char *format, ...) {
  (void)format;
}

void console_refuse(const char *format, ...) {
  fail_msg("the kernel refused: %s", format);
  abort();
}

uint64_t random_next(void) {
  return 1;
}

bool schedule_interrupted(void) {
  return true;
}

void schedule_sleep(const void *channel) {
  (void)channel;
}

void schedule_wake(const void *channel) {
  (void)channel;
}

void signals_send(struct task *task, unsigned number) {
  task->signals.pending |= SIGNAL_BIT(number);
}

struct task *task_current(void) {
  return current;
}

bool copy_to_user(uintptr_t to, const void *from, size_t size) {
  memcpy((void *)to, from, size);
  return true;
}

size_t copy_some_from_user(void *to, uintptr_t from, size_t size) {
  memcpy(to, (const void *)from, size);
  return size;
}

/* Building archives. */

struct archive {
  char *bytes;
  size_t size;
};

static void append(struct archive *archive, const void *bytes, size_t size) {
  archive->bytes = realloc(archive->bytes, archive->size + size + 4);
  assert_non_null(archive->bytes);
  memcpy(archive->bytes + archive->size, bytes, size);
  archive->size += size;
  while (archive->size % 4)
    archive->bytes[archive->size++] = 0;
}

struct member {
  unsigned inode, mode, links;
  const char *name, *text;
};

static void add(struct archive *archive, const struct member *m) {
  char header[111 + 256];
  int length = snprintf(header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s",
                        m->inode, m->mode, 7, 8, m->links, 12345, (unsigned)strlen(m->text), 0, 0, 0, 0,
                        (unsigned)strlen(m->name) + 1, 0, m->name);
  append(archive, header, (size_t)length + 1);
  append(archive, m->text, strlen(m->text));
}

static void finish(struct archive *archive) {
  add(archive, &(struct member){ 0, 0, 1, "TRAILER!!!", "" });
}

static struct archive example(void) {
  static const struct member members[] = {
    { 1, MODE_DIRECTORY | 0755, 2, ".", "" },           { 2, MODE_DIRECTORY | 0700, 2, "etc", "" },
    { 3, MODE_REGULAR | 0644, 1, "etc/motd", "hello" }, { 4, MODE_LINK | 0777, 1, "etc/to", "motd" },
    { 5, MODE_REGULAR | 0600, 2, "one", "" },           { 5, MODE_REGULAR | 0600, 2, "two", "linked" },
    { 6, MODE_LINK | 0777, 1, "loop", "loop" },         { 7, MODE_CHARACTER | 0600, 1, "tty", "" },
  };
  struct archive archive = { NULL, 0 };
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    add(&archive, &members[i]);
  finish(&archive);
  return archive;
}

/* A test begins with an empty file system: the root is the kernel's one, so its names go. */
static int begin(void **state) {
  struct inode *root = inode_root();
  (void)state;
  current = calloc(1, sizeof *current);
  assert_non_null(current);
  current->directory = root;
  return 0;
}

static void empty(struct inode *directory) {
  while (directory->directory.first) {
    struct directory_entry *entry = directory->directory.first;
    if (inode_type(entry->inode) == MODE_DIRECTORY) empty(entry->inode);
    directory_remove(directory, entry->name);
  }
}

static int end(void **state) {
  (void)state;
  empty(inode_root());
  free(current);
  frames_limit = FRAME_COUNT;
  return 0;
}

static struct inode *found(const char *path) {
  struct inode *inode = NULL;
  assert_int_equal(path_find(current, path, &inode), 0);
  return inode;
}

static long not_found(const char *path) {
  struct inode *inode;
  return path_find(current, path, &inode);
}

static void an_archive_becomes_files_directories_and_links(void **state) {
  struct archive archive = example();
  char text[8] = "";
  size_t at;
  (void)state;
  assert_null(cpio_unpack(archive.bytes, archive.size, &at));
  assert_int_equal(inode_read(found("/etc/motd"), 0, text, sizeof text), 5);
  assert_string_equal(text, "hello");
  assert_int_equal(found("etc/motd")->mode, MODE_REGULAR | 0644);
  assert_int_equal(found("etc/motd")->owner, 7);
  assert_int_equal(found("etc/motd")->group, 8);
  assert_int_equal(found("etc/motd")->modified, 12345);
  assert_ptr_equal(found("/etc/to"), found("/etc//./motd"));
  assert_ptr_equal(found("/one"), found("/two"));
  assert_int_equal(found("/one")->links, 2);
  assert_int_equal(inode_read(found("/one"), 2, text, sizeof text), 4);
  assert_int_equal(not_found("/tty"), -ERROR_NOENT);
  end(NULL);
  free(archive.bytes);
  begin(NULL);
}

/* None may be read outside of; a few can only be told to be wrong, and no truncation passes for whole. */
static void every_truncation_of_an_archive_is_told(void **state) {
  struct archive archive = example();
  (void)state;
  for (size_t size = 0; size < archive.size; size++) {
    char *exact = malloc(size ? size : 1);
    size_t at;
    assert_non_null(exact);
    memcpy(exact, archive.bytes, size);
    if (size + 4 <= archive.size) assert_non_null(cpio_unpack(exact, size, &at));
    empty(inode_root());
    free(exact);
  }
  free(archive.bytes);
}

static void every_changed_byte_of_an_archive_is_survived(void **state) {
  static const char changes[] = { 0, '0', '7', 'F', '/', '.', (char)0xff };
  struct archive archive = example();
  (void)state;
  for (size_t i = 0; i < archive.size; i++) {
    for (size_t c = 0; c < sizeof changes; c++) {
      char kept = archive.bytes[i];
      size_t at;
      archive.bytes[i] = changes[c];
      (void)cpio_unpack(archive.bytes, archive.size, &at);
      assert_in_range(at, 0, archive.size);
      archive.bytes[i] = kept;
      empty(inode_root());
    }
  }
  free(archive.bytes);
}

static void a_path_says_what_is_wrong_with_it(void **state) {
  struct archive archive = example();
  char longest[300];
  size_t at;
  (void)state;
  assert_null(cpio_unpack(archive.bytes, archive.size, &at));
  memset(longest, 'a', sizeof longest);
  longest[sizeof longest - 1] = 0;
  assert_int_equal(not_found(""), -ERROR_NOENT);
  assert_int_equal(not_found("/none"), -ERROR_NOENT);
  assert_int_equal(not_found("/none/below"), -ERROR_NOENT);
  assert_int_equal(not_found("/etc/motd/below"), -ERROR_NOTDIR);
  assert_int_equal(not_found("/etc/motd/"), -ERROR_NOTDIR);
  assert_int_equal(not_found("/loop"), -ERROR_LOOP);
  assert_int_equal(not_found(longest), -ERROR_NAMETOOLONG);
  assert_ptr_equal(found("/../.././etc/../"), inode_root());
  end(NULL);
  free(archive.bytes);
  begin(NULL);
}

static void a_directory_knows_its_path_until_it_has_none(void **state) {
  char text[32];
  struct inode *inner;
  (void)state;
  inner = path_make("/a/bc/d", MODE_DIRECTORY | 0755);
  assert_non_null(inner);
  assert_int_equal(path_of_directory(inner, text, sizeof text), 8);
  assert_string_equal(text, "/a/bc/d");
  assert_int_equal(path_of_directory(inner, text, 8), 8);
  assert_int_equal(path_of_directory(inner, text, 7), -ERROR_RANGE);
  assert_int_equal(path_of_directory(inode_root(), text, sizeof text), 2);
  inode_hold(inner);
  directory_remove(found("/a/bc"), "d");
  assert_int_equal(path_of_directory(inner, text, sizeof text), -ERROR_NOENT);
  inode_release(inner);
}

static void cookies_outlast_what_comes_and_goes(void **state) {
  struct inode *directory = path_make("/d", MODE_DIRECTORY | 0755);
  const struct directory_entry *second;
  uint64_t cookie;
  (void)state;
  for (const char *const *name = (const char *const[]){ "/d/1", "/d/2", "/d/3", NULL }; *name; name++)
    assert_non_null(path_make(*name, MODE_REGULAR | 0644));
  second = directory_after(directory, directory->directory.first->cookie);
  assert_string_equal(second->name, "2");
  cookie = second->cookie;
  directory_remove(directory, "2");
  assert_non_null(path_make("/d/4", MODE_REGULAR | 0644));
  assert_string_equal(directory_after(directory, cookie)->name, "3");
}

/* A random mixture of writes, cuts and reads against plain memory. */
static void contents_are_what_was_written(void **state) {
  enum { SIZE = 3 * FRAME_SIZE };
  static char expected[SIZE], got[SIZE], initial[5000];
  struct contents contents = { .borrowed = initial, .size = sizeof initial };
  size_t size = sizeof initial;
  uint32_t seed = 1;
  (void)state;
  memset(initial, 'i', sizeof initial);
  memcpy(expected, initial, sizeof initial);
  for (unsigned round = 0; round < 2000; round++) {
    size_t at, length;
    seed = seed * 1664525 + 1013904223;
    at = seed >> 8 & 0x1fff;
    length = seed >> 16 & 0xfff;
    if (seed % 8 == 0) {
      assert_int_equal(contents_resize(&contents, at), 0);
      if (at < size) memset(expected + at, 0, size - at);
      size = at;
    } else {
      memset(got, (int)round, length);
      memcpy(expected + at, got, length);
      assert_int_equal(contents_write(&contents, at, got, length), length);
      if (length > 0 && at + length > size) size = at + length;
    }
    assert_int_equal(contents.size, size);
    assert_int_equal(contents_read(&contents, 0, got, sizeof got), size);
    assert_memory_equal(got, expected, size);
  }
  for (size_t i = 0; i < sizeof initial; i++)
    assert_int_equal(initial[i], 'i');
  assert_int_equal(contents_resize(&contents, 0), 0);
}

static void a_full_memory_is_no_space_and_keeps_what_there_is(void **state) {
  static char page[FRAME_SIZE];
  struct contents contents = { .borrowed = "borrowed", .size = 8 };
  char text[8];
  (void)state;
  frames_limit = 0;
  while (heap_take(FRAME_SIZE))
    ;
  assert_int_equal(contents_write(&contents, 0, page, sizeof page), -ERROR_NOSPC);
  assert_int_equal(contents.size, 8);
  assert_int_equal(contents_read(&contents, 0, text, 8), 8);
  assert_memory_equal(text, "borrowed", 8);
  assert_int_equal(contents_write(&contents, CONTENTS_LIMIT, page, 1), -ERROR_FBIG);
}

static void a_pipe_keeps_order_and_tells_its_end(void **state) {
  struct file *ends[2];
  char text[8];
  uint64_t none = 0;
  (void)state;
  assert_int_equal(pipe_create(ends, OPEN_NONBLOCK), 0);
  assert_int_equal(ends[0]->operations->read(ends[0], text, sizeof text, &none), -ERROR_AGAIN);
  assert_int_equal(ends[1]->operations->write(ends[1], "abc", 3, &none), 3);
  assert_int_equal(ends[1]->operations->write(ends[1], "def", 3, &none), 3);
  assert_int_equal(ends[0]->operations->read(ends[0], text, 4, &none), 4);
  assert_memory_equal(text, "abcd", 4);
  assert_int_equal(ends[1]->operations->read(ends[1], text, 4, &none), -ERROR_BADF);
  assert_int_equal(ends[0]->operations->ready(ends[0]), POLL_IN);
  file_release(ends[1]);
  assert_int_equal(ends[0]->operations->ready(ends[0]), POLL_IN | POLL_HANG_UP);
  assert_int_equal(ends[0]->operations->read(ends[0], text, 4, &none), 2);
  assert_int_equal(ends[0]->operations->read(ends[0], text, 4, &none), 0);
  file_release(ends[0]);
}

static void a_write_to_a_pipe_that_nobody_reads_sends_sigpipe(void **state) {
  struct file *ends[2];
  uint64_t none = 0;
  (void)state;
  assert_int_equal(pipe_create(ends, 0), 0);
  file_release(ends[0]);
  assert_int_equal(ends[1]->operations->write(ends[1], "a", 1, &none), -ERROR_PIPE);
  assert_int_equal(current->signals.pending, SIGNAL_BIT(SIGNAL_PIPE));
  file_release(ends[1]);
}

static void a_block_device_does_not_grow(void **state) {
  struct inode *disk;
  struct file *file;
  uint64_t at;
  (void)state;
  assert_true(devices_create());
  disk = found("/dev/ram0");
  file = file_open(disk, OPEN_READ_WRITE);
  at = disk->contents.size - 2;
  assert_int_equal(file->operations->write(file, "abc", 3, &at), 2);
  assert_int_equal(file->operations->write(file, "c", 1, &at), -ERROR_NOSPC);
  assert_int_equal(at, disk->contents.size);
  file_release(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(an_archive_becomes_files_directories_and_links, begin, end),
    cmocka_unit_test_setup_teardown(every_truncation_of_an_archive_is_told, begin, end),
    cmocka_unit_test_setup_teardown(every_changed_byte_of_an_archive_is_survived, begin, end),
    cmocka_unit_test_setup_teardown(a_path_says_what_is_wrong_with_it, begin, end),
    cmocka_unit_test_setup_teardown(a_directory_knows_its_path_until_it_has_none, begin, end),
    cmocka_unit_test_setup_teardown(cookies_outlast_what_comes_and_goes, begin, end),
    cmocka_unit_test_setup_teardown(contents_are_what_was_written, begin, end),
    cmocka_unit_test_setup_teardown(a_pipe_keeps_order_and_tells_its_end, begin, end),
    cmocka_unit_test_setup_teardown(a_write_to_a_pipe_that_nobody_reads_sends_sigpipe, begin, end),
    cmocka_unit_test_setup_teardown(a_block_device_does_not_grow, begin, end),
    cmocka_unit_test_setup_teardown(a_full_memory_is_no_space_and_keeps_what_there_is, begin, end),
  };
  int result;
  memory = calloc(FRAME_COUNT, FRAME_SIZE);
  if (!memory) return 1;
  result = cmocka_run_group_tests(tests, NULL, NULL);
  free(memory);
  return result;
}
