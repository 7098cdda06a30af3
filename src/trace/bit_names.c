/* The names of bits, and how sets of them are printed. */
#include "trace/bit_names.h"

#include "arch/bits.h"

#define NAME(prefix, name)                                                                                   \
  { prefix##_##name, #name }

const struct bit_name bits_cr0[] = {
  NAME(CR0, PE), NAME(CR0, MP), NAME(CR0, EM), NAME(CR0, TS), NAME(CR0, ET), NAME(CR0, NE),
  NAME(CR0, WP), NAME(CR0, AM), NAME(CR0, NW), NAME(CR0, CD), NAME(CR0, PG), { 0, NULL },
};

const struct bit_name bits_cr4[] = {
  NAME(CR4, VME),        NAME(CR4, PVI),   NAME(CR4, TSD),     NAME(CR4, DE),   NAME(CR4, PSE),
  NAME(CR4, PAE),        NAME(CR4, MCE),   NAME(CR4, PGE),     NAME(CR4, PCE),  NAME(CR4, OSFXSR),
  NAME(CR4, OSXMMEXCPT), NAME(CR4, UMIP),  NAME(CR4, LA57),    NAME(CR4, VMXE), NAME(CR4, SMXE),
  NAME(CR4, FSGSBASE),   NAME(CR4, PCIDE), NAME(CR4, OSXSAVE), NAME(CR4, SMEP), NAME(CR4, SMAP),
  NAME(CR4, PKE),        NAME(CR4, CET),   { 0, NULL },
};

const struct bit_name bits_efer[] = {
  NAME(EFER, SCE), NAME(EFER, LME), NAME(EFER, LMA), NAME(EFER, NXE), NAME(EFER, TCE), { 0, NULL },
};

const struct bit_name bits_rflags[] = {
  NAME(RFLAGS, CF),  NAME(RFLAGS, PF), NAME(RFLAGS, AF), NAME(RFLAGS, ZF), NAME(RFLAGS, SF),
  NAME(RFLAGS, TF),  NAME(RFLAGS, IF), NAME(RFLAGS, DF), NAME(RFLAGS, OF), NAME(RFLAGS, IOPL),
  NAME(RFLAGS, NT),  NAME(RFLAGS, RF), NAME(RFLAGS, VM), NAME(RFLAGS, AC), NAME(RFLAGS, VIF),
  NAME(RFLAGS, VIP), NAME(RFLAGS, ID), { 0, NULL },
};

const struct bit_name bits_dr6[] = {
  { DR6_B(0), "B0" }, { DR6_B(1), "B1" }, { DR6_B(2), "B2" }, { DR6_B(3), "B3" },
  NAME(DR6, BD),      NAME(DR6, BS),      NAME(DR6, BT),      { 0, NULL },
};

#define BREAKPOINT(index)                                                                                    \
  { UINT64_C(3) << DR7_CONDITION_SHIFT(index), "RW" #index }, {                                              \
    UINT64_C(12) << DR7_CONDITION_SHIFT(index), "LEN" #index                                                 \
  }

const struct bit_name bits_dr7[] = {
  { 1 << 0, "L0" }, { 1 << 1, "G0" }, { 1 << 2, "L1" }, { 1 << 3, "G1" }, { 1 << 4, "L2" }, { 1 << 5, "G2" },
  { 1 << 6, "L3" }, { 1 << 7, "G3" }, { 1 << 8, "LE" }, { 1 << 9, "GE" }, NAME(DR7, GD),    BREAKPOINT(0),
  BREAKPOINT(1),    BREAKPOINT(2),    BREAKPOINT(3),    { 0, NULL },
};

const struct bit_name bits_page_fault[] = {
  { PF_PRESENT, "P" }, { PF_WRITE, "W" },           { PF_USER, "U" }, { PF_RESERVED, "RSVD" },
  { PF_FETCH, "I" },   { PF_PROTECTION_KEY, "PK" }, { 0, NULL },
};

/* [SDM3 "Hierarchical Paging Structures: an Overview"]; the frame is cut out before. */
const struct bit_name bits_page_entry[] = {
  { 1 << 0, "P" }, { 1 << 1, "W" }, { 1 << 2, "U" },  { 1 << 3, "PWT" }, { 1 << 4, "PCD" },
  { 1 << 5, "A" }, { 1 << 6, "D" }, { 1 << 7, "PS" }, { 1 << 8, "G" },   { UINT64_C(1) << 63, "XD" },
  { 0, NULL },
};

/* Linux, include/uapi/asm-generic/fcntl.h; the access mode is not a set of bits and is told apart. */
const struct bit_name bits_open[] = {
  { 0100, "O_CREAT" },        { 0200, "O_EXCL" },
  { 0400, "O_NOCTTY" },       { 01000, "O_TRUNC" },
  { 02000, "O_APPEND" },      { 04000, "O_NONBLOCK" },
  { 010000, "O_DSYNC" },      { 020000, "O_ASYNC" },
  { 040000, "O_DIRECT" },     { 0100000, "O_LARGEFILE" },
  { 0200000, "O_DIRECTORY" }, { 0400000, "O_NOFOLLOW" },
  { 01000000, "O_NOATIME" },  { 02000000, "O_CLOEXEC" },
  { 010000000, "O_PATH" },    { 0, NULL },
};

/* Linux, include/uapi/asm-generic/mman-common.h */
const struct bit_name bits_prot[] = {
  { 1, "PROT_READ" }, { 2, "PROT_WRITE" }, { 4, "PROT_EXEC" }, { 0x1000000, "PROT_GROWSDOWN" }, { 0, NULL },
};

const struct bit_name bits_map[] = {
  { 1, "MAP_SHARED" },
  { 2, "MAP_PRIVATE" },
  { 0x10, "MAP_FIXED" },
  { 0x20, "MAP_ANONYMOUS" },
  { 0x40, "MAP_32BIT" },
  { 0x100, "MAP_GROWSDOWN" },
  { 0x800, "MAP_DENYWRITE" },
  { 0x2000, "MAP_LOCKED" },
  { 0x4000, "MAP_NORESERVE" },
  { 0x8000, "MAP_POPULATE" },
  { 0x20000, "MAP_STACK" },
  { 0x40000, "MAP_HUGETLB" },
  { 0x100000, "MAP_FIXED_NOREPLACE" },
  { 0, NULL },
};

/* Linux, include/uapi/linux/fcntl.h. */
const struct bit_name bits_at[] = {
  { 0x100, "AT_SYMLINK_NOFOLLOW" }, { 0x200, "AT_REMOVEDIR" },
  { 0x400, "AT_SYMLINK_FOLLOW" },   { 0x800, "AT_NO_AUTOMOUNT" },
  { 0x1000, "AT_EMPTY_PATH" },      { 0x2000, "AT_STATX_FORCE_SYNC" },
  { 0x4000, "AT_STATX_DONT_SYNC" }, { 0, NULL },
};

/* Linux, include/uapi/linux/random.h */
const struct bit_name bits_grnd[] = {
  { 1, "GRND_NONBLOCK" },
  { 2, "GRND_RANDOM" },
  { 4, "GRND_INSECURE" },
  { 0, NULL },
};

const struct bit_name *bits_of_register(enum rs_register reg) {
  switch (reg) {
  case RS_RFLAGS:
  case RS_FMASK: return bits_rflags;
  case RS_CR0: return bits_cr0;
  case RS_CR4: return bits_cr4;
  case RS_EFER: return bits_efer;
  case RS_DR6: return bits_dr6;
  case RS_DR7: return bits_dr7;
  default: return NULL;
  }
}

uint64_t bits_always_set(enum rs_register reg) {
  switch (reg) {
  case RS_RFLAGS: return RFLAGS_FIXED;
  case RS_DR6: return DR6_ONES;
  case RS_DR7: return DR7_ONES;
  default: return 0;
  }
}

static bool is_field(const struct bit_name *name) {
  return name->bit & (name->bit - 1);
}

static void print_field(struct output *output, const struct bit_name *name, uint64_t value) {
  output_text(output, name->name);
  output_char(output, '=');
  output_decimal(output, (value & name->bit) / (name->bit & -name->bit));
}

void bits_print(struct output *output, const struct bit_name *names, uint64_t value, const char *none) {
  if (!value) output_text(output, none);
  bool first = true;
  for (; names->name; names++) {
    if (!(value & names->bit)) continue;
    if (!first) output_char(output, '|');
    if (is_field(names))
      print_field(output, names, value);
    else
      output_text(output, names->name);
    value &= ~names->bit;
    first = false;
  }
  if (!value) return;
  if (!first) output_char(output, '|');
  output_hex(output, value);
}

void bits_print_changes(struct output *output, const struct bit_name *names, uint64_t old, uint64_t new) {
  bool first = true;
  for (; names->name; names++) {
    if (!((old ^ new) & names->bit)) continue;
    if (!first) output_char(output, ' ');
    first = false;
    if (is_field(names)) {
      print_field(output, names, new);
      continue;
    }
    output_char(output, new & names->bit ? '+' : '-');
    output_text(output, names->name);
  }
}
