#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// A file of a few kilobytes can hold thousands of progressive scans, each of which costs a pass over all pixels.
enum { MOST_SCANS = 500 };

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf jump;
  char *message;
} error_manager;

static void on_error(j_common_ptr info) {
  error_manager *errors = (error_manager *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  switch (info->err->msg_code) {
    case JERR_BAD_PRECISION:
      snprintf(errors->message, GF_MESSAGE_SIZE, "it is a JPEG of %d bits a sample, which is not read",
               info->err->msg_parm.i[0]);
      break;
    case JERR_SOF_UNSUPPORTED:
      snprintf(errors->message, GF_MESSAGE_SIZE, "it is a JPEG of a kind (SOF 0x%02x) that is not read",
               info->err->msg_parm.i[0]);
      break;
    case JERR_ARITH_NOTIMPL:
      snprintf(errors->message, GF_MESSAGE_SIZE, "it is a JPEG with arithmetic coding, which is not read");
      break;
    default: snprintf(errors->message, GF_MESSAGE_SIZE, "%s", text);
  }
  longjmp(errors->jump, 1);
}

// Warnings are about data that was made up for damaged parts: such pictures are shown, as elsewhere.
static void on_message(j_common_ptr info, int level) { (void)info, (void)level; }
static void on_output(j_common_ptr info) { (void)info; }

static void on_scan(j_common_ptr info) {
  error_manager *errors = (error_manager *)info->err;
  if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > MOST_SCANS) {
    snprintf(errors->message, GF_MESSAGE_SIZE, "it has more than %d scans", MOST_SCANS);
    longjmp(errors->jump, 1);
  }
}

// The end of the file inside the picture is an error. libjpeg's own memory source makes up an end marker.
static boolean on_end(j_decompress_ptr info) {
  error_manager *errors = (error_manager *)info->err;
  snprintf(errors->message, GF_MESSAGE_SIZE, "it is cut off");
  longjmp(errors->jump, 1);
  return FALSE;
}

static void skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) on_end(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

static void nothing(j_decompress_ptr info) { (void)info; }

typedef struct {
  struct jpeg_decompress_struct info;
  error_manager errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
} decoder;

// Everything up to the header; may jump to d->errors.jump.
static void start(decoder *d, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(&d->info);
  d->progress = (struct jpeg_progress_mgr){.progress_monitor = on_scan};
  d->info.progress = &d->progress;
  d->source = (struct jpeg_source_mgr){
      .next_input_byte = bytes,
      .bytes_in_buffer = count,
      .init_source = nothing,
      .fill_input_buffer = on_end,
      .skip_input_data = skip,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = nothing,
  };
  d->info.src = &d->source;
  jpeg_read_header(&d->info, TRUE);
}

static void prepare(decoder *d, char *message) {
  memset(d, 0, sizeof *d);
  message[0] = 0;
  d->info.err = jpeg_std_error(&d->errors.base);
  d->errors.base.error_exit = on_error;
  d->errors.base.emit_message = on_message;
  d->errors.base.output_message = on_output;
  d->errors.message = message;
}

int gf_jpeg_header(const uint8_t *bytes, size_t count, gf_image_header *header, char *message) {
  decoder d;
  prepare(&d, message);
  if (setjmp(d.errors.jump)) {
    jpeg_destroy_decompress(&d.info);
    return -1;
  }
  start(&d, bytes, count);
  header->width = d.info.image_width;
  header->height = d.info.image_height;
  header->components = d.info.num_components;
  jpeg_destroy_decompress(&d.info);
  return 0;
}

// a·b/255, rounded.
static inline uint8_t scaled(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return (uint8_t)(((product >> 8) + product) >> 8);
}

// Inks to light. Files with four components store the complement of the inks, as Adobe's programs write them.
static void from_inks(const uint8_t *row, uint8_t *rgb, unsigned width) {
  for (unsigned x = 0; x < width; x++, row += 4, rgb += 3) {
    unsigned light = row[3];
    for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(light - scaled(255u - row[c], light));
  }
}

int gf_jpeg_decode(const uint8_t *bytes, size_t count, gf_image_header header, uint8_t *rgb, char *message) {
  decoder d;
  prepare(&d, message);
  if (setjmp(d.errors.jump)) {
    jpeg_destroy_decompress(&d.info);
    return -1;
  }
  start(&d, bytes, count);
  if (d.info.image_width != header.width || d.info.image_height != header.height ||
      d.info.num_components != header.components) {
    snprintf(message, GF_MESSAGE_SIZE, "its header changed while it was read");
    longjmp(d.errors.jump, 1);
  }
  const int is_ink = header.components == 4;
  d.info.out_color_space = is_ink ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&d.info);
  if (d.info.output_components != (is_ink ? 4 : 3)) {
    snprintf(message, GF_MESSAGE_SIZE, "its %d components are no colours", header.components);
    longjmp(d.errors.jump, 1);
  }
  const size_t stride = (size_t)header.width * 3;
  JSAMPARRAY inks = NULL;
  if (is_ink) {
    inks = d.info.mem->alloc_sarray((j_common_ptr)&d.info, JPOOL_IMAGE, header.width * 4, 1);
  }
  while (d.info.output_scanline < d.info.output_height) {
    uint8_t *target = rgb + d.info.output_scanline * stride;
    JSAMPROW rows[1] = {target};
    jpeg_read_scanlines(&d.info, is_ink ? inks : rows, 1);
    if (is_ink) from_inks(inks[0], target, header.width);
  }
  // What follows the last row is of no interest, so jpeg_finish_decompress is not called.
  jpeg_destroy_decompress(&d.info);
  return 0;
}
