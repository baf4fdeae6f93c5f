// Where FFmpeg's public structs have the fields that are used here, in bytes, by the major version of libavformat.
//
// Functions and AVOptions come first; what they do not give is read through this table. Within a major version fields
// do not move: that is what the version is for. `tools/check-ffmpeg-layout` compares the row of the installed headers
// with offsetof.
#pragma once

// field of struct: libavformat 59, 60, 61
#define GF_LAYOUT(FIELD)                                                                                             \
  FIELD(AVCodec, name, 0, 0, 0)                                                                                      \
  FIELD(AVCodecContext, opaque, 48, 48, 48)                                                                          \
  FIELD(AVCodecContext, pkt_timebase, 724, 716, 92)                                                                  \
  FIELD(AVCodecParameters, codec_type, 0, 0, 0)                                                                      \
  FIELD(AVCodecParameters, codec_id, 4, 4, 4)                                                                        \
  FIELD(AVCodecParameters, codec_tag, 8, 8, 8)                                                                       \
  FIELD(AVCodecParameters, width, 56, 56, 72)                                                                        \
  FIELD(AVCodecParameters, height, 60, 60, 76)                                                                       \
  FIELD(AVFormatContext, iformat, 8, 8, 8)                                                                           \
  FIELD(AVFormatContext, pb, 32, 32, 32)                                                                             \
  FIELD(AVFormatContext, nb_streams, 44, 44, 44)                                                                     \
  FIELD(AVFormatContext, streams, 48, 48, 48)                                                                        \
  FIELD(AVFormatContext, duration, 72, 72, 104)                                                                      \
  FIELD(AVFormatContext, interrupt_callback, 200, 200, 216)                                                          \
  FIELD(AVFrame, data, 0, 0, 0)                                                                                      \
  FIELD(AVFrame, linesize, 64, 64, 64)                                                                               \
  FIELD(AVFrame, width, 104, 104, 104)                                                                               \
  FIELD(AVFrame, height, 108, 108, 108)                                                                              \
  FIELD(AVFrame, format, 116, 116, 116)                                                                              \
  FIELD(AVFrame, pts, 136, 136, 136)                                                                                 \
  FIELD(AVFrame, flags, 316, 316, 292)                                                                               \
  FIELD(AVFrame, color_range, 320, 320, 296)                                                                         \
  FIELD(AVFrame, colorspace, 332, 332, 308)                                                                          \
  FIELD(AVFrame, best_effort_timestamp, 344, 344, 320)                                                               \
  FIELD(AVFrame, decode_error_flags, 376, 376, 344)                                                                  \
  FIELD(AVIOContext, buffer, 8, 8, 8)                                                                                \
  FIELD(AVInputFormat, name, 0, 0, 0)                                                                                \
  FIELD(AVPacket, pts, 8, 8, 8)                                                                                      \
  FIELD(AVPacket, dts, 16, 16, 16)                                                                                   \
  FIELD(AVPacket, data, 24, 24, 24)                                                                                  \
  FIELD(AVPacket, size, 32, 32, 32)                                                                                  \
  FIELD(AVPacket, stream_index, 36, 36, 36)                                                                          \
  FIELD(AVPacket, flags, 40, 40, 40)                                                                                 \
  FIELD(AVPacket, duration, 64, 64, 64)                                                                              \
  FIELD(AVPacket, pos, 72, 72, 72)                                                                                   \
  FIELD(AVPixFmtDescriptor, nb_components, 8, 8, 8)                                                                  \
  FIELD(AVPixFmtDescriptor, log2_chroma_w, 9, 9, 9)                                                                  \
  FIELD(AVPixFmtDescriptor, log2_chroma_h, 10, 10, 10)                                                               \
  FIELD(AVPixFmtDescriptor, flags, 16, 16, 16)                                                                       \
  FIELD(AVPixFmtDescriptor, comp, 24, 24, 24)                                                                        \
  FIELD(AVStream, codecpar, 208, 16, 16)                                                                             \
  FIELD(AVStream, time_base, 16, 32, 32)                                                                             \
  FIELD(AVStream, duration, 32, 48, 48)                                                                              \
  FIELD(AVStream, nb_frames, 40, 56, 56)                                                                             \
  FIELD(AVStream, disposition, 48, 64, 64)                                                                           \
  FIELD(AVStream, discard, 52, 68, 68)                                                                               \
  FIELD(AVStream, sample_aspect_ratio, 56, 72, 72)                                                                   \
  FIELD(AVStream, avg_frame_rate, 72, 88, 88)

enum { GF_LAYOUTS = 3 };

typedef struct {
#define GF_DECLARE(type, field, ...) unsigned short type##_##field;
  GF_LAYOUT(GF_DECLARE)
#undef GF_DECLARE
} gf_layout;

static const struct {
  int avutil, avcodec, avformat, swscale;
  gf_layout layout;
} gf_layouts[GF_LAYOUTS] = {
#define GF_FIRST(type, field, a, b, c) .type##_##field = a,
#define GF_SECOND(type, field, a, b, c) .type##_##field = b,
#define GF_THIRD(type, field, a, b, c) .type##_##field = c,
  {57, 59, 59, 6, {GF_LAYOUT(GF_FIRST)}},
  {58, 60, 60, 7, {GF_LAYOUT(GF_SECOND)}},
  {59, 61, 61, 8, {GF_LAYOUT(GF_THIRD)}},
#undef GF_FIRST
#undef GF_SECOND
#undef GF_THIRD
};
