/* Filling the root directory. */
#include "file_system.h"

#include "boot_info.h"
#include "console.h"
#include "cpio.h"
#include "devices.h"
#include "inodes.h"
#include "paths.h"
#include "text.h"

static void refuse_memory(void) {
  console_refuse("memory is too small for the file system");
}

static void create_standing(void) {
  struct inode *exe;
  if (!devices_create() || !path_make("/tmp", MODE_DIRECTORY | 01777)) refuse_memory();
  exe = path_make("/proc/self/exe", MODE_LINK | 0777);
  if (!exe) refuse_memory();
  exe->link.is_program = true;
}

static void set_bytes(struct inode *inode, const struct boot_module *module) {
  inode->contents.borrowed = module->bytes;
  inode->contents.size = module->size;
}

/* The word up to the next space, ended and decoded; *rest behind it. */
static char *cut_word(char **rest) {
  char *word = *rest;
  while (**rest && **rest != ' ')
    (*rest)++;
  if (**rest) *(*rest)++ = 0;
  text_decode_percent(word);
  return word;
}

static bool read_mode(const char *text, unsigned *mode) {
  if (!text || !*text) return false;
  for (*mode = 0; *text >= '0' && *text <= '7'; text++)
    *mode = *mode << 3 | (unsigned)(*text - '0');
  return *text == 0 && *mode <= MODE_PERMISSIONS;
}

static void add_file(const struct boot_module *module) {
  char *rest = module->text;
  const char *path = text_after(cut_word(&rest), "file="), *mode_text = text_after(cut_word(&rest), "mode=");
  struct inode *inode;
  unsigned mode;
  if (path[0] != '/' || !read_mode(mode_text, &mode))
    console_refuse("module %s: expected file=/PATH mode=OCTAL", module->text);
  inode = path_make(path, MODE_REGULAR | mode);
  if (!inode) console_refuse("%s: cannot be made in the file system", path);
  set_bytes(inode, module);
}

static void add_archive(const struct boot_module *module) {
  size_t at;
  const char *wrong = cpio_unpack(module->bytes, module->size, &at);
  if (wrong) console_refuse("archive %s: at byte %u: %s", module->text, (unsigned)at, wrong);
}

void file_system_create(const struct boot_info *info) {
  create_standing();
  for (unsigned i = 1; i < info->module_count; i++) {
    if (text_after(info->module[i].text, "file="))
      add_file(&info->module[i]);
    else
      add_archive(&info->module[i]);
  }
}

struct inode *file_system_program(const struct boot_info *info, const char *name) {
  struct inode *inode = inode_create(MODE_REGULAR | 0755);
  if (!inode) refuse_memory();
  set_bytes(inode, &info->module[0]);
  if (strlen(name) < NAME_SIZE) (void)directory_add(inode_root(), name, inode); /* or the archive's stays */
  return inode;
}
