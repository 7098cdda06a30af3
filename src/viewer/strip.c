/* The timeline: the whole run in buckets, filled a frame at a time, and the surroundings of the cursor. */
#include <string.h>

#include "viewer/model.h"

/* The strip shows so many instructions at zoom 0; each step halves or doubles that. So many frames on each
 * side of the cursor's are read for it; beyond, the buckets have to do. */
enum { TIMELINE_SPAN = 1024, REACH = 6 };

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

/* One frame, without what pages find out besides. */
static void overview_add_frame(struct viewer *viewer, uint32_t frame) {
  struct log_event event;
  struct log_here here;
  if (log_find_frame(viewer->log, frame, &here, NULL) != RS_OK) return;
  uint64_t begins = here.instructions, now = begins;
  uint8_t ring = 0, next;
  bool first = true;
  if (log_go(viewer->log, (struct log_position){ frame, 0 }, NULL) != RS_OK) return;
  while (log_here(viewer->log).frame == frame && log_next(viewer->log, &event, NULL) == RS_OK && event.kind) {
    uint64_t time = event_place(&event, &next);
    bool backwards = time < now;
    if (event.kind == LOG_TRANSITION && transition_is_fault(event.transition->transition))
      viewer->overview.fault[bucket_of(viewer, time)] = true;
    if (backwards || event.kind == LOG_END) continue;
    now = time;
    if (first) ring = next;
    first = false;
    if (next == ring) continue;
    overview_add(viewer, begins, now, ring);
    begins = now;
    ring = next;
  }
  overview_add(viewer, begins, now, ring);
}

bool overview_work(struct viewer *viewer) {
  struct overview *overview = &viewer->overview;
  if (overview->done == overview->samples) return false;
  overview_add_frame(viewer, sample_frame(viewer, overview->done));
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

/* The frames that the strip shows, as far as they are near the cursor. */
struct reach {
  uint32_t low, high;
};

static struct reach reach_find(struct viewer *viewer, const struct viewer_timeline *out) {
  uint32_t here = viewer->here.at.frame;
  struct reach reach = { here, here };
  const struct page *page;
  while (reach.low && here - reach.low < REACH && (page = pages_get(&viewer->pages, reach.low)) &&
         page->begins > out->from)
    reach.low--;
  while (reach.high < viewer->last.frame && reach.high - here < REACH &&
         (page = pages_get(&viewer->pages, reach.high)) && page->ends <= out->to)
    reach.high++;
  return reach;
}

static void segment_end(struct viewer_segment *segment, uint64_t time) {
  segment->ends = time;
  segment->whole = (segment->begun || segment->begins == 0) && !segment->merged;
}

/* A transition begins a stretch of one ring. Where they stand closer than can be drawn they are one, in the
 * ring that the last of them leads to. */
static void segment_begin(const struct viewer *viewer, struct viewer_timeline *out, uint32_t frame,
                          const struct page_entry *entry) {
  struct viewer_segment *last = &out->segment[out->segments - 1];
  uint64_t least = (out->to - out->from) / VIEWER_SEGMENTS;
  bool seen = entry->instructions > out->from;
  bool close = seen && least && entry->instructions - last->begins < least;
  struct log_position at = { frame, entry->event };
  bool chosen = log_position_compare(at, viewer->here.at) == 0;
  segment_end(last, entry->instructions);
  if (close || (seen && out->segments == VIEWER_SEGMENTS)) {
    last->ring = entry->ring_after;
    last->fault |= entry->fault;
    last->chosen |= chosen;
    last->merged = true;
    return;
  }
  if (seen) last = &out->segment[out->segments++];
  *last = (struct viewer_segment){ .begins = entry->instructions,
                                   .ends = out->exact_to,
                                   .ring = entry->ring_after,
                                   .fault = entry->fault,
                                   .chosen = chosen,
                                   .begun = true,
                                   .at = at };
  memcpy(last->cause, entry->cause, sizeof last->cause);
}

/* False: what follows cannot be seen. */
static bool segments_of_page(const struct viewer *viewer, struct viewer_timeline *out,
                             const struct page *page) {
  for (uint32_t i = 0; i < page->count; i++) {
    const struct page_entry *entry = &page->entry[i];
    struct viewer_segment *last = &out->segment[out->segments - 1];
    if (!entry->number || entry->instructions < last->begins) continue;
    if (entry->instructions > out->to) {
      segment_end(last, entry->instructions);
      return false;
    }
    segment_begin(viewer, out, page->frame, entry);
  }
  return true;
}

/* What is under way where the first page begins: since the last transition before it, however far away. */
static void segments_begin(struct viewer *viewer, struct viewer_timeline *out, const struct page *page) {
  struct viewer_segment *segment = &out->segment[out->segments++];
  uint64_t number = page->number, begins = number ? page->begins : 0;
  *segment = (struct viewer_segment){ .ends = out->exact_to, .ring = page->ring };
  const struct page_entry *entry = number ? viewer_entry(viewer, number, &page) : NULL;
  if (entry && entry->instructions <= begins) {
    begins = entry->instructions;
    segment->begun = true;
    segment->fault = entry->fault;
    segment->at = (struct log_position){ page->frame, entry->event };
    memcpy(segment->cause, entry->cause, sizeof segment->cause);
  }
  segment->begins = out->exact_from = begins;
}

/* What is under way where the last page ends: until the next transition, or the run's end. */
static void segments_end(struct viewer *viewer, struct viewer_timeline *out, uint32_t frame) {
  struct viewer_segment *last = &out->segment[out->segments - 1];
  uint64_t number = number_at(viewer, (struct log_position){ frame, UINT32_MAX }) + 1, ends = viewer->total;
  const struct page *page;
  const struct page_entry *entry = viewer_entry(viewer, number, &page);
  if (entry) ends = entry->instructions;
  if (ends < last->begins || (!entry && number <= viewer->transitions)) return;
  segment_end(last, ends);
  if (ends > out->exact_to) out->exact_to = ends;
}

static void segments_paint(struct viewer *viewer, struct viewer_timeline *out) {
  struct reach reach = reach_find(viewer, out);
  const struct page *page = pages_get(&viewer->pages, reach.high);
  if (page) out->exact_to = page->ends;
  page = pages_get(&viewer->pages, reach.low);
  if (!page) return;
  segments_begin(viewer, out, page);
  bool more = true;
  for (uint32_t frame = reach.low; more && frame <= reach.high; frame++) {
    page = pages_get(&viewer->pages, frame);
    more = page && segments_of_page(viewer, out, page);
  }
  if (more) segments_end(viewer, out, reach.high);
}

void strip_paint(struct viewer *viewer, struct viewer_timeline *out) {
  uint64_t half = strip_half(viewer);
  out->total = viewer->total;
  out->now = moment_time(&viewer->moment);
  out->to = viewer->total - out->now < half ? viewer->total : out->now + half;
  out->from = out->to > 2 * half ? out->to - 2 * half : 0;
  if (out->from == 0 && viewer->total > 0) out->to = viewer->total < 2 * half ? viewer->total : 2 * half;
  out->sampled = viewer->overview.samples < viewer->pages.frames;
  if (!rs_log_has_level(viewer->log, RS_TRACE_TRANSITIONS)) return; /* nobody told what crossed */
  buckets_paint(viewer, out);
  segments_paint(viewer, out);
}
