/* Claims about symbols: which name an address gets, and that hostile files give none and do no harm. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ringside/trace.h"
#include "trace/symbols_attempt.h"

/* An ELF64 image with one executable section, its symbols and their names. */
struct image {
  Elf64_Ehdr header;
  Elf64_Shdr section[5]; /* null, .text, .symtab, .strtab, .data */
  Elf64_Sym symbol[12];
  char names[256];
};

enum { TEXT = 1, SYMTAB, STRTAB, DATA, TEXT_BASE = 0x401000, TEXT_SIZE = 0x800 };

static void image_init(struct image *image) {
  memset(image, 0, sizeof *image);
  Elf64_Ehdr *header = &image->header;
  memcpy(header->e_ident, ELFMAG, SELFMAG);
  header->e_ident[EI_CLASS] = ELFCLASS64;
  header->e_ident[EI_DATA] = ELFDATA2LSB;
  header->e_ident[EI_VERSION] = EV_CURRENT;
  header->e_type = ET_EXEC;
  header->e_machine = EM_X86_64;
  header->e_version = EV_CURRENT;
  header->e_ehsize = sizeof *header;
  header->e_shoff = offsetof(struct image, section);
  header->e_shentsize = sizeof image->section[0];
  header->e_shnum = 5;
  image->section[TEXT] = (Elf64_Shdr){
    .sh_type = SHT_NOBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR, .sh_addr = TEXT_BASE, .sh_size = TEXT_SIZE
  };
  image->section[SYMTAB] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB,
                                         .sh_offset = offsetof(struct image, symbol),
                                         .sh_size = sizeof image->symbol[0],
                                         .sh_link = STRTAB,
                                         .sh_entsize = sizeof image->symbol[0] };
  image->section[STRTAB] =
      (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = offsetof(struct image, names), .sh_size = 1 };
  image->section[DATA] =
      (Elf64_Shdr){ .sh_type = SHT_NOBITS, .sh_flags = SHF_ALLOC | SHF_WRITE, .sh_addr = 0x500000 };
}

static void image_add(struct image *image, const char *name, uint64_t address, uint64_t size, unsigned info,
                      unsigned section) {
  size_t names = image->section[STRTAB].sh_size;
  size_t count = image->section[SYMTAB].sh_size / sizeof image->symbol[0];
  assert_true(count < 12 && names + strlen(name) < sizeof image->names);
  strcpy(image->names + names, name);
  image->symbol[count] = (Elf64_Sym){ .st_name = (Elf64_Word)names,
                                      .st_info = (unsigned char)info,
                                      .st_shndx = (Elf64_Half)section,
                                      .st_value = address,
                                      .st_size = size };
  image->section[STRTAB].sh_size += strlen(name) + 1;
  image->section[SYMTAB].sh_size += sizeof image->symbol[0];
}

static const unsigned function = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
static const unsigned label = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
static const unsigned local_label = ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE);
static const unsigned local_function = ELF64_ST_INFO(STB_LOCAL, STT_FUNC);

static struct rs_symbols *symbols_of(const struct image *image, uint64_t bias) {
  struct rs_symbols *symbols;
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  assert_int_equal(rs_symbols_add_elf(symbols, image, sizeof *image, bias, NULL), RS_OK);
  return symbols;
}

static struct rs_symbols *symbols_of_map(const char *text) {
  struct rs_symbols *symbols;
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  assert_int_equal(rs_symbols_add_map(symbols, text, strlen(text), NULL), RS_OK);
  return symbols;
}

static void expect(const struct rs_symbols *symbols, uint64_t address, const char *expected) {
  char text[160];
  assert_int_equal(rs_symbols_format(symbols, address, text, sizeof text), strlen(expected));
  assert_string_equal(text, expected);
}

static void address_inside_a_function_is_its_name_and_the_offset(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "main", 0x401100, 0x40, function, TEXT);
  image_add(&image, "write", 0x401080, 0x20, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401100, "main");
  expect(symbols, 0x40111c, "main+0x1c");
  expect(symbols, 0x40109f, "write+0x1f");
  rs_symbols_free(symbols);
}

static void address_beyond_a_sized_function_is_not_attributed_to_it(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "main", 0x401100, 0x40, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x40113f, "main+0x3f");
  expect(symbols, 0x401140, "0x401140");
  expect(symbols, 0x4010ff, "0x4010ff");
  rs_symbols_free(symbols);
}

static void unsized_label_reaches_to_the_next_symbol_and_no_further_than_its_section(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "entry_syscall", 0x401200, 0, label, TEXT);
  image_add(&image, "entry_int80", 0x401300, 0, label, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x4012ff, "entry_syscall+0xff");
  expect(symbols, 0x401300, "entry_int80");
  expect(symbols, 0x4017ff, "entry_int80+0x4ff");
  expect(symbols, 0x401800, "0x401800");
  rs_symbols_free(symbols);
}

static void local_label_inside_a_sized_function_gives_way_to_it_but_a_global_one_does_not(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "main", 0x401100, 0x40, function, TEXT);
  image_add(&image, "again", 0x401110, 0, local_label, TEXT);
  image_add(&image, "outside", 0x401150, 0, local_label, TEXT);
  image_add(&image, "marked", 0x401120, 0, label, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401112, "main+0x12");
  expect(symbols, 0x401122, "marked+0x2");
  expect(symbols, 0x401152, "outside+0x2");
  rs_symbols_free(symbols);
}

static void global_function_is_preferred_to_aliases_at_its_address(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "alias_label", 0x401100, 0, label, TEXT);
  image_add(&image, "alias_local", 0x401100, 0x40, local_function, TEXT);
  image_add(&image, "alias_weak", 0x401100, 0x40, ELF64_ST_INFO(STB_WEAK, STT_FUNC), TEXT);
  image_add(&image, "main", 0x401100, 0x40, function, TEXT);
  image_add(&image, "main_again", 0x401100, 0x40, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401104, "main+0x4");
  rs_symbols_free(symbols);
}

static void address_after_a_nested_function_belongs_to_the_one_around_it(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "outer", 0x401100, 0x100, function, TEXT);
  image_add(&image, "inner", 0x401120, 0x10, function, TEXT);
  image_add(&image, "innermost", 0x401124, 0x4, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401126, "innermost+0x2");
  expect(symbols, 0x401128, "inner+0x8");
  expect(symbols, 0x401130, "outer+0x30");
  expect(symbols, 0x401200, "0x401200");
  rs_symbols_free(symbols);
}

static void data_and_absolute_and_undefined_symbols_name_no_code(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "object", 0x401100, 0x40, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), TEXT);
  image_add(&image, "in_data", 0x401100, 0, label, DATA);
  image_add(&image, "absolute", 0x401100, 0, label, SHN_ABS);
  image_add(&image, "undefined", 0x401100, 0, function, SHN_UNDEF);
  image_add(&image, "no_section", 0x401100, 0, function, 77);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401100, "0x401100");
  rs_symbols_free(symbols);
}

static void a_sized_absolute_function_names_code_and_is_not_moved(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "stub", 0xbffff800, 0x20, function, SHN_ABS);
  image_add(&image, "unsized", 0xbffff900, 0, function, SHN_ABS);
  struct rs_symbols *symbols = symbols_of(&image, 0x1000);
  expect(symbols, 0xbffff805, "stub+0x5");
  expect(symbols, 0xbffff820, "0xbffff820");
  expect(symbols, 0xbffff900, "0xbffff900");
  expect(symbols, 0xc0000805, "0xc0000805");
  rs_symbols_free(symbols);
}

static void bias_moves_an_image_and_the_later_image_wins(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "first", 0x401100, 0x40, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  strcpy(image.names + 1, "other");
  assert_int_equal(rs_symbols_add_elf(symbols, &image, sizeof image, 0x20, NULL), RS_OK);
  expect(symbols, 0x401110, "first+0x10");
  expect(symbols, 0x401120, "other");
  expect(symbols, 0x40113f, "other+0x1f");
  rs_symbols_free(symbols);
}

static void symbol_at_the_end_of_the_address_space_does_not_wrap(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "last", UINT64_MAX - 3, UINT64_MAX, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, UINT64_MAX, "last+0x3");
  expect(symbols, 0, "0x0");
  rs_symbols_free(symbols);
}

static void unprintable_bytes_of_a_name_become_question_marks(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "\033[2Jm\xc3\xa4in x", 0x401100, 0x40, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401101, "?[2Jm??in?x+0x1");
  rs_symbols_free(symbols);
}

static void long_name_is_cut(void **state) {
  (void)state;
  struct image image;
  char name[200] = { 0 }, expected[121] = { 0 };
  memset(name, 'a', sizeof name - 1);
  memset(expected, 'a', sizeof expected - 1);
  image_init(&image);
  image_add(&image, name, 0x401100, 0x40, function, TEXT);
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401100, expected);
  rs_symbols_free(symbols);
}

static void format_tells_the_length_it_needs_and_cuts_what_does_not_fit(void **state) {
  (void)state;
  char text[6] = "xxxxx";
  assert_int_equal(rs_symbols_format(NULL, 0x401234, text, sizeof text), 8);
  assert_string_equal(text, "0x401");
  assert_int_equal(rs_symbols_format(NULL, 0x401234, NULL, 0), 8);
}

static void image_without_symbols_adds_none(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image.header.e_shnum = 0;
  image.header.e_shoff = 0;
  struct rs_symbols *symbols = symbols_of(&image, 0);
  expect(symbols, 0x401100, "0x401100");
  rs_symbols_free(symbols);
}

static void file_that_is_not_elf_is_refused_in_one_line(void **state) {
  (void)state;
  struct rs_symbols *symbols;
  struct rs_error error;
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  assert_int_equal(rs_symbols_add_elf(symbols, "hello, world!!!!", 16, 0, &error), RS_BAD_IMAGE);
  assert_string_equal(error.text, "the symbol file is not an ELF image");
  assert_int_equal(rs_symbols_add_elf(symbols, "", 0, 0, &error), RS_BAD_IMAGE);
  rs_symbols_free(symbols);
}

/* Every truncation and every single byte changed to a few values: no crash, and look-ups still work. */
static void hostile_elf_does_no_harm(void **state) {
  (void)state;
  struct image image, hostile;
  image_init(&image);
  image_add(&image, "main", 0x401100, 0x40, function, TEXT);
  image_add(&image, "write", 0x401080, 0x20, function, TEXT);
  static const uint8_t value[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
  size_t interesting = offsetof(struct image, symbol) + 3 * sizeof image.symbol[0];
  for (size_t i = 0; i < interesting * sizeof value; i++) {
    hostile = image;
    ((uint8_t *)&hostile)[i / sizeof value] = value[i % sizeof value];
    symbols_attempt((const uint8_t *)&hostile, sizeof hostile);
  }
}

static void truncated_elf_does_no_harm(void **state) {
  (void)state;
  struct image image;
  image_init(&image);
  image_add(&image, "main", 0x401100, 0x40, function, TEXT);
  for (size_t size = 0; size < sizeof image; size++) {
    uint8_t *part = malloc(size ? size : 1); /* of exactly this size, so that a sanitizer sees any overrun */
    memcpy(part, &image, size);
    symbols_attempt(part, size);
    free(part);
  }
}

static void map_names_code_and_skips_the_rest(void **state) {
  (void)state;
  struct rs_symbols *symbols = symbols_of_map("ffffffff80100a00 T entry_syscall\n"
                                              "ffffffff80100b00 t helper\r\n"
                                              "ffffffff80100c00 D table\n"
                                              "                 U elsewhere\n"
                                              "\n"
                                              "ffffffff80101000 W weak [module]");
  expect(symbols, 0xffffffff80100a9a, "entry_syscall+0x9a");
  expect(symbols, 0xffffffff80100b01, "helper+0x1");
  expect(symbols, 0xffffffff80100c10, "helper+0x110");
  expect(symbols, 0xffffffff80101000, "weak");
  expect(symbols, 0xffffffff80111000, "0xffffffff80111000");
  rs_symbols_free(symbols);
}

static void map_line_that_is_none_is_refused_with_its_number(void **state) {
  (void)state;
  static const char *const bad[] = { "401000 T main\nhello\n", "401000 T main\n401000T main\n",
                                     "401000 T main\n401000 T \n",
                                     "401000 T main\n11112222333344445 T main\n", "401000 T main\n401000 T" };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct rs_symbols *symbols;
    struct rs_error error;
    assert_int_equal(rs_symbols_create(&symbols), RS_OK);
    assert_int_equal(rs_symbols_add_map(symbols, bad[i], strlen(bad[i]), &error), RS_BAD_IMAGE);
    assert_string_equal(error.text,
                        "line 2 is not \"address type name\" as nm prints it, and the file is not ELF");
    expect(symbols, 0x401000, "0x401000");
    rs_symbols_free(symbols);
  }
}

static void file_is_taken_for_what_it_begins_with(void **state) {
  (void)state;
  struct image image;
  struct rs_symbols *symbols;
  image_init(&image);
  image_add(&image, "main", 0x401100, 0x40, function, TEXT);
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  assert_int_equal(rs_symbols_add_file(symbols, &image, sizeof image, NULL), RS_OK);
  assert_int_equal(rs_symbols_add_file(symbols, "402000 T map", 12, NULL), RS_OK);
  assert_int_equal(rs_symbols_add_file(symbols, "\177EL", 3, NULL), RS_BAD_IMAGE);
  expect(symbols, 0x401100, "main");
  expect(symbols, 0x402000, "map");
  rs_symbols_free(symbols);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(address_inside_a_function_is_its_name_and_the_offset),
    cmocka_unit_test(address_beyond_a_sized_function_is_not_attributed_to_it),
    cmocka_unit_test(unsized_label_reaches_to_the_next_symbol_and_no_further_than_its_section),
    cmocka_unit_test(local_label_inside_a_sized_function_gives_way_to_it_but_a_global_one_does_not),
    cmocka_unit_test(global_function_is_preferred_to_aliases_at_its_address),
    cmocka_unit_test(address_after_a_nested_function_belongs_to_the_one_around_it),
    cmocka_unit_test(data_and_absolute_and_undefined_symbols_name_no_code),
    cmocka_unit_test(a_sized_absolute_function_names_code_and_is_not_moved),
    cmocka_unit_test(bias_moves_an_image_and_the_later_image_wins),
    cmocka_unit_test(symbol_at_the_end_of_the_address_space_does_not_wrap),
    cmocka_unit_test(unprintable_bytes_of_a_name_become_question_marks),
    cmocka_unit_test(long_name_is_cut),
    cmocka_unit_test(format_tells_the_length_it_needs_and_cuts_what_does_not_fit),
    cmocka_unit_test(image_without_symbols_adds_none),
    cmocka_unit_test(file_that_is_not_elf_is_refused_in_one_line),
    cmocka_unit_test(hostile_elf_does_no_harm),
    cmocka_unit_test(truncated_elf_does_no_harm),
    cmocka_unit_test(map_names_code_and_skips_the_rest),
    cmocka_unit_test(map_line_that_is_none_is_refused_with_its_number),
    cmocka_unit_test(file_is_taken_for_what_it_begins_with),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
