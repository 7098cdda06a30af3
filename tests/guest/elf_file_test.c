/* Claims about the kernels' reading of program files, with every truncation and every changed byte of real
 * ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf_file.h"

#define HEADERS_END 0x200 /* what lies behind is content, which is not looked into */

struct file {
  unsigned char *bytes;
  size_t size;
};

static struct file read_probe(const char *name) {
  struct file file = { NULL, 0 };
  char path[512];
  FILE *stream;
  snprintf(path, sizeof path, GUEST_PROBES "/%s", name);
  stream = fopen(path, "rb");
  assert_non_null(stream);
  fseek(stream, 0, SEEK_END);
  file.size = (size_t)ftell(stream);
  rewind(stream);
  file.bytes = malloc(file.size);
  assert_int_equal(fread(file.bytes, 1, file.size, stream), file.size);
  fclose(stream);
  return file;
}

static void assert_segments_within(const struct elf_program *program, size_t size) {
  assert_in_range(program->segment_count, 1, ELF_SEGMENTS);
  for (unsigned i = 0; i < program->segment_count; i++) {
    const struct elf_segment *segment = &program->segments[i];
    assert_true(segment->file_offset <= size);
    assert_true(segment->file_size <= size - segment->file_offset);
    assert_true(segment->file_size <= segment->memory_size);
  }
}

static void real_programs_are_read(void **state) {
  struct elf_program program;
  struct file wide = read_probe("int80_write-x86_64"), narrow = read_probe("int80_write-i386");
  (void)state;
  assert_null(elf_read(wide.bytes, wide.size, wide.size, &program));
  assert_true(program.wide);
  assert_int_equal(program.entry, 0x401000);
  assert_segments_within(&program, wide.size);
  assert_null(elf_read(narrow.bytes, narrow.size, narrow.size, &program));
  assert_false(program.wide);
  assert_int_equal(program.entry, 0x8049000);
  assert_segments_within(&program, narrow.size);
  free(wide.bytes);
  free(narrow.bytes);
}

/* Each truncation stands in memory of exactly its size, so that a sanitizer sees a read past its end. */
static void refuse_truncations(const char *name) {
  struct file file = read_probe(name);
  struct elf_program whole, program;
  uint64_t needed = 0;
  assert_null(elf_read(file.bytes, file.size, file.size, &whole));
  for (unsigned i = 0; i < whole.segment_count; i++)
    if (whole.segments[i].file_offset + whole.segments[i].file_size > needed)
      needed = whole.segments[i].file_offset + whole.segments[i].file_size;
  for (size_t size = 0; size < file.size; size++) {
    unsigned char *part = malloc(size ? size : 1);
    memcpy(part, file.bytes, size);
    if (size < needed)
      assert_non_null(elf_read(part, size, size, &program));
    else
      assert_null(elf_read(part, size, size, &program));
    free(part);
  }
  free(file.bytes);
}

static void every_truncation_of_what_is_loaded_is_refused(void **state) {
  (void)state;
  refuse_truncations("int80_write-x86_64");
  refuse_truncations("int80_write-i386");
}

static void change_every_byte(const char *name) {
  static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
  struct file file = read_probe(name);
  struct elf_program program;
  for (size_t at = 0; at < HEADERS_END && at < file.size; at++) {
    unsigned char kept = file.bytes[at];
    for (unsigned i = 0; i < sizeof values; i++) {
      file.bytes[at] = values[i];
      if (!elf_read(file.bytes, file.size, file.size, &program)) assert_segments_within(&program, file.size);
    }
    file.bytes[at] = kept;
  }
  free(file.bytes);
}

static void what_is_accepted_of_changed_headers_lies_within_the_file(void **state) {
  (void)state;
  change_every_byte("int80_write-x86_64");
  change_every_byte("int80_write-i386");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(real_programs_are_read),
    cmocka_unit_test(every_truncation_of_what_is_loaded_is_refused),
    cmocka_unit_test(what_is_accepted_of_changed_headers_lies_within_the_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
