#pragma once

// libgomp's entry point for a parallel region: runs fn(data) once on each of the team's threads.
// Our own loops use the same team as oneDNN, so that the two never compete for cores.
void GOMP_parallel(void (*fn)(void *), void *data, unsigned num_threads, unsigned flags);
void GOMP_barrier(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int);
