/* Multiboot 1: the header that an image carries, and the information that it is given. */
#ifndef MACHINE_MULTIBOOT_H
#define MACHINE_MULTIBOOT_H

#include "machine/boot.h"
#include "machine/load_plan.h"

#define MULTIBOOT_LOADED UINT32_C(0x2badb002) /* in EAX when the image starts */

/* [Multiboot Specification "The layout of Multiboot header"] */
struct multiboot_header {
  uint64_t offset; /* in the file */
  bool has_addresses;
  uint32_t header_address, load_address, load_end, bss_end, entry;
};

/* Looks for the header; `*found` is false and the answer RS_OK when the image has none. An image whose header
 * is broken or asks for what is not offered is refused. */
enum rs_status multiboot_find(const struct rs_blob *image, struct multiboot_header *header, bool *found,
                              struct rs_error *error);

/* Loads image, modules and information; afterwards `*information` is where EBX points and `*entry` where EIP
 * does. */
enum rs_status multiboot_load(struct ram *ram, const struct boot_request *request,
                              const struct multiboot_header *header, uint32_t *information, uint32_t *entry,
                              struct rs_error *error);

#endif
