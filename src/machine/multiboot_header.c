/* Finds and checks the multiboot header of an image, as [Multiboot Specification "OS image format"] has it.
 */
#include "machine/multiboot.h"
#include "machine/refuse.h"

/*
 *   offset  field          present
 *   0       magic          always
 *   4       flags          always
 *   8       checksum       always; the three sum to 0
 *   12      header_addr    when flag 16 is set, like the next four
 *   16      load_addr
 *   20      load_end_addr
 *   24      bss_end_addr
 *   28      entry_addr
 */
enum { HEADER_AREA = 8192, HEADER_SIZE = 12, HEADER_SIZE_WITH_ADDRESSES = 32 };

#define HEADER_MAGIC UINT32_C(0x1badb002)
#define FLAG_VIDEO (UINT32_C(1) << 2)
#define FLAGS_REQUIRED UINT32_C(0xffff) /* an image must not be started without what these ask for */
#define FLAGS_OFFERED UINT32_C(0x0003)  /* page-aligned modules, memory information: always given */
#define FLAG_ADDRESSES (UINT32_C(1) << 16)

static uint32_t field(const struct rs_blob *image, uint64_t offset) {
  const uint8_t *byte = (const uint8_t *)image->bytes + offset;
  return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static enum rs_status check_header(const struct rs_blob *image, uint64_t offset, uint64_t area,
                                   struct rs_error *error) {
  uint32_t flags = field(image, offset + 4), checksum = field(image, offset + 8);
  if (HEADER_MAGIC + flags + checksum != 0) {
    return REFUSE(error, image, "multiboot header at offset 0x%llx has checksum 0x%x, 0x%x is right",
                  LLX(offset), checksum, -(HEADER_MAGIC + flags));
  }
  uint32_t missing = flags & FLAGS_REQUIRED & ~FLAGS_OFFERED;
  if (missing & FLAG_VIDEO) {
    return REFUSE_AS(RS_UNSUPPORTED, error, image,
                     "requires a video mode (multiboot flag 2), and there is no video");
  }
  if (missing) {
    return REFUSE_AS(RS_UNSUPPORTED, error, image,
                     "requires what multiboot flag %d asks for, which is not known here",
                     __builtin_ctz(missing));
  }
  if ((flags & FLAG_ADDRESSES) && area - offset < HEADER_SIZE_WITH_ADDRESSES) {
    return REFUSE(error, image, "multiboot header at offset 0x%llx is cut off at 0x%llx", LLX(offset),
                  LLX(area));
  }
  return RS_OK;
}

static void read_header(const struct rs_blob *image, uint64_t offset, struct multiboot_header *header) {
  *header = (struct multiboot_header){ .offset = offset };
  header->has_addresses = field(image, offset + 4) & FLAG_ADDRESSES;
  if (!header->has_addresses) return;
  header->header_address = field(image, offset + 12);
  header->load_address = field(image, offset + 16);
  header->load_end = field(image, offset + 20);
  header->bss_end = field(image, offset + 24);
  header->entry = field(image, offset + 28);
}

enum rs_status multiboot_find(const struct rs_blob *image, struct multiboot_header *header, bool *found,
                              struct rs_error *error) {
  uint64_t area = image->size < HEADER_AREA ? image->size : HEADER_AREA;
  *found = false;
  for (uint64_t offset = 0; offset + HEADER_SIZE <= area; offset += 4) {
    if (field(image, offset) != HEADER_MAGIC) continue;
    enum rs_status status = check_header(image, offset, area, error);
    if (status) return status;
    read_header(image, offset, header);
    *found = true;
    break;
  }
  return RS_OK;
}
