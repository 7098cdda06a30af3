/* The peer of the loops: Unicorn as it comes, without hooks, paging or privilege. */
#include <string.h>
#include <unicorn/unicorn.h>

#include "bench/subject.h"

extern const uint8_t bare_loop3[], bare_loop8[], bare_loop30[], bare_loops_end[];

enum { CODE = 0x101000, DATA = 0x102000, PAGE = 0x1000 };

struct code {
  const uint8_t *bytes;
  size_t size;
};

static struct code code_of(const char *how) {
  if (!strcmp(how, "loop3")) return (struct code){ bare_loop3, (size_t)(bare_loop8 - bare_loop3) };
  if (!strcmp(how, "loop8")) return (struct code){ bare_loop8, (size_t)(bare_loop30 - bare_loop8) };
  return (struct code){ bare_loop30, (size_t)(bare_loops_end - bare_loop30) };
}

static uc_err prepare(uc_engine *uc, const struct code *code, uint64_t count) {
  uint64_t data = DATA;
  uc_err err = uc_mem_map(uc, CODE, 2 * PAGE, UC_PROT_ALL);
  if (!err) err = uc_mem_write(uc, CODE, code->bytes, code->size);
  if (!err) err = uc_reg_write(uc, UC_X86_REG_RCX, &count);
  if (!err) err = uc_reg_write(uc, UC_X86_REG_RSI, &data);
  return err;
}

enum rs_status subject_bare(const struct subject_run *run, double *ns, struct rs_error *error) {
  const struct code code = code_of(run->how);
  uc_engine *uc;
  uc_err err = uc_open(UC_ARCH_X86, UC_MODE_64, &uc);
  if (err) return rs_fail(error, RS_ENGINE_FAILED, "bare Unicorn: %s", uc_strerror(err));
  err = prepare(uc, &code, run->count);
  double start = clock_processor_time();
  if (!err) err = uc_emu_start(uc, CODE, CODE + code.size, 0, 0);
  *ns = clock_processor_time() - start;
  uc_close(uc);
  return err ? rs_fail(error, RS_ENGINE_FAILED, "bare Unicorn: %s", uc_strerror(err)) : RS_OK;
}
