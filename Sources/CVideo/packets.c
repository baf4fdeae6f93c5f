#include "video.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// MARK: Packets

bool gf_video_is_packet_encrypted(gf_video *video) {
  size_t size;
  return gf_av.av_packet_get_side_data(video->packet, GF_SIDE_DATA_ENCRYPTED_PACKET, &size) != NULL;
}

// Pictures of VP8 and VP9 that others are predicted from and that are never shown come as packets.
static bool is_invisible(gf_video *video, const uint8_t *data, int size) {
  const char *name = gf_av.avcodec_get_name(video->codec);
  if (size < 2) return false;
  if (strcmp(name, "vp8") == 0) return !(data[0] & 0x10);
  if (strcmp(name, "vp9") != 0) return false;
  // The last of a group of frames is shown; the group has an index at its end.
  if ((data[size - 1] & 0xE0) == 0xC0) return false;
  // Two bits that mark a frame, the profile, then: an old frame is shown again; the kind; whether it is shown.
  int profile = (data[0] >> 5 & 1) | (data[0] >> 4 & 1) << 1;
  if (data[0] >> 6 != 2 || profile == 3) return false;
  bool repeats = data[0] & 0x08;
  return !repeats && !(data[0] & 0x02);
}

static gf_video_status failed(gf_video *video, int code) {
  if (video->is_stopped || code == GF_ERROR_EXIT) return GF_VIDEO_STOP;
  char words[96] = "it was stopped in the middle of reading: open it anew";
  if (code != GF_ERROR_BROKEN) gf_video_words(code, words, sizeof words);
  pthread_mutex_lock(&video->lock);
  if (!video->complaint[0]) snprintf(video->complaint, sizeof video->complaint, "%s", words);
  pthread_mutex_unlock(&video->lock);
  return GF_VIDEO_FAILED;
}

gf_video_status gf_video_fetch(gf_video *video) {
  video->reads = 0;
  while (true) {
    if (video->is_broken) return failed(video, GF_ERROR_BROKEN);
    if (gf_video_should_stop(video)) return GF_VIDEO_STOP;
    gf_av.av_packet_unref(video->packet);
    video->has_packet = false;
    int code = gf_av.av_read_frame(video->format, video->packet);
    if (code == -EAGAIN) continue;
    if (code == GF_ERROR_END) return video->is_stopped ? GF_VIDEO_STOP : GF_VIDEO_END;
    if (code < 0) return failed(video, code);
    if (GF_FIELD(int, video->packet, AVPacket, stream_index) == video->stream_index) break;
  }
  video->has_packet = true;
  return GF_VIDEO_DONE;
}

static gf_video_packet described(gf_video *video) {
  void *it = video->packet;
  int flags = GF_FIELD(int, it, AVPacket, flags);
  const uint8_t *data = GF_FIELD(const uint8_t *, it, AVPacket, data);
  gf_video_packet packet = {
    .time = GF_FIELD(int64_t, it, AVPacket, pts),
    .decoding = GF_FIELD(int64_t, it, AVPacket, dts),
    .duration = GF_FIELD(int64_t, it, AVPacket, duration),
    .place = GF_FIELD(int64_t, it, AVPacket, pos),
    .size = GF_FIELD(int, it, AVPacket, size),
    .is_key = flags & GF_PACKET_KEY,
    .is_damaged = flags & GF_PACKET_CORRUPT,
  };
  packet.is_hidden = flags & GF_PACKET_DISCARD || (data && is_invisible(video, data, packet.size));
  return packet;
}

gf_video_status gf_video_read(gf_video *video, gf_video_packet *packet) {
  video->is_stopped = false;
  gf_video_enter(video);
  gf_video_status status = video->is_ahead ? GF_VIDEO_DONE : gf_video_fetch(video);
  video->is_ahead = false;
  if (status == GF_VIDEO_DONE) *packet = described(video);
  gf_video_leave();
  return status;
}

gf_video_status gf_video_seek(gf_video *video, int64_t time) {
  video->is_stopped = false;
  gf_video_enter(video);
  video->is_ahead = video->has_packet = false;
  gf_av.av_packet_unref(video->packet);
  gf_av.avcodec_flush_buffers(video->decoder);
  video->reads = 0;
  int code = video->is_broken ? GF_ERROR_BROKEN : gf_av.av_seek_frame(video->format, video->stream_index, time,
                                                                       GF_SEEK_BACKWARD);
  gf_video_status status = code < 0 ? failed(video, code) : GF_VIDEO_DONE;
  gf_video_leave();
  return status;
}

// MARK: Decoding

gf_video_status gf_video_decode(gf_video *video, bool is_last) {
  video->is_stopped = false;
  if (!is_last && !video->has_packet) return GF_VIDEO_DONE;
  gf_video_enter(video);
  int code = gf_av.avcodec_send_packet(video->decoder, is_last ? NULL : video->packet);
  gf_video_leave();
  if (code == -EAGAIN) return GF_VIDEO_AGAIN;
  if (!is_last) {
    gf_av.av_packet_unref(video->packet);
    video->has_packet = false;
  }
  if (code == GF_ERROR_END) return GF_VIDEO_END;
  return code < 0 ? failed(video, code) : GF_VIDEO_DONE;
}

gf_video_status gf_video_take(gf_video *video, gf_video_picture *picture) {
  video->is_stopped = false;
  gf_video_enter(video);
  int code = gf_av.avcodec_receive_frame(video->decoder, video->frame);
  gf_video_leave();
  if (code == -EAGAIN) return GF_VIDEO_AGAIN;
  if (code == GF_ERROR_END) return GF_VIDEO_END;
  if (code < 0) return failed(video, code);
  void *it = video->frame;
  int width = GF_FIELD(int, it, AVFrame, width), height = GF_FIELD(int, it, AVFrame, height);
  const bool is_upright = video->turn[0] != 0;
  *picture = (gf_video_picture){
    .time = GF_FIELD(int64_t, it, AVFrame, pts),
    .guessed = GF_FIELD(int64_t, it, AVFrame, best_effort_timestamp),
    .width = is_upright ? width : height,
    .height = is_upright ? height : width,
    .is_damaged = GF_FIELD(int, it, AVFrame, flags) & GF_FRAME_CORRUPT
                  || GF_FIELD(int, it, AVFrame, decode_error_flags) != 0,
  };
  return GF_VIDEO_DONE;
}
