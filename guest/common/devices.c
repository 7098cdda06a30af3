/* Devices: each a set of operations. */
#include "devices.h"

#include "console.h"
#include "errors.h"
#include "files.h"
#include "inodes.h"
#include "paths.h"
#include "random.h"
#include "text.h"

#define DEVICE(major, minor) ((major) << 8 | (minor))
#define RAM_DISK_SIZE 0x400000

static long console_file_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)position;
  return (long)console_read(bytes, size);
}

static long output_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)position;
  console_write(CONSOLE_OUTPUT, bytes, size);
  return (long)size;
}

static long errors_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)position;
  console_write(CONSOLE_ERRORS, bytes, size);
  return (long)size;
}

static long null_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)bytes, (void)size, (void)position;
  return 0;
}

static long null_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)bytes, (void)position;
  return (long)size;
}

static long zero_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)position;
  memset(bytes, 0, size);
  return (long)size;
}

static long full_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)bytes, (void)size, (void)position;
  return -ERROR_NOSPC;
}

static long random_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  char *to = bytes;
  (void)file, (void)position;
  for (size_t done = 0, piece; done < size; done += piece) {
    uint64_t word = random_next();
    piece = size - done < sizeof word ? size - done : sizeof word;
    memcpy(to + done, &word, piece);
  }
  return (long)size;
}

static const struct file_operations input = { console_file_read, refuse_write, always_ready,
                                              release_nothing };
static const struct file_operations output = { refuse_read, output_write, always_ready, release_nothing };
static const struct file_operations errors = { refuse_read, errors_write, always_ready, release_nothing };
static const struct file_operations console = { console_file_read, output_write, always_ready,
                                                release_nothing };
static const struct file_operations null = { null_read, null_write, always_ready, release_nothing };
static const struct file_operations zero = { zero_read, null_write, always_ready, release_nothing };
static const struct file_operations full = { zero_read, full_write, always_ready, release_nothing };
static const struct file_operations random = { random_read, null_write, always_ready, release_nothing };

/* Numbers as Linux gives them, Documentation/admin-guide/devices.txt. */
static const struct {
  const char *path;
  unsigned mode, number;
  const struct file_operations *operations;
} devices[] = {
  { "/dev/null", MODE_CHARACTER | 0666, DEVICE(1, 3), &null },
  { "/dev/zero", MODE_CHARACTER | 0666, DEVICE(1, 5), &zero },
  { "/dev/full", MODE_CHARACTER | 0666, DEVICE(1, 7), &full },
  { "/dev/random", MODE_CHARACTER | 0666, DEVICE(1, 8), &random },
  { "/dev/urandom", MODE_CHARACTER | 0666, DEVICE(1, 9), &random },
  { "/dev/console", MODE_CHARACTER | 0600, DEVICE(5, 1), &console },
  { "/dev/ram0", MODE_BLOCK | 0600, DEVICE(1, 0), &block_operations },
};

bool devices_create(void) {
  if (!path_make("/dev", MODE_DIRECTORY | 0755)) return false;
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
    struct inode *inode = path_make(devices[i].path, devices[i].mode);
    if (!inode) return false;
    inode->operations = devices[i].operations;
    inode->device = devices[i].number;
    if (inode_type(inode) == MODE_BLOCK) (void)contents_resize(&inode->contents, RAM_DISK_SIZE);
  }
  return true;
}

void devices_open_console(struct file_table *files) {
  static const struct file_operations *const operations[] = { &input, &output, &errors };
  for (unsigned i = 0; i < 3; i++) {
    struct inode *inode = inode_create(MODE_PIPE | 0600);
    struct file *file;
    if (inode) inode->operations = operations[i];
    file = inode ? file_open(inode, i == 0 ? OPEN_READ_ONLY : OPEN_WRITE_ONLY) : NULL;
    if (!file) console_refuse("memory is too small for the console");
    inode_release(inode);
    files_replace(files, file, i, false);
  }
}
