#include "CMPI.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Declared here after MPI 3.1. A handle is an address in Open MPI and an int in MPICH; either is passed in a register, of
// which MPICH reads the lower half.
typedef void *handle;

static struct {
  int (*version)(char *, int *);
  int (*is_initialized)(int *);
  int (*init)(int *, char ***, int, int *);
  int (*finalize)(void);
  int (*abort)(handle, int);
  int (*rank)(handle, int *);
  int (*size)(handle, int *);
  int (*host)(char *, int *);
  int (*set_handler)(handle, handle);
  int (*describe)(int, char *, int *);
  int (*broadcast)(void *, int, handle, int, handle, handle *);
  int (*gather)(const void *, int, handle, void *, const int *, const int *, handle, handle, handle *);
  int (*exchange)(
    const void *, const int *, const int *, handle, void *, const int *, const int *, handle, handle, handle *);
  int (*barrier)(handle, handle *);
  int (*test)(handle *, int *, void *);
  int (*send)(const void *, int, handle, int, int, handle, handle *);
  int (*let_go)(handle *);
  int (*look)(int, int, handle, int *, void *);
  int (*receive)(void *, int, handle, int, int, handle, void *);
} mpi;

static handle world, byte_type, returning_errors;
static void *no_status;
static int any_rank;
static handle request;
static char version[GF_MPI_TEXT];

// What processes that wait for long tell the others: who they are, and in which meeting they wait.
typedef struct {
  int64_t rank, meeting;
} presence;
enum { PRESENCE_TAG = 7, SECONDS_TO_ABORT = 20 };

enum { THREAD_FUNNELED = 1, LONGEST_VERSION = 8192, LONGEST_ERROR = 512, LONGEST_HOST = 256 };

static bool find_functions(void *library, char *problem) {
  const struct {
    const char *name;
    void **place;
  } functions[] = {
    {"MPI_Get_library_version", (void **)&mpi.version},
    {"MPI_Initialized", (void **)&mpi.is_initialized},
    {"MPI_Init_thread", (void **)&mpi.init},
    {"MPI_Finalize", (void **)&mpi.finalize},
    {"MPI_Abort", (void **)&mpi.abort},
    {"MPI_Comm_rank", (void **)&mpi.rank},
    {"MPI_Comm_size", (void **)&mpi.size},
    {"MPI_Get_processor_name", (void **)&mpi.host},
    {"MPI_Comm_set_errhandler", (void **)&mpi.set_handler},
    {"MPI_Error_string", (void **)&mpi.describe},
    {"MPI_Ibcast", (void **)&mpi.broadcast},
    {"MPI_Iallgatherv", (void **)&mpi.gather},
    {"MPI_Ialltoallv", (void **)&mpi.exchange},
    {"MPI_Ibarrier", (void **)&mpi.barrier},
    {"MPI_Test", (void **)&mpi.test},
    {"MPI_Isend", (void **)&mpi.send},
    {"MPI_Request_free", (void **)&mpi.let_go},
    {"MPI_Iprobe", (void **)&mpi.look},
    {"MPI_Recv", (void **)&mpi.receive},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    *functions[i].place = dlsym(library, functions[i].name);
    if (!*functions[i].place) {
      snprintf(problem, GF_MPI_TEXT, "the library has no function %s", functions[i].name);
      return false;
    }
  }
  return true;
}

// Open MPI's handles are the addresses of variables, MPICH's are numbers of its interface.
static bool find_handles(void *library, gf_mpi_family family, char *problem) {
  if (family == GF_MPI_MPICH) {
    world = (handle)(intptr_t)0x44000000;
    byte_type = (handle)(intptr_t)0x4c00010d;
    returning_errors = (handle)(intptr_t)0x54000001;
    no_status = (void *)1;
    any_rank = -2;
    return true;
  }
  world = dlsym(library, "ompi_mpi_comm_world");
  byte_type = dlsym(library, "ompi_mpi_byte");
  returning_errors = dlsym(library, "ompi_mpi_errors_return");
  no_status = NULL;
  any_rank = -1;
  if (world && byte_type && returning_errors) return true;
  snprintf(problem, GF_MPI_TEXT, "the library is not Open MPI's");
  return false;
}

// The first line of what the library says of itself.
static void note_version(void) {
  static char text[LONGEST_VERSION + 1];
  int length = 0;
  if (mpi.version(text, &length) != 0) return;
  text[LONGEST_VERSION] = 0;
  text[strcspn(text, "\n")] = 0;
  if (strncmp(text, "Open MPI", 8) == 0) text[strcspn(text, ",")] = 0;
  // MPICH fills up with blanks and tabs.
  size_t end = 0;
  for (const char *c = text; *c && end < sizeof version - 1; c++) {
    const bool blank = *c == ' ' || *c == '\t';
    if (!blank || (end > 0 && version[end - 1] != ' ')) version[end++] = blank ? ' ' : *c;
  }
  version[end] = 0;
}

static bool is_known(gf_mpi_family family, char *problem) {
  int major = 0, minor = 0;
  bool known = false;
  if (family == GF_MPI_OPEN_MPI) {
    known = sscanf(version, "Open MPI v%d.%d", &major, &minor) == 2 && (major == 5 || (major == 4 && minor >= 1));
  } else if (sscanf(version, "MPICH Version: %d.%d", &major, &minor) == 2) {
    known = major == 4 || major == 5 || (major == 3 && minor >= 1);
  }
  if (!known)
    snprintf(
      problem, GF_MPI_TEXT, "the library is \"%.120s\"; Open MPI 4.1 and 5 and MPICH 3.1 to 5 are known", version);
  return known;
}

static void *open_library(const char *path, gf_mpi_family family, char *problem) {
  static const char *const names[2][3] = {{"libmpi.so.40"}, {"libmpich.so.12", "libmpi.so.12"}};
  // The parts that the library loads by itself look for its functions among all that is known to the program.
  const int way = RTLD_NOW | RTLD_GLOBAL;
  if (path) {
    void *library = dlopen(path, way);
    if (!library) snprintf(problem, GF_MPI_TEXT, "%.400s", dlerror());
    return library;
  }
  for (int i = 0; names[family][i]; i++) {
    void *library = dlopen(names[family][i], way);
    if (library) return library;
    snprintf(problem, GF_MPI_TEXT, "%.400s", dlerror());
  }
  return NULL;
}

bool gf_mpi_join(const char *path, gf_mpi_family family, char *problem) {
  void *library = open_library(path, family, problem);
  if (!library || !find_functions(library, problem) || !find_handles(library, family, problem)) return false;
  note_version();
  if (!is_known(family, problem)) return false;
  int is_initialized = 0, provided = 0;
  if (mpi.is_initialized(&is_initialized) != 0 || is_initialized) {
    snprintf(problem, GF_MPI_TEXT, "it was joined before");
    return false;
  }
  const int code = mpi.init(NULL, NULL, THREAD_FUNNELED, &provided);
  if (code != 0) {
    snprintf(problem, GF_MPI_TEXT, "MPI_Init_thread failed with code %d", code);
    return false;
  }
  // What fails is told by the program, in a line.
  mpi.set_handler(world, returning_errors);
  return true;
}

const char *gf_mpi_version(void) { return version; }

int gf_mpi_rank(void) {
  int rank = 0;
  mpi.rank(world, &rank);
  return rank;
}

int gf_mpi_size(void) {
  int size = 1;
  mpi.size(world, &size);
  return size;
}

void gf_mpi_host(char *text) {
  char name[LONGEST_HOST * 4] = "";
  int length = 0;
  mpi.host(name, &length);
  snprintf(text, GF_MPI_TEXT, "%s", name);
}

int gf_mpi_begin_broadcast(void *bytes, int count, int root) {
  return mpi.broadcast(bytes, count, byte_type, root, world, &request);
}

int gf_mpi_begin_gather(const void *mine, int count, void *all, const int *counts, const int *places) {
  return mpi.gather(mine, count, byte_type, all, counts, places, byte_type, world, &request);
}

int gf_mpi_begin_exchange(
  const void *sent, const int *sent_counts, const int *sent_places, void *received, const int *received_counts,
  const int *received_places) {
  return mpi.exchange(
    sent, sent_counts, sent_places, byte_type, received, received_counts, received_places, byte_type, world, &request);
}

int gf_mpi_begin_barrier(void) { return mpi.barrier(world, &request); }

int gf_mpi_is_done(void) {
  int done = 0;
  const int code = mpi.test(&request, &done, no_status);
  return code != 0 ? -abs(code) : done;
}

void gf_mpi_describe(int code, char *text) {
  char found[LONGEST_ERROR * 2] = "";
  int length = 0;
  mpi.describe(code, found, &length);
  snprintf(text, GF_MPI_TEXT, "%.500s", found);
}

void gf_mpi_tell_presence(int64_t meeting) {
  // It is read until all messages are away, which nobody waits for: whoever is absent may never take its own.
  static presence mine;
  const int size = gf_mpi_size();
  mine = (presence){.rank = gf_mpi_rank(), .meeting = meeting};
  for (int rank = 0; rank < size; rank++) {
    handle sent;
    if (rank == mine.rank) continue;
    if (mpi.send(&mine, sizeof mine, byte_type, rank, PRESENCE_TAG, world, &sent) == 0) mpi.let_go(&sent);
  }
}

bool gf_mpi_hear_presence(int *rank, int64_t *meeting) {
  presence theirs;
  int is_there = 0;
  if (mpi.look(any_rank, PRESENCE_TAG, world, &is_there, no_status) != 0 || !is_there) return false;
  if (mpi.receive(&theirs, sizeof theirs, byte_type, any_rank, PRESENCE_TAG, world, no_status) != 0) return false;
  *rank = (int)theirs.rank;
  *meeting = theirs.meeting;
  return true;
}

void gf_mpi_abort(int status) {
  // Where the others cannot be reached, nobody may answer.
  signal(SIGALRM, SIG_DFL);
  alarm(SECONDS_TO_ABORT);
  mpi.abort(world, status);
}

void gf_mpi_leave(void) {
  // Messages of a long wait that nobody needed any more.
  int rank = 0;
  int64_t meeting = 0;
  while (gf_mpi_hear_presence(&rank, &meeting)) continue;
  mpi.finalize();
}
