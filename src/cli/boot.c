/* `ringside boot`: a kernel image of the user's own, with its modules and command line. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/modules.h"
#include "cli/words.h"

/* The files of --module, in order. "FILE TEXT" gives the module the whole word as its string, as GRUB does.
 */
static enum rs_status modules_read(struct modules *modules, const struct text_list *words,
                                   struct rs_error *error) {
  enum rs_status status = RS_OK;
  for (size_t i = 0; i < words->count && status == RS_OK; i++) {
    const char *word = words->text[i];
    status = modules_add_file(modules, word, strcspn(word, " "), strdup(word), error);
  }
  return status;
}

/* "IMAGE WORD WORD...": the image's name comes first, as boot loaders have it. Without words there is no
 * command line, which a plain ELF could not be given. */
static enum rs_status command_line_join(const struct options *options, struct text *text,
                                        struct rs_error *error) {
  if (options->argument_count <= 2) return RS_OK;
  for (int i = 0; i < options->argument_count; i++) {
    const char *word = options->arguments[i];
    if (i == 1 && strcmp(word, "--") == 0) continue;
    if (i > 0) text_add(text, " ", 1);
    text_add(text, word, strlen(word));
  }
  return text->failed ? rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY)) : RS_OK;
}

static enum rs_status symbols_collect(const struct options *options, const struct file *image,
                                      struct rs_symbols **symbols, struct rs_error *error) {
  enum rs_status status = rs_symbols_create(symbols);
  if (status != RS_OK) return rs_fail(error, status, "%s", rs_status_text(status));
  /* A multiboot image need not be ELF: symbols are welcome, not required. */
  rs_symbols_add_elf(*symbols, image->bytes, image->size, 0, NULL);
  return cli_symbols_add(*symbols, options, error);
}

static int image_boot(const struct options *options, const struct file *image, const struct modules *modules,
                      const char *command_line) {
  struct rs_error error;
  struct rs_symbols *symbols = NULL;
  struct rs_machine *machine = NULL;
  const struct rs_blob blob = { image->bytes, image->size, image->name };
  struct progress progress;
  const struct rs_machine_config config = cli_machine_config(options, false, &progress);
  int exit_status = STATUS_FAILED;
  enum rs_status status = symbols_collect(options, image, &symbols, &error);
  if (status == RS_OK) status = rs_machine_create(&config, &machine, &error);
  if (status == RS_OK)
    status = rs_machine_boot(machine, &blob, command_line, modules->module, modules->count, &error);
  if (status == RS_OK)
    exit_status = cli_run_machine(machine, options, symbols, &progress);
  else
    cli_failed(&error);
  rs_machine_free(machine);
  rs_symbols_free(symbols);
  if (config.errors) fclose(config.errors);
  return exit_status;
}

static enum rs_status boot_arguments_check(const struct options *options, struct rs_error *error) {
  if (options->argument_count == 0)
    return rs_fail(error, RS_BAD_ARGUMENT, "boot: needs an IMAGE (see ringside boot --help)");
  if (options->argument_count > 1 && strcmp(options->arguments[1], "--") != 0)
    return rs_fail(error, RS_BAD_ARGUMENT, "%s: the command line comes after --", options->arguments[1]);
  return RS_OK;
}

static int boot_with(const struct options *options) {
  struct rs_error error;
  struct file image = { .bytes = NULL };
  struct modules modules = { .count = 0 };
  struct text command_line = { .bytes = NULL };
  int exit_status = STATUS_FAILED;
  enum rs_status status = boot_arguments_check(options, &error);
  if (status == RS_OK) status = file_read(options->arguments[0], &image, &error);
  if (status == RS_OK) status = modules_read(&modules, &options->modules, &error);
  if (status == RS_OK) status = command_line_join(options, &command_line, &error);
  if (status == RS_OK)
    exit_status = image_boot(options, &image, &modules, command_line.bytes);
  else
    cli_failed(&error);
  text_free(&command_line);
  modules_free(&modules);
  file_free(&image);
  return exit_status;
}

int command_boot(int argc, char **argv) {
  struct rs_error error;
  struct options options;
  int exit_status = STATUS_FAILED;
  enum rs_status status = options_parse(COMMAND_BOOT, argc, argv, &options, &error);
  if (status != RS_OK) {
    cli_failed(&error);
  } else if (options.help) {
    fputs(help_boot, stdout);
    exit_status = 0;
  } else {
    exit_status = boot_with(&options);
  }
  options_free(&options);
  return exit_status;
}
