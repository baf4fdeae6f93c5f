// What is used of FFmpeg: functions found at run time, and constants of its public interface that no version changed.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

typedef struct {
  int numerator, denominator;
} gf_rational;

typedef struct {
  int (*callback)(void *);
  void *opaque;
} gf_interrupt;

// Where a colour's levels are in a picture.
typedef struct {
  int plane, step, offset, shift, depth;
} gf_component;

// result, name, arguments; by library
#define GF_AVUTIL(FUNCTION)                                                                                          \
  FUNCTION(const char *, av_version_info, (void))                                                                    \
  FUNCTION(void, av_log_set_callback, (void (*)(void *, int, const char *, va_list)))                                \
  FUNCTION(void *, av_malloc, (size_t))                                                                              \
  FUNCTION(void, av_freep, (void *))                                                                                 \
  FUNCTION(void, av_max_alloc, (size_t))                                                                             \
  FUNCTION(int, av_strerror, (int, char *, size_t))                                                                  \
  FUNCTION(int, av_dict_set, (void **, const char *, const char *, int))                                             \
  FUNCTION(void, av_dict_free, (void **))                                                                            \
  FUNCTION(int, av_opt_set_int, (void *, const char *, int64_t, int))                                                \
  FUNCTION(void *, av_frame_alloc, (void))                                                                           \
  FUNCTION(void, av_frame_free, (void **))                                                                           \
  FUNCTION(void, av_frame_unref, (void *))                                                                           \
  FUNCTION(int, av_frame_get_buffer, (void *, int))                                                                  \
  FUNCTION(int, av_get_pix_fmt, (const char *))                                                                      \
  FUNCTION(const void *, av_pix_fmt_desc_get, (int))
#define GF_AVCODEC(FUNCTION)                                                                                         \
  FUNCTION(unsigned, avcodec_version, (void))                                                                        \
  FUNCTION(const char *, avcodec_get_name, (int))                                                                    \
  FUNCTION(const void *, avcodec_find_decoder, (int))                                                                \
  FUNCTION(void *, avcodec_alloc_context3, (const void *))                                                           \
  FUNCTION(void, avcodec_free_context, (void **))                                                                    \
  FUNCTION(int, avcodec_parameters_to_context, (void *, const void *))                                               \
  FUNCTION(int, avcodec_open2, (void *, const void *, void **))                                                      \
  FUNCTION(int, avcodec_send_packet, (void *, const void *))                                                         \
  FUNCTION(int, avcodec_receive_frame, (void *, void *))                                                             \
  FUNCTION(void, avcodec_flush_buffers, (void *))                                                                    \
  FUNCTION(void *, av_packet_alloc, (void))                                                                          \
  FUNCTION(void, av_packet_free, (void **))                                                                          \
  FUNCTION(void, av_packet_unref, (void *))                                                                          \
  FUNCTION(uint8_t *, av_packet_get_side_data, (const void *, int, size_t *))
#define GF_AVFORMAT(FUNCTION)                                                                                        \
  FUNCTION(unsigned, avformat_version, (void))                                                                       \
  FUNCTION(void *, avformat_alloc_context, (void))                                                                   \
  FUNCTION(void *, avio_alloc_context,                                                                               \
           (unsigned char *, int, int, void *, int (*)(void *, uint8_t *, int), void *,                              \
            int64_t (*)(void *, int64_t, int)))                                                                      \
  FUNCTION(void, avio_context_free, (void **))                                                                       \
  FUNCTION(int, av_probe_input_buffer2, (void *, const void **, const char *, void *, unsigned, unsigned))           \
  FUNCTION(const void *, av_find_input_format, (const char *))                                                       \
  FUNCTION(int, avformat_open_input, (void **, const char *, const void *, void **))                                 \
  FUNCTION(void, avformat_close_input, (void **))                                                                    \
  FUNCTION(int, avformat_find_stream_info, (void *, void **))                                                        \
  FUNCTION(uint8_t *, av_stream_get_side_data, (const void *, int, size_t *))                                        \
  FUNCTION(int, av_read_frame, (void *, void *))                                                                     \
  FUNCTION(int, av_seek_frame, (void *, int, int64_t, int))
#define GF_SWSCALE(FUNCTION)                                                                                         \
  FUNCTION(unsigned, swscale_version, (void))                                                                        \
  FUNCTION(void *, sws_alloc_context, (void))                                                                        \
  FUNCTION(int, sws_init_context, (void *, void *, void *))                                                          \
  FUNCTION(void, sws_freeContext, (void *))                                                                          \
  FUNCTION(const int *, sws_getCoefficients, (int))                                                                  \
  FUNCTION(int, sws_getColorspaceDetails, (void *, int **, int *, int **, int *, int *, int *, int *))               \
  FUNCTION(int, sws_setColorspaceDetails, (void *, const int *, int, const int *, int, int, int, int))               \
  FUNCTION(int, sws_scale,                                                                                           \
           (void *, const uint8_t *const *, const int *, int, int, uint8_t *const *, const int *))

typedef struct {
#define GF_DECLARE(result, name, arguments) result(*name) arguments;
  GF_AVUTIL(GF_DECLARE)
  GF_AVCODEC(GF_DECLARE)
  GF_AVFORMAT(GF_DECLARE)
  GF_SWSCALE(GF_DECLARE)
#undef GF_DECLARE
} gf_functions;

// The open library. Nothing is changed once it is open.
extern gf_functions gf_av;
extern gf_layout gf_at;

// The field of a struct, as an lvalue of the type.
#define GF_FIELD(c_type, pointer, type, field) (*(c_type *)((char *)(pointer) + gf_at.type##_##field))

// Of avutil.h, avcodec.h and avformat.h.
#define GF_NOPTS INT64_MIN
enum {
  GF_MEDIA_VIDEO = 0,
  GF_MEDIA_AUDIO = 1,
  GF_DISPOSITION_DEFAULT = 0x0001,
  GF_DISPOSITION_ATTACHED_PICTURE = 0x0400,
  GF_DISCARD_ALL = 48,
  GF_SIDE_DATA_DISPLAY_MATRIX = 5,
  GF_SIDE_DATA_ENCRYPTION = 24,
  GF_SIDE_DATA_ENCRYPTED_PACKET = 25,
  GF_PACKET_KEY = 0x0001,
  GF_PACKET_CORRUPT = 0x0002,
  GF_PACKET_DISCARD = 0x0004,
  GF_FRAME_CORRUPT = 0x0001,
  GF_SEEK_BACKWARD = 1,
  GF_SEEK_SIZE = 0x10000,
  GF_SEEK_FORCE = 0x20000,
  GF_LOG_ERROR = 16,
  GF_RANGE_UNSPECIFIED = 0,
  GF_RANGE_FULL = 2,
  GF_SPACE_BT470BG = 5,
  GF_FORMAT_PALETTE = 1 << 1,
  GF_FORMAT_BITSTREAM = 1 << 2,
  GF_FORMAT_HARDWARE = 1 << 3,
  GF_TIME_BASE = 1000000,
};

#define GF_TAG(a, b, c, d) (-(int)((a) | (b) << 8 | (c) << 16 | (unsigned)(d) << 24))
#define GF_ERROR_END GF_TAG('E', 'O', 'F', ' ')
#define GF_ERROR_EXIT GF_TAG('E', 'X', 'I', 'T')
// Ours: no code of the library's.
#define GF_ERROR_BROKEN INT32_MIN
