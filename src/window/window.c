/* The window: what comes from the keyboard and the mouse goes to the model, whose pictures are drawn. */
#include <SDL.h>
#include <SDL_ttf.h>
#include <stdlib.h>
#include <string.h>

#include "window/screenshot.h"
#include "window/sheet.h"

enum { WIDTH = 1280, HEIGHT = 800, LEAST_WIDTH = 320, LEAST_HEIGHT = 240, REDRAW_MS = 120, IDLE_MS = 1000 };

struct window {
  struct viewer *viewer;
  SDL_Window *sdl;
  struct sheet sheet;
  struct viewer_picture *picture;
  bool control; /* was down when a key was pressed last: what that types is no text */
  bool dirty, over;
};

/* Pixels of the mouse are the window's, which on some screens are larger than those drawn. */
static void to_pixels(const struct window *window, int *x, int *y) {
  int width = 0, height = 0;
  SDL_GetWindowSize(window->sdl, &width, &height);
  if (width > 0) *x = *x * window->sheet.layout.window.width / width;
  if (height > 0) *y = *y * window->sheet.layout.window.height / height;
}

static void key(struct window *window, const char *name) {
  if (!viewer_key(window->viewer, name)) window->over = true;
}

/* Keys that type a character come as text, whatever key that is on this keyboard. */
static void key_down(struct window *window, const SDL_Keysym *pressed) {
  char name[48];
  bool control = pressed->mod & KMOD_CTRL, shift = pressed->mod & KMOD_SHIFT;
  window->control = control;
  bool types = pressed->sym > SDLK_SPACE && pressed->sym < SDLK_DELETE;
  if (types && !control) return;
  const char *prefix = control ? "Ctrl+" : shift && pressed->sym == SDLK_TAB ? "Shift+" : "";
  snprintf(name, sizeof name, "%s%s", prefix, SDL_GetKeyName(pressed->sym));
  key(window, name);
}

static void text_typed(struct window *window, const char *text) {
  char name[2] = { text[0], 0 };
  if (text[0] > ' ' && text[0] <= '~' && !window->control) key(window, name);
}

static void clicked(struct window *window, const SDL_MouseButtonEvent *button) {
  int x = button->x, y = button->y;
  if (button->button != SDL_BUTTON_LEFT) return;
  to_pixels(window, &x, &y);
  viewer_click(window->viewer, &window->sheet.layout, x, y);
}

static void wheel_turned(struct window *window, const SDL_MouseWheelEvent *wheel) {
  int x = 0, y = 0, turns = wheel->direction == SDL_MOUSEWHEEL_FLIPPED ? -wheel->y : wheel->y;
  SDL_GetMouseState(&x, &y);
  to_pixels(window, &x, &y);
  viewer_wheel(window->viewer, &window->sheet.layout, x, y, turns, SDL_GetModState() & KMOD_CTRL);
}

static void window_take(struct window *window, const SDL_Event *event) {
  switch (event->type) {
  case SDL_QUIT: window->over = true; return;
  case SDL_KEYDOWN: key_down(window, &event->key.keysym); break;
  case SDL_TEXTINPUT: text_typed(window, event->text.text); break;
  case SDL_MOUSEBUTTONDOWN: clicked(window, &event->button); break;
  case SDL_MOUSEWHEEL: wheel_turned(window, &event->wheel); break;
  case SDL_WINDOWEVENT: break;
  default: return;
  }
  window->dirty = true;
}

static enum rs_status window_draw(struct window *window, struct rs_error *error) {
  int width = 0, height = 0;
  SDL_GetRendererOutputSize(window->sheet.renderer, &width, &height);
  enum rs_status status =
      sheet_resize(&window->sheet, width, height, viewer_font_steps(window->viewer), error);
  if (status != RS_OK) return status;
  window->sheet.theme = theme_get(viewer_is_light(window->viewer));
  viewer_paint(window->viewer, &window->sheet.layout, window->picture);
  sheet_draw(&window->sheet, window->picture);
  SDL_RenderPresent(window->sheet.renderer);
  window->dirty = false;
  return RS_OK;
}

/* Between events, what takes long goes on slice by slice, and what it has found is drawn now and then. */
static enum rs_status window_run(struct window *window, struct rs_error *error) {
  enum rs_status status = RS_OK;
  Uint32 drawn = 0;
  bool working = true;
  window->dirty = true;
  while (status == RS_OK && !window->over) {
    SDL_Event event;
    int there = working ? SDL_PollEvent(&event) : SDL_WaitEventTimeout(&event, IDLE_MS);
    for (; there; there = SDL_PollEvent(&event))
      window_take(window, &event);
    bool more = viewer_work(window->viewer);
    bool due = working && (!more || SDL_GetTicks() - drawn > REDRAW_MS);
    working = more;
    if (!window->dirty && !due) continue;
    status = window_draw(window, error);
    drawn = SDL_GetTicks();
  }
  return status;
}

/* Most of the screen, unless a size was asked for. */
static void window_size(const struct rs_view_options *options, int *width, int *height) {
  SDL_Rect screen;
  *width = WIDTH;
  *height = HEIGHT;
  if (SDL_GetDisplayUsableBounds(0, &screen) == 0) {
    *width = screen.w * 9 / 10;
    *height = screen.h * 9 / 10;
  }
  if (options->width) *width = (int)options->width;
  if (options->height) *height = (int)options->height;
}

static enum rs_status window_open(struct window *window, const struct rs_view_options *options,
                                  struct rs_error *error) {
  int width, height;
  /* One way of drawing for windows and screenshots, which needs no driver; SDL_RENDER_DRIVER has another. */
  SDL_SetHintWithPriority(SDL_HINT_RENDER_DRIVER, "software", SDL_HINT_DEFAULT);
  window_size(options, &width, &height);
  window->sdl = SDL_CreateWindow(options->title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                                 height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (window->sdl) window->sheet.renderer = SDL_CreateRenderer(window->sdl, -1, 0);
  if (!window->sheet.renderer)
    return rs_fail(error, RS_UNSUPPORTED, "no window can be opened: %s", SDL_GetError());
  SDL_SetWindowMinimumSize(window->sdl, LEAST_WIDTH, LEAST_HEIGHT);
  SDL_StartTextInput();
  window->sheet.font_file = options->font;
  window->picture = malloc(sizeof *window->picture);
  if (!window->picture) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  return RS_OK;
}

static void window_close(struct window *window) {
  sheet_close(&window->sheet);
  free(window->picture);
  if (window->sheet.renderer) SDL_DestroyRenderer(window->sheet.renderer);
  if (window->sdl) SDL_DestroyWindow(window->sdl);
}

/* Without a display SDL may draw where nobody sees it. */
static bool display_is_seen(void) {
  const char *driver = SDL_GetCurrentVideoDriver();
  bool unseen = driver && (strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0);
  return !unseen || SDL_getenv("SDL_VIDEODRIVER");
}

static enum rs_status window_show(struct viewer *viewer, const struct rs_view_options *options,
                                  struct rs_error *error) {
  struct window window = { .viewer = viewer };
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
    return rs_fail(error, RS_UNSUPPORTED, "no window can be opened: %s", SDL_GetError());
  if (!display_is_seen())
    return rs_fail(error, RS_UNSUPPORTED,
                   "no window can be opened: there is no display (--screenshot needs none)");
  enum rs_status status = window_open(&window, options, error);
  if (status == RS_OK) status = window_run(&window, error);
  window_close(&window);
  return status;
}

static enum rs_status view_begin(struct viewer *viewer, const struct rs_view_options *options,
                                 struct rs_error *error) {
  viewer_set_light(viewer, options->light);
  if (options->at && !viewer_go_to(viewer, options->at, options->step))
    return rs_fail(error, RS_BAD_ARGUMENT, "--at=%llu: the log has no such transition",
                   (unsigned long long)options->at);
  return RS_OK;
}

enum rs_status rs_view(struct rs_log *log, const struct rs_view_options *options, struct rs_error *error) {
  struct viewer *viewer = NULL;
  enum rs_status status = viewer_open(log, &viewer, error);
  if (status == RS_OK) status = view_begin(viewer, options, error);
  if (status == RS_OK && (SDL_Init(0) != 0 || TTF_Init() != 0))
    status = rs_fail(error, RS_UNSUPPORTED, "SDL does not start: %s", SDL_GetError());
  if (status == RS_OK)
    status =
        options->screenshot ? screenshot_write(viewer, options, error) : window_show(viewer, options, error);
  if (TTF_WasInit()) TTF_Quit();
  SDL_Quit();
  viewer_close(viewer);
  return status;
}
