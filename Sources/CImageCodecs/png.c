#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

typedef struct {
  const uint8_t *next;
  size_t left;
  char *message;
  jmp_buf jump;
} decoder;

static void on_error(png_structp png, png_const_charp text) {
  decoder *d = png_get_error_ptr(png);
  if (!d->message[0]) snprintf(d->message, GF_MESSAGE_SIZE, "%s", text);
  longjmp(d->jump, 1);
}

static void on_warning(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void on_read(png_structp png, png_bytep target, size_t count) {
  decoder *d = png_get_io_ptr(png);
  if (count > d->left) {
    snprintf(d->message, GF_MESSAGE_SIZE, "it is cut off");
    png_error(png, "");
  }
  memcpy(target, d->next, count);
  d->next += count;
  d->left -= count;
}

// 16-bit grey at the start of a row of RGB bytes becomes that row: levels above 255 are white, which is what
// Pillow makes of its mode I;16. The last pixel is written first, so that none is overwritten before it is read.
static void from_deep_grey(uint8_t *row, size_t width) {
  for (size_t x = width; x-- > 0;) {
    uint8_t level = row[2 * x] ? 255 : row[2 * x + 1];
    row[3 * x] = row[3 * x + 1] = row[3 * x + 2] = level;
  }
}

static int run(const uint8_t *bytes, size_t count, gf_image_header *header, uint8_t *rgb, char *message) {
  decoder d = {.next = bytes, .left = count, .message = message};
  message[0] = 0;
  png_structp volatile png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d, on_error, on_warning);
  png_infop volatile info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(d.jump)) {
    if (!info) snprintf(message, GF_MESSAGE_SIZE, "there is no memory for it");
    png_structp failed = png;
    png_infop its = info;
    png_destroy_read_struct(&failed, &its, NULL);
    return -1;
  }
  png_set_read_fn(png, &d, on_read);
  // The caller has a limit of its own; libpng's default is a million pixels a side.
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  // Chunks that are not known are passed over, whatever their names say of their weight.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, NULL, 0);
  png_read_info(png, info);
  // Deflate has a checksum of its own over the pixels; that of the chunks around is not looked at, as in Pillow.
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_uint_32 width, height;
  int depth, colour;
  png_get_IHDR(png, info, &width, &height, &depth, &colour, NULL, NULL, NULL);
  if (rgb) {
    if (width != header->width || height != header->height) png_error(png, "its header changed while it was read");
    const int is_deep_grey = depth == 16 && colour == PNG_COLOR_TYPE_GRAY;
    if (!is_deep_grey) {
      png_set_strip_16(png);
      png_set_expand(png);
      if (!(colour & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
      png_set_strip_alpha(png);
    }
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != (size_t)width * (is_deep_grey ? 2 : 3)) {
      png_error(png, "its rows have an unexpected length");
    }
    const size_t stride = (size_t)width * 3;
    for (int pass = 0; pass < passes; pass++) {
      for (png_uint_32 y = 0; y < height; y++) png_read_row(png, rgb + y * stride, NULL);
    }
    if (is_deep_grey) {
      for (png_uint_32 y = 0; y < height; y++) from_deep_grey(rgb + y * stride, width);
    }
  } else {
    *header = (gf_image_header){.width = width, .height = height};
  }
  png_structp done = png;
  png_infop its = info;
  png_destroy_read_struct(&done, &its, NULL);
  return 0;
}

int gf_png_header(const uint8_t *bytes, size_t count, gf_image_header *header, char *message) {
  return run(bytes, count, header, NULL, message);
}

int gf_png_decode(const uint8_t *bytes, size_t count, gf_image_header header, uint8_t *rgb, char *message) {
  return run(bytes, count, &header, rgb, message);
}
