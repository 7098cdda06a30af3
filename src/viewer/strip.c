/* The timeline: the whole run in buckets, filled a frame at a time, and the surroundings of the cursor. */
#include <string.h>

#include "viewer/model.h"

/* The strip shows so many instructions at zoom 0; each step halves or doubles that. */
enum { TIMELINE_SPAN = 1024, ZOOM_IN_MOST = 9 };

int strip_x(uint64_t from, uint64_t to, int left, int right, uint64_t time) {
  if (time <= from || to <= from) return left;
  if (time >= to) return right;
  return left + (int)((double)(time - from) / (double)(to - from) * (right - left));
}

uint64_t strip_time(uint64_t from, uint64_t to, int left, int right, int x) {
  if (x <= left || right <= left) return from;
  if (x >= right) return to;
  return from + (uint64_t)((double)(to - from) * (x - left) / (right - left));
}

static uint32_t sample_frame(const struct viewer *viewer, uint32_t sample) {
  const struct overview *overview = &viewer->overview;
  if (overview->samples < 2) return 0;
  return (uint32_t)((uint64_t)sample * (viewer->pages.frames - 1) / (overview->samples - 1));
}

static unsigned bucket_of(const struct viewer *viewer, uint64_t time) {
  return (unsigned)strip_x(0, viewer->total + 1, 0, VIEWER_BUCKETS - 1, time);
}

/* Spreads a stretch of one ring over the buckets it covers. */
static void overview_add(struct viewer *viewer, uint64_t begins, uint64_t ends, uint8_t ring) {
  struct overview *overview = &viewer->overview;
  unsigned first = bucket_of(viewer, begins), last = bucket_of(viewer, ends);
  uint64_t share = (ends - begins) / (last - first + 1);
  if (!share) share = 1;
  for (unsigned i = first; i <= last; i++) {
    overview->known[i] += share;
    if (ring) overview->user[i] += share;
  }
}

static void overview_add_page(struct viewer *viewer, const struct page *page) {
  uint64_t at = page->begins;
  uint8_t ring = page->ring;
  for (uint32_t i = 0; i < page->count; i++) {
    const struct page_entry *entry = &page->entry[i];
    if (entry->fault) viewer->overview.fault[bucket_of(viewer, entry->instructions)] = true;
    if (!entry->number || entry->instructions < at) continue;
    overview_add(viewer, at, entry->instructions, ring);
    at = entry->instructions;
    ring = entry->ring_after;
  }
  if (page->ends >= at) overview_add(viewer, at, page->ends, ring);
}

bool overview_work(struct viewer *viewer) {
  struct overview *overview = &viewer->overview;
  if (overview->done == overview->samples) return false;
  const struct page *page = pages_get(&viewer->pages, sample_frame(viewer, overview->done));
  if (page) overview_add_page(viewer, page);
  overview->done++;
  return overview->done < overview->samples;
}

static void buckets_paint(const struct viewer *viewer, struct viewer_timeline *out) {
  const struct overview *overview = &viewer->overview;
  unsigned last = 0;
  for (unsigned i = 0; i < VIEWER_BUCKETS; i++) {
    if (overview->known[i]) last = i;
    /* Between two samples the first one speaks for what follows it. */
    if (!overview->known[last]) continue;
    out->bucket[i].known = true;
    out->bucket[i].user = (uint8_t)(overview->user[last] * 255 / overview->known[last]);
    out->bucket[i].fault = overview->fault[i];
  }
}

/* Half of what the strip shows. */
uint64_t strip_half(const struct viewer *viewer) {
  uint64_t half = TIMELINE_SPAN / 2;
  half = viewer->zoom >= 0 ? half >> viewer->zoom : half << (viewer->zoom < -50 ? 50 : -viewer->zoom);
  return half ? half : 1;
}

static struct viewer_segment *segment_add(struct viewer_timeline *out) {
  return out->segments < VIEWER_SEGMENTS ? &out->segment[out->segments++] : NULL;
}

static void segment_begin(struct viewer *viewer, struct viewer_timeline *out,
                          const struct page_cursor *cursor) {
  const struct page_entry *entry = page_cursor_entry(cursor);
  struct viewer_segment *segment = segment_add(out);
  if (!segment) return;
  *segment = (struct viewer_segment){ .begins = entry->instructions,
                                      .ends = viewer->total,
                                      .ring = entry->ring_after,
                                      .fault = entry->fault,
                                      .begun = true,
                                      .at = page_cursor_position(cursor) };
  segment->chosen = log_position_compare(segment->at, viewer->here.at) == 0;
  memcpy(segment->cause, entry->cause, sizeof segment->cause);
}

/* Back to the first listed event that can be seen, and one more, whose ring is that of the left edge. */
static void cursor_to_left(struct viewer *viewer, struct page_cursor *cursor, uint64_t from) {
  for (unsigned i = 0; i < VIEWER_SEGMENTS * 4; i++) {
    const struct page_entry *entry = page_cursor_entry(cursor);
    if (entry->number && entry->instructions <= from) return;
    if (!page_cursor_previous(&viewer->pages, cursor)) return;
  }
}

/* What is there when no transition is near: one ring, from edge to edge. */
static void segments_plain(struct viewer *viewer, struct viewer_timeline *out) {
  struct viewer_segment *segment = segment_add(out);
  if (segment)
    *segment =
        (struct viewer_segment){ .begins = out->from, .ends = out->to, .ring = viewer->moment.before.cpl };
}

static void segments_paint(struct viewer *viewer, struct viewer_timeline *out) {
  struct page_cursor cursor;
  bool there = page_cursor_at(&viewer->pages, viewer->here.at, &cursor);
  if (there) {
    cursor_to_left(viewer, &cursor, out->from);
  } else {
    const struct page *page = pages_get(&viewer->pages, viewer->here.at.frame);
    there = page && page->count;
    if (there) cursor = (struct page_cursor){ page, 0 };
  }
  const struct page_entry *first = there ? page_cursor_entry(&cursor) : NULL;
  if (first && first->instructions > out->from) {
    struct viewer_segment *segment = segment_add(out);
    *segment = (struct viewer_segment){ .begins = out->from, .ends = out->to, .ring = first->ring_before };
  }
  /* The first transition that cannot be seen ends what can. */
  for (bool over = false; there && !over; there = page_cursor_next(&viewer->pages, &cursor)) {
    const struct page_entry *entry = page_cursor_entry(&cursor);
    if (!entry->number) continue;
    if (out->segments) out->segment[out->segments - 1].ends = entry->instructions;
    over = entry->instructions > out->to || out->segments == VIEWER_SEGMENTS;
    if (!over) segment_begin(viewer, out, &cursor);
  }
  if (!out->segments) segments_plain(viewer, out);
}

void strip_paint(struct viewer *viewer, struct viewer_timeline *out) {
  uint64_t half = strip_half(viewer);
  out->total = viewer->total;
  out->now = moment_time(&viewer->moment);
  out->to = viewer->total - out->now < half ? viewer->total : out->now + half;
  out->from = out->to > 2 * half ? out->to - 2 * half : 0;
  if (out->from == 0 && viewer->total > 0) out->to = viewer->total < 2 * half ? viewer->total : 2 * half;
  out->sampled = viewer->overview.samples < viewer->pages.frames;
  buckets_paint(viewer, out);
  segments_paint(viewer, out);
}
