#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "video.h"

// MARK: Turning

void gf_video_find_turn(gf_video *video) {
  const int upright[] = {1, 0, 0, 1};
  memcpy(video->turn, upright, sizeof upright);
  size_t size = 0;
  const uint8_t *bytes = gf_av.av_stream_get_side_data(video->stream, GF_SIDE_DATA_DISPLAY_MATRIX, &size);
  if (!bytes || size < 9 * sizeof(int32_t)) return;
  int32_t matrix[9];
  memcpy(matrix, bytes, sizeof matrix);
  // x' = a x + c y, y' = b x + d y, each in 2⁻¹⁶ parts.
  const double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  const double straight = (a < 0 ? -a : a) + (d < 0 ? -d : d), crossed = (b < 0 ? -b : b) + (c < 0 ? -c : c);
  if (straight == 0 && crossed == 0) return;
  // A degree is as much as the ffmpeg command lets pass.
  const double most = 0.0175;
#define SIGN(x) ((x) < 0 ? -1 : 1)
  int turn[4] = {0};
  if (crossed <= most * straight) {
    turn[0] = SIGN(a), turn[3] = SIGN(d);
  } else if (straight <= most * crossed) {
    turn[1] = SIGN(b), turn[2] = SIGN(c);
  }
  memcpy(video->turn, turn, sizeof turn);
}

static bool is_turned(const gf_video *video) { return video->turn[0] != 1 || video->turn[3] != 1; }

static int up(int length, int shift) { return (length + (1 << shift) - 1) >> shift; }

static void turn_plane(const int turn[4], int width, int height, int step, const uint8_t *source, int from_stride,
                       uint8_t *target, int to_stride) {
  const bool is_crossed = turn[0] == 0;
  const int wide = is_crossed ? height : width, tall = is_crossed ? width : height;
  for (int y = 0; y < tall; y++) {
    // Which pixel of the source the row begins with, and how far it is to the next.
    int64_t first, next;
    if (is_crossed) {
      int64_t column = turn[1] > 0 ? y : tall - 1 - y;
      first = column * step + (turn[2] > 0 ? 0 : (int64_t)(wide - 1) * from_stride);
      next = turn[2] > 0 ? from_stride : -(int64_t)from_stride;
    } else {
      int64_t row = turn[3] > 0 ? y : tall - 1 - y;
      first = row * from_stride + (turn[0] > 0 ? 0 : (int64_t)(wide - 1) * step);
      next = turn[0] > 0 ? step : -(int64_t)step;
    }
    const uint8_t *from = source + first;
    uint8_t *to = target + (int64_t)y * to_stride;
    if (step == 1) {
      for (int x = 0; x < wide; x++, from += next) to[x] = *from;
    } else {
      for (int x = 0; x < wide; x++, from += next, to += step) memcpy(to, from, (size_t)step);
    }
  }
}

// MARK: Frames

// Makes a frame of the size and format, where it is not that.
static int shape(void **frame, int width, int height, int format) {
  if (*frame && GF_FIELD(int, *frame, AVFrame, width) == width && GF_FIELD(int, *frame, AVFrame, height) == height
      && GF_FIELD(int, *frame, AVFrame, format) == format)
    return 0;
  if (*frame) gf_av.av_frame_unref(*frame);
  if (!*frame) *frame = gf_av.av_frame_alloc();
  if (!*frame) return -ENOMEM;
  GF_FIELD(int, *frame, AVFrame, width) = width;
  GF_FIELD(int, *frame, AVFrame, height) = height;
  GF_FIELD(int, *frame, AVFrame, format) = format;
  int code = gf_av.av_frame_get_buffer(*frame, 0);
  if (code < 0) gf_av.av_frame_free(frame);
  return code;
}

#define DATA(frame) (&GF_FIELD(uint8_t *, frame, AVFrame, data))
#define STRIDE(frame) (&GF_FIELD(int, frame, AVFrame, linesize))

// Turns the planes of a frame as they are stored, as the ffmpeg command does.
static int turn_frame(gf_video *video, void *source, const void *description) {
  const bool is_crossed = video->turn[0] == 0;
  int width = GF_FIELD(int, source, AVFrame, width), height = GF_FIELD(int, source, AVFrame, height);
  int format = GF_FIELD(int, source, AVFrame, format);
  int code = shape(&video->turned, is_crossed ? height : width, is_crossed ? width : height, format);
  if (code < 0) return code;
  const gf_component *components = &GF_FIELD(gf_component, description, AVPixFmtDescriptor, comp);
  int count = GF_FIELD(uint8_t, description, AVPixFmtDescriptor, nb_components);
  int across = GF_FIELD(uint8_t, description, AVPixFmtDescriptor, log2_chroma_w);
  int down = GF_FIELD(uint8_t, description, AVPixFmtDescriptor, log2_chroma_h);
  unsigned done = 0;
  for (int i = 0; i < count && i < 4; i++) {
    int plane = components[i].plane;
    if (done & 1u << plane) continue;
    done |= 1u << plane;
    bool is_chroma = i == 1 || i == 2;
    turn_plane(video->turn, is_chroma ? up(width, across) : width, is_chroma ? up(height, down) : height,
               components[i].step, DATA(source)[plane], STRIDE(source)[plane], DATA(video->turned)[plane],
               STRIDE(video->turned)[plane]);
  }
  return 0;
}

// Planes can be turned where a step is a pixel, and where chroma is as coarse across as it is down.
static bool turns_planes(const gf_video *video, const void *description) {
  uint64_t flags = GF_FIELD(uint64_t, description, AVPixFmtDescriptor, flags);
  if (flags & (GF_FORMAT_PALETTE | GF_FORMAT_BITSTREAM | GF_FORMAT_HARDWARE)) return false;
  int across = GF_FIELD(uint8_t, description, AVPixFmtDescriptor, log2_chroma_w);
  int down = GF_FIELD(uint8_t, description, AVPixFmtDescriptor, log2_chroma_h);
  const gf_component *components = &GF_FIELD(gf_component, description, AVPixFmtDescriptor, comp);
  int count = GF_FIELD(uint8_t, description, AVPixFmtDescriptor, nb_components);
  // Packed formats with coarser chroma (YUYV) keep two pixels in a step.
  if (across && count > 1 && components[0].plane == components[1].plane) return false;
  return video->turn[0] != 0 || across == down;
}

// MARK: Colours

// What the ffmpeg command's own converter asks of the library: its default (bicubic), the chroma of MPEG-2, and matrix
// and range as the picture says.
static int prepare(gf_video *video, int width, int height, int format, int space, int range) {
  if (video->scaler && video->scaled.width == width && video->scaled.height == height
      && video->scaled.format == format && video->scaled.space == space && video->scaled.range == range)
    return 0;
  if (video->scaler) gf_av.sws_freeContext(video->scaler);
  void *scaler = video->scaler = gf_av.sws_alloc_context();
  if (!scaler) return -ENOMEM;
  const struct {
    const char *name;
    int value;
  } options[] = {
    {"srcw", width}, {"srch", height}, {"src_format", format},
    {"dstw", width}, {"dsth", height}, {"dst_format", gf_av.av_get_pix_fmt("rgb24")},
    {"threads", 1},
  };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    gf_av.av_opt_set_int(scaler, options[i].name, options[i].value, 0);
  if (format == gf_av.av_get_pix_fmt("yuv420p")) gf_av.av_opt_set_int(scaler, "src_v_chr_pos", 128, 0);
  int code = gf_av.sws_init_context(scaler, NULL, NULL);
  if (code >= 0) {
    int *from, *to, is_full, becomes_full, brightness, contrast, saturation;
    gf_av.sws_getColorspaceDetails(scaler, &from, &is_full, &to, &becomes_full, &brightness, &contrast, &saturation);
    if (space < 1 || space > 10 || space == 8) space = GF_SPACE_BT470BG;
    const int *matrix = gf_av.sws_getCoefficients(space);
    if (range != GF_RANGE_UNSPECIFIED) is_full = range == GF_RANGE_FULL;
    gf_av.sws_setColorspaceDetails(
      scaler, matrix, is_full, matrix, becomes_full, brightness, contrast, saturation);
  } else {
    gf_av.sws_freeContext(scaler);
    video->scaler = NULL;
  }
  return code;
}

static int convert(gf_video *video, uint8_t *pixels) {
  void *frame = video->frame;
  int format = GF_FIELD(int, frame, AVFrame, format);
  const void *description = gf_av.av_pix_fmt_desc_get(format);
  if (!description) return -EINVAL;
  const bool turns = is_turned(video), turns_first = turns && turns_planes(video, description);
  const int space = GF_FIELD(int, frame, AVFrame, colorspace), range = GF_FIELD(int, frame, AVFrame, color_range);
  if (turns_first) {
    int code = turn_frame(video, frame, description);
    if (code < 0) return code;
    frame = video->turned;
  }
  const int width = GF_FIELD(int, frame, AVFrame, width), height = GF_FIELD(int, frame, AVFrame, height);
  int code = prepare(video, width, height, format, space, range);
  // Rows have room behind them, which the library's kernels write to.
  if (code >= 0) code = shape(&video->colours, width, height, gf_av.av_get_pix_fmt("rgb24"));
  if (code < 0) return code;
  code = gf_av.sws_scale(video->scaler, (const uint8_t *const *)DATA(frame), STRIDE(frame), 0, height,
                         DATA(video->colours), STRIDE(video->colours));
  if (code < 0) return code;
  const uint8_t *source = DATA(video->colours)[0];
  const int stride = STRIDE(video->colours)[0];
  if (turns && !turns_first) {
    const bool is_crossed = video->turn[0] == 0;
    turn_plane(video->turn, width, height, 3, source, stride, pixels, 3 * (is_crossed ? height : width));
  } else {
    for (int y = 0; y < height; y++)
      memcpy(pixels + (size_t)3 * y * width, source + (int64_t)y * stride, (size_t)3 * width);
  }
  return 0;
}

gf_video_status gf_video_convert(gf_video *video, uint8_t *pixels) {
  gf_video_enter(video);
  int code = convert(video, pixels);
  gf_video_leave();
  if (code >= 0) return GF_VIDEO_DONE;
  pthread_mutex_lock(&video->lock);
  if (!video->complaint[0]) gf_video_words(code, video->complaint, sizeof video->complaint);
  pthread_mutex_unlock(&video->lock);
  return GF_VIDEO_FAILED;
}
