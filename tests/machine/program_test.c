/* Claims about user programs: what is accepted, and the line with which each other file is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/image.h"
#include "ringside/program.h"

/* One change to a valid image, and the line that follows from it. */
struct refusal {
  struct image_field field;
  uint64_t value;
  const char *line;
};

static void assert_refused(const struct rs_blob *blob, const char *line) {
  struct rs_error error = { 0 };
  struct rs_program_facts facts;
  assert_int_equal(rs_program_inspect(blob, &facts, &error), RS_BAD_IMAGE);
  assert_string_equal(error.text, line);
}

static void assert_all_refused(bool is_64, const struct refusal *refusal, size_t count) {
  for (size_t i = 0; i < count; i++) {
    static struct image image;
    image_elf(&image, is_64, 0x400000, 0);
    image_put(&image, refusal[i].field, refusal[i].value);
    struct rs_blob blob = image_blob(&image);
    assert_refused(&blob, refusal[i].line);
  }
}

#define ASSERT_ALL_REFUSED(is_64, table) assert_all_refused(is_64, table, sizeof table / sizeof table[0])

static void assert_facts(const struct image *image, const struct rs_program_facts *expected) {
  struct rs_blob blob = image_blob(image);
  struct rs_program_facts facts;
  struct rs_error error = { 0 };
  assert_int_equal(rs_program_inspect(&blob, &facts, &error), RS_OK);
  assert_int_equal(facts.class, expected->class);
  assert_int_equal(facts.position_independent, expected->position_independent);
  assert_int_equal(facts.entry, expected->entry);
  assert_int_equal(facts.low, expected->low);
  assert_int_equal(facts.high, expected->high);
}

static void static_programs_of_both_classes_pass_with_their_facts(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, false, 0x8048000, 0);
  assert_facts(&image, &(struct rs_program_facts){ RS_PROGRAM_I386, false, 0x8048010, 0x8048000, 0x8049800 });
  image_elf(&image, true, 0x7fff00000000, 0);
  assert_facts(&image, &(struct rs_program_facts){ RS_PROGRAM_X86_64, false, 0x7fff00000010, 0x7fff00000000,
                                                   0x7fff00001800 });
}

static void a_static_pie_passes_and_is_called_one(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0, 0);
  image_put(&image, H64(e_type), ET_DYN);
  assert_facts(&image, &(struct rs_program_facts){ RS_PROGRAM_X86_64, true, 0x10, 0, 0x1800 });
}

static void virtual_addresses_count_and_physical_ones_do_not(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, false, 0xffff0000, 0x80010000 + UINT64_C(0x100000000));
  assert_facts(&image,
               &(struct rs_program_facts){ RS_PROGRAM_I386, false, 0x80000010, 0x80000000, 0x80001800 });
}

static void segments_may_reach_the_end_of_user_space_but_not_pass_it(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, false, 0xc0000000 - 0x2000, 0);
  image_put(&image, P32(1, p_memsz), 0x1000);
  assert_facts(&image,
               &(struct rs_program_facts){ RS_PROGRAM_I386, false, 0xbfffe010, 0xbfffe000, 0xc0000000 });
  image_put(&image, P32(1, p_memsz), 0x1001);
  struct rs_blob blob = image_blob(&image);
  assert_refused(
      &blob, "kernel.elf: segment 1 at 0xbffff000..0xc0000001 lies outside the addresses of user programs");
}

static void foreign_files_are_named(void **state) {
  (void)state;
  const struct refusal refusals[] = {
    { BYTE(0), 0, "kernel.elf: is not an ELF file" },
    { BYTE(EI_CLASS), 0, "kernel.elf: has ELF class 0, neither 32-bit nor 64-bit" },
    { BYTE(EI_DATA), ELFDATA2MSB, "kernel.elf: is big-endian; x86 is little-endian" },
    { BYTE(EI_DATA), 7, "kernel.elf: has ELF data encoding 7, which does not exist" },
    { H64(e_machine), EM_AARCH64, "kernel.elf: is for machine 183 (64-bit Arm), not for i386 or x86-64" },
    { H64(e_machine), EM_RISCV, "kernel.elf: is for machine 243 (RISC-V), not for i386 or x86-64" },
    { H64(e_machine), 9999, "kernel.elf: is for machine 9999, not for i386 or x86-64" },
    { H64(e_machine), EM_386, "kernel.elf: says both i386 and 64-bit" },
    { H64(e_type), ET_REL, "kernel.elf: is an object file; link it first" },
    { H64(e_type), ET_CORE, "kernel.elf: is a core dump, not a program" },
    { H64(e_type), ET_NONE, "kernel.elf: has ELF type 0, which is no program" },
    { H64(e_type), 0xfe00, "kernel.elf: has ELF type 65024, which is no program" },
    { H64(e_version), 2, "kernel.elf: has ELF version 2, not 1" },
  };
  ASSERT_ALL_REFUSED(true, refusals);
  const struct refusal x32[] = { { H32(e_machine), EM_X86_64,
                                   "kernel.elf: is for the x32 ABI; only i386 and x86-64 are run" } };
  ASSERT_ALL_REFUSED(false, x32);
}

static void broken_tables_are_named(void **state) {
  (void)state;
  const struct refusal refusals[] = {
    { H64(e_phnum), 0, "kernel.elf: has no program headers: nothing to load" },
    { H64(e_phentsize), 32, "kernel.elf: has program headers of 32 bytes, not 56" },
    { H64(e_phoff), 0x2100 - 111,
      "kernel.elf: is truncated: its 2 program headers at 0x2091 lie past the end of the file, 0x2100" },
    { H64(e_phoff), UINT64_MAX,
      "kernel.elf: is truncated: its 2 program headers at 0xffffffffffffffff lie past the end of the file, "
      "0x2100" },
    { H64(e_phnum), 0xffff,
      "kernel.elf: is truncated: its 65535 program headers at 0x40 lie past the end of the file, 0x2100" },
  };
  ASSERT_ALL_REFUSED(true, refusals);
}

static void broken_segments_are_named_64(void **state) {
  (void)state;
  const struct refusal refusals[] = {
    { P64(1, p_filesz), 0x801, "kernel.elf: segment 1 has 0x801 bytes in the file but only 0x800 in memory" },
    { P64(1, p_offset), 0x2001,
      "kernel.elf: is truncated: segment 1 has 0x100 bytes at 0x2001, past the end of the file, 0x2100" },
    { P64(1, p_offset), UINT64_MAX - 0x7f,
      "kernel.elf: is truncated: segment 1 has 0x100 bytes at 0xffffffffffffff80, past the end of the file, "
      "0x2100" },
    { P64(0, p_memsz), UINT64_MAX,
      "kernel.elf: segment 0 with 0xffffffffffffffff bytes at 0x400000 (physical 0x400000) runs past the end "
      "of the "
      "address space" },
    { P64(0, p_memsz), UINT64_C(0) - 0x400000,
      "kernel.elf: segment 0 with 0xffffffffffc00000 bytes at 0x400000 (physical 0x400000) runs past the end "
      "of the "
      "address space" },
    { P64(1, p_vaddr), 0x400000,
      "kernel.elf: segment 1 at 0x400000..0x400800 begins before the end of the segment before it" },
    { P64(0, p_memsz), 0x1001,
      "kernel.elf: segment 1 at 0x401000..0x401800 begins before the end of the segment before it" },
    { P64(1, p_vaddr), 0x401001,
      "kernel.elf: segment 1 at 0x401001..0x401801 and its place in the file differ in the low 12 bits" },
    { P64(0, p_vaddr), 0, "kernel.elf: segment 0 at 0x0..0x800 lies outside the addresses of user programs" },
    { P64(1, p_vaddr), 0x7fffffffe801,
      "kernel.elf: segment 1 at 0x7fffffffe801..0x7ffffffff001 lies outside the addresses of user programs" },
    { P64(1, p_vaddr), UINT64_C(0xffffffff80000000),
      "kernel.elf: segment 1 at 0xffffffff80000000..0xffffffff80000800 lies outside the addresses of user "
      "programs" },
    { H64(e_entry), 0x400800, "kernel.elf: entry point 0x400800 lies in no segment" },
    { H64(e_entry), 0, "kernel.elf: entry point 0x0 lies in no segment" },
  };
  ASSERT_ALL_REFUSED(true, refusals);
}

static void broken_segments_are_named_32(void **state) {
  (void)state;
  const struct refusal refusals[] = {
    { P32(1, p_memsz), UINT32_MAX,
      "kernel.elf: segment 1 with 0xffffffff bytes at 0x401000 (physical 0x401000) runs past the end of the "
      "address "
      "space" },
    { P32(1, p_paddr), UINT32_MAX,
      "kernel.elf: segment 1 with 0x800 bytes at 0x401000 (physical 0xffffffff) runs past the end of the "
      "address "
      "space" },
    { P32(1, p_vaddr), 0xc0000000,
      "kernel.elf: segment 1 at 0xc0000000..0xc0000800 lies outside the addresses of user programs" },
  };
  ASSERT_ALL_REFUSED(false, refusals);
}

static void a_file_without_load_segments_is_refused(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x400000, 0);
  image_put(&image, P64(0, p_type), PT_NULL);
  image_put(&image, P64(1, p_memsz), 0);
  image_put(&image, P64(1, p_filesz), 0);
  struct rs_blob blob = image_blob(&image);
  assert_refused(&blob, "kernel.elf: has no PT_LOAD segment: nothing to load");
}

static void a_dynamic_executable_is_told_how_to_become_static(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x400000, 0);
  image_put(&image, P64(0, p_type), PT_INTERP);
  strcpy((char *)image.bytes + IMAGE_DATA, "/lib64/ld-linux-x86-64.so.2");
  struct rs_blob blob = image_blob(&image);
  assert_refused(
      &blob, "kernel.elf: is a dynamic executable (interpreter /lib64/ld-linux-x86-64.so.2); link it with "
             "-static");
}

static void an_interpreter_without_end_is_cut(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x400000, 0);
  image_put(&image, P64(0, p_type), PT_INTERP);
  memset(image.bytes + IMAGE_DATA, 'A', IMAGE_SEGMENT_FILE_SIZE);
  struct rs_blob blob = image_blob(&image);
  assert_refused(&blob,
                 "kernel.elf: is a dynamic executable (interpreter "
                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA); link it with -static");
  image_put(&image, P64(0, p_offset), UINT64_MAX);
  assert_refused(&blob, "kernel.elf: is a dynamic executable (interpreter unknown); link it with -static");
}

static void needed_libraries_are_noticed_without_an_interpreter(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x400000, 0);
  const Elf64_Dyn dynamic[] = { { .d_tag = DT_STRTAB }, { .d_tag = DT_NEEDED }, { .d_tag = DT_NULL } };
  memcpy(image.bytes + IMAGE_DATA + 0x1000, dynamic, sizeof dynamic);
  image_put(&image, P64(1, p_type), PT_DYNAMIC);
  struct rs_blob blob = image_blob(&image);
  assert_refused(&blob, "kernel.elf: needs shared libraries; link it with -static");
}

static void entries_after_the_end_of_the_dynamic_section_do_not_count(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x400000, 0);
  const Elf64_Dyn dynamic[] = { { .d_tag = DT_NULL }, { .d_tag = DT_NEEDED } };
  memcpy(image.bytes + IMAGE_DATA + 0x1000, dynamic, sizeof dynamic);
  image_put(&image, P64(1, p_type), PT_DYNAMIC);
  assert_facts(&image, &(struct rs_program_facts){ RS_PROGRAM_X86_64, false, 0x400010, 0x400000, 0x400800 });
}

static void a_shared_library_is_no_program(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0, 0);
  image_put(&image, H64(e_type), ET_DYN);
  image_put(&image, H64(e_entry), 0);
  struct rs_blob blob = image_blob(&image);
  assert_refused(&blob, "kernel.elf: is a shared library: it has no entry point");
}

/* No prefix of a file that ends with its last segment's bytes is a whole program. */
static void every_truncation_is_refused(void **state) {
  (void)state;
  for (int is_64 = 0; is_64 < 2; is_64++) {
    static struct image image;
    image_elf(&image, is_64, 0x400000, 0);
    struct rs_blob blob = image_blob(&image);
    for (blob.size = 0; blob.size < image.size; blob.size++) {
      struct rs_program_facts facts;
      struct rs_error error = { 0 };
      assert_int_equal(rs_program_inspect(&blob, &facts, &error), RS_BAD_IMAGE);
      assert_non_null(strstr(error.text, blob.size < 4 ? "is not an ELF file" : "is truncated"));
    }
  }
}

static void an_empty_file_is_called_empty(void **state) {
  (void)state;
  assert_refused(&(struct rs_blob){ .bytes = "", .size = 0, .name = "prog" },
                 "prog: is not an ELF file: it is empty");
}

static void a_truncated_section_table_is_a_truncated_file(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x400000, 0);
  image_put(&image, H64(e_shoff), 0x2000);
  image_put(&image, H64(e_shentsize), sizeof(Elf64_Shdr));
  image_put(&image, H64(e_shnum), 5);
  struct rs_blob blob = image_blob(&image);
  assert_refused(
      &blob,
      "kernel.elf: is truncated: its 5 section headers at 0x2000 lie past the end of the file, 0x2100");
}

static void too_many_segments_are_refused(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, false, 0x400000, 0);
  Elf32_Phdr header;
  memcpy(&header, image.bytes + image_program_header(false, 0), sizeof header);
  for (unsigned i = 0; i < 65; i++) {
    header.p_vaddr = 0x400000 + i * 0x1000;
    memcpy(image.bytes + image_program_header(false, i), &header, sizeof header);
  }
  image_put(&image, H32(e_phnum), 64);
  assert_facts(&image, &(struct rs_program_facts){ RS_PROGRAM_I386, false, 0x400010, 0x400000, 0x43f800 });
  image_put(&image, H32(e_phnum), 65);
  struct rs_blob blob = image_blob(&image);
  assert_refused(&blob, "kernel.elf: has more than 64 segments to load");
}

static void a_long_name_leaves_room_for_the_reason(void **state) {
  (void)state;
  char name[400], line[200];
  memset(name, 'd', sizeof name);
  strcpy(name + sizeof name - 6, "/prog");
  strcpy(line, name + sizeof name - 101);
  strcat(line, ": is not an ELF file");
  assert_refused(&(struct rs_blob){ .bytes = "#!/bin/sh", .size = 9, .name = name }, line);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(static_programs_of_both_classes_pass_with_their_facts),
    cmocka_unit_test(a_static_pie_passes_and_is_called_one),
    cmocka_unit_test(virtual_addresses_count_and_physical_ones_do_not),
    cmocka_unit_test(segments_may_reach_the_end_of_user_space_but_not_pass_it),
    cmocka_unit_test(foreign_files_are_named),
    cmocka_unit_test(broken_tables_are_named),
    cmocka_unit_test(broken_segments_are_named_64),
    cmocka_unit_test(broken_segments_are_named_32),
    cmocka_unit_test(a_file_without_load_segments_is_refused),
    cmocka_unit_test(a_dynamic_executable_is_told_how_to_become_static),
    cmocka_unit_test(an_interpreter_without_end_is_cut),
    cmocka_unit_test(needed_libraries_are_noticed_without_an_interpreter),
    cmocka_unit_test(entries_after_the_end_of_the_dynamic_section_do_not_count),
    cmocka_unit_test(a_shared_library_is_no_program),
    cmocka_unit_test(every_truncation_is_refused),
    cmocka_unit_test(an_empty_file_is_called_empty),
    cmocka_unit_test(a_truncated_section_table_is_a_truncated_file),
    cmocka_unit_test(too_many_segments_are_refused),
    cmocka_unit_test(a_long_name_leaves_room_for_the_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
