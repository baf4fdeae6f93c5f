#include "CZeroMQ.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

// Declared here after zmq.h of libzmq 4: its binary interface, which libzmq.so.5 stands for.
typedef struct {
  _Alignas(void *) unsigned char bytes[64];
} zmq_msg_t;

typedef struct {
  void *socket;
  int fd;
  short events;
  short revents;
} zmq_pollitem_t;

enum {
  ZMQ_ROUTING_ID = 5,
  ZMQ_SUBSCRIBE = 6,
  ZMQ_LINGER = 17,
  ZMQ_MAXMSGSIZE = 22,
  ZMQ_SNDHWM = 23,
  ZMQ_RCVHWM = 24,
  ZMQ_LAST_ENDPOINT = 32,
  ZMQ_XPUB_VERBOSE = 40,
  ZMQ_DONTWAIT = 1,
  ZMQ_SNDMORE = 2,
  ZMQ_POLLIN = 1,
};

static struct {
  void (*version)(int *, int *, int *);
  int (*error)(void);
  const char *(*error_text)(int);
  void *(*context_new)(void);
  int (*context_end)(void *);
  void *(*socket)(void *, int);
  int (*close)(void *);
  int (*set)(void *, int, const void *, size_t);
  int (*get)(void *, int, void *, size_t *);
  int (*bind)(void *, const char *);
  int (*connect)(void *, const char *);
  int (*send)(void *, const void *, size_t, int);
  int (*message_init)(zmq_msg_t *);
  int (*message_receive)(zmq_msg_t *, void *, int);
  int (*message_close)(zmq_msg_t *);
  void *(*message_data)(zmq_msg_t *);
  size_t (*message_size)(const zmq_msg_t *);
  int (*message_more)(const zmq_msg_t *);
  int (*poll)(zmq_pollitem_t *, int, long);
} zmq;

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static char problem[256];
static bool opened;

static void complain(const char *text) {
  strncpy(problem, text ? text : "it cannot be opened", sizeof problem - 1);
}

static void open_library(void) {
  void *library = dlopen("libzmq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    complain(dlerror());
    return;
  }
  const struct {
    const char *name;
    void **place;
  } functions[] = {
    {"zmq_version", (void **)&zmq.version},
    {"zmq_errno", (void **)&zmq.error},
    {"zmq_strerror", (void **)&zmq.error_text},
    {"zmq_ctx_new", (void **)&zmq.context_new},
    {"zmq_ctx_term", (void **)&zmq.context_end},
    {"zmq_socket", (void **)&zmq.socket},
    {"zmq_close", (void **)&zmq.close},
    {"zmq_setsockopt", (void **)&zmq.set},
    {"zmq_getsockopt", (void **)&zmq.get},
    {"zmq_bind", (void **)&zmq.bind},
    {"zmq_connect", (void **)&zmq.connect},
    {"zmq_send", (void **)&zmq.send},
    {"zmq_msg_init", (void **)&zmq.message_init},
    {"zmq_msg_recv", (void **)&zmq.message_receive},
    {"zmq_msg_close", (void **)&zmq.message_close},
    {"zmq_msg_data", (void **)&zmq.message_data},
    {"zmq_msg_size", (void **)&zmq.message_size},
    {"zmq_msg_more", (void **)&zmq.message_more},
    {"zmq_poll", (void **)&zmq.poll},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    *functions[i].place = dlsym(library, functions[i].name);
    if (!*functions[i].place) {
      complain(dlerror());
      return;
    }
  }
  opened = true;
}

const char *gf_zmq_open(void) {
  pthread_mutex_lock(&opening);
  // What was missing may have been installed meanwhile.
  if (!opened) open_library();
  pthread_mutex_unlock(&opening);
  return opened ? NULL : problem;
}

void gf_zmq_version(int *major, int *minor, int *patch) { zmq.version(major, minor, patch); }

const char *gf_zmq_problem(void) { return zmq.error_text(zmq.error()); }

void *gf_zmq_context(void) { return zmq.context_new(); }

void gf_zmq_end_context(void *context) {
  while (zmq.context_end(context) != 0 && zmq.error() == EINTR) {
  }
}

void *gf_zmq_socket(void *context, int kind, int lingering, int most_queued, long long largest_frame) {
  void *socket = zmq.socket(context, kind);
  if (!socket) return NULL;
  // Every subscription is told, also that of a second client to what the first has subscribed to.
  const int all = 1;
  if (kind == GF_ZMQ_XPUB && zmq.set(socket, ZMQ_XPUB_VERBOSE, &all, sizeof all) != 0) {
    zmq.close(socket);
    return NULL;
  }
  if (zmq.set(socket, ZMQ_LINGER, &lingering, sizeof lingering) == 0
      && zmq.set(socket, ZMQ_SNDHWM, &most_queued, sizeof most_queued) == 0
      && zmq.set(socket, ZMQ_RCVHWM, &most_queued, sizeof most_queued) == 0
      && zmq.set(socket, ZMQ_MAXMSGSIZE, &largest_frame, sizeof largest_frame) == 0)
    return socket;
  zmq.close(socket);
  return NULL;
}

void gf_zmq_close(void *socket) { zmq.close(socket); }

int gf_zmq_bind(void *socket, const char *address) { return zmq.bind(socket, address); }

int gf_zmq_connect(void *socket, const char *address) { return zmq.connect(socket, address); }

int gf_zmq_subscribe(void *socket, const char *topic) {
  return zmq.set(socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
}

int gf_zmq_address(void *socket, char *address, size_t room) {
  return zmq.get(socket, ZMQ_LAST_ENDPOINT, address, &room);
}

int gf_zmq_set_identity(void *socket, const void *name, size_t count) {
  return zmq.set(socket, ZMQ_ROUTING_ID, name, count);
}

int gf_zmq_send(void *socket, const void *bytes, size_t count, bool more) {
  while (zmq.send(socket, bytes, count, more ? ZMQ_SNDMORE : 0) < 0)
    if (zmq.error() != EINTR) return -1;
  return 0;
}

int gf_zmq_receive(
  void *socket, bool waits, bool *more, void (*take)(const void *, size_t, void *), void *target) {
  zmq_msg_t message;
  zmq.message_init(&message);
  while (zmq.message_receive(&message, socket, waits ? 0 : ZMQ_DONTWAIT) < 0) {
    int code = zmq.error();
    if (code == EINTR) continue;
    zmq.message_close(&message);
    return code == EAGAIN ? 0 : -1;
  }
  take(zmq.message_data(&message), zmq.message_size(&message), target);
  *more = zmq.message_more(&message) != 0;
  zmq.message_close(&message);
  return 1;
}

int gf_zmq_wait(void *const *sockets, int count, int descriptor, long milliseconds) {
  enum { MOST = 8 };
  zmq_pollitem_t items[MOST + 1];
  if (count > MOST) count = MOST;
  for (int i = 0; i < count; i++) items[i] = (zmq_pollitem_t){.socket = sockets[i], .events = ZMQ_POLLIN};
  int all = count;
  if (descriptor >= 0) items[all++] = (zmq_pollitem_t){.fd = descriptor, .events = ZMQ_POLLIN};
  while (zmq.poll(items, all, milliseconds) < 0)
    if (zmq.error() != EINTR) return -1;
  int ready = 0;
  for (int i = 0; i < all; i++)
    if (items[i].revents) ready |= 1 << i;
  return ready;
}
