/* The classic kernel's life: set up the processor, make the first task of module 0, and switch to it. */
#include "boot_info.h"
#include "console.h"
#include "descriptors.h"
#include "files.h"
#include "options.h"
#include "paging.h"
#include "program.h"
#include "task.h"
#include "text.h"
#include "timer.h"

_Noreturn void kernel_main(uint32_t information);

static void init_machine(void) {
  paging_init();
  interrupts_mask_all();
  descriptors_init();
  tasks_init();
}

static bool has_word(const char *line, const char *word) {
  for (;; line++) {
    const char *rest = text_after(line, word);
    if (rest && (*rest == 0 || *rest == ' ')) return true;
    while (*line && *line != ' ')
      line++;
    if (!*line) return false;
  }
}

static void make_first_task(const struct boot_info *info) {
  static struct options options;
  struct task *first = task_create();
  if (!first) console_refuse("memory is too small");
  options_read(info->command_line, info->program_text, &options);
  program_load(first, info->program, info->program_size, &options);
  files_init(first);
  first->state = TASK_READY;
}

/* The way of the kernel's own task, which runs when no other can: the timer wakes nobody, so that none ever
 * will. */
void kernel_main(uint32_t information) {
  struct boot_info info;
  console_init();
  boot_info_read(information, &info);
  init_machine();
  if (has_word(info.command_line, "timer")) timer_start();
  make_first_task(&info);
  schedule();
  console_refuse("every task waits for another");
}
