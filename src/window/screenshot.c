/* A picture drawn in memory, written by libpng: no display is asked for. */
#include "window/screenshot.h"

#include <SDL.h>
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "window/sheet.h"

static enum rs_status png_write(const SDL_Surface *surface, const char *name, struct rs_error *error) {
  png_image image = { .version = PNG_IMAGE_VERSION,
                      .width = (png_uint_32)surface->w,
                      .height = (png_uint_32)surface->h,
                      .format = PNG_FORMAT_RGB };
  FILE *file = fopen(name, "wb");
  if (!file) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  int written = png_image_write_to_stdio(&image, file, 0, surface->pixels, surface->pitch, NULL);
  enum rs_status status = RS_OK;
  if (!written) status = rs_fail(error, RS_IO_ERROR, "%s: %s", name, image.message);
  if (fclose(file) != 0 && status == RS_OK)
    status = rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  return status;
}

/* Without the fourth byte of each pixel. */
static enum rs_status surface_write(SDL_Surface *surface, const char *name, struct rs_error *error) {
  SDL_Surface *plain = SDL_ConvertSurfaceFormat(surface, SDL_PIXELFORMAT_RGB24, 0);
  if (!plain) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", SDL_GetError());
  enum rs_status status = png_write(plain, name, error);
  SDL_FreeSurface(plain);
  return status;
}

static enum rs_status surface_draw(SDL_Surface *surface, struct viewer *viewer,
                                   const struct rs_view_options *options, struct rs_error *error) {
  struct viewer_picture *picture = malloc(sizeof *picture);
  struct sheet sheet = { .renderer = SDL_CreateSoftwareRenderer(surface),
                         .theme = theme_get(options->light),
                         .font_file = options->font };
  enum rs_status status = RS_OK;
  if (!picture || !sheet.renderer)
    status = rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  if (status == RS_OK) status = sheet_resize(&sheet, surface->w, surface->h, 0, error);
  if (status == RS_OK) {
    viewer_paint(viewer, &sheet.layout, picture);
    sheet_draw(&sheet, picture);
    SDL_RenderPresent(sheet.renderer);
  }
  sheet_close(&sheet);
  if (sheet.renderer) SDL_DestroyRenderer(sheet.renderer);
  free(picture);
  return status;
}

enum rs_status screenshot_write(struct viewer *viewer, const struct rs_view_options *options,
                                struct rs_error *error) {
  while (viewer_work(viewer)) {
  }
  SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, (int)options->width, (int)options->height, 32,
                                                        SDL_PIXELFORMAT_ARGB8888);
  if (!surface) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", SDL_GetError());
  enum rs_status status = surface_draw(surface, viewer, options, error);
  if (status == RS_OK) status = surface_write(surface, options->screenshot, error);
  SDL_FreeSurface(surface);
  return status;
}
