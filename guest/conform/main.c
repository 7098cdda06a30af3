/* The conformance guest: performs generated transitions and tells the outcome of each in a line. */
#include <stddef.h>

#include "descriptors.h"
#include "groups.h"
#include "instructions.h"
#include "multiboot.h"
#include "pages.h"
#include "registers.h"
#include "text.h"
#include "trial.h"

#define COMMAND_LINE_SIZE 256
#define STATUS_DONE 0
#define STATUS_BAD_COMMAND_LINE 1

struct settings {
  struct output_ports ports;
  struct trial_selection selection;
};

extern const uint8_t stage_image[], stage_size[];

/* shard=K/N */
static bool shard_read(char *text, struct trial_selection *out) {
  uint64_t shard, shards;
  char *slash = text;
  while (*slash && *slash != '/')
    slash++;
  if (!*slash) return false;
  *slash = 0;
  if (!text_to_number(text, &shard) || !text_to_number(slash + 1, &shards) || shard >= shards ||
      shards > 10000)
    return false;
  out->shard = (unsigned)shard;
  out->shards = (unsigned)shards;
  return true;
}

static bool word_read(char *word, struct settings *settings) {
  const char *rest;
  if ((rest = text_after(word, "shard="))) return shard_read(word + (rest - word), &settings->selection);
  if ((rest = text_after(word, "group="))) {
    settings->selection.group = rest;
    return true;
  }
  if (text_equals(word, "serial=off")) {
    settings->ports.serial = false;
    return true;
  }
  if (text_equals(word, "mild")) {
    settings->selection.mild = true;
    return true;
  }
  return false;
}

/* The first word is the image's own name. */
static bool command_line_read(char *text, struct settings *settings) {
  for (unsigned count = 0; *text; count++) {
    char *word = text;
    while (*text && *text != ' ')
      text++;
    if (*text) *text++ = 0;
    if (count > 0 && *word && !word_read(word, settings)) return false;
  }
  return true;
}

static void command_line_copy(const struct multiboot_info *info, char *out) {
  const char *text = (const char *)(uintptr_t)info->command_line;
  size_t length = 0;
  if (info->flags & MULTIBOOT_HAS_COMMAND_LINE)
    for (; text[length] && length < COMMAND_LINE_SIZE - 1; length++)
      out[length] = text[length];
  out[length] = 0;
}

static void stage_prepare(void) {
  static const uint8_t arrived[] = { 0xcd, VECTOR_ARRIVED };
  memcpy((void *)STAGE_TRY, stage_image, (size_t)stage_size);
  memset((void *)STAGE_OPERAND, 0, STAGE_END - STAGE_OPERAND);
  for (uintptr_t at = STAGE_ARRIVE; at < STAGE_ARRIVE + 0x1000; at += 16)
    memcpy((void *)at, arrived, sizeof arrived);
}

_Noreturn void conform_main(const struct multiboot_info *info);

_Noreturn void conform_main(const struct multiboot_info *info) {
  static char command_line[COMMAND_LINE_SIZE];
  struct settings settings = { { true, true }, { 0, 1, "", false } };
  bool good;
  command_line_copy(info, command_line);
  good = command_line_read(command_line, &settings);
  output_init(settings.ports);
  if (!good) {
    output_add("the command line has words other than shard=K/N, group=NAME, serial=off and mild");
    output_line();
    output_end(STATUS_BAD_COMMAND_LINE);
  }
  trial_select(&settings.selection);
  interrupts_mask_all();
  stage_prepare();
  if (LONG_MODE) write_cr3(pages_describe(pages_modes));
  registers_init();
  tables_init();
  group_int_gates();
  group_int_targets();
  group_int_stacks();
  group_exceptions();
  group_returns();
  group_return_state();
  group_iret();
  group_segments();
  group_inspect();
  group_system_segments();
  group_fast_calls();
  group_privileged();
  group_flags();
  group_ports();
  group_control();
  group_msrs();
  group_modes();
  group_pages();
  group_far();
  group_call_gates();
  group_debug();
  group_alignment();
  group_tasks();
  group_virtual_8086();
  group_canonical();
  output_add("done: %u cases", trial_count());
  output_line();
  output_end(STATUS_DONE);
}
