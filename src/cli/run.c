/* `ringside run`: a user program as module 0 of the in-guest kernel of its class. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/kernels.h"
#include "cli/modules.h"
#include "cli/words.h"
#include "layout.h"
#include "ringside/program.h"
#include "selectors.h"

/* The kernel that runs the program, and how 32-bit programs of it enter. */
struct run_plan {
  bool long_mode;    /* the x86-64 kernel */
  bool classic;      /* the classic kernel */
  const char *entry; /* the words of the kernel's command line; NULL: its own choice */
  const char *leave, *user_pointers;
};

/* The classic kernel's programs begin at 0, which no other's may: it judges them itself. */
static enum rs_status program_inspect(const struct options *options, const struct rs_blob *program,
                                      struct rs_program_facts *facts, struct rs_error *error) {
  *facts = (struct rs_program_facts){ .class = RS_PROGRAM_I386 };
  return options->kernel == KERNEL_CLASSIC ? RS_OK : rs_program_inspect(program, facts, error);
}

static enum rs_status kernel_choose(const struct options *options, const struct rs_program_facts *facts,
                                    struct run_plan *plan, struct rs_error *error) {
  bool wide = facts->class == RS_PROGRAM_X86_64;
  if (options->kernel == KERNEL_I386 && wide)
    return rs_fail(error, RS_UNSUPPORTED, "--kernel=i386: cannot run %s, which is a 64-bit program",
                   options->arguments[0]);
  plan->long_mode = options->kernel == KERNEL_BY_CLASS ? wide : options->kernel == KERNEL_X86_64;
  plan->classic = options->kernel == KERNEL_CLASSIC;
  if (plan->classic && (options->initrds.count || options->files.count))
    return rs_fail(error, RS_UNSUPPORTED, "--kernel=classic: takes no --initrd and no --file");
  return RS_OK;
}

static const char *entry_word(enum entry_choice choice) {
  static const char *const word[] = {
    [ENTRY_SYSCALL] = "syscall",   [ENTRY_INT80] = "int80", [ENTRY_SYSENTER] = "sysenter",
    [ENTRY_CALLGATE] = "callgate", [ENTRY_UD2] = "ud2",     [ENTRY_LOCKNOP] = "locknop",
  };
  return word[choice];
}

/* Which entries there are: SYSCALL for 64-bit programs, and of 32-bit ones only in AMD's long mode; SYSENTER
 * with Intel's; INT 0x80 and the call gate for every 32-bit program; instructions that trap for all. */
static enum rs_status entry_choose(const struct options *options, bool wide, struct run_plan *plan,
                                   struct rs_error *error) {
  bool amd = options->model == RS_CPU_AMD;
  bool syscall = wide || (amd && plan->long_mode), sysenter = !wide && !amd;
  enum entry_choice choice = options->entry;
  if (plan->classic && choice == ENTRY_AUTO) choice = ENTRY_INT80;
  if (plan->classic && choice != ENTRY_INT80)
    return rs_fail(error, RS_UNSUPPORTED, "--kernel=classic: programs enter by int80 alone");
  if (choice == ENTRY_AUTO) choice = syscall ? ENTRY_SYSCALL : sysenter ? ENTRY_SYSENTER : ENTRY_INT80;
  plan->entry = entry_word(choice);
  if (wide && choice != ENTRY_SYSCALL && choice != ENTRY_UD2 && choice != ENTRY_LOCKNOP)
    return rs_fail(error, RS_UNSUPPORTED, "--entry=%s: 64-bit programs enter by syscall, ud2 or locknop",
                   plan->entry);
  if (choice == ENTRY_SYSCALL && !syscall)
    return rs_fail(error, RS_UNSUPPORTED,
                   "--entry=syscall: 32-bit programs have it only with --cpu=amd and --kernel=x86_64");
  if (choice == ENTRY_SYSENTER && !sysenter)
    return rs_fail(error, RS_UNSUPPORTED, "--entry=sysenter: needs --cpu=intel");
  return RS_OK;
}

/* The rest of what the kernels, but not the classic one, do in several ways. */
static enum rs_status ways_choose(const struct options *options, struct run_plan *plan,
                                  struct rs_error *error) {
  static const char *const leave[] = { [LEAVE_IRET] = "iret", [LEAVE_SYSRET] = "sysret" };
  static const char *const pointers[] = { [POINTERS_RANGE] = "range", [POINTERS_MAPPING] = "mapping" };
  plan->leave = options->leave == LEAVE_AUTO ? NULL : leave[options->leave];
  plan->user_pointers = options->user_pointers == POINTERS_FIXUP ? NULL : pointers[options->user_pointers];
  if (options->leave == LEAVE_SYSRET && !plan->long_mode)
    return rs_fail(error, RS_UNSUPPORTED, "--leave=sysret: needs the x86_64 kernel");
  if (plan->classic && (plan->leave || plan->user_pointers))
    return rs_fail(error, RS_UNSUPPORTED, "--kernel=classic: takes no --leave and no --user-pointers");
  return RS_OK;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* The module's string: argv, argv[0] being the base name, so that a run does not depend on where the program
 * lies. */
static void arguments_format(const struct options *options, struct text *text) {
  text_add_word(text, "", base_name(options->arguments[0]));
  for (int i = 1; i < options->argument_count; i++)
    text_add_word(text, "", options->arguments[i]);
}

static void command_line_format(const struct options *options, const struct run_plan *plan,
                                struct text *text) {
  char epoch[24];
  snprintf(epoch, sizeof epoch, "%" PRIu64, options->epoch);
  text_add_word(text, "", "kernel");
  text_add_word(text, "entry=", plan->entry);
  if (plan->leave) text_add_word(text, "leave=", plan->leave);
  if (plan->user_pointers) text_add_word(text, "user_pointers=", plan->user_pointers);
  text_add_word(text, "epoch=", epoch);
  for (size_t i = 0; i < options->env.count; i++)
    text_add_word(text, "env=", options->env.text[i]);
}

static struct rs_blob kernel_blob(const struct run_plan *plan) {
  if (plan->classic)
    return (struct rs_blob){ kernel_classic, (size_t)(kernel_classic_end - kernel_classic),
                             "kernel-classic" };
  if (plan->long_mode)
    return (struct rs_blob){ kernel_x86_64, (size_t)(kernel_x86_64_end - kernel_x86_64), "kernel-x86_64" };
  return (struct rs_blob){ kernel_i386, (size_t)(kernel_i386_end - kernel_i386), "kernel-i386" };
}

static enum rs_status program_add(struct modules *modules, const struct options *options,
                                  const struct rs_blob *program, struct rs_error *error) {
  struct text arguments = { .bytes = NULL };
  arguments_format(options, &arguments);
  if (arguments.failed) text_free(&arguments);
  return modules_add(modules, program, arguments.bytes, error);
}

/* The module's string; none when memory ran out. */
static void guest_file_describe(const char *host, const char *path, struct text *text) {
  struct stat facts;
  char mode[8];
  snprintf(mode, sizeof mode, "%o", stat(host, &facts) == 0 ? facts.st_mode & 0777u : 0u);
  text_add_word(text, "file=", path);
  text_add_word(text, "mode=", mode);
  if (text->failed) text_free(text);
}

/* "HOST=GUEST": the guest gets the file under that path, with the host's permissions. */
static enum rs_status guest_file_add(struct modules *modules, const char *word, struct rs_error *error) {
  const char *equals = strrchr(word, '=');
  struct text text = { .bytes = NULL };
  if (!equals || equals == word || equals[1] != '/')
    return rs_fail(error, RS_BAD_ARGUMENT, "--file %s: must be HOST=GUEST, GUEST a path from /", word);
  char *host = strndup(word, (size_t)(equals - word));
  if (!host) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  guest_file_describe(host, equals + 1, &text);
  enum rs_status status = modules_add_file(modules, host, strlen(host), text.bytes, error);
  free(host);
  return status;
}

/* Module 0 is the program; then come the archives, and the single files, which win. */
static enum rs_status modules_collect(struct modules *modules, const struct options *options,
                                      const struct rs_blob *program, struct rs_error *error) {
  enum rs_status status = program_add(modules, options, program, error);
  for (size_t i = 0; i < options->initrds.count && status == RS_OK; i++) {
    const char *archive = options->initrds.text[i];
    status = modules_add_file(modules, archive, strlen(archive), strdup(archive), error);
  }
  for (size_t i = 0; i < options->files.count && status == RS_OK; i++)
    status = guest_file_add(modules, options->files.text[i], error);
  return status;
}

static enum rs_status kernel_boot(struct rs_machine *machine, const struct options *options,
                                  const struct run_plan *plan, const struct modules *modules,
                                  struct rs_error *error) {
  struct text command_line = { .bytes = NULL };
  struct rs_blob kernel = kernel_blob(plan);
  command_line_format(options, plan, &command_line);
  enum rs_status status =
      command_line.failed
          ? rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY))
          : rs_machine_boot(machine, &kernel, command_line.bytes, modules->module, modules->count, error);
  text_free(&command_line);
  return status;
}

/* The program's symbols, wherever it runs: under the classic kernel at the base of each task that it may be
 * forked into. */
static enum rs_status program_symbols_add(struct rs_symbols *symbols, const struct run_plan *plan,
                                          const struct rs_blob *program, const struct rs_program_facts *facts,
                                          struct rs_error *error) {
  uint64_t bias = 0;
  if (facts->position_independent)
    bias = facts->class == RS_PROGRAM_X86_64 ? USER64_PIE_BASE : USER32_PIE_BASE;
  if (!plan->classic) return rs_symbols_add_elf(symbols, program->bytes, program->size, bias, error);
  enum rs_status status = RS_OK;
  for (unsigned task = 1; task < CLASSIC_TASKS && status == RS_OK; task++)
    status =
        rs_symbols_add_elf(symbols, program->bytes, program->size, CLASSIC_TASK_BASE((uint64_t)task), error);
  return status;
}

static enum rs_status symbols_collect(const struct options *options, const struct run_plan *plan,
                                      const struct rs_blob *program, const struct rs_program_facts *facts,
                                      struct rs_symbols **symbols, struct rs_error *error) {
  struct rs_blob kernel = kernel_blob(plan);
  enum rs_status status = rs_symbols_create(symbols);
  if (status != RS_OK) return rs_fail(error, status, "%s", rs_status_text(status));
  status = rs_symbols_add_elf(*symbols, kernel.bytes, kernel.size, 0, error);
  if (status == RS_OK) status = program_symbols_add(*symbols, plan, program, facts, error);
  return status == RS_OK ? cli_symbols_add(*symbols, options, error) : status;
}

static int program_run(const struct options *options, const struct rs_blob *program) {
  struct rs_error error;
  struct rs_program_facts facts;
  struct run_plan plan;
  struct rs_symbols *symbols = NULL;
  struct rs_machine *machine = NULL;
  struct modules modules = { .count = 0 };
  struct progress progress;
  const struct rs_machine_config config = cli_machine_config(options, true, &progress);
  int exit_status = STATUS_FAILED;
  enum rs_status status = program_inspect(options, program, &facts, &error);
  if (status == RS_OK) status = kernel_choose(options, &facts, &plan, &error);
  if (status == RS_OK) status = entry_choose(options, facts.class == RS_PROGRAM_X86_64, &plan, &error);
  if (status == RS_OK) status = ways_choose(options, &plan, &error);
  if (status == RS_OK) status = symbols_collect(options, &plan, program, &facts, &symbols, &error);
  if (status == RS_OK) status = modules_collect(&modules, options, program, &error);
  if (status == RS_OK) status = rs_machine_create(&config, &machine, &error);
  if (status == RS_OK) status = kernel_boot(machine, options, &plan, &modules, &error);
  if (status == RS_OK)
    exit_status = cli_run_machine(machine, options, symbols, &progress);
  else
    cli_failed(&error);
  rs_machine_free(machine);
  modules_free(&modules);
  rs_symbols_free(symbols);
  if (config.errors) fclose(config.errors);
  return exit_status;
}

int command_run(int argc, char **argv) {
  struct rs_error error;
  struct options options;
  struct file program;
  int exit_status = STATUS_FAILED;
  enum rs_status status = options_parse(COMMAND_RUN, argc, argv, &options, &error);
  if (status == RS_OK && options.help) {
    fputs(help_run, stdout);
    exit_status = 0;
  } else {
    if (status == RS_OK && options.argument_count == 0)
      status = rs_fail(&error, RS_BAD_ARGUMENT, "run: needs a PROGRAM (see ringside run --help)");
    if (status == RS_OK) status = file_read(options.arguments[0], &program, &error);
    if (status == RS_OK) {
      exit_status = program_run(&options, &(struct rs_blob){ program.bytes, program.size, program.name });
      file_free(&program);
    } else
      cli_failed(&error);
  }
  options_free(&options);
  return exit_status;
}
