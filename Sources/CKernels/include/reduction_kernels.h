#ifndef REDUCTION_KERNELS_H
#define REDUCTION_KERNELS_H

#include <stddef.h>

// Sums of many float32 numbers in float64: what is lost is below the last place of a float32, however many there are.
// Compiled for several processors, of which the best is taken when the program starts.

/// What is added of each number x.
typedef enum {
  /// x
  REDUCE_VALUES,
  /// x²
  REDUCE_SQUARES,
  /// (x − centre)², with a centre for each sum
  REDUCE_DEVIATIONS,
} reduction_term;

/// One of two nested loops over numbers.
typedef struct {
  size_t count;
  /// Elements between neighbours.
  ptrdiff_t step;
  /// Sums between those of neighbours; 0 where neighbours belong to the same sum.
  ptrdiff_t sum_step;
} reduction_loop;

/// Adds the terms of rows.count × columns.count numbers to their sums. The sums of columns, where these are not added up,
/// must lie side by side. `centres` lie as the sums do and are read for REDUCE_DEVIATIONS only.
void reduce_block(
    reduction_term term, const float *x, double *sums, const double *centres, reduction_loop rows,
    reduction_loop columns);

/// y[i] = the sum of x[0] … x[i] and of what `*sum` holds, which then holds the last; elements are `step` apart (−1: from the end).
void cumulate(const float *x, float *y, ptrdiff_t step, size_t count, double *sum);

/// The same for `columns` running sums side by side.
void cumulate_row(const float *x, float *y, size_t columns, double *sums);

#endif
