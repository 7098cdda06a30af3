/* Regular files: bytes in blocks of the RAM disk, which the inode lists. */
#include "errors.h"
#include "files.h"
#include "segment.h"
#include "text.h"

#define FILE_SIZE_MAX (INODE_ZONES * BLOCK_SIZE)
#define FILES_DEVICE DEVICE(MAJOR_MEMORY, 1)
#define FIRST_ZONE 1 /* block 0 is nobody's, so that zone 0 can stand for none */
#define ZONES 256

static bool zone_taken[ZONES];

static uint16_t take_zone(void) {
  for (uint16_t zone = FIRST_ZONE; zone < ZONES; zone++) {
    if (zone_taken[zone]) continue;
    zone_taken[zone] = true;
    memset(block_data(FILES_DEVICE, zone), 0, BLOCK_SIZE);
    return zone;
  }
  return 0;
}

void file_truncate(struct inode *inode) {
  for (unsigned i = 0; i < INODE_ZONES; i++) {
    zone_taken[inode->zone[i]] = false;
    inode->zone[i] = 0;
  }
  inode->size = 0;
}

/* Where the byte at a position is to be written; NULL when the file or the disk is full. */
static uint8_t *byte_to_write(struct inode *inode, uint32_t position) {
  if (position >= FILE_SIZE_MAX) return NULL;
  uint16_t *zone = &inode->zone[position / BLOCK_SIZE];
  if (!*zone) *zone = take_zone();
  return *zone ? block_data(FILES_DEVICE, *zone) + position % BLOCK_SIZE : NULL;
}

long file_write(struct inode *inode, struct open_file *file, uint32_t buffer, uint32_t count) {
  uint32_t done = 0;
  if (file->append) file->position = inode->size;
  while (done < count) {
    uint32_t size = block_rest(file->position, count - done);
    uint8_t *to = byte_to_write(inode, file->position);
    if (!to) break;
    copy_from_fs(to, buffer + done, size);
    file->position += size;
    if (file->position > inode->size) inode->size = file->position;
    done += size;
  }
  return done > 0 ? (long)done : -ERROR_NOSPC;
}

/* A block that was never written reads as zeros. */
static void read_block(const struct inode *inode, uint32_t position, uint32_t buffer, uint32_t size) {
  uint16_t zone = inode->zone[position / BLOCK_SIZE];
  if (zone) {
    copy_to_fs(buffer, block_data(FILES_DEVICE, zone) + position % BLOCK_SIZE, size);
    return;
  }
  while (size-- > 0)
    put_fs_byte(0, buffer++);
}

long file_read(struct inode *inode, struct open_file *file, uint32_t buffer, uint32_t count) {
  uint32_t rest = file->position < inode->size ? inode->size - file->position : 0, done = 0;
  if (count > rest) count = rest;
  while (done < count) {
    uint32_t size = block_rest(file->position, count - done);
    read_block(inode, file->position, buffer + done, size);
    file->position += size;
    done += size;
  }
  return (long)done;
}
