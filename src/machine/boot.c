/* Tells the kinds of kernel images apart, loads each, and sets the state it starts in. */
#include "machine/boot.h"

#include "machine/boot_state.h"
#include "machine/load_plan.h"
#include "machine/multiboot.h"
#include "machine/refuse.h"

enum { EAX = 0, EBX = 3 }; /* in encoding order */

static enum rs_status boot_multiboot(struct ram *ram, const struct boot_request *request,
                                     const struct multiboot_header *header, struct rs_cpu *cpu,
                                     struct rs_error *error) {
  uint32_t information, entry;
  enum rs_status status = multiboot_load(ram, request, header, &information, &entry, error);
  if (status) return status;
  boot_state_protected(cpu, entry);
  cpu->general[EAX] = MULTIBOOT_LOADED;
  cpu->general[EBX] = information;
  return RS_OK;
}

/* Without multiboot there is no place to pass them in. */
static enum rs_status check_nothing_to_pass(const struct boot_request *request, struct rs_error *error) {
  const char *what = NULL;
  if (request->module_count) what = "modules";
  if (request->command_line && request->command_line[0]) what = "a command line";
  if (!what) return RS_OK;
  return REFUSE_AS(RS_UNSUPPORTED, error, request->image,
                   "cannot be given %s: it is plain ELF, without a multiboot header", what);
}

static enum rs_status check_tables_free(const struct ram *ram, const struct load_plan *plan,
                                        const struct rs_blob *image, struct rs_error *error) {
  uint64_t tables = boot_tables_address(ram);
  if (load_plan_leaves(plan, tables, BOOT_TABLES_SIZE)) return RS_OK;
  return REFUSE(error, image, "a segment reaches into 0x%llx..0x%llx, where the page tables of its start are",
                LLX(tables), LLX(ram->size));
}

static enum rs_status boot_plain_elf(struct ram *ram, const struct boot_request *request, struct rs_cpu *cpu,
                                     struct rs_error *error) {
  struct load_plan plan = { 0 };
  bool is_64;
  enum rs_status status = load_plan_from_elf(request->image, ram, &plan, &is_64, error);
  if (!status) status = check_nothing_to_pass(request, error);
  if (!status && is_64) status = check_tables_free(ram, &plan, request->image, error);
  if (status) return status;
  load_plan_carry_out(&plan, request->image, ram);
  if (is_64) {
    boot_tables_write(ram);
    boot_state_long(cpu, plan.entry, ram);
  } else {
    boot_state_protected(cpu, plan.entry);
  }
  return RS_OK;
}

enum rs_status boot_load(struct ram *ram, const struct boot_request *request, struct rs_cpu *cpu,
                         struct rs_error *error) {
  struct multiboot_header header;
  bool multiboot;
  enum rs_status status = multiboot_find(request->image, &header, &multiboot, error);
  if (status) return status;
  if (multiboot) return boot_multiboot(ram, request, &header, cpu, error);
  if (elf_image_recognise(request->image)) return boot_plain_elf(ram, request, cpu, error);
  return REFUSE(error, request->image, "is neither a multiboot image nor an ELF file%s",
                request->image->size ? "" : ": it is empty");
}
