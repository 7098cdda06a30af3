/* Segment checks of plain code: blocks are translated anew when a segment becomes flat or ceases to be, and
 * only what goes through one that is not is looked at before it runs. */
#include "engine/limits.h"

#include "arch/descriptor.h"
#include "arch/operand.h"
#include "engine/reference.h"

/* What goes through CS is code that is read, or written in vain: rare enough to be always looked at. */
static bool is_checked(const struct piece *p, const struct reference *r) {
  static const uint8_t limited[RS_SEGMENT_COUNT] = { LIMITED_DATA, 0,          LIMITED_STACK,
                                                     LIMITED_DATA, LIMITED_FS, LIMITED_GS };
  unsigned segment = r->operand.segment;
  return segment == RS_SEGMENT_INDEX(RS_CS) || p->limited & limited[segment];
}

bool limits_describe(struct engine *e, struct piece *p) {
  /* What native execution has loaded is not what the library tells translations apart by. */
  p->limited = (uint8_t)(e->native ? LIMITED_ALL : context_limited(e->cpu));
  if (p->block->code == CODE_64) return true;
  bool all = p->limited & (LIMITED_DATA | LIMITED_STACK);
  if (!blocks_refer(&e->blocks, p->block, all ? REFERRED_ALL : REFERRED_OVERRIDING)) return false;
  p->checked = p->limited & LIMITED_CODE;
  for (unsigned i = 0; i < p->block->access_count; i++)
    p->checked |= is_checked(p, &p->block->access[i].reference);
  return true;
}

bool limits_window(const struct piece *p, uint64_t *begin, uint64_t *end) {
  const struct block *block = p->block;
  if (!p->checked) return false;
  bool all = p->limited & LIMITED_CODE;
  for (unsigned i = 0; i < block->access_count; i++) {
    uint64_t address = p->address + block->access[i].offset;
    if (!is_checked(p, &block->access[i].reference)) continue;
    if (address < *begin) *begin = address;
    if (address > *end) *end = address;
  }
  if (all) {
    *begin = p->address;
    *end = p->address + block->size - 1u;
  }
  return true;
}

static bool refuses(const struct rs_cpu *cpu, const struct reference *r, struct engine_exception *fault) {
  unsigned segment = r->operand.segment;
  enum access_kind kind = r->writes ? ACCESS_WRITE : ACCESS_READ;
  uint64_t offset;
  if (!reference_offset(cpu, r, &offset) || segment_allows(cpu, segment, offset, r->size, kind)) return false;
  *fault = (struct engine_exception){
    .vector = segment == RS_SEGMENT_INDEX(RS_SS) ? VECTOR_SS : VECTOR_GP,
    .has_error_code = true,
    .linear = offset,
    .size = r->size,
    .segment = (uint8_t)segment,
    .kind = kind,
  };
  return true;
}

bool limits_refuse(struct engine *e, uint64_t address, struct engine_exception *fault) {
  const struct piece *p = e->at;
  uint64_t offset = address - p->address;
  bool fetched = false;
  for (unsigned i = 0; i < p->block->access_count && p->block->access[i].offset <= offset; i++) {
    const struct reference *r = &p->block->access[i].reference;
    if (p->block->access[i].offset != offset || !is_checked(p, r)) continue;
    if (!fetched) context_fetch_general(&e->context, e->cpu);
    fetched = true;
    if (refuses(e->cpu, r, fault)) return true;
  }
  return false;
}

static bool refuses_fetch(const struct rs_cpu *cpu, uint64_t offset, unsigned size,
                          struct engine_exception *fault) {
  enum { CS = RS_SEGMENT_INDEX(RS_CS) };
  if (segment_allows(cpu, CS, offset, size, ACCESS_FETCH)) return false;
  *fault = (struct engine_exception){
    .vector = VECTOR_GP,
    .has_error_code = true,
    .linear = offset,
    .size = (uint16_t)size,
    .segment = CS,
    .kind = ACCESS_FETCH,
  };
  return true;
}

bool limits_refuse_fetch(struct engine *e, uint64_t address, struct engine_exception *fault) {
  const struct piece *p = e->at;
  if (!(p->limited & LIMITED_CODE)) return false;
  const struct block *block = p->block;
  unsigned index = block_index(block, address - p->address);
  uint64_t next = p->address + (index + 1u < block->count ? block->offset[index + 1] : block->size);
  if (refuses_fetch(e->cpu, offset_of(e, address), (unsigned)(next - address), fault)) return true;
  e->fetched_linear = address;
  e->fetched_end = next;
  return false;
}

bool limits_refuse_missing(struct engine *e, uint64_t linear, struct engine_exception *fault) {
  bool rest = (linear ^ e->refused_page) & ~MEMORY_PAGE_MASK;
  unsigned size = rest ? (unsigned)(e->refused_page - linear) + 1u : 1u;
  return context_limited(e->cpu) & LIMITED_CODE && refuses_fetch(e->cpu, offset_of(e, linear), size, fault);
}

uint64_t limits_branch(const struct engine *e, uint64_t linear) {
  uint32_t limit = e->cpu->segment[RS_SEGMENT_INDEX(RS_CS)].limit;
  bool within = offset_of(e, linear) <= limit, fell = linear == e->fetched_end;
  return within || fell ? NO_LINEAR : e->fetched_linear;
}
