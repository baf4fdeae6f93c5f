#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "CVideo.h"
#include "video.h"

gf_functions gf_av;
gf_layout gf_at;

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static char problem[GF_VIDEO_PROBLEM];
static int opened_major;

// What is wrong with a library that is there, such as another one that it needs; empty where it is not there.
static char obstacle[320];

// One library is never closed again: it may have threads and handlers of its own.
static void *open_one(const char *folder, const char *name, int major) {
  char path[4096];
  int length = folder ? snprintf(path, sizeof path, "%s/lib%s.so.%d", folder, name, major)
                      : snprintf(path, sizeof path, "lib%s.so.%d", name, major);
  if (length < 0 || length >= (int)sizeof path) return NULL;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library) return library;
  const char *reason = dlerror();
  // The linker begins with the name of what is missing.
  const bool is_absent = reason && strncmp(reason, path, (size_t)length) == 0 && strstr(reason, "No such file");
  if (reason && !is_absent) snprintf(obstacle, sizeof obstacle, "lib%s.so.%d: %.280s", name, major, reason);
  return NULL;
}

static bool find(void *library, const char *name, void **place) {
  *place = dlsym(library, name);
  if (!*place) snprintf(problem, sizeof problem, "FFmpeg's libraries have no function %s", name);
  return *place != NULL;
}

#define GF_FIND(result, name, arguments)                                                                             \
  if (!find(library, #name, (void **)&gf_av.name)) return false;

static bool find_util(void *library) {
  GF_AVUTIL(GF_FIND)
  return true;
}
static bool find_codec(void *library) {
  GF_AVCODEC(GF_FIND)
  return true;
}
static bool find_format(void *library) {
  GF_AVFORMAT(GF_FIND)
  return true;
}
static bool find_scale(void *library) {
  GF_SWSCALE(GF_FIND)
  return true;
}

// Lists the majors of libavformat that are there, for the message that none of them is known.
static int list_found(const char *folder, char *text, size_t room) {
  size_t length = 0;
  int count = 0;
  for (int major = 52; major <= 80; major++) {
    void *library = open_one(folder, "avformat", major);
    if (!library) continue;
    dlclose(library);
    length += (size_t)snprintf(text + length, room - length, "%s%d", count++ ? ", " : "", major);
    if (length >= room) break;
  }
  return count;
}

static void explain_absence(const char *folder) {
  char found[64] = "";
  const char *known = "libavformat 59, 60 and 61 (FFmpeg 5.1, 6 and 7) are known, each with the libavcodec, libavutil "
                      "and libswscale that come with it";
  const char *where = folder ? folder : "the system";
  if (obstacle[0]) {
    snprintf(problem, sizeof problem, "one of %s cannot be opened: %s", where, obstacle);
  } else if (list_found(folder, found, sizeof found)) {
    snprintf(problem, sizeof problem, "%s has libavformat %s of FFmpeg; %s", where, found, known);
  } else {
    snprintf(problem, sizeof problem, "%s has no libavformat of FFmpeg; %s", where, known);
  }
}

// Opens the libraries of one version of FFmpeg; false, with or without a problem, where they are not there.
static bool open_set(const char *folder, int index) {
  void *util = open_one(folder, "avutil", gf_layouts[index].avutil);
  void *scale = util ? open_one(folder, "swscale", gf_layouts[index].swscale) : NULL;
  void *codec = scale ? open_one(folder, "avcodec", gf_layouts[index].avcodec) : NULL;
  void *format = codec ? open_one(folder, "avformat", gf_layouts[index].avformat) : NULL;
  if (!format) return false;
  if (!find_util(util) || !find_codec(codec) || !find_format(format) || !find_scale(scale)) return false;
  // The names of files may lie.
  int codec_major = (int)(gf_av.avcodec_version() >> 16), format_major = (int)(gf_av.avformat_version() >> 16);
  if (codec_major != gf_layouts[index].avcodec || format_major != gf_layouts[index].avformat
      || (int)(gf_av.swscale_version() >> 16) != gf_layouts[index].swscale) {
    snprintf(problem, sizeof problem, "libavformat.so.%d says that it is version %d, with libavcodec %d",
             gf_layouts[index].avformat, format_major, codec_major);
    return false;
  }
  gf_at = gf_layouts[index].layout;
  gf_av.av_log_set_callback(gf_video_note);
  // No single block of memory needs more, whatever a file claims.
  gf_av.av_max_alloc((size_t)1 << 30);
  opened_major = format_major;
  return true;
}

bool gf_video_open_library(const char *folder, char *text) {
  pthread_mutex_lock(&opening);
  if (!opened_major) {
    problem[0] = obstacle[0] = 0;
    for (int i = 0; i < GF_LAYOUTS && !opened_major && !problem[0]; i++) open_set(folder, i);
    if (!opened_major && !problem[0]) explain_absence(folder);
  }
  const bool is_open = opened_major != 0;
  if (!is_open) memcpy(text, problem, sizeof problem);
  pthread_mutex_unlock(&opening);
  return is_open;
}

int gf_video_library_major(void) {
  pthread_mutex_lock(&opening);
  int major = opened_major;
  pthread_mutex_unlock(&opening);
  return major;
}

const char *gf_video_library_version(void) { return gf_av.av_version_info(); }
