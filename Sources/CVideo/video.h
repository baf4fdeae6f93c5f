// One stream of pictures of one file.
#pragma once

#include <pthread.h>

#include "CVideo.h"
#include "library.h"

struct gf_video {
  gf_video_source source;
  int64_t offset;
  // True once the caller wanted to stop, and once that was told to the library in the middle of its reading.
  bool is_stopped, is_broken;
  // Reads of the file in this call.
  int reads;

  void *io, *format, *stream, *decoder;
  void *packet, *frame;
  int stream_index, codec;
  bool has_packet;
  // The packet is yet to be handed out.
  bool is_ahead;

  // The converter and what it was made for.
  void *scaler, *turned, *colours;
  struct {
    int width, height, format, space, range;
  } scaled;
  int turn[4];

  // What the libraries said first; decoders have threads of their own.
  pthread_mutex_t lock;
  char complaint[GF_VIDEO_TEXT];
};

// What the libraries say goes to the video that this thread works for.
void gf_video_enter(gf_video *video);
void gf_video_leave(void);
void gf_video_note(void *speaker, int level, const char *format, va_list arguments);

// The library's own words for one of its errors.
void gf_video_words(int code, char *text, size_t room);
bool gf_video_should_stop(gf_video *video);

// Keeps the next packet of the pictures, and says whether its content is encrypted.
gf_video_status gf_video_fetch(gf_video *video);
bool gf_video_is_packet_encrypted(gf_video *video);

// Turns pictures as the file's matrix says, {1, 0, 0, 1} for none.
void gf_video_find_turn(gf_video *video);
