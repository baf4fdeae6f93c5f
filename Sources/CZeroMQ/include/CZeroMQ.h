// The few functions of libzmq that a kernel of Jupyter and its tests call, found at run time: neither the
// build nor any other command needs the library.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Opens the library, where it is not open. NULL: it is open; else why it is not.
const char *gf_zmq_open(void);

/// The library's version, as in 4.3.4. It is open.
void gf_zmq_version(int *major, int *minor, int *patch);

/// What the library says of the last call of this thread that failed.
const char *gf_zmq_problem(void);

enum {
  GF_ZMQ_REP = 4,
  GF_ZMQ_DEALER = 5,
  GF_ZMQ_ROUTER = 6,
  GF_ZMQ_SUB = 2,
  GF_ZMQ_REQ = 3,
  GF_ZMQ_XPUB = 9,
};

/// Everything below returns NULL, or a negative number, on failure.
void *gf_zmq_context(void);
/// Waits until sockets are closed and what they have to send is sent, as long as their lingering lets it.
void gf_zmq_end_context(void *context);

/// A socket that waits so many milliseconds for what is unsent when it is closed, holds at most `most_queued`
/// messages a peer, and cuts off peers that send a frame of more than `largest_frame` bytes.
void *gf_zmq_socket(void *context, int kind, int lingering, int most_queued, long long largest_frame);
void gf_zmq_close(void *socket);
int gf_zmq_bind(void *socket, const char *address);
int gf_zmq_connect(void *socket, const char *address);
int gf_zmq_subscribe(void *socket, const char *topic);
/// The address that the socket is bound to, with the port that was chosen for `*`.
int gf_zmq_address(void *socket, char *address, size_t room);
/// Another name than the random one for a peer to know this socket by.
int gf_zmq_set_identity(void *socket, const void *name, size_t count);

/// Sends one frame; `more`: the message has others. May block where a peer's queue is full.
int gf_zmq_send(void *socket, const void *bytes, size_t count, bool more);

/// Receives one frame and hands its bytes to `take`; `more` is then whether the message has others.
/// 1: received; 0: nothing is there, where `waits` is false.
int gf_zmq_receive(
  void *socket, bool waits, bool *more, void (*take)(const void *bytes, size_t count, void *target),
  void *target);

/// Waits until one of the sockets can be read from, or the descriptor (-1: none). Bit i of the result: socket
/// i; bit `count`: the descriptor.
/// `milliseconds` as for poll: -1 waits for ever.
int gf_zmq_wait(void *const *sockets, int count, int descriptor, long milliseconds);
