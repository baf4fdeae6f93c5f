// The few functions of MPI that training on several machines calls, found at run time: neither the build nor a run
// that MPI did not start needs a library of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Libraries with one binary interface each.
typedef enum {
  /// Open MPI 4.1 and 5: handles are addresses.
  GF_MPI_OPEN_MPI,
  /// MPICH 3.1 to 5, and what shares its interface, such as Intel's: handles are numbers.
  GF_MPI_MPICH,
} gf_mpi_family;

enum { GF_MPI_TEXT = 512 };

/// Opens the library at `path`, or the family's own where it is NULL, and joins the program to the others that
/// were started with it. `problem`, of GF_MPI_TEXT bytes, is why it could not.
///
/// The thread that calls it is the one that calls all others.
bool gf_mpi_join(const char *path, gf_mpi_family family, char *problem);

/// The library and its version in one line; empty before one is open.
const char *gf_mpi_version(void);

/// The number of this process, from 0.
int gf_mpi_rank(void);

/// How many processes there are.
int gf_mpi_size(void);

/// The name of the machine, in GF_MPI_TEXT bytes.
void gf_mpi_host(char *text);

// Each of these begins something that all processes take part in, and `gf_mpi_is_done` says when it has ended; one at
// a time. They return 0, or a code for gf_mpi_describe. Counts and places are bytes.

int gf_mpi_begin_broadcast(void *bytes, int count, int root);
/// `counts` and `places` say where in `all` what each process has goes.
int gf_mpi_begin_gather(const void *mine, int count, void *all, const int *counts, const int *places);
int gf_mpi_begin_exchange(
  const void *sent, const int *sent_counts, const int *sent_places, void *received, const int *received_counts,
  const int *received_places);
int gf_mpi_begin_barrier(void);

/// 1: what was begun has ended; 0: not yet; negative: it failed, and minus this is the code.
int gf_mpi_is_done(void);

/// What a code means, in GF_MPI_TEXT bytes.
void gf_mpi_describe(int code, char *text);

// Beside what all take part in: who waits for long tells the others in which meeting, so that it is known who does not.

/// Tells all others that this process waits in that meeting.
void gf_mpi_tell_presence(int64_t meeting);
/// The next that another process has told; false where there is nothing more.
bool gf_mpi_hear_presence(int *rank, int64_t *meeting);

/// Ends all processes with that exit status; this one also where the others cannot be reached.
void gf_mpi_abort(int status);

/// Waits for the others and lets go of the library.
void gf_mpi_leave(void);
