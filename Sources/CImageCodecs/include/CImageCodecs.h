// JPEG and PNG decoding, and the headers of libtiff and libwebp.
//
// libjpeg and libpng report errors by longjmp, which must not cross Swift frames: these functions keep the jump
// inside C and return a status. libtiff and libwebp return statuses of their own and are called from Swift.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <tiffio.h>
#include <webp/decode.h>
#include <webp/demux.h>

enum { GF_MESSAGE_SIZE = 256 };

typedef struct {
  uint32_t width, height;
  // Of a JPEG: 1, 3 or 4. Of a PNG: 0.
  int components;
} gf_image_header;

// Each returns 0, or -1 with a line of at most GF_MESSAGE_SIZE bytes in `message`.
// `rgb` has room for width × height × 3 bytes of the size that the header function gave.

int gf_jpeg_header(const uint8_t *bytes, size_t count, gf_image_header *header, char *message);
int gf_jpeg_decode(const uint8_t *bytes, size_t count, gf_image_header header, uint8_t *rgb, char *message);

int gf_png_header(const uint8_t *bytes, size_t count, gf_image_header *header, char *message);
int gf_png_decode(const uint8_t *bytes, size_t count, gf_image_header header, uint8_t *rgb, char *message);
