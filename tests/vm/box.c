/* Boots small images and writes down what they tell. */
#include "vm/box.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/cmocka_all.h"
#include "vm/vm.h"

const char *const box_probes[] = {
  "boot_int80-i386",
  "boot_sysenter-i386",
  "boot_cli-i386",
  "boot_kernel_gate-i386",
  "boot_absent_gate-i386",
  "boot_kernel_page-i386",
  "boot_no_stack-i386",
  "boot_double_fault-i386",
  "boot_int80-x86_64",
  "boot_sysenter-x86_64",
  "boot_cli-x86_64",
  "boot_kernel_gate-x86_64",
  "boot_absent_gate-x86_64",
  "boot_kernel_page-x86_64",
  "boot_no_stack-x86_64",
  "boot_double_fault-x86_64",
  "boot_syscall-x86_64",
  "boot_compatibility_int80-x86_64",
  "boot_compatibility_syscall-x86_64",
  "boot_own_stack-x86_64",
  "boot_non_canonical_return-x86_64",
  "boot_triple_fault-i386",
  "boot_triple_fault-x86_64",
  "boot_irq-i386",
  "boot_timer-i386",
  "boot_nmi-i386",
  "boot_spurious-i386",
  "boot_nmi-x86_64",
  "boot_float-i386",
  "boot_float-x86_64",
  "boot_apic-x86_64",
  "boot_alignment-i386",
  "boot_debug-i386",
  "boot_debug-x86_64",
  "boot_debug_rare-i386",
  "boot_debug_rare-x86_64",
  NULL,
};

struct box_image image_of_probe(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", VM_PROBES, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  struct box_image image = { malloc(1 << 20), 0 };
  assert_non_null(image.bytes);
  image.size = fread(image.bytes, 1, 1 << 20, file);
  assert_true(image.size > 0 && image.size < 1 << 20);
  fclose(file);
  return image;
}

static size_t header_32_write(uint8_t *bytes, size_t size) {
  const size_t offset = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr);
  const Elf32_Ehdr header = {
    .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
    .e_type = ET_EXEC,
    .e_machine = EM_386,
    .e_version = EV_CURRENT,
    .e_entry = BOX_CODE,
    .e_phoff = sizeof header,
    .e_ehsize = sizeof header,
    .e_phentsize = sizeof(Elf32_Phdr),
    .e_phnum = 1,
  };
  const Elf32_Phdr segment = { PT_LOAD,          (Elf32_Off)offset, BOX_CODE,           BOX_CODE,
                               (Elf32_Word)size, (Elf32_Word)size,  PF_R | PF_W | PF_X, 1 };
  memcpy(bytes, &header, sizeof header);
  memcpy(bytes + sizeof header, &segment, sizeof segment);
  return offset;
}

static size_t header_64_write(uint8_t *bytes, size_t size) {
  const size_t offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
  const Elf64_Ehdr header = {
    .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
    .e_type = ET_EXEC,
    .e_machine = EM_X86_64,
    .e_version = EV_CURRENT,
    .e_entry = BOX_CODE,
    .e_phoff = sizeof header,
    .e_ehsize = sizeof header,
    .e_phentsize = sizeof(Elf64_Phdr),
    .e_phnum = 1,
  };
  const Elf64_Phdr segment = { PT_LOAD, PF_R | PF_W | PF_X, offset, BOX_CODE, BOX_CODE, size, size, 1 };
  memcpy(bytes, &header, sizeof header);
  memcpy(bytes + sizeof header, &segment, sizeof segment);
  return offset;
}

struct box_image image_of_code(unsigned bits, const void *code, size_t size) {
  struct box_image image = { calloc(1, size + 256), 0 };
  assert_non_null(image.bytes);
  size_t offset = bits == 64 ? header_64_write(image.bytes, size) : header_32_write(image.bytes, size);
  memcpy(image.bytes + offset, code, size);
  image.size = offset + size;
  return image;
}

void image_free(struct box_image *image) {
  free(image->bytes);
}

static void box_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct box *box = (struct box *)sink;
  const struct rs_transition *transition = event->transition;
  if (box->events == box->room) {
    box->room = 2 * box->room + 64;
    box->event = realloc(box->event, box->room * sizeof *box->event);
    assert_non_null(box->event);
  }
  box->event[box->events++] = (struct box_event){
    .sequence = event->sequence,
    .number = event->number,
    .parent = event->parent,
    .instructions = event->instructions,
    .mechanism = transition->cause.mechanism,
    .outcome = transition->outcome,
    .cpl = transition->before.cpl,
    .new_cpl = transition->after.cpl,
    .rip = transition->before.rip,
    .new_rip = transition->after.rip,
  };
  if (box->look) box->look(box, event);
}

static void box_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *event) {
  (void)event;
  ((struct box *)sink)->instructions_told++;
}

static void box_end(struct rs_trace_sink *sink, const struct rs_end_event *event) {
  struct box *box = (struct box *)sink;
  box->end = *event;
  box->ends_told++;
}

void box_open(struct box *box, const struct box_image *image, const struct box_options *options) {
  struct rs_error error = { RS_OK, "" };
  struct rs_blob blob = { image->bytes, image->size, "the image" };
  memset(box, 0, sizeof *box);
  box->sink.level = options->level;
  box->sink.wants_stacks = true;
  box->sink.transition = box_transition;
  box->sink.instruction = box_instruction;
  box->sink.end = box_end;
  box->output = tmpfile();
  assert_non_null(box->output);
  const struct rs_machine_config config = {
    .model = options->model,
    .memory = BOX_MEMORY,
    .limit = options->limit ? options->limit : UINT64_MAX,
    .witness = options->witness,
    .output = box->output,
    .errors = box->output,
  };
  if (rs_machine_create(&config, &box->machine, &error) != RS_OK) fail_msg("%s", error.text);
  if (rs_machine_boot(box->machine, &blob, NULL, NULL, 0, &error) != RS_OK) fail_msg("%s", error.text);
  assert_int_equal(rs_machine_subscribe(box->machine, &box->sink), RS_OK);
}

void box_run(struct box *box) {
  struct rs_error error = { RS_OK, "" };
  if (rs_machine_run(box->machine, &box->end, &error) != RS_OK) fail_msg("%s", error.text);
}

void box_close(struct box *box) {
  rs_machine_free(box->machine);
  free(box->event);
  fclose(box->output);
}

void box_run_probe(struct box *box, const char *probe, const struct box_options *options) {
  struct box_image image = image_of_probe(probe);
  box_open(box, &image, options);
  box_run(box);
  image_free(&image);
}

uint64_t box_register(const struct box *box, enum rs_register reg) {
  return rs_cpu_get(rs_machine_cpu(box->machine), reg).word[0];
}

const uint8_t *box_ram(const struct box *box) {
  return machine_ram(box->machine->hardware);
}

/* FNV-1a, by the word. */
uint64_t box_memory_sum(const struct box *box) {
  uint64_t sum = UINT64_C(0xcbf29ce484222325), word;
  for (size_t i = 0; i < BOX_MEMORY; i += sizeof word) {
    memcpy(&word, box_ram(box) + i, sizeof word);
    sum = (sum ^ word) * UINT64_C(0x100000001b3);
  }
  return sum;
}

bool box_values_equal(enum rs_register reg, const union rs_value *one, const union rs_value *other) {
  const struct rs_segment *a = &one->segment, *b = &other->segment;
  if ((reg >= RS_ES && reg <= RS_GS) || reg == RS_LDTR || reg == RS_TR)
    return a->selector == b->selector && a->attributes == b->attributes && a->limit == b->limit &&
           a->base == b->base;
  if (reg == RS_GDTR || reg == RS_IDTR)
    return one->table.base == other->table.base && one->table.limit == other->table.limit;
  return one->word[0] == other->word[0];
}

void box_event_compare(const struct box_event *one, const struct box_event *other) {
  assert_int_equal(one->sequence, other->sequence);
  assert_int_equal(one->number, other->number);
  assert_int_equal(one->parent, other->parent);
  assert_int_equal(one->instructions, other->instructions);
  assert_int_equal(one->mechanism, other->mechanism);
  assert_int_equal(one->outcome, other->outcome);
  assert_int_equal(one->cpl, other->cpl);
  assert_int_equal(one->new_cpl, other->new_cpl);
  assert_int_equal(one->rip, other->rip);
  assert_int_equal(one->new_rip, other->new_rip);
}
