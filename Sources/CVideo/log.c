#include <stdio.h>
#include <string.h>

#include "video.h"

static _Thread_local gf_video *working;

void gf_video_enter(gf_video *video) { working = video; }
void gf_video_leave(void) { working = NULL; }

// Whose thread of a decoder this is: such threads have copies of the decoder's context, with our pointer in them.
static gf_video *owner(void *speaker) {
  if (working) return working;
  if (!speaker) return NULL;
  // The struct begins with a pointer to its class, which begins with its name.
  const char *const *class = *(const char *const *const *)speaker;
  if (!class || !*class || strcmp(*class, "AVCodecContext") != 0) return NULL;
  return GF_FIELD(gf_video *, speaker, AVCodecContext, opaque);
}

void gf_video_note(void *speaker, int level, const char *format, va_list arguments) {
  if (level < 0 || level > GF_LOG_ERROR) return;
  gf_video *video = owner(speaker);
  if (!video) return;
  char text[GF_VIDEO_TEXT];
  vsnprintf(text, sizeof text, format, arguments);
  // One line, however it was written.
  size_t length = strlen(text);
  while (length && (text[length - 1] == '\n' || text[length - 1] == ' ' || text[length - 1] == '.')) text[--length] = 0;
  if (!length) return;
  pthread_mutex_lock(&video->lock);
  if (!video->complaint[0]) memcpy(video->complaint, text, length + 1);
  pthread_mutex_unlock(&video->lock);
}

void gf_video_complaint(gf_video *video, char *message) {
  pthread_mutex_lock(&video->lock);
  memcpy(message, video->complaint, GF_VIDEO_TEXT);
  video->complaint[0] = 0;
  pthread_mutex_unlock(&video->lock);
}

void gf_video_words(int code, char *text, size_t room) {
  if (gf_av.av_strerror(code, text, room) < 0) snprintf(text, room, "error %d", code);
}
