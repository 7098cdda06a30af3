/* Finds the layout of a saved context, of a hook and of the handle, by writing markers and looking for them.
 */
#include "engine/layout.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#include "arch/bits.h"
#include "engine/handle.h"

enum {
  PAGE = 4096,
  BUFFER = 8 << 20,   /* of translated code: the least that is worth having */
  PAGES = 2,          /* of RAM: code, data */
  NEIGHBOURHOOD = 32, /* how far apart the fields of one descriptor cache, or of one exception, can be */
};

#define CODE_AT UINT64_C(0x53454c464000)    /* where the stubs run: a number that is nothing else's value */
#define REFUSED UINT64_C(0x52454655534d)    /* an address that the fill hook refuses */
#define MARKER UINT64_C(0x5241524b00a55a00) /* the low byte is the register's number */

/* A calibration under way. */
struct probe {
  uc_engine *uc;
  uint8_t *ram;
  uc_context *pristine, *now, *other; /* saved states to compare */
  struct layout *layout;
  bool interrupted; /* `other` was saved by an exception */
};

bool layout_find(const uint8_t *bytes, size_t size, const void *marker, size_t width, size_t *at) {
  const uint8_t *first = memmem(bytes, size, marker, width);
  if (!first) return false;
  size_t offset = (size_t)(first - bytes);
  if (memmem(first + 1, size - offset - 1, marker, width)) return false;
  *at = offset;
  return true;
}

bool layout_find_change(const uint8_t *before, const uint8_t *after, size_t size, uint32_t old_value,
                        uint32_t new_value, size_t *at) {
  size_t found = 0, count = 0;
  for (size_t i = 0; i + 4 <= size; i += 4) {
    if (memcmp(before + i, &old_value, 4) == 0 && memcmp(after + i, &new_value, 4) == 0) {
      found = i;
      count++;
    }
  }
  if (count != 1) return false;
  *at = found;
  return true;
}

static const uint8_t *bytes_of(const uc_context *context) {
  return (const uint8_t *)context;
}

static void save(struct probe *p, uc_context *into) {
  uc_context_save(p->uc, into);
}

/* Writes `value` to a register, finds the one place in the context that shows it, and undoes it. */
static bool find_register(struct probe *p, int id, const void *value, const void *marker, size_t width,
                          size_t *at) {
  if (uc_reg_write(p->uc, id, value) != UC_ERR_OK) return false;
  save(p, p->now);
  uc_context_restore(p->uc, p->pristine);
  return layout_find(bytes_of(p->now), p->layout->size, marker, width, at);
}

static bool find_word(struct probe *p, int id, unsigned number, size_t *at) {
  uint64_t marker = MARKER + number;
  return find_register(p, id, &marker, &marker, sizeof marker, at);
}

static bool find_header(struct probe *p) {
  struct layout *l = p->layout;
  size_t copied;
  l->size = uc_context_size(p->uc);
  memcpy(&copied, p->pristine, sizeof copied);
  if (copied >= l->size || l->size - copied > 128) return false;
  l->data = l->size - copied;
  return true;
}

static bool find_general(struct probe *p) {
  if (!find_word(p, handle_general_register[0], 0, &p->layout->general)) return false;
  for (unsigned i = 1; i < 16; i++) {
    size_t at;
    if (!find_word(p, handle_general_register[i], i, &at) || at != p->layout->general + 8 * i) return false;
  }
  return find_word(p, UC_X86_REG_RIP, 16, &p->layout->rip);
}

static bool find_control(struct probe *p) {
  struct layout *l = p->layout;
  static const int id[5] = { UC_X86_REG_CR0, UC_X86_REG_CR1, UC_X86_REG_CR2, UC_X86_REG_CR3, UC_X86_REG_CR4 };
  for (unsigned i = 0; i < 5; i++) {
    if (i != 1 && !find_word(p, id[i], 20 + i, &l->cr[i])) return false;
  }
  uc_x86_msr efer = { .rid = 0xc0000080 };
  uc_reg_read(p->uc, UC_X86_REG_MSR, &efer);
  uint32_t before = (uint32_t)efer.value;
  efer.value ^= EFER_NXE;
  uc_reg_write(p->uc, UC_X86_REG_MSR, &efer);
  save(p, p->now);
  uc_context_restore(p->uc, p->pristine);
  return layout_find_change(bytes_of(p->pristine), bytes_of(p->now), l->size, before, (uint32_t)efer.value,
                            &l->efer);
}

/* TR shows all four fields of a descriptor cache; the others are found by one field each. */
static bool find_descriptor_fields(struct probe *p) {
  struct layout *l = p->layout;
  uc_x86_mmr value = { .selector = 0x2b58, .base = MARKER + 30, .limit = 0x7a5b1c3d, .flags = 0x5a8b37 };
  uint32_t selector = value.selector;
  size_t base;
  if (!find_register(p, UC_X86_REG_TR, &value, &value.base, 8, &base)) return false;
  const uint8_t *from = bytes_of(p->now) + base - NEIGHBOURHOOD;
  size_t s, limit, flags;
  if (!layout_find(from, 2 * NEIGHBOURHOOD, &selector, 4, &s) ||
      !layout_find(from, 2 * NEIGHBOURHOOD, &value.limit, 4, &limit) ||
      !layout_find(from, 2 * NEIGHBOURHOOD, &value.flags, 4, &flags) || s > NEIGHBOURHOOD || limit < s ||
      flags < s)
    return false;
  l->selector = 0;
  l->base = NEIGHBOURHOOD - s;
  l->limit = limit - s;
  l->flags = flags - s;
  l->tr = base - l->base;
  return true;
}

static bool find_cache(struct probe *p, int id, unsigned number, size_t *at) {
  uc_x86_mmr value = { .base = MARKER + number };
  size_t base;
  if (!find_register(p, id, &value, &value.base, 8, &base)) return false;
  *at = base - p->layout->base;
  return true;
}

static bool find_segments(struct probe *p) {
  struct layout *l = p->layout;
  static const int plain[4] = { UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS, UC_X86_REG_DS };
  for (unsigned i = 0; i < 4; i++) {
    uint32_t selector = 0xa0e8 + 0x101 * i;
    if (!find_register(p, plain[i], &selector, &selector, 4, &l->segment[i])) return false;
  }
  size_t fs, gs;
  if (!find_word(p, UC_X86_REG_FS_BASE, 40, &fs) || !find_word(p, UC_X86_REG_GS_BASE, 41, &gs)) return false;
  l->segment[RS_SEGMENT_INDEX(RS_FS)] = fs - l->base;
  l->segment[RS_SEGMENT_INDEX(RS_GS)] = gs - l->base;
  return find_cache(p, UC_X86_REG_LDTR, 42, &l->ldtr) && find_cache(p, UC_X86_REG_GDTR, 43, &l->gdtr) &&
         find_cache(p, UC_X86_REG_IDTR, 44, &l->idtr);
}

static void write_rflags(struct probe *p, uint64_t value, uc_context *into) {
  uc_reg_write(p->uc, UC_X86_REG_RFLAGS, &value);
  save(p, into);
}

/* Runs `size` bytes of code at CODE_AT to their end. */
static void run(struct probe *p, const char *code, size_t size) {
  uc_context_restore(p->uc, p->pristine);
  memcpy(p->ram, code, size);
  uint64_t end = CODE_AT + size;
  uc_ctl_flush_tb(p->uc);
  uc_ctl_set_exits(p->uc, &end, 1);
  p->interrupted = false;
  uc_emu_start(p->uc, CODE_AT, end, 0, 0);
}
#define RUN(p, code) run(p, code, sizeof code - 1)

static bool find_flags(struct probe *p) {
  struct layout *l = p->layout;
  size_t size = l->size, where;
  write_rflags(p, RFLAGS_FIXED, p->now);
  write_rflags(p, RFLAGS_FIXED | RFLAGS_CF, p->other);
  if (!layout_find_change(bytes_of(p->now), bytes_of(p->other), size, 0, RFLAGS_CF, &l->cc_source))
    return false;
  write_rflags(p, RFLAGS_FIXED | RFLAGS_IF, p->other);
  if (!layout_find_change(bytes_of(p->now), bytes_of(p->other), size, RFLAGS_FIXED, RFLAGS_FIXED | RFLAGS_IF,
                          &l->rflags))
    return false;
  write_rflags(p, RFLAGS_FIXED | RFLAGS_DF, p->other);
  if (!layout_find_change(bytes_of(p->now), bytes_of(p->other), size, 1, UINT32_MAX, &l->direction))
    return false;
  /* After an addition the flags are lazy; writing them makes them plain. */
  RUN(p, "\x01\xd8"); /* add eax, ebx */
  save(p, p->now);
  write_rflags(p, RFLAGS_FIXED, p->other);
  unsigned changes = 0;
  for (where = l->cc_source; where < l->direction; where += 4) {
    if (memcmp(bytes_of(p->now) + where, bytes_of(p->other) + where, 4) == 0 || where == l->cc_source)
      continue;
    l->cc_operation = where;
    changes++;
  }
  memcpy(&l->cc_plain, bytes_of(p->other) + l->cc_operation, 4);
  return changes == 1;
}

/* MOV to CR0 with TS set shows in CR0 and in the word of flags that translation depends on. */
static bool find_hflags(struct probe *p) {
  struct layout *l = p->layout;
  uint32_t ts = 1u << 11;
  RUN(p, "\x0f\x20\xc0\x83\xe0\xf7\x0f\x22\xc0"); /* mov rax, cr0; and eax, ~8; mov cr0, rax */
  save(p, p->now);
  RUN(p, "\x0f\x20\xc0\x83\xc8\x08\x0f\x22\xc0"); /* mov rax, cr0; or eax, 8; mov cr0, rax */
  save(p, p->other);
  uint32_t clear, set;
  size_t count = 0;
  for (size_t i = l->direction; i < l->segment[0]; i += 4) {
    memcpy(&clear, bytes_of(p->now) + i, 4);
    memcpy(&set, bytes_of(p->other) + i, 4);
    if (set == (clear | ts) && !(clear & ts)) {
      l->hflags = i;
      count++;
    }
  }
  return count == 1;
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user) {
  struct probe *p = user;
  (void)number;
  uc_context_save(uc, p->other);
  p->interrupted = true;
  uc_emu_stop(uc);
}

/* INT 0x55, and #GP(0x1238) by loading SS from beyond a GDT without entries. */
static bool find_exception(struct probe *p) {
  struct layout *l = p->layout;
  RUN(p, "\xcd\x55"); /* int 0x55 */
  if (!p->interrupted) return false;
  memcpy(p->now, p->other, l->size);
  uint64_t next = CODE_AT + 2;
  size_t after_rip = l->rip + 8;
  if (!layout_find(bytes_of(p->now) + after_rip, l->size - after_rip, &next, 8, &l->exception_next_eip))
    return false;
  l->exception_next_eip += after_rip;
  RUN(p, "\x66\xb8\x38\x12\x8e\xd0"); /* mov ax, 0x1238; mov ss, ax */
  if (!p->interrupted) return false;
  size_t from = l->exception_next_eip - NEIGHBOURHOOD;
  uint32_t code = 0x1238;
  if (!layout_find(bytes_of(p->other) + from, NEIGHBOURHOOD, &code, 4, &l->error_code) ||
      !layout_find_change(bytes_of(p->now) + from, bytes_of(p->other) + from, NEIGHBOURHOOD, 1, 0,
                          &l->exception_is_int) ||
      !layout_find_change(bytes_of(p->now) + from, bytes_of(p->other) + from, l->size - from, UINT32_MAX,
                          VECTOR_GP, &l->old_exception))
    return false;
  l->error_code += from;
  l->exception_is_int += from;
  l->old_exception += from;
  return true;
}

static bool on_fill(uc_engine *uc, uint64_t address, uc_mem_type type, uc_tlb_entry *entry, void *user) {
  (void)uc, (void)type, (void)user;
  if (address == (REFUSED & ~UINT64_C(0xfff))) return false;
  entry->paddr = address & (PAGES * PAGE - 1);
  entry->perms = UC_PROT_ALL;
  return true;
}

/* A refused read leaves its exact address in the handle. */
static bool find_fault_address(struct probe *p) {
  uint64_t address = REFUSED;
  uc_context_restore(p->uc, p->pristine);
  memcpy(p->ram, "\x48\x8b\x03", 3); /* mov rax, [rbx] */
  uc_ctl_flush_tb(p->uc);
  uc_reg_write(p->uc, UC_X86_REG_RBX, &address);
  if (uc_emu_start(p->uc, CODE_AT, 0, 0, 0) == UC_ERR_OK) return false;
  return layout_find((const uint8_t *)p->uc, malloc_usable_size(p->uc), &address, 8,
                     &p->layout->fault_address);
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
  (void)uc, (void)address, (void)size, (void)user;
}

static bool find_hook_range(struct probe *p) {
  uint64_t begin = MARKER + 50, end = MARKER + 51;
  void *user = &p->interrupted; /* an address that nothing else has */
  uc_hook hook;
  if (uc_hook_add(p->uc, &hook, UC_HOOK_CODE, handle_callback(on_code), user, begin, end) != UC_ERR_OK)
    return false;
  const uint8_t *bytes = (const uint8_t *)hook;
  size_t size = malloc_usable_size((void *)hook);
  return layout_find(bytes, size, &begin, 8, &p->layout->hook_begin) &&
         layout_find(bytes, size, &end, 8, &p->layout->hook_end) &&
         layout_find(bytes, size, &user, sizeof user, &p->layout->hook_user);
}

static bool probe_open(struct probe *p) {
  uc_hook fill, interrupt;
  p->ram = aligned_alloc(PAGE, PAGES * PAGE);
  if (!p->ram || !handle_open(&p->uc, BUFFER)) return false;
  return uc_mem_map_ptr(p->uc, 0, PAGES * PAGE, UC_PROT_ALL, p->ram) == UC_ERR_OK &&
         uc_hook_add(p->uc, &fill, UC_HOOK_TLB_FILL, handle_fill_callback(on_fill), p, 1, 0) == UC_ERR_OK &&
         uc_hook_add(p->uc, &interrupt, UC_HOOK_INTR, handle_interrupt_callback(on_interrupt), p, 1, 0) ==
             UC_ERR_OK &&
         uc_context_alloc(p->uc, &p->pristine) == UC_ERR_OK &&
         uc_context_alloc(p->uc, &p->now) == UC_ERR_OK && uc_context_alloc(p->uc, &p->other) == UC_ERR_OK &&
         uc_context_save(p->uc, p->pristine) == UC_ERR_OK;
}

/* A context ends in bytes that saving leaves as malloc gave them: they are made equal, or they might look
 * like a change. */
static void contexts_equalise(struct probe *p) {
  size_t size = uc_context_size(p->uc);
  memcpy(p->now, p->pristine, size);
  memcpy(p->other, p->pristine, size);
}

static void probe_close(struct probe *p) {
  uc_context_free(p->pristine);
  uc_context_free(p->now);
  uc_context_free(p->other);
  if (p->uc) uc_close(p->uc);
  free(p->ram);
}

enum rs_status layout_calibrate(struct layout *layout, struct rs_error *error) {
  static const struct {
    const char *what;
    bool (*find)(struct probe *);
  } search[] = {
    { "a saved context's size", find_header },      { "the general registers", find_general },
    { "the control registers", find_control },      { "a descriptor cache", find_descriptor_fields },
    { "the segment registers", find_segments },     { "the flags", find_flags },
    { "the current privilege level", find_hflags }, { "an exception's error code", find_exception },
    { "a faulting address", find_fault_address },   { "a hook's range", find_hook_range },
  };
  struct probe p = { .layout = layout };
  enum rs_status status = RS_OK;
  memset(layout, 0, sizeof *layout);
  if (probe_open(&p))
    contexts_equalise(&p);
  else
    status = rs_fail(error, RS_ENGINE_REFUSED, "Unicorn could not be opened for a probe");
  for (size_t i = 0; status == RS_OK && i < sizeof search / sizeof search[0]; i++) {
    if (!search[i].find(&p))
      status = rs_fail(error, RS_ENGINE_REFUSED,
                       "this Unicorn library keeps %s where it cannot be recognised", search[i].what);
  }
  layout->near_end = layout->efer + 8;
  probe_close(&p);
  return status;
}
