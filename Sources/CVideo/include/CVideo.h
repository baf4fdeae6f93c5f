// Videos through FFmpeg's libraries, which are opened at run time: neither the build nor any other command needs them.
//
// One `gf_video` reads one stream of pictures of one file. It may move from thread to thread, and be used by one at a
// time. Whether to stop is asked on the calling thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GF_VIDEO_TEXT = 256, GF_VIDEO_PROBLEM = 512 };

/// A time that a file does not say.
#define GF_VIDEO_NO_TIME INT64_MIN

// MARK: The libraries

/// Opens the libraries, where they are not open: those in `folder`, or where the system has them (NULL).
///
/// True where they are open; else `problem`, which has GF_VIDEO_PROBLEM bytes, is why not, in one line.
bool gf_video_open_library(const char *folder, char *problem);

/// The major version of libavformat that is open, such as 59; 0: none is.
int gf_video_library_major(void);

/// The version of FFmpeg that is open, such as 5.1.9-0+deb12u1. A library is open.
const char *gf_video_library_version(void);

// MARK: A file

typedef struct gf_video gf_video;

typedef struct {
  /// A descriptor of a regular file, which stays the caller's, and the file's size. Nothing else is ever opened.
  int descriptor;
  int64_t size;
  /// The ending of its name, such as mjpeg, for streams that do not say what they are; it is not kept.
  const char *ending;
  /// Times that the file leaves out are found by reading on.
  bool fills_times;
  /// Threads that may decode, where the code's decoder is safe to share.
  int threads;
  /// Larger pictures are refused.
  int64_t most_pixels;
  /// True where the work is to end.
  bool (*stops)(void *context);
  void *context;
} gf_video_source;

typedef enum {
  GF_VIDEO_OPENED,
  /// The caller wanted to stop.
  GF_VIDEO_STOPPED,
  /// `message` says why.
  GF_VIDEO_REFUSED,
} gf_video_opening;

typedef struct {
  /// FFmpeg's names, such as `mov,mp4,m4a,3gp,3g2,mj2` and `h264`, cut to the room.
  char container[64], codec[64];
  /// Of the stored pictures, before they are turned.
  int width, height;
  /// Width over height of a pixel; 0/1 where the file does not say.
  int aspect_numerator, aspect_denominator;
  /// Seconds of one unit of time.
  int time_numerator, time_denominator;
  /// Pictures a second as the file has it on average; 0/1 where that is not known.
  int rate_numerator, rate_denominator;
  /// What the file says of its length; GF_VIDEO_NO_TIME and 0 where it does not. `length` is in seconds.
  double length;
  int64_t frames;
  /// Rows of the matrix that turns pictures, signs only: {1, 0, 0, 1} leaves them as they are. All 0: an angle that
  /// is no quarter turn.
  int turn[4];
} gf_video_info;

/// Opens a file; `message` has GF_VIDEO_TEXT bytes.
///
/// What is refused reads on from the file's name, as in "is a playlist (hls), which is not read".
gf_video_opening gf_video_open(const gf_video_source *source, gf_video **video, char *message);
void gf_video_close(gf_video *video);
void gf_video_describe(const gf_video *video, gf_video_info *info);

/// What the libraries said first of what is wrong since the last call of this, empty where nothing was.
void gf_video_complaint(gf_video *video, char *message);

// MARK: Packets

typedef struct {
  /// GF_VIDEO_NO_TIME where the file has none. `decoding` orders packets as they are stored.
  int64_t time, decoding, duration;
  /// Where it is in the file; -1 where that is not known.
  int64_t place;
  int size;
  /// Decoding can begin here.
  bool is_key;
  /// It is decoded, but its picture is not shown: an edit list says so, or the packet itself does.
  bool is_hidden;
  /// A part of it is missing.
  bool is_damaged;
} gf_video_packet;

typedef enum {
  GF_VIDEO_DONE,
  GF_VIDEO_END,
  /// Packets are needed before there is a picture, or pictures must be taken before packets are.
  GF_VIDEO_AGAIN,
  GF_VIDEO_STOP,
  /// `gf_video_complaint` says what of.
  GF_VIDEO_FAILED,
} gf_video_status;

/// Reads the next packet of the pictures, which is kept until the next call.
gf_video_status gf_video_read(gf_video *video, gf_video_packet *packet);

/// Goes to a packet that decoding can begin at, no later than `time`, which is one of `decoding`, as far as the file
/// allows.
/// What was being decoded is dropped.
gf_video_status gf_video_seek(gf_video *video, int64_t time);

// MARK: Pictures

typedef struct {
  /// As of the packet that it came in, and the libraries' guess where that had none.
  int64_t time, guessed;
  /// After it is turned.
  int width, height;
  bool is_damaged;
} gf_video_picture;

/// Has the decoder take the packet that was read last, or hear that there are no more.
gf_video_status gf_video_decode(gf_video *video, bool is_last);

/// Takes the next picture, which is kept until the next call.
gf_video_status gf_video_take(gf_video *video, gf_video_picture *picture);

/// The picture that was taken last, turned, as width × height × 3 bytes of red, green and blue.
gf_video_status gf_video_convert(gf_video *video, uint8_t *pixels);
