/* Claims about multiboot 1: the header, both ways of loading, every field of the information. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arch/bits.h"
#include "machine/boot_box.h"

enum { HEADER = 0x800, MIB = 1 << 20 };

/* An ELF32 image at 1 MiB with a multiboot header of `flags`. */
static struct rs_blob multiboot_elf(struct image *image, uint32_t flags) {
  image_elf(image, false, MIB, 0);
  image_multiboot(image, HEADER, flags, NULL);
  return image_blob(image);
}

/* A flat file of 0x1000 bytes 0x33 whose header at 0x40 asks to be loaded at `addresses`. */
static struct rs_blob multiboot_flat(struct image *image, const uint32_t addresses[5]) {
  *image = (struct image){ .size = 0x1000 };
  memset(image->bytes, 0x33, image->size);
  image_multiboot(image, 0x40, 1 << 16, addresses);
  struct rs_blob blob = image_blob(image);
  blob.name = "flat";
  return blob;
}

static void an_image_starts_in_the_state_of_the_specification(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  struct rs_blob blob = multiboot_elf(&image, 3);
  assert_int_equal(boot_box_start(&box, &blob, "", NULL, 0), RS_OK);
  const struct rs_cpu *cpu = &box.cpu;
  assert_int_equal(cpu->general[0], 0x2badb002);
  assert_int_equal(cpu->rip, MIB + 0x10);
  assert_int_equal(cpu->cpl, 0);
  assert_int_equal(cpu->cr0 & (CR0_PE | CR0_PG), CR0_PE);
  assert_int_equal(cpu->rflags & (RFLAGS_VM | RFLAGS_IF), 0);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    assert_int_equal(cpu->segment[i].base, 0);
    assert_int_equal(cpu->segment[i].limit, 0xffffffff);
    assert_int_equal(cpu->segment[i].attributes, i == RS_SEGMENT_INDEX(RS_CS) ? 0xc09b : 0xc093);
  }
  assert_int_equal(cpu->gdtr.limit, 0);
  assert_int_equal(cpu->idtr.limit, 0);
  for (unsigned i = 1; i < 16; i++) {
    if (i != RS_RBX - RS_RAX) assert_int_equal(cpu->general[i], 0);
  }
  assert_image_loaded(&box, MIB);
  boot_box_end(&box);
}

static void the_information_tells_memory_command_line_and_loader(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  struct rs_blob blob = multiboot_elf(&image, 0);
  assert_int_equal(boot_box_start(&box, &blob, "init=/bin/sh quiet", NULL, 0), RS_OK);
  uint64_t info = box.cpu.general[RS_RBX - RS_RAX];
  assert_int_equal(boot_box_read(&box, info, 4), 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9);
  assert_int_equal(boot_box_read(&box, info + 4, 4), 640);
  assert_int_equal(boot_box_read(&box, info + 8, 4), 3 * 1024);
  assert_int_equal(boot_box_read(&box, info + 12, 4), 0);
  assert_string_equal(boot_box_text(&box, boot_box_read(&box, info + 16, 4)), "init=/bin/sh quiet");
  assert_int_equal(boot_box_read(&box, info + 20, 4), 0);
  for (unsigned offset = 28; offset < 44; offset += 4)
    assert_int_equal(boot_box_read(&box, info + offset, 4), 0);
  for (unsigned offset = 52; offset < 64; offset += 4)
    assert_int_equal(boot_box_read(&box, info + offset, 4), 0);
  assert_string_equal(boot_box_text(&box, boot_box_read(&box, info + 64, 4)), "Ringside " RINGSIDE_VERSION);
  for (unsigned offset = 68; offset < 120; offset += 4)
    assert_int_equal(boot_box_read(&box, info + offset, 4), 0);
  boot_box_end(&box);
}

static void the_memory_map_covers_ram_and_reserves_the_hole(void **state) {
  (void)state;
  const struct {
    uint64_t base, length;
    uint32_t type;
  } expected[] = { { 0, 0xa0000, 1 }, { 0xa0000, 0x60000, 2 }, { MIB, 3 * MIB, 1 } };
  static struct image image;
  struct boot_box box;
  struct rs_blob blob = multiboot_elf(&image, 2);
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  uint64_t info = box.cpu.general[RS_RBX - RS_RAX];
  uint64_t length = boot_box_read(&box, info + 44, 4), map = boot_box_read(&box, info + 48, 4), at = map;
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(boot_box_read(&box, at + 4, 8), expected[i].base);
    assert_int_equal(boot_box_read(&box, at + 12, 8), expected[i].length);
    assert_int_equal(boot_box_read(&box, at + 20, 4), expected[i].type);
    at += boot_box_read(&box, at, 4) + 4;
  }
  assert_int_equal(at, map + length);
  boot_box_end(&box);
}

static void modules_are_page_aligned_whole_and_in_order_with_their_strings(void **state) {
  (void)state;
  static struct image image;
  static uint8_t first[5000];
  struct boot_box box;
  memset(first, 0x77, sizeof first);
  const struct rs_module modules[] = { { { first, sizeof first, "a" }, "prog -v" },
                                       { { "", 0, "b" }, NULL },
                                       { { "xyz", 3, "c" }, "third" } };
  const char *const text[] = { "prog -v", "", "third" };
  struct rs_blob blob = multiboot_elf(&image, 1);
  assert_int_equal(boot_box_start(&box, &blob, "c", modules, 3), RS_OK);
  uint64_t info = box.cpu.general[RS_RBX - RS_RAX], list = boot_box_read(&box, info + 24, 4);
  assert_int_equal(boot_box_read(&box, info + 20, 4), 3);
  for (unsigned i = 0; i < 3; i++, list += 16) {
    uint64_t start = boot_box_read(&box, list, 4);
    assert_int_equal(start % 4096, 0);
    assert_int_equal(boot_box_read(&box, list + 4, 4), start + modules[i].file.size);
    assert_string_equal(boot_box_text(&box, boot_box_read(&box, list + 8, 4)), text[i]);
    assert_int_equal(boot_box_read(&box, list + 12, 4), 0);
    if (modules[i].file.size)
      assert_memory_equal(machine_ram(box.machine) + start, modules[i].file.bytes, modules[i].file.size);
  }
  boot_box_end(&box);
}

static void modules_and_information_follow_the_image_when_there_is_room(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  const struct rs_module module = { { "xyz", 3, "m" }, "m" };
  struct rs_blob blob = multiboot_elf(&image, 0);
  assert_int_equal(boot_box_start(&box, &blob, NULL, &module, 1), RS_OK);
  uint64_t info = box.cpu.general[RS_RBX - RS_RAX];
  assert_int_equal(boot_box_read(&box, boot_box_read(&box, info + 24, 4), 4), MIB + 0x2000);
  assert_int_equal(info, MIB + 0x3000);
  boot_box_end(&box);
}

static void they_go_below_an_image_at_the_top_and_never_over_it(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  struct rs_blob blob = multiboot_elf(&image, 0);
  image_put(&image, P32(1, p_paddr), 4 * MIB - 0x800);
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  assert_int_equal(box.cpu.general[RS_RBX - RS_RAX], MIB + 0x1000);
  boot_box_end(&box);
}

static void too_little_room_is_refused_with_what_is_missing(void **state) {
  (void)state;
  static struct image image;
  static uint8_t big[3 * MIB - 0x3000];
  struct boot_box box;
  const struct rs_module fits = { { big, sizeof big, "m" }, "m" },
                         too_big = { { big, sizeof big + 1, "m" }, "m" };
  struct rs_blob blob = multiboot_elf(&image, 0);
  assert_int_equal(boot_box_start(&box, &blob, NULL, &fits, 1), RS_OK);
  boot_box_end(&box);
  assert_int_equal(boot_box_start(&box, &blob, NULL, &too_big, 1), RS_BAD_ARGUMENT);
  assert_string_equal(box.error.text,
                      "kernel.elf: 3065 KiB of modules and boot information find no room beside it in "
                      "4 MiB of memory");
  assert_int_equal(boot_box_read(&box, MIB, 8), 0);
  boot_box_end(&box);
}

static void the_header_is_found_at_every_aligned_place_of_the_first_8_kib_and_nowhere_else(void **state) {
  (void)state;
  static struct image image;
  for (size_t offset = 0x100; offset < 8192 + 16; offset += 4) {
    struct boot_box box;
    if (offset >= IMAGE_DATA && offset < IMAGE_DATA + IMAGE_SEGMENT_FILE_SIZE) continue;
    image_elf(&image, false, MIB, 0);
    image_multiboot(&image, offset, 0, NULL);
    struct rs_blob blob = image_blob(&image);
    assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
    assert_int_equal(box.cpu.general[0], offset + 12 <= 8192 ? 0x2badb002 : 0);
    boot_box_end(&box);
  }
}

static void an_unaligned_header_is_none(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  for (size_t offset = HEADER + 1; offset < HEADER + 4; offset++) {
    image_elf(&image, false, MIB, 0);
    image_multiboot(&image, offset, 0, NULL);
    struct rs_blob blob = image_blob(&image);
    assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
    assert_int_equal(box.cpu.general[0], 0);
    boot_box_end(&box);
  }
}

static void a_wrong_checksum_is_named_with_the_right_one(void **state) {
  (void)state;
  static struct image image;
  struct rs_blob blob = multiboot_elf(&image, 3);
  image_put(&image, WORD(HEADER + 8), 0x1234);
  assert_boot_refused(
      &blob, RS_BAD_IMAGE,
      "kernel.elf: multiboot header at offset 0x800 has checksum 0x1234, 0xe4524ffb is right");
}

static void each_required_flag_that_is_not_offered_is_refused_by_name(void **state) {
  (void)state;
  static struct image image;
  for (unsigned flag = 2; flag < 16; flag++) {
    char line[128];
    struct rs_blob blob = multiboot_elf(&image, 1u << flag | 3);
    snprintf(line, sizeof line,
             "kernel.elf: requires what multiboot flag %u asks for, which is not known here", flag);
    if (flag == 2)
      strcpy(line, "kernel.elf: requires a video mode (multiboot flag 2), and there is no video");
    assert_boot_refused(&blob, RS_UNSUPPORTED, line);
  }
}

static void optional_flags_are_ignored(void **state) {
  (void)state;
  static struct image image;
  for (unsigned flag = 17; flag < 32; flag++) {
    struct boot_box box;
    struct rs_blob blob = multiboot_elf(&image, 1u << flag);
    assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
    assert_int_equal(box.cpu.general[0], 0x2badb002);
    boot_box_end(&box);
  }
}

static void elf64_with_a_header_is_loaded_and_starts_in_32_bits(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  image_elf(&image, true, MIB, UINT64_C(0xffffffff80000000));
  image_multiboot(&image, HEADER, 3, NULL);
  struct rs_blob blob = image_blob(&image);
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  assert_int_equal(box.cpu.rip, MIB + 0x10);
  assert_int_equal(box.cpu.segment[RS_SEGMENT_INDEX(RS_CS)].attributes, 0xc09b);
  assert_int_equal(box.cpu.msr[RS_MSR_INDEX(RS_EFER)], 0);
  assert_image_loaded(&box, MIB);
  boot_box_end(&box);
}

static void addresses_of_the_header_outrank_those_of_the_elf_file(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  image_elf(&image, true, MIB, 0);
  /* From file offset 0x1000 to 0x2100, loaded at 2 MiB: the header, at 0x1100, is at 2 MiB + 0x100 then. */
  const uint32_t addresses[] = { 2 * MIB + 0x100, 2 * MIB, 2 * MIB + 0x1100, 2 * MIB + 0x9000,
                                 2 * MIB + 0x20 };
  image_multiboot(&image, 0x1100, 1 << 16 | 3, addresses);
  struct rs_blob blob = image_blob(&image);
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  assert_int_equal(box.cpu.rip, 2 * MIB + 0x20);
  assert_int_equal(boot_box_read(&box, MIB, 8), 0);
  assert_memory_equal(machine_ram(box.machine) + 2 * MIB, image.bytes + 0x1000, 0x1100);
  assert_int_equal(boot_box_read(&box, 2 * MIB + 0x1100, 8), 0);
  assert_int_equal(box.cpu.general[RS_RBX - RS_RAX], 2 * MIB + 0x9000); /* clear of the bss */
  boot_box_end(&box);
}

static void zero_load_end_means_the_whole_file_and_zero_bss_end_no_bss(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  struct rs_blob blob = multiboot_flat(&image, (const uint32_t[]){ MIB + 0x40, MIB, 0, 0, MIB + 0xfff });
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  assert_memory_equal(machine_ram(box.machine) + MIB, image.bytes, 0x1000);
  assert_int_equal(box.cpu.rip, MIB + 0xfff);
  assert_int_equal(box.cpu.general[RS_RBX - RS_RAX], MIB + 0x1000);
  boot_box_end(&box);
}

static void addresses_that_do_not_fit_are_refused(void **state) {
  (void)state;
  const struct {
    uint32_t addresses[5]; /* header, load, load end, bss end, entry */
    const char *line;
  } row[] = {
    { { MIB, MIB + 1, 0, 0, MIB },
      "flat: multiboot load_addr 0x100001 and header_addr 0x100000 do not fit a header at offset 0x40" },
    { { MIB + 0x41, MIB, 0, 0, MIB },
      "flat: multiboot load_addr 0x100000 and header_addr 0x100041 do not fit a header at offset 0x40" },
    { { UINT32_MAX, 0, 0, 0, 0 },
      "flat: multiboot load_addr 0x0 and header_addr 0xffffffff do not fit a header at offset 0x40" },
    { { MIB + 0x40, MIB, MIB + 0x1001, 0, MIB },
      "flat: multiboot load_addr 0x100000, load_end_addr 0x101001, bss_end_addr 0x0 do not fit the 0x1000 "
      "bytes there "
      "are" },
    { { MIB + 0x40, MIB, MIB, 0, MIB },
      "flat: multiboot load_addr 0x100000, load_end_addr 0x100000, bss_end_addr 0x0 do not fit the 0x1000 "
      "bytes there "
      "are" },
    { { MIB + 0x40, MIB, 0, MIB + 0xfff, MIB },
      "flat: multiboot load_addr 0x100000, load_end_addr 0x0, bss_end_addr 0x100fff do not fit the 0x1000 "
      "bytes there "
      "are" },
    { { 4 * MIB, 4 * MIB - 0x40, 0, 0, 4 * MIB },
      "flat: multiboot image at 0x3fffc0..0x400fc0 lies outside the 4 MiB of memory" },
    { { UINT32_MAX, UINT32_MAX - 0x40, 0, 0, UINT32_MAX },
      "flat: multiboot image at 0xffffffbf..0x100000fbf lies outside the 4 MiB of memory" },
    { { MIB + 0x40, MIB, 0, UINT32_MAX, MIB },
      "flat: multiboot image at 0x100000..0xffffffff lies outside the 4 MiB of memory" },
    { { MIB + 0x40, MIB, 0, 0, MIB + 0x1000 },
      "flat: multiboot entry_addr 0x101000 lies outside the image at 0x100000..0x101000" },
    { { MIB + 0x40, MIB, 0, 0, MIB - 1 },
      "flat: multiboot entry_addr 0xfffff lies outside the image at 0x100000..0x101000" },
  };
  static struct image image;
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    struct rs_blob blob = multiboot_flat(&image, row[i].addresses);
    assert_boot_refused(&blob, RS_BAD_IMAGE, row[i].line);
  }
}

static void a_header_cut_off_by_the_end_of_the_file_is_refused(void **state) {
  (void)state;
  static struct image image;
  struct rs_blob blob = multiboot_flat(&image, (const uint32_t[]){ MIB + 0x40, MIB, 0, 0, MIB });
  for (blob.size = 0x40 + 12; blob.size < 0x40 + 32; blob.size++) {
    char line[128];
    snprintf(line, sizeof line, "flat: multiboot header at offset 0x40 is cut off at 0x%zx", blob.size);
    assert_boot_refused(&blob, RS_BAD_IMAGE, line);
  }
  for (blob.size = 0; blob.size < 0x40 + 12; blob.size++)
    assert_boot_refused(&blob, RS_BAD_IMAGE,
                        blob.size ? "flat: is neither a multiboot image nor an ELF file"
                                  : "flat: is neither a multiboot image nor an ELF file: it is empty");
}

static void a_header_without_elf_and_without_addresses_is_refused(void **state) {
  (void)state;
  static struct image image;
  struct rs_blob blob = multiboot_flat(&image, NULL);
  image_multiboot(&image, 0x40, 3, NULL);
  assert_boot_refused(&blob, RS_BAD_IMAGE,
                      "flat: is a multiboot image but neither ELF nor has address fields (flag 16)");
}

static void a_multiboot_elf_outside_memory_is_refused_like_a_plain_one(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, false, 0x9000000, 0);
  image_multiboot(&image, HEADER, 0, NULL);
  struct rs_blob blob = image_blob(&image);
  assert_boot_refused(&blob, RS_BAD_IMAGE,
                      "kernel.elf: segment 0 at 0x9000000..0x9000800 lies outside the 4 MiB of memory");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_image_starts_in_the_state_of_the_specification),
    cmocka_unit_test(the_information_tells_memory_command_line_and_loader),
    cmocka_unit_test(the_memory_map_covers_ram_and_reserves_the_hole),
    cmocka_unit_test(modules_are_page_aligned_whole_and_in_order_with_their_strings),
    cmocka_unit_test(modules_and_information_follow_the_image_when_there_is_room),
    cmocka_unit_test(they_go_below_an_image_at_the_top_and_never_over_it),
    cmocka_unit_test(too_little_room_is_refused_with_what_is_missing),
    cmocka_unit_test(the_header_is_found_at_every_aligned_place_of_the_first_8_kib_and_nowhere_else),
    cmocka_unit_test(an_unaligned_header_is_none),
    cmocka_unit_test(a_wrong_checksum_is_named_with_the_right_one),
    cmocka_unit_test(each_required_flag_that_is_not_offered_is_refused_by_name),
    cmocka_unit_test(optional_flags_are_ignored),
    cmocka_unit_test(elf64_with_a_header_is_loaded_and_starts_in_32_bits),
    cmocka_unit_test(addresses_of_the_header_outrank_those_of_the_elf_file),
    cmocka_unit_test(zero_load_end_means_the_whole_file_and_zero_bss_end_no_bss),
    cmocka_unit_test(addresses_that_do_not_fit_are_refused),
    cmocka_unit_test(a_header_cut_off_by_the_end_of_the_file_is_refused),
    cmocka_unit_test(a_header_without_elf_and_without_addresses_is_refused),
    cmocka_unit_test(a_multiboot_elf_outside_memory_is_refused_like_a_plain_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
