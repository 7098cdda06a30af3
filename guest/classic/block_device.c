/* The block device: a RAM disk, which regular files lie on, too. */
#include "errors.h"
#include "files.h"
#include "segment.h"

#define RAM_DISK DEVICE(MAJOR_MEMORY, 1)
#define RAM_DISK_BLOCKS 256

uint8_t *block_data(unsigned device, uint32_t block) {
  static uint8_t ram_disk[RAM_DISK_BLOCKS][BLOCK_SIZE];
  return device == RAM_DISK && block < RAM_DISK_BLOCKS ? ram_disk[block] : NULL;
}

long block_read(unsigned device, uint32_t *position, uint32_t buffer, uint32_t count) {
  uint32_t done = 0;
  while (done < count) {
    uint32_t size = block_rest(*position, count - done);
    const uint8_t *data = block_data(device, *position / BLOCK_SIZE);
    if (!data) break;
    copy_to_fs(buffer + done, data + *position % BLOCK_SIZE, size);
    *position += size;
    done += size;
  }
  return (long)done;
}

long block_write(unsigned device, uint32_t *position, uint32_t buffer, uint32_t count) {
  uint32_t done = 0;
  while (done < count) {
    uint32_t size = block_rest(*position, count - done);
    uint8_t *data = block_data(device, *position / BLOCK_SIZE);
    if (!data) break;
    copy_from_fs(data + *position % BLOCK_SIZE, buffer + done, size);
    *position += size;
    done += size;
  }
  return done > 0 ? (long)done : -ERROR_NOSPC;
}
