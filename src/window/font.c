/* Fonts by SDL_ttf: where they are, and each character drawn once. */
#include "window/font.h"

#include <SDL_ttf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where Debian, Fedora, Arch, the BSDs and macOS have them. */
static const char *const usual[] = {
  "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
  "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
  "/usr/share/fonts/dejavu/DejaVuSansMono.ttf",
  "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
  "/usr/local/share/fonts/dejavu/DejaVuSansMono.ttf",
  "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
  "/usr/share/fonts/truetype/liberation2/LiberationMono-Regular.ttf",
  "/usr/share/fonts/liberation-mono/LiberationMono-Regular.ttf",
  "/usr/share/fonts/truetype/noto/NotoSansMono-Regular.ttf",
  "/usr/share/fonts/truetype/ubuntu/UbuntuMono-R.ttf",
  "/System/Library/Fonts/Menlo.ttc",
};

enum { GLYPHS = 512, PATH = 512 };

struct glyph {
  uint32_t code;        /* 0: this place is free */
  SDL_Texture *texture; /* NULL: nothing to be seen */
  int width, height;
};

struct font {
  SDL_Renderer *renderer;
  TTF_Font *face[2]; /* plain and bold */
  int cell_width, cell_height;
  struct glyph glyph[2][GLYPHS];
};

static const char *font_find(const char *file) {
  if (file) return file;
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (access(usual[i], R_OK) == 0) return usual[i];
  return NULL;
}

/* The bold face beside "X.ttf" or "X-Regular.ttf" is "X-Bold.ttf"; where there is none, the plain one is made
 * bolder. */
static TTF_Font *bold_open(const char *file, int size) {
  char name[PATH];
  const char *dot = strrchr(file, '.');
  size_t stem = dot ? (size_t)(dot - file) : strlen(file);
  if (stem > 8 && strncmp(file + stem - 8, "-Regular", 8) == 0) stem -= 8;
  snprintf(name, sizeof name, "%.*s-Bold%s", (int)(stem < PATH ? stem : 0), file, dot ? dot : "");
  if (access(name, R_OK) == 0) return TTF_OpenFont(name, size);
  TTF_Font *face = TTF_OpenFont(file, size);
  if (face) TTF_SetFontStyle(face, TTF_STYLE_BOLD);
  return face;
}

static enum rs_status faces_open(struct font *font, const char *file, int size, struct rs_error *error) {
  const char *found = font_find(file);
  if (!found)
    return rs_fail(error, RS_IO_ERROR,
                   "no monospaced font was found; name one with --font (Debian: fonts-dejavu-core)");
  font->face[0] = TTF_OpenFont(found, size);
  font->face[1] = font->face[0] ? bold_open(found, size) : NULL;
  if (!font->face[1]) return rs_fail(error, RS_IO_ERROR, "%s: is no font: %s", found, TTF_GetError());
  int advance = 0;
  if (TTF_GlyphMetrics32(font->face[0], 'M', NULL, NULL, NULL, NULL, &advance) != 0 || advance <= 0)
    return rs_fail(error, RS_IO_ERROR, "%s: has no letters", found);
  font->cell_width = advance;
  font->cell_height = TTF_FontLineSkip(font->face[0]);
  int least = TTF_FontHeight(font->face[0]) + 1; /* SDL_ttf rounds down, and then underscores have no room */
  if (font->cell_height < least) font->cell_height = least;
  return RS_OK;
}

enum rs_status font_open(SDL_Renderer *renderer, const char *file, int size, struct font **out,
                         struct rs_error *error) {
  struct font *font = calloc(1, sizeof *font);
  *out = font;
  if (!font) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  font->renderer = renderer;
  enum rs_status status = faces_open(font, file, size, error);
  if (status == RS_OK) return RS_OK;
  font_close(font);
  *out = NULL;
  return status;
}

void font_close(struct font *font) {
  if (!font) return;
  for (unsigned i = 0; i < 2 * GLYPHS; i++)
    SDL_DestroyTexture(font->glyph[i / GLYPHS][i % GLYPHS].texture);
  for (unsigned i = 0; i < 2; i++)
    if (font->face[i]) TTF_CloseFont(font->face[i]);
  free(font);
}

int font_cell_width(const struct font *font) {
  return font->cell_width;
}

int font_cell_height(const struct font *font) {
  return font->cell_height;
}

/* What is not in the font is said in ASCII. */
static uint32_t code_provided(const struct font *font, uint32_t code) {
  if (TTF_GlyphIsProvided32(font->face[0], code)) return code;
  switch (code) {
  case 0x2026: return '~'; /* ellipsis */
  case 0x2014: return '-'; /* em dash */
  case 0x2192:             /* arrow */
  case 0x25b6: return '>'; /* pointer */
  default: return '?';
  }
}

static void glyph_make(struct font *font, struct glyph *glyph, uint32_t code, bool bold) {
  const SDL_Color white = { 255, 255, 255, 255 };
  SDL_Surface *surface = TTF_RenderGlyph32_Blended(font->face[bold], code_provided(font, code), white);
  glyph->code = code;
  if (!surface) return;
  glyph->width = surface->w < font->cell_width ? surface->w : font->cell_width;
  glyph->height = surface->h < font->cell_height ? surface->h : font->cell_height;
  glyph->texture = SDL_CreateTextureFromSurface(font->renderer, surface);
  SDL_FreeSurface(surface);
}

/* A text has a hundred different characters; when a hostile one has more than GLYPHS, they are drawn as none.
 */
static struct glyph *glyph_get(struct font *font, uint32_t code, bool bold) {
  for (unsigned i = 0; i < GLYPHS; i++) {
    struct glyph *glyph = &font->glyph[bold][(code + i) % GLYPHS];
    if (glyph->code == code) return glyph;
    if (glyph->code) continue;
    glyph_make(font, glyph, code, bold);
    return glyph;
  }
  return NULL;
}

/* The next character of UTF-8; what is none is U+FFFD. */
static uint32_t code_next(const char **text, const char *end) {
  unsigned char first = (unsigned char)*(*text)++;
  unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  uint32_t code = more ? first & (0x3fu >> more) : first;
  if (!more) return first < 0x80 ? first : 0xfffd;
  while (more-- && *text < end && ((unsigned char)**text & 0xc0) == 0x80)
    code = code << 6 | ((unsigned char)*(*text)++ & 0x3f);
  return code;
}

unsigned font_draw(struct font *font, int x, int y, const char *text, size_t bytes, SDL_Color colour,
                   bool bold) {
  const char *end = text + bytes;
  unsigned count = 0;
  for (; text < end && *text; count++) {
    uint32_t code = code_next(&text, end);
    struct glyph *glyph = code > ' ' ? glyph_get(font, code, bold) : NULL;
    if (!glyph || !glyph->texture) continue;
    SDL_Rect from = { 0, 0, glyph->width, glyph->height };
    SDL_Rect to = { x + (int)count * font->cell_width, y, glyph->width, glyph->height };
    SDL_SetTextureColorMod(glyph->texture, colour.r, colour.g, colour.b);
    SDL_RenderCopy(font->renderer, glyph->texture, &from, &to);
  }
  return count;
}
