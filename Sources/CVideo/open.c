#include "video.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IO_BUFFER = 1 << 16, MOST_STREAMS = 100, MOST_PROBED = 1 << 20, GROWN_PIXELS = 1 << 23 };

// Containers and codecs that read nothing but the file itself, and of which there are videos to learn from. Playlists,
// lists of files, pictures by pattern, devices and scripts are among the others.
static const char *const containers[] = {
  "mov", "matroska", "avi", "gif", "mpegts", "mpeg", "mpegvideo", "ogg", "flv", "h264", "hevc", "mjpeg", "m4v", "apng",
};
static const char *const codecs[] = {
  "h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg1video", "mpeg2video", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3",
  "h263", "flv1", "vp6", "vp6f", "theora", "mjpeg", "gif", "apng", "png", "rawvideo", "huffyuv", "ffvhuff", "ffv1",
  "utvideo", "dvvideo", "prores", "dnxhd", "cinepak", "msvideo1", "msrle", "qtrle", "svq1", "svq3", "wmv1", "wmv2",
};
// The same by the names of decoders, for the library's own look at streams.
static const char decoders[] =
  "h264,hevc,vp8,vp9,libdav1d,libaom-av1,av1,mpeg4,mpeg1video,mpeg2video,msmpeg4v1,msmpeg4v2,msmpeg4,h263,flv,vp6,vp6f,"
  "theora,mjpeg,gif,apng,png,rawvideo,huffyuv,ffvhuff,ffv1,utvideo,dvvideo,prores,dnxhd,cinepak,msvideo1,msrle,qtrle,"
  "svq1,svq3,wmv1,wmv2";
// Codes whose decoders share their work between threads. Those of FFmpeg 5.1 for others, such as png and apng, may wait for
// ever for a picture that failed, and are quick anyway.
static const char *const shared[] = {"h264", "hevc", "vp8", "vp9", "av1"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_in(const char *name, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(name, list[i]) == 0) return true;
  return false;
}

// A container may have several names, with commas between.
static bool is_container(const char *names) {
  char first[64];
  snprintf(first, sizeof first, "%s", names);
  first[strcspn(first, ",")] = 0;
  return is_in(first, containers, COUNT(containers));
}

// MARK: The file

bool gf_video_should_stop(gf_video *video) {
  if (!video->is_stopped) video->is_stopped = video->source.stops(video->source.context);
  return video->is_stopped;
}

static int interrupt(void *context) { return gf_video_should_stop(context); }

// Reads of the file within one call before a stop is looked at: an error here, unlike a stop between packets, is one that the
// library cannot go on from.
enum { PATIENT_READS = 64 };

static int read_file(void *context, uint8_t *target, int count) {
  gf_video *video = context;
  if (++video->reads > PATIENT_READS && gf_video_should_stop(video)) {
    video->is_broken = true;
    return GF_ERROR_EXIT;
  }
  ssize_t got;
  while ((got = pread(video->source.descriptor, target, (size_t)count, video->offset)) < 0 && errno == EINTR) {
  }
  if (got < 0) return -errno;
  if (got == 0) return GF_ERROR_END;
  video->offset += got;
  return (int)got;
}

static int64_t seek_file(void *context, int64_t offset, int whence) {
  gf_video *video = context;
  int64_t base;
  switch (whence & ~GF_SEEK_FORCE) {
    case GF_SEEK_SIZE: return video->source.size;
    case SEEK_SET: base = 0; break;
    case SEEK_CUR: base = video->offset; break;
    case SEEK_END: base = video->source.size; break;
    default: return -EINVAL;
  }
  int64_t place;
  if (__builtin_add_overflow(base, offset, &place) || place < 0) return -EINVAL;
  return video->offset = place;
}

// MARK: Opening

#define SAY(...) snprintf(message, GF_VIDEO_TEXT, __VA_ARGS__)

// What is wrong, in the library's words where it said something.
static gf_video_opening refuse(gf_video *video, int code, const char *what, char *message) {
  if (video->is_stopped) return GF_VIDEO_STOPPED;
  char complaint[GF_VIDEO_TEXT], words[96];
  gf_video_complaint(video, complaint);
  gf_video_words(code, words, sizeof words);
  SAY("%s: %.160s", what, complaint[0] ? complaint : words);
  return GF_VIDEO_REFUSED;
}

static gf_video_opening open_container(gf_video *video, char *message) {
  unsigned char *buffer = gf_av.av_malloc(IO_BUFFER);
  video->io = buffer ? gf_av.avio_alloc_context(buffer, IO_BUFFER, 0, video, read_file, NULL, seek_file) : NULL;
  if (!video->io) return gf_av.av_freep(&buffer), SAY("cannot be read: no memory"), GF_VIDEO_REFUSED;
  const void *container = NULL;
  char ending[16] = "";
  if (video->source.ending) snprintf(ending, sizeof ending, "x.%s", video->source.ending);
  int code = gf_av.av_probe_input_buffer2(video->io, &container, ending, NULL, 0, MOST_PROBED);
  if (code < 0 || !container) {
    if (video->is_stopped) return GF_VIDEO_STOPPED;
    return SAY("is no video: it begins like no container that FFmpeg knows"), GF_VIDEO_REFUSED;
  }
  const char *name = GF_FIELD(const char *, container, AVInputFormat, name);
  // A film of JPEG pictures begins like one picture.
  if (strcmp(name, "jpeg_pipe") == 0 && strcmp(ending, "x.mjpeg") == 0) {
    container = gf_av.av_find_input_format("mjpeg");
    name = container ? "mjpeg" : name;
  }
  if (!is_container(name)) {
    return SAY("is no video that is read: FFmpeg takes it for %.60s; mp4, mov, mkv, webm, avi, gif, apng, mpeg, ts, "
               "ogg, flv and raw streams are", name), GF_VIDEO_REFUSED;
  }
  video->format = gf_av.avformat_alloc_context();
  if (!video->format) return SAY("cannot be read: no memory"), GF_VIDEO_REFUSED;
  GF_FIELD(void *, video->format, AVFormatContext, pb) = video->io;
  GF_FIELD(gf_interrupt, video->format, AVFormatContext, interrupt_callback) = (gf_interrupt){interrupt, video};
  gf_av.av_opt_set_int(video->format, "max_streams", MOST_STREAMS, 0);
  void *options = NULL;
  // Nothing but the file itself is opened, whatever it names.
  gf_av.av_dict_set(&options, "protocol_whitelist", "none", 0);
  gf_av.av_dict_set(&options, "format_whitelist", name, 0);
  gf_av.av_dict_set(&options, "codec_whitelist", decoders, 0);
  if (video->source.fills_times) gf_av.av_dict_set(&options, "fflags", "+genpts", 0);
  // Where this fails it frees the format.
  code = gf_av.avformat_open_input(&video->format, "", container, &options);
  gf_av.av_dict_free(&options);
  if (code < 0) return refuse(video, code, "cannot be read", message);
  return GF_VIDEO_OPENED;
}

static void *stream_at(gf_video *video, unsigned index) {
  return GF_FIELD(void **, video->format, AVFormatContext, streams)[index];
}

static unsigned stream_count(gf_video *video) {
  return GF_FIELD(unsigned, video->format, AVFormatContext, nb_streams);
}

static gf_video_opening look_at_streams(gf_video *video, char *message) {
  unsigned count = stream_count(video);
  void **options = count ? calloc(count, sizeof *options) : NULL;
  char pixels[32];
  snprintf(pixels, sizeof pixels, "%lld", (long long)video->source.most_pixels);
  for (unsigned i = 0; options && i < count; i++) gf_av.av_dict_set(&options[i], "max_pixels", pixels, 0);
  int code = gf_av.avformat_find_stream_info(video->format, options);
  for (unsigned i = 0; options && i < count; i++) gf_av.av_dict_free(&options[i]);
  free(options);
  if (video->is_stopped) return GF_VIDEO_STOPPED;
  return code < 0 ? refuse(video, code, "cannot be read", message) : GF_VIDEO_OPENED;
}

// The stream that the ffmpeg command chooses: the most pixels, those marked as the default before others.
static gf_video_opening choose_stream(gf_video *video, char *message) {
  bool has_cover = false, has_sound = false;
  double best = -1;
  for (unsigned i = 0; i < stream_count(video); i++) {
    void *stream = stream_at(video, i);
    void *parameters = GF_FIELD(void *, stream, AVStream, codecpar);
    int kind = GF_FIELD(int, parameters, AVCodecParameters, codec_type);
    int disposition = GF_FIELD(int, stream, AVStream, disposition);
    bool is_cover = disposition & GF_DISPOSITION_ATTACHED_PICTURE;
    has_cover |= kind == GF_MEDIA_VIDEO && is_cover;
    has_sound |= kind == GF_MEDIA_AUDIO;
    GF_FIELD(int, stream, AVStream, discard) = GF_DISCARD_ALL;
    if (kind != GF_MEDIA_VIDEO || is_cover) continue;
    double score = (double)GF_FIELD(int, parameters, AVCodecParameters, width)
                   * GF_FIELD(int, parameters, AVCodecParameters, height)
                   + (disposition & GF_DISPOSITION_DEFAULT ? 5e6 : 0);
    if (score <= best) continue;
    best = score;
    video->stream = stream;
    video->stream_index = (int)i;
  }
  if (!video->stream) {
    SAY(has_cover   ? "has no moving pictures: sound with a cover picture"
        : has_sound ? "has no moving pictures: sound only"
                    : "has no moving pictures");
    return GF_VIDEO_REFUSED;
  }
  GF_FIELD(int, video->stream, AVStream, discard) = 0;
  return GF_VIDEO_OPENED;
}

static bool is_encrypted(gf_video *video, void *parameters) {
  // Of the sample entry that stands for the encrypted one.
  unsigned tag = GF_FIELD(unsigned, parameters, AVCodecParameters, codec_tag);
  if (tag == ('e' | 'n' << 8 | 'c' << 16 | (unsigned)'v' << 24)) return true;
  return gf_av.av_stream_get_side_data(video->stream, GF_SIDE_DATA_ENCRYPTION, NULL) != NULL;
}

static gf_video_opening open_decoder(gf_video *video, char *message) {
  void *parameters = GF_FIELD(void *, video->stream, AVStream, codecpar);
  video->codec = GF_FIELD(int, parameters, AVCodecParameters, codec_id);
  const char *name = gf_av.avcodec_get_name(video->codec);
  if (is_encrypted(video, parameters)) return SAY("is encrypted (%.60s)", name), GF_VIDEO_REFUSED;
  if (strcmp(name, "none") == 0) {
    char tag[5];
    unsigned number = GF_FIELD(unsigned, parameters, AVCodecParameters, codec_tag);
    for (int i = 0; i < 4; i++) {
      unsigned byte = number >> 8 * i & 0xFF;
      tag[i] = byte >= 32 && byte < 127 ? (char)byte : '?';
    }
    tag[4] = 0;
    return SAY("has pictures in a code that FFmpeg does not know ('%s')", tag), GF_VIDEO_REFUSED;
  }
  if (!is_in(name, codecs, COUNT(codecs)))
    return SAY("has pictures in %.60s, which is not read", name), GF_VIDEO_REFUSED;
  int64_t width = GF_FIELD(int, parameters, AVCodecParameters, width);
  int64_t height = GF_FIELD(int, parameters, AVCodecParameters, height);
  if (width <= 0 || height <= 0)
    return refuse(video, GF_ERROR_END, "does not say how large its pictures are", message);
  if (width * height > video->source.most_pixels) {
    SAY("claims %lld×%lld pixels, more than the %lld accepted", (long long)width, (long long)height,
        (long long)video->source.most_pixels);
    return GF_VIDEO_REFUSED;
  }
  const void *decoder = gf_av.avcodec_find_decoder(video->codec);
  if (!decoder) return SAY("has pictures in %.60s, which the FFmpeg here does not decode", name), GF_VIDEO_REFUSED;
  video->decoder = gf_av.avcodec_alloc_context3(decoder);
  int code = video->decoder ? gf_av.avcodec_parameters_to_context(video->decoder, parameters) : -ENOMEM;
  if (code >= 0) {
    GF_FIELD(void *, video->decoder, AVCodecContext, opaque) = video;
    GF_FIELD(gf_rational, video->decoder, AVCodecContext, pkt_timebase) =
      GF_FIELD(gf_rational, video->stream, AVStream, time_base);
    int threads = is_in(name, shared, COUNT(shared)) ? video->source.threads : 1;
    gf_av.av_opt_set_int(video->decoder, "threads", threads, 0);
    // Pictures that grow on the way cannot be asked about before the decoder has taken memory for them.
    int64_t most = 4 * width * height;
    if (most < GROWN_PIXELS) most = GROWN_PIXELS;
    if (most > video->source.most_pixels) most = video->source.most_pixels;
    gf_av.av_opt_set_int(video->decoder, "max_pixels", most, 0);
    code = gf_av.avcodec_open2(video->decoder, decoder, NULL);
  }
  if (code < 0) return refuse(video, code, "cannot be decoded", message);
  return GF_VIDEO_OPENED;
}

// Some files say of packets only that they are encrypted. The packet is kept for the first read.
static gf_video_opening look_at_first(gf_video *video, char *message) {
  video->packet = gf_av.av_packet_alloc();
  video->frame = gf_av.av_frame_alloc();
  if (!video->packet || !video->frame) return SAY("cannot be read: no memory"), GF_VIDEO_REFUSED;
  switch (gf_video_fetch(video)) {
    case GF_VIDEO_DONE: break;
    case GF_VIDEO_STOP: return GF_VIDEO_STOPPED;
    default: return refuse(video, GF_ERROR_END, "has no whole picture", message);
  }
  if (gf_video_is_packet_encrypted(video)) {
    SAY("is encrypted (%.60s)", gf_av.avcodec_get_name(video->codec));
    return GF_VIDEO_REFUSED;
  }
  video->is_ahead = true;
  return GF_VIDEO_OPENED;
}

gf_video_opening gf_video_open(const gf_video_source *source, gf_video **result, char *message) {
  gf_video *video = calloc(1, sizeof *video);
  message[0] = 0;
  *result = NULL;
  if (!video) return SAY("cannot be read: no memory"), GF_VIDEO_REFUSED;
  video->source = *source;
  pthread_mutex_init(&video->lock, NULL);
  gf_video_enter(video);
  gf_video_opening status = open_container(video, message);
  if (status == GF_VIDEO_OPENED) status = look_at_streams(video, message);
  if (status == GF_VIDEO_OPENED) status = choose_stream(video, message);
  if (status == GF_VIDEO_OPENED) status = open_decoder(video, message);
  if (status == GF_VIDEO_OPENED) status = look_at_first(video, message);
  if (status == GF_VIDEO_OPENED) gf_video_find_turn(video);
  gf_video_leave();
  video->source.ending = NULL;
  char complaint[GF_VIDEO_TEXT];
  // What was wrong with other streams, or at their beginning, is no damage of the pictures.
  gf_video_complaint(video, complaint);
  if (status != GF_VIDEO_OPENED) {
    gf_video_close(video);
    return status;
  }
  *result = video;
  return status;
}

void gf_video_close(gf_video *video) {
  if (!video) return;
  gf_video_enter(video);
  if (video->scaler) gf_av.sws_freeContext(video->scaler);
  void **frames[] = {&video->frame, &video->turned, &video->colours};
  for (size_t i = 0; i < COUNT(frames); i++)
    if (*frames[i]) gf_av.av_frame_free(frames[i]);
  if (video->packet) gf_av.av_packet_free(&video->packet);
  if (video->decoder) gf_av.avcodec_free_context(&video->decoder);
  if (video->format) gf_av.avformat_close_input(&video->format);
  if (video->io) {
    gf_av.av_freep(&GF_FIELD(unsigned char *, video->io, AVIOContext, buffer));
    gf_av.avio_context_free(&video->io);
  }
  gf_video_leave();
  pthread_mutex_destroy(&video->lock);
  free(video);
}

void gf_video_describe(const gf_video *video, gf_video_info *info) {
  memset(info, 0, sizeof *info);
  const void *container = GF_FIELD(const void *, video->format, AVFormatContext, iformat);
  void *parameters = GF_FIELD(void *, video->stream, AVStream, codecpar);
  snprintf(info->container, sizeof info->container, "%s", GF_FIELD(const char *, container, AVInputFormat, name));
  snprintf(info->codec, sizeof info->codec, "%s", gf_av.avcodec_get_name(video->codec));
  info->width = GF_FIELD(int, parameters, AVCodecParameters, width);
  info->height = GF_FIELD(int, parameters, AVCodecParameters, height);
  gf_rational aspect = GF_FIELD(gf_rational, video->stream, AVStream, sample_aspect_ratio);
  gf_rational time = GF_FIELD(gf_rational, video->stream, AVStream, time_base);
  gf_rational rate = GF_FIELD(gf_rational, video->stream, AVStream, avg_frame_rate);
  info->aspect_numerator = aspect.numerator, info->aspect_denominator = aspect.denominator;
  info->time_numerator = time.numerator, info->time_denominator = time.denominator;
  info->rate_numerator = rate.numerator, info->rate_denominator = rate.denominator;
  int64_t own = GF_FIELD(int64_t, video->stream, AVStream, duration);
  int64_t whole = GF_FIELD(int64_t, video->format, AVFormatContext, duration);
  if (own != GF_NOPTS && own > 0 && time.denominator > 0) {
    info->length = (double)own * time.numerator / time.denominator;
  } else if (whole != GF_NOPTS && whole > 0) {
    info->length = (double)whole / GF_TIME_BASE;
  }
  info->frames = GF_FIELD(int64_t, video->stream, AVStream, nb_frames);
  memcpy(info->turn, video->turn, sizeof info->turn);
}
