/* Claims about plain ELF images: the state of each class, the tables of long mode, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/bits.h"
#include "arch/paging.h"
#include "arch/perform.h"
#include "machine/boot_box.h"

enum { TABLES = 0x400000 - 0x7000 }; /* the last 28 KiB of 4 MiB */

static void assert_segment(const struct rs_segment *segment, unsigned selector, uint32_t attributes) {
  assert_int_equal(segment->selector, selector);
  assert_int_equal(segment->attributes, attributes);
  assert_int_equal(segment->limit, 0xffffffff);
  assert_int_equal(segment->base, 0);
}

static void assert_common_state(const struct rs_cpu *cpu, uint32_t code_attributes) {
  assert_int_equal(cpu->model, RS_CPU_AMD);
  assert_int_equal(cpu->cpl, 0);
  assert_int_equal(cpu->rflags, 2);
  assert_false(cpu->halted);
  assert_false(cpu->nmi_blocked);
  assert_int_equal(cpu->interrupt_shadow, RS_SHADOW_NONE);
  for (unsigned i = 0; i < 16; i++)
    assert_int_equal(cpu->general[i], 0);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    bool code = i == RS_SEGMENT_INDEX(RS_CS);
    assert_segment(&cpu->segment[i], code ? 0x08 : 0x10, code ? code_attributes : 0xc093);
  }
  assert_int_equal(cpu->idtr.limit, 0);
  assert_int_equal(cpu->cr2 | cpu->cr8 | cpu->tsc, 0);
  struct rs_cpu reset;
  cpu_at_reset(&reset, cpu->model);
  for (unsigned reg = RS_STAR; reg < RS_TSC; reg++)
    assert_true(cpu->msr[RS_MSR_INDEX(reg)] == reset.msr[RS_MSR_INDEX(reg)]);
  const enum rs_register same[] = { RS_DR0, RS_DR1, RS_DR2, RS_DR3, RS_DR6, RS_DR7 };
  for (unsigned i = 0; i < sizeof same / sizeof same[0]; i++)
    assert_true(rs_cpu_get(cpu, same[i]).word[0] == rs_cpu_get(&reset, same[i]).word[0]);
  assert_int_equal(cpu->ldtr.attributes, reset.ldtr.attributes);
  assert_int_equal(cpu->tr.attributes, reset.tr.attributes);
  assert_int_equal(cpu->tr.limit, reset.tr.limit);
}

static void boot_elf(struct boot_box *box, bool is_64, uint64_t physical, uint64_t offset) {
  static struct image image;
  image_elf(&image, is_64, physical, offset);
  struct rs_blob blob = image_blob(&image);
  assert_int_equal(boot_box_start(box, &blob, NULL, NULL, 0), RS_OK);
}

static void elf32_starts_in_flat_protected_mode(void **state) {
  (void)state;
  struct boot_box box;
  boot_elf(&box, false, 0x100000, 0);
  assert_common_state(&box.cpu, 0xc09b);
  assert_int_equal(box.cpu.rip, 0x100010);
  assert_int_equal(box.cpu.cr0, CR0_PE | CR0_ET);
  assert_int_equal(box.cpu.cr3 | box.cpu.cr4 | box.cpu.msr[RS_MSR_INDEX(RS_EFER)], 0);
  assert_int_equal(box.cpu.gdtr.limit, 0);
  assert_image_loaded(&box, 0x100000);
  boot_box_end(&box);
}

static void elf64_starts_in_long_mode(void **state) {
  (void)state;
  struct boot_box box;
  boot_elf(&box, true, 0x100000, 0);
  assert_common_state(&box.cpu, 0xa09b);
  assert_int_equal(box.cpu.rip, 0x100010);
  assert_int_equal(box.cpu.cr0, CR0_PE | CR0_ET | CR0_PG);
  assert_int_equal(box.cpu.cr3, TABLES);
  assert_int_equal(box.cpu.cr4, CR4_PAE);
  assert_int_equal(box.cpu.msr[RS_MSR_INDEX(RS_EFER)], EFER_LME | EFER_LMA);
  assert_image_loaded(&box, 0x100000);
  boot_box_end(&box);
}

static void the_gdt_of_long_mode_holds_the_segments_that_are_loaded(void **state) {
  (void)state;
  struct boot_box box;
  boot_elf(&box, true, 0x100000, 0);
  assert_int_equal(box.cpu.gdtr.base, TABLES + 0x6000);
  assert_int_equal(box.cpu.gdtr.limit, 23);
  assert_true(boot_box_read(&box, box.cpu.gdtr.base, 8) == 0);
  assert_true(boot_box_read(&box, box.cpu.gdtr.base + 0x08, 8) == UINT64_C(0x00af9b000000ffff));
  assert_true(boot_box_read(&box, box.cpu.gdtr.base + 0x10, 8) == UINT64_C(0x00cf93000000ffff));
  boot_box_end(&box);
}

static uint64_t read_entry(void *context, uint64_t physical, unsigned size) {
  return boot_box_read(context, physical, size);
}

/* By the project's own walker: every 2 MiB below 4 GiB is itself, nothing else is mapped. */
static void long_mode_maps_four_gigabytes_to_themselves(void **state) {
  (void)state;
  struct boot_box box;
  boot_elf(&box, true, 0x100000, 0);
  const struct paging_reader reader = { .context = &box, .read = read_entry };
  struct paging_walk walk;
  for (uint64_t linear = 0; linear < UINT64_C(1) << 32; linear += 1 << 21) {
    paging_walk(&box.cpu, &reader, linear | 0x1abcd, ACCESS_WRITE, ACCESS_SUPERVISOR, &walk);
    assert_false(walk.refused);
    assert_true(walk.physical == (linear | 0x1abcd));
    assert_int_equal(walk.page_shift, 21);
  }
  paging_walk(&box.cpu, &reader, 0x100000, ACCESS_FETCH, ACCESS_SUPERVISOR, &walk);
  assert_false(walk.refused);
  paging_walk(&box.cpu, &reader, 0x100000, ACCESS_READ, ACCESS_USER, &walk);
  assert_true(walk.refused);
  const uint64_t unmapped[] = { UINT64_C(1) << 32, UINT64_C(1) << 39, UINT64_C(0xffffffff80000000) };
  for (unsigned i = 0; i < 3; i++) {
    paging_walk(&box.cpu, &reader, unmapped[i], ACCESS_READ, ACCESS_SUPERVISOR, &walk);
    assert_true(walk.refused);
  }
  boot_box_end(&box);
}

static void images_are_loaded_by_physical_address_and_a_virtual_entry_is_carried_there(void **state) {
  (void)state;
  struct boot_box box;
  boot_elf(&box, true, 0x200000, UINT64_C(0xffffffff80000000));
  assert_image_loaded(&box, 0x200000);
  assert_int_equal(box.cpu.rip, 0x200010);
  boot_box_end(&box);
}

static void a_physical_entry_is_taken_as_it_is(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  image_elf(&image, false, 0x200000, 0xc0000000);
  image_put(&image, H32(e_entry), 0x201020);
  struct rs_blob blob = image_blob(&image);
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  assert_int_equal(box.cpu.rip, 0x201020);
  boot_box_end(&box);
}

static void segments_may_touch_the_end_of_ram_but_not_pass_it(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  image_elf(&image, false, 0x400000 - 0x1800, 0);
  struct rs_blob blob = image_blob(&image);
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  boot_box_end(&box);
  image_put(&image, P32(1, p_memsz), 0x801);
  assert_boot_refused(&blob, RS_BAD_IMAGE,
                      "kernel.elf: segment 1 at 0x3ff800..0x400001 lies outside the 4 MiB of memory");
  image_elf(&image, false, 0x9000000, 0);
  assert_boot_refused(&blob, RS_BAD_IMAGE,
                      "kernel.elf: segment 0 at 0x9000000..0x9000800 lies outside the 4 MiB of memory");
}

static void overlapping_segments_are_refused(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, false, 0x100000, 0);
  image_put(&image, P32(1, p_paddr), 0x1007ff);
  struct rs_blob blob = image_blob(&image);
  assert_boot_refused(
      &blob, RS_BAD_IMAGE,
      "kernel.elf: segment 1 at 0x1007ff..0x100fff overlaps another segment in the 4 MiB of memory");
}

static void a_64_bit_image_keeps_clear_of_its_page_tables(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  image_elf(&image, true, TABLES - 0x1800, 0);
  struct rs_blob blob = image_blob(&image);
  assert_int_equal(boot_box_start(&box, &blob, NULL, NULL, 0), RS_OK);
  boot_box_end(&box);
  image_put(&image, P64(1, p_memsz), 0x801);
  assert_boot_refused(
      &blob, RS_BAD_IMAGE,
      "kernel.elf: a segment reaches into 0x3f9000..0x400000, where the page tables of its start are");
}

static void position_independent_and_dynamic_images_are_refused(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x100000, 0);
  image_put(&image, H64(e_type), ET_DYN);
  struct rs_blob blob = image_blob(&image);
  assert_boot_refused(
      &blob, RS_BAD_IMAGE,
      "kernel.elf: is position-independent or a shared library; a kernel image has fixed addresses");
  image_put(&image, P64(1, p_type), PT_INTERP);
  assert_boot_refused(&blob, RS_BAD_IMAGE,
                      "kernel.elf: is a dynamic executable; a kernel image has fixed addresses");
}

static void an_entry_point_outside_is_refused(void **state) {
  (void)state;
  static struct image image;
  image_elf(&image, true, 0x100000, 0);
  image_put(&image, H64(e_entry), 0x100800);
  struct rs_blob blob = image_blob(&image);
  assert_boot_refused(&blob, RS_BAD_IMAGE, "kernel.elf: entry point 0x100800 lies in no segment");
}

static void what_is_no_image_at_all_is_refused(void **state) {
  (void)state;
  assert_boot_refused(&(struct rs_blob){ "#!/bin/sh\n", 10, "script" }, RS_BAD_IMAGE,
                      "script: is neither a multiboot image nor an ELF file");
  assert_boot_refused(&(struct rs_blob){ "", 0, "empty" }, RS_BAD_IMAGE,
                      "empty: is neither a multiboot image nor an ELF file: it is empty");
  assert_boot_refused(&(struct rs_blob){ "\x7f"
                                         "ELF",
                                         4, "cut" },
                      RS_BAD_IMAGE, "cut: is truncated: 4 bytes cannot hold an ELF header");
}

static void plain_elf_takes_no_modules_and_no_command_line(void **state) {
  (void)state;
  static struct image image;
  struct boot_box box;
  image_elf(&image, true, 0x100000, 0);
  struct rs_blob blob = image_blob(&image);
  assert_int_equal(boot_box_start(&box, &blob, "quiet", NULL, 0), RS_UNSUPPORTED);
  assert_string_equal(
      box.error.text,
      "kernel.elf: cannot be given a command line: it is plain ELF, without a multiboot header");
  boot_box_end(&box);
  const struct rs_module module = { { "x", 1, "x" }, "x" };
  assert_int_equal(boot_box_start(&box, &blob, NULL, &module, 1), RS_UNSUPPORTED);
  assert_string_equal(box.error.text,
                      "kernel.elf: cannot be given modules: it is plain ELF, without a multiboot header");
  boot_box_end(&box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(elf32_starts_in_flat_protected_mode),
    cmocka_unit_test(elf64_starts_in_long_mode),
    cmocka_unit_test(the_gdt_of_long_mode_holds_the_segments_that_are_loaded),
    cmocka_unit_test(long_mode_maps_four_gigabytes_to_themselves),
    cmocka_unit_test(images_are_loaded_by_physical_address_and_a_virtual_entry_is_carried_there),
    cmocka_unit_test(a_physical_entry_is_taken_as_it_is),
    cmocka_unit_test(segments_may_touch_the_end_of_ram_but_not_pass_it),
    cmocka_unit_test(overlapping_segments_are_refused),
    cmocka_unit_test(a_64_bit_image_keeps_clear_of_its_page_tables),
    cmocka_unit_test(position_independent_and_dynamic_images_are_refused),
    cmocka_unit_test(an_entry_point_outside_is_refused),
    cmocka_unit_test(what_is_no_image_at_all_is_refused),
    cmocka_unit_test(plain_elf_takes_no_modules_and_no_command_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
