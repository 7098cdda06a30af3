/* The two themes. Text has a contrast of at least 4.5 to 1 on what it stands on: projectors are pale. */
#include "window/theme.h"

#define RGB(hex)                                                                                             \
  { (hex) >> 16 & 255, (hex) >> 8 & 255, (hex)&255, 255 }
#define NOTHING                                                                                              \
  { 0, 0, 0, 0 }

static const struct theme dark = {
  .background = RGB(0x0a0e14),
  .panel = RGB(0x141a22),
  .title = RGB(0x1d2632),
  .header = RGB(0x1d2632),
  .edge = RGB(0x334050),
  .focus = RGB(0x58a6ff),
  .selection = RGB(0x1d4472),
  .cursor = RGB(0xffffff),
  .user = RGB(0x2f9e52),
  .kernel = RGB(0xd98a24),
  .fault = RGB(0xff5c57),
  .unknown = RGB(0x2a333f),
  .ring = { RGB(0x4a3518), RGB(0x243240), RGB(0x1f2c38), RGB(0x17321f) },
  .ring_active = { RGB(0xd98a24), RGB(0x3a6ea5), RGB(0x3a6ea5), RGB(0x2f9e52) },
  .ring_text = RGB(0xf2f6fa),
  .style = {
    [STYLE_PLAIN] = { RGB(0xe6edf3), NOTHING, false },
    [STYLE_FAINT] = { RGB(0x93a1b0), NOTHING, false },
    [STYLE_STRONG] = { RGB(0xffffff), NOTHING, true },
    [STYLE_LABEL] = { RGB(0x7cc4ff), NOTHING, false },
    [STYLE_USER] = { RGB(0x5fd97f), NOTHING, true },
    [STYLE_KERNEL] = { RGB(0xffb454), NOTHING, true },
    [STYLE_GOOD] = { RGB(0x5fd97f), NOTHING, false },
    [STYLE_BAD] = { RGB(0xff8b85), NOTHING, true },
    [STYLE_CHANGED] = { RGB(0x101010), RGB(0xffd33d), true },
    [STYLE_TOUCHED] = { RGB(0xffd86b), NOTHING, false },
  },
};

static const struct theme light = {
  .background = RGB(0xdfe5ec),
  .panel = RGB(0xffffff),
  .title = RGB(0xeaf0f6),
  .header = RGB(0xffffff),
  .edge = RGB(0xb4bfcb),
  .focus = RGB(0x0a5fc4),
  .selection = RGB(0xcde2fb),
  .cursor = RGB(0x000000),
  .user = RGB(0x62c47f),
  .kernel = RGB(0xf2ab4e),
  .fault = RGB(0xcf222e),
  .unknown = RGB(0xd5dce4),
  .ring = { RGB(0xfbe5c8), RGB(0xe3eaf1), RGB(0xebf0f5), RGB(0xd9f2e0) },
  .ring_active = { RGB(0xf2ab4e), RGB(0x7fb2e8), RGB(0x7fb2e8), RGB(0x62c47f) },
  .ring_text = RGB(0x101418),
  .style = {
    [STYLE_PLAIN] = { RGB(0x14191f), NOTHING, false },
    [STYLE_FAINT] = { RGB(0x57626e), NOTHING, false },
    [STYLE_STRONG] = { RGB(0x000000), NOTHING, true },
    [STYLE_LABEL] = { RGB(0x0a4b9c), NOTHING, false },
    [STYLE_USER] = { RGB(0x0f6b2d), NOTHING, true },
    [STYLE_KERNEL] = { RGB(0x934400), NOTHING, true },
    [STYLE_GOOD] = { RGB(0x0f6b2d), NOTHING, false },
    [STYLE_BAD] = { RGB(0xb3111c), NOTHING, true },
    [STYLE_CHANGED] = { RGB(0x101010), RGB(0xffd33d), true },
    [STYLE_TOUCHED] = { RGB(0x101010), RGB(0xfff1b8), false },
  },
};

const struct theme *theme_get(bool is_light) {
  return is_light ? &light : &dark;
}
