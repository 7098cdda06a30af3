/* Compares what a return popped with what the delivery of an exception pushed to the same word. */
#include "explain/shift.h"

enum { NOT_OF_A_FRAME = -100 };

/* The place of a word in the frame, counted from the instruction pointer up; the error code lies below it. */
static int frame_word(uint16_t item) {
  switch (item) {
  case RS_ITEM_PUSHED_ERROR_CODE: return -1;
  case RS_ITEM_PUSHED_IP:
  case RS_ITEM_POPPED_IP: return 0;
  case RS_ITEM_PUSHED_CS:
  case RS_ITEM_POPPED_CS: return 1;
  case RS_ITEM_PUSHED_FLAGS:
  case RS_ITEM_POPPED_FLAGS: return 2;
  case RS_ITEM_PUSHED_SP:
  case RS_ITEM_POPPED_SP: return 3;
  case RS_ITEM_PUSHED_SS:
  case RS_ITEM_POPPED_SS: return 4;
  default: return NOT_OF_A_FRAME;
  }
}

bool frame_is_shifted(uint16_t popped, uint16_t pushed) {
  int from = frame_word(popped), to = frame_word(pushed);
  return from != NOT_OF_A_FRAME && to != NOT_OF_A_FRAME && from != to;
}

bool frame_is_kept(uint16_t popped, uint16_t pushed) {
  return popped != pushed && frame_word(popped) != NOT_OF_A_FRAME && frame_word(popped) == frame_word(pushed);
}

void shift_find(struct explanation *e) {
  for (unsigned i = 0; i < e->culprit_count && !e->shift.found; i++) {
    const struct culprit *culprit = &e->culprit[i];
    if (culprit->kind != CULPRIT_MEMORY || culprit->known != ORIGIN_WRITER || !culprit->writer.transition)
      continue;
    if (!frame_is_shifted(culprit->read.id, culprit->writer.item)) continue;
    const struct culprit *from = culprit->from == NO_CULPRIT ? NULL : &e->culprit[culprit->from];
    e->shift = (struct frame_shift){
      .found = true,
      .words = frame_word(culprit->writer.item) - frame_word(culprit->read.id),
      .error_code = culprit->writer.error_code,
      .delivery = culprit->writer.number,
      .address = from ? from->writer.address : e->failure[culprit->failure].address,
    };
  }
}
